"""Pure decisions about looks: who may see what, what a caption says, why a deed is refused."""

import re
import unicodedata
from collections.abc import Collection, Sequence
from enum import StrEnum

from flask_babel import gettext as _

from clozette.kernel.refusal import Refusal

CAPTION_LENGTH = 2000
ALT_LENGTH = 500
COMMENT_LENGTH = 1000
TAG_LENGTH = 60
KEY_LENGTH = 64
MAX_PHOTOS = 6
MAX_TAGS = 30
MAX_HOTSPOTS = 20
MAX_DRAFTS = 100
MAX_REVISIONS = 20
PLACES = 9
LOVED, COMMENTED = "loved", "commented"
"""Kinds of notifications."""

# A hash sign that doesn't continue a word or an address, then letters, digits and joining marks of any script.
_HASHTAG = re.compile(r"(?<![\w/#&])#([\w\u200c\u200d\u00b7]+)")
_MENTION = re.compile(r"(?<![\w/@.])@([a-z0-9_]{1,30})(?![\w@])", re.IGNORECASE)


class Visibility(StrEnum):
    """Who may see a published look. A private look is a draft: it has no publication."""

    PRIVATE = "private"
    FOLLOWERS = "followers"
    MEMBERS = "members"
    PUBLIC = "public"


def default_visibility(*, is_minor: bool) -> Visibility:
    """Return what a new draft starts with: nothing becomes public by accident, and minors begin with their followers."""
    return Visibility.FOLLOWERS if is_minor else Visibility.PRIVATE


def fold_tag(tag: str) -> str:
    """Return the one spelling under which a hashtag is kept: ``#Été`` and ``#ÉTÉ`` are the same tag."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFKC", tag).casefold())


def tags_of(caption: str) -> list[str]:
    """Return the hashtags of a caption in the order they are written, each once, at most ``MAX_TAGS``.

    A number alone (``#1``) is no tag, and neither is a word too long to be one.
    """
    found: dict[str, None] = {}
    for start, end in tag_places(caption):
        found.setdefault(fold_tag(caption[start + 1 : end]))
    return list(found)[:MAX_TAGS]


def is_tag(tag: str) -> bool:
    """Whether a text could be a hashtag, as it is kept."""
    return tags_of(f"#{tag}") == [tag]


def tag_places(caption: str) -> list[tuple[int, int]]:
    """Return where hashtags stand in a caption, hash sign included."""
    places = []
    for match in _HASHTAG.finditer(caption):
        tag = fold_tag(match.group(1))
        if len(tag) <= TAG_LENGTH and any(letter.isalpha() for letter in tag):
            places.append(match.span())
    return places


def mention_places(caption: str) -> list[tuple[int, int]]:
    """Return where members are mentioned (``@handle``) in a text, at sign included."""
    return [match.span() for match in _MENTION.finditer(caption)]


def alt_from_items(names: Sequence[str]) -> str:
    """Suggest a photo's description from the names of the items tagged on it."""
    text = ", ".join(name for name in names if name)
    return (text[:1].upper() + text[1:])[:ALT_LENGTH]


def place(number: int) -> tuple[int, int]:
    """Return the middle of a field of a 3 × 3 grid over a photo, in thousandths: 1 is the top left, 9 the bottom right."""
    row, column = divmod(number - 1, 3)
    return 1000 * (2 * column + 1) // 6, 1000 * (2 * row + 1) // 6


def free_places(first: int, taken: Collection[tuple[int, int]], count: int) -> list[tuple[int, int]]:
    """Return where to put ``count`` new tags: from the field ``first`` on, empty fields of the grid before full ones."""
    order = [place((first - 1 + step) % PLACES + 1) for step in range(PLACES)]
    free = [spot for spot in order if not any(_near(spot, other) for other in taken)]
    full = [spot for spot in order if spot not in free]
    return [(free + full)[index % PLACES] for index in range(count)]


def _near(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return abs(one[0] - other[0]) < 100 and abs(one[1] - other[1]) < 100


def why_not_start(drafts: int) -> Refusal | None:
    """Say why another draft can't be started, or nothing."""
    if drafts >= MAX_DRAFTS:
        return Refusal("too_many_drafts", _("You have %(count)d drafts. Publish or delete one first.", count=drafts))
    return None


def why_not_autosave(*, is_published: bool) -> Refusal | None:
    """Say why a look can't be saved as it is typed: what others see changes only when its author says so."""
    if is_published:
        return Refusal("published", _("This look is out already. Press “Save” to change what others see."))
    return None


def why_not_publish(*, visibility: str, photos: int, removed: bool) -> Refusal | None:
    """Say why a draft can't be published, or nothing."""
    if removed:
        return Refusal("removed", _("This look was taken down and can't be published."))
    if not photos:
        return Refusal("no_photo", _("Add at least one photo before you publish."), "photos")
    if visibility == Visibility.PRIVATE:
        return Refusal("private", _("Choose who may see this look: followers, members or everyone."), "visibility")
    return None


def why_not_add_photos(present: int, more: int) -> Refusal | None:
    """Say why photos can't be added, or nothing."""
    if present + more > MAX_PHOTOS:
        return Refusal("too_many_photos", _("A look has up to %(count)d photos.", count=MAX_PHOTOS), "photos")
    return None


def why_not_tag(hotspots: int) -> Refusal | None:
    """Say why so many hotspots can't be kept, or nothing."""
    if hotspots > MAX_HOTSPOTS:
        return Refusal("too_many_tags", _("A look has up to %(count)d tagged items.", count=MAX_HOTSPOTS), "hotspots")
    return None


def why_not_answer(*, is_published: bool) -> Refusal | None:
    """Say why a look can't be loved or commented on: there is nobody but its author to see a draft."""
    if is_published:
        return None
    return Refusal("draft", _("This look is a draft. Publish it first."))


def why_not_edit_comment(*, is_author: bool) -> Refusal | None:
    """Say why a comment can't be changed: words are their author's alone."""
    if is_author:
        return None
    return Refusal("not_yours", _("Only the person who wrote a comment can change it."))
