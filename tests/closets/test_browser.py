"""The closet in a real Chromium, with JavaScript and without."""

import itertools
import re
import secrets
from types import SimpleNamespace

import pytest
from playwright.sync_api import expect

from clozette import create_app
from clozette.closets import services
from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.ids import encode
from clozette.settings import Settings
from tests.factories import photos
from tests.factories.accounts import make_member, sign_in

pytestmark = pytest.mark.browser
_numbers = itertools.count(1)


def file(colour, name="shirt.jpg", **shape):
    return {"name": name, "mimeType": "image/jpeg", "buffer": photos.encoded(photos.shirt(colour, **shape))}


def real_item(owner, colour, **facts):
    photo = services.upload(owner, photos.upload(photos.encoded(photos.shirt(colour))), now=clock.now())
    given = {"category": "tops", "subcategory": "shirt", **facts}
    return services.add(owner, given, [photo], upload_key=secrets.token_hex(8), now=clock.now(), similar_ok=True)


@pytest.fixture
def wardrobe(live_server):
    """Give a member with three items, and the cookie that signs them in."""
    app = create_app(Settings.from_environment(live_server.environment))
    with app.app_context():
        ada = make_member(f"ada_closet_{next(_numbers)}", display_name="Ada")
        items = [
            real_item(ada, colour, brand=brand)
            for colour, brand in ((photos.BLUE, "COS"), (photos.RED, "Zara"), (photos.GREEN, None))
        ]
        client = app.test_client()
        sign_in(client, ada)
        cookie = client.get_cookie("__Host-session", domain="localhost").value
        made = SimpleNamespace(handle=ada.handle, items=[f"/items/{encode(item.id)}" for item in items], cookie=cookie)
        db.session.commit()
    return made


@pytest.fixture
def ada(visitor, live_server, wardrobe):
    """Give ``ada(javascript=…, width=…)``: a page with Ada signed in."""

    def open_page(**options):
        page = visitor(**options)
        cookie = {"name": "__Host-session", "value": wardrobe.cookie, "url": live_server.url, "secure": True}
        page.context.add_cookies([cookie])
        return page

    return open_page


def test_photos_go_up_while_the_form_is_filled_in(ada):
    page = ada(width=390)
    page.goto("/closet/items/new")
    page.locator("input[type=file]").set_input_files(
        [
            file(photos.YELLOW, background=(20, 20, 20)),
            {"name": "note.jpg", "mimeType": "image/jpeg", "buffer": b"no photo"},
        ]
    )
    expect(page.locator("#tiles li")).to_have_count(1)
    expect(page.get_by_role("status").filter(has_text="note.jpg: ")).to_be_visible()
    expect(page.get_by_label("Yellow")).to_be_checked()
    page.get_by_label("Category").select_option(label="Shirt")
    page.get_by_role("button", name="Add to my closet").click()
    expect(page).to_have_url(re.compile("/items/[0-9a-z]+$"))
    expect(page.get_by_text("Yellow")).to_be_visible()


@pytest.mark.parametrize("javascript", [True, False], ids=["with-javascript", "without"])
def test_a_photo_that_is_here_already(ada, wardrobe, javascript):
    page = ada(javascript=javascript)
    page.goto("/closet/items/new")
    page.locator("input[type=file]").set_input_files(file(photos.BLUE, width=960, height=1280))
    page.get_by_label("Category").select_option(label="Shirt")
    if not javascript:
        page.get_by_role("button", name="Add to my closet").click()
    warning = page.locator("#similar-warning")
    expect(warning).to_contain_text("You may have this already")
    expect(warning.get_by_role("link")).to_have_attribute("href", wardrobe.items[0])
    page.get_by_role("button", name="Add to my closet" if javascript else "Add anyway").click()
    expect(page).to_have_url(re.compile("/items/[0-9a-z]+$"))


