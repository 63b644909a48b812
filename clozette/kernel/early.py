"""Early access: some members reach a thing before the others. The wiring page says which room knows who does.

A room whose things begin at a moment lets some in before it:

    early.offer(app, "survey", early.Kind(_l("Survey"), coming, find))
    if survey.opens_at <= now or early.has_early_access(member_id, "survey", survey.id, now): ...
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import Flask, current_app
from flask_babel.speaklater import LazyString

_KINDS, _ANSWER = "clozette.early.kinds", "clozette.early.answer"
Answer = Callable[[int, str, int, datetime], bool]


@dataclass(frozen=True)
class Thing:
    """Something that begins: what it is called, where it is, and from when on it is there for everybody."""

    title: str
    address: str
    opens_at: datetime


@dataclass(frozen=True)
class Kind:
    """A kind of things: how it is called, those of it that have not begun (id and title), and the way to one."""

    title: LazyString
    coming: Callable[[datetime], Sequence[tuple[int, str]]]
    find: Callable[[int], Thing | None]


def offer(app: Flask, name: str, kind: Kind) -> None:
    """Let things of a kind be opened early."""
    app.extensions.setdefault(_KINDS, {})[name] = kind


def answer_with(app: Flask, answer: Answer) -> None:
    """Name what knows who has early access to what."""
    app.extensions[_ANSWER] = answer


def kinds() -> dict[str, Kind]:
    """Return the kinds of things that can be opened early."""
    found: dict[str, Kind] = current_app.extensions.get(_KINDS, {})
    return found


def has_early_access(member_id: int | None, kind: str, object_id: int, now: datetime) -> bool:
    """Whether a member may reach a thing now, though it has not begun for everybody."""
    answer: Answer | None = current_app.extensions.get(_ANSWER)
    return answer is not None and member_id is not None and answer(member_id, kind, object_id, now)
