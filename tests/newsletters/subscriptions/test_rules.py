"""Every state meets every happening (requirement 33)."""

from typing import get_args

import pytest

from clozette.newsletters.subscriptions.rules import STATES, TRANSITIONS, Happening, State, after

TABLE = """
             ask        confirm    leave         undo       bounce   complain    expire   import
nothing      pending    -          -             -          -        -           -        confirmed
pending      -          confirmed  unsubscribed  -          bounced  complained  expired  -
confirmed    -          -          unsubscribed  -          bounced  complained  expired  -
unsubscribed pending    -          -             confirmed  bounced  complained  -        -
bounced      pending    -          unsubscribed  -          -        complained  -        -
complained   pending    -          unsubscribed  -          -        -           -        -
expired      pending    -          unsubscribed  -          bounced  complained  -        -
"""
_HEAD, *_ROWS = [line.split() for line in TABLE.strip().splitlines()]
CELLS = [(row[0], happening, cell) for row in _ROWS for happening, cell in zip(_HEAD, row[1:], strict=True)]


@pytest.mark.requirement(33)
@pytest.mark.parametrize(("state", "happening", "expected"), CELLS)
def test_every_cell(state: State, happening: Happening, expected: str) -> None:
    before = None if state == "nothing" else state
    assert after(before, happening) == (before if expected == "-" else expected)


@pytest.mark.requirement(33)
def test_the_table_is_whole() -> None:
    assert {(row[0]) for row in _ROWS} == {"nothing", *STATES}
    assert tuple(_HEAD) == get_args(Happening)
    assert len(TRANSITIONS) == sum(cell != "-" for *_, cell in CELLS)
