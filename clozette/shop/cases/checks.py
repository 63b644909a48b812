"""What the doctor looks at here."""

from flask import Flask

from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.settings import Settings
from clozette.shop.cases import queries, rules

_ALONE = (
    "An appeal is for somebody else than who decided first (clozette members promote HANDLE moderator); "
    f"{rules.ALONE_AFTER.days} days after it an admin may decide it even so."
)


def cases(app: Flask, settings: Settings) -> str:
    """Say how many cases the staff should have decided by now."""
    with app.app_context():
        late, due = queries.late(clock.now()), len(queries.proofs_due(clock.now() + rules.REMIND_BEFORE))
        db.session.rollback()
    faults = [f"{due} banks take proof for three days at most: see /admin/shop/cases."] if due else []
    faults += [f"{late} cases are overdue: decide them at /admin/shop/cases. {_ALONE}"] if late else []
    return " ".join(faults)
