"""What the tree says of recipients, hand-overs, disclosures and silences (requirement 76): our own words and ids alone."""

import hashlib
from typing import Any

from clozette.kernel import ids
from clozette.privacy import ledger
from clozette.privacy.disclosures.models import Disclosure, Handover, Recipient, Silence


def of_recipient(row: Any) -> bytes:
    """Return the leaf of an organisation; its contact may be a person's address and is left out."""
    return ledger.payload({"name": row.legal_name, "address": row.address, "country": row.country})


def of_handover(row: Any) -> bytes:
    """Return the leaf of a hand-over. The digest is of a payload with random words in it, so it can't be guessed."""
    return ledger.payload(
        {
            "at": ledger.moment(row.at),
            "recipient": ids.encode(row.recipient_id),
            "trigger": row.trigger,
            "object": _id(row.object_id),
            "purpose": row.purpose,
            "basis": row.basis,
            "duty": row.duty,
            "categories": list(row.categories),
            "fields": list(row.fields),
            "means": row.means,
            "sha256": row.payload_sha256,
            "bytes": row.payload_bytes,
            "rows": row.row_count,
            "actor": _id(row.actor_id),
            "retention": row.retention,
            "contract": row.contract,
        }
    )


def of_disclosure(row: Any) -> bytes:
    """Return the leaf of one person in a hand-over."""
    return ledger.payload(
        {
            "handover": ids.encode(row.handover_id),
            "consent": _id(row.consent_id),
            "wording": row.wording,
            "policy": row.policy_version,
            "reference": hashlib.sha256(row.reference).hexdigest(),
        }
    )


def of_silence(row: Silence) -> bytes:
    """Return the leaf of a silence; its reason may name somebody and is left out."""
    return ledger.payload(
        {
            "handover": _id(row.handover_id),
            "case": _id(row.case_id),
            "at": ledger.moment(row.at),
            "until": ledger.moment(row.until),
            "by": _id(row.by_id),
        }
    )


def _id(number: int | None) -> str | None:
    return None if number is None else ids.encode(number)


ledger.register_kind(ledger.Kind("recipient", Recipient, of_recipient, subject_of=None))
ledger.register_kind(ledger.Kind("handover", Handover, of_handover, subject_of=None))
ledger.register_kind(ledger.Kind("disclosure", Disclosure, of_disclosure))
ledger.register_kind(ledger.Kind("silence", Silence, of_silence, subject_of=None))
