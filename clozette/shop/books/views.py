"""``/selling/books``: a seller's money by month and year, to be printed or kept as a file."""

from typing import Any

from flask import Blueprint, Response, render_template, request

from clozette.kernel import clock
from clozette.kernel.web import gate
from clozette.shop.books import periods, queries, sheets, words
from clozette.shop.books.lines import Book
from clozette.shop.sellers.access import own_seller
from clozette.shop.sellers.models import Seller

blueprint = Blueprint("selling_books", __name__)
HERE = "/selling/books"
MOST_SHOWN = 1000
"""So many lines a page has; the file has all."""


@blueprint.get(HERE)
@gate.members()
def page() -> Any:
    """Show the book of a month line by line, that of a year month by month."""
    seller = own_seller(gate.viewer())
    made, now = _book(seller), periods.read(None, clock.today())
    return render_template(
        "selling/books.html", seller=seller, book=made, now=now, words=words, most=MOST_SHOWN, here=HERE
    )


@blueprint.get(f"{HERE}.csv")
@gate.members()
def sheet() -> Response:
    """Hand out the same as a file, line by line."""
    made = _book(own_seller(gate.viewer()))
    return sheets.file(sheets.book(made), f"book-{made.period}")


def _book(seller: Seller) -> Book:
    return queries.book_of(seller, periods.read(request.args.get("period"), clock.today()))
