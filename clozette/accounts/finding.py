"""Finding members by how their handle or name begins."""

import sqlalchemy as sa

from clozette.accounts.models import Member
from clozette.kernel.database import db

_TOP = "\U0010ffff"
"""Sorts after every letter, by code points."""


def by_handle(start: str) -> sa.ColumnElement[bool]:
    """The handle begins so. A range, not LIKE, which uses no index here; the column is sorted by code points."""
    return sa.and_(Member.handle >= start, Member.handle < start + _TOP)


def by_name(start: str) -> sa.ColumnElement[bool]:
    """The display name begins so, in capitals or not (on SQLite: in those of ASCII). Both have an index for it."""
    # A range here too: for a plan that serves any words, PostgreSQL can't look LIKE up. The order of its database is that
    # of a language; these operators of its go by code points, as the index does.
    at_least, less = (">=", "<") if db.get_engine().dialect.name == "sqlite" else ("~>=~", "~<~")
    # Both sides in small letters as the database knows them.
    name, begins, ends = (sa.func.lower(text) for text in (Member.display_name, start, start + _TOP))
    return sa.and_(name.bool_op(at_least)(begins), name.bool_op(less)(ends))
