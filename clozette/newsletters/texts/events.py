"""What happened to numbers."""

from dataclasses import dataclass


@dataclass(frozen=True)
class PhoneCodeMade:
    """Somebody wants a code by text."""

    code_id: int


@dataclass(frozen=True)
class TextHeard:
    """The holder of a known number sent us a word; ``word`` is ``stop``, ``help`` or ``start``."""

    phone_id: int
    word: str
