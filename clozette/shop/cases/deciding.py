"""Deciding a case: by one of the staff, or by the seller's silence; appealed once, and then by another one."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from clozette.accounts.models import Member
from clozette.kernel.database import db
from clozette.kernel.refusal import Refused, refuse
from clozette.privacy import staff_reads
from clozette.shop.cases import moves, rules
from clozette.shop.cases.models import Case, CaseDecision, CaseLine
from clozette.shop.cases.moves import Said
from clozette.shop.payments.changes import changed

SHOWN = ("shop_case_entries.words", "shop_case_photos.photo_id", "shop_case_lines.asked_minor")
"""What of the two sides a case shows to whoever has it in hand."""


def take(case: Case, staff: Member, now: datetime, *, is_admin: bool = False) -> None:
    """Take a case in hand, for one of the staff; from another one's, if it was there. That they read it is written down.

    :param is_admin: of the staff: one may decide an appeal against their own decision that nobody else took for long.
    :raises Refused: if they are a side of it, or it is an appeal against their own decision.
    """
    sides = [one for one in (_member(case.order.buyer_id), case.order.seller.member) if one is not None]
    first = case.decisions[0].by_id if case.decisions else None
    is_last = is_admin and case.state == "appealed" and case.state_at + rules.ALONE_AFTER <= now
    refuse(rules.why_not_take(staff.id, {one.id for one in sides}, first, is_last=is_last))
    waiting = sa.update(Case).where(Case.id == case.id, Case.state.in_(rules.SPEAKS))
    if not changed(waiting.values(handled_by_id=staff.id)):
        raise Refused(rules.elsewhere())
    for one in sides:
        staff_reads.note(
            subject_id=one.subject_id,
            reader_id=staff.subject_id,
            what="shop case",
            reason=f"case {case.id}",
            now=now,
            fields=SHOWN,
        )


def decide(
    case: Case, staff: Member, decided: Mapping[str, int], *, must_return: bool, reasons: str, now: datetime
) -> None:
    """Decide line by line, for whoever of the staff has it in hand.

    The first decision waits for an appeal; the second one is final and done at once, and so is one about what was sent
    back, which gives at most what was decided before.

    :raises Refused: if somebody else has it in hand by now, or it gives more than was asked for.
    """
    refuse(rules.why_not_decide(most_of(case), decided))
    if case.handled_by_id != staff.id or case.state not in ("answered", "appealed"):
        raise Refused(rules.elsewhere())
    returned = must_return and can_return(case, [part for part, amount in decided.items() if amount])
    made = {"by_id": staff.id, "must_return": returned, "reasons": reasons}
    if case.state == "answered":
        _first(case, decided, made, now)
        moves.note(case.id, "staff", "decided", now)
        return
    round_, what = (3, "decided_back") if case.is_about_parcel else (2, "decided_again")
    _keep(case.id, round_, decided, made, now)
    moves.note(case.id, "staff", what, now)
    take_effect(case, now)


def can_return(case: Case, decided: Collection[str]) -> bool:
    """Whether a decision about these parts may have things sent back first; nobody sends them back twice."""
    things = [str(line.id) for line in case.order.lines if line.file_id is None]
    return not case.is_about_parcel and rules.may_return(case.kind, decided, things)


def most_of(case: Case) -> dict[str, int]:
    """Return the most that can be decided, by part."""
    before = latest(case.id).parts if case.is_about_parcel else _asked(case)
    return {part: amount for part, amount in before.items() if amount}


def fall_silent(case: Case, now: datetime) -> None:
    """Decide for the buyer, as the seller said nothing in time."""
    asked = {line.part: line.asked_minor for line in case.lines}
    _first(case, asked, {"by_id": None, "must_return": False, "reasons": ""}, now)
    moves.note(case.id, "house", "silent", now)


def accept(case: Case, side: str, *, by: Member, now: datetime) -> None:
    """Do without an appeal; once nobody could appeal any more it is done at once."""
    if case.state != "decided":
        raise Refused(rules.elsewhere())
    could = rules.could_appeal(_asked(case), _decided(case))
    changed(sa.update(Case).where(Case.id == case.id).values({f"{side}_accepted_at": now}))
    moves.note(case.id, side, "accepted", now, by=by)
    accepted = {"buyer": case.buyer_accepted_at, "seller": case.seller_accepted_at}
    if all(accepted[one] for one in could):
        take_effect(case, now)


def appeal(case: Case, side: str, said: Said, *, by: Member, now: datetime) -> None:
    """Ask for another decision, once; by somebody else of the staff.

    :raises Refused: for whoever got all they wanted, or accepted it.
    """
    if moves.is_said(case.id, said):
        return
    if side not in rules.could_appeal(_asked(case), _decided(case)) or getattr(case, f"{side}_accepted_at"):
        raise Refused(rules.elsewhere())
    moves.move(case, "appealed", now, due_at=now + rules.DECIDE_WITHIN, appealed_by=side, handled_by_id=None)
    moves.note(case.id, side, "appealed", now, said, by=by)


def object_to_parcel(case: Case, said: Said, *, by: Member, now: datetime) -> None:
    """Say, for the seller, that what was sent back did not come, or not as it should: the staff decides.

    :raises Refused: unless it is on its way back.
    """
    if moves.is_said(case.id, said):
        return
    if case.state != "back":
        raise Refused(rules.elsewhere())
    moves.move(case, "appealed", now, due_at=now + rules.DECIDE_WITHIN, handled_by_id=None)
    moves.note(case.id, "seller", "objected", now, said, by=by)


def take_effect(case: Case, now: datetime) -> None:
    """Do what was decided last: pay, or have things sent back first, or nothing."""
    decision = latest(case.id)
    if decision.must_return and any(decision.parts.values()):
        moves.move(case, "address", now, due_at=now + rules.ADDRESS_WITHIN)
        moves.note(case.id, "house", "return", now)
        return
    moves.end(case, "closed", decision.parts, now)
    moves.note(case.id, "house", "closed", now)


def latest(case_id: int) -> CaseDecision:
    """Return what was decided last."""
    last = sa.select(CaseDecision).where(CaseDecision.case_id == case_id).order_by(CaseDecision.round.desc())
    return db.session.scalars(last.limit(1)).one()


def _first(case: Case, decided: Mapping[str, int], made: Mapping[str, Any], now: datetime) -> None:
    moves.move(case, "decided", now, due_at=now + rules.APPEAL_WITHIN, handled_by_id=None)
    _keep(case.id, 1, decided, made, now)


def _keep(case_id: int, round_: int, decided: Mapping[str, int], made: Mapping[str, Any], now: datetime) -> None:
    """Keep a decision; a second one of the same round the table refuses."""
    parts = {part: amount for part, amount in decided.items() if amount}
    db.session.add(CaseDecision(case_id=case_id, round=round_, parts=parts, at=now, **made))
    db.session.flush()
    for line in db.session.scalars(sa.select(CaseLine).where(CaseLine.case_id == case_id)):
        line.decided_minor = decided.get(line.part, 0)
    db.session.flush()


def _asked(case: Case) -> dict[str, int]:
    return {line.part: line.asked_minor for line in case.lines}


def _decided(case: Case) -> dict[str, int]:
    return {line.part: line.decided_minor or 0 for line in case.lines}


def _member(member_id: int | None) -> Member | None:
    return db.session.get(Member, member_id) if member_id is not None else None
