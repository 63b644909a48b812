"""Segments: choices of subscribers made of rules that we know, never of SQL (requirement 36).

A rule is ``{field, is, value}``. What a member loves, wears and keeps counts only for those whose consent to
personalisation stands: nobody else is ever found by it, nor left out for it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from babel import Locale
from flask import current_app
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from clozette.accounts import countries
from clozette.accounts.models import Member, SignIn
from clozette.closets import categories, colours
from clozette.closets.access import in_closet
from clozette.closets.models import Item, Label
from clozette.closets.rules import fold
from clozette.kernel import clock, ids
from clozette.kernel.database import db
from clozette.looks.models import Look, Love, Tag
from clozette.newsletters.subscriptions.models import Contact, Newsletter, Subscription
from clozette.privacy import consents
from clozette.privacy.models import Consent
from clozette.privacy.policies.editions import EDITIONS

MAX_RULES = 10
IS, IS_NOT = "is", "not"
_DAYS = ("7", "30", "90", "180", "365")
Condition = sa.ColumnElement[bool]


class BadRule(Exception):
    """A rule that we don't know; says why."""


@dataclass(frozen=True)
class Field:
    """What a rule may ask.

    :param condition: makes the condition on a joined ``Contact`` and ``Subscription`` from a value.
    :param choices: the values that there are, or nothing where any short word will do.
    :param consented: whether it rests on what members do, so that it takes their consent to personalisation.
    """

    id: str
    title: LazyString
    condition: Callable[[str], Condition]
    choices: Callable[[], Sequence[tuple[str, str]]] | None = None
    consented: bool = False


def conditions(rules: Sequence[Mapping[str, Any]]) -> list[Condition]:
    """Return what a joined ``Contact`` and ``Subscription`` must meet: every rule.

    :raises BadRule: for a rule that we don't know.
    """
    if len(rules) > MAX_RULES:
        raise BadRule(_("Use %(number)s rules at most.", number=MAX_RULES))
    return [_condition(rule) for rule in rules]


