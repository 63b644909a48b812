"""The page that says whom a campaign goes to, and how many that are."""

from typing import Any

import marshmallow as ma
from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from clozette.kernel import clock, ids
from clozette.kernel.refusal import Refusal, Refused
from clozette.kernel.schemas import Line, RowId, Schema
from clozette.kernel.web.forms import Form
from clozette.kernel.web.gate import staff, viewer
from clozette.newsletters.campaigns import access, queries, recipients, segments, services
from clozette.newsletters.campaigns.models import MAX_TITLE, Campaign
from clozette.newsletters.campaigns.views.blueprint import ROLE, blueprint


class _ReadersIn(Schema):
    """One value for each field of a segment, and whether it must not hold."""

    saved = RowId(load_default=None)
    name = Line(max_length=MAX_TITLE, load_default="")


_FIELDS = {
    **{f"is_{field}": Line(max_length=60, load_default="") for field in segments.FIELDS},
    **{f"not_{field}": ma.fields.Boolean(load_default=False) for field in segments.FIELDS},
}
ReadersIn: type[ma.Schema] = type("ReadersIn", (_ReadersIn,), dict(_FIELDS))


@blueprint.get("/campaigns/<id:campaign_id>/readers")
@staff(ROLE)
def readers(campaign_id: int) -> str:
    """Show whom it goes to; ``?saved=`` shows a saved choice, not taken yet."""
    found = access.campaign_for_staff(campaign_id)
    form = Form(ReadersIn, _values(found.rules))
    return _page(found, form)


@blueprint.post("/campaigns/<id:campaign_id>/readers")
@staff(ROLE, collects="CP2")
def choose_readers(campaign_id: int) -> Any:
    """Keep whom it goes to; with a name, the choice is kept for later campaigns too."""
    found, form = access.campaign_for_staff(campaign_id), Form(ReadersIn)
    if not form.load():
        return _page(found, form), 422
    try:
        services.choose(found, _rules(form.data))
        if form.data["name"]:
            services.save_segment(form.data["name"], found.rules, by_id=viewer().member_id, now=clock.now())
    except segments.BadRule as bad:
        form.errors["_schema"] = [str(bad)]
        return _page(found, form), 422
    except Refused as refused:
        form.refuse(refused.refusal)
        return _page(found, form), 409
    flash(_("The choice is kept."), "success")
    return redirect(url_for(".readers", campaign_id=found.id), 303)


def _rules(data: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the rules of a saved choice if one was chosen, else those of the fields."""
    if data["saved"] is not None:
        return access.segment_for_staff(data["saved"]).rules
    return [
        {"field": field, "is": segments.IS_NOT if data[f"not_{field}"] else segments.IS, "value": data[f"is_{field}"]}
        for field in segments.FIELDS
        if data[f"is_{field}"]
    ]


def _values(rules: list[dict[str, Any]]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for rule in rules:
        values[f"is_{rule['field']}"] = rule["value"]
        values[f"not_{rule['field']}"] = rule["is"] == segments.IS_NOT
    return values


def _page(found: Campaign, form: Form) -> str:
    if found.state != "draft" and request.method == "GET":
        form.refuse(Refusal("no_draft", _("Only a draft can be changed: take it off the schedule first.")))
    saved = [(ids.encode(one.id), one.name) for one in queries.saved_segments()]
    return render_template(
        "marketing/readers.html",
        campaign=found,
        form=form,
        fields=segments.FIELDS.values(),
        saved=saved,
        counts=recipients.counts(found),
        spoken=segments.spoken(found.rules),
    )
