"""Prepared statements: the same rows, types and errors as SQLAlchemy's own way, and nobody who counts misses one."""

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from flask import g
from sqlalchemy import exc

from clozette.accounts.models import ApiToken, Member
from clozette.kernel import database
from clozette.kernel.ids import new_id
from clozette.kernel.prepared import Among, Insert, Prepared, run
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
        assert not reader.in_transaction()
        assert database.db.session.scalar(sa.select(ApiToken.name)) == "n"  # a new one where somebody reads on
        later = database.reader()
        assert later.in_transaction()
    assert not later.in_transaction()


def test_readers_that_are_done_with_are_used_again_unless_a_server_may_have_left_them(app, token):
    def read() -> sa.Connection:
        with app.app_context():
            g.reading_only = True
            assert database.db.session.scalar(sa.select(ApiToken.name)) == "n"
            return database.reader()

    def read_beside() -> sa.Connection:
        with app.app_context(), database.beside() as connection:
            return connection

    first, second = read(), read()
    kept = first.dialect.name == "sqlite"
    assert (second is first, first.closed) == (kept, not kept)
    assert (read_beside() is first, first.in_transaction()) == (kept, False)


def test_two_who_read_at_once_have_a_connection_each_and_a_broken_one_is_let_go(app, token):
    with app.app_context():
        g.reading_only = True
        outer = database.reader()
        with app.app_context():
            g.reading_only = True
            assert database.reader() is not outer
            database.release()
        with pytest.raises(exc.DBAPIError), database.beside() as broken:
            broken.exec_driver_sql("SELECT nothing FROM nowhere")
        assert broken is not outer and broken.closed


def test_several_rows_are_inserted_at_once_with_their_defaults(token):
    insert, made = Insert(ApiToken), [new_id(), new_id()]
    row = {"member_id": token.member_id, "name": "m", "made_at": MOMENT, "expires_at": MOMENT}
    connection = database.db.session.connection()
    assert insert.run(connection, *[{**row, "id": one, "digest": str(one), "scopes": ["c"]} for one in made])
    assert insert.run(connection, {**row, "digest": "e", "scopes": []})
    found = database.db.session.scalars(sa.select(ApiToken).where(ApiToken.name == "m").order_by(ApiToken.id)).all()
    assert [one.id for one in found[:2]] == made
    assert [one.scopes for one in found] == [["c"], ["c"], []]
    assert {one.made_at for one in found} == {MOMENT}
    assert found[2].id > made[1], "what is left out has its default"


def test_a_moment_is_given_as_the_database_keeps_it(token):
    made = Prepared(sa.select(ApiToken.id).where(ApiToken.made_at == sa.bindparam("at", type_=ApiToken.made_at.type)))
    connection = database.db.session.connection()
    assert [row.id for row in made.rows(connection, {"at": MOMENT})] == [token.id]
    with pytest.raises(ValueError, match="zone"):
        made.rows(connection, {"at": MOMENT.replace(tzinfo=None)})


@pytest.mark.parametrize("length", [0, 1, 3, 4, 5, 1100])
def test_a_list_is_as_long_as_it_is(token, length):
    among = Among(lambda some: sa.select(ApiToken.id, ApiToken.made_at).where(ApiToken.id.in_(some)))
    ids = [*range(1, length), token.id][:length] if length > 1 else [token.id] * length
    found = among.rows(database.db.session.connection(), ids)
    assert [tuple(row) for row in found] == [(token.id, MOMENT)] * min(length, 1)
    assert len(among._of_length) <= 2


def add(name):
    row = {"id": new_id(), "member_id": None, "name": name, "digest": name, "scopes": [], "made_at": MOMENT}
    member = sa.select(Member.id).limit(1)
    connection = database.connection()
    row["member_id"] = connection.scalar(member)
    ADD.run(connection, {**row, "expires_at": MOMENT})


ADD = Insert(ApiToken)


def names(app):
    with app.app_context():
        return set(database.db.session.scalars(sa.select(ApiToken.name)))


def test_a_deed_without_a_session_is_committed_and_undone_alone(app, token):
    with app.app_context():
        add("kept")
        assert database.session_here() is None
        database.commit()
        assert not database.is_writing()
        add("undone")
        database.rollback()
        add("left")
    assert names(app) == {"n", "kept"}


def test_a_session_that_comes_later_has_what_was_written_before_it(app, token):
    with app.app_context():
        add("one")
        assert set(database.db.session.scalars(sa.select(ApiToken.name))) == {"n", "one"}
        database.db.session.rollback()
        assert not database.is_writing()
        add("two")
        database.db.session.commit()
        add("three")
        database.db.session.add(Member(handle="x", email="x"))
        with pytest.raises(exc.IntegrityError):
            database.db.session.flush()
        database.db.session.rollback()
        add("four")
        database.commit()
        add("five")
    assert names(app) == {"n", "two", "four"}


def test_a_session_that_only_undoes_undoes_what_was_written_before_it(app, token):
    with app.app_context():
        add("one")
        database.db.session.rollback()
        add("two")
        database.db.session.commit()
    assert names(app) == {"n", "two"}


@pytest.mark.parametrize(("status", "kept"), [(200, {"n", "one"}), (303, {"n", "one"}), (422, {"n"}), (500, {"n"})])
def test_the_edge_ends_a_deed_without_a_session(app, token, status, kept):
    with app.test_request_context("/cart", method="POST"):
        g.reading_only = False
        add("one")
        app.process_response(app.make_response(("", status)))
        assert not database.is_writing()
    assert names(app) == kept


def test_no_connection_rests_where_others_wait_for_one(app, token):
    with app.app_context():
        engine = database.db.get_engine("default")
    if engine.dialect.name != "sqlite":
        pytest.skip("a server's connections go back to their pool")
    contexts, size = [], engine.pool.size()
    for _ in range(size + 3):
        contexts.append(app.app_context())
        contexts[-1].push()
        g.reading_only = True
        database.db.session.scalar(sa.select(ApiToken.name))
    for context in reversed(contexts):
        context.pop()
    assert len(app.extensions["clozette.idle_readers"]) <= size
    assert engine.pool.checkedout() == len(app.extensions["clozette.idle_readers"])
