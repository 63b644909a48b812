"""What is typed about draws."""

import re
from typing import Any

import marshmallow as ma
from flask_babel import lazy_gettext as _l

from clozette.accounts.schemas import Email
from clozette.contests.drawing.models import MAX_NAME
from clozette.kernel.schemas import Line, Schema, Worded

MOST_PASTED = 4000
_SHA256 = re.compile(r"[0-9a-f]{64}")
_NONCE = re.compile(r"(?:[0-9a-f]{2}){16,64}")


class Plain(Worded, ma.fields.String):
    """Characters as they are. Digits of a digest may look like a payment card, so nobody looks for one."""

    default_error_messages = {
        "required": _l("Please fill this in."),
        "null": _l("Please fill this in."),
        "invalid": _l("This is not text."),
        "long": _l("This is too long."),
    }

    def __init__(self, *, max_length: int, **kwargs: Any) -> None:
        """Take at most ``max_length`` characters."""
        super().__init__(**kwargs)
        self._most = max_length

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        typed: str = super()._deserialize(value, *args, **kwargs)
        if len(typed) > self._most:
            raise self.make_error("long")
        return typed


class Hex(Plain):
    """Hexadecimal digits, in lower case whatever was typed."""

    def __init__(self, shape: re.Pattern[str], words: Any, **kwargs: Any) -> None:
        """Take what has a shape."""
        super().__init__(max_length=MOST_PASTED, **kwargs)
        self._shape, self._words = shape, words

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        typed = super()._deserialize(value, *args, **kwargs).strip().lower()
        if not self._shape.fullmatch(typed):
            raise ma.ValidationError([self._words])
        return typed


class RoundIn(Schema):
    """A round as a public server answered it."""

    text = Plain(required=True, max_length=MOST_PASTED)


class WitnessIn(Schema):
    """Who is to be the witness, and the digest of what they thought of."""

    name = Line(required=True, max_length=MAX_NAME)
    email = Email(required=True)
    sha256 = Hex(_SHA256, _l("64 hexadecimal digits, please: the SHA-256 of their number."), required=True)


class NonceIn(Schema):
    """The number of a witness."""

    nonce = Hex(_NONCE, _l("32 to 128 hexadecimal digits, please, as you thought of them."), required=True)
