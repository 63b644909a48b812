"""What every page may use: hashed addresses of static files, dates and money in the reader's language, hidden fields.

A static file is linked as ``/static/<path>?v=<hash>``. Asked for by its present hash it may be kept for ever; by an old
hash (a page that was open during a deploy) or by none it is still served, but asked for again next time.

The frame around a page (header, footer, tab bar) is the same from page to page: ``frame(part)`` renders it once for each
viewer, language and place, and keeps it. A part may therefore show nothing but those, and the facts that rooms add by
``show_in_frame``; a number that changes often stands apart (``count_in_frame``), so that no part is made anew for it.

A script that sends a form says ``X-Follow: no``: instead of a redirect, which a browser would follow unseen (and use up
the message meant for the person), it gets 204 and the address in ``X-Location``.
"""

import base64
import hashlib
import mimetypes
import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from babel import Locale, dates
from flask import Flask, Response, current_app, get_flashed_messages, render_template, request, session
from flask_babel import format_datetime, format_decimal, format_timedelta
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup

from clozette.kernel import clock, context, ids
from clozette.kernel.context import kept
from clozette.kernel.kept import Kept
from clozette.kernel.money import Money
from clozette.kernel.viewer import Viewer
from clozette.kernel.web import locale
from clozette.kernel.web.gate import everyone, viewer

mimetypes.add_type("application/manifest+json", ".webmanifest")

ONE_YEAR = 365 * 24 * 3600
RECENT = timedelta(days=6)
PLACES = frozenset(
    {"/", "/feed", "/discover", "/shop", "/contests", "/search", "/closet", "/looks/new", "/notifications"}
)
MOST_FRAMES, MOST_WHOLE_FRAMES, MOST_FLASHES = 4096, 1024, 256
_SAID = "said"


@dataclass(frozen=True, slots=True)
class StaticFile:
    """A static file as pages name it."""

    address: str
    version: str
    integrity: str


class StaticFiles:
    """Reads each static file once; again when it changed, where ``watch`` is on (development)."""

    def __init__(self, folder: Path, *, watch: bool) -> None:
        self._folder = folder
        self._watch = watch
        self._known: dict[str, tuple[int, StaticFile]] = {}

    def __getitem__(self, path: str) -> StaticFile:
        """Return the file at ``path``.

        :raises FileNotFoundError: so that a page that names a missing file fails its test.
        """
        known = self._known.get(path)
        if known is not None and not self._watch:
            return known[1]
        changed = (self._folder / path).stat().st_mtime_ns
        if known is None or known[0] != changed:
            known = self._known[path] = (changed, self._read(path))
        return known[1]

    def _read(self, path: str) -> StaticFile:
        content = (self._folder / path).read_bytes()
        version = hashlib.sha256(content).hexdigest()[:12]
        digest = base64.b64encode(hashlib.sha384(content).digest()).decode()
        return StaticFile(f"/static/{path}?v={version}", version, f"sha384-{digest}")


def init_app(app: Flask) -> None:
    """Give templates their globals and filters, and static files their cache headers."""
    files = StaticFiles(Path(app.static_folder or ""), watch=bool(app.config["TEMPLATES_AUTO_RELOAD"]))
    app.extensions["clozette.static"] = files
    app.extensions["clozette.frames"] = Kept(MOST_FRAMES)
    app.extensions["clozette.whole_frames"] = Kept(MOST_WHOLE_FRAMES)
    app.extensions["clozette.flashes"] = Kept(MOST_FLASHES)
    app.extensions["clozette.frame_facts"] = {}
    app.extensions["clozette.frame_counts"] = {}
    app.extensions["clozette.frame_mark"] = secrets.token_hex(16)
    app.extensions["clozette.csrf"] = Kept(MOST_FRAMES)
    app.view_functions["static"] = _static_view(app.view_functions["static"], files)
    app.add_url_rule("/manifest.webmanifest", "manifest", _manifest)
    app.jinja_env.globals.update(
        static_url=lambda path: files[path].address,
        integrity=lambda path: files[path].integrity,
        csrf=csrf,
        frame=frame,
        flashes=flashes,
        method=method,
        next_page=next_page,
        has_page=has_page,
        language=language,
        direction=direction,
    )
    app.after_request(_name_location)
    app.jinja_env.globals.setdefault("csp_nonce", str)
    app.jinja_env.filters.update(
        money=money, day=day, moment=moment, time_ago=time_ago, row_id=ids.encode, number=format_decimal
    )


def method(verb: str) -> Markup:
    """Return the hidden field that turns a form's POST into ``verb``."""
    return Markup('<input type="hidden" name="_method" value="{}">').format(verb)


def csrf() -> Markup:
    """Return the hidden field with the token. It sets a cookie, so a page for everybody's cache can't have it."""
    return Markup('<input type="hidden" name="csrf_token" value="{}">').format(csrf_token())


