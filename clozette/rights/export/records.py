"""The records of an archive that are proof rather than tables: receipts with their proofs, and who got what (81)."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa
from flask import current_app

from clozette.kernel import ids
from clozette.kernel.database import db
from clozette.privacy import disclosures, receipts
from clozette.privacy.disclosures.models import Disclosure, Handover, Recipient
from clozette.privacy.models import LedgerEntry, Wording
from clozette.privacy.tree import canonical
from clozette.rights.export import contents, snapshot
from clozette.rights.export.archive import Archive


def write_receipts(archive: Archive, connection: sa.Connection, subject_id: int) -> int:
    """Write a receipt for everything that the person was shown and answered, each with its proof; say how many."""
    mine = sa.select(LedgerEntry.id).where(LedgerEntry.subject_id == subject_id).order_by(LedgerEntry.id)
    lines: list[dict[str, str]] = []
    for row in snapshot.rows(connection, mine):
        receipt = receipts.of(db.session.get_one(LedgerEntry, row["id"]))
        db.session.expunge_all()  # none is looked at twice
        name = str(receipt["consentReceiptID"])
        archive.add(f"receipts/{name}.json", _document(receipt))
        entry = receipt["entry"]
        lines.append({"name": name, **{key: str(entry[key] or "") for key in ("at", "action", "purpose", "channel")}})
    if lines:
        page = current_app.jinja_env.get_template("rights/export/receipts.html")
        archive.add("receipts/index.html", page.render(receipts=lines).encode())
    return len(lines)


def write_wordings(archive: Archive, connection: sa.Connection, subject_id: int) -> None:
    """Write the very words that the person was shown, named by their digests."""
    shown = sa.select(LedgerEntry.wording).where(LedgerEntry.subject_id == subject_id)
    wanted = sa.select(Wording.digest, Wording.text).where(Wording.digest.in_(shown)).order_by(Wording.digest)
    for row in snapshot.rows(connection, wanted):
        archive.add(f"receipts/wordings/{row['digest']}.txt", row["text"].encode())


def write_disclosures(archive: Archive, connection: sa.Connection, subject_id: int) -> None:
    """Write who got the person's data: recipients by name and address, what, when, why (77)."""
    archive.add("disclosures.json", _document({"disclosures": list(_disclosures(connection, subject_id))}))


def _disclosures(connection: sa.Connection, subject_id: int) -> Iterator[dict[str, Any]]:
    facts = ("trigger", "purpose", "basis", "duty", "categories", "fields", "means", "payload_sha256", "retention")
    wanted = (
        sa.select(
            Disclosure.id,
            Disclosure.consent_id,
            Handover.at,
            *(getattr(Handover, name) for name in facts),
            *(getattr(Recipient, name) for name in ("legal_name", "address", "country", "contact")),
        )
        .join(Handover, Handover.id == Disclosure.handover_id)
        .join(Recipient, Recipient.id == Handover.recipient_id)
        .where(Disclosure.subject_id == subject_id, contents.may_be_told(Disclosure.__tablename__))
        .order_by(Disclosure.id)
    )
    for row in snapshot.rows(connection, wanted):
        yield {
            "id": ids.encode(row["id"]),
            "at": canonical.moment(row["at"]),
            "recipient": asdict(disclosures.particulars(SimpleNamespace(**row))),
            "consent": None if row["consent_id"] is None else ids.encode(row["consent_id"]),
            **{name: row[name] for name in facts},
        }


def _document(content: dict[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False, indent=1).encode() + b"\n"
