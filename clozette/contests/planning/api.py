"""Contests for programs: what can be read about them without signing in."""

from collections.abc import Sequence
from typing import Any

import marshmallow as ma

from clozette.contests.planning import access, queries
from clozette.contests.planning.models import Contest, Rules
from clozette.contests.planning.plans import DATES
from clozette.contests.sponsors.models import Sponsor
from clozette.kernel.paging import Page
from clozette.kernel.schemas import Schema
from clozette.kernel.web import api, gate

blueprint = api.Blueprint("contests_api", __name__, description="Contests")
_SAME = (
    "slug",
    "title",
    "words",
    "language",
    "state",
    "decided_by",
    "entry_kind",
    "time_zone",
    "vote_share",
    "votes_per_member",
    "alternates",
    "countries",
    "min_age",
    "min_account_days",
)


class PrizeOut(Schema):
    """A prize; its value in the currency's smallest unit."""

    name = ma.fields.String(required=True)
    words = ma.fields.String(required=True)
    value_minor = ma.fields.Integer(required=True)
    currency = ma.fields.String(required=True)
    units = ma.fields.Integer(required=True)
    sent_by = ma.fields.String(required=True, metadata={"description": "`house`, `sponsor` or `online`."})


class RulesOut(Schema):
    """The official rules that hold; the address gives the very bytes that the digest is of."""

    number = ma.fields.Integer(required=True)
    sha256 = ma.fields.String(required=True)
    address = ma.fields.String(required=True)


class ContestOut(Schema):
    """A contest as everybody may read it. A date that it has not is null."""

    slug = ma.fields.String(required=True)
    title = ma.fields.String(required=True)
    words = ma.fields.String(required=True)
    language = ma.fields.String(required=True)
    state = ma.fields.String(required=True)
    decided_by = ma.fields.String(required=True, metadata={"description": "`draw` or `jury`."})
    entry_kind = ma.fields.String(required=True, metadata={"description": "`look`, `photos` or `none`."})
    time_zone = ma.fields.String(required=True, metadata={"description": "Whose clocks the rules mean."})
    opens_at = ma.fields.AwareDateTime(required=True)
    closes_at = ma.fields.AwareDateTime(required=True)
    votes_from = ma.fields.AwareDateTime(required=True, allow_none=True)
    votes_until = ma.fields.AwareDateTime(required=True, allow_none=True)
    judging_until = ma.fields.AwareDateTime(required=True, allow_none=True)
    draw_at = ma.fields.AwareDateTime(required=True, allow_none=True)
    announce_at = ma.fields.AwareDateTime(required=True)
    vote_share = ma.fields.Integer(required=True, metadata={"description": "Percent of the result."})
    votes_per_member = ma.fields.Integer(required=True)
    alternates = ma.fields.Integer(required=True)
    countries = ma.fields.List(ma.fields.String(), required=True)
    min_age = ma.fields.Integer(required=True)
    min_account_days = ma.fields.Integer(required=True)
    sponsor = ma.fields.String(required=True, allow_none=True, metadata={"description": "The sponsor's legal name."})
    prizes = ma.fields.List(ma.fields.Nested(PrizeOut), required=True)
    rules = ma.fields.Nested(RulesOut, required=True, allow_none=True)


@blueprint.route("/contests")
@gate.everyone()
@blueprint.page(ContestOut)
def contests(query: dict[str, Any]) -> Page[dict[str, Any]]:
    """The contests that are or were published, the last ones first."""
    page = queries.public(query["after"])
    return Page(_shown(page.items), page.after)


@blueprint.route("/contests/<slug>")
@gate.everyone()
@blueprint.response(200, ContestOut)
def contest(slug: str) -> dict[str, Any]:
    """One contest with its terms."""
    return _shown([access.contest_for(gate.viewer(), slug)])[0]


def _shown(contests: Sequence[Contest]) -> list[dict[str, Any]]:
    sponsors, rules = queries.sponsors_of(contests), queries.rules_held(contests)
    return [_one(contest, sponsors.get(contest.id), rules.get(contest.id)) for contest in contests]


def _one(found: Contest, sponsor: Sponsor | None, rules: Rules | None) -> dict[str, Any]:
    address = f"/contests/{found.slug}/rules/{rules.number}.txt" if rules else ""
    return {
        **{name: getattr(found, name) for name in (*_SAME, *DATES)},
        "sponsor": sponsor.legal_name if sponsor else None,
        "prizes": found.prizes,
        "rules": {"number": rules.number, "sha256": rules.sha256, "address": address} if rules else None,
    }