def csrf_token() -> str:
    """Return the session's form token. It does not end before the session does, so it is signed once."""
    values = kept()
    if "csrf_token" in values:
        return str(values["csrf_token"])
    tokens: Kept[str] = context.app().extensions["clozette.csrf"]
    secret = session.get("csrf_token")
    token = tokens.get(secret) if secret else None
    if token is None:
        token = generate_csrf()
        tokens.put(session["csrf_token"], token)
    values["csrf_token"] = token
    return token


def show_in_frame(app: Flask, name: str, ask: Callable[[Viewer], Any]) -> None:
    """Let the frame's templates have ``ask(viewer)`` as ``name``; a room's count of what is new, say."""
    app.extensions["clozette.frame_facts"][name] = ask


def count_in_frame(app: Flask, name: str, ask: Callable[[Viewer], int]) -> None:
    """Let the frame's templates have ``name``, which is ``templates/parts/<name>.html`` for the number that ``ask`` gives."""
    app.extensions["clozette.frame_counts"][name] = ask


def viewer_key() -> tuple[Any, ...]:
    """Return all that the frame around a page depends on but the address."""
    return (*_frame_key(), tuple(_frame_counts().values()))


def _frame_key() -> tuple[Any, ...]:
    """Return all that the parts of the frame depend on but the address and the numbers; found once for an answer."""
    values = kept()
    found: tuple[Any, ...] | None = values.get("frame_key")
    if found is None:
        who = viewer()
        facts = tuple(_frame_facts().items())
        found = (language(), who.handle, who.display_name, who.avatar_token, who.staff_roles, facts)
        values["frame_key"] = found
    return found


def frame(part: str) -> Markup:
    """Return ``templates/parts/<part>.html`` as this viewer sees it at this place, made once."""
    values = kept()
    if "frame_hole" in values:
        hole: Markup = values["frame_hole"](part)
        return hole
    made: dict[str, Markup] | None = values.get("frame")
    if made is None:
        made = values["frame"] = _frame_here()
    found = made.get(part)
    if found is None:
        found = made[part] = _filled_frame(part)
    return found


def _frame_here() -> dict[str, Markup]:
    """Return the parts that were made for this viewer at this place with these numbers; who makes one adds it."""
    app = context.app()
    if app.config["TEMPLATES_AUTO_RELOAD"]:
        return {}
    known: Kept[dict[str, Markup]] = app.extensions["clozette.whole_frames"]
    key = (_place(), viewer_key())
    made = known.get(key)
    if made is None:
        made = {}
        known.put(key, made)
    return made


def _filled_frame(part: str) -> Markup:
    known: Kept[Sequence[str]] = context.app().extensions["clozette.frames"]
    place = _place()
    key = (part, place, _frame_key())
    made = known.get(key)
    if made is None or context.app().config["TEMPLATES_AUTO_RELOAD"]:
        made = _made_frame(part, place)
        known.put(key, made)
    filled = [_count(text) if number % 2 else text for number, text in enumerate(made)]
    return Markup("".join(filled))  # noqa: S704 (a template's own output)


def _place() -> str:
    """Return which place of the frame this is, if it is one."""
    here = context.asked().path
    return here if here in PLACES or here == f"/@{viewer().handle}" else ""


def _made_frame(part: str, place: str) -> Sequence[str]:
    """Render a part, and cut it where numbers belong: the odd ones are their names."""
    mark: str = context.app().extensions["clozette.frame_mark"]
    marks = {name: Markup(f"{mark}{name}{mark}") for name in context.app().extensions["clozette.frame_counts"]}  # noqa: S704
    return re.split(
        f"{mark}([a-z_]+){mark}", render_template(f"parts/{part}.html", here=place, **_frame_facts(), **marks)
    )


def _count(name: str) -> str:
    """Return how a number looks, made once for all who see the same."""
    known: Kept[Sequence[str]] = context.app().extensions["clozette.frames"]
    number = _frame_counts()[name]
    key = (name, language(), number)
    made = known.get(key)
    if made is None or context.app().config["TEMPLATES_AUTO_RELOAD"]:
        made = (render_template(f"parts/{name}.html", number=number),)
        known.put(key, made)
    return made[0]


def say(message: str, kind: str) -> None:
    """Show a message on this very answer's page as if it had been flashed, without a cookie that is written and read anew."""
    kept().setdefault(_SAID, []).append((kind, message))


def flashes() -> Markup:
    """Return the messages that wait for the viewer; each is shown once. How some look together is made once."""
    values = kept()
    if "flashes" in values:
        return Markup(values["flashes"])  # noqa: S704 - a mark of ours
    messages = tuple(get_flashed_messages(with_categories=True)) if "_flashes" in session else ()
    messages += tuple(values.get(_SAID, ()))
    if not messages:
        return Markup()
    known: Kept[Markup] = context.app().extensions["clozette.flashes"]
    made = known.get(messages)
    if made is None or context.app().config["TEMPLATES_AUTO_RELOAD"]:
        made = Markup(render_template("parts/flashes.html", messages=messages))  # noqa: S704 (a template's own output)
        known.put(messages, made)
    return made


