"""Contests while processes are killed (PostgreSQL): votes, draws with their winners, juries, and what goes to sponsors.

The votes are killed from outside alone. In the rest the site's processes also kill themselves at one of their next writes
(``benchmarks.faults._contests_site``), so that every step of a deed is hit, however short it is.
"""

import tempfile
from pathlib import Path

from benchmarks.claims import Report
from benchmarks.faults.contests import draws, handovers, juries, votes
from benchmarks.faults.contests.site import Site
from tests.support import postgres


def run() -> Report:
    """Kill, and count what is there."""
    report = votes.run()
    with postgres.server(durable=True) as server, tempfile.TemporaryDirectory(prefix="clozette-faults-") as name:
        site = Site(server, Path(name))
        try:
            for story in (draws, handovers, juries):
                story.run(site, report)
            site.judge(report)
        finally:
            site.end()
    return report
