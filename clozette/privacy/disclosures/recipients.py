"""Recipients by name."""

from datetime import datetime

import sqlalchemy as sa

from clozette.kernel.database import db, insert_once
from clozette.kernel.ids import new_id
from clozette.privacy import ledger
from clozette.privacy.disclosures import leaves
from clozette.privacy.disclosures.models import Recipient


def recipient(*, legal_name: str, address: str, country: str, contact: str, now: datetime) -> Recipient:
    """Return the recipient with exactly these particulars, added if they are new.

    :param contact: a mail address where possible; recipients are told of corrections and erasures there.
    :raises ValueError: if one of them is empty: a person is told who got their data, not a category.
    """
    given = {"legal_name": legal_name, "address": address, "country": country, "contact": contact}
    if not all(value.strip() for value in given.values()):
        raise ValueError("a recipient has a legal name, an address, a country and a contact")
    added = insert_once(Recipient, id=new_id(), **given, added_at=now)
    row = db.session.scalars(sa.select(Recipient).filter_by(**given)).one()
    if added:
        ledger.commit_to("recipient", row.id, leaves.of_recipient(row), None)
    return row
