"""The pages of what came back in a real Chromium, in both widths."""

import itertools
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from clozette import create_app
from clozette.kernel import clock, ids
from clozette.kernel.database import db
from clozette.newsletters import keys
from clozette.newsletters.returns import services
from clozette.newsletters.returns.models import Return
from clozette.settings import Settings
from tests.factories import accounts
from tests.factories.newsletters import make_newsletter, make_subscription
from tests.newsletters.returns import samples
from tests.newsletters.returns.conftest import send
from tests.newsletters.returns.samples import dsn, failed

pytestmark = pytest.mark.browser
_numbers = itertools.count(1)


@pytest.fixture
def there(live_server):
    """A mail that nobody understood, one that is understood, an editor, and a member whose address is dead."""
    number = next(_numbers)
    app = create_app(Settings.from_environment(live_server.environment))
    with app.app_context():
        newsletter = make_newsletter(f"returned-{number}", title="The Friday Rail")
        mail = send(app, newsletter, make_subscription(newsletter))
        content = dsn(mail.path, failed(mail.contact.address, "5.2.2"))
        db.session.commit()
        for one in (content, samples.qmail(mail.path, mail.contact.address)):
            services.keep(one, (mail.path,), via="smtp", now=clock.now())
            row = db.session.scalars(sa.select(Return).order_by(Return.id.desc()).limit(1)).one()
            services.understand(row.id, clock.now())
        editor = accounts.make_member(f"returns_editor_{number}", roles=("marketing",))
        dead = accounts.make_member(f"dead_{number}")
        services.bury_address(keys.address_key(dead.email), source="dsn", now=clock.now())
        made = SimpleNamespace(odd=f"/marketing/returns/{ids.encode(row.id)}", cookies={})
        for name, member in (("editor", editor), ("dead", dead)):
            client = app.test_client()
            accounts.sign_in(client, member, second_factor=member is editor)
            value = client.get_cookie("__Host-session", domain="localhost").value
            made.cookies[name] = {"name": "__Host-session", "value": value, "url": live_server.url, "secure": True}
        db.session.commit()
    return made


def test_what_came_back(visitor, there, sound):
    page = visitor()
    page.context.add_cookies([there.cookies["editor"]])
    for address in ("/marketing/returns", "/marketing/returns?show=all", there.odd):
        page.goto(address)
        sound(page)
    page.get_by_label("Why do you read it?").fill("Its server speaks oddly")
    page.get_by_role("button", name="Show the mail").click()
    page.get_by_text("qmail-send").wait_for()
    sound(page)
    page.get_by_role("button", name="I looked at it").click()
    page.get_by_role("heading", name="What came back").wait_for()
    page.context.clear_cookies()
    page.context.add_cookies([there.cookies["dead"]])
    page.goto("/settings")
    page.get_by_text("comes back").wait_for()
    sound(page)
