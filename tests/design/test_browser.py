"""The design in a real Chromium: sound by axe in every dress and width, and each script does its work."""

import re

import pytest
from PIL import Image
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

PAGES = ["/pieces", "/pieces?guest", "/form", "/wrong/404"]
NARROW = 320


@pytest.fixture
def open_page(visitor, gallery_url):
    def opened(path, **options):
        page = visitor(**options)
        page.goto(gallery_url + path)
        return page

    return opened


def overflow(page):
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [NARROW, 1280])
@pytest.mark.parametrize("path", PAGES)
def test_sound_in_light_and_dark(open_page, axe, path, width, scheme):
    page = open_page(path, width=width, color_scheme=scheme)
    axe(page)
    assert overflow(page) <= 0


@pytest.mark.parametrize("path", PAGES)
def test_sound_in_forced_colours_and_right_to_left(open_page, axe, path):
    page = open_page(path, width=390, forced_colors="active", reduced_motion="reduce")
    axe(page)
    page.evaluate("document.documentElement.dir = 'rtl'")
    assert overflow(page) <= 0


@pytest.mark.parametrize("width", [NARROW, 390, 800, 1280])
def test_targets_can_be_hit(open_page, width):
    page = open_page("/pieces", width=width)
    small = page.evaluate("""() => [...document.querySelectorAll('a, button, summary, input, label.check')]
        .filter(one => one.checkVisibility({visibilityProperty: true}) && !one.closest('p, dd, .comment, .rows, .theme, .check'))
        .map(one => [one.getBoundingClientRect(), one.outerHTML.slice(0, 80)])
        .filter(([box]) => box.width && (box.width < 24 || box.height < 24)).map(([box, html]) => html)""")
    assert small == []


@pytest.mark.parametrize("width", [390, 800, 1280])
def test_feature_grid_has_no_holes(open_page, width):
    page = open_page("/pieces", width=width)
    filled = page.evaluate("""() => {
        const list = document.querySelector('#list').getBoundingClientRect();
        const photos = [...document.querySelectorAll('#list > .card')].map(one => one.getBoundingClientRect());
        const last = Math.max(...photos.map(box => box.bottom));
        return photos.filter(box => last - box.bottom < 60).map(box => box.right).some(right => list.right - right < 2);
    }""")
    assert filled


def test_skip_link_comes_first_and_skips(open_page):
    page = open_page("/pieces")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


class TestColours:
    def test_choice_lasts_and_comes_before_the_page_shows(self, open_page, gallery_url):
        page = open_page("/pieces", color_scheme="light")
        paper = "getComputedStyle(document.body).backgroundColor"
        assert page.evaluate(paper) == "rgb(255, 255, 255)"
        page.get_by_role("radio", name="Dark").check()
        assert page.evaluate(paper) == "rgb(19, 17, 19)"
        page.goto(gallery_url + "/form")
        assert page.evaluate(paper) == "rgb(19, 17, 19)"
        assert page.locator('meta[name="theme-color"]').first.get_attribute("content") == "rgb(19, 17, 19)"
        page.get_by_role("radio", name="As the device").check()
        assert page.evaluate(paper) == "rgb(255, 255, 255)"

    def test_without_script_it_is_not_offered(self, open_page):
        page = open_page("/pieces", javascript=False)
        expect(page.locator("[data-theme-choice]")).to_be_hidden()


class TestMenu:
    def test_opens_and_closes_by_keyboard_and_elsewhere(self, open_page):
        page = open_page("/pieces")
        menu = page.locator("details.menu")
        menu.locator("summary").focus()
        page.keyboard.press("Enter")
        expect(menu.get_by_role("link", name="Profile")).to_be_visible()
        page.keyboard.press("Escape")
        expect(menu.get_by_role("link", name="Profile")).to_be_hidden()
        expect(menu.locator("summary")).to_be_focused()
        menu.locator("summary").click()
        page.locator("h1").click()
        expect(menu.get_by_role("link", name="Profile")).to_be_hidden()


@pytest.mark.parametrize("javascript", [True, False])
def test_confirming_asks_first(open_page, got, javascript):
    page = open_page("/pieces", javascript=javascript)
    dialog = page.locator(".dialog")
    page.get_by_role("button", name="Delete", exact=True).first.click()
    expect(dialog).to_be_visible()
    dialog.get_by_role("button", name="Keep as it is").click()
    expect(dialog).to_be_hidden()
    assert got == []
    page.get_by_role("button", name="Delete", exact=True).first.click()
    with page.expect_response("**/form") as answer:
        dialog.get_by_role("button", name="Delete").click()
    assert answer.value.request.method == "POST"
    assert got[0][1]["_method"] == "DELETE"


