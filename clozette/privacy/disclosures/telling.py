"""Telling recipients (requirement 78): one tracked duty for each recipient who ever got something about a person."""

from collections import defaultdict
from datetime import datetime
from typing import Literal

import sqlalchemy as sa

from clozette.kernel.database import db, insert_once
from clozette.kernel.ids import new_id
from clozette.kernel.tasks import enqueue
from clozette.privacy import subjects
from clozette.privacy.disclosures.models import Disclosure, Handover, Telling
from clozette.privacy.disclosures.tasks import tell_recipient
from clozette.privacy.models import Subject

Kind = Literal["erasure", "correction", "withdrawal"]


def tell_recipients(
    subject_id: int, *, kind: Kind, cause_id: int, now: datetime, purpose: str | None = None, field: str | None = None
) -> list[int]:
    """Make it a task to tell every recipient of a person's data.

    Asking twice for the same cause tells once. At an erasure it runs before the subject's key goes: the references that
    recipients know the person by are readable no longer after that.

    :param purpose: only those who got it for this purpose, for a withdrawal.
    :param field: only those who got this ``table.column``, for a correction.
    :returns: the recipients who are told.
    """
    subject = db.session.get_one(Subject, subject_id)
    known = (
        sa.select(Handover.recipient_id, Disclosure.reference, Handover.fields)
        .join(Handover, Handover.id == Disclosure.handover_id)
        .where(Disclosure.subject_id == subject_id)
    )
    if purpose is not None:
        known = known.where(Handover.purpose == purpose)
    references: dict[int, list[str]] = defaultdict(list)
    for recipient_id, sealed, fields in db.session.execute(known):
        if field is not None and field not in fields:
            continue
        references[recipient_id].append(subjects.unseal(subject, sealed)["reference"])
    for recipient_id, theirs in references.items():
        telling_id = new_id()
        values = {"subject_id": subject_id, "recipient_id": recipient_id, "kind": kind, "cause_id": cause_id}
        if insert_once(Telling, id=telling_id, **values, known_as=theirs, asked_at=now):
            enqueue(tell_recipient, telling_id=telling_id)
    return list(references)


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
