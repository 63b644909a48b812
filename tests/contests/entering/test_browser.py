"""Entering in a real Chromium, in both widths, light and dark."""

import io
import itertools
from datetime import timedelta
from types import SimpleNamespace

import pytest
from werkzeug.datastructures import FileStorage

from clozette import create_app
from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.looks.models import LookPhoto
from clozette.media.services import add_photo
from clozette.settings import Settings
from tests.factories import accounts, photos
from tests.factories.contests import make_contest, make_sharing, make_sponsor
from tests.factories.looks import make_look

pytestmark = pytest.mark.browser
_numbers = itertools.count(1)


@pytest.fixture
def there(live_server):
    """Make a sponsored contest, and a member with a look; give her cookie."""
    number = next(_numbers)
    app = create_app(Settings.from_environment(live_server.environment))
    with app.app_context():
        sponsor = make_sponsor(legal_name=f"Woolmark {number} Ltd")
        words = "Send the coat that got you through the winter, as you really wear it."
        contest = make_contest(sponsor=sponsor, slug=f"coats-{number}", title="The coat of the year", words=words)
        make_sharing(contest, sponsor)
        born = clock.now() - timedelta(days=400)
        ada = accounts.make_member(f"ada_enters_{number}", country="DE", created_at=born)
        for colour, caption in ((photos.BLUE, "Rain in Berlin"), (photos.GREEN, "Moss")):
            look = make_look(ada, caption=caption, alt="A coat")
            kept = add_photo(ada.subject_id, FileStorage(io.BytesIO(photos.encoded(photos.shirt(colour)))), clock.now())
            db.session.query(LookPhoto).filter_by(look_id=look.id).update({"photo_id": kept.id})
        client = app.test_client()
        accounts.sign_in(client, ada)
        value = client.get_cookie("__Host-session", domain="localhost").value
        db.session.commit()
    cookie = {"name": "__Host-session", "value": value, "url": live_server.url, "secure": True}
    return SimpleNamespace(path=f"/contests/coats-{number}", cookie=cookie)


@pytest.mark.requirement(6, 74)
def test_entering(visitor, sound, there) -> None:
    page = visitor(javascript=True)
    page.context.add_cookies([there.cookie])
    page.goto(there.path)
    page.get_by_role("link", name="Enter the contest").click()
    assert page.get_by_role("checkbox", checked=True).count() == 0
    sound(page)
    page.get_by_role("radio").first.check()
    page.get_by_label("I have read the rules").check()
    page.get_by_label("Yes, share this with").check()
    page.get_by_role("button", name="Enter").click()
    page.wait_for_url("**/entries/*")
    assert page.get_by_role("heading", name="Your entry, number 1").is_visible()
    sound(page)
    page.goto(f"{there.path}/entries")
    assert page.get_by_text("Contest entry, sponsored by Woolmark").first.is_visible()
    sound(page)