class TestLove:
    def test_toggles_in_place(self, open_page, got):
        page = open_page("/pieces")
        love = page.locator("#list .love").nth(2)
        love.click()
        expect(love).to_have_attribute("aria-pressed", "true")
        expect(love.locator("[data-count]")).to_have_text("3")
        expect(love).not_to_have_attribute("aria-busy", "true")
        love.click()
        expect(love).to_have_attribute("aria-pressed", "false")
        expect(love.locator("[data-count]")).to_have_text("2")
        expect(love).not_to_have_attribute("aria-busy", "true")
        assert got == [("love", "POST"), ("love", "DELETE")]
        assert page.url.endswith("/pieces")

    def test_signed_out_meanwhile_leads_to_the_door(self, open_page):
        page = open_page("/pieces")
        with page.expect_request("**/login?next=/pieces"):
            page.locator("#list .love").nth(1).click()

    def test_failure_takes_it_back(self, open_page):
        page = open_page("/pieces")
        page.route("**/love", lambda route: route.fulfill(status=429))
        love = page.locator("#list .love").nth(2)
        love.click()
        expect(love).to_have_attribute("aria-pressed", "false")
        expect(love.locator("[data-count]")).to_have_text("2")

    def test_without_script_it_is_a_form(self, open_page, got):
        page = open_page("/pieces", javascript=False)
        page.locator("#list .love").nth(2).click()
        page.wait_for_url("**/pieces")
        assert got == [("love", "POST")]


class TestMore:
    def test_list_grows_in_place(self, open_page):
        page = open_page("/pieces")
        page.get_by_role("link", name="Show more").click()
        expect(page.locator("#list > .card")).to_have_count(26)
        expect(page.locator(".pager")).to_have_count(0)
        expect(page.locator("#say")).to_have_text("More has been added to the list.")
        expect(page.locator("#list > .card").nth(24).locator("a").first).to_be_focused()

    def test_without_script_it_is_a_link(self, open_page):
        page = open_page("/pieces", javascript=False)
        page.get_by_role("link", name="Show more").click()
        page.wait_for_url("**/pieces?after=abc")
        expect(page.locator("#list > .card")).to_have_count(2)


class TestForm:
    @pytest.fixture
    def photo(self, tmp_path):
        path = tmp_path / "coat.png"
        Image.new("RGB", (300, 400), "#aa3355").save(path)
        return path

    def test_photos_are_shown_when_chosen(self, open_page, photo):
        page = open_page("/form")
        page.locator("#f-photos").set_input_files([photo])
        expect(page.get_by_role("img", name="coat.png")).to_be_visible()

    def test_too_many_photos_are_said(self, open_page, photo):
        page = open_page("/form")
        page.locator("#f-photos").set_input_files([photo] * 3)
        said = page.locator("#f-photos").evaluate("input => input.validationMessage")
        assert said == "Please choose 2 photos at most."

    def test_upload_goes_to_the_next_page_with_its_message(self, open_page, got, photo):
        page = open_page("/form")
        page.locator("#f-photos").set_input_files([photo])
        page.locator("#f-name").fill("Coat")
        page.get_by_role("button", name="Save").click()
        progress = page.locator("[data-progress]")
        expect(progress).to_be_visible()
        assert progress.evaluate("element => !element.closest('[inert]')"), "nobody would hear of it"
        assert page.locator("#f-name").evaluate("element => Boolean(element.closest('[inert]'))")
        page.wait_for_url("**/pieces")
        expect(page.locator(".flash--success")).to_have_text(re.compile("Saved, all of it."))
        expect(page.locator("#say")).to_have_text("Saved, all of it.")
        assert got[0][2] == ["coat.png"]

    def test_refused_upload_keeps_the_photos(self, open_page, got, photo, axe):
        page = open_page("/form")
        page.locator("#f-name").evaluate("input => input.required = false")
        page.locator("#f-photos").set_input_files([photo])
        page.get_by_role("button", name="Save").click()
        expect(page.locator("#form-errors")).to_be_focused()
        expect(page.get_by_role("img", name="coat.png")).to_be_visible()
        axe(page)
        page.locator("#f-name").fill("Coat")
        page.get_by_role("button", name="Save").click()
        page.wait_for_url("**/pieces")
        assert [entry[2] for entry in got] == [["coat.png"], ["coat.png"]]

    def test_tags_become_chips(self, open_page, got):
        page = open_page("/form")
        chips = page.locator(".tags__chip")
        expect(chips).to_have_text(["linen", "summer"])
        entry = page.get_by_role("textbox", name="Tags")
        entry.fill("#silk")
        entry.press("Enter")
        entry.press_sequentially("wool,")
        expect(chips).to_have_text(["linen", "summer", "silk", "wool"])
        page.get_by_role("button", name="Remove summer").click()
        entry.press("Backspace")
        page.locator("#f-name").fill("Coat")
        page.get_by_role("button", name="Save").click()
        page.wait_for_url("**/pieces")
        assert got[0][1]["tags"] == "linen, silk"

    def test_password_can_be_looked_at(self, open_page):
        page = open_page("/form")
        field = page.locator("#f-password")
        page.get_by_role("button", name="Show").click()
        expect(field).to_have_attribute("type", "text")
        page.get_by_role("button", name="Show").click()
        expect(field).to_have_attribute("type", "password")

    def test_room_left_is_counted(self, open_page):
        page = open_page("/form")
        page.locator("#f-note").fill("eighteen letters..")
        expect(page.locator(".counter").first).to_have_text("18 / 20")

    def test_without_script_it_is_a_form(self, open_page, got, photo):
        page = open_page("/form", javascript=False)
        page.locator("#f-photos").set_input_files([photo])
        page.locator("#f-name").fill("Coat")
        page.get_by_role("button", name="Save").click()
        page.wait_for_url("**/pieces")
        assert got[0][1]["tags"] == "linen, summer"
