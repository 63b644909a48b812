"""Winners of the demo: one is named and has the prize, one has said where it shall go, the others have not answered."""

from datetime import datetime, timedelta

from clozette.accounts.models import Member
from clozette.contests.planning.models import Contest
from clozette.contests.winning import asking, queries, services
from clozette.contests.winning.models import Winner
from clozette.kernel.database import db

_STREET = {"line1": "4 Needle Row", "city": "Leeds", "postcode": "LS1 5XY", "country": "GB"}


def take_prizes(contest: Contest, now: datetime) -> None:
    """Let the first winners say yes, each a step further than the next."""
    told = [winner for winner in queries.of_contest(contest.id) if winner.state == "notified"]
    for steps, winner in zip((2, 1), told, strict=False):
        _take(winner, steps, now)


def _take(winner: Winner, steps: int, now: datetime) -> None:
    member = db.session.get_one(Member, winner.entry.member_id)
    services.accept(winner, now=now)
    asking.answer_naming(winner, member.subject_id, agreed=steps > 1, shown=None, now=now)
    services.give_address(winner, {"name": member.display_name, **_STREET}, now=now)
    if steps > 1:
        services.ship(winner, carrier="Royal Mail", tracking="RN 1234 5678 9GB", now=now + timedelta(minutes=1))
