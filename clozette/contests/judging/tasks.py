"""What judges are told after the commit, and by the clock; each thing once."""

from collections.abc import Callable
from datetime import timedelta

import sqlalchemy as sa

from clozette.accounts.models import Member
from clozette.community import notifications
from clozette.contests.judging import mail, queries
from clozette.contests.judging.models import Judge, Round
from clozette.contests.planning.models import Contest
from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.tasks import checkpoint, task

REMIND = timedelta(days=1)
"""How long before a round is due judges are reminded."""


@task("contests.tell_judge")
def tell_judge(*, judge_id: int) -> None:
    """Ask somebody whether they sit in a jury."""
    judge = db.session.get(Judge, judge_id)
    if judge is not None and judge.member_id and judge.dropped_at is None and judge.accepted_at is None:
        _tell(judge, "jury_asked", judge.id)


@task("contests.tell_judges_of_entries")
def tell_judges_of_entries(*, round_id: int) -> None:
    """Tell judges that they have something to judge."""
    round_ = db.session.get(Round, round_id)
    if round_ is not None and round_.ended_at is None:
        _tell_all(round_, "jury_entries", mail.entries)


@task("contests.remind_judges")
def remind_judges() -> None:
    """Remind judges of ballots that are due tomorrow, or were."""
    soon = (Round.opened_at.is_not(None), Round.ended_at.is_(None), Round.due_at <= clock.now() + REMIND)
    wanted = sa.select(Round).join(Contest, Contest.id == Round.contest_id).where(*soon, Contest.state == "closed")
    for round_ in db.session.scalars(wanted).all():
        _tell_all(round_, "jury_due", mail.due)


def _tell_all(round_: Round, kind: str, send: Callable[[Member, Contest, Round, int], None]) -> None:
    """Tell every judge who has something left to do, each in a transaction of their own; a mail goes with what is new."""
    contest = db.session.get_one(Contest, round_.contest_id)
    for judge, left in queries.judges_to_tell(round_):
        member = db.session.get(Member, judge.member_id)
        if _tell(judge, kind, round_.id) and member is not None and member.is_confirmed and member.leaving_at is None:
            send(member, contest, round_, left)
        checkpoint()


def _tell(judge: Judge, kind: str, deed_id: int) -> bool:
    """Tell a judge on the site, unless they were told before; say whether they were not."""
    if judge.member_id is None:
        return False
    told = {"object_id": judge.contest_id, "deed_id": deed_id}
    return notifications.announce(judge.member_id, kind=kind, **told, now=clock.now())
