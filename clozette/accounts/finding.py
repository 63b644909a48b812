"""Finding members by how their handle or name begins."""

import sqlalchemy as sa

from clozette.accounts.models import Member

_TOP = "\U0010ffff"
"""Sorts after every letter, by code points."""


def by_handle(start: str) -> sa.ColumnElement[bool]:
    """The handle begins so. A range, not LIKE, which uses no index here; the column is sorted by code points."""
    return sa.and_(Member.handle >= start, Member.handle < start + _TOP)


def by_name(start: str) -> sa.ColumnElement[bool]:
    """The display name begins so, in capitals or not. PostgreSQL has an index for such patterns."""
    # Not ILIKE, which would use no index; and both sides in small letters as the database knows them.
    return sa.func.lower(Member.display_name).startswith(sa.func.lower(_escaped(start)), escape="/")


def _escaped(words: str) -> str:
    return words.replace("/", "//").replace("%", "/%").replace("_", "/_")
