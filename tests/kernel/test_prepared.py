"""Prepared statements: the same rows, types and errors as SQLAlchemy's own way, and nobody who counts misses one."""

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from flask import g
from sqlalchemy import exc

from clozette.accounts.models import ApiToken, Member
from clozette.kernel import database
from clozette.kernel.prepared import Prepared, run
from tests.factories.accounts import make_member

MOMENT = datetime(2026, 3, 4, 5, 6, 7, 890000, tzinfo=UTC)


@pytest.fixture
def token(app, db_session):
    member = make_member("ada")
    row = ApiToken(member_id=member.id, name="n", digest="d", scopes=["a", "b"], made_at=MOMENT, expires_at=MOMENT)
    db_session.add(row)
    db_session.commit()
    return row


STATEMENT = (
    sa.select(
        ApiToken.id,
        ApiToken.scopes,
        ApiToken.made_at,
        ApiToken.revoked_at,
        Member.birth_date,
        Member.handle.label("who"),
    )
    .join(Member, Member.id == ApiToken.member_id)
    .where(ApiToken.digest == sa.bindparam("digest"), Member.handle != "nobody")
    .limit(5)
)


def read(given):
    with database.db.get_engine("default").connect() as connection:
        return Prepared(STATEMENT).rows(connection, given), connection.execute(STATEMENT, given).all()


def test_rows_are_those_of_sqlalchemy(token):
    prepared, plain = read({"digest": "d"})
    assert [tuple(row) for row in prepared] == [tuple(row) for row in plain]
    (row,) = prepared
    assert (row.id, row.scopes, row.made_at, row.revoked_at, row.who) == (token.id, ["a", "b"], MOMENT, None, "ada")
    assert row.made_at.tzinfo is not None


def test_values_are_never_part_of_the_text(token):
    prepared, _ = read({"digest": "d' OR '1'='1"})
    assert prepared == []


def test_whoever_counts_hears_of_it(app, token, query_counter):
    with query_counter() as statements:
        read({"digest": "d"})
    assert len(statements) == 2
    assert statements[0] == statements[1]


def test_the_driver_s_errors_come_as_sqlalchemy_s(app):
    with app.app_context(), database.db.get_engine("default").connect() as connection:
        with pytest.raises(exc.DBAPIError) as raised:
            run(connection, "SELECT nothing FROM nowhere", ())
        assert isinstance(raised.value, exc.OperationalError | exc.ProgrammingError)
        connection.rollback()
        assert list(run(connection, "SELECT 1", ())) == [(1,)]


def test_a_reading_context_can_not_write_that_way(app, token):
    with app.app_context():
        g.reading_only = True
        with pytest.raises(exc.DBAPIError):
            run(database.reader(), "DELETE FROM accounts_tokens", ())


def test_a_context_reads_by_one_connection(app, token):
    with app.app_context():
        g.reading_only = True
        reader = database.reader()
        assert database.db.session.connection() is reader
        assert database.db.session.scalar(sa.select(ApiToken.name)) == "n"
        database.db.session.rollback()
        database.release()
        assert reader.closed
        assert database.db.session.scalar(sa.select(ApiToken.name)) == "n"  # a new one where somebody reads on
        later = database.reader()
        assert later is not reader
    assert later.closed
