"""The pages of looks in a real Chromium: with JavaScript and without, at two widths, light and dark, under axe."""

import io
import itertools
import re
from types import SimpleNamespace

import pytest
from PIL import Image
from playwright.sync_api import Page, expect
from werkzeug.datastructures import FileStorage

from clozette import create_app
from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.ids import encode
from clozette.looks.services import drafts, publication
from clozette.settings import Settings
from tests.factories import photos
from tests.factories.accounts import make_member, sign_in
from tests.factories.looks import make_comment, make_item, make_look, make_love, tag_item, viewer_of

pytestmark = pytest.mark.browser
_numbers = itertools.count(1)


def portrait(colour=(40, 60, 120)) -> bytes:
    return photos.encoded(Image.new("RGB", (600, 800), colour))


def real_look(author, **facts):
    """Make a look whose photo has its files."""
    look = make_look(author, published=False, photos=0, **facts)
    drafts.save_look(
        look,
        {"photos": [FileStorage(io.BytesIO(portrait()), "look.jpg")], "alts": ["In front of the mirror"]},
        viewer_of(author),
        now=clock.now(),
    )
    return look


@pytest.fixture
def world(live_server):
    """Give a member with a closet, a draft and a published look that others loved and commented on."""
    number = next(_numbers)
    app = create_app(Settings.from_environment(live_server.environment))
    with app.app_context():
        ada, bea = (make_member(f"{name}_looks_{number}", display_name=name.title()) for name in ("ada", "bea"))
        items = [make_item(ada, "tops.shirt", "beige"), make_item(ada, "bottoms.jeans", "navy")]
        draft, look = real_look(ada, caption="Half an idea"), real_look(ada, caption=f"Out #day{number} @{bea.handle}")
        tag_item(look, items[0], x=300, y=400)
        tag_item(look, make_item(bea, "shoes.boots", "black", styleable=True), x=600, y=800)
        look.visibility = "public"
        publication.publish_look(look, now=clock.now())
        make_love(look, [bea])
        make_comment(look, bea, "So good on you")
        made = app.test_client()
        sign_in(made, ada)
        cookie = made.get_cookie("__Host-session", domain="localhost").value
        facts = {
            "ada": ada.handle,
            "number": number,
            "cookie": cookie,
            "draft": encode(draft.id),
            "look": encode(look.id),
        }
        db.session.commit()  # and nothing after it: an open transaction would lock the site's database
    with app.app_context():
        for engine in db.engines.values():
            engine.dispose()
    return SimpleNamespace(**facts)


@pytest.fixture
def as_ada(visitor, live_server, world):
    """Give ``as_ada(**options)``: a page where she is signed in."""
    visitor.expected.append("404")  # photos of items have rows without files here

    def open_page(**options) -> Page:
        page = visitor(**options)
        page.context.add_cookies(
            [
                {
                    "name": "__Host-session",
                    "value": world.cookie,
                    "url": live_server.url,
                    "secure": True,
                    "httpOnly": True,
                }
            ]
        )
        return page

    return open_page


def saved(page: Page) -> None:
    expect(page.get_by_text("Saved. Only you can see it.")).to_be_visible()


def test_from_the_first_letter_to_the_published_look(as_ada, world):
    page = as_ada(width=390)
    page.goto("/looks/new")
    page.get_by_label("Caption").fill("Typed before any photo")
    page.wait_for_url(re.compile(r"/looks/\w+/edit$"))
    saved(page)

    page.get_by_label("Photos", exact=True).set_input_files(
        {"name": "mirror.jpg", "mimeType": "image/jpeg", "buffer": portrait()}
    )
    stage = page.locator("[data-stage]")
    expect(stage).to_be_visible()
    expect(page.get_by_label("Caption")).to_have_value("Typed before any photo")

    box = stage.bounding_box()
    stage.click(position={"x": box["width"] * 0.25, "y": box["height"] * 0.5})
    page.get_by_role("checkbox", name="Shirt in beige").click()
    pin = page.get_by_role("button", name="Shirt in beige")
    expect(pin).to_be_focused()
    expect(page.get_by_label("Describe the photo")).to_have_value("Shirt in beige")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowDown")
    place = page.locator("select[name=hotspots]")
    x, y = (int(part) for part in place.input_value().split(".")[2:])
    assert abs(x - 260) <= 5
    assert abs(y - 550) <= 5
    saved(page)

    pin.hover()
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.8, pin.bounding_box()["y"] - 40, steps=5)
    page.mouse.up()
    moved = place.input_value()
    assert int(moved.split(".")[2]) > 700
    page.wait_for_timeout(2500)
    page.reload()
    expect(page.locator("select[name=hotspots]")).to_have_value(moved)

    page.get_by_role("checkbox", name="Jeans in navy").click()
    expect(page.locator("select[name=hotspots]")).to_have_count(2)
    page.keyboard.press("Delete")
    expect(page.get_by_role("button", name="Jeans in navy")).to_have_count(0)

    page.get_by_label("Everyone").check()
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("Your look is out.").first).to_be_visible()
    expect(page.get_by_role("link", name="1: Shirt in beige")).to_be_visible()
    page.get_by_role("button", name="Love this look").click()
    expect(page.get_by_role("button", name="Love this look")).to_have_attribute("aria-pressed", "true")


