"""One table over the whole map of addresses: who gets what. An address without a row is red, so is a row without an address."""

import pytest
from werkzeug.exceptions import HTTPException

from tests.house import world as worlds
from tests.house.access_table import ROWS, Row
from tests.house.routes import routes
from tests.house.world import ROLES
from tests.kernel.test_web_headers import assert_dressed
from tests.support.application import open_site


@pytest.fixture(scope="module")
def site():
    """A site of its own, because the world is made once and put back after every request."""
    with open_site("sqlite") as opened:
        yield opened


@pytest.fixture(scope="module")
def world(site):
    built = worlds.build(site.app)
    site.database.remember()
    return built


def back(site) -> None:
    """Put the world back to how it was made; its photos are nowhere touched but by tasks, which nobody runs."""
    site.database.restore()
    site.app.extensions["clozette.limits"].reset()


def outcome(answer) -> str:
    """Return an answer as the table writes it: its status, or where it sends somebody who may not enter yet."""
    if answer.status_code == 303:
        where = answer.headers["Location"]
        if where == "/login" or where.startswith("/login?"):
            return "login"
        if where == "/confirm":
            return "confirm"
        if where.startswith("/verify?"):
            return "verify"
    return str(answer.status_code)


SEEN_BY = ("guest", "owner", "admin")
UNDRESSED = (
    "/newsletters/pictures/",  # mail programs show it on pages that are not ours
    "/marketing/campaigns/{campaign}/mail",  # a mail to look at: its styles stand in it, its frame is locked
)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_row(row: Row, world, site):
    """Who gets what; and not only refusals earn an A+: the real pages, photos and documents do."""
    found = {}
    for role in ROLES:
        answer = world.call(role, row.method, row.address.format_map(world.names), row.data)
        found[role] = outcome(answer)
        if found[role] == "200" and role in SEEN_BY and row.method == "GET" and not row.address.startswith(UNDRESSED):
            assert_dressed(answer)
        if row.method != "GET" and answer.status_code < 400:
            back(site)
    assert found == row.expected, f"{row}: {' '.join(found.values())}"


def test_every_address_has_a_row(world, site):
    covered = {match(site.app, row, world) for row in ROWS}
    missing = [str(route) for route in routes(site.app) if (route.method, route.rule.rule) not in covered]
    assert not missing


def match(app, row: Row, world) -> tuple[str, str]:
    """Return which address of the map a row speaks of."""
    path = row.address.format_map(world.names).partition("?")[0]
    try:
        rule, _ = app.url_map.bind("localhost", url_scheme="https").match(path, row.method, return_rule=True)
    except HTTPException as error:
        raise AssertionError(f"no such address: {row} ({path})") from error
    return row.method, rule.rule


def test_staff_without_their_second_factor_are_members(world, site):
    """A role opens nothing until a sign-in with a second factor."""
    from clozette.kernel.database import db
    from tests.factories import accounts

    with site.app.app_context():
        client = site.app.test_client()
        accounts.sign_in(client, accounts.make_member("one_factor", roles=("admin", "moderator")))
        db.session.commit()
    staff_only = [row for row in ROWS if row.expected["admin"] == "200" and row.expected["member"] == "404"]
    for row in staff_only:
        if row.method == "GET":
            assert client.get(row.address.format_map(world.names)).status_code == 404, str(row)
    back(site)
