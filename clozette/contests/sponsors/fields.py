"""What can be shared with a sponsor: these fields and no others, each by its declared column (requirement 75).

The marketing page offers this list, the entry form shows what was chosen from it in the same words, and the hand-over
reads exactly that.
"""

from collections.abc import Collection
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

_ALL = ("contest", "prize", "survey", "promotion")


@dataclass(frozen=True)
class Shareable:
    """One field. ``kinds``: for what it can be shared, a contest's entry or the sending of a prize, say."""

    name: str
    title: LazyString
    kinds: tuple[str, ...]


FIELDS: dict[str, Shareable] = {
    field.name: field
    for field in (
        Shareable("accounts_members.display_name", _l("the name on your profile"), _ALL),
        Shareable("accounts_members.handle", _l("your handle"), _ALL),
        Shareable("accounts_members.email", _l("your mail address"), _ALL),
        Shareable("accounts_members.country", _l("your country"), _ALL),
        Shareable("contests_entries.number", _l("the number of your entry"), ("contest", "prize")),
        Shareable("contests_entries.statement", _l("what you wrote about your entry"), ("contest",)),
        Shareable("contests_entries.look_id", _l("the address of the look you entered"), ("contest",)),
        Shareable("contests_addresses.name", _l("the name the prize is sent to"), ("prize",)),
        Shareable("contests_addresses.line1", _l("street and number"), ("prize",)),
        Shareable("contests_addresses.line2", _l("the second line of the address"), ("prize",)),
        Shareable("contests_addresses.postcode", _l("the postcode"), ("prize",)),
        Shareable("contests_addresses.city", _l("the town"), ("prize",)),
        Shareable("contests_addresses.country", _l("the country of the address"), ("prize",)),
        Shareable("contests_addresses.phone", _l("a telephone number for the courier"), ("prize",)),
        Shareable("contests_answers.choices", _l("what you chose in the survey"), ("survey",)),
        Shareable("contests_answers.number", _l("the numbers you gave in the survey"), ("survey",)),
        Shareable("contests_answers.text", _l("what you wrote in the survey"), ("survey",)),
    )
}


def offered(kind: str) -> list[Shareable]:
    """Return what can be shared for a kind of thing, in the order of the list."""
    return [field for field in FIELDS.values() if kind in field.kinds]


def in_order(kind: str, chosen: Collection[str]) -> list[str]:
    """Return the chosen names as they are kept: those that can be shared for this, in the order of the list."""
    return [field.name for field in offered(kind) if field.name in chosen]


def titles(names: Collection[str]) -> list[str]:
    """Return what fields are called, in plain words; the person sees the same wherever the list is shown."""
    return [str(FIELDS[name].title) for name in names]
