"""Which numbers a register has to be asked about, and the file of them that staff upload there: a hand-over like any other.

Its answer comes back by ``register``. Until it does the numbers stay due; whoever waited longest is in the next file.
"""

import json
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from clozette.kernel.database import db
from clozette.kernel.ids import new_id
from clozette.kernel.ports.couriers import Download
from clozette.kernel.refusal import Refusal, Refused
from clozette.newsletters.texts import eligibility, regions
from clozette.newsletters.texts.models import Phone
from clozette.privacy import disclosures, subjects
from clozette.privacy.disclosures.models import Disclosure, Handover
from clozette.privacy.models import StaffRead

AT_ONCE = 2000
WHAT = TRIGGER = "register check"
DUTY = "Personal Data Protection Act 2012 (Singapore), section 43: the register is asked before a message is sent"
_NUMBER = "newsletters_phones.number"
_REGISTER = {
    "legal_name": "Personal Data Protection Commission (Do Not Call Registry)",
    "address": "10 Pasir Panjang Road, #03-01 Mapletree Business City, Singapore 117438",
    "country": "SG",
    "contact": "https://www.dnc.gov.sg/",
}


def count(now: datetime) -> int:
    """Count the numbers that a register has to be asked about."""
    return db.session.scalar(sa.select(sa.func.count()).select_from(Phone).where(*eligibility.is_due(now))) or 0


def hand_out(*, by_id: int, now: datetime) -> bytes:
    """Write down that the register gets to know some numbers, and return the file with them: one a line.

    :param by_id: the subject of who takes it there.
    :raises Refused: if no number is due, or one of them is being erased just now.
    """
    people = _people(now)
    if not people:
        raise Refused(Refusal("nobody", _("There is no number that the register has to be asked about.")))
    agreement = disclosures.Agreement(purpose="register", trigger=TRIGGER, basis="law", duty=DUTY)
    to = disclosures.recipient(**_REGISTER, now=now)
    try:
        release = disclosures.disclose(
            recipient=to, agreement=agreement, people=people, fields=[_NUMBER], now=now, actor_id=by_id
        )
    except disclosures.BeingErased:
        message = _("Somebody in it asked to be forgotten at this moment. Please try again.")
        raise Refused(Refusal("leaving", message)) from None
    _note_reads(people, by_id, now)
    courier = Download()
    courier.carry(release)
    lines = [regions.national(row[_NUMBER]) for row in json.loads(courier.payload)]
    return "".join(f"{line}\r\n" for line in lines).encode()


def _people(now: datetime) -> dict[int, dict[str, str]]:
    """Lock whose numbers are due, and read them then."""
    handed = sa.select(sa.func.max(Handover.at)).join(Disclosure, Disclosure.handover_id == Handover.id)
    last = handed.where(Disclosure.subject_id == Phone.subject_id, Handover.trigger == TRIGGER)
    wanted = sa.select(Phone.subject_id).where(*eligibility.is_due(now))
    chosen = db.session.scalars(
        wanted.order_by(sa.nulls_first(last.correlate(Phone).scalar_subquery()), Phone.id).limit(AT_ONCE)
    ).all()
    subjects.lock(chosen)
    theirs = sa.select(Phone.subject_id, Phone.number).where(Phone.subject_id.in_(chosen), *eligibility.is_due(now))
    return {row.subject_id: {_NUMBER: row.number} for row in db.session.execute(theirs)}


def _note_reads(people: dict[int, Any], by_id: int, now: datetime) -> None:
    said = {"reader_id": by_id, "at": now, "what": WHAT, "reason": DUTY, "fields": ["number"]}
    db.session.execute(sa.insert(StaffRead), [{"id": new_id(), "subject_id": one, **said} for one in people])
