"""Proving an address by a one-time code."""

from typing import Any
from urllib.parse import urlencode

from flask import flash, redirect, request, session
from flask_babel import gettext as _

from clozette.accounts import addresses, redirects
from clozette.kernel import clock, ids
from clozette.kernel.database import db
from clozette.kernel.web import edge, gate
from clozette.kernel.web.forms import Form
from clozette.rights import person
from clozette.rights.desk import codes, queries, throttle
from clozette.rights.desk.models import Code
from clozette.rights.desk.schemas import AskCodeIn, TypeCodeIn
from clozette.rights.desk.views.blueprint import blueprint, page

_WAITING = "code_asked"


@blueprint.get("/privacy/code")
@gate.everyone()
def ask_code_form() -> Any:
    """Ask for the address that a code goes to; a member signs in instead."""
    if gate.viewer().is_member:
        return redirect(_wanted(request.args.get("next")), 303)
    return _ask_page(Form(AskCodeIn, {"next": request.args.get("next", "")}))


@blueprint.post("/privacy/code")
@gate.everyone(collects="CP2")
def ask_code() -> Any:
    """Have a code mailed. The answer is the same for every address."""
    form = Form(AskCodeIn)
    if not form.load():
        return _ask_page(form)
    throttle.ask_code(addresses.canonical(form.data["email"]) or "")
    session[_WAITING] = ids.encode(codes.make(form.data["email"], clock.now()).id)
    return redirect(f"/privacy/code/entry?{urlencode({'next': form.data['next']})}", 303)


@blueprint.get("/privacy/code/entry")
@gate.everyone()
def type_code_form() -> Any:
    """Ask for the digits."""
    if _WAITING not in session:
        return redirect("/privacy/code", 303)
    return _type_page(Form(TypeCodeIn, {"next": request.args.get("next", "")}))


@blueprint.post("/privacy/code/entry")
@gate.everyone(collects="CP2")
def type_code() -> Any:
    """Take the digits: three tries, within ten minutes, in the browser that asked."""
    form = Form(TypeCodeIn)
    if not form.load():
        return _type_page(form)
    throttle.try_code()
    code = _waiting()
    if code is None:
        return redirect("/privacy/code", 303)
    now = clock.now()
    typed = form.data["code"].replace(" ", "")
    if codes.count_try(code, now) and codes.use(code, typed, now):
        session.pop(_WAITING, None)
        person.remember(code)
        return redirect(_onward(code, form.data["next"]), 303)
    edge.keep()  # the try counts although it was wrong
    form.errors["code"] = [
        _("That is not the code, or it no longer works. After three tries, or ten minutes, ask anew.")
    ]
    form.status = 422
    return _type_page(form)


@blueprint.post("/privacy/code/end")
@gate.everyone()
def end() -> Any:
    """Let this browser be nobody again."""
    person.forget()
    flash(_("This browser no longer shows your data."), "success")
    return redirect("/", 303)


def _waiting() -> Code | None:
    try:
        return db.session.get(Code, ids.decode(str(session.get(_WAITING))))
    except ValueError:
        return None


def _onward(code: Code, path: str) -> str:
    """Go where they wanted to; from the front page first to what was asked from their address, if they must say whose."""
    wanted = _wanted(path)
    asked = queries.requests_of([code.subject_id])
    doubts = any(queries.is_in_doubt(one, code.subject_id) for one in asked)
    return "/privacy/requests" if doubts and wanted == "/privacy" else wanted


def _wanted(path: str | None) -> str:
    wanted = redirects.local_path(path)
    return "/privacy" if wanted == redirects.HOME else wanted


def _ask_page(form: Form) -> Any:
    return page("rights/code.html", form.status, form=form)


def _type_page(form: Form) -> Any:
    return page("rights/code_entry.html", form.status, form=form)
