"""The disclosure log as files: one line for each hand-over, and nobody's name."""

import csv
import io
from collections.abc import Iterable

from clozette.kernel import ids
from clozette.kernel.database import db
from clozette.kernel.formulas import neutral
from clozette.privacy import disclosures, subjects
from clozette.privacy.disclosures.models import Disclosure
from clozette.privacy.disclosures.queries import Logged
from clozette.privacy.models import Subject

COLUMNS = (
    "id",
    "at",
    "legal_name",
    "address",
    "country",
    "contact",
    "trigger",
    "object",
    "purpose",
    "basis",
    "duty",
    "categories",
    "fields",
    "means",
    "sha256",
    "bytes",
    "people",
    "actor",
    "retention",
    "contract",
)


def sheet(rows: Iterable[Logged]) -> bytes:
    """Return hand-overs as CSV; no spreadsheet calculates any of it."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows([neutral(str(cell)) for cell in _cells(row)] for row in rows)
    return text.getvalue().encode()


def reference_of(row: Disclosure) -> str | None:
    """Return what a payload called a person; nothing once the person was erased."""
    try:
        return str(subjects.unseal(db.session.get_one(Subject, row.subject_id), row.reference)["reference"])
    except subjects.Erased:
        return None


def _cells(row: Logged) -> tuple[object, ...]:
    handover, to = row.handover, disclosures.particulars(row.recipient)
    return (
        ids.encode(handover.id),
        handover.at.isoformat(),
        to.legal_name,
        to.address,
        to.country,
        to.contact,
        handover.trigger,
        ids.encode(handover.object_id) if handover.object_id is not None else "",
        handover.purpose,
        handover.basis,
        handover.duty,
        " ".join(handover.categories),
        " ".join(handover.fields),
        handover.means,
        handover.payload_sha256,
        handover.payload_bytes,
        handover.row_count,
        ids.encode(handover.actor_id) if handover.actor_id is not None else "",
        handover.retention,
        handover.contract,
    )
