"""Telling recipients (requirement 78): one tracked duty for each recipient who ever got something about a person."""

from collections import defaultdict
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa

from clozette.kernel.database import db, insert_once
from clozette.kernel.ids import new_id
from clozette.kernel.tasks import enqueue
from clozette.privacy import subjects
from clozette.privacy.disclosures.models import Disclosure, Handover, Telling
from clozette.privacy.disclosures.tasks import tell_recipient
from clozette.privacy.models import LedgerEntry, Subject

Kind = Literal["erasure", "correction", "withdrawal", "term"]
References = dict[str, datetime]
"""What payloads call a person, and when each went out."""


def tell_recipients(
    subject_id: int,
    *,
    kind: Kind,
    cause_id: int,
    now: datetime,
    purpose: str | None = None,
    channel: str | None = None,
    field: str | None = None,
) -> list[int]:
    """Make it a task to tell every recipient of a person's data.

    Asking twice for the same cause tells once, and again only of what was handed over in between. At an erasure it runs before the subject's key goes: the references that
    recipients know the person by are readable no longer after that.

    :param purpose: only those who got it for this purpose, for a withdrawal; with ``channel``, not those who got it by a
        consent to another channel.
    :param field: only those who got this ``table.column``, for a correction.
    :returns: the recipients who are told.
    """
    subject = db.session.get_one(Subject, subject_id)
    known = (
        sa.select(Handover.recipient_id, Disclosure.reference, Handover.fields, Handover.at)
        .join(Handover, Handover.id == Disclosure.handover_id)
        .outerjoin(LedgerEntry, LedgerEntry.id == Disclosure.consent_id)
        .where(Disclosure.subject_id == subject_id)
    )
    if purpose is not None:
        known = known.where(Handover.purpose == purpose)
    if channel is not None:
        by_it = sa.func.coalesce(LedgerEntry.channel, "") == channel
        known = known.where(sa.or_(Disclosure.consent_id.is_(None), by_it))
    references: dict[int, References] = defaultdict(dict)
    for recipient_id, sealed, fields, at in db.session.execute(known):
        if field is not None and field not in fields:
            continue
        references[recipient_id][subjects.unseal(subject, sealed)["reference"]] = at
    for recipient_id, theirs in references.items():
        values = {"subject_id": subject_id, "recipient_id": recipient_id, "kind": kind, "cause_id": cause_id}
        _ask(values, theirs, now)
    return list(references)


def tell_of_term(handover_id: int, *, now: datetime) -> int:
    """Make it a task to tell the recipient of one hand-over that the time is over for which it may keep what it got.

    Whoever was asked to be deleted since, and whose key is gone, is not asked for again. How many people it is about.
    """
    handover = db.session.get_one(Handover, handover_id)
    told = sa.exists().where(
        Telling.subject_id == Disclosure.subject_id,
        Telling.recipient_id == handover.recipient_id,
        Telling.kind.in_(("erasure", "withdrawal")),
        Telling.asked_at >= handover.at,
    )
    mine = (Disclosure.handover_id == handover_id, Subject.key.is_not(None), ~told)
    people = sa.select(Disclosure, Subject).join(Subject, Subject.id == Disclosure.subject_id).where(*mine)
    about = {"recipient_id": handover.recipient_id, "kind": "term", "cause_id": handover_id}
    rows = db.session.execute(people.order_by(Disclosure.id)).all()
    for disclosure, subject in rows:
        reference = subjects.unseal(subject, disclosure.reference)["reference"]
        _ask({"subject_id": subject.id, **about}, {reference: handover.at}, now)
    return len(rows)


def _ask(values: dict[str, Any], theirs: References, now: datetime) -> None:
    """Add the duty, or what it doesn't cover yet: then the recipient is told again."""
    telling_id = new_id()
    if insert_once(Telling, id=telling_id, **values, known_as=list(theirs), asked_at=now):
        enqueue(tell_recipient, telling_id=telling_id)
        return
    asked = sa.select(Telling).filter_by(**values).with_for_update().execution_options(populate_existing=True)
    telling = db.session.scalars(asked).one()
    # What a recipient has confirmed is forgotten (``confirm``): of that, only what was handed over since is new.
    done = telling.confirmed_at
    new = [word for word, at in theirs.items() if word not in telling.known_as and (done is None or at > done)]
    if new:
        telling.known_as = [*telling.known_as, *new]
        telling.told_at = telling.confirmed_at = None
        db.session.flush()
        enqueue(tell_recipient, telling_id=telling.id)


def confirm(telling: Telling, *, now: datetime) -> None:
    """Note that a recipient confirmed; what it was known by is forgotten here too."""
    if telling.confirmed_at is None:
        telling.told_at = telling.told_at or now
        telling.confirmed_at = now
        telling.known_as = []
        db.session.flush()


def mark_told(telling: Telling, *, now: datetime) -> None:
    """Note that a recipient who can't be reached by mail was told by other means."""
    telling.told_at = telling.told_at or now
    db.session.flush()
