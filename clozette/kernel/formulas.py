"""Spreadsheet formulas neutralised: a text that a spreadsheet would calculate gets an apostrophe before it.

A spreadsheet looks past blanks, and some take the full-width signs of East Asian keyboards for the plain ones. Quotes
around a value don't help: they are gone before the spreadsheet looks at it.
"""

import re
from typing import Any

import sqlalchemy as sa

# Blanks as code points, so that Python and PostgreSQL mean the same ones whatever the locale.
_BLANKS = r"\t\n\v\f\r \u0085\u00a0\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u2064\u3000\ufeff"
_SIGNS = r"=+@\u2212\uff0b\uff0d\uff1d\uff20-"
PATTERN = rf"^(?:[\t\n\r]|[{_BLANKS}]*[{_SIGNS}])"
_FORMULA = re.compile(PATTERN.replace("^", r"\A"))


def neutral(text: str) -> str:
    """Return ``text`` as a spreadsheet will show it and not calculate it."""
    return "'" + text if _FORMULA.match(text) else text


def neutral_sql(column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """Return the same as PostgreSQL says it.

    The comparison before the expression spares nearly every value the slow look: each sign and blank of ASCII sorts
    before ``A``.
    """
    suspicious = (column.collate("C") < "A") | (column.collate("C") > "~")
    return sa.case((sa.and_(suspicious, column.op("~")(PATTERN)), sa.literal("'") + column), else_=column)
