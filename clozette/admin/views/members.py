"""Pages for admins: figures, members, a member's record, and the log of who looked at records."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from clozette.accounts.models import Member
from clozette.admin import access, queries, services
from clozette.admin.schemas import CaseIn, SearchIn
from clozette.admin.views.blueprint import blueprint
from clozette.kernel import clock
from clozette.kernel.paging import read_cursor
from clozette.kernel.refusal import Refused
from clozette.kernel.web.forms import Form
from clozette.kernel.web.gate import staff, viewer


@blueprint.get("")
@staff("admin")
def index() -> str:
    """Show the figures and the ways on."""
    return render_template("admin/index.html", figures=queries.figures())


@blueprint.get("/members")
@staff("admin")
def members() -> Any:
    """List members."""
    errors = SearchIn().validate({"q": request.args.get("q", "")})
    search = "" if errors else request.args.get("q", "").strip()
    page = queries.members(search, read_cursor(request.args.get("after")))
    return render_template("admin/members.html", page=page, search=search)


@blueprint.get("/members/<handle>")
@staff("admin")
def member(handle: str) -> str:
    """Ask why, before a record is shown; once for a case."""
    return _ask(access.any_member(handle), Form(CaseIn))


@blueprint.post("/members/<handle>/record")
@staff("admin", collects="CP2")
def record(handle: str) -> Any:
    """Show a member's record and write down that it was looked at; a POST, because the log is written.

    A reason opens a new case, whichever is open: it may be another, or one to keep silent about.
    """
    found, now, form = access.any_member(handle), clock.now(), Form(CaseIn)
    is_sent = any(name in request.form for name in form.schema.fields)
    case = None if is_sent else services.open_case_of(viewer(), found, now=now)
    if case is None:
        if not form.load():
            return _ask(found, form), 422
        case = services.open_case(viewer(), found, said=form.data, now=now)
    services.look_at_record(viewer(), found, case, now=now)
    return render_template("admin/record.html", member=found, reads=queries.reads_of(found.subject_id))


@blueprint.post("/members/<handle>/deactivation")
@staff("admin", collects="CP2")
def deactivation(handle: str) -> Any:
    """Deactivate a member, or undo it (``_method=DELETE``)."""
    found = access.any_member(handle)
    undo = request.form.get("_method") == "DELETE"
    form = Form(CaseIn)
    if not form.load():
        return _ask(found, form), 422
    try:
        change = services.reactivate if undo else services.deactivate
        change(viewer(), found, reason=form.data["reason"], now=clock.now())
    except Refused as refused:
        form.refuse(refused.refusal)
        return _ask(found, form), 409
    done = _("@%(handle)s can sign in again.") if undo else _("@%(handle)s is deactivated and signed out everywhere.")
    flash(done % {"handle": found.handle}, "success")
    return redirect(url_for(".member", handle=found.handle), 303)


@blueprint.get("/audit")
@staff("admin")
def audit() -> str:
    """Show who of the staff looked at whose record, and why."""
    return render_template("admin/audit.html", page=queries.staff_reads(read_cursor(request.args.get("after"))))


def _ask(found: Member, form: Form) -> str:
    case = services.open_case_of(viewer(), found, now=clock.now())
    return render_template("admin/member.html", member=found, form=form, case=case)
