"""Pictures of every page of the running demo site (``make run`` first), on a phone and on a desk: ``make screenshots``."""

import os
import re
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from clozette import create_app
from clozette.demo.fill import PASSWORD
from clozette.development import keys
from clozette.settings import Settings

WIDTHS = (390, 1280)
SKIPPED = re.compile(
    r"^/(api|static|media|healthz|readyz|metrics|logout|robots|manifest|\.well-known)|\.(json|txt|xml)$"
)
SAMPLES = {
    "/closet": r"^/items/[^/]+$",
    "/discover": r"^/looks/[^/]+$",
    "/feed": r"^/@[^/]+$",
}


def main() -> None:
    """Take them all."""
    keys.fill(os.environ)
    app = create_app()
    settings: Settings = app.extensions["clozette.settings"]
    folder = settings.var / "screenshots"
    shutil.rmtree(folder, ignore_errors=True)
    paths = [rule.rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ()) and "<" not in rule.rule]
    wanted = sorted(path for path in paths if not SKIPPED.search(path))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_chromium(), args=["--no-sandbox"])
        for width in WIDTHS:
            context = browser.new_context(
                base_url=settings.base_url, ignore_https_errors=True, viewport={"width": width, "height": 900}
            )
            page = context.new_page()
            _take(page, ["/", "/login", "/register"], folder / f"visitor-{width}")
            _sign_in(page)
            _take(page, [*wanted, *_samples(page)], folder / f"member-{width}")
            context.close()
        browser.close()
    sys.stdout.write(f"{folder}\n")


def _sign_in(page: Page) -> None:
    page.goto("/login")
    page.fill("input[name=email]", "shopper@clozette.test")
    page.fill("input[name=password]", PASSWORD)
    page.locator("form[action='/login'] [type=submit]").click()
    page.wait_for_url(lambda url: "/login" not in url, wait_until="domcontentloaded")


def _samples(page: Page) -> Iterable[str]:
    """Find one page of each kind that has a thing of its own."""
    for path, pattern in SAMPLES.items():
        page.goto(path)
        links = [link.get_attribute("href") or "" for link in page.locator("main a[href]").all()]
        found = [link for link in links if re.search(pattern, link)]
        yield from found[:1]


def _take(page: Page, paths: Iterable[str], folder: Path) -> None:
    for path in paths:
        page.goto(path)
        page.wait_for_load_state("networkidle")
        name = path.strip("/").replace("/", "_") or "home"
        page.screenshot(path=folder / f"{name}.png", full_page=True)


def _chromium() -> str:
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    return found or sys.exit("No Chromium here; install one with: apt-get install -y chromium")


if __name__ == "__main__":
    main()
