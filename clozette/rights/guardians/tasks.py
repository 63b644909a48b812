"""Background work: the mails, and what ends by the calendar. Arguments are ids."""

import sqlalchemy as sa

from clozette.accounts import addresses
from clozette.accounts.models import Member
from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.tasks import enqueue, task
from clozette.rights.guardians import mail, rules, services
from clozette.rights.guardians.models import GuardianAsk


@task("rights.ask_guardian")
def send_question(*, ask_id: int) -> None:
    """Mail a question while it waits; not to a member who is a minor too, whatever their page was told."""
    ask = db.session.get(GuardianAsk, ask_id)
    if ask is None or ask.decision is not None or ask.expires_at <= clock.now() or _is_of_a_minor(ask.address):
        return
    mail.asked(ask, _member_of(ask))


@task("rights.confirm_to_guardian")
def send_way_back(*, ask_id: int) -> None:
    """Mail the way to take a yes back."""
    ask = db.session.get(GuardianAsk, ask_id)
    if ask is not None and ask.decision == rules.AGREED:
        mail.agreed(ask, _member_of(ask))


@task("rights.sweep_guardians")
def sweep() -> None:
    """End what a birthday ends, and forget what the notice says is forgotten; once a day by the wiring page."""
    now = clock.now()
    if services.lapse(now) == services.BATCH:
        enqueue(sweep)  # there may be more
    services.forget_old(now)


def _is_of_a_minor(typed: str) -> bool:
    known = sa.select(Member).where(Member.email_canonical == addresses.canonical(typed))
    reader = db.session.scalar(known)
    return reader is not None and reader.is_minor(clock.today())


def _member_of(ask: GuardianAsk) -> Member:
    return db.session.scalars(sa.select(Member).where(Member.subject_id == ask.subject_id)).one()
