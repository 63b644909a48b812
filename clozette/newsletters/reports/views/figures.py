"""Reports for marketing staff: numbers about campaigns and newsletters, and nobody in them."""

from typing import Any

from flask import Blueprint, Response, render_template, request
from flask_babel import format_percent

from clozette.kernel import clock, ids, plots
from clozette.kernel.paging import read_cursor
from clozette.kernel.web.gate import staff
from clozette.newsletters.campaigns import access
from clozette.newsletters.campaigns.models import Campaign
from clozette.newsletters.leaving import alarm
from clozette.newsletters.reports import figures, history, reading, sheets, trials

blueprint = Blueprint("reports", __name__, url_prefix="/marketing")
ROLE = "marketing"
MOST_LINES = 1000


@blueprint.get("/reports")
@staff(ROLE)
def overview() -> str:
    """Show every newsletter's subscribers over time, and what became of the campaigns."""
    page = figures.started(read_cursor(request.args.get("after")))
    return render_template("marketing/reports.html", page=page, rows=figures.of_all(page.items))


@blueprint.get("/reports.csv")
@staff(ROLE)
def overview_file() -> Response:
    """Hand out the same as a file: the last thousand campaigns."""
    page = figures.started(None, size=MOST_LINES)
    return _file(sheets.campaigns(figures.of_all(page.items)), "campaigns")


@blueprint.get("/campaigns/<id:campaign_id>/report")
@staff(ROLE)
def report(campaign_id: int) -> str:
    """Show what became of a campaign; how far it is, while it is being sent."""
    found, now = access.campaign_for_staff(campaign_id), clock.now()
    made = figures.of(found)
    finer = figures.details(made, now)
    step, numbers = plots.spread(finer.minutes)
    return render_template(
        "marketing/report.html",
        campaign=found,
        figures=made,
        finer=finer,
        step=step,
        numbers=numbers,
        pace=figures.pace(finer, now),
        surges=alarm.surges_of(found.id),
        trial=trials.of(found, finer.arms),
        **_reading(found),
    )


@blueprint.get("/campaigns/<id:campaign_id>/report.csv")
@staff(ROLE)
def report_file(campaign_id: int) -> Response:
    """Hand out a campaign's figures as a file."""
    found = access.campaign_for_staff(campaign_id)
    made = figures.of(found)
    finer = figures.details(made, clock.now())
    read = reading.of(found.id) if found.tracks else None
    text = sheets.campaign(made, finer, read, trials.of(found, finer.arms))
    return _file(text, f"campaign-{ids.encode(found.id)}")


@blueprint.app_context_processor
def _drawings() -> dict[str, Any]:
    return {
        "newsletter_curves": lambda: history.curves(clock.now()),
        "campaigns_going": figures.going,
        "plots": plots,
    }


@blueprint.context_processor
def _words() -> dict[str, Any]:
    return {"percent": _percent}


def _reading(found: Campaign) -> dict[str, Any]:
    if not found.tracks:
        return {"read": None}
    return {"read": reading.of(found.id), "agreeing": figures.agreeing(found.id), "places": reading.places(found.id)}


def _percent(part: int, whole: int) -> str:
    return str(format_percent(part / whole, "#,##0.0%")) if whole else "–"


def _file(text: str, name: str) -> Response:
    made = Response(text, mimetype="text/csv")
    made.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    made.headers["Cache-Control"] = "no-store"
    return made
