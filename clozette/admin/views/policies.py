"""Pages for admins: the versions of the policy and the terms, who was told, and publishing a new one."""

from typing import Any

from flask import abort, flash, redirect, render_template, request
from flask_babel import gettext as _

from clozette.admin import policies
from clozette.admin.policies import PolicyIn, WhichIn
from clozette.admin.views.blueprint import blueprint
from clozette.kernel import clock
from clozette.kernel.refusal import Refused
from clozette.kernel.web.forms import Form
from clozette.kernel.web.gate import staff, viewer
from clozette.privacy.policies import difference, publishing, versions
from clozette.privacy.policies.editions import EDITIONS, LANGUAGE_NAMES
from clozette.privacy.policies.rules import NOTICE


@blueprint.get("/policies")
@staff("admin")
def policies_list() -> str:
    """Show every version, how far its announcement is, and which language stayed behind."""
    now = clock.now()
    return render_template(
        "admin/policies/list.html",
        standings=policies.standings(now),
        lagging=policies.lagging(),
        language_names=LANGUAGE_NAMES,
        editions=EDITIONS,
        now=now,
    )


@blueprint.get("/policies/new")
@staff("admin")
def policy_form() -> Any:
    """Show the form, filled with the text that a new version would follow."""
    wanted = {name: request.args[name] for name in WhichIn().fields if name in request.args}
    if WhichIn().validate(wanted):
        abort(404)
    which = WhichIn().load(wanted)
    present = policies.newest(**which)
    text = versions.text_of(present) if present else ""
    return _page(Form(PolicyIn, {**which, "text": text}))


@blueprint.post("/policies/new")
@staff("admin", collects="CP2")
def policy_publish() -> Any:
    """Show what would change, or publish it."""
    form = Form(PolicyIn)
    if not form.load():
        return _page(form)
    draft = policies.draft_of(form.data)
    try:
        if form.data["step"] == "look":
            publishing.check(draft, clock.now())
            return _page(form, is_ready=True)
        made = publishing.publish(draft, now=clock.now(), by=viewer().subject_id)
    except Refused as refused:
        form.refuse(refused.refusal)
        return _page(form)
    if made.announced_at:
        flash(_("Version %(version)s is published.", version=made.slug), "success")
    else:
        flash(_("Version %(version)s is published; everybody is being told by mail.", version=made.slug), "success")
    return redirect("/admin/policies", 303)


def _page(form: Form, *, is_ready: bool = False) -> Any:
    kind, edition, language = (str(form.value(name)) for name in ("kind", "edition", "language"))
    present = policies.newest(kind, edition, language)
    passages = []
    if form.data and form.status != 409:
        before = versions.text_of(present) if present else ""
        passages = difference.between(before, policies.draft_of(form.data).text)
    return (
        render_template(
            "admin/policies/new.html",
            form=form,
            present=present,
            passages=passages,
            is_ready=is_ready,
            purposes=policies.purpose_choices("terms" if kind == "terms" else "policy"),
            language_names=LANGUAGE_NAMES,
            earliest=(clock.now() + NOTICE).date(),
        ),
        form.status,
    )
