"""Both sides are held against each other at night; whoever left on either has left (requirement 131).

What is found is either ended here at once, or counted as a change that the talk brings there: this decides nothing anew.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from clozette.accounts import addresses
from clozette.kernel.database import db, insert_once
from clozette.kernel.ports.mailing_list import Member
from clozette.newsletters import keys
from clozette.newsletters.mailchimp import endings, forgetting, outbox, rules, wishes
from clozette.newsletters.mailchimp.models import Forgotten, Reconciliation, Remote
from clozette.newsletters.sending import eligibility
from clozette.newsletters.subscriptions import suppressions
from clozette.newsletters.subscriptions.models import Contact, Subscription

FULL_EVERY = timedelta(days=6, hours=12)
OVERLAP = timedelta(hours=1)
_CHUNK = 1000
Yeses = tuple[dict[str, datetime], dict[str, datetime]]
"""What somebody gets, and what they would get if it were opened again."""

COUNTS = (
    "looked_at",
    "ended_here",
    "switched_off_here",
    "to_tell",
    "to_end_there",
    "ended_there",
    "to_forget",
    "missing_there",
    "new_here",
    "unknown",
)


def begin(now: datetime) -> tuple[Reconciliation, datetime | None]:
    """Begin a run; say since when changes count, or nothing for everybody: at the first time and once a week."""
    whole = sa.select(sa.func.max(Reconciliation.started_at)).where(
        Reconciliation.finished_at.is_not(None), Reconciliation.is_full
    )
    last = sa.select(sa.func.max(Reconciliation.started_at)).where(Reconciliation.finished_at.is_not(None))
    was_full, was = db.session.scalar(whole), db.session.scalar(last)
    is_full = was_full is None or now - was_full > FULL_EVERY
    run = Reconciliation(started_at=now, is_full=is_full, counts=dict.fromkeys(COUNTS, 0))
    db.session.add(run)
    db.session.flush()
    return run, None if is_full or was is None else was - OVERLAP


def page(run: Reconciliation, members: Sequence[Member], now: datetime) -> list[str]:
    """Hold a page of theirs against ours; return whom to unsubscribe there though no contact of ours leads to them."""
    counts: Counter[str] = Counter(looked_at=len(members))
    named = {addresses.canonical(one.address) or "": one for one in members}
    contacts = {one.canonical: one for one in db.session.scalars(_contacts(named.keys()))}
    contact_ids = [one.id for one in contacts.values()]
    wanted, resting = wishes.wanted(contact_ids), wishes.resting(contact_ids, now)
    strangers = []
    for canonical, member in named.items():
        if (contact := contacts.get(canonical)) is not None:
            _hold(run, contact, member, (wanted[contact.id], resting[contact.id]), counts, now)
        elif canonical and _must_end(canonical, member, counts, now):
            strangers.append(member.key)
    _add(run, counts)
    return strangers


def ours(run: Reconciliation, after: int, now: datetime) -> int | None:
    """Look through a thousand of ours; return where to go on, or nothing at the end."""
    chunk = sa.select(Remote).where(Remote.contact_id > after).order_by(Remote.contact_id).limit(_CHUNK)
    rows = db.session.scalars(chunk).all()
    wanted = wishes.wanted([row.contact_id for row in rows])
    counts: Counter[str] = Counter()
    for row in rows:
        if row.asked > row.done:
            continue
        is_missing = run.is_full and row.subscriber_key is not None and row.seen_run_id != run.id
        if is_missing and wanted[row.contact_id] and row.problem is None:
            outbox.mark(row.contact_id, now)
            counts["missing_there"] += 1
        elif set(row.told) != wanted[row.contact_id].keys() and row.problem is None:
            outbox.mark(row.contact_id, now)
            counts["to_tell"] += 1
    _add(run, counts)
    return rows[-1].contact_id if len(rows) == _CHUNK else None


def newcomers(run: Reconciliation, now: datetime) -> None:
    """Let everybody wait to be told of whom Mailchimp should know and was never told of: as when it is turned on."""
    added = 0
    for newsletter in wishes.open_newsletters():
        gets = (
            sa.select(Subscription.contact_id)
            .join(Contact, Contact.id == Subscription.contact_id)
            .where(*eligibility.may_get(newsletter))
            .where(~sa.exists().where(Remote.contact_id == Subscription.contact_id))
            .limit(_CHUNK)
        )
        while found := db.session.scalars(gets).all():
            for contact_id in found:
                outbox.mark(contact_id, now)
            added += len(found)
    _add(run, Counter(new_here=added))


def finish(run: Reconciliation, now: datetime, problem: str | None = None) -> None:
    """Close the report; one that broke off stays open, and the next one covers its time again."""
    run.problem = problem[:32] if problem else None
    if problem is None:
        run.finished_at = now


def ended_there(run: Reconciliation) -> None:
    """Count one that was unsubscribed there."""
    _add(run, Counter(ended_there=1))


def _hold(
    run: Reconciliation,
    contact: Contact,
    member: Member,
    yeses: Yeses,
    counts: Counter[str],
    now: datetime,
) -> None:
    insert_once(Remote, contact_id=contact.id, asked=0, done=0, asked_at=now, tries=0, told=[])
    row = db.session.get_one(Remote, contact.id, populate_existing=True)
    said_yes_at = max((at for each in yeses for at in each.values()), default=None)
    how = rules.standing(member, said_yes_at, row.status)
    row.seen_run_id, row.subscriber_key = run.id, member.key
    if how == "bounced" or (how == "left" and said_yes_at):
        counts["ended_here"] += endings.ended_there(contact, how, now)
        row.status, row.told = member.status, []
        return
    if how == "there":
        forgetting.returned(contact.address_key, now)
    if _differs(row, contact, member, yeses, counts):
        outbox.mark(contact.id, now)


def _differs(
    row: Remote,
    contact: Contact,
    member: Member,
    yeses: Yeses,
    counts: Counter[str],
) -> bool:
    wanted, resting = yeses
    is_listed = member.status in {"subscribed", "pending"}
    if not wanted:
        ends = is_listed and (not resting or any(member.interests.values()))
        counts["to_end_there"] += ends
        return ends
    change = rules.difference(member, wanted=wanted, told=row.told if is_listed else [], interests=wishes.interests())
    counts["switched_off_here"] += len(change.switched_off)
    names = (member.address, member.first_name, member.last_name)
    is_other = names != (contact.address, contact.first_name, contact.last_name)
    if is_other:
        row.told_digest = None
    differs = bool(not is_listed or is_other or change.come or change.gone or change.switched_off)
    counts["to_tell"] += differs and not change.switched_off
    return differs


def _must_end(canonical: str, member: Member, counts: Counter[str], now: datetime) -> bool:
    """Whether somebody is there whom we know by a keyed digest alone, as one who gets nothing."""
    address_key = keys.address_key(canonical)
    reasons = suppressions.reasons_for(address_key)
    came_back = sa.select(Forgotten.id).where(Forgotten.address_key == address_key, Forgotten.done_at.is_not(None))
    if "erased" in reasons and db.session.scalar(came_back) is None:
        counts["to_forget"] += forgetting.ask(address_key, member.key, now)
        return False
    if not reasons:
        counts["unknown"] += 1
    return bool(reasons) and member.status in {"subscribed", "pending"}


def _contacts(canonicals: Iterable[str]) -> sa.Select[Any]:
    return sa.select(Contact).where(Contact.canonical.in_(list(canonicals)))


def _add(run: Reconciliation, counts: Counter[str]) -> None:
    run.counts = {name: run.counts.get(name, 0) + counts.get(name, 0) for name in COUNTS}
    db.session.flush()
