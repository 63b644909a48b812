"""The tax that is in a trader's prices: what it is called, how a trader's number looks, how much of a sum it is. Pure.

Prices are what buyers pay, so the tax is in them and never comes on top. It is in what stays where the seller's tax
holds; what leaves that (from the European Union to Singapore, say) carries none, and the price stays the same.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from clozette.shop.listings.prices import AllIn
from clozette.shop.sellers import places

WHOLE = 10_000
_PUNCTUATION = re.compile(r"[\s./-]")


@dataclass(frozen=True, slots=True)
class Law:
    """What a country calls the tax on sales, how the number of a trader looks without punctuation, and one as written."""

    name: str
    number: str
    example: str


@dataclass(frozen=True, slots=True)
class Tax:
    """What an order keeps of the tax in it, and of the trader who sells; those particulars even where no tax is."""

    name: str = ""
    bp: int = 0
    minor: int = 0
    seller_name: str = ""
    seller_address: str = ""
    seller_contact: str = ""
    seller_tax_id: str = ""

    def columns(self) -> dict[str, Any]:
        """Return the columns of an order."""
        return {
            "tax_name": self.name,
            "tax_bp": self.bp,
            "tax_minor": self.minor,
            "seller_name": self.seller_name,
            "seller_address": self.seller_address,
            "seller_contact": self.seller_contact,
            "seller_tax_id": self.seller_tax_id,
        }


class Taxed(Protocol):
    """What of a seller a tax depends on, and who a bill says that they are."""

    @property
    def kind(self) -> str:
        """Whether they are a trader."""

    @property
    def country(self) -> str:
        """Where they are."""

    @property
    def tax_bp(self) -> int:
        """The rate in hundredths of a percent."""

    @property
    def legal_name(self) -> str:
        """A trader's name."""

    @property
    def address(self) -> str:
        """Where a trader is reached."""

    @property
    def contact(self) -> str:
        """How."""

    @property
    def tax_number(self) -> str:
        """A trader's number."""


