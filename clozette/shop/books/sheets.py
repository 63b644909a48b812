"""Books as CSV, for whoever does the taxes: amounts with a point, dates as ISO 8601 in UTC, nothing that calculates."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from flask import Response

from clozette.kernel.formulas import neutral
from clozette.kernel.money import Money
from clozette.shop.books.lines import COLUMNS, Book, Line

HEAD = ("date", "what", "order", *COLUMNS, "change", "balance", "tax", "tax_name", "tax_rate", "currency")


def book(one: Book) -> str:
    """Return a seller's book: what there was before, and a line for each deed."""
    nothing = [""] * (len(COLUMNS) + 1)
    first = (
        moment(one.period.start),
        "opening",
        "",
        *nothing,
        amount(one.opening, one.currency),
        "",
        "",
        "",
        one.currency,
    )
    return written([HEAD, first, *(_line(line, one.currency) for line in one.lines)])


def amount(minor: int, currency: str) -> str:
    """Return an amount in whole units of its currency, with a point."""
    return f"{Money(minor, currency).amount:f}"


def moment(at: datetime) -> str:
    """Return a moment in UTC."""
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def written(lines: Iterable[Sequence[str]]) -> str:
    """Return lines as CSV; a text that a spreadsheet would take for a formula gets a quote before it, an amount does not."""
    text = io.StringIO()
    csv.writer(text).writerows(lines)
    return text.getvalue()


def file(text: str, name: str) -> Response:
    """Return a file to be kept, by nobody on the way."""
    made = Response(text, mimetype="text/csv")
    made.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    made.headers["Cache-Control"] = "no-store"
    return made


def _line(line: Line, currency: str) -> tuple[str, ...]:
    order = line.order
    sums = [amount(getattr(line, name), currency) for name in (*COLUMNS, "change", "balance", "tax")]
    rate = f"{order.tax_bp / 100:g}" if order and order.tax else ""
    named = neutral(order.tax_name) if order and order.tax else ""
    return (moment(line.at), line.kind, order.ref if order else "", *sums, named, rate, currency)
