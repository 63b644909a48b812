"""Plugs a seller's books in: their pages, and the drawing on the overview of selling."""

from flask import Flask

from clozette.kernel import clock, plots
from clozette.kernel.web import slots
from clozette.shop.books import queries, views, words
from clozette.shop.books.queries import Days
from clozette.shop.sellers.models import Seller


def init_app(app: Flask) -> None:
    """Do that."""
    app.register_blueprint(views.blueprint)
    slots.fill(app, "selling.overview", "selling/_sales.html")
    app.jinja_env.globals.update(
        sales_by_day=_sales_by_day, plot_bars=plots.bars, tax_in=words.tax_in, tax_of=words.tax_of
    )


def _sales_by_day(seller: Seller) -> Days:
    return queries.sales_by_day(seller, clock.today())