def test_two_tabs_on_one_draft(as_ada, world):
    one, two = as_ada(), as_ada()
    for tab in (one, two):
        tab.goto(f"/looks/{world.draft}/edit")
    one.get_by_label("Caption").fill("Words of the first tab")
    saved(one)
    two.get_by_label("Caption").fill("Words of the second tab")
    conflict = two.get_by_role("region", name="This draft was saved in another window")
    expect(conflict).to_contain_text("Words of the first tab")
    expect(two.get_by_label("Caption")).to_have_value("Words of the second tab")
    two.get_by_role("button", name="Keep what I typed here").click()
    saved(two)
    expect(conflict).to_be_hidden()
    one.reload()
    expect(one.get_by_label("Caption")).to_have_value("Words of the second tab")
    expect(one.get_by_role("heading", name="Kept from another window")).to_be_visible()


def test_without_javascript(as_ada, world):
    page = as_ada(javascript=False, width=390)
    page.goto("/looks/new")
    page.get_by_label("Photos", exact=True).set_input_files(
        {"name": "mirror.jpg", "mimeType": "image/jpeg", "buffer": portrait()}
    )
    page.get_by_label("Caption").fill("No scripts here")
    page.get_by_label("Shirt in beige").check()
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_text("Saved as a draft").first).to_be_visible()
    page.get_by_label("Where is it: Shirt in beige").select_option("Bottom right")
    page.get_by_label("Jeans in navy").check()
    page.get_by_label("Where", exact=True).select_option("Top left")
    page.get_by_role("button", name="Save draft").click()
    expect(page.locator("select[name=hotspots]")).to_have_count(2)
    values = [one.input_value() for one in page.locator("select[name=hotspots]").all()]
    assert [value.split(".")[2:] for value in values] == [["833", "833"], ["166", "166"]]
    page.get_by_label("Where is it: Jeans in navy").select_option("Take the tag off")
    page.get_by_label("Followers").check()
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("Your look is out.").first).to_be_visible()
    expect(page.get_by_role("link", name="1: Shirt in beige")).to_be_visible()
    page.get_by_label("Write a comment").fill("My own words")
    page.get_by_role("button", name="Comment", exact=True).click()
    expect(page.get_by_text("My own words")).to_be_visible()
    page.get_by_role("button", name="Love this look").click()
    expect(page.get_by_role("link", name="Loved by 1 member")).to_be_visible()


PAGES = (
    "/looks/{look}",
    "/looks/{look}/edit",
    "/looks/{look}/love",
    "/looks/{look}/comments",
    "/looks/{draft}/edit",
    "/looks/new",
    "/looks",
    "/looks?show=drafts",
    "/@{ada}",
    "/discover",
    "/tags/day{number}",
    "/search?q=out",
)


def test_pages_are_sound(as_ada, world, sound):
    page = as_ada()
    for pattern in PAGES:
        path = pattern.format(**vars(world))
        answer = page.goto(path)
        assert answer.status == 200, path
        expect(page.locator("h1")).to_have_count(1)
        sound(page)


def test_pages_of_a_visitor_are_sound(visitor, world, axe):
    visitor.expected.append("404")
    page = visitor(width=390)
    for pattern in ("/", "/discover", "/looks/{look}", "/@{ada}"):
        page.goto(pattern.format(**vars(world)))
        axe(page)
