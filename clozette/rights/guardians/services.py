"""Asking a guardian, their decision, and its end. Of two that decide at once, one conditional statement lets one through."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import force_locale, get_locale
from flask_babel import gettext as _

from clozette.accounts import addresses, keys
from clozette.accounts.models import Member
from clozette.kernel import clock, events, ids
from clozette.kernel.database import db, insert_once
from clozette.kernel.ids import new_id
from clozette.kernel.refusal import Refused, refuse
from clozette.privacy import consents, notices, purposes
from clozette.privacy.models import Consent
from clozette.rights.guardians import rules
from clozette.rights.guardians.events import GuardianAgreed, GuardianAsked
from clozette.rights.guardians.models import GuardianAsk

BATCH = 200
METHOD = "mail:guardian"
SURFACE = "/guardian/<token>"
OF_AGE = "guardian:of-age"
DECIDE, END = "guardian decides", "guardian ends"


def ask(member: Member, purpose: str, channel: str, typed: str, now: datetime) -> None:
    """Put a question to an address; what happens is the same for every address but one's own.

    :raises Refused: if nobody has to be asked, a question waits already, or the last one was answered with no lately.
    """
    if not is_needed(member.subject_id, purpose, channel, now):
        raise Refused(rules.no_need())
    if addresses.canonical(typed) == member.email_canonical:
        raise Refused(rules.own_address())
    before = of(member.subject_id, purpose, channel)
    if before is not None:
        refuse(rules.why_not_yet(before.decision, before.decided_at, before.expires_at, now))
        db.session.execute(sa.delete(GuardianAsk).where(GuardianAsk.id == before.id))
    ask_id = new_id()
    values = {"id": ask_id, "subject_id": member.subject_id, "purpose": purpose, "channel": channel}
    more = {"address": typed, "locale": str(get_locale() or "en"), "asked_at": now, "expires_at": now + rules.VALID}
    if not insert_once(GuardianAsk, **values, **more):
        refuse(rules.why_not_yet(None, None, now + rules.VALID, now))
    events.publish(GuardianAsked(ask_id=ask_id))


def take_back(subject_id: int, purpose: str, channel: str) -> None:
    """Take a question back that waits; its link no longer works. What was answered stays as it is."""
    waiting = sa.delete(GuardianAsk).where(*_about(subject_id, purpose, channel), GuardianAsk.decision.is_(None))
    db.session.execute(waiting)


def is_needed(subject_id: int, purpose: str, channel: str, now: datetime) -> bool:
    """Whether a yes to this waits for a guardian: it is asked today, of a minor, and does not stand."""
    if (purpose, channel) not in purposes.offers():
        return False
    by_minor = consents.is_minor(subject_id, now)
    stands = consents.stands(subject_id, purpose, channel) is not None
    return not stands and consents.needs_guardian(purposes.purpose_of(purpose), by_minor)


def of(subject_id: int, purpose: str, channel: str) -> GuardianAsk | None:
    """Return the latest question about this."""
    return db.session.scalar(sa.select(GuardianAsk).where(*_about(subject_id, purpose, channel)))


def asks_of(subject_id: int) -> dict[consents.Key, GuardianAsk]:
    """Return a minor's questions by purpose and channel."""
    mine = sa.select(GuardianAsk).where(GuardianAsk.subject_id == subject_id)
    return {(one.purpose, one.channel): one for one in db.session.scalars(mine)}


def token(ask: GuardianAsk, does: str) -> str:
    """Return the token of a link that allows one thing: ``DECIDE`` or ``END``."""
    return f"{ids.encode(ask.id)}.{keys.sign(does, _text(ask))}"


def waiting(given: str, now: datetime) -> tuple[GuardianAsk, Member] | None:
    """Return the question that a token may decide and whose it is, while that can still be done."""
    found = _by_token(given, DECIDE)
    if found is None or found.decision is not None or found.expires_at <= now:
        return None
    member = db.session.scalar(sa.select(Member).where(Member.subject_id == found.subject_id))
    if member is None or member.deactivated_at is not None or not member.is_minor(now.date()):
        return None
    return found, member


def standing(given: str) -> GuardianAsk | None:
    """Return the question whose yes a token may take back, while that yes stands."""
    found = _by_token(given, END)
    if found is None or found.decision != rules.AGREED:
        return None
    return found if consents.stands(found.subject_id, found.purpose, found.channel) == found.entry_id else None


def statement() -> str:
    """Return what a guardian says with a yes, besides the words of the purpose; it names nobody."""
    return str(_("I am a parent or guardian of the member named here, I am of age, and I agree for them:"))