def checked(rules: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Return rules as they are kept.

    :raises BadRule: for a rule that we don't know.
    """
    conditions(rules)
    return [{name: str(rule[name]) for name in ("field", "is", "value")} for rule in rules]


def spoken(rules: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return rules in words, for pages."""
    said = []
    for rule in rules:
        field = FIELDS[str(rule["field"])]
        labels = dict(field.choices()) if field.choices else {}
        value = labels.get(str(rule["value"]), str(rule["value"]))
        words = _("%(field)s: %(value)s") if rule["is"] == IS else _("%(field)s: not %(value)s")
        said.append(words % {"field": field.title, "value": value})
    return said


def _condition(rule: Mapping[str, Any]) -> Condition:
    field = FIELDS.get(str(rule.get("field")))
    value, way = str(rule.get("value", "")).strip(), rule.get("is", IS)
    if field is None or way not in (IS, IS_NOT):
        raise BadRule(_("We don't know this rule."))
    known = {code for code, _label in field.choices()} if field.choices else None
    if not value or len(value) > 60 or (known is not None and value not in known):
        raise BadRule(_("“%(value)s” is nothing to choose by here: %(field)s.", value=value[:60], field=field.title))
    met = field.condition(value)
    if way == IS_NOT:
        met = sa.not_(met)
    return sa.and_(_agreed_to_personalisation(), met) if field.consented else met


def _agreed_to_personalisation() -> Condition:
    mine = (Consent.subject_id == Contact.subject_id, Consent.purpose == "personalisation", Consent.channel == "site")
    return sa.exists().where(*mine, consents.is_in_force()).correlate(Contact)


def _member(*conditions: Condition) -> Condition:
    """Whether the contact is a member of whom something holds."""
    return sa.exists().where(Member.subject_id == Contact.subject_id, *conditions).correlate(Contact)


def _since(days: str) -> Any:
    return clock.now() - timedelta(days=int(days))


def _newsletter(value: str) -> Condition:
    other = sa.orm.aliased(Subscription)
    mine = (other.contact_id == Contact.id, other.state == "confirmed", other.newsletter_id == ids.decode(value))
    return sa.exists().where(*mine).correlate(Contact)


def _edition(value: str) -> Condition:
    other = sa.orm.aliased(Subscription)
    mine = (other.contact_id == Contact.id, other.state == "confirmed", other.newsletter_id == Newsletter.id)
    return sa.exists().where(*mine, Newsletter.edition == value).correlate(Contact)


def _country(value: str) -> Condition:
    said = sa.func.coalesce(Contact.country, "")
    return sa.or_(said == value, sa.and_(said == "", _member(Member.country == value)))


def _subscribed(value: str) -> Condition:
    return sa.and_(Subscription.confirmed_at.is_not(None), Subscription.confirmed_at >= _since(value))


def _active(value: str) -> Condition:
    seen = sa.exists().where(SignIn.member_id == Member.id, SignIn.last_seen_at >= _since(value)).correlate(Member)
    return _member(seen)


def _published(value: str) -> Condition:
    return _member(sa.exists().where(Look.member_id == Member.id, Look.published_at >= _since(value)).correlate(Member))


def _interest(value: str) -> Condition:
    word = value.lstrip("#").casefold()
    loves = sa.exists().where(Love.member_id == Member.id, Tag.look_id == Love.look_id, Tag.tag == word)
    return _member(loves.correlate(Member))


def _has_category(value: str) -> Condition:
    group, _dot, kind = value.partition(".")
    mine = [Item.member_id == Member.id, in_closet(), Item.archived_at.is_(None), Item.category == group]
    if kind:
        mine.append(Item.subcategory == kind)
    return _member(sa.exists().where(*mine).correlate(Member))


def _has_brand(value: str) -> Condition:
    mine = (Item.member_id == Member.id, in_closet(), Item.archived_at.is_(None), Item.brand_key == fold(value))
    return _member(sa.exists().where(*mine).correlate(Member))


def _has_colour(value: str) -> Condition:
    mine = (Item.member_id == Member.id, in_closet(), Item.archived_at.is_(None), Label.item_id == Item.id)
    return _member(sa.exists().where(*mine, Label.kind == "colour", Label.value == value).correlate(Member))


def _newsletters() -> list[tuple[str, str]]:
    rows = db.session.execute(sa.select(Newsletter.id, Newsletter.title).order_by(Newsletter.title))
    return [(ids.encode(row.id), row.title) for row in rows]


def _editions() -> list[tuple[str, str]]:
    found = db.session.scalars(sa.select(Newsletter.edition).distinct().order_by(Newsletter.edition))
    return [(one, one) for one in found]


def _languages() -> list[tuple[str, str]]:
    written = (language for edition in EDITIONS.values() for language in edition.languages)
    codes = sorted({*current_app.extensions["clozette.languages"], *written})
    return [(code, Locale.parse(code).get_display_name() or code) for code in codes]


def _spans() -> list[tuple[str, str]]:
    return [(days, _("%(days)s days", days=days)) for days in _DAYS]


def _categories() -> list[tuple[str, str]]:
    return [(group, str(categories.GROUPS[group].label)) for group in categories.GROUPS]


def _members() -> list[tuple[str, str]]:
    return [("yes", _("yes"))]


FIELDS: dict[str, Field] = {
    field.id: field
    for field in (
        Field("language", _l("Language"), lambda value: Contact.locale == value, _languages),
        Field("country", _l("Country"), _country, countries.choices),
        Field("newsletter", _l("Also gets"), _newsletter, _newsletters),
        Field("edition", _l("Gets something of the edition"), _edition, _editions),
        Field("since", _l("Subscribed within"), _subscribed, _spans),
        Field("member", _l("Is a member"), lambda _value: _member(), _members),
        Field("active", _l("Was here within"), _active, _spans, consented=True),
        Field("published", _l("Published a look within"), _published, _spans, consented=True),
        Field("interest", _l("Loves looks with the tag"), _interest, consented=True),
        Field("category", _l("Has in the closet"), _has_category, _categories, consented=True),
        Field("brand", _l("Has something by the brand"), _has_brand, consented=True),
        Field("colour", _l("Has something in the colour"), _has_colour, colours.choices, consented=True),
    )
}
