"""The one way in which states of money change: a statement whose condition holds, or nothing."""

from typing import Any

import sqlalchemy as sa

from clozette.kernel.database import db


def changed(statement: sa.Update) -> bool:
    """Run a conditional statement; say whether its condition held. What was read before is read anew."""
    done: Any = db.session.execute(statement, execution_options={"synchronize_session": False})
    if not done.rowcount:
        return False
    db.session.expire_all()
    return True
