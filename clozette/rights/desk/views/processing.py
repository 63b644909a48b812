"""The record of processing, for people and for programs (requirement 7)."""

from typing import Any

from flask import Response, jsonify, render_template

from clozette.kernel.web.gate import everyone
from clozette.privacy.points import PURPOSE_NAMES
from clozette.rights.desk import kept, processing
from clozette.rights.desk.views.blueprint import blueprint


@blueprint.get("/privacy/processing")
@everyone()
def record_of_processing() -> Any:
    """Show the record as a page."""
    purposes = {purpose.value: str(name) for purpose, name in PURPOSE_NAMES.items()}
    return render_template(
        "rights/processing.html",
        record=processing.record(),
        purposes=purposes,
        categories=kept.CATEGORY_NAMES,
        erasures=kept.ERASURE_NAMES,
    )


@blueprint.get("/privacy/processing.json")
@everyone()
def record_as_json() -> Response:
    """Give the record as JSON."""
    return jsonify(processing.record())
