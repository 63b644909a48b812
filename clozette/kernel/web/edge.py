"""The application class: every request reads or writes as its method says, and commits once, after the answer is made."""

from collections import ChainMap
from collections.abc import Callable, KeysView, MutableMapping
from typing import Any

import structlog
from flask import Flask, Request, Response, g, has_request_context, request
from flask.templating import Environment
from sqlalchemy import exc
from werkzeug.routing import MapAdapter

from clozette.kernel import context, database
from clozette.kernel.context import kept
from clozette.kernel.kept import Kept
from clozette.kernel.web import errors
from clozette.kernel.web.sessions import KeptSessions

MOST_HOSTS = 64
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
log = structlog.get_logger()


class FormRequest(Request):
    """A request whose limits are set before anything is parsed."""

    max_form_parts = 500


class _Globals(ChainMap[str, Any]):
    """What a template knows by itself. A page that imports macros asks for all the names, at each of its imports."""

    def keys(self) -> KeysView[str]:
        """Return them all, put together by dictionaries: asking name by name takes many times as long."""
        own, shared = self.maps
        return {**shared, **own}.keys()


class Templates(Environment):
    """Jinja's environment, which is quicker at imports."""

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Return the globals of a template: its own before everybody's."""
        return _Globals(d or {}, self.globals)


class Clozette(Flask):
    """Flask, with one commit at the edge."""

    request_class = FormRequest
    jinja_environment = Templates

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.session_interface = KeptSessions()
        self._hosts: Kept[tuple[str, str]] = Kept(MOST_HOSTS)

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """Bind the addresses to a request: as Flask does, but a host that was judged once is known."""
        if request is None:
            return super().create_url_adapter(None)
        asked = request.environ
        key, path = (asked.get("HTTP_HOST"), asked["wsgi.url_scheme"]), asked.get("PATH_INFO", "")
        known = self._hosts.get(key)
        if known is None or path[:2] == "//" or "HTTP_UPGRADE" in asked or asked.get("SCRIPT_NAME"):
            adapter = super().create_url_adapter(request)
            assert adapter is not None
            self._hosts.put(key, (request.host, adapter.server_name))
            return adapter
        request.host, name = known
        query = request.query_string.decode(errors="replace")
        return MapAdapter(self.url_map, name, "", "", request.scheme, request.path, asked["REQUEST_METHOD"], query)

    def preprocess_request(self) -> Any:
        """Decide first whether this request may write."""
        kept()["reading_only"] = context.asked().method in SAFE_METHODS
        return super().preprocess_request()

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Call every view as it is: none of ours is asynchronous, and asking each time costs more than calling."""
        return func

    def process_response(self, response: Response) -> Response:
        """Commit when the answer is good, roll back when it is not; a commit that fails becomes a clear error."""
        try:
            _finish(response)
        except (exc.IntegrityError, exc.OperationalError) as error:
            log.warning("commit_failed", kind=type(error.orig).__name__, endpoint=request.endpoint)
            database.rollback()
            response = self.make_response(errors.answer_for_database(error))
        return super().process_response(response)


def keep() -> None:
    """Commit what this request did although its answer is an error; nothing undoes it but an error that is raised later.

    For what came in well before the rest was refused: photos, when a form around them needs another look.
    """
    g.edge_keeps = True


def let_go() -> None:
    """End the transaction before something slow is asked. What was read is read anew after it; nothing may be written yet."""
    database.rollback()
    database.release()


def begin_to_write() -> None:
    """Let a safe request write from here on: one that asks an outside service and must keep what it answered."""
    let_go()
    g.reading_only = False


def checkpoint() -> None:
    """Commit what this request did so far, before an outside service is asked; what comes after is committed at its end.

    Where there is no request (a command), whoever runs it commits.
    """
    if has_request_context() and not g.reading_only:
        session = database.session_here()
        if session is None:
            database.commit()
            return
        keep, session.expire_on_commit = session.expire_on_commit, False  # what was read stays readable meanwhile
        try:
            session.commit()
        finally:
            session.expire_on_commit = keep


def _finish(response: Response) -> None:
    values = kept()
    session = database.session_here()
    if values["reading_only"]:
        if session is not None:
            session.close()
        database.release()
        return
    if "edge_finished" in values or (session is None and not database.is_writing()):
        return
    values["edge_finished"] = True
    if response.status_code >= 400 and "edge_keeps" not in values:
        database.rollback()
    else:
        database.commit()
