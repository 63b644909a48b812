"""The record of processing (GDPR art. 30; UU PDP art. 31): made from the points and the declarations, never by hand."""

from dataclasses import asdict
from typing import Any

import sqlalchemy as sa
from flask import current_app
from flask_babel import get_locale, gettext

from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.personal import Personal
from clozette.privacy import notices, purposes
from clozette.privacy.controller import controller
from clozette.privacy.disclosures.models import Handover, Recipient
from clozette.privacy.points import POINTS, PURPOSE_NAMES, CollectionPoint
from clozette.rights import declared
from clozette.rights.declared import DeclaredTable
from clozette.rights.desk import kept
from clozette.settings import Settings

FORMAT = "clozette record of processing, 1"


def record() -> dict[str, Any]:
    """Return the whole record as plain values, in the reader's language; names of fields and tables are the program's."""
    settings: Settings = current_app.extensions["clozette.settings"]
    return {
        "format": FORMAT,
        "made_at": clock.now().isoformat(timespec="seconds"),
        "language": str(get_locale() or "en"),
        "policy_version": notices.policy_in_force()[0],
        "controller": {"site": settings.base_url, **asdict(controller())},
        "collection_points": [_point(one) for one in POINTS.values()],
        "consent_purposes": [_purpose(one) for one in purposes.PURPOSES.values()],
        "recipients": _recipients(),
        "data": [_table(one) for one in declared.personal_tables()],
        "not_personal": [
            {"table": one.name, "because": one.said.no_subject} for one in declared.tables() if one.said.no_subject
        ],
    }


def _point(one: CollectionPoint) -> dict[str, Any]:
    return {
        "id": one.id,
        "title": str(one.title),
        "open": one.is_open,
        "mandatory": list(one.mandatory),
        "optional": list(one.optional),
        "purposes": [purpose.value for purpose in one.purposes],
        "purposes_in_words": [str(PURPOSE_NAMES[purpose]) for purpose in one.purposes],
        "lawful_basis": one.basis,
        "recipients": [str(recipient) for recipient in one.recipients],
        "retention": str(one.retention),
        "policy_clause": one.clause,
        "channels": list(one.channels),
    }


def _purpose(one: purposes.ConsentPurpose) -> dict[str, Any]:
    return {"id": one.id, "title": str(one.title), "channels": list(one.channels), "whose": one.whose}


def _recipients() -> list[dict[str, str]]:
    """Name every party outside that ever got something by a consent or a contract.

    Authorities are left out: that one of them asked at all may have to stay secret; and members who trade with each other.
    """
    given = sa.select(Handover.recipient_id).where(Handover.basis.in_(("consent", "contract")))
    known = (
        sa.select(Recipient)
        .where(Recipient.id.in_(given), Recipient.contact != "")
        .order_by(Recipient.legal_name, Recipient.id)
    )
    return [
        {"legal_name": one.legal_name, "address": one.address, "country": one.country, "contact": one.contact}
        for one in db.session.scalars(known)
    ]


def _table(one: DeclaredTable) -> dict[str, Any]:
    columns = {name: said for name, said in one.said.columns.items() if isinstance(said, Personal)}
    return {
        "room": one.room,
        "table": one.name,
        "title": kept.plain_name(one),
        "fields": [_column(name, said) for name, said in columns.items()],
    }


def _column(name: str, said: Personal) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": name,
        "category": said.category,
        "purposes": [purpose.value for purpose in said.purposes],
        "retention": gettext(said.retention),
        "erasure": said.erasure,
        "exported": said.export,
    }
    if said.kept_because:
        found["kept_because"] = gettext(said.kept_because)
    if said.hidden_because:
        found["not_exported_because"] = gettext(said.hidden_because)
    return found
