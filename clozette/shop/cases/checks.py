"""What the doctor looks at here."""

from flask import Flask

from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.settings import Settings
from clozette.shop.cases import queries


def cases(app: Flask, settings: Settings) -> str:
    """Say how many cases the staff should have decided by now."""
    with app.app_context():
        late = queries.late(clock.now())
        db.session.rollback()
    return f"{late} cases are overdue: decide them at /admin/shop/cases" if late else ""
