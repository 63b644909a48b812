"""Telling Mailchimp: one contact after the other, each brought from how it stands there to how it should."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from clozette.kernel import clock, ids, tasks
from clozette.kernel.database import db
from clozette.kernel.ports.mailing_list import MOST_AT_ONCE, Declined, MailingList, Member
from clozette.newsletters.mailchimp import endings, handover, rules, wishes
from clozette.newsletters.mailchimp.models import Remote
from clozette.newsletters.subscriptions.models import Contact, Newsletter
from clozette.privacy.disclosures import BeingErased, NotConsented

FEW = 10  # fewer than these come one by one


@dataclass
class Case:
    """One contact while it is told of.

    :ivar resting: what it would get if newsletters were opened again.
    :ivar asked: how many changes had been counted when we looked.
    """

    row: Remote
    contact: Contact
    wanted: dict[str, datetime]
    resting: dict[str, datetime]
    asked: int
    looked_at: datetime

    @property
    def said_yes_at(self) -> datetime | None:
        """When they last said yes to something."""
        return max([*self.wanted.values(), *self.resting.values()], default=None)


def waiting(now: datetime, limit: int) -> list[int]:
    """Return the contacts of which something is to be told, those that failed less often first."""
    due = sa.or_(Remote.not_before.is_(None), Remote.not_before <= now)
    rows = sa.select(Remote.contact_id).where(Remote.asked > Remote.done, due)
    return list(db.session.scalars(rows.order_by(Remote.tries, Remote.asked_at, Remote.contact_id).limit(limit)))


def name_newsletters(there: MailingList) -> None:
    """Let Mailchimp have a name for every newsletter."""
    missing = wishes.missing_interests()
    if not missing:
        return
    tasks.checkpoint()
    known = there.interests()
    named = [(one.id, known.get(one.slug) or there.add_interest(one.slug)) for one in missing]
    wishes.keep_interests(named)
    tasks.checkpoint()


def look(contact_ids: list[int], now: datetime) -> list[Case]:
    """Return how contacts stand here now."""
    rows = {row.contact_id: row for row in db.session.scalars(_fresh(Remote, Remote.contact_id.in_(contact_ids)))}
    contacts = {one.id: one for one in db.session.scalars(_fresh(Contact, Contact.id.in_(contact_ids)))}
    wanted, resting = wishes.wanted(contact_ids), wishes.resting(contact_ids, now)
    return [
        Case(rows[one], contacts[one], wanted[one], resting[one], rows[one].asked, now)
        for one in contact_ids
        if one in rows and one in contacts
    ]


def tell(there: MailingList, case: Case) -> None:
    """Bring one contact to how it should stand.

    :raises Later: if Mailchimp can't be asked now; then nothing is lost.
    """
    row = case.row
    if wishes.is_forgotten(case.contact):
        _done(case, "forgotten" if case.wanted else None)
        return
    if row.subscriber_key is None and not case.wanted:
        _done(case, None)
        return
    tasks.checkpoint()
    problem = None
    try:
        found = there.member(row.subscriber_key or wishes.key_of(case.contact))
        problem = _bring(there, case, found)
    except Declined as no:
        problem = no.why
    except (NotConsented, BeingErased):
        return  # it changed under our hands: it was counted, and is looked at again
    _done(case, problem)


def tell_new(there: MailingList, cases: list[Case], newsletter: Newsletter) -> None:
    """Tell of many at once whom Mailchimp doesn't know; whoever it does know is told of one by one later."""
    try:
        slip = handover.release([case.contact for case in cases], newsletter, clock.now())
    except (NotConsented, BeingErased):
        return
    for case in cases:
        case.row.subscriber_key = wishes.key_of(case.contact)
    became = there.put_new(slip, handover.SHAPE, wishes.interests())
    for case in cases:
        word = became.get(case.contact.address.lower(), "invalid")
        if not word:
            case.row.status, case.row.told = "subscribed", [ids.encode(newsletter.id)]
            case.row.told_digest = wishes.digest(case.contact)
        if not word and case.wanted.keys() == set(case.row.told):
            _done(case, None)
        elif word and word != "exists":
            _done(case, word)