LAWS: Mapping[str, Law] = {
    "AE": Law("VAT", r"\d{15}", "100123456700003"),
    "AT": Law("USt", r"U\d{8}", "ATU12345678"),
    "AU": Law("GST", r"\d{11}", "51 824 753 556"),
    "BE": Law("TVA/BTW", r"[01]\d{9}", "BE0123456789"),
    "BG": Law("ДДС", r"\d{9,10}", "BG123456789"),
    "CA": Law("GST/HST", r"\d{9}RT\d{4}", "123456789 RT0001"),
    "CH": Law("MWST/TVA/IVA", r"E\d{9}(MWST|TVA|IVA)?", "CHE-123.456.789 MWST"),
    "CY": Law("ΦΠΑ", r"\d{8}[A-Z]", "CY12345678X"),
    "CZ": Law("DPH", r"\d{8,10}", "CZ12345678"),
    "DE": Law("USt", r"\d{9,11}|\d{13}", "DE123456789"),
    "DK": Law("moms", r"\d{8}", "DK12345678"),
    "EE": Law("käibemaks", r"\d{9}", "EE123456789"),
    "ES": Law("IVA", r"[A-Z]\d{7}[A-Z\d]|\d{8}[A-Z]", "ESX12345678"),
    "FI": Law("ALV", r"\d{8}", "FI12345678"),
    "FR": Law("TVA", r"[A-HJ-NP-Z\d]{2}\d{9}", "FR12345678901"),
    "GB": Law("VAT", r"\d{9}(\d{3})?", "GB123456789"),
    "GR": Law("ΦΠΑ", r"\d{9}", "EL123456789"),
    "HR": Law("PDV", r"\d{11}", "HR12345678901"),
    "HU": Law("ÁFA", r"\d{8}", "HU12345678"),
    "ID": Law("PPN", r"\d{15,16}", "ID012345678901000"),
    "IE": Law("VAT", r"\d[A-Z\d+*]\d{5}[A-W][A-I]?", "IE1234567WA"),
    "IN": Law("GST", r"\d{2}[A-Z]{5}\d{4}[A-Z][A-Z\d]Z[A-Z\d]", "12ABCDE1234F1Z5"),
    "IS": Law("VSK", r"\d{5,6}", "IS12345"),
    "IT": Law("IVA", r"\d{11}", "IT12345678901"),
    "JP": Law("消費税", r"T\d{13}", "T1234567890123"),
    "KR": Law("부가가치세", r"\d{10}", "123-45-67890"),
    "LI": Law("MWST", r"\d{5}", "12345"),
    "LT": Law("PVM", r"\d{9}|\d{12}", "LT123456789"),
    "LU": Law("TVA", r"\d{8}", "LU12345678"),
    "LV": Law("PVN", r"\d{11}", "LV12345678901"),
    "MT": Law("VAT", r"\d{8}", "MT12345678"),
    "MY": Law("SST", r"[A-Z]\d{2}\d{4}\d{8}", "W10-1808-32000001"),
    "NL": Law("BTW", r"\d{9}B\d{2}", "NL123456789B01"),
    "NO": Law("MVA", r"\d{9}(MVA)?", "123 456 789 MVA"),
    "NZ": Law("GST", r"\d{8,9}", "123-456-789"),
    "PH": Law("VAT", r"\d{9}|\d{12}|\d{14}", "123-456-789-000"),
    "PL": Law("VAT", r"\d{10}", "PL1234567890"),
    "PT": Law("IVA", r"\d{9}", "PT123456789"),
    "RO": Law("TVA", r"\d{2,10}", "RO12345678"),
    "SE": Law("moms", r"\d{12}", "SE123456789001"),
    "SG": Law("GST", r"M\d{8}[A-Z\d]|M[BRX]\d{7}[A-Z\d]|\d{8,9}[A-Z]|[TSR]\d{2}[A-Z]{2}\d{4}[A-Z]", "200312345A"),
    "SI": Law("DDV", r"\d{8}", "SI12345678"),
    "SK": Law("DPH", r"\d{10}", "SK1234567890"),
    "TH": Law("VAT", r"\d{13}", "TH1234567890123"),
    "TR": Law("KDV", r"\d{10}", "1234567890"),
    "TW": Law("VAT", r"\d{8}", "12345678"),
    "US": Law("Sales tax", r"\d{9}", "12-3456789"),
    "VN": Law("GTGT", r"\d{10}(\d{3})?", "0123456789-001"),
    "ZA": Law("VAT", r"4\d{9}", "4123456789"),
}
"""What is known of countries; elsewhere the tax is called tax, and any number is taken."""
_ELSEWHERE = Law("Tax", r".+", "")
_LETTERS = {"GR": ("EL", "GR"), "CH": ("CH",), "JP": ()}
"""Letters that may stand before a number where they are not the country's own code."""
_TOGETHER = (places.GROUPS["eu"] | {"MC"}, frozenset({"GB", "IM"}), frozenset({"CH", "LI"}))
"""Where several countries are one for this tax."""


def law_of(country: str) -> Law:
    """Return what is known of a country."""
    return LAWS.get(country, _ELSEWHERE)


def is_number(country: str, text: str) -> bool:
    """Whether this can be the number of a trader of a country, written with or without blanks, points and its letters."""
    bare = _PUNCTUATION.sub("", text).upper()
    shapes = [bare, *(bare.removeprefix(letters) for letters in _LETTERS.get(country, (country,)))]
    return any(re.fullmatch(law_of(country).number, shape, re.ASCII) for shape in shapes)


def is_due(seller_country: str, country: str) -> bool:
    """Whether the tax of a seller's country is in what goes to a country."""
    return seller_country == country or any({seller_country, country} <= group for group in _TOGETHER)


def included(gross_minor: int, bp: int) -> int:
    """Return how much of a sum is tax at a rate in hundredths of a percent, rounded half up."""
    return (2 * gross_minor * bp + WHOLE + bp) // (2 * (WHOLE + bp))


def of(seller: Taxed, all_in: AllIn, country: str) -> Tax:
    """Return the tax that is in what a seller gets of an order to a country: in the items and their shipping."""
    if seller.kind != "trader":
        return Tax()
    trader = (seller.legal_name, seller.address, seller.contact, seller.tax_number)
    if not seller.tax_bp or not is_due(seller.country, country):
        return Tax("", 0, 0, *trader)
    gross = all_in.items.amount_minor + all_in.shipping.amount_minor
    return Tax(law_of(seller.country).name, seller.tax_bp, included(gross, seller.tax_bp), *trader)


def given_back(gross_minor: int, bp: int, before_minor: int, amount_minor: int) -> int:
    """Return how much tax is in a refund, when ``before_minor`` was given back of the sum already.

    Reckoned over what is left, so that once all is given back the tax is back to the last coin.
    """
    left = gross_minor - before_minor
    return included(left, bp) - included(left - amount_minor, bp)
