"""The editor's two pages, for a new look and for one that is there, and the answers that a saving gets.

Scripts save with ``Accept: application/json`` and are answered in kind; everybody else gets pages.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import flash, jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from clozette.closets.queries import Card, styleable_cards
from clozette.kernel import clock, ids
from clozette.kernel.database import db, writing
from clozette.kernel.images import BadPhoto, accept_attribute, accepted_sentence
from clozette.kernel.refusal import Refused
from clozette.kernel.web import errors, gate
from clozette.kernel.web.forms import Form
from clozette.looks import access, queries
from clozette.looks.models import Look
from clozette.looks.naming import audiences, item_name, suggest_alt, visibility_names
from clozette.looks.rules import Visibility, place
from clozette.looks.schemas import LookForm, Spot, read_spot, spot_line
from clozette.looks.services import drafts

Page = Callable[[Form], str]


@dataclass(frozen=True)
class TagRow:
    """One tagged item in the editor: its number, on which photo it is, and the line that the form carries for it."""

    number: int
    shot: int
    spot: Spot
    name: str

    @property
    def line(self) -> str:
        """The form's line for where it is now."""
        return spot_line(self.spot.photo_id, self.spot.item_id, self.spot.x, self.spot.y)

    def line_at(self, field: int) -> str:
        """The form's line for a field of the 3 × 3 grid."""
        return spot_line(self.spot.photo_id, self.spot.item_id, *place(field))


def address(look: Look) -> str:
    """Return a look's address."""
    return f"/looks/{ids.encode(look.id)}"


def form_of(whole: queries.Whole) -> Form:
    """Return the editor's form filled from a look; a photo without a description gets one from its items."""
    look = whole.look
    chosen = "" if look.visibility == Visibility.PRIVATE and not look.is_published else look.visibility
    values = {
        "caption": look.caption,
        "visibility": chosen,
        "version": look.version,
        "alts": [shot.alt or _suggestion(shot) for shot in whole.shots],
        "hotspots": [
            spot_line(pin.photo_id, pin.item_id, pin.x, pin.y)
            for shot in whole.shots
            for pin in shot.pins
            if pin.item_id is not None
        ],
    }
    return Form(LookForm, values)


def new_page(form: Form) -> str:
    """Show the form for a new look."""
    return render_template("looks/new.html", form=form, **_choices(form))


def edit_page(whole: queries.Whole, form: Form, *, overtaken: bool = False) -> str:
    """Show the editor; ``overtaken`` says that the form was filled from an older version than is shown beside it."""
    return render_template(
        "looks/edit.html",
        look=whole.look,
        whole=whole,
        form=form,
        rows=_rows(form, whole),
        words=request.args.get("q", ""),
        revisions=drafts.revisions_of(whole.look),
        overtaken=overtaken,
        places=places(),
        visibility_names=visibility_names(),
        **_choices(form),
    )


def edit_again(look_id: int) -> Page:
    """Return the page that shows the editor again after a saving that was rolled back."""
    return lambda form: edit_page(_own(look_id), form)


def answer_errors(form: Form, page: Page) -> ResponseReturnValue:
    """Answer what the schema did not take."""
    if wants_json():
        return errors.problem(form.status, str(errors.MESSAGES[form.status]), errors=form.errors)
    return page(form), form.status


def answer_refusal(form: Form, error: Refused | BadPhoto, page: Page) -> ResponseReturnValue:
    """Undo what was begun and show the reason beside what was typed."""
    db.session.rollback()
    if isinstance(error, BadPhoto):
        form.errors["photos"], form.status = [error.message], 422
        return answer_errors(form, page)
    form.refuse(error.refusal)
    if wants_json():
        return errors.problem(409, error.refusal.message, code=error.refusal.code, errors=form.errors)
    return page(form), form.status


def answer_stale(look_id: int, form: Form, error: drafts.Stale) -> ResponseReturnValue:
    """Keep what was typed, and show it beside the version that was quicker. Saving once more then replaces that one."""
    db.session.rollback()
    # The answer is an error, so the edge commits nothing; what was typed must stay all the same.
    with writing() as session:
        drafts.keep_revision(session, look_id, form.values, now=clock.now())
    whole = _own(look_id)
    if wants_json():
        return _stale_json(whole.look, error)
    form.refuse(error.refusal)
    form.values["version"] = whole.look.version
    return edit_page(whole, form, overtaken=True), form.status


