"""Every requirement that docs/privacy.md lists has a test that carries its number, or says that it has none yet."""

import re

from clozette.settings import ROOT

ROW = re.compile(r"^\| (\d+) \|.*\| ([^|]*) \| [^|]* \|$", re.MULTILINE)
MARK = re.compile(r"^\s*(?:pytestmark = |@)pytest\.mark\.requirement\(([\d, ]+)\)", re.MULTILINE)


def _listed() -> dict[int, str]:
    """Return the numbers of the page, each with what it says of its tests."""
    page = (ROOT / "docs" / "privacy.md").read_text().replace(r"\|", "/")
    return {int(number): tests for number, tests in ROW.findall(page)}


def _marked() -> set[int]:
    found: set[int] = set()
    for path in (ROOT / "tests").rglob("test_*.py"):
        for numbers in MARK.findall(path.read_text()):
            found.update(int(number) for number in numbers.split(","))
    return found


def test_every_listed_requirement_has_a_marked_test() -> None:
    listed = _listed()
    assert len(listed) > 50
    assert {number for number, tests in listed.items() if tests != "–"} <= _marked()


def test_every_marked_requirement_is_listed() -> None:
    assert _marked() <= set(_listed())
