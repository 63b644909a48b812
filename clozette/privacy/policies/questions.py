"""Asking again: a consent that was given before a material change of its purpose ends with that change, unless the
person says yes once more (requirements 28, 29, 31 and 32).

Nothing is kept about who was asked: a question is open where a consent stands that was given under an older version.
The server alone knows; a browser that forgot, or a new one, changes nothing.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import force_locale, get_locale
from flask_babel import gettext as _
from itsdangerous import BadSignature
from markupsafe import Markup
from sqlalchemy import orm

from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.refusal import Refusal, Refused
from clozette.privacy import consents, notices, purposes
from clozette.privacy.models import Consent, LedgerEntry, Subject
from clozette.privacy.policies import rules, versions
from clozette.privacy.policies.editions import edition_here
from clozette.privacy.policies.versions import PolicyVersion

LAPSED = "policy:lapse"
_SALT = "clozette.privacy.question"
BATCH = 200


@dataclass(frozen=True)
class Question:
    """A consent that a coming version asks for again.

    :ivar purpose: the consent's name, such as ``our_news``.
    """

    version: PolicyVersion
    purpose: str
    channel: str
    entry_id: int

    @property
    def answer_by(self) -> datetime:
        """When the old yes ends."""
        return self.version.holds_from or self.version.effective_at

    @property
    def name(self) -> str:
        """What the form calls it: nobody answers another version's question by it."""
        return f"{self.version.slug}/{self.purpose}/{self.channel}"

    @property
    def point(self) -> str:
        """The collection point where it is asked for."""
        return purposes.point_of(self.purpose, self.channel)

    @property
    def title(self) -> str:
        """Return the purpose in words."""
        return str(purposes.purpose_of(self.purpose).title)

    @property
    def lines(self) -> tuple[str, ...]:
        """What the form shows of the control, below what is new."""
        return tuple(purposes.wording(self.purpose, self.channel).splitlines())

    def wording(self) -> str:
        """Return what the question says: the bytes that the answer is kept with."""
        return "\n".join((self.version.summary, purposes.wording(self.purpose, self.channel)))

    def stamp_field(self) -> Markup:
        """Return the signed note of what the form shows now: this question, of this version, in these words."""
        note = {
            "q": self.name,
            "l": str(get_locale() or "en"),
            "s": self.version.sha256,
            "w": _digest(self.wording()),
            "t": int(clock.now().timestamp() * 1000),
        }
        stamped = notices.signer(_SALT).dumps(note)
        return Markup('<input type="hidden" name="{}" value="{}">').format(notices.FIELD, stamped)

    def shown(self, stamped: str | None, now: datetime) -> notices.Shown:
        """Return what a form showed that comes back with a stamp.

        :raises Refused: if it showed another question, another version or other words than this one's.
        """
        try:
            note = notices.signer(_SALT).loads(stamped or "")
        except BadSignature:
            raise Refused(notices.stale()) from None
        at = datetime.fromtimestamp(note["t"] / 1000, UTC)
        asked = (self.name, self.version.sha256, _digest(self.wording()))
        if (note["q"], note["s"], note["w"]) != asked or not at <= now <= at + notices.GOOD_FOR:
            raise Refused(notices.stale())
        offers = ((self.purpose, self.channel),)
        return notices.Shown(self.point, note["l"], self.version.id, self.wording(), at, offers, self.version.sha256)


def asking() -> list[PolicyVersion]:
    """Return the versions of this edition that ask anything again, oldest first."""
    known = [one for one in versions.every("policy") if one.edition == edition_here()]
    return [one for one in known if rules.asks_again(one.material)]


def pending(subject_id: int) -> list[Question]:
    """Return what a person is asked again; only for the purposes that changed, and only where their yes stands."""
    asks = asking()
    if not asks:
        return []
    questions = []
    for row in db.session.execute(_standing().where(Consent.subject_id == subject_id)):
        touching = [one for one in asks if _is_touched(row, one)]
        if touching:
            questions.append(Question(_newest_to_read(touching), row.purpose, row.channel, row.entry_id))
    return questions


