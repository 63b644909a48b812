"""What may be done in a closet, and why not: pure decisions."""

import unicodedata
from collections.abc import Collection, Iterable
from enum import StrEnum

from flask_babel import gettext as _
from flask_babel import ngettext

from clozette.kernel.refusal import Refusal

MAX_ITEMS = 5000
MAX_PHOTOS = 6
MAX_TAGS = 20
MAX_BATCH = 100
MAX_UPLOADS = 60
"""How many photos may wait for an item at once: ten full forms."""
KEY_LENGTH = 64
BRAND_LENGTH = 80
SIZE_LENGTH = 20
NOTES_LENGTH = 2000
LENT_TO_LENGTH = 80
TAG_LENGTH = 40

ARCHIVED = "archived"
PRODUCT = "product"
"""The kind of what a trader deals in: kept like an item, and in nobody's closet (``access.in_closet``)."""


class Words(StrEnum):
    """A closed set of words that are stored."""


class Kind(Words):
    """Whether a member has an item or would like to."""

    OWNED = "owned"
    WISHED = "wished"


class State(Words):
    """Where an item is."""

    AVAILABLE = "available"
    IN_WASH = "in_wash"
    AT_REPAIR = "at_repair"
    LENT = "lent"


class Reason(Words):
    """Why an item was archived."""

    SOLD = "sold"
    GIVEN = "given"
    RETURNED = "returned"
    WORN_OUT = "worn_out"
    OUTGROWN = "outgrown"
    LOST = "lost"
    OTHER = "other"


class Season(Words):
    """When an item is worn."""

    SPRING = "spring"
    SUMMER = "summer"
    AUTUMN = "autumn"
    WINTER = "winter"


def fold(text: str) -> str:
    """Write a text so that searching and comparing don't mind case, width or compatibility forms."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def tidy_tags(tags: Iterable[str]) -> list[str]:
    """Normalise tags: without ``#``, folded, each once, in the order they came."""
    tidy = (fold(tag.strip().lstrip("#＃")) for tag in tags)
    return list(dict.fromkeys(tag for tag in tidy if tag))


def why_not_add(*, items: int) -> Refusal | None:
    """Say why a closet with so many items takes no more."""
    if items < MAX_ITEMS:
        return None
    text = _("Your closet is full: it holds %(number)s items. Delete some that you no longer need.", number=MAX_ITEMS)
    return Refusal("closet-full", text)


def why_not_upload(*, waiting: int) -> Refusal | None:
    """Say why no more photos are kept that belong to no item."""
    if waiting < MAX_UPLOADS:
        return None
    text = _("Many of your photos wait for an item already. Finish those items first, or come back tomorrow.")
    return Refusal("too-many-uploads", text, "photos")


def why_not_hold(photos: int) -> Refusal | None:
    """Say why an item can't have so many photos."""
    if photos < 1:
        return Refusal("no-photo", _("An item needs at least one photo."), "photos")
    if photos > MAX_PHOTOS:
        most = ngettext("An item has at most %(num)s photo.", "An item has at most %(num)s photos.", MAX_PHOTOS)
        return Refusal("too-many-photos", most, "photos")
    return None


def why_not_tag(tags: int) -> Refusal | None:
    """Say why an item can't have so many tags."""
    if tags <= MAX_TAGS:
        return None
    most = ngettext("An item has at most %(num)s tag.", "An item has at most %(num)s tags.", MAX_TAGS)
    return Refusal("too-many-tags", most, "tag")


def why_not_similar(similar: Collection[object]) -> Refusal | None:
    """Warn that the photo looks like one of an item that is here already; only a member who confirms isn't asked."""
    if not similar:
        return None
    return Refusal("similar", _("You may have this already. Look at it, or add this one anyway."), "photos")


def why_not_publicise(*, archived: bool) -> Refusal | None:
    """Say why an item can't be shown to everybody."""
    if not archived:
        return None
    return Refusal("archived", _("An archived item stays private. Take it out of the archive first."))


def why_not_style(*, public: bool) -> Refusal | None:
    """Say why others can't style with an item."""
    if public:
        return None
    return Refusal("private", _("Others can style only with what they can see. Publicise the item first."))


def why_not_acquire(kind: str) -> Refusal | None:
    """Say why a wish can't come true."""
    if kind == Kind.WISHED:
        return None
    return Refusal("owned", _("You own this already."))


def why_not_set_state(kind: str, *, archived: bool) -> Refusal | None:
    """Say why an item can't be washed, repaired or lent."""
    if kind == Kind.WISHED:
        return Refusal("wished", _("That is for things you own; this one is a wish."))
    if archived:
        return Refusal("archived", _("This item is archived. Take it out of the archive first."))
    return None


def why_not_measure(names: Iterable[str], fitting: Collection[str]) -> Refusal | None:
    """Say which measurements aren't taken on an item's category."""
    strange = sorted(set(names) - set(fitting))
    if not strange:
        return None
    text = _("This isn't measured on items of that category: %(names)s.", names=", ".join(strange))
    return Refusal("no-such-measurement", text, "measurements")


def why_not_save(*, seen: int | None, current: int) -> Refusal | None:
    """Say that an item was changed elsewhere since the form was opened (``seen``: its version then)."""
    if seen is None or seen == current:
        return None
    text = _(
        "This item was changed in another tab or device since you opened it. What you typed is still here: compare, then save again."
    )
    return Refusal("changed-elsewhere", text)
