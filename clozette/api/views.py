"""The API's description, for programs and for people."""

from flask import Blueprint, Response, current_app, json, render_template

from clozette.api import docs, openapi
from clozette.kernel.web import gate

blueprint = Blueprint("api", __name__)


@blueprint.route("/api/v1/openapi.json")
@gate.everyone()
def description() -> Response:
    """Give the OpenAPI document."""
    return current_app.response_class(json.dumps(openapi.description(), indent=2), mimetype="application/json")


@blueprint.route("/api/docs")
@gate.everyone()
def browse() -> str:
    """Show the document as a page that needs no script and nothing from elsewhere."""
    document = openapi.description()
    return render_template("api/docs.html", document=document, rooms=docs.operations(document))
