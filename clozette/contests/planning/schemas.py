"""What the pages of marketing take for contests. The builder of the rules has as many rows as its form shows."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import marshmallow as ma
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from clozette.accounts import countries as places
from clozette.accounts.schemas import Choice, Language
from clozette.contests.planning import countries
from clozette.contests.planning.models import MAX_LINE, MAX_SLUG, MAX_TITLE, MAX_WORDS, Contest
from clozette.contests.planning.plans import (
    DATES,
    LICENCES,
    MOST_CRITERIA,
    MOST_PRIZES,
    SOURCES,
    TIE_BREAKS,
    WINNER_LISTS,
    Criterion,
    PrizePlan,
    Terms,
)
from clozette.kernel import money, zones
from clozette.kernel.money import BadAmount
from clozette.kernel.schemas import Line, LocalMoment, Number, RowId, Schema, Text

RESERVED = frozenset({"mine", "verify", "verifier.py", "new"})
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_PRIZE = re.compile(r"p(\d)_name")
_EXTRA = re.compile(r"(?:line_([A-Z]{2})_(\w+)|why_([A-Z]{2}))")
_MOST_LINE = 300


class Slug(Line):
    """A short name for an address; some addresses are taken by pages."""

    default_error_messages = {
        "slug": _l("Use small letters, digits and single hyphens."),
        "reserved": _l("This name is taken by a page of ours."),
    }

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        slug = super()._deserialize(value, attr, data, **kwargs)
        if not _SLUG.fullmatch(slug):
            raise self.make_error("slug")
        if slug in RESERVED:
            raise self.make_error("reserved")
        return slug


class DatesIn(Schema):
    """Dates as the wall clock of the contest's zone shows them."""

    opens_at = LocalMoment(required=True)
    closes_at = LocalMoment(required=True)
    votes_from = LocalMoment(load_default=None, allow_none=True)
    votes_until = LocalMoment(load_default=None, allow_none=True)
    judging_until = LocalMoment(load_default=None, allow_none=True)
    draw_at = LocalMoment(load_default=None, allow_none=True)
    announce_at = LocalMoment(required=True)
    sponsor = RowId(load_default=None, allow_none=True)
    alternates = Number(0, 50, load_default=3)
    version = Number(1, 10**8, required=True)


class ContestIn(DatesIn):
    """A contest that is not published yet."""

    title = Line(required=True, max_length=MAX_TITLE)
    words = Text(max_length=MAX_WORDS, load_default="")
    language = Language(load_default="en")
    decided_by = Choice(frozenset({"draw", "jury"}), required=True)
    entry_kind = Choice(frozenset({"look", "photos", "none"}), required=True)
    time_zone = Choice(places.ZONES, required=True)
    votes_per_member = Number(1, 20, load_default=3)
    vote_share = Number(0, 30, load_default=0)
    min_age = Number(13, 99, load_default=18)
    min_account_days = Number(0, 3650, load_default=0)
    countries = ma.fields.List(Choice(places.CODES), load_default=list)


class NewContestIn(ContestIn):
    """A contest that is begun."""

    slug = Slug(required=True, max_length=MAX_SLUG)
    version = Number(1, 10**8, load_default=1)


class ChangeIn(DatesIn):
    """What may change of a published contest besides its text; each entrant is asked again."""

    because = Line(required=True, max_length=MAX_LINE)


class StateIn(Schema):
    """A press that leads a contest on."""

    do = Choice(frozenset({"publish", "draft", "announce"}), required=True)
    version = Number(1, 10**8, load_default=0)


class CheckIn(Schema):
    """Which version was on the page that was found complete."""

    version = Number(1, 10**8, required=True)


class BecauseIn(Schema):
    """Why a contest ends without a result."""

    because = Line(required=True, max_length=MAX_LINE)


class RulesIn(Schema):
    """What the builder of the rules asks whoever plans any contest."""

    is_free = ma.fields.Boolean(load_default=False)
    excluded = Line(max_length=_MOST_LINE, load_default="")
    minors = ma.fields.Boolean(load_default=False)
    tie_break = Choice(frozenset(TIE_BREAKS), load_default="")
    source = Choice(frozenset(SOURCES), load_default="")
    notify_days = Number(1, 90, load_default=None, allow_none=True)
    answer_days = Number(1, 90, load_default=None, allow_none=True)
    winner_list = Choice(frozenset(WINNER_LISTS), load_default="")
    licence = Choice(frozenset(LICENCES), load_default="")
    data_use = Text(max_length=1000, load_default="")
    because = Line(max_length=MAX_LINE, load_default="")
    version = Number(1, 10**8, required=True)


def builder(typed: Mapping[str, Any]) -> type[ma.Schema]:
    """Return the schema of a builder's form that has the rows and the countries' lines that ``typed`` names."""
    fields: dict[str, Any] = {}
    for place in range(rows_in(typed)):
        fields |= {
            f"p{place}_name": Line(max_length=MAX_TITLE, load_default=""),
            f"p{place}_words": Line(max_length=500, load_default=""),
            f"p{place}_value": Line(max_length=20, load_default=""),
            f"p{place}_currency": Choice(money.CURRENCIES, load_default="EUR"),
            f"p{place}_units": Number(1, 100, load_default=1),
            f"p{place}_sent_by": Choice(frozenset({"house", "sponsor", "online"}), load_default="house"),
        }
    for place in range(MOST_CRITERIA):
        fields[f"c{place}_name"] = Line(max_length=80, load_default="")
        fields[f"c{place}_weight"] = Number(1, 100, load_default=1)
    fields |= {name: Line(max_length=_MOST_LINE, load_default="") for name in typed if _is_extra(name)}
    return type("BuilderIn", (RulesIn,), fields)


