"""Pages of marketing: newsletters, their subscribers, files of subscribers, and suppressed addresses."""

from typing import Any

from flask import Blueprint, Response, abort, flash, make_response, redirect, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from clozette.kernel import clock, ids
from clozette.kernel.database import db
from clozette.kernel.paging import read_cursor
from clozette.kernel.refusal import Refused
from clozette.kernel.web import gate
from clozette.kernel.web.forms import Form
from clozette.newsletters.subscriptions import access, rules, staff
from clozette.newsletters.subscriptions.imports import rules as import_rules
from clozette.newsletters.subscriptions.imports import services as imports
from clozette.newsletters.subscriptions.imports.models import Import
from clozette.newsletters.subscriptions.models import Newsletter
from clozette.newsletters.subscriptions.services import POINT
from clozette.newsletters.subscriptions.staff_schemas import (
    FindIn,
    ImportIn,
    NewNewsletterIn,
    NewsletterIn,
    SuppressIn,
)
from clozette.privacy.policies.editions import EDITIONS, LANGUAGE_NAMES

ROLE = "marketing"
HERE = "/marketing/newsletters"
FIND = "/marketing/subscribers"
blueprint = Blueprint("subscribers", __name__, url_prefix="/marketing")
_SHOWN = ("title", "description", "frequency", "edition", "language", "sender_name", "sender_address", "reply_to")
STATE_NAMES = {
    "pending": _l("not confirmed yet"),
    "confirmed": _l("subscribed"),
    "unsubscribed": _l("unsubscribed"),
    "bounced": _l("mail came back"),
    "complained": _l("complained"),
    "expired": _l("ran out"),
}
SOURCE_NAMES = {
    "form": _l("the form on the site"),
    "settings": _l("their own settings"),
    "api": _l("a program of theirs"),
    "import": _l("an imported file"),
    "mailchimp": "Mailchimp",
}
REASON_NAMES = {
    "left": _l("its reader wants no newsletter"),
    "bounced": _l("mail to it came back"),
    "complained": _l("its reader complained"),
    "erased": _l("its reader was forgotten"),
    "staff": _l("staff suppressed it"),
}


@blueprint.get("/newsletters")
@gate.staff(ROLE)
def newsletters() -> Any:
    """List the newsletters."""
    return render_template(
        "marketing/newsletters/list.html", newsletters=staff.newsletters(), language_names=LANGUAGE_NAMES
    )


@blueprint.get("/newsletters/new")
@gate.staff(ROLE)
def new_newsletter() -> Any:
    """Ask for a newsletter."""
    return _edit_page(Form(NewNewsletterIn, {"edition": "clozette.co", "language": "en", "has_archive": True}), None)


@blueprint.post("/newsletters")
@gate.staff(ROLE, collects="CP2")
def make_newsletter() -> Any:
    """Make it."""
    form = Form(NewNewsletterIn)
    if not form.load():
        return _edit_page(form, None)
    try:
        made = staff.create(form.data, clock.now())
    except Refused as refused:
        form.refuse(refused.refusal)
        return _edit_page(form, None)
    flash(_("“%(title)s” is there. People can subscribe to it.", title=made.title), "success")
    return _to(made)


@blueprint.get("/newsletters/<id:newsletter_id>")
@gate.staff(ROLE)
def newsletter(newsletter_id: int) -> Any:
    """Show how many stand how to a newsletter, and the list of them."""
    found, state = access.any_newsletter(newsletter_id), request.args.get("state", "")
    state = state if state in rules.STATES else ""
    page = staff.subscribers(found, state, read_cursor(request.args.get("after")))
    values: dict[str, Any] = {
        "counts": staff.counts(found),
        "state": state,
        "names": STATE_NAMES,
        "sources": SOURCE_NAMES,
    }
    return _private("marketing/newsletters/newsletter.html", newsletter=found, page=page, **values)


@blueprint.get("/newsletters/<id:newsletter_id>/edit")
@gate.staff(ROLE)
def edit_newsletter(newsletter_id: int) -> Any:
    """Show what can be changed."""
    found = access.any_newsletter(newsletter_id)
    shown = {name: getattr(found, name) for name in (*_SHOWN, "is_third", "has_archive")}
    return _edit_page(Form(NewsletterIn, shown), found)


@blueprint.post("/newsletters/<id:newsletter_id>")
@gate.staff(ROLE, collects="CP2")
def change_newsletter(newsletter_id: int) -> Any:
    """Change it."""
    found, form = access.any_newsletter(newsletter_id), Form(NewsletterIn)
    if not form.load():
        return _edit_page(form, found)
    staff.change(found, form.data)
    flash(_("Saved."), "success")
    return _to(found)


@blueprint.route("/newsletters/<id:newsletter_id>/closing", methods=["POST", "DELETE"])
@gate.staff(ROLE, collects="CP2")
def close_newsletter(newsletter_id: int) -> Any:
    """Close it, or open it again (``DELETE``)."""
    found = access.any_newsletter(newsletter_id)
    if request.method == "DELETE" or request.form.get("_method") == "DELETE":
        staff.reopen(found)
        flash(_("It is open again."), "success")
    else:
        staff.close(found, clock.now())
        flash(_("It is closed: nobody can subscribe, and nothing is sent."), "success")
    return _to(found)


