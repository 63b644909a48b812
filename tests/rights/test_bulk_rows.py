"""An export's bytes: the same from both databases as from a plain reference, whatever the values are."""

import csv
import io
import json
from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa
from sqlalchemy import orm

from clozette.accounts.models import Member
from clozette.kernel.database import db
from clozette.kernel.formulas import neutral
from clozette.rights.bulk import rows
from clozette.rights.bulk.rows import Asked
from clozette.rights.bulk.uses import COLUMNS
from clozette.rights.export import cells
from tests.factories.accounts import make_member

FORMULAS = (
    "=1+1",
    "+49 30 1234",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "  =cmd|' /C calc'!A0",
    "\u00a0=1",
    "\v=1",
    "\u200b\u22121",
    "\ufeff=1",
    "\u3000＝1+1",
    "＝1",
    "＋1",
    "－1",
    "＠A",
    "−1",
    "\tplain after a tab",
)
PLAIN = (
    "",
    " ",
    "  leading blanks",
    "trailing ",
    'with "quotes"',
    '"',
    "comma, semicolon; =1+1",
    "two\nlines",
    "a\r\n=b",
    "back\\slash \\n \\. \\N",
    "\\.",
    "NULL",
    "null",
    "'already",
    "Zoë Łukasz 李明 🙂",
    "e\u0301 combining",
    "\u202eright to left",
    "\u2028\u2029",
    "\x7f\x01\x02\x1f\x0b\x0c\x08",
    "</script>",
    "A=1",
    "a@b",
    "1-2",
    "~",
)
NASTY = (*FORMULAS, *PLAIN)
NAMES = ("handle", "display_name", "country", "birth_date", "bio", "created_at", "deactivated_at")
MOMENTS = (
    datetime(2026, 11, 22, 21, 50, 9, 120000, UTC),
    datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
    datetime(2000, 2, 29, 0, 0, 0, 1, UTC),
)


def _fill() -> list[Member]:
    return [
        make_member(
            f"nasty_{number:03}",
            display_name=text,
            bio=text,
            birth_date=date(1980, 1, 1 + number % 28),
            created_at=MOMENTS[number % 3],
            deactivated_at=None if number % 2 else MOMENTS[number % 3],
        )
        for number, text in enumerate(NASTY)
    ]


def _written(style: rows.Style) -> list[bytes]:
    """Return what the database gives, cut at the ends of rows by the chunks' own count of people."""
    asked = Asked([COLUMNS[name] for name in NAMES], [Member.handle.startswith("nasty")], style, "m4rk")
    with db.get_engine("default").connect() as connection:
        rows.prepare(connection)
        chunks = list(rows.chunks(connection, asked))
    assert sum(chunk.people for chunk in chunks) == len(NASTY)
    return [chunk.data for chunk in chunks]


@pytest.mark.requirement(89)
@pytest.mark.parametrize("style", ["csv", "jsonl"])
def test_the_database_writes_what_the_reference_writes(db_session: orm.Session, style: rows.Style) -> None:
    members = _fill()
    values = [[getattr(member, name) for name in NAMES] + ["m4rk"] for member in members]
    expected = [rows.csv_line(row) if style == "csv" else rows.json_line([*NAMES, "export"], row) for row in values]
    db_session.commit()
    written = b"".join(_written(style))
    # No order is promised: a database may put a row where an older one left room.
    assert [line for line in expected if written.count(line) != 1] == []
    assert len(written) == sum(len(line) for line in expected)


@pytest.mark.requirement(89)
def test_json_keeps_every_text_exactly(db_session: orm.Session) -> None:
    _fill()
    db_session.commit()
    read = [json.loads(line) for line in b"".join(_written("jsonl")).decode().split("\n")[:-1]]
    read.sort(key=lambda one: one["handle"])
    assert [one["display_name"] for one in read] == list(NASTY)
    assert [one["bio"] for one in read] == list(NASTY)
    assert {one["export"] for one in read} == {"m4rk"}


@pytest.mark.requirement(89)
def test_no_cell_of_the_csv_is_a_formula(db_session: orm.Session) -> None:
    _fill()
    db_session.commit()
    read = sorted(csv.reader(io.StringIO(b"".join(_written("csv")).decode(), newline="")))
    assert [row[1] for row in read] == ["'" + text for text in FORMULAS] + list(PLAIN)


def test_none_is_told_from_an_empty_text(db_session: orm.Session) -> None:
    make_member("nasty_001", display_name="", deactivated_at=None)
    db_session.commit()
    asked = Asked([COLUMNS["display_name"], COLUMNS["deactivated_at"]], [Member.handle == "nasty_001"], "csv", "m")
    with db.get_engine("default").connect() as connection:
        assert b"".join(chunk.data for chunk in rows.chunks(connection, asked)) == b'"",,"m"\n'


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_gets_an_apostrophe(text: str) -> None:
    """In an export of many and in a person's own."""
    assert neutral(text) == "'" + text
    assert cells.to_csv(text) == "'" + text


@pytest.mark.parametrize("text", PLAIN)
def test_other_texts_stay(text: str) -> None:
    assert neutral(text) == text
    assert cells.to_csv(text) == text


@pytest.mark.parametrize(("style", "first"), [("csv", b'"handle","country","export"\n'), ("jsonl", b"")])
def test_the_header_names_the_columns(style: rows.Style, first: bytes) -> None:
    assert rows.header(Asked([COLUMNS["handle"], COLUMNS["country"]], [], style, "m")) == first


@pytest.mark.engines("postgresql")
def test_a_statement_that_fails_is_no_file(db_session: orm.Session) -> None:
    asked = Asked([COLUMNS["handle"]], [sa.func.no_such_thing(Member.id) == 1], "csv", "m")
    with db.get_engine("default").connect() as connection, pytest.raises(rows.Broken, match="no_such_thing"):
        list(rows.chunks(connection, asked))


def test_a_reader_who_leaves_takes_the_connection_along(db_session: orm.Session) -> None:
    """What the database still sends must not reach whoever borrows the connection next."""
    _fill()
    db_session.commit()
    asked = Asked([COLUMNS["handle"]], [], "csv", "m")
    for _ in range(3):
        with db.get_engine("default").connect() as connection:
            reading = rows.chunks(connection, asked)
            next(reading)
            reading.close()  # type: ignore[attr-defined]
    assert db_session.scalar(sa.select(sa.func.count()).select_from(Member)) == len(NASTY)
