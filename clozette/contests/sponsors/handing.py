"""Handing out to sponsors: prepared by staff, fetched by the sponsor, each time anew through the one door (75).

Nothing lies about in between. A fetch locks who is in it, reads what they share, logs it, and gives those very bytes.
"""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from flask import current_app
from sqlalchemy import orm

from clozette.contests.sponsors import events, hooks, people, rules, sharing
from clozette.contests.sponsors.models import Fetch, Handout, Hook, Sharing, Sponsor
from clozette.kernel.database import db
from clozette.kernel.events import publish
from clozette.kernel.ports.couriers import Download, Post
from clozette.kernel.ports.release import UNCERTAIN, NotTaken, Release
from clozette.kernel.refusal import Refused, refuse
from clozette.privacy import disclosures, subjects
from clozette.privacy.disclosures import Agreement
from clozette.privacy.disclosures.models import Recipient
from clozette.rights.erasure import services as erasures
from clozette.settings import Settings

_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
"""Without letters and digits that look alike: a mark may be read off paper."""
_TYPES = {"csv": "text/csv", "json": "application/json"}


@dataclass(frozen=True)
class File:
    """What a fetch gives."""

    name: str
    type: str
    payload: bytes


def prepare(
    asked: Sharing,
    *,
    reason: str,
    means: str,
    form: str,
    by_id: int,
    now: datetime,
    most: int = 3,
    open_for: timedelta = rules.OPEN_FOR,
) -> Handout:
    """Let a sponsor fetch what people share with them; above the set size once a second person agreed.

    :raises Refused: before anything is closed, for a sharing that was replaced, or a way that the sponsor has not.
    """
    proven = sa.select(sa.exists().where(Hook.sponsor_id == asked.sponsor_id, Hook.proven_at.is_not(None)))
    refuse(
        rules.why_not_prepare(
            asked, people.why_not_due(asked, now), has_hook=bool(db.session.scalar(proven)), means=means
        )
    )
    settings: Settings = current_app.extensions["clozette.settings"]
    handout = Handout(
        sharing_id=asked.id,
        reason=reason,
        means=means,
        form=form,
        most=most,
        free_up_to=settings.export_approval_above,
        opens_at=now,
        expires_at=now + open_for,
        made_by_id=by_id,
    )
    db.session.add(handout)
    db.session.flush()
    if means == "file" and people.count(asked) <= handout.free_up_to:
        publish(events.HandoutMade(handout.id))
    return handout


def approve(handout: Handout, *, by_id: int, now: datetime) -> None:
    """Agree to what somebody else prepared; of two at once one is told that it was done."""
    held = _held(handout.id)
    refuse(rules.why_not_approve(held, by_id, now))
    held.approved_by_id, held.approved_at = by_id, now
    db.session.flush()
    if held.means == "file":
        publish(events.HandoutMade(held.id))


def stop(handout: Handout, *, now: datetime) -> None:
    """Let nothing be fetched any more."""
    still = (Handout.id == handout.id, Handout.ended_at.is_(None))
    db.session.execute(sa.update(Handout).where(*still).values(ended_at=now))


def hand_over(handout: Handout, *, by_id: int, now: datetime) -> Release:
    """Log one more fetch of a handout, of the people whose yes stands at this moment, and return what may go out.

    :param by_id: the subject of who fetches it, or has it sent.
    :raises Refused: if it is over, used up, waits for an approval, or nobody's yes stands.
    """
    held = _held(handout.id)
    asked = _still(held.sharing_id)
    recipient = db.session.get_one(Recipient, asked.recipient_id)
    refuse(rules.why_not_theirs(_standing(asked.sponsor_id), recipient.legal_name) or people.why_not_due(asked, now))
    known = _locked_people(asked)
    refuse(rules.why_not_fetch(held, asked, fetched=len(fetches(held)), people=len(known), now=now))
    mark = "".join(secrets.choice(_LETTERS) for _ in range(16))
    release = disclosures.disclose(
        recipient=recipient,
        agreement=_agreement(held, asked),
        people=known,
        fields=asked.fields,
        now=now,
        actor_id=by_id,
        form="csv" if held.form == "csv" else "json",
        mark=mark,
    )
    fetched = {"at": now, "by_id": by_id, "mark": mark, "handover_id": release.handover_id, "people": len(known)}
    db.session.add(Fetch(handout_id=held.id, **fetched))
    db.session.flush()
    return release


def fetch(handout: Handout, *, by_id: int, now: datetime) -> File:
    """Return the bytes of one fetch; that they leave is written down with it, before the first of them does.

    :raises Refused: as ``hand_over``, and for what goes out by another way.
    """
    if handout.means != "file":
        raise Refused(rules.by_hook())
    courier = Download()
    courier.carry(hand_over(handout, by_id=by_id, now=now))
    name = f"shared-{now:%Y-%m-%d}-{len(fetches(handout))}.{handout.form}"
    return File(name, _TYPES[handout.form], courier.payload)


def ask_to_send(handout: Handout, *, by_id: int, now: datetime) -> None:
    """Have it sent to the sponsor's own address, once at a time.

    :raises Refused: if it is over, is fetched by hand, or is under way, or the address was never proven.
    """
    refuse(rules.why_not_send(handout, now))
    _proven_hook(handout)
    is_idle = sa.or_(Handout.sending_at.is_(None), Handout.answered_at.is_not(None))
    begun = sa.update(Handout).where(Handout.id == handout.id, is_idle)
    begun = begun.values(sending_at=now, answered_at=None, answer=None)
    if db.session.scalar(begun.returning(Handout.id)) is None:
        raise Refused(rules.under_way())
    publish(events.SendingAsked(handout.id, by_id))


