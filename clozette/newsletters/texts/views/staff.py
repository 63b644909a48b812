"""``/marketing/texts``: campaigns of texts with counts and refusals by reason, what is uncertain, and the register's answers.

No page shows a number: staff see counts, and the last two digits of an uncertain one. The file for the register alone has
numbers, and giving it out is a hand-over.
"""

from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from flask import Blueprint, Response, abort, flash, make_response, redirect, render_template
from flask_babel import format_datetime, get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from clozette.accounts import countries
from clozette.accounts.fresh import proved_recently
from clozette.kernel import clock, ids, zones
from clozette.kernel.database import db
from clozette.kernel.refusal import Refusal, Refused
from clozette.kernel.tasks import enqueue
from clozette.kernel.web import gate
from clozette.kernel.web.forms import Form
from clozette.newsletters.texts import (
    campaigns,
    claims,
    eligibility,
    handout,
    regions,
    register,
    rules,
    services,
    tasks,
    wording,
)
from clozette.newsletters.texts.models import Phone, TextCampaign, TextSending
from clozette.newsletters.texts.schemas import CampaignIn, CheckIn, DecisionIn, DeedIn, ScheduleIn
from clozette.privacy import purposes

ROLE = "marketing"
HERE = "/marketing/texts"
REGISTER = f"{HERE}/register"
blueprint = Blueprint("text_campaigns", __name__)
MOST_SHOWN = 100
STATE_NAMES = {
    "draft": _l("draft"),
    "running": _l("running"),
    "paused": _l("paused"),
    "finished": _l("finished"),
    "cancelled": _l("cancelled"),
}
OUTCOME_NAMES = {
    "queued": _l("waiting"),
    "submitting": _l("on their way"),
    "sent": _l("sent"),
    "skipped": _l("left out"),
    "failed": _l("refused by the provider"),
    "uncertain": _l("uncertain"),
}
REASON_NAMES = {
    "consent": _l("took the consent back"),
    "suppressed": _l("answered STOP, or ended all texts"),
    "erasure": _l("asked to be forgotten"),
    "register": _l("Singapore: no consent in evidential form, and no check of the register within 21 days"),
    "sender": _l("the sender's name is not registered there"),
    "frequency": _l("had a text within the last three days"),
    "cancelled": _l("the campaign was cancelled"),
}
BECAUSE_NAMES = {
    "late": _l("Its time passed while nothing was sent here. It does not go by itself any more."),
    "nobody": _l("Nobody would have got it when its time came. It does not go by itself any more."),
    "fault": _l("It could not be started: something went wrong here. It does not go by itself any more."),
    "failures": _l("The provider refused too many texts. Ask why, then resume."),
    "restored": _l("The database is older than what was sent: ask the provider what went out, then resume."),
}


@blueprint.get(HERE)
@gate.staff(ROLE)
def overview() -> Any:
    """List the campaigns, with the form for a new one."""
    return _list(Form(CampaignIn))


@blueprint.post(HERE)
@gate.staff(ROLE, collects=services.POINT)
def add() -> Any:
    """Write a new one."""
    form = Form(CampaignIn)
    if not form.load():
        return _list(form)
    form.data.pop("version")
    return redirect(_address(campaigns.make(form.data, clock.now())), 303)


@blueprint.get(f"{HERE}/<id:text_id>")
@gate.staff(ROLE)
def show(text_id: int) -> Any:
    """Show one: what it says, who gets it, who doesn't and why, and what became of it."""
    text = _text(text_id)
    return _one(text, Form(CampaignIn, _values(text)))


@blueprint.post(f"{HERE}/<id:text_id>")
@gate.staff(ROLE, collects=services.POINT)
def save(text_id: int) -> Any:
    """Change a draft."""
    text, form = _text(text_id), Form(CampaignIn)
    if not form.load():
        return _one(text, form)
    try:
        campaigns.save(text, form.data, version=form.data.pop("version"))
    except Refused as refused:
        form.refuse(refused.refusal)
        return _one(text, form)
    flash(_("Saved."), "success")
    return redirect(_address(text), 303)


