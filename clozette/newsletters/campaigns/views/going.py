"""Pages that let a campaign go: the last look, the schedule, the start, and what is taken back."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from clozette.accounts import countries
from clozette.accounts.models import Member
from clozette.kernel import clock, zones
from clozette.kernel.database import db
from clozette.kernel.refusal import Refusal, Refused
from clozette.kernel.web.forms import Form
from clozette.kernel.web.gate import staff, viewer
from clozette.newsletters.campaigns import access, checks, recipients, schemas, segments, services
from clozette.newsletters.campaigns.models import Campaign
from clozette.newsletters.campaigns.rendering import BadCampaign
from clozette.newsletters.campaigns.views.blueprint import ROLE, blueprint
from clozette.newsletters.campaigns.views.editing import dns_asked, show_campaign
from clozette.newsletters.sending import services as sending


@blueprint.get("/campaigns/<id:campaign_id>/schedule")
@staff(ROLE)
def schedule(campaign_id: int) -> str:
    """Show who gets it, what was found, and ask when it goes."""
    found = dns_asked(campaign_id)
    return _page(found, _empty(found))


@blueprint.post("/campaigns/<id:campaign_id>/schedule")
@staff(ROLE, collects="CP2")
def schedule_campaign(campaign_id: int) -> Any:
    """Let it go at a moment that a wall clock somewhere shows."""
    if request.form.get("_method") == "DELETE":
        return unschedule_campaign(campaign_id)
    found, form = dns_asked(campaign_id, anew=True), Form(schemas.ScheduleIn)
    if not form.load():
        return _page(found, form), 422
    moment, odd = zones.moment_in(form.data["send_at"], form.data["time_zone"])
    if moment is None:
        form.errors["send_at"] = [str(odd)]
        return _page(found, form), 422
    repeats = form.data["repeats"] if found.kind == "digest" else None
    try:
        services.check_seen(found, form.data["version"])
        services.schedule(found, moment, form.data["time_zone"], repeats=repeats, now=clock.now())
    except BadCampaign as bad:
        form.errors["_schema"] = [fault.words for fault in bad.faults]
        return _page(found, form), 409
    except Refused as refused:
        form.refuse(refused.refusal)
        return _page(found, form), 409
    if odd:
        flash(odd, "info")
    flash(_("The campaign is scheduled."), "success")
    return _to(found)


@blueprint.delete("/campaigns/<id:campaign_id>/schedule")
@staff(ROLE)
def unschedule_campaign(campaign_id: int) -> Any:
    """Make a draft of it again."""
    return _do(campaign_id, services.unschedule, _("The campaign is a draft again."))


@blueprint.post("/campaigns/<id:campaign_id>/start")
@staff(ROLE, collects="CP2")
def start_campaign(campaign_id: int) -> Any:
    """Send it now."""
    form = Form(schemas.SeenIn)
    seen: dict[str, Any] = form.data if form.load() else {"version": 0, "due": None}
    dns_asked(campaign_id, anew=True)

    def start(found: Campaign) -> None:
        services.check_seen(found, seen["version"])
        services.start_now(found, clock.now(), due=seen["due"])

    return _do(campaign_id, start, _("The campaign is on its way."), shows=_last_look)


@blueprint.post("/campaigns/<id:campaign_id>/cancellation")
@staff(ROLE, collects="CP2")
def cancel_campaign(campaign_id: int) -> Any:
    """Give it up."""
    return _do(campaign_id, services.cancel, _("The campaign is cancelled."))


@blueprint.post("/campaigns/<id:campaign_id>/answer")
@staff(ROLE, collects="CP2")
def answer_late_campaign(campaign_id: int) -> Any:
    """Say what becomes of a campaign that missed its time."""
    form = Form(schemas.AnswerIn)
    if not form.load():
        found = access.campaign_for_staff(campaign_id)
        return show_campaign(found, Refusal("answer", _("Choose what becomes of it."))), 422
    answer, due = form.data["answer"], form.data["due"]
    if answer == "send":
        dns_asked(campaign_id, anew=True)
    return _do(campaign_id, lambda found: services.answer_late(found, answer, clock.now(), due=due), _("So be it."))


@blueprint.post("/campaigns/<id:campaign_id>/winner")
@staff(ROLE, collects="CP2")
def pick_winner(campaign_id: int) -> Any:
    """Choose which arm everybody else gets."""
    form = Form(schemas.WinnerIn)
    if not form.load():
        found = access.campaign_for_staff(campaign_id)
        return show_campaign(found, Refusal("letter", _("Choose one of the subjects."))), 422
    letter, back = form.data["letter"], form.data["back"]
    return _do(campaign_id, lambda found: services.pick_winner(found, letter), _("The others get this one."), back)


@blueprint.post("/campaigns/<id:campaign_id>/test")
@staff(ROLE, collects="CP2")
def send_test(campaign_id: int) -> Any:
    """Send it as it is saved to whoever presses."""

    def send(found: Campaign) -> None:
        me = db.session.get(Member, viewer().member_id)
        assert me is not None
        sending.send_test(found, me.email)

    return _do(campaign_id, send, _("A test is on its way to your own address."))


@blueprint.post("/campaigns/<id:campaign_id>/links")
@staff(ROLE, collects="CP2")
def check_links(campaign_id: int) -> Any:
    """Ask for its links to be tried."""
    return _do(campaign_id, checks.ask_for_links, _("The links are being tried. Load this page again in a moment."))


@blueprint.post("/campaigns/<id:campaign_id>/archiving")
@staff(ROLE, collects="CP2")
def archive_campaign(campaign_id: int) -> Any:
    """Put it into the newsletter's public archive, or take it out."""
    if request.form.get("_method") == "DELETE":
        return unarchive_campaign(campaign_id)
    return _do(campaign_id, lambda found: services.archive(found, clock.now()), _("It is in the archive."))


@blueprint.delete("/campaigns/<id:campaign_id>/archiving")
@staff(ROLE)
def unarchive_campaign(campaign_id: int) -> Any:
    """Take it out of the archive."""
    return _do(campaign_id, lambda found: services.archive(found, None), _("It is not in the archive any more."))


def _do(
    campaign_id: int,
    deed: Callable[[Campaign], None],
    said: str,
    back: str = "",
    shows: Callable[[Campaign, Refusal], str] = show_campaign,
) -> Any:
    found = access.campaign_for_staff(campaign_id)
    try:
        deed(found)
    except Refused as refused:
        return shows(found, refused.refusal), 409
    except BadCampaign as bad:
        return shows(found, Refusal("faults", " ".join(fault.words for fault in bad.faults))), 409
    flash(said, "success")
    return redirect(f"{request.path.rpartition('/')[0]}/{back}", 303) if back else _to(found)


def _last_look(found: Campaign, refusal: Refusal) -> str:
    """Return the page where a draft was to be sent, which says what was found, and how to mend it."""
    if found.state != "draft":
        return show_campaign(found, refusal)
    form = _empty(found)
    form.refuse(refusal)
    return _page(found, form)


def _empty(found: Campaign) -> Form:
    zone = found.time_zone if found.time_zone != "UTC" else viewer().time_zone
    return Form(schemas.ScheduleIn, {"time_zone": zone, "repeats": found.repeats or "week"})


def _page(found: Campaign, form: Form) -> str:
    return render_template(
        "marketing/schedule.html",
        campaign=found,
        form=form,
        zones=countries.zones(),
        counts=recipients.counts(found),
        findings=checks.findings(found),
        spoken=segments.spoken(found.rules),
    )


def _to(found: Campaign) -> Any:
    return redirect(url_for(".campaign", campaign_id=found.id), 303)
