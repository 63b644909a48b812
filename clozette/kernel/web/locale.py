"""Languages: which one a page speaks. English now; a catalogue under ``translations/`` adds the next by being there."""

from datetime import UTC, tzinfo
from functools import lru_cache
from types import SimpleNamespace
from typing import Any

from babel import Locale
from flask import Flask, current_app, request
from flask_babel import Babel, Domain, get_locale, get_timezone

from clozette.kernel.context import kept
from clozette.kernel.web import gate
from clozette.settings import ROOT

TRANSLATIONS = ROOT / "translations"


def init_app(app: Flask) -> None:
    """Set up gettext and the choice of language: the member's, else the browser's, else English."""
    app.config.setdefault("BABEL_TRANSLATION_DIRECTORIES", str(TRANSLATIONS))
    app.config.setdefault("BABEL_DEFAULT_LOCALE", "en")
    app.config.setdefault("BABEL_DEFAULT_TIMEZONE", "UTC")
    app.extensions["clozette.languages"] = ["en", *sorted(path.name for path in TRANSLATIONS.glob("[a-z][a-z]*/"))]
    babel = Babel(app, locale_selector=_choose, timezone_selector=_zone)
    babel.domain_instance = _Catalogues()


class _Catalogues(Domain):
    """The catalogues of the pages, each looked for once in a context: a page has dozens of sentences.

    It is kept where the extension forgets it with the language, when another one is forced.
    """

    def get_translations(self) -> Any:
        """Return the catalogue of the language that is spoken now."""
        context: SimpleNamespace | None = kept().get("_flask_babel")
        known = getattr(context, "babel_translations", None)
        if known is None:
            known = super().get_translations()
            if context is not None:
                context.babel_translations = known
        return known


def code() -> str:
    """Return the language that is spoken now, as a catalogue is named: what is kept in a language is kept under this.

    A page asks for it dozens of times, and Babel writes it anew each time: it is kept beside the language it is of.
    """
    context: SimpleNamespace | None = kept().get("_flask_babel")
    locale = current()
    known: tuple[Locale, str] | None = getattr(context, "written", None)
    if known is None or known[0] is not locale:
        known = (locale, str(locale))
        if context is not None:
            context.written = known
    return known[1]


def current() -> Locale:
    """Return the language that is spoken now, English where nobody speaks; Babel's own way to it is dearer."""
    context: SimpleNamespace | None = kept().get("_flask_babel")
    return getattr(context, "babel_locale", None) or get_locale() or _locale("en")


def zone() -> tzinfo:
    """Return the reader's time zone, UTC where nobody reads."""
    context: SimpleNamespace | None = kept().get("_flask_babel")
    return getattr(context, "babel_tzinfo", None) or get_timezone() or UTC


_locale = lru_cache(maxsize=64)(Locale.parse)


def _choose() -> Locale:
    return _locale(_wanted())


def _wanted() -> str:
    languages: list[str] = current_app.extensions["clozette.languages"]
    wanted = gate.viewer().locale
    if wanted in languages:
        return wanted
    return request.accept_languages.best_match(languages) or "en" if len(languages) > 1 else "en"


def _zone() -> str:
    return gate.viewer().time_zone
