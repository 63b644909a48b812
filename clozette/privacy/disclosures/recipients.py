"""Recipients: organisations by name, and people who trade with each other by a number that means nobody once they are erased.

The log and the tree are never changed, so no name of a person is written there: it is looked up when somebody reads it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from flask import Flask, current_app
from flask_babel import gettext as _

from clozette.kernel import database, ids
from clozette.kernel.database import insert_once
from clozette.kernel.ids import new_id
from clozette.kernel.prepared import Prepared
from clozette.privacy import ledger
from clozette.privacy.disclosures import leaves
from clozette.privacy.disclosures.models import Recipient

_PEOPLE = "clozette.privacy.people"
_GIVEN = ("legal_name", "address", "country", "contact")
_EXACTLY = Prepared(
    sa.select(Recipient.id, *(getattr(Recipient, name) for name in _GIVEN)).where(
        *(getattr(Recipient, name) == sa.bindparam(name) for name in _GIVEN)
    )
)
Known = Callable[[int], tuple[str, str] | None]


class Party(NamedTuple):
    """A recipient, as it was read to hand something over."""

    id: int
    legal_name: str
    address: str
    country: str
    contact: str


@dataclass(frozen=True)
class Particulars:
    """Who a recipient is, for whoever reads the log now."""

    legal_name: str
    address: str
    country: str
    contact: str


def recipient(*, legal_name: str, address: str, country: str, contact: str, now: datetime) -> Party:
    """Return the recipient with exactly these particulars, added if they are new.

    :param contact: a mail address where possible; recipients are told of corrections and erasures there.
    :raises ValueError: if one of them is empty: a person is told who got their data, not a category.
    """
    given = dict(zip(_GIVEN, (legal_name, address, country, contact), strict=True))
    if not all(value.strip() for value in given.values()):
        raise ValueError("a recipient has a legal name, an address, a country and a contact")
    return _known(given, now)


def person(*, subject_id: int, country: str, now: datetime) -> Party:
    """Return the recipient that a member is to another one: the empty contact tells them from organisations."""
    return _known({"legal_name": ids.encode(subject_id), "address": "", "country": country, "contact": ""}, now)


def know_people(app: Flask, known: Known) -> None:
    """Say who knows a member's name and page by their subject; for the wiring page."""
    app.extensions[_PEOPLE] = known


def subject_of(row: Any) -> int | None:
    """Return whom a recipient is, if it is a person; ``row`` has the columns of ``Recipient``."""
    return None if row.contact else ids.decode(row.legal_name)


def particulars(row: Any) -> Particulars:
    """Return who a recipient is; ``row`` has the columns of ``Recipient``. Of a person who left nothing is known."""
    subject_id = subject_of(row)
    if subject_id is None:
        return Particulars(row.legal_name, row.address, row.country, row.contact)
    known: Known | None = current_app.extensions.get(_PEOPLE)
    name, page = (known(subject_id) if known else None) or (_("Somebody who has left"), "–")
    return Particulars(name, page, row.country, page)


def _known(given: dict[str, str], now: datetime) -> Party:
    database.flush()
    known = _EXACTLY.rows(database.connection(), given)
    if known:  # as nearly always: most hand-overs go to the same few
        return Party(*known[0])
    added = insert_once(Recipient, id=new_id(), **given, added_at=now)
    party = Party(*_EXACTLY.rows(database.connection(), given)[0])
    if added:
        ledger.commit_to("recipient", party.id, leaves.of_recipient(party), None)
    return party
