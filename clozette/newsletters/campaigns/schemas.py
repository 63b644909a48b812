"""What pages take for campaigns. The editor's schema has fields for as many blocks as its form shows."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import marshmallow as ma
from flask_babel import lazy_gettext as _l

from clozette.accounts import countries
from clozette.accounts.schemas import Choice
from clozette.kernel.schemas import Line, LocalMoment, RowId, Schema, Text
from clozette.newsletters.campaigns import rules
from clozette.newsletters.campaigns.blocks import Kind
from clozette.newsletters.campaigns.models import MAX_PREVIEW, MAX_SUBJECT, MAX_TITLE

MAX_BLOCKS = 40
_KIND = re.compile(r"b(\d{1,2})_kind")


class NewCampaignIn(Schema):
    """What a campaign begins with."""

    newsletter = RowId(required=True)
    title = Line(required=True, max_length=MAX_TITLE)
    kind = Choice(frozenset({"letter", "digest"}), load_default="letter")


class CampaignIn(Schema):
    """What every campaign has; ``do`` is the button that was pressed."""

    title = Line(required=True, max_length=MAX_TITLE)
    subject_line = Line(max_length=MAX_SUBJECT, load_default="")
    preview_text = Line(max_length=MAX_PREVIEW, load_default="")
    second_subject = Line(max_length=MAX_SUBJECT, load_default="")
    second_preview = Line(max_length=MAX_PREVIEW, load_default="")
    test_percent = ma.fields.Integer(
        load_default=0,
        validate=ma.validate.Range(0, 100, error=_l("Choose a number from 1 to 100.")),
        error_messages={"invalid": _l("Choose a number from 1 to 100.")},
    )
    tracks = ma.fields.Boolean(load_default=False)
    version = ma.fields.Integer(required=True, validate=ma.validate.Range(1, 2**31))
    do = Line(max_length=20, load_default="save")
    add_kind = Line(max_length=20, load_default="text")


class ScheduleIn(Schema):
    """When it goes."""

    send_at = LocalMoment(required=True)
    time_zone = Choice(countries.ZONES, required=True)
    repeats = Choice(frozenset(rules.REPEATS), load_default=None, allow_none=True)
    version = ma.fields.Integer(load_default=None, validate=ma.validate.Range(1, 2**31))


class SeenIn(Schema):
    """Which version was on the page that the button stands on, and which time of a series."""

    version = ma.fields.Integer(load_default=None, validate=ma.validate.Range(1, 2**31))
    due = ma.fields.AwareDateTime(load_default=None)


class AnswerIn(Schema):
    """What becomes of a campaign that missed its time."""

    answer = Choice(frozenset({"send", "draft", "skip", "cancel"}), required=True)
    due = ma.fields.AwareDateTime(load_default=None)


class WinnerIn(Schema):
    """The arm for everybody else; ``back`` is the page that asked, the campaign's own by default."""

    letter = Choice(frozenset({"a", "b"}), required=True)
    back = Choice(frozenset({"report"}), load_default="")


def blocks_in(typed: Mapping[str, Any], known: Mapping[str, Kind]) -> list[str]:
    """Return the kinds of the blocks that a form shows, in their order; what is unknown or too much is not among them."""
    numbers = sorted(int(found.group(1)) for name in typed if (found := _KIND.fullmatch(name)))
    shown = [str(typed[f"b{number}_kind"]) for number in numbers if f"b{number}_kind" in typed]
    if numbers != list(range(len(numbers))) or len(shown) > MAX_BLOCKS or not set(shown) <= known.keys():
        return []
    return shown


def editor(shown: Sequence[str], known: Mapping[str, Kind], *, complete: bool) -> type[ma.Schema]:
    """Return the schema of an editor that shows these blocks.

    :param complete: whether what a block can't do without must be there.
    """
    fields: dict[str, Any] = {}
    for number, kind_id in enumerate(shown):
        fields[f"b{number}_kind"] = Line(max_length=20)
        for one in known[kind_id].inputs:
            made: Callable[..., Any] = Text if one.look == "area" else Line
            needed = complete and one.required
            default = {} if needed else {"load_default": ""}
            fields[f"b{number}_{one.name}"] = made(max_length=one.max_length, required=needed, **default)
            if one.look == "picture":
                fields[f"b{number}_{one.name}_file"] = ma.fields.Raw(load_default=None)
    return type("EditorIn", (CampaignIn,), fields)


def blocks_of(data: Mapping[str, Any], shown: Sequence[str], known: Mapping[str, Kind]) -> list[dict[str, Any]]:
    """Return the blocks that an editor's form holds."""
    return [
        {"kind": kind_id, **{one.name: data.get(f"b{number}_{one.name}", "") for one in known[kind_id].inputs}}
        for number, kind_id in enumerate(shown)
    ]


def values_of(blocks: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return blocks as the values of an editor's form."""
    return {f"b{number}_{name}": value for number, block in enumerate(blocks) for name, value in block.items()}