def _frame_facts() -> dict[str, Any]:
    values = kept()
    found: dict[str, Any] | None = values.get("frame_facts")
    if found is None:
        asked: dict[str, Callable[[Viewer], Any]] = context.app().extensions["clozette.frame_facts"]
        who = viewer()
        found = values["frame_facts"] = {name: ask(who) for name, ask in asked.items()}
    return found


def _frame_counts() -> Mapping[str, int]:
    values = kept()
    found: Mapping[str, int] | None = values.get("frame_counts")
    if found is None:
        asked: dict[str, Callable[[Viewer], int]] = context.app().extensions["clozette.frame_counts"]
        who = viewer()
        found = values["frame_counts"] = {name: ask(who) for name, ask in asked.items()}
    return found


def next_page(after: str) -> str:
    """Return this page's query with the cursor of the next page; everything else that was asked stays."""
    asked = [(name, value) for name, value in request.args.items(multi=True) if name != "after"]
    return "?" + urlencode([*asked, ("after", after)])


def has_page(path: str) -> bool:
    """Whether an address is routed, so that the frame links only to what this site has."""
    known: dict[str, bool] = current_app.extensions.setdefault("clozette.pages", {})
    if path not in known:
        known[path] = current_app.url_map.bind("localhost").test(path, "GET")
    return known[path]


def language() -> str:
    """Return the page's language as HTML writes it."""
    return locale.code().replace("_", "-")


def direction() -> str:
    """Return the page's reading direction."""
    return _locale().text_direction


def money(amount: Money | int | Markup, currency: str = "") -> str:
    """Write an amount, or minor units (cents) of ``currency``, in the reader's way. What is written already stays so."""
    if isinstance(amount, Markup):
        return amount
    if not isinstance(amount, Money):
        amount = Money(amount, currency)
    return _amount(amount, _locale())


@lru_cache(maxsize=4096)
def _amount(amount: Money, where: Locale) -> str:
    return amount.format(where)


def day(at: date | datetime, style: str = "medium") -> str:
    """Write a date in the reader's way and time zone."""
    return _day(_there(at).date() if isinstance(at, datetime) else at, style, _locale())


def moment(at: datetime | Markup, style: str = "minute") -> str:
    """Write a date with its time in the reader's way and time zone: to the minute, unless another style is asked for.

    What is written already stays so.
    """
    if isinstance(at, Markup):
        return at
    if style != "minute":
        return str(format_datetime(at, style))
    there, where = _there(at), _locale()
    return _both(where).format(_minute(there.hour, there.minute, where), _day(there.date(), "medium", where))


def _there(at: datetime) -> datetime:
    """Return a moment in the reader's time zone; one without a zone is in UTC."""
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(locale.zone())


# Babel takes its patterns apart anew for each date, and a page shows the same ones again and again.
@lru_cache(maxsize=4096)
def _day(at: date, style: str, where: Locale) -> str:
    return str(dates.format_date(at, style, locale=where))


@lru_cache(maxsize=4096)
def _minute(hour: int, minute: int, where: Locale) -> str:
    return str(dates.format_time(time(hour, minute), "short", locale=where))


@lru_cache(maxsize=64)
def _both(where: Locale) -> str:
    return str(dates.get_datetime_format("medium", where)).replace("'", "")


def time_ago(at: datetime) -> str:
    """Write how long ago, for a week; after that the date."""
    passed = clock.now() - at
    if passed > RECENT:
        return day(at)
    return str(format_timedelta(-max(passed, timedelta(seconds=1)), add_direction=True, threshold=0.95))


def _locale() -> Locale:
    return locale.current()


def _name_location(response: Response) -> Response:
    if response.status_code in {302, 303} and context.asked().headers.get("X-Follow") == "no":
        response.headers["X-Location"] = response.headers.pop("Location")
        response.set_data(b"")
        response.status_code = 204
    return response


@everyone()
def _manifest() -> Response:
    """Answer what a phone needs to keep the site on its home screen."""
    return current_app.make_response(current_app.send_static_file("manifest.webmanifest"))


def _static_view(send: Callable[..., Any], files: StaticFiles) -> Callable[..., Any]:
    @everyone()
    def static(filename: str) -> Response:
        response = current_app.make_response(send(filename=filename))
        version = request.args.get("v")
        if version and response.status_code < 400 and version == files[filename].version:
            response.cache_control.no_cache = None
            response.cache_control.public = True
            response.cache_control.immutable = True
            response.cache_control.max_age = ONE_YEAR
        return response

    return static
