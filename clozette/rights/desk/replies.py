"""Template replies: words to begin with, in the person's language. Staff read them over and change what doesn't fit."""

from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString


@dataclass(frozen=True)
class Template:
    """One prepared answer.

    :param kinds: the kinds of request it answers; empty for all.
    """

    title: LazyString
    text: LazyString
    kinds: tuple[str, ...] = ()


TEMPLATES = {
    "proof": Template(
        _l("Ask for a proof of who asks"),
        _l(
            "Before we can answer we must be sure that we speak to the right person. Please open the page “My privacy”"
            " on our site and prove this address with the code that we mail to you, or sign in. We ask for no other"
            " papers. Until then the time we have to answer stands still."
        ),
    ),
    "access": Template(
        _l("Where to see and download everything"),
        _l(
            "You find all that we keep about you, what it is for and who received it on the page “My privacy”. There you"
            " can also have it all in one archive, with the record of what was done with it."
        ),
        ("access", "export"),
    ),
    "corrected": Template(
        _l("Corrected"),
        _l("We corrected what you told us about, and told everybody who had received the old version from us."),
        ("correction",),
    ),
    "not-corrected": Template(
        _l("Not corrected, with the reason"),
        _l(
            "We looked into it and could not correct what you told us about, because … We added your statement to the"
            " record. You may complain to the authority that watches over data protection in your country."
        ),
        ("correction",),
    ),
    "erasure": Template(
        _l("How to erase"),
        _l(
            "You can erase your data yourself on the page “My privacy”. It is hidden at once, you can undo it for 14"
            " days, and afterwards it is gone. What the law makes us keep is listed there, with the day it ends."
        ),
        ("erasure",),
    ),
    "stopped": Template(
        _l("Stopped"),
        _l(
            "We no longer use your data for this. Everybody who received it from us for this purpose is told to stop too."
        ),
        ("restriction", "objection", "withdrawal"),
    ),
    "nothing": Template(
        _l("Nothing is kept"),
        _l("We looked: beyond this request we keep nothing about you."),
    ),
    "refused": Template(
        _l("Refused, with the reason"),
        _l(
            "We can't do what you ask, because … You may complain to the authority that watches over data protection in"
            " your country."
        ),
    ),
    "later": Template(
        _l("We need more time"),
        _l("Your request takes us longer than we hoped, because … We will answer by the day named above."),
    ),
}


def for_kind(kind: str) -> dict[str, Template]:
    """Return the templates that fit a kind of request."""
    return {name: one for name, one in TEMPLATES.items() if not one.kinds or kind in one.kinds}
