"""Numbers: proving one, agreeing to texts, ending them; each with its entry in the consent ledger.

A number that said STOP is suppressed by its keyed digest, beside the consents that are taken back: so it stays quiet
whatever happens to the person's rows. A fresh consent by a fresh code lifts that (requirement 68).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa
from flask_babel import gettext as _

from clozette.accounts.models import Member
from clozette.kernel.database import db, insert_once
from clozette.kernel.ids import new_id
from clozette.kernel.refusal import Refusal, Refused
from clozette.newsletters import keys
from clozette.newsletters.subscriptions import evidence, suppressions
from clozette.newsletters.texts import regions
from clozette.newsletters.texts.models import Phone, PhoneCode, TextCampaign, TextSending
from clozette.privacy import consents, ledger

POINT = "CP6"
CHANNEL = "sms"
PURPOSES = ("our_news", "partner_offers")
METHOD = "sms:code"
HERE = "/texts"
COMES_BACK = ("left", "erased")


def key_of(number: str) -> str:
    """Return the keyed digest of a canonical number, which suppressions and checks know it by."""
    return keys.address_key(f"tel:{number}")


def of(subject_id: int) -> Phone | None:
    """Return a person's number."""
    found: Phone | None = db.session.scalar(sa.select(Phone).where(Phone.subject_id == subject_id))
    return found


def by_number(number: str) -> Phone | None:
    """Return the proven number that is written so."""
    found: Phone | None = db.session.scalar(sa.select(Phone).where(Phone.number == number))
    return found


def standing(subject_id: int) -> set[str]:
    """Return the purposes that somebody agreed to by text."""
    return {name for name in PURPOSES if consents.stands(subject_id, name, CHANNEL) is not None}


def carry_out(code: PhoneCode, now: datetime, circumstances: Mapping[str, Any]) -> None:
    """Do what a code was asked for, after its digits were typed.

    :raises Refused: if a consent can't be given (a minor's alone).
    """
    if code.deed == "end":
        end(code.number, method="page:texts", source="page", now=now, circumstances=circumstances)
        return
    phone = _own(code, now)
    suppressions.lift(phone.number_key, COMES_BACK, now)
    _agree(code, phone, now, circumstances)


def end(
    number: str, *, method: str, source: str, now: datetime, circumstances: Mapping[str, Any] | None = None
) -> None:
    """End all texts to a number, known or not, at once and for good; a second time changes nothing."""
    suppressions.suppress(key_of(number), "left", source=source, now=now)
    phone = by_number(number)
    if phone is not None:
        for purpose in PURPOSES:
            withdraw(phone, purpose, method=method, now=now, circumstances=circumstances)
        skip(phone.id, "suppressed")


def withdraw(
    phone: Phone,
    purpose: str,
    *,
    method: str,
    now: datetime,
    actor: str = "subject",
    action: Literal["withdrawn", "expired"] = "withdrawn",
    circumstances: Mapping[str, Any] | None = None,
) -> None:
    """Take one consent back, if it stands; what waits for it is skipped by who listens to that."""
    state = consents.current(phone.subject_id).get((purpose, CHANNEL))
    if state is not None and state.stands:
        consents.answer(
            phone.subject_id,
            purpose,
            CHANNEL,
            action,
            now=now,
            method=method,
            actor=actor,
            surface=HERE,
            circumstances=circumstances,
        )


def forget(phone: Phone, now: datetime, circumstances: Mapping[str, Any] | None = None) -> None:
    """Delete a number at its holder's wish, and what was agreed to for it."""
    for purpose in PURPOSES:
        withdraw(phone, purpose, method="page:texts", now=now, circumstances=circumstances)
    db.session.delete(phone)
    db.session.flush()


def skip(phone_id: int, reason: str, purpose: str | None = None) -> None:
    """Let nothing go to a number that still waits to, of one purpose or of all."""
    waits = (TextSending.phone_id == phone_id, TextSending.state == "queued")
    of_purpose = sa.select(TextCampaign.id).where(TextCampaign.purpose == purpose)
    step = sa.update(TextSending).where(*waits).values(state="skipped", reason=reason)
    db.session.execute(step if purpose is None else step.where(TextSending.text_id.in_(of_purpose)))


def _own(code: PhoneCode, now: datetime) -> Phone:
    """Give the number to who proved it; whoever had it before has it no more, and their consents for it lapse.

    A guest who proves a number that has a holder is that holder.
    """
    region = regions.region_of(code.number)
    if region is None:
        raise Refused(Refusal("country", _("We don't send texts to this country yet."), "number"))
    before = by_number(code.number)
    if before is not None and before.subject_id != code.subject_id and not _is_guest(code.subject_id):
        _take_away(before, now)
        before = None
    subject_id = before.subject_id if before else code.subject_id
    facts = {
        "number": code.number,
        "number_key": key_of(code.number),
        "country": region.country,
        "zone": code.zone or (before.zone if before else f"+{region.code}"),
        "locale": code.locale,
        "verified_at": now,
    }
    if not insert_once(Phone, id=new_id(), subject_id=subject_id, **facts):
        db.session.execute(sa.update(Phone).where(Phone.subject_id == subject_id).values(**facts))
    phone = of(subject_id)
    if phone is None:
        raise Refused(Refusal("busy", _("This did not work just now. Please try again."), "number"))
    db.session.refresh(phone)
    return phone


def _is_guest(subject_id: int) -> bool:
    return db.session.scalar(sa.select(Member.id).where(Member.subject_id == subject_id)) is None


def _take_away(phone: Phone, now: datetime) -> None:
    for purpose in PURPOSES:
        withdraw(phone, purpose, method="sms:number-moved", actor="system", action="expired", now=now)
    db.session.delete(phone)
    db.session.flush()


def _agree(code: PhoneCode, phone: Phone, now: datetime, circumstances: Mapping[str, Any]) -> None:
    """Record the yes to each purpose that was ticked, in the words that the form showed."""
    stands = standing(phone.subject_id)
    wanted = [name for name in PURPOSES if name in code.purposes and name not in stands]
    shown = evidence.shown(code.stamped)
    facts = {**circumstances, "number": phone.number, "asked_at": code.made_at.isoformat()}
    served = None
    if wanted and shown:
        served = ledger.serve(phone.subject_id, shown, method=METHOD, now=now, circumstances=facts, surface=HERE).id
    for purpose in wanted:
        consents.answer(
            phone.subject_id,
            purpose,
            CHANNEL,
            "given",
            now=now,
            method=METHOD,
            surface=HERE,
            shown=shown,
            served_id=served,
            circumstances=facts,
        )
