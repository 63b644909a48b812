"""The signed-in feed page of 24 looks against a hello-world.

Everything is on: session, CSRF token, CSP nonce, headers, limits, the viewer's row.
"""

import tempfile
from contextlib import ExitStack
from pathlib import Path

from benchmarks.claims import Report
from benchmarks.feed.community import Community
from benchmarks.feed.filling import fill
from benchmarks.support import load, pages, server, sites
from clozette.kernel.paging import PAGE_SIZE

LOOKS = 10_000
WORKERS = 2
PAGES = 3000
READERS = 40
MOST_TIMES = 10
MOST_QUERIES = 6


def measure(report: Report) -> None:
    """Claim how many times a hello-world the page costs, and how many queries it makes."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="clozette-bench-")))
        url = f"sqlite:///{folder / 'clozette.db'}"
        app = sites.site(url, folder)
        community = Community(LOOKS)
        tokens = fill(app, community)
        cookies = [pages.cookie_of(app, tokens[reader]) for reader in community.readers["200"][:READERS]]
        report.claim("feed.page.queries", pages.queries(app, "/feed", cookies[0]), MOST_QUERIES)
        hello = stack.enter_context(server.running(pages.HELLO, folder, workers=WORKERS))
        environment = sites.environment(url, folder)
        ours = stack.enter_context(
            server.running("clozette:create_app", folder, workers=WORKERS, factory=True, environment=environment)
        )
        figures = pages.compare(hello, ours, [load.request("/feed", sites.HOST, one) for one in cookies], PAGES)
        page = pages.body(ours.port, "/feed", cookies[0])
    looks = pages.count(page, rb'<li class="card look"')
    report.figures["page"] = {"workers": WORKERS, "looks_on_page": looks, "page_bytes": len(page), **figures}
    report.claim("feed.page.cpu-times-hello", figures["cpu_times_hello"], MOST_TIMES)
    report.claim("feed.page.looks", looks, PAGE_SIZE, at_most=False)
