"""Money: exact, in the member's own way of writing, never rounded behind their back."""

import pytest

from clozette.kernel import money
from clozette.kernel.money import BadAmount, Money


@pytest.mark.parametrize(
    ("text", "currency", "locale", "minor"),
    [
        ("12", "EUR", "en", 1200),
        ("1,234.50", "USD", "en", 123450),
        ("1.234,50", "EUR", "de", 123450),
        ("1 234,5", "EUR", "fr", 123450),
        ("1\u202f234,5", "EUR", "fr", 123450),
        ("150.000", "IDR", "id", 15000000),
        ("1500", "JPY", "en", 1500),
        ("12.345", "KWD", "en", 12345),
        ("0", "EUR", "en", 0),
        ("٣٤", "EUR", "ar", 3400),
    ],
)
def test_reads_an_amount_as_the_language_writes_it(text: str, currency: str, locale: str, minor: int) -> None:
    assert money.parse(text, currency, locale) == Money(minor, currency)


@pytest.mark.parametrize(
    ("text", "currency", "locale", "reason"),
    [
        ("12.5", "JPY", "en", "decimals"),
        ("150.000", "IDR", "en", "decimals"),
        ("1.005", "EUR", "en", "decimals"),
        ("12.5", "EUR", "de", "unreadable"),
        ("-3", "EUR", "en", "unreadable"),
        ("1e5", "EUR", "en", "unreadable"),
        ("1_0", "EUR", "en", "unreadable"),
        ("NaN", "EUR", "en", "unreadable"),
        ("Infinity", "EUR", "en", "unreadable"),
        ("", "EUR", "en", "unreadable"),
        (".", "EUR", "en", "unreadable"),
        ("€12", "EUR", "en", "unreadable"),
        ("9" * 40, "EUR", "en", "large"),
    ],
)
def test_refuses_what_is_no_amount(text: str, currency: str, locale: str, reason: str) -> None:
    with pytest.raises(BadAmount) as refused:
        money.parse(text, currency, locale)
    assert refused.value.reason == reason


@pytest.mark.parametrize(
    ("minor", "currency", "locale", "shown"),
    [
        (123450, "USD", "en", "$1,234.50"),
        (123450, "EUR", "de", "1.234,50\xa0€"),
        (1500, "JPY", "en", "¥1,500"),
        (12345, "KWD", "en", "KWD\xa012.345"),
        (15000000, "IDR", "id", "Rp\xa0150.000,00"),
        (5, "EUR", "en", "€0.05"),
    ],
)
def test_shows_every_decimal_of_the_currency(minor: int, currency: str, locale: str, shown: str) -> None:
    assert Money(minor, currency).format(locale) == shown


@pytest.mark.parametrize("locale", ["en", "id", "de", "fr", "ar", "de_CH"])
@pytest.mark.parametrize(("minor", "currency"), [(123450, "EUR"), (7, "KWD"), (99999999, "JPY"), (0, "IDR")])
def test_an_edit_form_reads_back_what_it_showed(minor: int, currency: str, locale: str) -> None:
    price = Money(minor, currency)
    assert money.parse(price.typed(locale), currency, locale) == price


def test_knows_the_currencies_of_today_only() -> None:
    assert {"EUR", "IDR", "SGD", "USD"} <= money.CURRENCIES
    assert "DEM" not in money.CURRENCIES
    with pytest.raises(ValueError, match="not a currency"):
        Money(1, "DEM")


def test_adds_one_currency_only() -> None:
    assert Money(100, "EUR") + Money(5, "EUR") == Money(105, "EUR")
    with pytest.raises(ValueError, match="two currencies"):
        Money(1, "EUR") + Money(1, "USD")


def test_choices_lead_with_the_one_asked_for() -> None:
    assert money.choices("en", first="SGD")[0] == ("SGD", "SGD – Singapore Dollar")
    assert len(money.choices("en")) == len(money.CURRENCIES)
