"""What the doctor looks at here: whether what is in the accounts is what was moved there."""

from flask import Flask

from clozette.kernel.database import db
from clozette.settings import Settings
from clozette.shop.ledger import queries


def balances(app: Flask, settings: Settings) -> str:
    """Say how many accounts of sellers are off."""
    with app.app_context():
        found = len(queries.faults())
        db.session.rollback()
    return f"{found} accounts of sellers are not what their moves add up to." if found else ""
