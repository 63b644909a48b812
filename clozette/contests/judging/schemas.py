"""What the pages of juries take."""

from collections.abc import Sequence
from typing import Any

import marshmallow as ma
from flask_babel import lazy_gettext as _l

from clozette.accounts.schemas import Choice
from clozette.contests.judging.models import MAX_BECAUSE, METHODS, Round
from clozette.contests.judging.queries import Task
from clozette.contests.judging.rules import MOST_POINTS, MOST_RANKED
from clozette.kernel.schemas import Line, LocalMoment, Number, Schema

MAX_HANDLE = 40
_NEEDED = {"required": _l("Please fill this in."), "null": _l("Please fill this in.")}


def _because() -> Line:
    return Line(required=True, max_length=MAX_BECAUSE, error_messages=_NEEDED)


class SeatIn(Schema):
    """What somebody says to a seat in a jury."""

    do = Choice(frozenset({"accept", "leave"}), required=True)


class JudgeIn(Schema):
    """Who is asked into a jury."""

    handle = Line(required=True, max_length=MAX_HANDLE, error_messages=_NEEDED)


class DropIn(Schema):
    """Why a judge is taken out."""

    because = _because()


class RoundIn(Schema):
    """A round that is planned."""

    method = Choice(frozenset(METHODS), required=True)
    quorum = Number(1, 50, required=True)
    takes = Number(1, 10_000, required=True)
    due_at = LocalMoment(required=True)
    because = Line(max_length=MAX_BECAUSE, load_default="")


class UnplanIn(Schema):
    """Why a planned round is taken out; asked for once the rounds are public."""

    because = Line(max_length=MAX_BECAUSE, load_default="")


class ExtendIn(Schema):
    """More time for a round."""

    due_at = LocalMoment(required=True)
    because = _because()


class QuorumIn(Schema):
    """More or fewer ballots for each entry."""

    quorum = Number(1, 50, required=True)
    because = _because()


def ballot_in(round_: Round) -> type[ma.Schema]:
    """Return the schema of a ballot: a yes or no, or points for each criterion."""
    fields: dict[str, ma.fields.Field[Any]] = {"yes": Choice(frozenset({"1", "0"}), required=True)}
    if round_.method == "score":
        fields = {f"points_{place}": Number(1, MOST_POINTS, required=True) for place in range(len(round_.criteria))}
    return Schema.from_dict(fields)


def ranking_in(tasks: Sequence[Task]) -> type[ma.Schema]:
    """Return the schema of a ranking: a place for each entry."""
    return Schema.from_dict({f"place_{one.entry.number}": Number(1, MOST_RANKED, required=True) for one in tasks})


def value_of(round_: Round, data: dict[str, str | int]) -> list[int]:
    """Return what a ballot's form says."""
    if round_.method == "yesno":
        return [int(data["yes"])]
    return [int(data[f"points_{place}"]) for place in range(len(round_.criteria))]


def shown(round_: Round, value: Sequence[int] | None) -> dict[str, str | int]:
    """Return what a ballot's form shows of what was said before."""
    if value is None:
        return {}
    if round_.method == "yesno":
        return {"yes": str(value[0])}
    return {f"points_{place}": points for place, points in enumerate(value)}
