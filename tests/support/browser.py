"""A real Chromium, and what axe-core says of a page in it."""

import itertools
import os
import re
import shutil
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, ViewportSize, sync_playwright

from tests.support import live

INSTALL = "apt-get install -y chromium"
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# A page that was just given another size may draw no frame; what moves is put at its end, as if it had been waited for.
SETTLE = """() => Promise.race([new Promise(requestAnimationFrame), new Promise(done => setTimeout(done, 700))])
    .then(() => document.getAnimations().filter(one => one.effect.getComputedTiming().endTime !== Infinity)
        .forEach(one => one.finish()))"""
# Only a video's or a sound's own length needs a file loaded again; the style sheets are read as the page has them.
EXAMINE = """values => axe.run(document, {
    runOnly: {type: "tag", values}, resultTypes: ["violations"], preload: {assets: ["media"]}
}).then(found => found.violations)"""
# What a page is looked at in, by turns: of all pages together every width has been seen in either scheme.
DRESSES = (((390, "light"), (1280, "dark")), ((390, "dark"), (1280, "light")))
# The last list counts alone, so Playwright's stands here too; ours are the pages that Chromium itself loads behind the
# address bar of every new window, which cost it more than most pages of the site.
WITHOUT = [
    *("AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "HttpsUpgrades", "LensOverlay"),
    *("HttpsFirstBalancedModeAutoEnable", "MediaRouter", "PaintHolding", "ThirdPartyStoragePartitioning"),
    *("AvoidCorsURLLoaderRestartOnRedirect", "OptimizationHints", "NetworkTimeServiceQuerying", "AimEnabled"),
    *("PreconnectToSearch", "WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "WebUIOmniboxFullPopup"),
]
OPTIONS = [
    f"--disable-features={','.join(WITHOUT)}",
    "--no-sandbox",  # the tests may run as root
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-sync",
    "--no-first-run",
    "--no-pings",
    "--js-flags=--no-opt",  # no page lives long enough for its scripts to be worth optimising
    "--metrics-recording-only",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
]


def chromium() -> str | None:
    """Return where a Chromium is installed."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def need_chromium() -> str:
    """Return where Chromium is; without one skip aloud, or fail where the tests must be whole (CI)."""
    found = chromium()
    if found is None:
        message = f"no Chromium here, so no browser test ran; install one with: {INSTALL}"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return found


@pytest.fixture(scope="session")
def live_server() -> Iterator[live.LiveSite]:
    """Give the worker's one running site; tests make people of their own and share the rest."""
    with live.running(address_limit="100000 per minute", member_limit="100000 per minute") as site:
        yield site


@pytest.fixture(scope="session")
def browser(live_server: live.LiveSite) -> Iterator[Browser]:
    """Give one Chromium for the whole run, which trusts the live site's key as if it were anybody's."""
    path = need_chromium()
    trust = f"--ignore-certificate-errors-spki-list={live_server.certificate.public_key_hash}"
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=[*OPTIONS, trust])
        yield launched
        launched.close()


def size(width: int) -> ViewportSize:
    """Return the window of a phone or of a wide screen."""
    return {"width": width, "height": 844 if width < 600 else 900}


class Visitors:
    """Opens browsers of new people, and listens to what they complain of: a blocked script, an error, a lost file."""

    def __init__(self, browser: Browser, url: str, stack: ExitStack) -> None:
        self._browser = browser
        self._url = url
        self._stack = stack
        self._complaints: list[str] = []
        # What a test provokes on purpose; a form refused with 422 is always that, and so is a window of another size.
        self.expected = ["the server responded with a status of 4", "invalid state. Viewport size changed"]

    def __call__(self, *, javascript: bool = True, width: int = 1280, **options: Any) -> Page:
        """Return a page of a new person's browser, with no past."""
        context: BrowserContext = self._browser.new_context(
            base_url=self._url,
            java_script_enabled=javascript,
            viewport=size(width),
            **options,
        )
        self._stack.callback(context.close)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self._complaints.append(str(error)))
        return page

    def complaints(self) -> list[str]:
        """Return what the browsers complained of and no test expected."""
        return [said for said in self._complaints if not any(part in said for part in self.expected)]

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self._complaints.append(f"{message.text} ({message.location.get('url')})")


@pytest.fixture
def visitor(browser: Browser, live_server: live.LiveSite) -> Iterator[Visitors]:
    """Give ``visitor(javascript=True, width=1280)``; an unexpected complaint of a browser fails the test."""
    with ExitStack() as stack:
        visitors = Visitors(browser, live_server.url, stack)
        yield visitors
    left = visitors.complaints()
    assert not left, "the browser complained: " + "; ".join(left) + "\n" + live_server.logs()[-6000:]


@pytest.fixture
def page(visitor: Visitors) -> Page:
    """Give one visitor's page, 1280 wide, with JavaScript."""
    return visitor()


@pytest.fixture(scope="session")
def _axe_script() -> str:
    installed = metadata.distribution("axe-playwright-python").locate_file("axe_playwright_python/axe.min.js")
    return Path(str(installed)).read_text(encoding="utf-8")


def _reason(node: dict[str, Any]) -> str:
    return " ".join(check["message"] for kind in ("any", "all", "none") for check in node[kind])


@pytest.fixture
def axe(_axe_script: str) -> Callable[[Page], None]:
    """Give ``axe(page)``: fails with each rule of WCAG 2.2 AA that the page breaks, and where."""

    def examine(page: Page) -> None:
        page.wait_for_load_state()  # a click waits for the next page's beginning alone
        page.evaluate(SETTLE)  # a colour that is just changing would be judged half-way
        if not page.evaluate("'axe' in window"):
            page.evaluate(_axe_script)
        violations = page.evaluate(EXAMINE, STANDARDS)
        faults = [
            f"{fault['id']} ({fault['impact']}): {fault['help']}\n    "
            + "\n    ".join(
                f"{node['target']} {node['html'][:160]}\n      {_reason(node)}" for node in fault["nodes"][:5]
            )
            for fault in violations
        ]
        assert not faults, f"{page.url} at {page.viewport_size}:\n" + "\n".join(faults)

    return examine


@pytest.fixture
def sound(request: pytest.FixtureRequest, axe: Callable[[Page], None]) -> Callable[[Page], None]:
    """Give ``sound(page)``: axe finds nothing and nothing scrolls sideways, narrow in one scheme and wide in the other.

    The open page changes its dress and is not loaded again. Which scheme is the narrow one's changes from page to page.
    With ``PICTURES`` set, pictures of all four are kept there, for whoever looks at them.
    """
    folder = os.environ.get("PICTURES")
    begins = zlib.crc32(request.node.name.encode()) % 2
    turns = itertools.cycle([DRESSES[begins], DRESSES[1 - begins]] if not folder else [DRESSES[0] + DRESSES[1]])

    def examine(page: Page) -> None:
        for width, scheme in next(turns):
            page.set_viewport_size(size(width))
            page.emulate_media(color_scheme=scheme)
            axe(page)
            over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert over <= 0, f"{page.url} scrolls sideways by {over} px at {width}"
            if folder:
                name = re.sub(r"\W+", "_", page.url.split("/", 3)[3])
                page.screenshot(path=Path(folder) / f"{name}-{width}-{scheme}.png", full_page=True)

    return examine
