"""Where a minor asks a parent or guardian, and where these decide. Opening a link changes nothing; a press does."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request
from flask_babel import gettext as _

from clozette.accounts import addresses, browser
from clozette.accounts.access import oneself
from clozette.accounts.models import Member
from clozette.kernel import clock
from clozette.kernel.refusal import Refused
from clozette.kernel.web import gate
from clozette.kernel.web.forms import Form
from clozette.privacy import notices
from clozette.rights.consents import queries
from clozette.rights.guardians import services, throttle
from clozette.rights.guardians.models import GuardianAsk
from clozette.rights.guardians.schemas import AskIn, DecisionIn, SwitchIn

blueprint = Blueprint("guardians", __name__)
HERE = "/privacy/guardian"
_BACK = "/privacy/consents"


@blueprint.get(HERE)
@gate.members()
def ask_form() -> Any:
    """Ask the member for the address of a parent or guardian."""
    return _ask_page(Form(AskIn, {name: request.args.get(name, "") for name in ("purpose", "channel")}))


@blueprint.post(HERE)
@gate.members(collects="CP13")
def ask() -> Any:
    """Put the question. The answer is the same for every address."""
    form = Form(AskIn)
    if not form.load():
        return _ask_page(form)
    member = oneself(gate.viewer())
    throttle.ask(member.id, addresses.canonical(form.data["guardian_email"]) or "")
    try:
        notices.answered("CP13")
        services.ask(member, form.data["purpose"], form.data["channel"], form.data["guardian_email"], clock.now())
    except Refused as refused:
        form.refuse(refused.refusal)
        return _ask_page(form)
    flash(_("We wrote to them. It counts once they agree."), "success")
    return redirect(_BACK, 303)


@blueprint.post(f"{HERE}/end")
@gate.members(collects="CP13")
def take_back() -> Any:
    """Take a question back that waits."""
    form = Form(SwitchIn)
    if not form.load():
        abort(422)
    services.take_back(oneself(gate.viewer()).subject_id, form.data["purpose"], form.data["channel"])
    flash(_("The question is taken back."), "success")
    return redirect(_BACK, 303)


@blueprint.get("/guardian/<token>")
@gate.everyone()
def decide_form(token: str) -> Any:
    """Show who asks for what."""
    return _decide_page(token, Form(DecisionIn))


@blueprint.post("/guardian/<token>")
@gate.everyone(collects="CP13")
def decide(token: str) -> Any:
    """Take the decision, once."""
    throttle.decide()
    form = Form(DecisionIn)
    if not form.load():
        return _decide_page(token, form)
    found = services.waiting(token, clock.now())
    if found is None:
        return _gone()
    try:
        _decide(*found, form)
    except Refused as refused:
        form.refuse(refused.refusal)
        return _decide_page(token, form)
    return render_template("rights/guardian/decided.html", agreed=form.data["answer"] == "yes")


@blueprint.get("/guardian/<token>/end")
@gate.everyone()
def end_form(token: str) -> Any:
    """Show what was agreed to."""
    ask = services.standing(token)
    return _gone() if ask is None else render_template("rights/guardian/end.html", token=token, switch=_switch(ask))


@blueprint.post("/guardian/<token>/end")
@gate.everyone(collects="CP13")
def end(token: str) -> Any:
    """Take a yes back."""
    throttle.decide()
    ask = services.standing(token)
    if ask is None:
        return _gone()
    try:
        services.withdraw(ask, now=clock.now(), circumstances=_circumstances(None))
    except Refused:
        return _gone()
    return render_template("rights/guardian/decided.html", agreed=False)


def _decide(ask: GuardianAsk, member: Member, form: Form) -> None:
    """Record the decision.

    :raises Refused: for a yes to words that were not shown, or if somebody decided meanwhile.
    """
    now, came = clock.now(), _circumstances(member)
    if form.data["answer"] == "no":
        services.decline(ask, now=now, circumstances=came)
        return
    shown = notices.answered(_switch(ask).point)
    if shown is None:
        raise Refused(notices.stale())
    services.agree(ask, form.data["guardian_name"], shown, now=now, circumstances=came)


def _circumstances(member: Member | None) -> dict[str, Any]:
    came = browser.circumstances()
    where = {"jurisdiction": member.country} if member else {}
    return {"address": came.address, "agent": came.agent, **where}


def _switch(ask: GuardianAsk) -> queries.Switch:
    return queries.Switch(ask.purpose, ask.channel, None, None, None)


def _ask_page(form: Form) -> Any:
    purpose, channel = str(form.value("purpose")), str(form.value("channel"))
    if not services.is_needed(oneself(gate.viewer()).subject_id, purpose, channel, clock.now()):
        return redirect(_BACK, 303) if request.method == "GET" else abort(form.status)
    switch = queries.Switch(purpose, channel, None, None, None)
    return render_template("rights/guardian/ask.html", form=form, switch=switch), form.status


def _decide_page(token: str, form: Form) -> Any:
    found = services.waiting(token, clock.now())
    if found is None:
        return _gone()
    ask, member = found
    page = render_template(
        "rights/guardian/decide.html",
        form=form,
        token=token,
        member=member,
        switch=_switch(ask),
        statement=services.statement(),
        until=ask.expires_at,
    )
    return page, form.status


def _gone() -> Any:
    return render_template("rights/guardian/gone.html"), 404
