"""Members are found by how their handle or name begins, and by an index."""

import itertools
import re
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import orm

from clozette.accounts import finding
from clozette.accounts.models import Member
from clozette.kernel.database import db
from clozette.kernel.viewer import Viewer
from clozette.looks.queries import find_members
from tests.factories.accounts import make_member

NAMES = ("Ada", "adam", "ADA_B", "Bada", "50% off", "50 off", "a/b", "Zoë", "李明", "=1+1")


@pytest.fixture
def members(db_session: orm.Session) -> None:
    for number, name in enumerate(NAMES):
        make_member(f"m_{number}", display_name=name)
    make_member("ada")
    make_member("ad_a")
    make_member("adb")


@pytest.mark.parametrize(
    ("start", "found"),
    [
        ("ad", {"Ada", "adam", "ADA_B", "Ad A", "Adb"}),
        ("ADA", {"Ada", "adam", "ADA_B"}),
        ("ada_", {"ADA_B"}),
        ("50%", {"50% off"}),
        ("%", set()),
        ("_", set()),
        ("a/", {"a/b"}),
        ("zo", {"Zoë"}),
        ("Zoë", {"Zoë"}),
        ("李", {"李明"}),
        ("=", {"=1+1"}),
        ("\\", set()),
    ],
)
def test_by_name(members: None, start: str, found: set[str]) -> None:
    names = set(db.session.scalars(sa.select(Member.display_name).where(finding.by_name(start))))
    assert names - ({"Ada"} if "Ada" not in found else set()) == found


@pytest.mark.parametrize(
    ("start", "found"),
    [("ad", ["ad_a", "ada", "adb"]), ("ad_", ["ad_a"]), ("ada", ["ada"]), ("%", []), ("m_1", ["m_1"])],
)
def test_by_handle(members: None, start: str, found: list[str]) -> None:
    chosen = sa.select(Member.handle).where(finding.by_handle(start)).order_by(Member.handle)
    assert db.session.scalars(chosen).all() == found


@pytest.mark.parametrize(
    ("way", "index"), [(finding.by_name, "ix_accounts_members_name"), (finding.by_handle, "handle")]
)
def test_an_index_finds_them(members: None, db_session: orm.Session, way: Any, index: str, engine: str) -> None:
    """Whatever the words are: PostgreSQL plans it for all of them after some time."""
    chosen = sa.select(Member.id).where(way("ad"))
    connection = db_session.connection()
    if engine == "sqlite":
        text = str(chosen.compile(connection, compile_kwargs={"literal_binds": True}))
        told = str(connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}").all())
        assert "SEARCH accounts_members USING" in told
        assert index in told
        assert ">? AND " in told
        assert "SCAN" not in told
    else:
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        numbers = itertools.count(1)
        text = re.sub(r"%\(\w+\)s", lambda _: f"${next(numbers)}", str(chosen.compile(connection)))
        told = str(connection.exec_driver_sql(f"EXPLAIN (GENERIC_PLAN) {text}").all())
        assert "Index Cond" in told
        assert index in told


def test_the_search_walks_through_no_members(members: None, db_session: orm.Session, engine: str) -> None:
    """The statements of the page themselves, with whom the viewer may see."""
    viewer = Viewer(member_id=make_member("seeker").id)
    db_session.commit()
    told = [_plan(db_session.connection(), engine, *said) for said in _said_by(lambda: find_members(viewer, "ad"))]
    assert len(told) == 2
    for plan, index in zip(told, ("handle", "ix_accounts_members_name"), strict=True):
        assert index in plan
        assert "SCAN accounts_members" not in plan
        assert "Seq Scan on accounts_members" not in plan


def _said_by(deed: Callable[[], object]) -> list[tuple[str, Any]]:
    """Return the statements that ask for members."""
    said: list[tuple[str, Any]] = []

    def hear(connection: Any, cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if "FROM accounts_members" in statement:
            said.append((statement, parameters))

    sa.event.listen(sa.Engine, "before_cursor_execute", hear)
    try:
        deed()
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", hear)
    return said


def _plan(connection: sa.Connection, engine: str, statement: str, parameters: Any) -> str:
    if engine == "sqlite":
        return str(connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all())
    connection.exec_driver_sql("SET LOCAL enable_seqscan = off")  # there are few members here
    return str(connection.exec_driver_sql(f"EXPLAIN {statement}", parameters).all())