def answer_saved(look: Look, form: Form, *, status: int = 200) -> ResponseReturnValue:
    """Say that a look was saved, and go on where its author would."""
    if wants_json():
        return jsonify(id=ids.encode(look.id), version=look.version, address=f"{address(look)}/edit"), status
    if form.data.get("q"):
        return redirect(f"{address(look)}/edit?{_query(form.data['q'])}#pick", 303)
    if look.is_published:
        flash(_("Your look is out.") if form.data.get("publish") else _("Saved."), "success")
        return redirect(address(look), 303)
    flash(_("Saved as a draft. Only you can see it."), "success")
    return redirect(f"{address(look)}/edit", 303)


def wants_json() -> bool:
    """Whether a script asks."""
    return request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json"


def places() -> list[tuple[int, str]]:
    """Return the fields of the 3 × 3 grid over a photo, with what they are called."""
    names = (
        _("Top left"),
        _("Top"),
        _("Top right"),
        _("Left"),
        _("Middle"),
        _("Right"),
        _("Bottom left"),
        _("Bottom"),
        _("Bottom right"),
    )
    return list(enumerate(names, 1))


def _own(look_id: int) -> queries.Whole:
    viewer = gate.viewer()
    return queries.whole(viewer, access.own_look(viewer, look_id))


def _stale_json(look: Look, error: drafts.Stale) -> ResponseReturnValue:
    theirs = {"caption": look.caption, "visibility": look.visibility}
    refusal = error.refusal
    body: dict[str, Any] = {"status": 409, "code": refusal.code, "detail": refusal.message}
    return jsonify(**body, version=look.version, theirs=theirs, kept=True), 409


def _choices(form: Form) -> dict[str, Any]:
    labels = {
        "photos": _("Photos"),
        "alts": _("Description of a photo"),
        "caption": _("Caption"),
        "visibility": _("Who may see it"),
        "hotspots": _("Tagged items"),
        "new_items": _("Items to tag"),
    }
    return {
        "cards": _cards(form),
        "item_name": item_name,
        "audiences": audiences(),
        "labels": labels,
        "accept": accept_attribute(),
        "accepted": accepted_sentence(),
    }


def _query(words: str) -> str:
    return urlencode({"q": words})


def _suggestion(shot: queries.Shot) -> str:
    return suggest_alt([pin.item for pin in shot.pins if pin.item is not None])


def _cards(form: Form) -> list[Card]:
    """Return the items to choose from: those chosen already, then the viewer's own that fit what is looked for."""
    typed = form.value("new_items", [])
    chosen = [found for one in typed if (found := _decoded(one)) is not None]
    return queries.pickable(gate.viewer(), chosen, request.args.get("q", "")[:100])


def _decoded(text: Any) -> int | None:
    try:
        return ids.decode(str(text))
    except ValueError:
        return None


def _rows(form: Form, whole: queries.Whole) -> list[TagRow]:
    """Return the tags as the form has them, those that were typed but not saved too."""
    spots = [spot for line in form.value("hotspots", []) if (spot := _spot(line)) is not None]
    names = {pin.item_id: pin.name for pin in whole.pins}
    missing = [spot.item_id for spot in spots if spot.item_id not in names]
    names |= {item_id: item_name(card.item) for item_id, card in styleable_cards(gate.viewer(), missing).items()}
    order = {shot.photo.id: number for number, shot in enumerate(whole.shots, 1)}
    numbers = {item_id: number for number, item_id in enumerate(dict.fromkeys(spot.item_id for spot in spots), 1)}
    return [
        TagRow(
            numbers[spot.item_id], order[spot.photo_id], spot, names.get(spot.item_id) or _("An item no longer shared")
        )
        for spot in spots
        if spot.photo_id in order
    ]


def _spot(line: Any) -> Spot | None:
    try:
        return read_spot(line)
    except (ValueError, TypeError, KeyError):
        return None
