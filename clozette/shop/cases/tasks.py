"""What is done about cases after the commit, and by the clock; each case in a transaction of its own."""

from collections.abc import Callable, Mapping
from datetime import datetime

import structlog

from clozette.accounts.models import Member
from clozette.community import notifications
from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.ports import payments
from clozette.kernel.tasks import checkpoint, enqueue, task
from clozette.shop.cases import access, deciding, keeping, mail, proving, queries, returning, words
from clozette.shop.cases.models import Case, CaseEntry
from clozette.shop.payments import alone, waiting

log = structlog.get_logger()


@task("shop.tell_case")
def tell_case(*, entry_id: int) -> None:
    """Tell whom it concerns, on the site and by mail."""
    entry = db.session.get(CaseEntry, entry_id)
    case = access.whole(entry.case_id) if entry is not None else None
    if entry is None or case is None:
        return
    kind = f"case_{entry.what}"
    for side in words.told_sides(entry.what, entry.side):
        member = _member_of(case, side)
        if member is not None and _is_new(member.id, kind, entry):
            enqueue(mail_case, case_id=case.id, side=side, kind=kind)


@task("shop.mail_case")
def mail_case(*, case_id: int, side: str, kind: str) -> None:
    """Mail what somebody was told on the site."""
    case = access.whole(case_id)
    member = _member_of(case, side) if case is not None else None
    if case is not None and member is not None:
        mail.tell(case, member, kind)


@task("shop.send_proof")
def send_proof(*, proof_id: int) -> None:
    """Tell the payment service what speaks for a sale."""
    _send_proof(proof_id)


@task("shop.send_proofs_again")
def send_proofs_again() -> None:
    """Tell what is still to be told, by the clock: a task is given up after some hours, and a bank waits for days alone."""
    if not payments.is_on():
        return
    late = clock.now() - waiting.LATE
    alone.each("shop.send_proofs", lambda: queries.proofs_unsent(late), _send_proof, patience=3)


@task("shop.tend_cases")
def tend_cases() -> None:
    """Go on with every case whose days are over, and forget what was said long ago."""
    keeping.forget_old(clock.now())
    proving.remind(clock.now())
    for case_id in queries.due(clock.now()):
        checkpoint()
        try:
            _tend(case_id)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one, the others go on
            db.session.rollback()
            log.error("case_not_tended", case=case_id, error=type(error).__name__)


def _send_proof(proof_id: int) -> None:
    proving.send(proof_id, clock.now())


def _tend(case_id: int) -> None:
    case, now = access.whole(case_id), clock.now()
    if case is not None and case.state in _WHEN_DUE and case.due_at is not None and case.due_at <= now:
        _WHEN_DUE[case.state](case, now)


def _is_new(member_id: int, kind: str, entry: CaseEntry) -> bool:
    told: bool = notifications.announce(
        member_id, kind=kind, object_id=entry.case_id, deed_id=entry.id, now=clock.now()
    )
    return told


def _member_of(case: Case, side: str) -> Member | None:
    """Return who is on a side, if they are still there."""
    member_id = case.order.seller.member_id if side == "seller" else case.order.buyer_id
    member = db.session.get(Member, member_id) if member_id is not None else None
    return member if member is not None and member.active else None


def _get_back(case: Case, now: datetime) -> None:
    returning.get_back(case, by=None, now=now)


_WHEN_DUE: Mapping[str, Callable[[Case, datetime], None]] = {
    "open": deciding.fall_silent,
    "decided": deciding.take_effect,
    "address": returning.go_without,
    "sending": returning.go_unsent,
    "back": _get_back,
}
