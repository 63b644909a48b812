"""What was found, a line each, and how a file is read."""

from collections.abc import Callable, Iterable, Sized
from dataclasses import dataclass, field
from typing import Any, Literal

State = Literal["ok", "wrong", "unchecked"]
Document = dict[str, Any]


class Unreadable(Exception):
    """The file is none of ours, or nothing can be said of it yet."""


class TooLong(Exception):
    """The file holds more than a request has time for; the stand-alone script reads it."""


@dataclass
class Findings:
    """The lines, in order."""

    lines: list[tuple[State, str]] = field(default_factory=list)

    def that(self, holds: object, words: str) -> None:
        """Note one check."""
        self.lines.append(("ok" if holds else "wrong", words))

    def leave(self, words: str) -> None:
        """Note what was not checked."""
        self.lines.append(("unchecked", words))

    @property
    def is_right(self) -> bool:
        """Whether nothing was wrong."""
        return all(state != "wrong" for state, _words in self.lines)


def lines_of(document: Document) -> list[list[str]]:
    """Return the lines of a file, each by its words."""
    return [str(line).split(" ") for line in document["lines"]]


def at_most(many: int, of: Sized) -> None:
    """Leave what is longer to the script.

    :raises TooLong: then.
    """
    if len(of) > many:
        raise TooLong("longer than a request has time for; verify_draw.py reads it")


def repeats(values: Iterable[object]) -> bool:
    """Whether a value stands there twice."""
    all_ = list(values)
    return len(set(all_)) != len(all_)


Check = Callable[[Document, Findings], None]
