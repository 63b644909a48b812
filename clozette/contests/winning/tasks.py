"""What is done about winners after the commit, and by the clock. A winner may be further by then; then nothing is told."""

import structlog

from clozette.accounts.models import Member
from clozette.community import notifications
from clozette.contests.winning import mail, queries, services
from clozette.contests.winning.models import Winner
from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.tasks import checkpoint, task

log = structlog.get_logger()


@task("contests.tell_winner")
def tell_winner(*, winner_id: int) -> None:
    """Tell somebody that they won."""
    winner = queries.winner(winner_id)
    if winner is not None and winner.state == "notified" and (member := _tell(winner, "prize_won")) is not None:
        mail.won(winner, member)


@task("contests.tell_winner_moved")
def tell_winner_moved(*, winner_id: int, state: str) -> None:
    """Tell somebody that their prize is on its way, or went to somebody else."""
    winner = queries.winner(winner_id)
    if winner is None or winner.state != state:
        return
    if state == "shipped" and (member := _tell(winner, "prize_shipped")) is not None:
        mail.shipped(winner, member)
    if state in ("expired", "disqualified") and winner.notified_at and (member := _tell(winner, "prize_gone")):
        mail.gone(winner, member)


@task("contests.remind_winner")
def remind_winner(*, winner_id: int) -> None:
    """Remind somebody of the step that they have to take."""
    winner = queries.winner(winner_id)
    if winner is None or winner.due_at is None or winner.state not in ("notified", "accepted"):
        return
    member = _tell(winner, f"prize_due_{winner.state}")
    if member is not None:
        mail.due(winner, member)


@task("contests.tend_prizes")
def tend_prizes() -> None:
    """Remind, let prizes go on whose winners were silent, and forget addresses; each winner in a transaction of its own."""
    now = clock.now()
    services.forget_addresses(now)
    for winner_id in (*services.due(now), *services.unheard_of(now)):
        checkpoint()
        try:
            _tend(winner_id)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one, the others go on
            db.session.rollback()
            log.error("winner_not_tended", winner=winner_id, error=type(error).__name__)


def _tend(winner_id: int) -> None:
    winner, now = queries.held(winner_id), clock.now()
    if winner.state == "shipped":
        services.receive(winner, now=now)
    elif not services.remind(winner, now=now):
        services.expire(winner, now=now)


def _tell(winner: Winner, kind: str) -> Member | None:
    """Tell it on the site, once; return the member to mail it to, if there is still one and this is new."""
    member = db.session.get(Member, winner.entry.member_id) if winner.entry.member_id else None
    if member is None or not member.active:
        return None
    told = {"object_id": winner.contest_id, "deed_id": winner.id}
    return member if notifications.announce(member.id, kind=kind, **told, now=clock.now()) else None
