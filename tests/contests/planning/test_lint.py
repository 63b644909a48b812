"""The check of the rules: every field left blank is found for every country, and nothing is found in what is complete."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from clozette.contests.planning import countries, lint
from clozette.contests.planning.plans import Criterion, Plan
from tests.contests.planning.plans import CLOSES, PRIZE, SHARED, SPONSOR, dates, plan

pytestmark = pytest.mark.requirement(74)
EVERYWHERE = [*sorted(countries.COUNTRIES), "XK"]
SENDS = replace(SHARED, kind="prize", prize=0)
BLANK_TERMS: dict[str, Any] = {
    "is_free": False,
    "source": "",
    "notify_days": None,
    "answer_days": None,
    "winner_list": "",
    "licence": "",
    "data_use": "",
}
"""Fields of the terms of a draw, and what they hold when nobody has filled them in."""


def found(made: Plan) -> set[tuple[str | None, str]]:
    return {(fault.country, fault.field) for fault in lint.faults(made)}


@pytest.mark.parametrize("code", EVERYWHERE)
@pytest.mark.parametrize("decided_by", ["draw", "jury"])
def test_what_is_complete_has_no_fault(code: str, decided_by: str) -> None:
    assert lint.faults(plan(code, decided_by=decided_by)) == []


@pytest.mark.parametrize("code", EVERYWHERE)
def test_each_blank_field_is_found_for_each_country(code: str) -> None:
    whole = plan(code)
    for name, blank in BLANK_TERMS.items():
        assert found(replace(whole, terms=replace(whole.terms, **{name: blank}))) == {(None, name)}, name
    assert found(replace(whole, prizes=())) == {(None, "p0_name")}
    assert found(replace(whole, prizes=(replace(PRIZE, value_minor=0),))) == {(None, "p0_value")}
    assert found(replace(whole, house=replace(whole.house, address=""))) == {(None, "house")}
    for name in ("name", "address", "country"):
        assert found(replace(whole, sponsor=replace(SPONSOR, **{name: ""}))) == {(None, "sponsor")}
    assert found(replace(whole, alternates=0)) == {(None, "alternates")}
    assert found(replace(whole, beacon=None)) == {(None, "draw_at")}


@pytest.mark.parametrize("code", EVERYWHERE)
def test_what_a_jury_needs_is_found_for_each_country(code: str) -> None:
    whole = plan(code, decided_by="jury")
    assert found(replace(whole, terms=replace(whole.terms, criteria=()))) == {(None, "c0_name")}
    assert found(replace(whole, terms=replace(whole.terms, criteria=(Criterion("", 1),)))) == {(None, "c0_name")}
    assert found(replace(whole, terms=replace(whole.terms, tie_break=""))) == {(None, "tie_break")}


@pytest.mark.parametrize("decided_by", ["draw", "jury"])
@pytest.mark.parametrize("code", [code for code in EVERYWHERE if countries.of(code).lines])
def test_each_line_of_a_country_is_wanted_there(code: str, decided_by: str) -> None:
    whole = plan(code, decided_by=decided_by)
    for _code, line in countries.lines_for(whole):
        lines = {name: said for name, said in whole.terms.lines.items() if name != f"{code}_{line.key}"}
        missing = replace(whole, terms=replace(whole.terms, lines=lines))
        assert found(missing) == {(code, f"line_{code}_{line.key}")}


def test_a_country_that_nobody_knows_wants_a_reason() -> None:
    whole = plan("XK", "DE")
    assert found(replace(whole, terms=replace(whole.terms, reasons={}))) == {("XK", "why_XK")}


def test_who_is_not_of_age_needs_a_parent() -> None:
    whole = plan("DE", "KR", min_age=18)
    assert found(replace(whole, terms=replace(whole.terms, minors=False))) == {("KR", "minors")}
    assert found(replace(whole, min_age=16, terms=replace(whole.terms, minors=False))) == {
        ("DE", "minors"),
        ("KR", "minors"),
    }


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"draw_at": CLOSES + timedelta(minutes=29)}, "draw_at"),
        ({"votes_from": CLOSES - timedelta(days=3), "votes_until": CLOSES - timedelta(days=1)}, "votes_until"),
        ({"judging_until": CLOSES}, "judging_until"),
        ({"announce_at": CLOSES + timedelta(minutes=30)}, "announce_at"),
    ],
)
def test_dates_that_do_not_fit(changes: dict[str, Any], field: str) -> None:
    assert (None, field) in found(plan("DE", dates=dates(**changes)))


@pytest.mark.parametrize(
    ("decided_by", "changes", "field"),
    [
        (
            "draw",
            {"vote_share": 10, "dates": dates(votes_from=CLOSES, votes_until=CLOSES + timedelta(days=1))},
            "vote_share",
        ),
        ("jury", {"vote_share": 10}, "votes_from"),
        ("jury", {"entry_kind": "none"}, "entry_kind"),
        ("draw", {"has_witness": True}, "source"),
        ("draw", {"countries": ()}, "countries"),
        ("draw", {"sponsor": None, "prizes": (replace(PRIZE, sent_by="sponsor"),), "shared": (SENDS,)}, "p0_sent_by"),
    ],
)
def test_what_does_not_go_together(decided_by: str, changes: dict[str, Any], field: str) -> None:
    assert found(plan("DE", decided_by=decided_by, **changes)) == {(None, field)}


@pytest.mark.requirement(4, 74)
@pytest.mark.parametrize(
    ("reaches", "sent_by", "is_fine"),
    [
        ("agreed", "house", False),
        ("agreed", "sponsor", False),
        ("winners", "house", False),
        ("winners", "sponsor", True),
    ],
)
def test_a_yes_is_required_only_for_what_sends_a_prize(reaches: str, sent_by: str, is_fine: bool) -> None:
    needed = replace(SHARED, is_required=True, reaches=reaches)
    made = plan("DE", shared=(needed, SENDS), prizes=(replace(PRIZE, sent_by=sent_by),))
    assert found(made) == (set() if is_fine else {(None, "sharing")})
    forced = plan("DE", shared=(replace(SENDS, is_required=True),), prizes=(replace(PRIZE, sent_by="sponsor"),))
    assert found(forced) == {(None, "sharing")}


def test_a_prize_that_the_sponsor_sends_has_a_sharing_of_its_own() -> None:
    prizes = (PRIZE, replace(PRIZE, sent_by="sponsor"))
    sends = replace(SHARED, kind="prize", prize=1)
    assert found(plan("DE", prizes=prizes, shared=(sends,))) == set()
    assert found(plan("DE", prizes=prizes, shared=(replace(sends, prize=0),))) == {(None, "sharing")}


@pytest.mark.requirement(73, 74)
@pytest.mark.parametrize("name", ["fields", "purpose", "keeps_for", "keeps_days"])
def test_a_sharing_says_what_and_what_for_and_how_long(name: str) -> None:
    blank: dict[str, Any] = {"fields": (), "purpose": "", "keeps_for": "", "keeps_days": 0}
    assert found(plan("DE", shared=(replace(SHARED, **{name: blank[name]}),))) == {(None, "sharing")}


def test_a_sharing_names_the_sponsor_as_it_is_now() -> None:
    assert found(plan("DE", shared=(replace(SHARED, is_current=False),))) == {(None, "sharing")}


def test_a_sponsor_who_was_closed_is_found() -> None:
    whole = plan("DE")
    assert found(replace(whole, sponsor=replace(SPONSOR, is_open=False))) == {(None, "sponsor")}
