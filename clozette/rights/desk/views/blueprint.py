"""The blueprint of the desk, and the answer that no cache keeps."""

from typing import Any

from flask import Blueprint, Response, make_response, render_template

blueprint = Blueprint("desk", __name__)


def page(template: str, status: int = 200, **values: Any) -> Response:
    """Answer with a page about one person; no cache keeps it."""
    response = make_response(render_template(template, **values), status)
    response.headers["Cache-Control"] = "no-store"
    return response
