"""Telling a buyer's bank what speaks for a sale: decided by the staff, seen by both sides, sent by a task; each bank takes it once."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
import structlog

from clozette.accounts.access import is_present
from clozette.accounts.models import Member, Role
from clozette.community import notifications
from clozette.kernel import events, ids
from clozette.kernel.database import db, insert_once
from clozette.kernel.ids import new_id
from clozette.kernel.ports import payments as ports
from clozette.kernel.ports.payments import Declined, Shown
from clozette.kernel.ports.release import Release
from clozette.kernel.refusal import Refused, refuse
from clozette.media import services as media
from clozette.media.models import Photo
from clozette.privacy import disclosures, subjects
from clozette.privacy.disclosures import BeingErased
from clozette.privacy.models import Subject
from clozette.shop.cases import access, handing, moves, queries, rules, words
from clozette.shop.cases.events import ProofAsked
from clozette.shop.cases.models import Case, Proof
from clozette.shop.cases.moves import Said
from clozette.shop.payments.changes import changed
from clozette.shop.payments.models import MAX_WHY, Dispute

log = structlog.get_logger()


def leaves(case: Case) -> Sequence[str]:
    """Return what a bank would be told about a case, by the names of ``words.PROVEN``; the photo is chosen besides."""
    order = case.order
    sent = ("address", "carrier", "tracking", "shipped_at") if order.shipped_at is not None else ()
    said = ("sellers_words",) if order.seller.member_id and queries.sellers_words(order.id) else ()
    return ("email", "title", *sent, *said)


def ask(case: Case, staff: Member, said: str, photo: str, now: datetime) -> None:
    """Write down what a bank is told, for whoever has the case in hand; once, and anew if that was declined.

    :raises Refused: if it is too late, somebody else has it in hand, or the buyer is leaving.
    """
    same = (Proof.dispute_id == case.dispute_id, Proof.about == case.state)
    if db.session.scalar(sa.select(sa.exists().where(*same, Proof.state != "failed"))):
        return
    refuse(rules.why_not_prove(case.state, case.due_at, now, in_hand=case.handled_by_id == staff.id))
    db.session.execute(sa.delete(Proof).where(*same))
    shown = next((one for one in queries.photos_of(case.order_id) if photo and ids.encode(one.id) == photo), None)
    try:
        _write(case, staff, said, shown, now)
    except BeingErased as error:
        raise Refused(rules.gone()) from error


def send(proof_id: int, now: datetime) -> None:
    """Tell the payment service; for a task: it lets go of the database meanwhile.

    :raises Later: to be tried again.
    """
    row = db.session.get_one(Proof, proof_id)
    outside = db.session.get_one(Dispute, row.dispute_id).outside
    if row.state != "asked" or outside is None:
        return
    case = access.of_dispute(row.dispute_id)
    buyer = db.session.get_one(Member, case.order.buyer_id) if case.order.buyer_id is not None else None
    release, sellers = (
        _slip(row.handover_id, row.asking, buyer),
        _slip(row.sellers_handover_id, row.sellers_asking, case.order.seller.member),
    )
    if release is None:  # the buyer has left meanwhile: nothing of them goes out any more
        _end(proof_id, "failed", "gone", now)
        return
    photo = db.session.get(Photo, row.photo_id) if row.photo_id is not None else None
    picture = Shown("photo.jpg", media.original_of(photo)) if photo is not None else None
    try:
        ports.payments().contest(release, sellers, outside, picture, f"proof-{ids.encode(proof_id)}")
    except Declined as no:
        log.error("proof_declined", dispute=outside, why=no.why)
        _end(proof_id, "failed", no.why[:MAX_WHY], now)
        _wait_again(proof_id)
        return
    _end(proof_id, "sent", "", now)


def remind(now: datetime) -> None:
    """Remind the staff, once, of each bank that soon takes no proof any more."""
    staff = sa.select(Member.id).join(Role, Role.member_id == Member.id).where(Role.name == access.ROLE, is_present())
    for case in queries.proofs_due(now + rules.REMIND_BEFORE):
        unsaid = sa.update(Dispute).where(Dispute.id == case.dispute_id, Dispute.reminded_at.is_(None))
        case_id = case.id
        if changed(unsaid.values(reminded_at=now)):
            for member_id in db.session.scalars(staff).all():
                notifications.announce(member_id, kind=words.TO_STAFF, object_id=case_id, now=now)


def _write(case: Case, staff: Member, said: str, photo: Photo | None, now: datetime) -> None:
    order, member = case.order, case.order.seller.member
    buyer = db.session.get(Member, order.buyer_id) if order.buyer_id is not None else None
    if buyer is None:
        raise BeingErased("the buyer is gone")
    sellers_said, told = queries.sellers_words(order.id), [*leaves(case), *(("photo",) if photo else ())]
    release = handing.to_bank(order, buyer, said, staff, now)
    sellers = None
    if member is not None and (sellers_said or photo is not None):
        sellers = handing.of_seller(order, member, sellers_said, photo, staff, now)
    proof_id, about = new_id(), case.state
    insert_once(
        Proof,
        id=proof_id,
        dispute_id=case.dispute_id,
        about=about,
        by_id=staff.id,
        words=said,
        fields=told,
        photo_id=photo.id if photo is not None else None,
        handover_id=release.handover_id,
        asking=_sealed(buyer, release),
        sellers_handover_id=sellers.handover_id if sellers else None,
        sellers_asking=_sealed(member, sellers) if member is not None and sellers else None,
        state="asked",
        asked_at=now,
    )
    changed(sa.update(Case).where(Case.id == case.id).values(due_at=None))
    moves.note(case.id, "staff", "proof", now, Said(said))
    events.publish(ProofAsked(proof_id))


def _end(proof_id: int, state: str, why: str, now: datetime) -> None:
    mine = sa.update(Proof).where(Proof.id == proof_id, Proof.state == "asked")
    changed(mine.values(state=state, why=why, done_at=now, asking=None, sellers_asking=None))


def _wait_again(proof_id: int) -> None:
    """Let a case wait for the staff as before, as its bank knows nothing yet."""
    proof = db.session.get_one(Proof, proof_id)
    due_at = db.session.get_one(Dispute, proof.dispute_id).due_at
    waiting = sa.update(Case).where(Case.dispute_id == proof.dispute_id, Case.state == proof.about)
    changed(waiting.values(due_at=due_at))


def _slip(handover_id: int | None, sealed: bytes | None, member: Member | None) -> Release | None:
    """Make a slip again from its sealed bytes, if the person is still there."""
    if handover_id is None or sealed is None or member is None:
        return None
    payload: str = subjects.unseal(db.session.get_one(Subject, member.subject_id), sealed)["payload"]
    return disclosures.again(handover_id, payload.encode())


def _sealed(member: Member, release: Release) -> bytes:
    subject = db.session.get_one(Subject, member.subject_id)
    return subjects.seal(subject, {"payload": release.payload.decode()})
