"""What happened to numbers."""

from dataclasses import dataclass


@dataclass(frozen=True)
class PhoneCodeMade:
    """Somebody wants a code by text."""

    code_id: int


@dataclass(frozen=True)
class TextLate:
    """A campaign of texts was due and did not go; it asks what becomes of it."""

    text_id: int


@dataclass(frozen=True)
class TextHeard:
    """The holder of a known number sent us a word.

    :ivar word: ``stop``, ``help`` or ``start``.
    :ivar heard: the digest of the provider's name for what they sent.
    """

    phone_id: int
    word: str
    heard: str
