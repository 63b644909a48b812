"""What marketing does in the browser to plan a contest: fields by their labels, buttons by their names."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from playwright.sync_api import Page, expect

from clozette.kernel import clock


def _typed(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M}"


@dataclass
class Planner:
    """Somebody of marketing who plans one contest, whose dates the clocks of UTC show."""

    page: Page
    title: str
    slug: str
    opens_at: datetime = field(default_factory=lambda: clock.now() + timedelta(hours=1))

    def begin(self, *, sponsor: str | None = None) -> None:
        """Begin a draft of a draw among looks, open to Germany."""
        self.page.goto("/marketing/contests")
        self.page.get_by_role("link", name="New contest").first.click()
        self._fill("Title", self.title)
        self._fill("Short name", self.slug)
        self._fill("What it is about", "Show us a coat.")
        if sponsor is not None:
            self.page.get_by_label("Sponsor").select_option(label=sponsor)
        self.page.get_by_label("Time zone").select_option("UTC")
        for name, days in (("opens_at", 0), ("closes_at", 7), ("draw_at", 8), ("announce_at", 9)):
            self.page.locator(f"#f-{name}").fill(_typed(self.opens_at + timedelta(days=days)))
        self.page.get_by_label("Germany").check()
        self._press("Save and go on to the rules")
        expect(self.page.get_by_role("heading", level=1)).to_have_text("Prizes and rules")

    def fill_in_rules(self, *, prize: str = "A linen coat", sent_by: str = "house") -> None:
        """Fill in what the rules of a draw need."""
        first = self.page.get_by_role("group", name="Prize 1")
        first.get_by_label("What it is").fill(prize)
        first.get_by_label("Worth").fill("200")
        first.get_by_label("How it arrives").select_option(sent_by)
        self.page.get_by_label("Entering costs nothing").check()
        self.page.get_by_label("A public number").check()
        self._fill("Days until winners are told", "2")
        self._fill("Days they have to answer", "14")
        self.page.get_by_label("With numbers, and names of those who agree").check()
        self.page.get_by_label("Show them on this site with the contest").check()
        self._fill("What people’s data are used for", "to run this contest")
        self._press("Save")
        expect(self.page.get_by_role("heading", level=1)).to_have_text("Look the rules over")

    def check(self) -> None:
        """Have it found complete."""
        expect(self.page.get_by_text("Nothing is missing for any of its countries.")).to_be_visible()
        self._press("It is complete")
        expect(self.page.get_by_text("It can be published.")).to_be_visible()

    def publish(self) -> None:
        """Publish it, and look at what everybody reads now."""
        self._press("Publish")
        expect(self.page.get_by_text("It opens by itself on")).to_be_visible()
        self.page.goto(f"/contests/{self.slug}/rules")
        expect(self.page.get_by_role("heading", level=1)).to_have_text("Official rules")

    def _fill(self, label: str, text: str) -> None:
        self.page.get_by_label(label).fill(text)

    def _press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()