def send(handout: Handout, *, by_id: int, now: datetime, save: Callable[[], None]) -> None:
    """Send it, and note what came of it. Nothing is sent a second time without somebody who asks for that: what was
    killed on the way, or got no answer, is told as uncertain.
    """
    held = _held(handout.id)
    if held.answered_at is None:
        answer = UNCERTAIN if held.answer == UNCERTAIN else _sent(held, by_id=by_id, now=now, save=save)
        _note(held, answer, answered_at=now)


def _sent(handout: Handout, *, by_id: int, now: datetime, save: Callable[[], None]) -> str:
    """Send it once and return the word for what came of it."""
    try:
        hook = _proven_hook(handout)
        secret = hooks.secret_of(hook)
        courier = Post(
            hook.address,
            form=_TYPES[handout.form],
            sign=lambda payload: hooks.signed(secret, payload, now),
            save=save,
            way=hooks.way(),
        )
        release = hand_over(handout, by_id=by_id, now=now)
        _note(handout, UNCERTAIN)  # committed with the log, before the first byte
        courier.carry(release)
    except Refused as refused:
        return refused.refusal.code
    except NotTaken as error:
        return str(error)
    return "taken"


def _note(handout: Handout, answer: str, *, answered_at: datetime | None = None) -> None:
    """Write down how a sending stands; one that was asked for later is none of its business."""
    same = (Handout.id == handout.id, Handout.sending_at == handout.sending_at)
    said = sa.update(Handout).where(*same).values(answer=answer[:24], answered_at=answered_at)
    db.session.execute(said, execution_options={"synchronize_session": False})


def fetches(handout: Handout) -> Sequence[Fetch]:
    """Return every fetch of a handout, oldest first."""
    return db.session.scalars(sa.select(Fetch).where(Fetch.handout_id == handout.id).order_by(Fetch.id)).all()


def of_sponsor(sponsor: Sponsor) -> Sequence[Handout]:
    """Return what was prepared for a sponsor, newest first."""
    return db.session.scalars(
        sa.select(Handout)
        .join(Sharing, Sharing.id == Handout.sharing_id)
        .options(orm.contains_eager(Handout.sharing))
        .where(Sharing.sponsor_id == sponsor.id)
        .order_by(Handout.id.desc())
    ).all()


def of_sharing(asked: Sharing) -> Sequence[Handout]:
    """Return what was prepared of one sharing, newest first."""
    wanted = sa.select(Handout).where(Handout.sharing_id == asked.id).order_by(Handout.id.desc())
    return db.session.scalars(wanted).all()


def _held(handout_id: int) -> Handout:
    """Lock a handout until the transaction ends, so that fetches of it take turns."""
    wanted = sa.select(Handout).where(Handout.id == handout_id).with_for_update(of=Handout)
    wanted = wanted.options(orm.joinedload(Handout.sharing, innerjoin=True))
    return db.session.scalars(wanted.execution_options(populate_existing=True)).one()


def _proven_hook(handout: Handout) -> Hook:
    """Return the sponsor's own address, and let nobody set another before the transaction ends.

    :raises Refused: if its present value was never proven: whoever prepared this meant the one before.
    """
    wanted = sa.select(Hook).join(Sharing, Sharing.sponsor_id == Hook.sponsor_id)
    wanted = wanted.where(Sharing.id == handout.sharing_id, Hook.proven_at.is_not(None))
    wanted = wanted.with_for_update(read=True, of=Hook).execution_options(populate_existing=True)
    found: Hook | None = db.session.scalar(wanted)
    if found is None:
        raise Refused(rules.no_hook())
    return found


def _standing(sponsor_id: int) -> Sponsor:
    """Read a sponsor, and let nobody change or close it before the transaction ends."""
    wanted = sa.select(Sponsor).where(Sponsor.id == sponsor_id).with_for_update(read=True)
    return db.session.scalars(wanted.execution_options(populate_existing=True)).one()


def _still(sharing_id: int) -> Sharing:
    """Read a sharing, and let nobody replace it before the transaction ends."""
    wanted = sa.select(Sharing).where(Sharing.id == sharing_id).with_for_update(read=True)
    return db.session.scalars(wanted.execution_options(populate_existing=True)).one()


def _locked_people(asked: Sharing) -> people.Known:
    """Lock whoever may be in it, and then read: an answer or an erasure comes wholly before, or sees this hand-over."""
    chosen = people.ids_of(asked)
    subjects.lock(chosen)
    return people.read(asked, set(chosen) - erasures.begun(chosen))


def _agreement(held: Handout, asked: Sharing) -> Agreement:
    sponsor = db.session.get_one(Sponsor, asked.sponsor_id)
    return Agreement(
        purpose=sharing.purpose_of(asked),
        trigger=asked.object_kind,
        object_id=asked.object_id,
        means="webhook" if held.means == "webhook" else "file",
        retention=asked.keeps_for,
        contract=sponsor.contract,
        channel=sharing.CHANNEL,
    )
