"""``disclose``: checks the right, builds the payload from the declared fields, writes the log, and gives the slip."""

import csv
import hashlib
import io
import json
import secrets
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace
from typing import Any, Literal

import sqlalchemy as sa
from flask import Flask, current_app

from clozette.kernel import database
from clozette.kernel.database import db
from clozette.kernel.formulas import neutral
from clozette.kernel.ids import new_id
from clozette.kernel.personal import Declaration, Personal
from clozette.kernel.ports import departures as ports
from clozette.kernel.ports.release import Release
from clozette.kernel.prepared import Insert, Prepared
from clozette.privacy import consents, ledger, subjects
from clozette.privacy.disclosures import departures, leaves
from clozette.privacy.disclosures.models import Disclosure, Handover, Recipient
from clozette.privacy.disclosures.recipients import Party, particulars
from clozette.privacy.models import Consent, LedgerEntry

Basis = Literal["consent", "contract", "law", "claim", "vital"]
Means = Literal["file", "api", "webhook"]
Form = Literal["json", "csv"]
Known = Mapping[str, Any]

_AT_ONCE = 5_000
_KEY = "clozette.privacy.declared"
_LEAVING = "clozette.privacy.being_erased"


class NotConsented(Exception):
    """Somebody in the hand-over has no standing consent for this purpose."""


class NotDisclosable(Exception):
    """A field that no room declared, that is nobody's, or that is never given out; or a basis without its reason."""


class BeingErased(NotDisclosable):
    """The erasure of somebody in the hand-over has begun: nothing of them goes out any more."""


@dataclass(frozen=True)
class Agreement:
    """Under what the data goes out.

    :param purpose: what the recipient may do with it; with ``consent`` the purpose of the consent, and ``channel`` its
        channel: a yes to mails lets nobody's telephone number out.
    :param duty: which law or contract, for any other basis.
    :param trigger: what led to it (``contest``, ``law`` …), and the id of that thing.
    :param retention: how long the recipient promised to keep it; ``contract``: the agreement with them.
    """

    purpose: str
    trigger: str
    object_id: int | None = None
    basis: Basis = "consent"
    duty: str = ""
    means: Means = "file"
    retention: str = ""
    contract: str = ""
    channel: str = ""


@dataclass(frozen=True)
class _Person:
    subject_id: int
    key: bytes
    consent: Any
    reference: str


def init_app(app: Flask, declarations: Iterable[Declaration]) -> None:
    """Hand in every room's declaration: only what is declared in one can go out. Ports note departures in our log."""
    ports.init_app(app, departures.note)
    app.jinja_env.globals["particulars"] = particulars
    app.extensions[_KEY] = {
        f"{table}.{name}": column
        for tables in declarations
        for table, said in tables.items()
        for name, column in said.columns.items()
    }


def ask_erasures_of(app: Flask, begun: Callable[[Collection[int]], Collection[int]]) -> None:
    """Say who knows which of some subjects are being erased; for the wiring page."""
    app.extensions[_LEAVING] = begun


def disclose(
    *,
    recipient: Recipient | Party,
    agreement: Agreement,
    people: Mapping[int, Known],
    fields: Sequence[str],
    now: datetime,
    actor_id: int | None = None,
    form: Form = "json",
    mark: str = "",
) -> Release:
    """Check the right to it, build the payload, write one row for the hand-over and one per person, return the slip.

    The payload is a JSON list with one object a person: the named fields, and a random ``reference`` to speak of the
    person by later. It makes the payload's digest say nothing to whoever guesses at its content. As ``csv`` it has a
    column for each field, and no spreadsheet calculates any of them.

    :param mark: stands in every row of the payload: by it a copy that turns up elsewhere is known.
    :param people: subject id to what is known of them by ``table.column``; only ``fields`` of it go out.
    :param actor_id: the subject of the member of staff who does it; none for what the site does by itself.
    :raises NotConsented: if one of them has not given, or has withdrawn, consent for the purpose.
    :raises NotDisclosable: for a field that is undeclared, not personal or secret, and for a missing reason;
        ``BeingErased`` if the erasure of one of them has begun.
    """
    columns = [_declared(name) for name in fields]
    if not people or not fields or (agreement.basis != "consent" and not agreement.duty):
        raise NotDisclosable("a hand-over has people, fields, and a reason where it has no consent")
    persons = _persons(_hold(people), agreement)
    payload = _written(_rows(people, fields, persons, mark), form)
    handover = SimpleNamespace(
        id=new_id(),
        at=now,
        recipient_id=recipient.id,
        categories=sorted({column.category for column in columns}),
        fields=list(fields),
        payload_sha256=hashlib.sha256(payload).hexdigest(),
        payload_bytes=len(payload),
        row_count=len(people),
        actor_id=actor_id,
        **_said(agreement),
    )
    rows = [_row(handover.id, person) for person in persons.values()]
    connection = database.connection()
    _HANDOVER.run(connection, vars(handover))
    _DISCLOSURE.run(connection, *map(vars, rows))
    _commit_to(handover, rows)
    return Release(recipient.legal_name, agreement.purpose, payload, tuple(row.id for row in rows), handover.id)


