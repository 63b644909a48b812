"""What a room's JSON blueprint stands on: the prefix, one page of a list, and the scope in the documentation.

    blueprint = api.Blueprint("looks_api", __name__, description="Looks")

    @blueprint.route("/looks")
    @gate.members(scope="looks:read")
    @blueprint.page(LookOut)
    def looks(query: dict[str, Any]) -> Page[Look]:
        return queries.looks_of(gate.viewer(), query["after"])

    @blueprint.route("/looks", methods=["POST"])
    @gate.members(scope="looks:write", collects="CP2")
    @blueprint.arguments(LookIn)
    @blueprint.response(201, LookOut)
    def create(data: dict[str, Any]) -> Look: ...

Errors need no code here: bad input is 422, a refusal 409, all of them ``application/problem+json``. Views of the API
answer bearer tokens alone, never the browser's session; so they need no CSRF token (``clozette.api`` sees to that).
"""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

import flask_smorest
from flask import Request, abort, request
from marshmallow import fields
from webargs.flaskparser import FlaskParser

from clozette.kernel.paging import Page, read_cursor
from clozette.kernel.schemas import Schema
from clozette.kernel.web import gate

PREFIX = "/api/v1"
_NEXT = {"Link": {"description": 'The next page, as `<address>; rel="next"`.', "schema": {"type": "string"}}}

View = Callable[..., Any]


class Cursor(fields.String):
    """``?after=``: where the page before ended. Anything that is no cursor of ours means the first page."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        return read_cursor(value if isinstance(value, str) else None)


class After(Schema):
    """The query of a list; a list with filters extends it."""

    after = Cursor(load_default=None, metadata={"description": "The cursor of the page before, from its `Link`."})


class Parser(FlaskParser):
    """Reads a request; a body that no JSON parser should be asked to finish is a bad request, not a fault of ours."""

    def load_json(self, req: Request, schema: Any) -> Any:
        """Read the JSON body."""
        try:
            return super().load_json(req, schema)
        except (RecursionError, ValueError):  # nested without end; numbers without end
            abort(400)


class Blueprint(flask_smorest.Blueprint):
    """The JSON views of one room, under ``/api/v1``. Write plain functions: the gate reads its mark from them."""

    ARGUMENTS_PARSER = Parser()

    def __init__(self, name: str, import_name: str, *, description: str = "") -> None:
        super().__init__(name, import_name, url_prefix=PREFIX, description=description)

    def page(self, schema: type[Schema], query: type[After] = After) -> Callable[[View], View]:
        """Let a view take the query as its first argument and return a :class:`~clozette.kernel.paging.Page`."""

        def decorate(view: View) -> View:
            @wraps(view)
            def answer(*args: Any, **kwargs: Any) -> Any:
                page: Page[Any] = view(*args, **kwargs)
                return page.items, _link(page)

            listed = self.response(200, schema(many=True), headers=_NEXT)(answer)
            decorated: View = self.arguments(query, location="query")(listed)
            return decorated

        return decorate

    def _store_endpoint_docs(self, endpoint: str, obj: Any, parameters: Any, tags: Any, **options: Any) -> None:
        """Document who may call a view as the gate knows it, so that the two can't differ."""
        super()._store_endpoint_docs(endpoint, obj, parameters, tags, **options)
        entry: gate.Entry | None = getattr(obj, gate.MARK, None)
        if entry is None or entry.who == "guest":
            return
        for method, doc in self._docs[endpoint].items():
            if method != "parameters":
                doc.setdefault("manual_doc", {})["security"] = [{"bearer": [entry.scope] if entry.scope else []}]


def _link(page: Page[Any]) -> dict[str, str]:
    if page.after is None:
        return {}
    query = [(name, value) for name, value in request.args.items(multi=True) if name != "after"]
    address = f"{request.path}?{urlencode([*query, ('after', page.after)])}"
    return {"Link": f'<{address}>; rel="next"'}
