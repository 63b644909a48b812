"""What the doctor looks at here: whether all that left is in the log (requirement 79)."""

from flask import Flask

from clozette.kernel.database import db
from clozette.privacy.disclosures import departures
from clozette.settings import Settings


def disclosures(app: Flask, settings: Settings) -> str:
    """Say how many departures no log covers."""
    with app.app_context():
        found = len(departures.faults())
        db.session.rollback()
    return (
        f"Bytes left {found} times that the log of disclosures doesn't cover: see /admin/disclosures." if found else ""
    )