def agree(ask: GuardianAsk, name: str, shown: notices.Shown, *, now: datetime, circumstances: dict[str, Any]) -> None:
    """Record the yes, in the words that were shown.

    :raises Refused: if the question is decided, or the form showed other words than today's.
    """
    words = notices.control_words(shown, (ask.purpose, ask.channel))
    with force_locale(shown.language):
        words = f"{statement()}\n{words}"
    _settle(ask, rules.AGREED, now)
    who = f"{name} <{ask.address}>"
    entry = _record(ask, "given", now, guardian=who, wording=words, shown=shown, circumstances=circumstances)
    ask.entry_id = entry.id
    db.session.flush()
    events.publish(GuardianAgreed(ask_id=ask.id))


def decline(ask: GuardianAsk, *, now: datetime, circumstances: dict[str, Any]) -> None:
    """Record the no, without the address; the member may ask again after a month.

    :raises Refused: if the question is decided.
    """
    _settle(ask, rules.DECLINED, now)
    _record(ask, "refused", now, circumstances=circumstances)


def withdraw(ask: GuardianAsk, *, now: datetime, circumstances: dict[str, Any]) -> None:
    """Take a yes back.

    :raises Refused: if somebody did already.
    """
    once = sa.update(GuardianAsk).where(GuardianAsk.id == ask.id, GuardianAsk.decision == rules.AGREED)
    _only_once(ask, once.values(decision=rules.WITHDRAWN, decided_at=now))
    _record(ask, "withdrawn", now, circumstances=circumstances)


def lapsed() -> list[sa.ColumnElement[bool]]:
    """Return what makes a consent count no more: a guardian gave it, and the member is of age meanwhile."""
    grown = sa.select(GuardianAsk.id).join(Member, Member.subject_id == GuardianAsk.subject_id)
    return [grown.where(GuardianAsk.entry_id == Consent.entry_id, _is_of_age()).exists()]


def lapse(now: datetime) -> int:
    """End what guardians agreed to for members who are of age now, a bounded number at a time; return how many."""
    overdue = (
        sa.select(GuardianAsk, Member.locale)
        .join(Member, Member.subject_id == GuardianAsk.subject_id)
        .join(Consent, Consent.entry_id == GuardianAsk.entry_id)
        .where(Consent.action == "given", _is_of_age())
        .order_by(GuardianAsk.id)
        .limit(BATCH)
        .with_for_update(of=Consent)
    )
    found = db.session.execute(overdue).all()
    for one, locale in found:
        with force_locale(locale):
            consents.answer(one.subject_id, one.purpose, one.channel, "expired", now=now, method=OF_AGE, actor="system")
        db.session.execute(sa.delete(GuardianAsk).where(GuardianAsk.id == one.id))
    return len(found)


def forget_old(now: datetime) -> None:
    """Delete questions that ran out, those of members who are of age, and answers of a month ago by which nothing stands."""
    given = sa.select(Consent.id).where(Consent.entry_id == GuardianAsk.entry_id, Consent.action == "given")
    grown = sa.select(Member.id).where(Member.subject_id == GuardianAsk.subject_id, _is_of_age())
    over = sa.or_(
        sa.and_(GuardianAsk.decision.is_(None), GuardianAsk.expires_at <= now),
        sa.and_(GuardianAsk.decided_at < now - rules.RESTS, ~given.exists()),
        sa.and_(grown.exists(), ~given.exists()),
    )
    db.session.execute(sa.delete(GuardianAsk).where(over).execution_options(synchronize_session=False))


def _settle(ask: GuardianAsk, decision: str, now: datetime) -> None:
    once = sa.update(GuardianAsk).where(
        GuardianAsk.id == ask.id, GuardianAsk.decision.is_(None), GuardianAsk.expires_at > now
    )
    _only_once(ask, once.values(decision=decision, decided_at=now))


def _only_once(ask: GuardianAsk, statement: sa.Update) -> None:
    if not db.session.execute(statement).rowcount:  # type: ignore[attr-defined]
        raise Refused(rules.gone())
    db.session.refresh(ask)


def _record(ask: GuardianAsk, action: Any, now: datetime, *, circumstances: dict[str, Any], **more: Any) -> Any:
    return consents.answer(
        ask.subject_id,
        ask.purpose,
        ask.channel,
        action,
        now=now,
        method=METHOD,
        surface=SURFACE,
        actor="guardian",
        circumstances={**circumstances, "evidence": f"link {ids.encode(ask.id)}"},
        **more,
    )


def _is_of_age() -> sa.ColumnElement[bool]:
    return Member.birth_date <= rules.born_by(clock.today())


def _about(subject_id: int, purpose: str, channel: str) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        GuardianAsk.subject_id == subject_id,
        GuardianAsk.purpose == purpose,
        GuardianAsk.channel == channel,
    )


def _by_token(given: str, does: str) -> GuardianAsk | None:
    number, _dot, signature = given.partition(".")
    try:
        found = db.session.get(GuardianAsk, ids.decode(number))
    except ValueError:
        return None
    return found if found is not None and keys.verifies(does, _text(found), signature) else None


def _text(ask: GuardianAsk) -> str:
    return f"{ask.id}:{ask.subject_id}:{ask.purpose}:{ask.channel}:{ask.address}"
