"""The feed: its page against a hello-world on the same server, and its query from ten thousand to two million looks."""

from benchmarks.claims import Report
from benchmarks.feed import page, query


def run() -> Report:
    """Measure both."""
    report = Report()
    page.measure(report)
    query.measure(report)
    return report
