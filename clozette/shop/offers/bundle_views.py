"""``/selling/bundles``: how much less for several pieces at once."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template
from flask_babel import gettext as _

from clozette.kernel.web import gate
from clozette.kernel.web.forms import Form
from clozette.shop.offers import bundles, schemas
from clozette.shop.sellers.access import own_seller

blueprint = Blueprint("bundles", __name__)
HERE = "/selling/bundles"


@blueprint.get(HERE)
@gate.members()
def show() -> Any:
    """Show what is taken off, by number of pieces."""
    return _page(Form(schemas.BundleIn))


@blueprint.post(HERE)
@gate.members(collects="CP2")
def set_one() -> Any:
    """Take so much off for so many pieces."""
    seller, form = own_seller(gate.viewer()), Form(schemas.BundleIn)
    if not form.load():
        return _page(form)
    bundles.set_one(seller, form.data["pieces"], form.data["percent"] * 100)
    flash(_("Saved. It holds for whatever is bought from now on."), "success")
    return redirect(HERE, 303)


@blueprint.route(f"{HERE}/<int:pieces>", methods=["POST", "DELETE"])
@gate.members(collects="CP2")
def remove(pieces: int) -> Any:
    """Take nothing off for so many any more."""
    if bundles.remove(own_seller(gate.viewer()), min(pieces, schemas.MOST_IN_BUNDLE)):
        flash(_("Taken away."))
    return redirect(HERE, 303)


def _page(form: Form) -> Any:
    seller = own_seller(gate.viewer())
    page = render_template("selling/bundles.html", form=form, bundles=bundles.of_seller(seller.id))
    return page, form.status