def answer(
    subject_id: int,
    question: Question,
    *,
    yes: bool,
    now: datetime,
    method: str,
    shown: notices.Shown | None = None,
    circumstances: dict[str, Any] | None = None,
) -> None:
    """Record the answer under the version that asks: a new yes, or an end.

    :param shown: what the form showed (``Question.shown``); no yes without it.
    :raises Refused: if the question is open no more (another tab answered it, or its time is over).
    """
    if question not in pending(subject_id):
        raise Refused(Refusal("not_asked", _("This is not asked any more; see how it stands now.")))
    if yes and (shown is None or shown.version != question.version.id):
        raise Refused(notices.stale())
    consents.answer(
        subject_id,
        question.purpose,
        question.channel,
        "given" if yes else "withdrawn",
        now=now,
        method=method,
        point=question.point,
        shown=shown,
        wording=question.wording(),
        circumstances=circumstances,
    )


def lapsed() -> list[sa.ColumnElement[bool]]:
    """Return what makes a row of the current state count no more: one condition per version that holds and asks again."""
    now = clock.now()
    return [_ended_by(version) for version in asking() if version.holds(now)]


def lapse(now: datetime) -> int:
    """End every consent that was asked for again and not given again by the day of the change; return how many.

    It ends a bounded number; what is left is found the next time.
    """
    ended = 0
    for version in [one for one in asking() if one.holds(now)]:
        for row in db.session.execute(_overdue(version)):
            question = Question(version, row.purpose, row.channel, row.entry_id)
            with force_locale(version.language):
                _expire(row.subject_id, question, now)
            ended += 1
    return ended


def _expire(subject_id: int, question: Question, now: datetime) -> None:
    consents.answer(
        subject_id,
        question.purpose,
        question.channel,
        "expired",
        now=now,
        method=LAPSED,
        point=question.point,
        wording=question.wording(),
        actor="system",
    )


def _standing() -> Any:
    return (
        sa.select(
            Consent.subject_id,
            Consent.purpose,
            Consent.channel,
            Consent.entry_id,
            LedgerEntry.policy_version,
            LedgerEntry.at,
        )
        .join(LedgerEntry, LedgerEntry.id == Consent.entry_id)
        .join(Subject, Subject.id == Consent.subject_id)
        .where(Consent.action == "given", Subject.key.is_not(None))
        .order_by(Consent.purpose, Consent.channel)
    )


def _overdue(version: PolicyVersion) -> Any:
    """Return the standing consents that a version in force ends; locked, so that an answer at this moment goes first."""
    return _standing().where(_ended_by(version)).limit(BATCH).with_for_update(of=Consent)


def _ended_by(version: PolicyVersion) -> sa.ColumnElement[bool]:
    answer = orm.aliased(LedgerEntry)
    before = sa.select(answer.id).where(
        answer.id == Consent.entry_id, answer.policy_version < version.id, answer.at < version.holds_from
    )
    return sa.and_(
        sa.or_(*(_about(Consent.purpose, name) for name in sorted(rules.asks_again(version.material)))),
        before.exists(),
    )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _about(column: Any, name: str) -> sa.ColumnElement[bool]:
    return sa.or_(column == name, column.startswith(f"{name}:", autoescape=True))


def _newest_to_read(touching: list[PolicyVersion]) -> PolicyVersion:
    """Return the newest version, in the reader's language where it has one."""
    newest = [one for one in touching if one.id == touching[-1].id]
    mine = [one for one in newest if one.language == versions.language_here()]
    return (mine or newest)[0]


def _is_touched(row: Any, version: PolicyVersion) -> bool:
    changed = row.purpose.partition(":")[0] in rules.asks_again(version.material)
    in_time = version.holds_from is None or row.at < version.holds_from
    return changed and row.policy_version < version.id and in_time