def new_ones(cases: list[Case], newsletter: Newsletter) -> list[Case]:
    """Return those who get this newsletter and whom Mailchimp was never told of."""
    name = ids.encode(newsletter.id)
    return [
        case
        for case in cases
        if case.row.subscriber_key is None
        and min(case.wanted, default="") == name
        and not wishes.is_forgotten(case.contact)
    ][:MOST_AT_ONCE]


def put_off(contact_id: int, until: datetime) -> None:
    """Try one that failed again later, after others."""
    row = db.session.get(Remote, contact_id, populate_existing=True)
    if row is not None:
        row.tries, row.not_before = row.tries + 1, until


def _bring(there: MailingList, case: Case, found: Member | None) -> str | None:
    how = rules.standing(found, case.said_yes_at, case.row.status)
    case.row.status = found.status if found else None
    if how == "bounced" or (how == "left" and case.said_yes_at):
        endings.ended_there(case.contact, how, case.looked_at)
        case.row.told = []
        return None
    if not case.wanted:
        _end(there, case, found)
        return None
    if how == "archived":
        return "archived"
    if found is not None and how == "come-back":
        there.ask_again(found.key)
        case.row.status = "pending"
    _bring_newsletters(there, case, found)
    return None


def _bring_newsletters(there: MailingList, case: Case, found: Member | None) -> None:
    names = wishes.interests()
    told = case.row.told if case.row.status not in {None, "pending"} else []
    change = rules.difference(found, wanted=case.wanted, told=told, interests=names)
    for one in sorted(change.switched_off):
        endings.switched_off_there(case.contact, ids.decode(one), case.looked_at)
    stays = {one for one in case.wanted if one not in change.switched_off}
    if not stays:
        return  # that was counted as a change, and is told of next
    if found is not None and change.gone:
        # Before the call: it was us, also if we die now and one is wanted again.
        case.row.told = sorted(set(case.row.told) - change.gone)
        tasks.checkpoint()
        there.switch_off(found.key, [names[one] for one in sorted(change.gone)])
    come = set(change.come) & names.keys()
    if not come and case.row.told_digest != wishes.digest(case.contact):
        come = {min(stays)}
    for one in sorted(come):
        found = _put(there, case, one, names, found)
    case.row.told = sorted(stays)
    if found is not None:
        case.row.subscriber_key, case.row.status = found.key, found.status


def _put(there: MailingList, case: Case, one: str, names: Mapping[str, str], found: Member | None) -> Member:
    newsletter = db.session.get_one(Newsletter, ids.decode(one))
    slip = handover.release([case.contact], newsletter, clock.now())
    key = found.key if found else wishes.key_of(case.contact)
    # Before anything leaves: if we die now, whoever leaves next is told of there all the same.
    case.row.subscriber_key = key
    member = there.put(slip, handover.SHAPE, names, key)
    case.row.told_digest = wishes.digest(case.contact)
    return member


def _end(there: MailingList, case: Case, found: Member | None) -> None:
    """Who gets none of our newsletters gets nothing there; who was asked by our mail only waits there too, and so does
    whose newsletters are closed: they left none, and Mailchimp would ask them anew if one opened again.
    """
    case.row.told = []
    if found is None or found.status not in {"subscribed", "pending"}:
        return
    if case.resting or any(one.state == "pending" for one in case.contact.subscriptions):
        on = [name for name, is_on in found.interests.items() if is_on]
        tasks.checkpoint()
        if on:
            there.switch_off(found.key, on)
        return
    # Before the call: it was us, also if we die now and they come back within the minute.
    case.row.status = "unsubscribed"
    tasks.checkpoint()
    there.unsubscribe(found.key)


def _done(case: Case, problem: str | None) -> None:
    """Everything up to where we looked is told; what was counted since waits on."""
    now = clock.now()
    case.row.done, case.row.done_at, case.row.tries, case.row.problem = case.asked, now, 0, problem
    db.session.flush()
    if problem is None:
        handover.confirm_tellings(case.contact.subject_id, case.looked_at, now)


def _fresh(model: type[Remote] | type[Contact], which: sa.ColumnElement[bool]) -> sa.Select:  # type: ignore[type-arg]
    return sa.select(model).where(which).execution_options(populate_existing=True)