@blueprint.post(f"{HERE}/<id:text_id>/deeds")
@gate.staff(ROLE, collects=services.POINT)
def act(text_id: int) -> Any:
    """Start, pause, resume, cancel, or text it to one's own number."""
    text, form = _text(text_id), Form(DeedIn)
    if not form.load():
        return _one(text, Form(CampaignIn, _values(text)), form)
    try:
        _do(text, form.data["do"])
    except Refused as refused:
        db.session.rollback()
        form.refuse(refused.refusal)
        text = _text(text_id)
        return _one(text, Form(CampaignIn, _values(text)), form)
    return redirect(_address(text), 303)


@blueprint.post(f"{HERE}/<id:text_id>/schedule")
@gate.staff(ROLE, collects=services.POINT)
def schedule(text_id: int) -> Any:
    """Let it go at a moment that a wall clock somewhere shows."""
    text, form = _text(text_id), Form(ScheduleIn)
    if not form.load():
        return _one(text, Form(CampaignIn, _values(text)), time=form)
    moment, odd = zones.moment_in(form.data["send_at"], form.data["time_zone"])
    if moment is None:
        form.errors["send_at"], form.status = [str(odd)], 422
        return _one(text, Form(CampaignIn, _values(text)), time=form)
    try:
        campaigns.schedule(text, moment, form.data["time_zone"], version=form.data["version"], now=clock.now())
    except Refused as refused:
        form.refuse(refused.refusal)
        return _one(text, Form(CampaignIn, _values(text)), time=form)
    if odd:
        flash(odd, "info")
    flash(_("It waits for its time."), "success")
    return redirect(_address(text), 303)


@blueprint.post(f"{HERE}/<id:text_id>/uncertain/<id:phone_id>")
@gate.staff(ROLE, collects=services.POINT)
def decide(text_id: int, phone_id: int) -> Any:
    """Say what became of an uncertain one."""
    text, form = _text(text_id), Form(DecisionIn)
    if not form.load():
        return _one(text, Form(CampaignIn, _values(text)), form)
    if not claims.decide(text.id, phone_id, was_sent=form.data["became"] == "sent", now=clock.now()):
        abort(404)
    return redirect(_address(text), 303)


@blueprint.get(REGISTER)
@gate.staff(ROLE)
def checks() -> Any:
    """List the register's answers."""
    return _checks(Form(CheckIn))


@blueprint.post(REGISTER)
@gate.staff(ROLE, collects=services.POINT)
def add_check() -> Any:
    """Keep an answer of the register as evidence."""
    form = Form(CheckIn)
    if not form.load():
        return _checks(form)
    facts = {"result_at": form.data["result_at"], "by_id": gate.viewer().member_id, "now": clock.now()}
    try:
        content = form.data["file"]
        kept = register.keep(form.data["reference"], register.read(content), content, **facts)
    except Refused as refused:
        form.refuse(refused.refusal)
        return _checks(form)
    flash(_("Kept: %(number)s numbers.", number=kept.numbers), "success")
    return redirect(REGISTER, 303)


@blueprint.post(f"{REGISTER}/numbers")
@gate.staff(ROLE)
@proved_recently(REGISTER)
def numbers() -> Any:
    """Give the file of the numbers that the register has to be asked about; that is written down first."""
    form, now = Form(CheckIn), clock.now()
    try:
        content = handout.hand_out(by_id=gate.viewer().subject_id or 0, now=now)
    except Refused as refused:
        db.session.rollback()
        form.refuse(refused.refusal)
        return _checks(Form(CheckIn), form)
    headers = {"Content-Disposition": f'attachment; filename="numbers-{now:%Y%m%d-%H%M}.csv"'}
    return Response(content, mimetype="text/csv", headers={**headers, "Cache-Control": "no-store"})


