"""When it is day, what a word means, and how long a text is."""

from datetime import UTC, datetime

import pytest

from clozette.newsletters.texts import regions, rules

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


@pytest.mark.requirement(70)
@pytest.mark.parametrize(
    ("zone", "hour", "is_day"),
    [
        ("+65", 0, False),  # 8 in the morning there
        ("+65", 1, True),
        ("+65", 11, True),
        ("+65", 12, False),
        ("Europe/Berlin", 4, False),
        ("Europe/Berlin", 8, True),
        ("Europe/Berlin", 18, True),
        ("Europe/Berlin", 19, False),
        ("+1", 16, False),  # 6 in Honolulu
        ("+1", 19, True),
        ("+62", 1, False),  # 8 in Jakarta, 10 in Jayapura
        ("+62", 2, True),
        ("+999", 12, False),
    ],
)
def test_it_is_quiet_at_night(zone: str, hour: int, is_day: bool) -> None:
    assert rules.is_day(zone, NOON.replace(hour=hour)) is is_day


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("STOP", "stop"),
        (" stop. ", "stop"),
        ("Stop it", "stop"),
        ("berhenti", "stop"),
        ("HELP", "help"),
        ("start", "start"),
        ("don't stop", ""),
        ("stopping", ""),
        ("", ""),
    ],
)
def test_words(text: str, word: str) -> None:
    assert rules.word_of(text) == word


@pytest.mark.parametrize(
    ("text", "parts"), [("a" * 160, 1), ("a" * 161, 2), ("€" * 80, 1), ("€" * 81, 2), ("ç" * 70, 1), ("ç" * 71, 2)]
)
def test_parts(text: str, parts: int) -> None:
    assert rules.parts_of(text) == parts


@pytest.mark.requirement(66)
@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("+65 8123 4567", "+6581234567"),
        ("0065-8123-4567", "+6581234567"),
        ("+1 (212) 555-0100", "+12125550100"),
        ("8123 4567", None),
        ("+0 123456789", None),
        ("+65 8123 456x", None),
        ("+1234567890123456", None),
        ("", None),
        ("+65٨١٢٣٤٥٦٧", None),
    ],
)
def test_numbers_are_kept_as_e164(typed: str, number: str | None) -> None:
    assert regions.canonical(typed) == number


def test_countries() -> None:
    numbers = ("+6581234567", "+65812345678", "+85291234567", "+79161234567")
    found = [regions.region_of(number) for number in numbers]
    assert [region and region.country for region in found] == ["SG", None, "HK", None]
