"""Whose clock runs, and how far it may be put off. No database."""

from datetime import UTC, datetime, timedelta

import pytest

from clozette.rights.desk import rules

RECEIVED = datetime(2027, 1, 31, 9, 30, tzinfo=UTC)


@pytest.mark.requirement(88)
@pytest.mark.parametrize(
    ("country", "law", "due"),
    [
        ("ID", "ID", datetime(2027, 2, 3, 9, 30, tzinfo=UTC)),
        ("DE", "EU", datetime(2027, 2, 28, 9, 30, tzinfo=UTC)),
        ("GB", "EU", datetime(2027, 2, 28, 9, 30, tzinfo=UTC)),
        ("SG", "SG", datetime(2027, 3, 2, 9, 30, tzinfo=UTC)),
        ("BR", "ID", datetime(2027, 2, 3, 9, 30, tzinfo=UTC)),
        (None, "ID", datetime(2027, 2, 3, 9, 30, tzinfo=UTC)),
    ],
)
def test_the_clock_of_each_law(country, law, due):
    assert rules.law_of(country) == law
    assert rules.due_at("access", law, RECEIVED) == due


def test_the_strictest_law_is_the_default():
    dues = {law: rules.due_at("access", law, RECEIVED) for law in rules.LAWS}
    assert min(dues, key=dues.get) == rules.STRICTEST


def test_a_question_has_no_clock():
    assert rules.due_at("contact", "ID", RECEIVED) is None


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [((2027, 1, 31), 1, (2027, 2, 28)), ((2028, 1, 30), 1, (2028, 2, 29)), ((2027, 11, 30), 3, (2028, 2, 29))],
)
def test_calendar_months(day, months, expected):
    assert rules.months_later(datetime(*day, tzinfo=UTC), months) == datetime(*expected, tzinfo=UTC)


@pytest.mark.requirement(133)
@pytest.mark.parametrize(
    ("law", "days_later", "changes", "code"),
    [
        ("ID", 1, {}, "no_extension"),
        ("EU", 59, {}, None),
        ("EU", 90, {}, "too_far"),
        ("EU", 20, {"extended": True}, "extended"),
        ("EU", 20, {"now": RECEIVED + timedelta(days=40)}, "too_late"),
        ("EU", -1, {}, "not_later"),
        ("SG", 200, {}, None),
    ],
)
def test_putting_off(law, days_later, changes, code):
    due = rules.due_at("access", law, RECEIVED)
    given = {"extended": False, "now": RECEIVED + timedelta(hours=1)} | changes
    refusal = rules.why_not_extend(
        law=law, received_at=RECEIVED, due=due, until=due + timedelta(days=days_later), **given
    )
    assert (refusal.code if refusal else None) == code


@pytest.mark.requirement(134)
@pytest.mark.parametrize(
    ("laws", "risk", "people", "expected"),
    [
        (["ID"], "none", 1, {"ID:authority", "ID:people"}),
        (["EU"], "none", 1, set()),
        (["EU"], "some", 1, {"EU:authority"}),
        (["EU"], "high", 1, {"EU:authority", "EU:people"}),
        (["SG"], "some", 499, set()),
        (["SG"], "some", 500, {"SG:authority"}),
        (["SG"], "high", 1, {"SG:authority", "SG:people"}),
    ],
)
def test_who_must_be_told_of_a_breach(laws, risk, people, expected):
    clocks = rules.clocks_of(laws, risk, people, RECEIVED, None)
    assert {one.id for one, _ in clocks} == expected


@pytest.mark.requirement(134)
def test_singapore_counts_from_the_assessment():
    assessed = RECEIVED + timedelta(days=5)
    (authority, due), _ = rules.clocks_of(["SG"], "high", 1, RECEIVED, assessed)
    assert (authority.id, due) == ("SG:authority", assessed + timedelta(days=3))
    (_, waiting), _ = rules.clocks_of(["SG"], "high", 1, RECEIVED, None)
    assert waiting is None
    (_, told), _ = rules.clocks_of(["ID"], "none", 1, RECEIVED, None)
    assert told == RECEIVED + timedelta(hours=72)