def again(handover_id: int, payload: bytes) -> Release:
    """Make the slip of a hand-over again from its kept payload, for another try; nothing new is logged.

    :raises NotDisclosable: if these are not the bytes that the log says.
    """
    database.flush()
    given = {"handover": handover_id, "digest": hashlib.sha256(payload).hexdigest()}
    rows = _MADE.rows(database.connection(), given)
    if not rows:
        raise NotDisclosable("these are not the bytes of that hand-over")
    return Release(rows[0].legal_name, rows[0].purpose, payload, tuple(row.id for row in rows), handover_id)


_MADE = Prepared(
    sa.select(Recipient.legal_name, Handover.purpose, Disclosure.id)
    .join_from(Recipient, Handover, Handover.recipient_id == Recipient.id)
    .join(Disclosure, Disclosure.handover_id == Handover.id)
    .where(Handover.id == sa.bindparam("handover"), Handover.payload_sha256 == sa.bindparam("digest"))
    .order_by(Disclosure.id)
)


_HANDOVER, _DISCLOSURE = Insert(Handover), Insert(Disclosure)


def _commit_to(handover: Any, rows: Sequence[Any]) -> None:
    """Let the tree say it too."""
    ledger.wait(
        ledger.waiting("handover", handover.id, leaves.of_handover(handover), None),
        *[ledger.waiting("disclosure", row.id, leaves.of_disclosure(row), row.subject_id) for row in rows],
    )


def _hold(people: Collection[int]) -> Mapping[int, bytes | None]:
    """Lock everybody in it: an answer or an erasure comes wholly before this hand-over, or sees it and tells the recipient.

    What the door reads of them it must read after this. Returns their keys.
    """
    keys = subjects.lock(people)
    begun: Callable[[Collection[int]], Collection[int]] | None = current_app.extensions.get(_LEAVING)
    leaving = begun(people) if begun else ()
    if leaving:
        raise BeingErased(f"{len(leaving)} of the people are being erased")
    return keys


def _declared(name: str) -> Personal:
    column = current_app.extensions[_KEY].get(name)
    if not isinstance(column, Personal):
        raise NotDisclosable(f"{name} is no declared personal column")
    if not column.export:
        raise NotDisclosable(f"{name} is never given out: {column.hidden_because}")
    return column


def _said(agreement: Agreement) -> dict[str, Any]:
    names = ("purpose", "trigger", "object_id", "basis", "duty", "means", "retention", "contract")
    return {name: getattr(agreement, name) for name in names}


def _persons(keys: Mapping[int, bytes | None], agreement: Agreement) -> dict[int, _Person]:
    """Return everybody in it by subject id, each with the consent that stands.

    :raises NotConsented: if one of them has none.
    """
    chosen, given = sorted(keys), dict[int, Any]()
    if agreement.basis == "consent":
        for start in range(0, len(chosen), _AT_ONCE):
            given |= _standing_consents(chosen[start : start + _AT_ONCE], agreement)
    return {one: _person(one, keys[one], given.get(one), agreement) for one in chosen}


def _person(subject_id: int, key: bytes | None, consent: Any, agreement: Agreement) -> _Person:
    if key is None:
        raise BeingErased(f"subject {subject_id} was erased")
    if consent is None and agreement.basis == "consent":
        raise NotConsented(f"subject {subject_id} has no standing consent for {agreement.purpose} {agreement.channel}")
    return _Person(subject_id, key, consent, secrets.token_hex(16))


def _rows(
    people: Mapping[int, Known], fields: Sequence[str], persons: Mapping[int, _Person], mark: str
) -> list[dict[str, Any]]:
    """The people in the order of their references, which says nothing about them."""
    marked = {"mark": mark} if mark else {}
    rows = [
        {"reference": persons[subject_id].reference, **marked, **{name: known.get(name) for name in fields}}
        for subject_id, known in people.items()
    ]
    return sorted(rows, key=lambda row: str(row["reference"]))


def _written(rows: Sequence[Mapping[str, Any]], form: Form) -> bytes:
    if form == "json":
        return json.dumps(rows, ensure_ascii=False, sort_keys=True, default=str).encode()
    sheet = io.StringIO()
    writer = csv.DictWriter(sheet, list(rows[0]), lineterminator="\r\n")
    writer.writeheader()
    writer.writerows({name: neutral(_cell(value)) for name, value in row.items()} for row in rows)
    return sheet.getvalue().encode()


def _cell(value: Any) -> str:
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
    return "" if value is None else str(value)


def _row(handover_id: int, person: _Person) -> Any:
    return SimpleNamespace(
        id=new_id(),
        handover_id=handover_id,
        subject_id=person.subject_id,
        consent_id=person.consent.id if person.consent else None,
        wording=person.consent.wording if person.consent else None,
        policy_version=person.consent.policy_version if person.consent else None,
        reference=subjects.seal_with(person.key, person.subject_id, {"reference": person.reference}),
    )


def _standing_consents(subject_ids: Sequence[int], agreement: Agreement) -> dict[int, Any]:
    """Return the ledger entries of the consents that stand for the purpose by the channel."""
    given = (
        sa.select(Consent.subject_id, LedgerEntry.id, LedgerEntry.wording, LedgerEntry.policy_version)
        .join(LedgerEntry, LedgerEntry.id == Consent.entry_id)
        .where(
            Consent.subject_id.in_(subject_ids),
            Consent.purpose == agreement.purpose,
            Consent.channel == agreement.channel,
            consents.is_in_force(),
        )
    )
    return {row.subject_id: row for row in db.session.execute(given)}
