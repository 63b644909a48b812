"""When a version may be published (requirements 26, 27, 29 and 30)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask_babel import gettext as _

from clozette.kernel.personal import Purpose
from clozette.kernel.refusal import Refusal
from clozette.privacy.policies.editions import EDITIONS, KINDS
from clozette.privacy.policies.models import MAX_TEXT
from clozette.privacy.policies.reading import blocks
from clozette.privacy.purposes import PURPOSES

NOTICE = timedelta(days=14)
FURTHEST = timedelta(days=365)
TERMS = "terms"
MOST_BLOCKS = 1000
_RESTING: dict[str, tuple[str, ...]] = {
    Purpose.PROMOTE.value: ("our_news", "partner_offers"),
    Purpose.RESEARCH.value: ("research", "personalisation", "analytics", "newsletter_tracking"),
    Purpose.CONSENTED.value: tuple(PURPOSES),
}


@dataclass(frozen=True)
class Draft:
    """A version to be.

    :param day: from when it holds; it becomes the version's name.
    :param material: the purposes for which it means more or something else than the version before.
    :param editorial: those for which it is only worded otherwise.
    """

    kind: str
    edition: str
    language: str
    text: str
    summary: str
    day: date
    material: frozenset[str] = frozenset()
    editorial: frozenset[str] = frozenset()


def purposes_of(kind: str) -> tuple[str, ...]:
    """Return what a change of a kind can be about: what people are asked to agree to, and the policy's nine purposes.

    A name that both have stands once.
    """
    return (TERMS,) if kind == "terms" else tuple(dict.fromkeys((*PURPOSES, *(purpose.value for purpose in Purpose))))


def asks_again(material: Collection[str]) -> frozenset[str]:
    """Return the consents that a material change ends: those it names, and those that rest on a policy's purpose it names."""
    return frozenset(name for mark in material for name in _RESTING.get(mark, (mark,)) if name in PURPOSES)


def why_not_publish(
    draft: Draft, *, newest: str | None, present: str | None, others: Collection[str], now: datetime
) -> Refusal | None:
    """Return why a draft can't be published.

    :param newest: the day of the newest version in the same edition and language.
    :param present: the text of that version.
    :param others: the days of the other languages' newest versions.
    """
    return _malformed(draft) or _untimely(draft, newest, now) or _unmarked(draft, present, newest, others)


def _malformed(draft: Draft) -> Refusal | None:
    if draft.kind not in KINDS:
        return Refusal("unknown_kind", _("There are policies and terms, nothing else."), "kind")
    if draft.edition not in EDITIONS or draft.language not in EDITIONS[draft.edition].languages:
        return Refusal("unknown_edition", _("This site has no such edition or language."), "edition")
    read = blocks(draft.text)
    if len(draft.text) > MAX_TEXT or len(read) > MOST_BLOCKS:
        return Refusal("too_long", _("The text is too long."), "text")
    if [block.kind for block in read][:1] != ["title"]:
        return Refusal("no_title", _("Begin the text with its title: # Title"), "text")
    return None


def _untimely(draft: Draft, newest: str | None, now: datetime) -> Refusal | None:
    if newest is not None and draft.day.isoformat() <= newest:
        return Refusal("not_newer", _("There is a version of %(day)s; a new one needs a later day.", day=newest), "day")
    if draft.day < now.date():
        return Refusal("past", _("Nothing can hold from a day in the past."), "day")
    if draft.day > (now + FURTHEST).date():
        return Refusal("too_far", _("A version can be published a year ahead at most."), "day")
    if draft.material and draft.day < (now + NOTICE).date():
        message = _(
            "A change that means something to people needs notice before it takes effect: %(day)s at the earliest.",
            day=(now + NOTICE).date().isoformat(),
        )
        return Refusal("too_soon", message, "day")
    return None


def _unmarked(draft: Draft, present: str | None, newest: str | None, others: Collection[str]) -> Refusal | None:
    marks = draft.material | draft.editorial
    if marks - set(purposes_of(draft.kind)) or draft.material & draft.editorial:
        return Refusal("unknown_purpose", _("Mark each purpose once, as material or as editorial."), "material")
    if draft.text == present and not any(day > (newest or "") for day in others):
        return Refusal("same_text", _("The text is the one that is published already."), "text")
    if present is not None and draft.text != present and not marks:
        return Refusal(
            "unmarked", _("Say for at least one purpose what the change is: material or editorial."), "material"
        )
    return None