@blueprint.get("/subscribers")
@gate.staff(ROLE)
def find_form() -> Any:
    """Ask for an address, and why it is looked up."""
    return _find_page(Form(FindIn))


@blueprint.post("/subscribers")
@gate.staff(ROLE, collects="CP2")
def find() -> Any:
    """Show what is known of an address and write the look down; a POST, because the log is written."""
    form = Form(FindIn)
    if not form.load():
        return _find_page(form)
    return _find_page(
        form, staff.find(form.data["email"], reader=gate.viewer(), reason=form.data["reason"], now=clock.now())
    )


@blueprint.route("/suppressions", methods=["POST", "DELETE"])
@gate.staff(ROLE, collects="CP2")
def suppress() -> Any:
    """Suppress an address, or lift that (``DELETE``), with the reason."""
    form = Form(SuppressIn)
    if not form.load():
        return _find_page(form)
    typed, now = form.data, clock.now()
    how: dict[str, Any] = {"because": typed["reason"], "by_id": gate.viewer().member_id, "now": now}
    try:
        if request.method == "DELETE" or request.form.get("_method") == "DELETE":
            staff.lift(typed["email"], typed["suppression"], **how)
            flash(_("Lifted. Its reader can subscribe again; nobody was subscribed by this."), "success")
        else:
            staff.suppress(typed["email"], **how)
            flash(_("This address gets no mail from us any more."), "success")
    except Refused as refused:
        form.refuse(refused.refusal)
        return _find_page(form)
    return redirect(FIND, 303)


@blueprint.get("/newsletters/<id:newsletter_id>/imports")
@gate.staff(ROLE)
def import_form(newsletter_id: int) -> Any:
    """Show the files of a newsletter, and ask for another."""
    return _imports_page(access.any_newsletter(newsletter_id), Form(ImportIn))


@blueprint.post("/newsletters/<id:newsletter_id>/imports")
@gate.staff(ROLE, collects=POINT)
def send_file(newsletter_id: int) -> Any:
    """Take a file with its evidence, and look at it; nobody is subscribed by that."""
    found, form = access.any_newsletter(newsletter_id), Form(ImportIn)
    if not form.load():
        return _imports_page(found, form)
    typed = form.data
    evidence = {"source": typed["source"], "consented_on": typed["consented_on"], "wording": typed["wording"]}
    try:
        made = imports.begin(found, typed["file"], **evidence, made_by_id=gate.viewer().member_id, now=clock.now())
    except Refused as refused:
        form.refuse(refused.refusal)
        form.status = 422 if refused.refusal.field else 409
        return _imports_page(found, form)
    return redirect(f"{HERE}/{ids.encode(found.id)}/imports/{ids.encode(made.id)}", 303)


@blueprint.get("/newsletters/<id:newsletter_id>/imports/<id:import_id>")
@gate.staff(ROLE)
def show_import(newsletter_id: int, import_id: int) -> Any:
    """Show what would become of a file's rows, or what became of them."""
    made = _import(newsletter_id, import_id)
    values: dict[str, Any] = {
        "newsletter": made.newsletter,
        "outcomes": import_rules.OUTCOMES,
        "columns": import_rules.COLUMNS,
        "maker": imports.maker(made),
    }
    return _private("marketing/newsletters/import.html", made=made, **values)


@blueprint.route("/newsletters/<id:newsletter_id>/imports/<id:import_id>", methods=["POST", "DELETE"])
@gate.staff(ROLE, collects=POINT)
def decide_import(newsletter_id: int, import_id: int) -> Any:
    """Take a file that was looked at, or drop it (``DELETE``)."""
    made = _import(newsletter_id, import_id)
    if request.method == "DELETE" or request.form.get("_method") == "DELETE":
        imports.drop(made, clock.now())
    else:
        imports.go(made)
    return redirect(f"{HERE}/{ids.encode(newsletter_id)}/imports/{ids.encode(import_id)}", 303)


def _import(newsletter_id: int, import_id: int) -> Import:
    made = db.session.get(Import, import_id)
    if made is None or made.newsletter_id != newsletter_id:
        abort(404)
    return made


def _to(newsletter: Newsletter) -> Any:
    return redirect(f"{HERE}/{ids.encode(newsletter.id)}", 303)


def _edit_page(form: Form, newsletter: Newsletter | None) -> Any:
    choices = {"editions": [(name, name) for name in EDITIONS], "languages": list(LANGUAGE_NAMES.items())}
    return render_template("marketing/newsletters/edit.html", form=form, newsletter=newsletter, **choices), form.status


def _find_page(form: Form, found: staff.Found | None = None) -> Response:
    values: dict[str, Any] = {"states": STATE_NAMES, "reasons": REASON_NAMES, "sources": SOURCE_NAMES}
    values["language_names"] = LANGUAGE_NAMES
    return _private("marketing/newsletters/find.html", form.status, form=form, found=found, **values)


def _imports_page(newsletter: Newsletter, form: Form) -> Response:
    files = imports.of(newsletter.id)
    return _private("marketing/newsletters/imports.html", form.status, newsletter=newsletter, form=form, files=files)


def _private(template: str, status: int = 200, **values: Any) -> Response:
    """Answer with a page that no cache keeps."""
    response = make_response(render_template(template, **values), status)
    response.headers["Cache-Control"] = "no-store"
    return response
