"""The bazaar against a hello-world on the same server: its pages, and a whole checkout."""

from benchmarks.claims import Report
from benchmarks.shop import checkout, page


def run() -> Report:
    """Measure."""
    report = Report()
    page.measure(report)
    checkout.measure(report)
    return report
