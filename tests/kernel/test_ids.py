"""Row ids: larger each time, and written the one way."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clozette.kernel import clock, ids


def test_a_burst_in_one_moment_never_gives_an_id_twice_and_always_a_larger_one():
    with clock.frozen(datetime(2031, 1, 1, tzinfo=UTC)):
        made = [ids.new_id() for _ in range(60_000)]
    assert made == sorted(set(made))


def test_a_clock_that_was_set_back_is_followed():
    with clock.frozen(datetime(2032, 1, 1, tzinfo=UTC)):
        later = ids.new_id()
    with clock.frozen(datetime(2031, 6, 1, tzinfo=UTC)):
        assert ids.new_id() < later


@given(st.integers(0, ids.MAX_ID))
def test_an_id_reads_back_as_it_was_written(row_id):
    assert ids.decode(ids.encode(row_id)) == row_id


@pytest.mark.parametrize(
    ("row_id", "written"), [(0, "0"), (31, "z"), (32, "10"), (1023, "zz"), (1024, "100"), (ids.MAX_ID, "7zzzzzzzzzzzz")]
)
def test_ids_are_written_as_ever(row_id, written):
    assert ids.encode(row_id) == written
