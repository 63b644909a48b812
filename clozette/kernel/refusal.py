"""A rule's "no": a reason in the user's words, answered with 409."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Refusal:
    """Why a deed is not done. ``code`` is stable for programs, ``message`` is translated for people."""

    code: str
    message: str
    field: str | None = None


class Refused(Exception):
    """Raised by a service when its rules refuse; the edge answers 409, a page shows the reason beside what was typed."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal


def refuse(refusal: Refusal | None) -> None:
    """Raise :class:`Refused` if there is a refusal."""
    if refusal is not None:
        raise Refused(refusal)
