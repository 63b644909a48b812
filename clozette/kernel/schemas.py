"""The base of every marshmallow schema, and the text fields that keep the door: one schema per deed, for both faces."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import marshmallow as ma
from flask_babel import lazy_gettext as _l

from clozette.kernel import ids

_LOCAL = "%Y-%m-%dT%H:%M"
_FIRST_YEAR, _LAST_YEAR = 2000, 2100
# C0 controls but tab and newline, DEL, lone surrogates, and the two non-characters that break XML (Atom) readers.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
# Marks that turn the reading direction and could disguise a name.
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")
_CARD_LIKE = re.compile(r"(?<![\w.])(?:\d[ -]?){12,18}\d(?![\w.])")


class Schema(ma.Schema):
    """What one deed takes or gives. Unknown fields are refused."""

    class Meta:
        """Options of every schema."""

        unknown = ma.RAISE
        ordered = True


class Worded:
    """A field whose messages are translated late and name its limits: marshmallow fills those into plain strings only."""

    error_messages: dict[str, Any]

    def make_error(self, key: str, **limits: Any) -> ma.ValidationError:
        """Return the error with ``{max}`` and the like filled in."""
        return ma.ValidationError(str(self.error_messages[key]).format(**limits))


class Text(Worded, ma.fields.String):
    """Text over several lines: normalised (NFC), trimmed, without control characters or payment card numbers."""

    default_error_messages = {
        "control": _l("This has characters that can't be shown. Type it again."),
        "card": _l("This looks like a payment card number. Never type one here; it was not kept."),
        "long": _l("Please keep this to {max} characters."),
        "required": _l("Please fill this in."),
        "null": _l("Please fill this in."),
        "invalid": _l("This is not text."),
    }

    def __init__(self, *, max_length: int, **kwargs: Any) -> None:
        """Take at most ``max_length`` characters."""
        super().__init__(**{**kwargs, "metadata": {"maxLength": max_length, **kwargs.get("metadata", {})}})
        self.max_length = max_length

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        text: str = super()._deserialize(value, attr, data, **kwargs)
        if _CONTROL.search(text) or _BIDI.search(text):
            raise self.make_error("control")
        text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
        if looks_like_card(text):
            raise self.make_error("card")
        if len(text) > self.max_length:
            raise self.make_error("long", max=self.max_length)
        if self.required and not text:
            raise self.make_error("required")
        return text


class Line(Text):
    """Text on one line: every run of white space is one blank."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        return " ".join(super()._deserialize(value, attr, data, **kwargs).split())


class LocalMoment(Line):
    """A wall clock's time as browsers send it: ``2026-11-25T09:00``. Only of years in which anybody plans anything."""

    default_error_messages = {
        "moment": _l("This is no date and time."),
        "year": _l("Choose a year from {first} to {last}."),
    }

    def __init__(self, **kwargs: Any) -> None:
        """Take one."""
        super().__init__(max_length=16, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        try:
            moment = datetime.strptime(super()._deserialize(value, attr, data, **kwargs), _LOCAL)
        except ValueError as error:
            raise self.make_error("moment") from error
        if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
            raise self.make_error("year", first=_FIRST_YEAR, last=_LAST_YEAR)
        return moment


class Number(Worded, ma.fields.Integer):
    """A whole number within limits."""

    default_error_messages = {
        "invalid": _l("Choose a number from {least} to {most}."),
        "required": _l("Please fill this in."),
        "null": _l("Please fill this in."),
    }

    def __init__(self, least: int, most: int, **kwargs: Any) -> None:
        """Take one from ``least`` to ``most``."""
        super().__init__(**kwargs)
        self.least, self.most = least, most

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> int:
        try:
            number = int(str(value))
        except ValueError:
            number = self.least - 1
        if len(str(value)) > 9 or not self.least <= number <= self.most:
            raise self.make_error("invalid", least=self.least, most=self.most)
        return number


class RowId(ma.fields.Field[int]):
    """An id as addresses write it (base 32): a string outside, an integer inside."""

    default_error_messages = {
        "invalid": _l("This is not something we know."),
        "required": _l("Please choose one."),
        "null": _l("Please choose one."),
    }

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else ids.encode(value)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> int:
        try:
            return ids.decode(value)
        except (ValueError, TypeError) as error:
            raise self.make_error("invalid") from error


def looks_like_card(text: str) -> bool:
    """Whether ``text`` has a number of 13 to 19 digits that passes the Luhn check of ISO/IEC 7812."""
    for found in _CARD_LIKE.finditer(text):
        digits = [int(letter) for letter in found.group() if letter.isdigit()]
        if digits[0] in {2, 3, 4, 5, 6} and _passes_luhn(digits):
            return True
    return False


def _passes_luhn(digits: list[int]) -> bool:
    total = sum(digits[-1::-2]) + sum(sum(divmod(digit * 2, 10)) for digit in digits[-2::-2])
    return total % 10 == 0
