"""What a person may be asked to agree to: one purpose, one control (requirements 3, 5, 6 and 25).

Nothing of the site depends on any of these; each can be taken back as easily as it was given.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from flask import Flask, current_app
from flask_babel import get_locale
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from clozette.kernel import ids
from clozette.privacy.points import POINTS


@dataclass(frozen=True)
class ConsentPurpose:
    """One thing to agree to.

    :param channels: by which ways, each with a control of its own; ``site`` where the thing happens here.
    :param whose: for whom it is: ``ours``, or ``third`` parties.
    :param about_object: whether it is given for one thing at a time (a contest): see ``about``.
    :param needs_guardian: whether a minor's yes needs a parent's or guardian's besides.
    :param consequence: what taking it back leads to; said beside the control.
    """

    id: str
    title: LazyString
    explanation: LazyString
    consequence: LazyString
    channels: tuple[str, ...]
    whose: str = "ours"
    about_object: bool = False
    needs_guardian: bool = True


CHANNEL_NAMES = {
    "email": _l("by mail"),
    "sms": _l("by text message"),
    "site": _l("on this site"),
}

_POINTS_OF_CHANNELS = {"email": "CP5", "sms": "CP6"}
_POINTS_HERE = {
    "research": "CP7",
    "personalisation": "CP9",
    "analytics": "CP10",
    "sponsor": "CP3",
    "winner_name": "CP3",
    "newsletter": "CP8",
    "newsletter_tracking": "CP8",
}

_NAMES = "clozette.privacy.names_of_things"
_EXPLANATIONS = "clozette.privacy.explanations_of_things"
_OPEN = "clozette.privacy.open_things"
_PAGES = "clozette.privacy.pages_of_channels"
NameOf = Callable[[int], str | None]
"""Returns what a thing is called, by its id; nothing if it is gone."""
Explain = Callable[[int], str | None]
"""Returns in full what a yes to this thing means: who gets what, for what, for how long; nothing if it is gone."""

_NO_MORE = _l("If you take it back we stop at once; nothing else changes for you.")

_ALL = (
    ConsentPurpose(
        "our_news",
        _l("Our own news and offers"),
        _l("We may tell you about what is new with us, our events and our offers."),
        _NO_MORE,
        ("email", "sms"),
    ),
    ConsentPurpose(
        "partner_offers",
        _l("Offers of other companies"),
        _l("We may send you offers of other companies. They don't get your address from us for it."),
        _NO_MORE,
        ("email", "sms"),
        whose="third",
    ),
    ConsentPurpose(
        "research",
        _l("Market research"),
        _l("We may use your shopping preferences and what you told us about yourself to study what people like."),
        _NO_MORE,
        ("site",),
    ),
    ConsentPurpose(
        "analytics",
        _l("Measuring how the site is used"),
        _l("We may count your visits to see which pages serve people well."),
        _NO_MORE,
        ("site",),
        needs_guardian=False,
    ),
    ConsentPurpose(
        "personalisation",
        _l("Suggestions made for you"),
        _l("We may use what you love and wear to choose what we show you first."),
        _l("If you take it back you see the same choice as everybody else."),
        ("site",),
        needs_guardian=False,
    ),
    ConsentPurpose(
        "sponsor",
        _l("Handing your entry to a contest's sponsor"),
        _l("We may give the sponsor named beside the contest what the entry form lists."),
        _l(
            "If you take it back your entry is not handed over any more; what was handed over we ask the sponsor to erase."
        ),
        ("site",),
        whose="third",
        about_object=True,
    ),
    ConsentPurpose(
        "winner_name",
        _l("Your name in the list of a contest's winners"),
        _l("We may name you, as your profile shows you, in the public list of this contest's winners."),
        _l("If you take it back the list says that somebody won, and not who. You keep the prize."),
        ("site",),
        about_object=True,
    ),
    ConsentPurpose(
        "newsletter",
        _l("A newsletter"),
        _l("We may send you this newsletter. Every mail has a link that ends it."),
        _NO_MORE,
        ("email",),
        about_object=True,
    ),
    ConsentPurpose(
        "newsletter_tracking",
        _l("Noting which newsletters you read"),
        _l(
            "We may note when you open a newsletter of ours and which of its links you follow, to learn what people like."
            " We keep that for ninety days, and then only as numbers about nobody."
        ),
        _l("If you take it back we stop at once and forget what we noted; you get your newsletters all the same."),
        ("email",),
    ),
)

PURPOSES: dict[str, ConsentPurpose] = {purpose.id: purpose for purpose in _ALL}


def about(purpose_id: str, object_id: int) -> str:
    """Return the name of a purpose for one thing, such as ``sponsor:1f3k…`` for one contest."""
    if not PURPOSES[purpose_id].about_object:
        raise ValueError(f"{purpose_id} is not about one thing")
    return f"{purpose_id}:{ids.encode(object_id)}"


def purpose_of(name: str) -> ConsentPurpose:
    """Return the purpose that a name (with or without a thing) stands for.

    :raises KeyError: if there is none.
    """
    purpose_id, colon, thing = name.partition(":")
    purpose = PURPOSES[purpose_id]
    if purpose.about_object != bool(colon) or (colon and not _is_id(thing)):
        raise KeyError(name)
    return purpose


def _is_id(text: str) -> bool:
    """Whether it is the name of a thing of ours: anything else might be text of people."""
    try:
        ids.decode(text)
    except ValueError:
        return False
    return True


def point_of(name: str, channel: str) -> str:
    """Return the collection point where a purpose is asked for by one channel."""
    return _POINTS_HERE.get(purpose_of(name).id) or _POINTS_OF_CHANNELS[channel]


def offers() -> list[tuple[str, str]]:
    """Return what everybody may be asked today: each purpose by each channel whose collection point is open."""
    return [
        (purpose.id, channel)
        for purpose in PURPOSES.values()
        for channel in purpose.channels
        if not purpose.about_object and POINTS[point_of(purpose.id, channel)].is_open
    ]


def name_things(app: Flask, purpose_id: str, name_of: NameOf) -> None:
    """Say who knows what the things of a purpose are called; for the wiring page."""
    app.extensions.setdefault(_NAMES, {})[purpose_id] = name_of


def explain_things(app: Flask, purpose_id: str, explain: Explain) -> None:
    """Say who knows what a yes to one thing of a purpose means in full; for the wiring page."""
    app.extensions.setdefault(_EXPLANATIONS, {})[purpose_id] = explain


def close_things(app: Flask, purpose_id: str, is_open: Callable[[int], bool]) -> None:
    """Say who knows whether one thing of a purpose can still be agreed to; for the wiring page."""
    app.extensions.setdefault(_OPEN, {})[purpose_id] = is_open


def is_open(name: str) -> bool:
    """Whether a purpose can be agreed to now: what it is about still stands as it was asked."""
    purpose_id, colon, thing = name.partition(":")
    asked: dict[str, Callable[[int], bool]] = current_app.extensions.get(_OPEN, {})
    return not colon or purpose_id not in asked or asked[purpose_id](ids.decode(thing))


def ask_at(app: Flask, channel: str, page: str) -> None:
    """Say on which page a channel is agreed to, where an answer alone is not enough (a number has to be proven); for the
    wiring page.
    """
    app.extensions.setdefault(_PAGES, {})[channel] = page


def asked_at(channel: str) -> str | None:
    """Return the page where a channel is agreed to; nothing where any page may ask."""
    pages: dict[str, str] = current_app.extensions.get(_PAGES, {})
    return pages.get(channel)


def title(name: str) -> str:
    """Return what a purpose is called: where it is about one thing, as that is called.

    :raises KeyError: if there is no such purpose.
    """
    purpose = purpose_of(name)
    if not purpose.about_object:
        return str(purpose.title)
    names: dict[str, NameOf] = current_app.extensions.get(_NAMES, {})
    name_of = names.get(purpose.id)
    known = name_of(ids.decode(name.partition(":")[2])) if name_of else None
    return known or str(purpose.title)


def explanation(name: str) -> str:
    """Return what a purpose means; where it is about one thing, with what is known of that thing after it."""
    purpose = purpose_of(name)
    explanations: dict[str, Explain] = current_app.extensions.get(_EXPLANATIONS, {})
    explain = explanations.get(purpose.id) if purpose.about_object else None
    known = explain(ids.decode(name.partition(":")[2])) if explain else None
    return "\n".join(part for part in (str(purpose.explanation), known) if part)


def wording(name: str, channel: str) -> str:
    """Return what a control says, with its state when it is shown: the bytes that an answer is kept with."""
    return _wording(purpose_of(name).id, title(name), explanation(name), channel, str(get_locale()))


@lru_cache(maxsize=1024)
def _wording(purpose_id: str, title: str, explanation: str, channel: str, language: str) -> str:
    label = f"{title} ({CHANNEL_NAMES[channel]})"
    return "\n".join((f"[ ] {label}", explanation, str(PURPOSES[purpose_id].consequence)))
