"""``/admin/shop``: the bazaar for the staff."""

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request
from flask_babel import get_locale
from flask_babel import gettext as _

from clozette.kernel import clock, money
from clozette.kernel.paging import read_cursor
from clozette.kernel.ports import payments
from clozette.kernel.web.forms import Form
from clozette.kernel.web.gate import staff, viewer
from clozette.shop import amounts
from clozette.shop.books import periods, sheets
from clozette.shop.books import words as book_words
from clozette.shop.desk import figures, house, schemas, sellers, words
from clozette.shop.ledger import queries as ledger
from clozette.shop.orders import words as order_words
from clozette.shop.payments import runs
from clozette.shop.payments import words as payment_words
from clozette.shop.sellers import fees as schedule
from clozette.shop.sellers import places, wording
from clozette.shop.sellers.models import Seller

blueprint = Blueprint("shop_desk", __name__, url_prefix="/admin/shop")
HERE = "/admin/shop"
ROLE = "admin"
MAX_SEARCH = 60


@blueprint.get("")
@staff(ROLE)
def index() -> str:
    """Show how it goes."""
    made = figures.figures(clock.today())
    return render_template("admin/shop/index.html", figures=made, words=words, orders=order_words)


@blueprint.get("/fees")
@staff(ROLE)
def fees() -> Any:
    """Show what the house takes, and took, and ask what it shall take."""
    return _fees_page(Form(schemas.FeesIn))


@blueprint.post("/fees")
@staff(ROLE, collects="CP2")
def announce() -> Any:
    """Let other fees begin on a day that is yet to come; nothing that was announced is ever changed."""
    form = Form(schemas.FeesIn)
    fixed = amounts.read(form, "fixed", form.data["currency"]) if form.load() else None
    if form.errors:
        return _fees_page(form)
    shares = {"buyer_bp": form.data["buyer"], "seller_bp": form.data["seller"], "buyer_fixed_minor": fixed or 0}
    if not schedule.announce(form.data["currency"], schemas.beginning_of(form.data["since"]), **shares):
        form.errors["since"], form.status = [_("Other fees begin on that day already.")], 409
        return _fees_page(form)
    flash(_("Announced. Orders from that day on keep these fees."), "success")
    return redirect(f"{HERE}/fees", 303)


@blueprint.get("/sellers")
@staff(ROLE)
def who_sells() -> str:
    """List who sells, and whether money reaches them."""
    search, state = request.args.get("q", "").strip()[:MAX_SEARCH], request.args.get("state", "")
    page = sellers.page(search, state, read_cursor(request.args.get("after")))
    return render_template(
        "admin/shop/sellers.html",
        page=page,
        search=search,
        state=state,
        states=words.SELLERS,
        kinds=wording.KINDS,
        places=places,
    )


@blueprint.get("/sellers/<id:seller_id>")
@staff(ROLE)
def seller(seller_id: int) -> Any:
    """Ask why, before a record is shown; once for a case."""
    return _ask(sellers.any_seller(seller_id), Form(schemas.LookIn))


@blueprint.post("/sellers/<id:seller_id>/record")
@staff(ROLE, collects="CP2")
def record(seller_id: int) -> Any:
    """Show a seller's record and write down that it was looked at; a POST, because the log is written."""
    found, form, now = sellers.any_seller(seller_id), Form(schemas.LookIn), clock.now()
    is_asked = "reason" in request.form or sellers.open_case(viewer(), found, now) is None
    if is_asked and not form.load():
        return _ask(found, form)
    made = sellers.look(viewer(), found, form.data["reason"] if is_asked else None, now)
    return render_template(
        "admin/shop/record.html",
        record=made,
        seller=found,
        words=words,
        wording=wording,
        places=places,
        orders=order_words,
        payouts=payment_words,
        percent=amounts.percent,
    )


@blueprint.get("/books")
@staff(ROLE)
def books() -> str:
    """Show what every account holds, and what was moved in a month or a year."""
    today = clock.today()
    period = periods.read(request.args.get("period"), today)
    return render_template(
        "admin/shop/books.html",
        period=period,
        now=periods.read(None, today),
        trials=house.trials(period),
        ways=house.ways(period),
        faults=ledger.faults(),
        words=book_words,
        accounts=words.ACCOUNTS,
    )


@blueprint.get("/books.csv")
@staff(ROLE)
def books_file() -> Response:
    """Hand out every move of a period, and nobody's name."""
    period = periods.read(request.args.get("period"), clock.today())
    return sheets.file(house.sheet(period), f"moves-{period}")


@blueprint.get("/reconciliation")
@staff(ROLE)
def reconciliation() -> str:
    """Show what differed from the payment service's own lists when they were last compared."""
    return render_template("admin/shop/reconciliation.html", runs=runs.last(), is_on=payments.is_on(), words=words)


@blueprint.post("/reconciliation")
@staff(ROLE)
def reconcile() -> Any:
    """Have them compared now, by a task; one at a time."""
    if not payments.is_on():
        flash(_("This site takes no payments."), "error")
    elif runs.ask(because="staff", now=clock.now()):
        flash(_("Both sides are being compared. Look again in a moment."), "success")
    else:
        flash(_("They are being compared already."), "error")
    return redirect(f"{HERE}/reconciliation", 303)


def _ask(found: Seller, form: Form) -> Any:
    case = sellers.open_case(viewer(), found, clock.now())
    page = render_template("admin/shop/seller.html", seller=found, form=form, case=case)
    return page, form.status


def _fees_page(form: Form) -> Any:
    page = render_template(
        "admin/shop/fees.html",
        form=form,
        lines=schedule.schedule(),
        now=clock.now(),
        percent=amounts.percent,
        currencies=money.choices(get_locale() or "en", first=form.value("currency") or "EUR"),
    )
    return page, form.status
