"""When a case can be opened, who may appeal, and what is still to be paid."""

from datetime import timedelta

import pytest

from clozette.kernel import clock
from clozette.shop.cases import rules
from clozette.shop.cases.models import RUNNING, STATES
from clozette.shop.cases.rules import Course

NOW = clock.now()
DAY = timedelta(days=1)


def code(course: Course, kind: str | None) -> str | None:
    """Return why not, in one word."""
    refusal = rules.why_not_open(course, kind, NOW)
    return refusal.code if refusal else None


@pytest.mark.parametrize(
    ("course", "kind", "expected"),
    [
        (Course("paid", None, None, None, contested=False), None, "case_state"),
        (Course("complete", NOW, NOW, NOW + DAY, contested=False), "fake", "case_state"),
        (Course("shipped", NOW, None, None, contested=False), "damaged", None),
        (Course("shipped", NOW - 6 * DAY, None, None, contested=False), "not_arrived", "too_early"),
        (Course("shipped", NOW - 7 * DAY, None, None, contested=False), "not_arrived", None),
        (Course("received", NOW, NOW, NOW + DAY, contested=False), "fake", None),
        (Course("received", NOW, NOW, NOW, contested=False), "fake", "too_late"),
        (Course("received", NOW, NOW, NOW + DAY, contested=True), "fake", "running"),
    ],
)
def test_when_a_case_can_be_opened(course, kind, expected):
    assert code(course, kind) == expected


def test_what_came_late_may_be_complained_of_once_it_is_there():
    assert not rules.why_not_again("damaged", ["1"], {"1": {"not_arrived"}})
    assert rules.why_not_again("not_arrived", ["1"], {"1": {"not_arrived"}})
    assert rules.why_not_again("fake", ["2", "1"], {"1": {"damaged"}})
    assert rules.why_not_again("not_arrived", ["1"], {"1": {"damaged"}})
    assert not rules.why_not_again("damaged", ["2"], {"1": {"damaged"}})


def test_whoever_got_all_they_wanted_can_not_appeal():
    assert rules.could_appeal({"1": 10}, {"1": 10}) == {"seller"}
    assert rules.could_appeal({"1": 10}, {"1": 0}) == {"buyer"}
    assert rules.could_appeal({"1": 10, "2": 5}, {"1": 10, "2": 1}) == {"buyer", "seller"}


def test_what_the_seller_paid_back_meanwhile_counts():
    left = rules.left_to_pay({"1": 100, "2": 50}, {"1": 30}, {"1": 90, "2": 60})
    assert left == {"1": 40}


def test_photos_have_a_bound():
    assert rules.why_not_show(24, 6) is None
    assert rules.why_not_show(30, 0) is None
    assert rules.why_not_show(25, 6).code == "photos"


def test_what_is_over_stays_over():
    assert {state for state in STATES if not rules.MOVES[state]} == set(STATES) - set(RUNNING)
    assert set(rules.MOVES) == set(STATES)
