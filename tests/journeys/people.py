"""What people do in the browser, in their words: fields by their labels, buttons by their names."""

import itertools
import re
import time
from dataclasses import dataclass

from playwright.sync_api import Page, expect

from tests.support.live import LiveSite
from tests.support.mail import text_of

PASSWORD = "four unrelated wooden words"
_numbers = itertools.count(1)


@dataclass
class Person:
    """Somebody in front of a browser."""

    name: str
    page: Page
    site: LiveSite
    number: int = 0

    def __post_init__(self) -> None:
        """Make the person's data unlike anybody else's on this site."""
        self.number = next(_numbers)

    @property
    def handle(self) -> str:
        """Return the handle."""
        return f"{self.name.lower()}_{self.number}"

    @property
    def email(self) -> str:
        """Return the mail address."""
        return f"{self.handle}@example.test"

    def join(self) -> None:
        """Fill in the form and follow the mail's link."""
        self.fill_in_the_form()
        self.page.goto(self.link_in_mail("/confirm/"))
        self.press("Confirm my address")
        expect(self.heading()).to_contain_text("Welcome")

    def fill_in_the_form(self) -> None:
        """Sign up."""
        self.page.goto("/register")
        self.page.get_by_label("Mail address").fill(self.email)
        self.page.get_by_label("Password", exact=True).fill(PASSWORD)
        self.page.get_by_label("Name", exact=True).fill(self.name)
        self.page.get_by_label("Handle").fill(self.handle)
        self.page.get_by_label("Country").select_option("DE")
        self.page.get_by_label("Date of birth").fill("1990-05-17")
        self.page.get_by_label("I accept the terms of use").check()
        self.press("Join")
        expect(self.page).to_have_url(re.compile("/register/sent|/confirm"))

    def link_in_mail(self, path: str, seconds: float = 20) -> str:
        """Wait for a mail with a link to ``path`` and return the link."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            for message in reversed(self.site.mail.to(self.email)):
                found = re.search(rf"{re.escape(self.site.url + path)}\S+", text_of(message))
                if found:
                    return found.group()
            self.page.wait_for_timeout(50)
        raise AssertionError(f"no mail to {self.email} with {path}\n{self.site.logs()[-4000:]}")

    def sign_in(self) -> None:
        """Give mail address and password."""
        self.page.goto("/login")
        self.page.get_by_label("Mail address").fill(self.email)
        self.page.get_by_label("Password", exact=True).fill(PASSWORD)
        self.press("Sign in")

    def press(self, name: str) -> None:
        """Press the button with this name in the page's main part."""
        self.page.get_by_role("main").get_by_role("button", name=name, exact=True).first.click()

    def heading(self):
        """Return the page's heading."""
        return self.page.get_by_role("heading", level=1)

    def add_item(self, category: str, picture: bytes) -> str:
        """Photograph a piece into the closet; return its address."""
        self.page.goto("/closet/items/new")
        self.choose_photo(picture)
        self.page.get_by_label("Category").select_option(label=category)
        self.press("Add to my closet")
        expect(self.page).to_have_url(re.compile("/items/[0-9a-z]+$"))
        return self.page.url

    def publish_look(self, caption: str, picture: bytes) -> str:
        """Publish a look that wears the one item of the closet, for everybody; return its address."""
        self.page.goto("/looks/new")
        self.choose_photo(picture)
        self.page.get_by_label("Caption").fill(caption)
        self.page.locator("[name=visibility][value=public]").check()
        self.press("Publish")
        expect(self.page).to_have_url(re.compile("/looks/[0-9a-z]+$"))
        return self.page.url

    def choose_photo(self, picture: bytes) -> None:
        """Choose a photo as from the phone's gallery."""
        picture_file = {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": picture}
        self.page.locator("input[type=file][name=photos]").set_input_files(picture_file)

    def follow(self, other: "Person") -> None:
        """Follow somebody from their page."""
        self.page.goto(f"/@{other.handle}")
        self.press(f"Follow {other.name}")
        expect(self.page.get_by_role("button", name=f"Stop following {other.name}")).to_be_visible()

    def love(self) -> None:
        """Love the look on the page."""
        self.page.get_by_role("button", name="Love this look").first.click()
        expect(self.page.locator("[data-love][aria-pressed=true]:not([aria-busy])").first).to_be_visible()

    def comment(self, text: str) -> None:
        """Say something about the look on the page."""
        self.page.get_by_label("Write a comment").fill(text)
        self.press("Comment")
        expect(self.page.get_by_text(text)).to_be_visible()

    def is_told(self, deed: str, seconds: float = 20) -> None:
        """Read the notifications until one speaks of ``deed``: a worker makes them."""
        told = self.page.get_by_role("main").get_by_role("listitem").filter(has_text=deed)
        until = time.monotonic() + seconds
        self.page.goto("/notifications")
        while not told.count() and time.monotonic() < until:
            self.page.wait_for_timeout(50)
            self.page.reload()
        expect(told.first).to_be_visible()
