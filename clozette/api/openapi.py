"""Gathers the rooms' JSON blueprints under one OpenAPI 3.1 description."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

import flask_smorest
from flask import Flask, current_app
from flask_wtf import CSRFProtect

from clozette.api.schemas import Problem
from clozette.kernel.ids import IdConverter
from clozette.kernel.schemas import RowId
from clozette.kernel.web.api import Blueprint

_ABOUT = (
    "Everything the pages do for a member, for programs. Ask with a bearer token made at `/settings/tokens`; each token "
    'has scopes. Lists page by cursor: follow `Link: rel="next"`. Errors are `application/problem+json` (RFC 9457), '
    "with `errors` per field where something typed was refused."
)


class Api(flask_smorest.Api):
    """flask-smorest's gathering of blueprints, with our errors in place of its own."""

    ERROR_SCHEMA = Problem

    def _register_error_handlers(self) -> None:
        """Leave errors to ``kernel.web.errors``, which answers both faces."""

    def _register_doc_blueprint(self) -> None:
        """Leave the description and its page to ``clozette.api.views``, which the gate knows."""

    def _register_pagination_header(self) -> None:
        """Lists page by ``Link`` alone."""

    def _register_responses(self) -> None:
        """Describe every error as what it is: a problem document."""
        problem = {
            "description": "A problem (RFC 9457)",
            "content": {"application/problem+json": {"schema": Problem}},
        }
        names = [self.DEFAULT_ERROR_RESPONSE_NAME, *(status.name for status in HTTPStatus if status >= 400)]
        for name in names:
            self.spec.components.response(name, problem, lazy=True)


def connect(app: Flask, blueprints: Iterable[Blueprint]) -> None:
    """Register the rooms' JSON blueprints and describe them."""
    options = {
        "info": {"description": _ABOUT},
        "servers": [{"url": app.extensions["clozette.settings"].base_url}],
        "components": {
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "description": "Made at /settings/tokens"}
            }
        },
    }
    spec = {"title": "Clozette", "version": "1", "openapi_version": "3.1.0", **options}
    api = Api(app, spec_kwargs=spec)
    api.register_converter(IdConverter, lambda _: {"type": "string", "pattern": f"^{IdConverter.regex}$"})
    api.register_field(RowId, "string", None)
    csrf: CSRFProtect = app.extensions["csrf"]
    for blueprint in blueprints:
        # A bearer token is not sent by a browser on its own, so there is no cross-site request to guard against.
        csrf.exempt(blueprint)
        api.register_blueprint(blueprint)


def description() -> dict[str, Any]:
    """Return the OpenAPI document of the current application."""
    api: Api = current_app.extensions["flask-smorest"]["apis"][""]["ext_obj"]
    document: dict[str, Any] = api.spec.to_dict()
    return document
