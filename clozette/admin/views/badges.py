"""Badges and points that members have: which were given and why, and the one deed on them, taking back with a reason."""

from typing import Any

from flask import abort, flash, redirect, render_template, request
from flask_babel import gettext as _

from clozette.admin import services
from clozette.admin.schemas import ReasonIn
from clozette.admin.views.blueprint import blueprint
from clozette.community import badges, points
from clozette.community.models import PointLine
from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.paging import read_cursor
from clozette.kernel.refusal import Refused
from clozette.kernel.web.forms import Form
from clozette.kernel.web.gate import staff, viewer


@blueprint.get("/badges")
@staff("admin")
def given_badges() -> str:
    """List badges, newest first."""
    return _list(Form(ReasonIn))


@blueprint.post("/badges/<id:badge_id>/revocation")
@staff("admin", collects="CP2")
def revoke_badge(badge_id: int) -> Any:
    """Let a badge count no more; its member sees the reason. Twice changes nothing."""
    badge = badges.one(badge_id) or abort(404)
    form = Form(ReasonIn)
    if not form.load():
        return _list(form), form.status
    services.revoke_badge(viewer(), badge, reason=form.data["reason"], now=clock.now())
    flash(_("It counts no more."), "success")
    return redirect("/admin/badges", 303)


@blueprint.get("/points")
@staff("admin")
def given_points() -> str:
    """List what members got and spent points for, newest first."""
    return _points(Form(ReasonIn))


@blueprint.post("/points/<id:line_id>/reversal")
@staff("admin", collects="CP2")
def take_back_points(line_id: int) -> Any:
    """Take back what somebody got points for, or give back what they spent. Twice changes nothing."""
    line = db.session.get(PointLine, line_id) or abort(404)
    form = Form(ReasonIn)
    if not form.load():
        return _points(form), form.status
    try:
        services.take_back_points(viewer(), line, reason=form.data["reason"], now=clock.now())
    except Refused as refused:
        form.refuse(refused.refusal)
        return _points(form), form.status
    flash(_("It is taken back."), "success")
    return redirect("/admin/points", 303)


def _points(form: Form) -> str:
    page = points.given(read_cursor(request.args.get("after")))
    return render_template("admin/points.html", page=page, form=form)


def _list(form: Form) -> str:
    page = badges.given(read_cursor(request.args.get("after")))
    lines = badges.lines([badge for badge, _handle in page.items])
    return render_template("admin/badges.html", page=page, lines=lines, form=form)
