"""Staff pages: who gets in, what is written down, what deactivation does."""

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import orm

from clozette.accounts.models import Member
from clozette.privacy.models import StaffRead
from tests.factories.accounts import make_member, sign_in
from tests.support.client import Client

REASON = "The member asked for help, case 1042."


@pytest.fixture
def admin(db_session: orm.Session, client: Client) -> Member:
    """Sign an admin in, with a second factor."""
    member = make_member("keeper", roles=("admin",))
    sign_in(client, member, second_factor=True)
    return member


@pytest.mark.parametrize("address", ["/admin", "/admin/members", "/admin/members/keeper", "/admin/audit"])
def test_pages_open_for_admins(client: Client, admin: Member, address: str) -> None:
    assert client.get(address).status_code == 200


@pytest.mark.parametrize("roles", [(), ("marketing",), ("moderator",)])
def test_pages_are_not_there_for_others(client: Client, db_session: orm.Session, roles: tuple[str, ...]) -> None:
    sign_in(client, make_member("ada", roles=roles), second_factor=True)
    assert client.get("/admin/members").status_code == 404


def test_an_admin_without_a_second_factor_gets_nothing(client: Client, db_session: orm.Session) -> None:
    sign_in(client, make_member("ada", roles=("admin",)))
    assert client.get("/admin").status_code == 404


@pytest.mark.requirement(8)
def test_a_look_at_a_record_is_written_down(client: Client, admin: Member, db_session: orm.Session) -> None:
    ada = make_member("ada")
    page = client.post("/admin/members/ada/record", data={"reason": REASON})
    assert page.status_code == 200
    assert ada.email in page.text
    (read,) = db_session.scalars(sa.select(StaffRead)).all()
    assert (read.subject_id, read.reader_id, read.what, read.reason) == (
        ada.subject_id,
        admin.subject_id,
        "record",
        REASON,
    )
    assert "@ada" in client.get("/admin/audit").text


@pytest.mark.parametrize("reason", ["", "because", "x" * 201])
def test_without_a_reason_nothing_is_shown(client: Client, admin: Member, db_session: orm.Session, reason: str) -> None:
    ada = make_member("ada")
    page = client.post("/admin/members/ada/record", data={"reason": reason})
    assert page.status_code == 422
    assert ada.email not in page.text
    assert db_session.scalar(sa.select(sa.func.count()).select_from(StaffRead)) == 0


def test_deactivation_ends_sessions_and_can_be_undone(
    app: Flask, client: Client, admin: Member, db_session: orm.Session
) -> None:
    ada, browser = make_member("ada"), app.test_client()
    sign_in(browser, ada)
    assert browser.get("/settings").status_code == 200
    address = "/admin/members/ada/deactivation"
    assert client.post(address, data={"reason": REASON}).status_code == 303
    assert browser.get("/settings").status_code == 303
    assert client.post(address, data={"reason": REASON}).status_code == 409
    assert client.post(address, data={"reason": REASON, "_method": "DELETE"}).status_code == 303
    sign_in(browser, ada)
    assert browser.get("/settings").status_code == 200


def test_nobody_locks_themself_out(client: Client, admin: Member) -> None:
    assert client.post("/admin/members/keeper/deactivation", data={"reason": REASON}).status_code == 409
    assert client.get("/admin").status_code == 200


@pytest.mark.parametrize(("search", "found"), [("ad", True), ("ada@example.test", True), ("bo", False), ("%", False)])
def test_members_are_found(client: Client, admin: Member, search: str, found: bool) -> None:
    make_member("ada")
    page = client.get("/admin/members", query_string={"q": search})
    assert ("@ada" in page.text) is found


def test_an_unknown_member_is_404(client: Client, admin: Member) -> None:
    assert client.get("/admin/members/nobody").status_code == 404
    assert client.post("/admin/members/nobody/record", data={"reason": REASON}).status_code == 404
