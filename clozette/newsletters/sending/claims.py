"""Claiming sendings and writing down what became of them; each is one conditional statement.

A sending is ``submitting`` from the commit of its claim to the commit of its outcome. The statement that claims it asks
again whether its reader may get it; who may not is ``skipped``, with the reason.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

import sqlalchemy as sa

from clozette.kernel.database import UtcDateTime, db
from clozette.kernel.ports.bulk_mail import Outcome
from clozette.newsletters.campaigns.models import Arm, Campaign
from clozette.newsletters.sending import eligibility, throttles
from clozette.newsletters.sending.models import Sending
from clozette.newsletters.sending.values import Recipient
from clozette.newsletters.subscriptions.models import Contact, Newsletter, Subscription

GONE = "gone"
QUEUED = sa.literal("queued", literal_execute=True)
SUBMITTING = sa.literal("submitting", literal_execute=True)
"""Not parameters: the index of what is queued, or on its way, is used where the statement itself says so."""
TRIES = 6
FIRST_WAIT = timedelta(minutes=1)
_QUIETLY = {"synchronize_session": False}
_SENDERS_OWN = frozenset({"5.1.7", "5.1.8", "5.1.9"})


@dataclass(frozen=True)
class Claimed:
    """What one claim brought."""

    recipients: list[Recipient]
    skipped: int


class Claim:
    """The statement that claims sendings of one campaign, built once for some seconds: its parts take longer to put
    together than the database takes to carry it out. It goes past the session, which would look at it anew each time.
    """

    def __init__(self, campaign: Campaign) -> None:
        rows = cast(sa.Table, Sending.__table__)
        self._gives_all = db.session.get_bind().dialect.name == "postgresql"
        picked = _picked(campaign, campaign.newsletter).cte("picked").prefix_with("MATERIALIZED", dialect="postgresql")
        goes = picked.c.why.is_(None)
        # The rows are locked, and the state is not asked again: the planner must find them by their key alone.
        step = (
            sa.update(rows)
            .where(rows.c.campaign_id == campaign.id, rows.c.contact_id == picked.c.contact_id)
            .values(
                state=sa.case((goes, "submitting"), else_="skipped"),
                reason=picked.c.why,
                claim=sa.case((goes, sa.bindparam("mark", type_=sa.String)), else_=None),
                tries=rows.c.tries + sa.case((goes, 1), else_=0),
            )
        )
        more = [picked.c[column.key] for column in _OF_CONTACTS] if self._gives_all else []
        self._step = step.returning(rows.c.contact_id, rows.c.state, rows.c.subscription_id, rows.c.letter, *more)

    def take(self, *, mark: str, wanted: int, after: int, now: datetime) -> Claimed:
        """Claim for ``mark``; skip those who may not get it any more.

        :param after: the contact to go on behind; 0 to look at all.
        """
        asked = {"mark": mark, "wanted": wanted, "after": after, "now": now}
        rows: Any = db.session.connection().execute(self._step, asked).all()
        going = sorted(row for row in rows if row[1] == "submitting")
        if going and not self._gives_all:
            known: dict[int, Any] = {one[0]: one[1:] for one in _of_contacts([row[0] for row in going])}
            going = [(*row, *known[row[0]]) for row in going]
        return Claimed(
            [Recipient(row[0], row[2], *cast(tuple[int, str, str, str, str], row[4:]), row[3]) for row in going],
            len(rows) - len(going),
        )


_OF_CONTACTS = (Contact.subject_id, Contact.address, Contact.first_name, Contact.last_name, Contact.locale)


def _of_contacts(contact_ids: Sequence[int]) -> Any:
    return db.session.execute(sa.select(Contact.id, *_OF_CONTACTS).where(Contact.id.in_(contact_ids))).all()


def _picked(campaign: Campaign, newsletter: Newsletter) -> sa.Select[Any]:
    """Select the next queued sendings with the reason why they may not go.

    The few rows are found first; else the database would look up the consents of everybody for each of many claims.
    """
    next_ones = _next(campaign, newsletter).cte("next_ones")
    contact_id = next_ones.c.contact_id
    same = sa.and_(
        Subscription.id == next_ones.c.subscription_id,
        Subscription.contact_id == contact_id,
        Subscription.newsletter_id == newsletter.id,
    )
    is_there = sa.and_(Contact.id.is_not(None), Subscription.id.is_not(None))
    why = sa.case((is_there, eligibility.why_not(newsletter, of_few=True)), else_=GONE)
    return (
        sa.select(contact_id, why.label("why"), *_OF_CONTACTS)
        .select_from(next_ones)
        .outerjoin(Contact, Contact.id == contact_id)
        .outerjoin(Subscription, same)
    )


def _next(campaign: Campaign, newsletter: Newsletter) -> sa.Select[Any]:
    """Select what is queued and due, locked, without what other workers have in hand."""
    now = sa.bindparam("now", type_=UtcDateTime)
    running = sa.exists().where(Campaign.id == campaign.id, Campaign.state == "running").correlate(None)
    # What is asked of its readers depends on this; turned meanwhile, nothing is claimed until the statement is made anew.
    same = (Newsletter.id == newsletter.id, Newsletter.is_third.is_(newsletter.is_third))
    due = sa.or_(Sending.not_before.is_(None), Sending.not_before <= now)
    chosen: Any = sa.select(Sending.contact_id, Sending.subscription_id)
    found: sa.Select[Any] = (
        chosen.where(Sending.campaign_id == campaign.id, Sending.state == QUEUED)
        .where(Sending.contact_id > sa.bindparam("after", type_=sa.BigInteger))
        .where(due, running, sa.exists().where(*same).correlate(None), throttles.is_free(now), *_of_its_turn(campaign))
        .order_by(Sending.contact_id)
        .limit(sa.bindparam("wanted", type_=sa.Integer, literal_execute=True))
        .with_for_update(of=Sending, skip_locked=True)
    )
    return found


def _of_its_turn(campaign: Campaign) -> list[sa.ColumnElement[bool]]:
    """Whoever gets the better one of two waits until it is known (requirement 50)."""
    has_arms = sa.exists().where(Arm.campaign_id == campaign.id).correlate(None)
    decided = sa.exists().where(Campaign.id == campaign.id, Campaign.winner.is_not(None)).correlate(None)
    return [sa.or_(Sending.letter != "", sa.not_(has_arms), decided)]


def record(
    campaign_id: int,
    mark: str,
    done: Iterable[tuple[int, Outcome]],
    now: datetime,
    *,
    counted: Counter[str] | None = None,
) -> list[int]:
    """Write down what the server said; return the contacts whose address turned out to be dead.

    It can be said twice (a commit whose answer was lost): the second time changes nothing.

    :param counted: as with ``settle``.
    """
    became: defaultdict[str, list[tuple[int, Outcome]]] = defaultdict(list)
    for one in done:
        became[_kind(one[1])].append(one)
    said: dict[str, Any] = {"mark": mark, "now": now, "counted": counted}
    dead = [
        contact_id
        for contact_id, outcome in became["failed"]
        if settle(campaign_id, [contact_id], "failed", reason=_word(outcome), **said) and is_dead(outcome)
    ]
    slow = {_later(campaign_id, contact_id, outcome, **said) for contact_id, outcome in became["later"]}
    for domain in sorted(filter(None, slow)):
        throttles.back_off(domain, now)
    if back := _contacts(became["nothing"]):
        release(campaign_id, mark, back)
    if lost := _contacts(became["uncertain"]):
        settle(campaign_id, lost, "uncertain", reason="no answer", **said)
    if sent := _contacts(became["sent"]):
        settle(campaign_id, sent, "sent", **said)
    return dead


def _kind(outcome: Outcome) -> str:
    if outcome.is_accepted:
        return "sent"
    if outcome.is_unknown:
        return "uncertain"
    if outcome.code == 0:
        return "nothing"
    return "failed" if outcome.code >= 500 else "later"


def _contacts(done: Iterable[tuple[int, Outcome]]) -> list[int]:
    return [contact_id for contact_id, _outcome in done]


def is_dead(outcome: Outcome) -> bool:
    """Whether an answer says that the address exists no more (requirement 43): what its server said of the reader alone."""
    status = outcome.status
    is_of_reader = status.startswith("5.1.") and status not in _SENDERS_OWN
    return outcome.stage in {"rcpt", "end"} and outcome.code >= 500 and (is_of_reader or status == "5.2.1")


def _settling(*, by_mark: bool, takes_array: bool) -> sa.Update:
    """Build the statement once: it runs for every handful of letters, on PostgreSQL with the same text each time."""
    rows = cast(sa.Table, Sending.__table__)
    mine = sa.any_(sa.bindparam("contacts", type_=sa.types.NullType()))
    step = sa.update(rows).where(
        rows.c.campaign_id == sa.bindparam("of"),
        rows.c.contact_id == mine if takes_array else rows.c.contact_id.in_(sa.bindparam("contacts", expanding=True)),
        rows.c.state == sa.bindparam("before"),
        *([rows.c.claim == sa.bindparam("mark")] if by_mark else []),
    )
    return step.values(state=sa.bindparam("to"), reason=sa.bindparam("why"), delivered_at=sa.bindparam("at"))


_SETTLE = {
    (by_mark, dialect): _settling(by_mark=by_mark, takes_array=dialect == "postgresql")
    for by_mark in (False, True)
    for dialect in ("postgresql", "sqlite")
}


def settle(
    campaign_id: int,
    contact_ids: Collection[int],
    state: str,
    *,
    mark: str | None = None,
    reason: str | None = None,
    now: datetime,
    counted: Counter[str] | None = None,
) -> int:
    """Give sendings that are on their way, or in doubt, their end; return how many had none yet.

    :param mark: only those of this claim.
    :param counted: is added to, for a caller that writes the campaign's counts itself, once and last.
    """
    was = ("submitting", "uncertain") if state != "uncertain" else ("submitting",)
    changed: Counter[str] = Counter()
    said = {"to": state, "why": reason, "at": now if state == "sent" else None}
    connection = db.session.connection()
    # PostgreSQL reads an array's text as fast as any; the driver writes a long list slowly.
    some = f"{{{','.join(map(str, contact_ids))}}}" if connection.dialect.name == "postgresql" else list(contact_ids)
    which = {"of": campaign_id, "contacts": some, **({"mark": mark} if mark is not None else {})}
    for before in was:
        step = _SETTLE[mark is not None, connection.dialect.name]
        done = connection.execute(step, {**said, **which, "before": before})
        changed[before] = done.rowcount
        if changed[before] == len(contact_ids):
            break
    total = changed.total()
    more = Counter({state: total} if state in _COUNTED else {})
    more["uncertain"] -= changed["uncertain"]
    if counted is None:
        count(campaign_id, **more)
    else:
        counted.update(more)
    return total


def release(campaign_id: int, mark: str, contact_ids: Collection[int]) -> None:
    """Put sendings back that certainly were not handed over."""
    mine = (Sending.campaign_id == campaign_id, Sending.contact_id.in_(contact_ids), Sending.claim == mark)
    _put_back(*mine, Sending.state == "submitting")


def release_all_but(campaign_id: int, mark: str, busy: Collection[int]) -> None:
    """Put back what a claim took whose commit was not answered, so that nobody began to send it."""
    mine = (Sending.campaign_id == campaign_id, Sending.claim == mark, Sending.state == "submitting")
    _put_back(*mine, Sending.contact_id.not_in(busy))


def _put_back(*which: sa.ColumnElement[bool]) -> None:
    step = sa.update(Sending).where(*which).values(state="queued", claim=None, tries=Sending.tries - 1)
    db.session.execute(step, execution_options=_QUIETLY)


def _later(
    campaign_id: int, contact_id: int, outcome: Outcome, *, mark: str, now: datetime, counted: Counter[str] | None
) -> str | None:
    """Queue it again for later, or give it up after some tries; return the domain where all of it is slow."""
    mine = (Sending.campaign_id == campaign_id, Sending.contact_id == contact_id, Sending.claim == mark)
    row = db.session.execute(
        sa.select(Sending.tries, Sending.domain).where(*mine, Sending.state == "submitting")
    ).first()
    if row is None:
        return None
    if row.tries >= TRIES:
        settle(campaign_id, [contact_id], "failed", mark=mark, reason=_word(outcome), now=now, counted=counted)
    else:
        again = {"state": "queued", "claim": None, "not_before": now + FIRST_WAIT * 2 ** (row.tries - 1)}
        step = sa.update(Sending).where(*mine, Sending.state == "submitting").values(**again, reason=_word(outcome))
        db.session.execute(step, execution_options=_QUIETLY)
    domain: str = row.domain
    return None if outcome.status.startswith("4.2.") and outcome.code != 421 else domain


def count(campaign_id: int, **changes: int) -> None:
    """Add to a campaign's counts; the last thing in a transaction, as all workers share that row."""
    if any(changes.values()):
        db.session.connection().execute(_COUNT, {"of": campaign_id, **dict.fromkeys(_COUNTED, 0), **changes})


_COUNTED = ("sent", "skipped", "failed", "uncertain")
_rows = cast(sa.Table, Campaign.__table__)
_COUNT = (
    sa.update(_rows)
    .where(_rows.c.id == sa.bindparam("of"))
    .values({name: _rows.c[name] + sa.bindparam(name) for name in _COUNTED})
)


def _word(outcome: Outcome) -> str:
    return outcome.status or str(outcome.code)
