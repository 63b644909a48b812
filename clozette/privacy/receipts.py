"""Receipts: what was shown and answered, in one document that proves itself (requirements 22 and 23).

The outer fields are those of Kantara's consent receipt 1.1; ``entry`` is the ledger's own, with the words that were shown
and the proof that the entry is in the tree under a signed head. ``tools/verify_ledger.py`` checks a saved receipt.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import current_app
from flask_babel import force_locale

from clozette.kernel import ids
from clozette.kernel.database import db
from clozette.privacy import subjects
from clozette.privacy.controller import controller
from clozette.privacy.ledger import audit, state
from clozette.privacy.models import LedgerEntry, Subject, Wording
from clozette.privacy.points import POINTS, purpose_names
from clozette.privacy.purposes import ConsentPurpose, purpose_of, title
from clozette.privacy.tree import canonical

Receipt = dict[str, Any]
VERSION = "KI-CR-v1.1.0"


def of(entry: LedgerEntry) -> Receipt:
    """Return the receipt of one entry, in the language it was shown in."""
    words = db.session.get_one(Wording, entry.wording)
    facts = _sealed_facts(entry)
    with force_locale(words.language):
        return {
            "version": VERSION,
            "jurisdiction": facts.get("jurisdiction") or "",
            "consentTimestamp": int(entry.at.timestamp()),
            "collectionMethod": entry.method,
            "consentReceiptID": ids.encode(entry.id),
            "language": words.language,
            "piiPrincipalId": ids.encode(entry.subject_id),
            "piiControllers": [_controller()],
            "policyUrl": f"{_settings().base_url}/policy/{entry.policy_version}",
            "services": [{"service": "Clozette", "purposes": [_purpose(entry)]}],
            "sensitive": False,
            "spiCat": [],
            "entry": _facts(entry, words.text, facts),
            "proof": audit.prove("consent", entry.id),
        }


def standing_at(
    subject_id: int, purpose: str, channel: str, at: datetime, *, actions: Collection[str] = state.ANSWERS
) -> LedgerEntry | None:
    """Return the answer that counted at a moment; ``of`` makes the proof of it.

    :param actions: of these answers alone, such as the yeses.
    """
    answers = sa.select(LedgerEntry).where(
        LedgerEntry.subject_id == subject_id,
        LedgerEntry.purpose == purpose,
        LedgerEntry.channel == channel,
        LedgerEntry.action.in_(actions),
        LedgerEntry.at <= at,
    )
    found: LedgerEntry | None = db.session.scalar(answers.order_by(LedgerEntry.id.desc()).limit(1))
    return found


def _facts(entry: LedgerEntry, words: str, sealed: dict[str, Any]) -> dict[str, Any]:
    return {
        "action": entry.action,
        "purpose": entry.purpose,
        "channel": entry.channel,
        "at": canonical.moment(entry.at),
        "received_at": canonical.moment(entry.received_at),
        "point": entry.point,
        "basis": entry.basis,
        "surface": entry.surface,
        "method": entry.method,
        "actor": entry.actor,
        "policy_version": entry.policy_version,
        "policy_sha256": entry.policy_sha256,
        "served": None if entry.served_id is None else ids.encode(entry.served_id),
        "wording": words,
        "wording_sha256": entry.wording,
        "circumstances": sealed,
    }


def _purpose(entry: LedgerEntry) -> dict[str, Any]:
    point = POINTS[entry.point]
    asked = _asked(entry.purpose)
    return {
        "purpose": title(str(entry.purpose)) if asked else ", ".join(purpose_names(point)),
        "purposeCategory": [purpose.value for purpose in point.purposes],
        "consentType": "EXPLICIT" if asked else "NONE",
        "piiCategory": [*point.mandatory, *point.optional],
        "primaryPurpose": asked is None,
        "termination": str(point.retention),
        "thirdPartyDisclosure": asked is not None and asked.whose == "third",
        "thirdPartyName": ", ".join(map(str, point.recipients)),
    }


def _asked(name: str | None) -> ConsentPurpose | None:
    try:
        return purpose_of(name) if name else None
    except KeyError:
        return None


def _controller() -> dict[str, Any]:
    who = controller()
    address = {"address": {"streetAddress": who.address}} if who.address else {}
    return {"piiController": who.name, "contact": who.name, "email": who.contact, **address, "onBehalf": False}


def _sealed_facts(entry: LedgerEntry) -> dict[str, Any]:
    try:
        return subjects.unseal(db.session.get_one(Subject, entry.subject_id), entry.sealed)
    except subjects.Erased:
        return {}


def _settings() -> Any:
    return current_app.extensions["clozette.settings"]
