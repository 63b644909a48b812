"""Kinds of blocks that a mail is made of. A room registers its own on the wiring page: ``register(app, Kind(…))``."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, current_app
from flask_babel.speaklater import LazyString
from jinja2 import Template
from markupsafe import Markup

from clozette.newsletters.campaigns import prose, tags

_KEY = "clozette.newsletters.blocks"
MAIL, PAGE = "mail", "page"


@dataclass(frozen=True)
class Fault:
    """What is wrong with a mail; ``block`` counts from 0, nothing for the mail as a whole."""

    block: int | None
    words: str


@dataclass(frozen=True)
class Input:
    """One field of a block. ``look`` is ``area``, ``line``, ``choice`` (with ``choices``) or ``picture`` (a file)."""

    name: str
    label: LazyString
    look: str = "line"
    max_length: int = 200
    required: bool = True
    hint: LazyString | None = None
    choices: Sequence[tuple[str, Any]] = ()


@dataclass(frozen=True)
class Piece:
    """A block, made: the same in HTML and in text."""

    html: Markup
    text: str


NOTHING = Piece(Markup(), "")


@dataclass
class Paper:
    """What a mail, or the page of an archive, is written on.

    :ivar place: ``mail`` (tables and styles) or ``page`` (the site's own).
    :ivar link: what an outgoing link's address becomes; ``faults`` grows as blocks are made.
    :ivar shows_gone: whether a look or an item that is not public any more is a fault, or is left out.
    :ivar known: what was read at once for the blocks of a kind, by its id.
    """

    base: str
    place: str = MAIL
    link: Callable[[str], str] = str
    shows_gone: bool = True
    known: Mapping[str, Any] = field(default_factory=dict)
    number: int | None = None
    faults: list[Fault] = field(default_factory=list)

    def wrong(self, words: str) -> None:
        """Note a fault of the block that is being made."""
        self.faults.append(Fault(self.number, words))

    def gone(self, words: str) -> None:
        """Note that what a block shows is not there for everybody."""
        if self.shows_gone:
            self.wrong(words)

    def tagged(self, text: str) -> str:
        """Return a text with merge tags as slots."""
        try:
            return tags.to_slots(text)
        except tags.BadTag as error:
            self.wrong(str(error))
            return ""

    def prose(self, markdown: str) -> prose.Prose:
        """Read Markdown for this place."""
        link = self.link if self.place == MAIL else None
        return prose.read(self.tagged(markdown), base=self.base, wrong=self.wrong, link=link)

    def target(self, address: str) -> str:
        """Return a link's full address, as it is before ``link``."""
        return prose.resolve(self.tagged(address), self.base, self.wrong)

    def part(self, template: str, macro: str, *args: Any) -> Markup:
        """Write a part by a macro of ``<folder>/mail/_<name>.html``, or ``<folder>/_letter_<name>.html`` on a page."""
        folder, _, name = template.partition("/")
        path = f"{folder}/mail/_{name}.html" if self.place == MAIL else f"{folder}/_letter_{name}.html"
        made: Template = current_app.jinja_env.get_template(path)
        module = made.make_module({"link": self.link, "style": prose.style})
        return Markup(getattr(module, macro)(*args))  # noqa: S704 - made by a template


@dataclass(frozen=True)
class Kind:
    """A kind of block.

    :param make: writes a block ({kind, …}) on a paper; says what is wrong by ``paper.wrong``.
    :param digests_only: whether it differs for each reader, so that only a recurring digest may have it.
    :param read: reads at once what the blocks of a mail show; ``make`` finds it in ``paper.known``, by the kind's id.
    """

    id: str
    title: LazyString
    inputs: tuple[Input, ...]
    make: Callable[[Mapping[str, Any], Paper], Piece]
    digests_only: bool = False
    read: Callable[[Sequence[Mapping[str, Any]]], object] | None = None


def register(app: Flask, kind: Kind) -> None:
    """Let mails have a kind of block; for the wiring page."""
    kinds = app.extensions.setdefault(_KEY, {})
    if kind.id in kinds:
        raise ValueError(f"two kinds of blocks are named {kind.id}")
    kinds[kind.id] = kind


def kinds() -> Mapping[str, Kind]:
    """Return every kind by its id, in the order of registration."""
    found: Mapping[str, Kind] = current_app.extensions.get(_KEY, {})
    return found