@pytest.mark.parametrize("javascript", [True, False], ids=["with-javascript", "without"])
def test_a_mistake_keeps_photo_and_words(ada, javascript):
    page = ada(javascript=javascript)
    page.goto("/closet/items/new")
    page.locator("input[type=file]").set_input_files(file(photos.YELLOW))
    page.get_by_label("Category").select_option(label="Hat")
    page.get_by_label("Brand").fill("Kept")
    page.get_by_text("More about it").click()
    page.get_by_label("Price").fill("a fortune")
    page.get_by_role("button", name="Add to my closet").click()
    expect(page.locator("#form-errors")).to_be_visible()
    expect(page.locator("#tiles li")).to_have_count(1)
    expect(page.get_by_label("Brand")).to_have_value("Kept")
    expect(page.get_by_label("Price")).to_have_value("a fortune")
    page.get_by_label("Price").fill("12")
    page.get_by_role("button", name="Add to my closet").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Hat")
    expect(page.locator(".item-photos .photo")).to_have_count(1)


def test_more_photos_of_which_one_is_bad(ada, wardrobe):
    page = ada()
    page.goto(f"{wardrobe.items[0]}/edit")
    bad = {"name": "note.jpg", "mimeType": "image/jpeg", "buffer": b"no photo"}
    page.locator("input[type=file]").set_input_files([file(photos.YELLOW), bad])
    page.get_by_role("button", name="Add photos").click()
    expect(page.locator("#form-errors")).to_contain_text("note.jpg: ")
    expect(page.locator("#photos .tiles__tile")).to_have_count(2)
    # What was taken is not chosen any more, or it would be sent twice.
    expect(page.locator("input[type=file]")).to_have_value("")


@pytest.mark.parametrize("javascript", [True, False], ids=["with-javascript", "without"])
def test_several_at_once(ada, javascript):
    page = ada(javascript=javascript, width=390)
    page.goto("/closet")
    page.get_by_text("Change several at once").click()
    boxes = page.locator(".item__tick input")
    boxes.nth(0).check()
    boxes.nth(1).check()
    page.get_by_label("What to do").select_option(label="Put in the wash")
    page.get_by_role("button", name="Do it").click()
    expect(page.get_by_text("2 items changed.").first).to_be_visible()
    expect(page.locator("#list").get_by_text("In the wash")).to_have_count(2)


def test_filters_apply_at_once_on_wide_screens(ada):
    page = ada()
    page.goto("/closet")
    page.get_by_role("group", name="Colour").get_by_label("Red").check()
    expect(page).to_have_url(re.compile("colour=red"))
    expect(page.locator("#list > li")).to_have_count(1)
    page.get_by_role("list", name="Chosen filters").get_by_role("link", name="Red").click()
    expect(page.locator("#list > li")).to_have_count(3)


@pytest.mark.parametrize("javascript", [True, False], ids=["with-javascript", "without"])
def test_publicise_lend_and_delete(ada, wardrobe, visitor, javascript):
    page = ada(javascript=javascript)
    page.goto(wardrobe.items[0])
    page.get_by_role("button", name="Publicise").click()
    expect(page.get_by_text("Everybody, since")).to_be_visible()
    guest = visitor(javascript=javascript)
    guest.goto(f"/@{wardrobe.handle}/closet")
    expect(guest.locator("#list > li")).to_have_count(1)
    page.get_by_text("Lend it").click()
    page.get_by_label("To whom").fill("Rina")
    page.get_by_role("button", name="It is lent").click()
    expect(page.get_by_text("to Rina")).to_be_visible()
    page.get_by_role("button", name="Delete", exact=True).first.click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page).to_have_url(re.compile("/closet$"))
    expect(page.locator("#list > li")).to_have_count(2)


def test_pages_are_sound(ada, wardrobe, axe, sound):
    page = ada()
    page.goto(wardrobe.items[1])
    page.get_by_role("button", name="Publicise").click()
    expect(page.get_by_text("Everybody, since")).to_be_visible()
    for path in (
        "/closet",
        "/closet?colour=red&q=zara",
        "/closet?colour=gold",
        "/closet/items/new",
        wardrobe.items[1],
        f"{wardrobe.items[1]}/edit",
        f"/@{wardrobe.handle}/closet",
    ):
        page.goto(path)
        sound(page)
    page.goto("/closet")
    page.get_by_text("Change several at once").click()
    axe(page)
