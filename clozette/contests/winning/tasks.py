"""What is done about winners after the commit, and by the clock. A winner may be further by then; then nothing is told."""

import structlog

from clozette.accounts.models import Member
from clozette.community import notifications
from clozette.contests.winning import mail, queries, services
from clozette.contests.winning.models import Winner
from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.tasks import checkpoint, enqueue, task

log = structlog.get_logger()


@task("contests.tell_winner")
def tell_winner(*, winner_id: int) -> None:
    """Tell somebody that they won."""
    winner = queries.winner(winner_id)
    if winner is not None and winner.state == "notified":
        _tell(winner, "prize_won")


@task("contests.tell_winner_moved")
def tell_winner_moved(*, winner_id: int, state: str) -> None:
    """Tell somebody that their prize is on its way, or went to somebody else."""
    winner = queries.winner(winner_id)
    if winner is None or winner.state != state:
        return
    if state == "shipped":
        _tell(winner, "prize_shipped")
    if state in ("expired", "disqualified") and winner.notified_at:
        _tell(winner, "prize_gone")


@task("contests.remind_winner")
def remind_winner(*, winner_id: int) -> None:
    """Remind somebody of the step that they have to take."""
    winner = queries.winner(winner_id)
    if winner is not None and winner.due_at is not None and winner.state in ("notified", "accepted"):
        _tell(winner, f"prize_due_{winner.state}")


@task("contests.mail_winner")
def mail_winner(*, winner_id: int, kind: str) -> None:
    """Mail what somebody was told on the site."""
    winner, (write, states) = queries.winner(winner_id), _MAILS[kind]
    member = _member(winner) if winner is not None and winner.state in states else None
    if winner is not None and member is not None:
        write(winner, member)


@task("contests.tend_prizes")
def tend_prizes() -> None:
    """Remind, let prizes go on whose winners were silent, and forget addresses; each winner in a transaction of its own."""
    now = clock.now()
    services.forget_addresses(now)
    services.forget_winners(now)
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


def _tell(winner: Winner, kind: str) -> None:
    """Tell it on the site, once. The mail is a task of its own, asked for in the same transaction: none is lost if this
    is killed or the mail server is away.
    """
    member = _member(winner)
    told = {"object_id": winner.contest_id, "deed_id": winner.id}
    if member is not None and notifications.announce(member.id, kind=kind, **told, now=clock.now()):
        enqueue(mail_winner, winner_id=winner.id, kind=kind)


def _member(winner: Winner) -> Member | None:
    """Return whom to tell, if they are still there."""
    member = db.session.get(Member, winner.entry.member_id) if winner.entry.member_id else None
    return member if member is not None and member.active else None


_MAILS = {
    "prize_won": (mail.won, ("notified",)),
    "prize_due_notified": (mail.due, ("notified",)),
    "prize_due_accepted": (mail.due, ("accepted",)),
    "prize_shipped": (mail.shipped, ("shipped",)),
    "prize_gone": (mail.gone, ("expired", "disqualified")),
}
"""What is mailed by kind, and in which states of the winner that is still true."""
