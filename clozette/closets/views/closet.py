"""The viewer's own closet, with filters and deeds for several items at once; and what a member shows of theirs."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import marshmallow as ma
from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import ngettext

from clozette.accounts.access import member_by_handle
from clozette.closets import access, colours, naming, queries, rules, services, words
from clozette.closets.models import Item
from clozette.closets.schemas import BatchForm, FiltersIn
from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.paging import read_cursor
from clozette.kernel.refusal import Refused
from clozette.kernel.web import gate
from clozette.kernel.web.forms import Form

blueprint = Blueprint("closets", __name__)


@blueprint.route("/closet", methods=["GET"])
@gate.members()
def index() -> ResponseReturnValue:
    """Show the viewer's closet."""
    return _closet_page(Form(BatchForm))


@blueprint.route("/closet", methods=["POST"])
@gate.members(collects="CP2")
def change_several() -> ResponseReturnValue:
    """Do one deed to every ticked item, or to none if one of them refuses."""
    form = Form(BatchForm)
    if not form.load():
        return _closet_page(form)
    items = access.own_items(gate.viewer(), form.data["items"])
    try:
        for item in items:
            _do(item, form.data)
    except Refused as refused:
        db.session.rollback()  # the page shows the closet as it stays
        form.refuse(refused.refusal)
        return _closet_page(form)
    flash(ngettext("%(num)s item changed.", "%(num)s items changed.", len(items)), "success")
    return redirect(request.full_path.rstrip("?"), 303)


@blueprint.route("/@<handle>/closet")
@gate.everyone()
def public(handle: str) -> ResponseReturnValue:
    """Show what a member publicised; the member sees here what others see."""
    viewer = gate.viewer()
    owner = member_by_handle(viewer, handle)
    page = queries.public_closet(viewer, owner, read_cursor(request.args.get("after")))
    total = queries.public_count(owner.id)
    return render_template("closets/public.html", owner=owner, page=page, total=total, naming=naming, words=words)


def _read_filters(args: Mapping[str, list[str]]) -> dict[str, Any]:
    """Read the query of a page: what is no filter of ours is passed over, so that every link leads somewhere."""
    schema = FiltersIn(unknown=ma.EXCLUDE)
    lists = {name for name, field in schema.load_fields.items() if isinstance(field, ma.fields.List)}
    typed = {name: values if name in lists else values[-1] for name, values in args.items()}
    wrong = schema.validate(typed)
    asked: dict[str, Any] = schema.load({name: value for name, value in typed.items() if name not in wrong})
    return asked


def _closet_page(form: Form) -> ResponseReturnValue:
    viewer = gate.viewer()
    asked = _read_filters(request.args.to_dict(flat=False))
    filters: queries.Filters = asked["filters"]
    page = queries.closet(viewer, filters, asked["after"])
    facets = queries.facets(viewer, filters)
    context = {"page": page, "facets": facets, "filters": filters, "form": form, "words": words, "naming": naming}
    page_text = render_template(
        "closets/index.html",
        active=_active(filters, facets),
        families=colours.FAMILIES,
        states=words.choices(words.STATES),
        reasons=words.choices(words.REASONS),
        query=request.query_string.decode(),
        **context,
    )
    return page_text, form.status


def _active(filters: queries.Filters, facets: queries.Facets) -> list[tuple[str, str]]:
    """Return (what is chosen, address of the page without it) for every filter."""
    asked = [(name, value) for name, value in request.args.items(multi=True) if name != "after"]
    found = []
    for name, value in filters.active():
        own_word = next((one.label for one in facets[name] if one.value == value), None)
        others = [pair for pair in asked if (pair[0], rules.fold(pair[1])) != (name, value)]
        found.append((words.of(name, value, own_word), "/closet?" + urlencode(others) if others else "/closet"))
    return found


def _do(item: Item, data: Mapping[str, Any]) -> None:
    now = clock.now()
    match data["act"]:
        case "publicise":
            services.publicise(item, now=now)
        case "hide":
            services.hide(item)
        case "tag":
            services.add_tag(item, rules.tidy_tags([data["tag"]])[0], now=now)
        case "archive":
            services.archive(item, data["reason"], now=now)
        case "unarchive":
            services.unarchive(item)
        case state:
            services.set_state(item, state, lent_to=None, now=now)