def _do(text: TextCampaign, deed: str) -> None:
    now = clock.now()
    if deed == "start":
        flash(_("Started for %(number)s numbers.", number=campaigns.start(text, now).getting), "success")
    elif deed == "test":
        mine = services.of(gate.viewer().subject_id or 0)
        if mine is None:
            raise Refused(Refusal("no_number", _("Confirm your own number at /texts first.")))
        enqueue(tasks.text_test, text_id=text.id, phone_id=mine.id, press=ids.new_id())
        flash(_("It comes to your own number."), "success")
    elif not (campaigns.unschedule(text) if deed == "unschedule" else campaigns.move(text, deed, now)):
        raise Refused(Refusal("state", _("This can't be done now: it is %(state)s.", state=STATE_NAMES[text.state])))


def _text(text_id: int) -> TextCampaign:
    found = db.session.get(TextCampaign, text_id)
    if found is None:
        abort(404)
    return found


def _values(text: TextCampaign) -> dict[str, Any]:
    return {name: getattr(text, name) for name in ("title", "body", "purpose", "country", "version")}


def _address(text: TextCampaign) -> str:
    return f"{HERE}/{ids.encode(text.id)}"


def _list(form: Form) -> Response:
    found = db.session.scalars(sa.select(TextCampaign).order_by(TextCampaign.id.desc()).limit(MOST_SHOWN)).all()
    return _page("marketing/texts/list.html", form, texts=found)


def _one(text: TextCampaign, form: Form, deed: Form | None = None, time: Form | None = None) -> Response:
    locale, now = str(get_locale() or "en"), clock.now()
    whole = {is_unasked: wording.campaign(text.body, locale, is_unasked=is_unasked) for is_unasked in (False, True)}
    lost = (TextSending.text_id == text.id, TextSending.state == "uncertain")
    uncertain = sa.select(Phone.id, Phone.number, TextSending.claimed_at, TextSending.reason).join(
        Phone, Phone.id == TextSending.phone_id
    )
    return _page(
        "marketing/texts/one.html",
        form,
        text=text,
        deed=deed or time,
        time=time or Form(ScheduleIn, {"time_zone": gate.viewer().time_zone, "version": text.version}),
        zones=countries.zones(),
        goes_at=_local(text),
        counts=campaigns.counts(text, now) if text.state == "draft" else None,
        outcomes=campaigns.outcomes(text),
        reasons=campaigns.reasons(text),
        whole=whole,
        parts={key: rules.parts_of(words) for key, words in whole.items()},
        uncertain=db.session.execute(uncertain.where(*lost).order_by(Phone.id).limit(MOST_SHOWN)).all(),
    )


def _local(text: TextCampaign) -> str | None:
    """Return when it goes, as the wall clock shows it where it was said."""
    if text.send_at is None:
        return None
    there = text.send_at.astimezone(ZoneInfo(text.time_zone)).replace(tzinfo=None)
    return str(format_datetime(there, "medium", rebase=False))


def _checks(form: Form, deed: Form | None = None) -> Response:
    now = clock.now()
    facts = {"checks": register.latest(), "days": rules.REGISTER_HOLDS.days, "due": handout.count(now)}
    return _page("marketing/texts/register.html", form, deed=deed, at_once=handout.AT_ONCE, **facts)


def _page(template: str, form: Form, **values: Any) -> Response:
    names = {
        "outcome_names": OUTCOME_NAMES,
        "reason_names": REASON_NAMES,
        "because_names": BECAUSE_NAMES,
        "mark": wording.ADVERTISING.strip(),
        "reasons_in_order": eligibility.REASONS,
        "purposes": [(name, purposes.PURPOSES[name].title) for name in services.PURPOSES],
        "countries": [one for one in countries.choices() if one[0] in regions.COUNTRIES],
    }
    failed = values.get("deed")
    page = render_template(template, here=HERE, form=form, **names, **values)
    response = make_response(page, failed.status if failed else form.status)
    response.headers["Cache-Control"] = "no-store"
    return response
