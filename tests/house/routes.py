"""The whole map of addresses, for tests that walk it."""

from collections.abc import Iterator
from dataclasses import dataclass

from flask import Flask
from werkzeug.routing import Rule

from clozette.kernel import ids

SAFE = {"GET", "HEAD", "OPTIONS"}
# Something that every converter takes and that stands for nothing.
NOTHING = {"IdConverter": ids.encode(1), "IntegerConverter": "160", "PathConverter": "nothing", "AnyConverter": None}


@dataclass(frozen=True)
class Route:
    """One method at one address."""

    method: str
    rule: Rule

    def __str__(self) -> str:
        """Return what a person would call it."""
        return f"{self.method} {self.rule.rule}"

    @property
    def endpoint(self) -> str:
        """Return the name of its view."""
        return str(self.rule.endpoint)

    @property
    def is_api(self) -> bool:
        """Whether programs call it."""
        return self.rule.rule.startswith("/api/")

    @property
    def path(self) -> str:
        """Return an address of it where nothing is."""
        path = self.rule.rule
        for name, converter in self.rule._converters.items():
            made = NOTHING.get(type(converter).__name__, "nothing")
            given = made if made is not None else next(iter(converter.items))
            for kind in ("", *(f"{word}:" for word in ("id", "int", "path", "string", "any"))):
                path = path.replace(f"<{kind}{name}>", str(given))
        return path


def routes(app: Flask) -> Iterator[Route]:
    """Yield every route but the automatic HEAD and OPTIONS."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield Route(method, rule)


def writing(app: Flask) -> list[Route]:
    """Return the routes that may change something."""
    return [route for route in routes(app) if route.method not in SAFE]