def rows_in(typed: Mapping[str, Any]) -> int:
    """Return how many rows for prizes a form shows."""
    shown = [int(found[1]) for name in typed if (found := _PRIZE.fullmatch(name))]
    return min(max(shown, default=-1) + 1, MOST_PRIZES)


def moments_of(
    data: dict[str, Any], zone: str, decided_by: str
) -> tuple[dict[str, datetime | None], dict[str, list[str]]]:
    """Return the moments of what was typed as a zone's clock shows it, and what is wrong with any of them."""
    made: dict[str, datetime | None] = {}
    wrong: dict[str, list[str]] = {}
    for name in DATES:
        local = data.pop(name)
        made[name], odd = (None, None) if local is None else zones.moment_in(local, zone)
        if local is not None and made[name] is None:
            wrong[name] = [str(odd)]
    return made, wrong or _wrong_order(made, decided_by)


def _wrong_order(dates: Mapping[str, datetime | None], decided_by: str) -> dict[str, list[str]]:
    """Return what can't be kept because dates don't follow each other, by field."""
    opens, closes = dates["opens_at"], dates["closes_at"]
    votes_from, votes_until, draw = dates["votes_from"], dates["votes_until"], dates["draw_at"]
    assert opens is not None and closes is not None
    found = {
        "closes_at": (closes <= opens, _("It closes after it opens.")),
        "votes_until": ((votes_from is None) != (votes_until is None), _("Say from when and until when, or neither.")),
        "votes_from": (
            votes_from is not None and (votes_from < opens or (votes_until is not None and votes_from >= votes_until)),
            _("Votes begin when the contest opens or later, and end after they begin."),
        ),
        "draw_at": (
            draw < closes if draw is not None else decided_by == "draw",
            _("Say when it is drawn: after the close."),
        ),
        "judging_until": (
            decided_by == "jury" and dates["judging_until"] is None,
            _("Say until when the jury decides."),
        ),
    }
    return {name: [words] for name, (is_wrong, words) in found.items() if is_wrong}


def prizes_of(data: Mapping[str, Any], rows: int) -> tuple[list[PrizePlan], dict[str, list[str]]]:
    """Return the prizes that a builder's form holds, and what is wrong with their values; empty rows are left out."""
    made: list[PrizePlan] = []
    wrong: dict[str, list[str]] = {}
    for place in range(rows):
        name, value, currency, words = (data[f"p{place}_{one}"] for one in ("name", "value", "currency", "words"))
        if not (name or value or words):
            continue
        try:
            minor = money.parse(value, currency, get_locale() or "en").amount_minor if value else 0
        except BadAmount:
            wrong[f"p{place}_value"] = [_("Write what it is worth as a number.")]
            continue
        more = {one: data[f"p{place}_{one}"] for one in ("units", "sent_by")}
        made.append(PrizePlan(name=name, value_minor=minor, currency=currency, words=words, **more))
    return made, wrong


def terms_of(data: Mapping[str, Any]) -> Terms:
    """Return the terms that a builder's form holds."""
    names = Terms.__dataclass_fields__.keys() & data.keys()
    criteria = [Criterion(data[f"c{n}_name"], data[f"c{n}_weight"]) for n in range(MOST_CRITERIA) if data[f"c{n}_name"]]
    lines = {name.removeprefix("line_"): said for name, said in data.items() if name.startswith("line_") and said}
    reasons = {name.removeprefix("why_"): said for name, said in data.items() if name.startswith("why_") and said}
    return Terms(**{name: data[name] for name in names}, criteria=tuple(criteria), lines=lines, reasons=reasons)


def builder_values(contest: Contest, terms: Terms, prizes: Sequence[PrizePlan]) -> dict[str, Any]:
    """Return what a builder's form shows of a contest."""
    locale = get_locale() or "en"
    plain = RulesIn().fields.keys() - {"because", "version"}
    values: dict[str, Any] = {name: getattr(terms, name) for name in plain} | {"version": contest.version}
    for place, prize in enumerate(prizes):
        worth = money.Money(prize.value_minor, prize.currency).typed(locale) if prize.value_minor else ""
        shown = {name: getattr(prize, name) for name in ("name", "words", "currency", "units", "sent_by")}
        values |= {f"p{place}_{name}": value for name, value in (shown | {"value": worth}).items()}
    for place, one in enumerate(terms.criteria):
        values |= {f"c{place}_name": one.name, f"c{place}_weight": one.weight}
    values |= {f"line_{name}": said for name, said in terms.lines.items()}
    return values | {f"why_{code}": said for code, said in terms.reasons.items()}


def _is_extra(name: str) -> bool:
    """Whether a field is a line of a country that we know, or the reason for one that we don't."""
    found = _EXTRA.fullmatch(name)
    if found is None:
        return False
    if found[3]:
        return found[3] in places.CODES
    return found[2] in {line.key for line in countries.of(found[1]).lines}
