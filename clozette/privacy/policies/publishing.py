"""Publishing a version, and concluding that everybody was told of it."""

import hashlib
from datetime import UTC, datetime, time

import sqlalchemy as sa
from flask_babel import gettext as _

from clozette.kernel import events
from clozette.kernel.database import Model, db, insert_once
from clozette.kernel.ids import new_id
from clozette.kernel.refusal import Refusal, Refused, refuse
from clozette.privacy.policies import rules, versions
from clozette.privacy.policies.events import PolicyPublished
from clozette.privacy.policies.models import Announcement, Policy, PolicyChange, PolicyNotice
from clozette.privacy.policies.rules import Draft
from clozette.privacy.policies.versions import PolicyVersion

_LOCK = 7_305_018_431  # PostgreSQL's advisory lock: of two that publish at once the second sees what the first did


def publish(draft: Draft, *, now: datetime, by: int | None = None) -> PolicyVersion:
    """Publish a version. What is material is announced first and holds from its day; what is not holds at once.

    :param by: the subject of the member of staff who does it.
    :raises Refused: if a rule is against it, or somebody published a version of that day at the same moment.
    """
    _take_turns()
    check(draft, now)
    policy_id = new_id()
    values = {
        "id": policy_id,
        "kind": draft.kind,
        "edition": draft.edition,
        "language": draft.language,
        "version": draft.day.isoformat(),
        "sha256": hashlib.sha256(draft.text.encode()).hexdigest(),
        "text": draft.text,
        "summary": draft.summary,
        "published_at": now,
        "effective_at": max(datetime.combine(draft.day, time(), UTC), now),
        "published_by_id": by,
    }
    same = {name: values[name] for name in ("kind", "edition", "language", "version")}
    if _is_there(Policy, **same) or not insert_once(Policy, **values):
        raise Refused(Refusal("not_newer", _("There is a version of this day already."), "day"))
    weights = {**dict.fromkeys(draft.editorial, "editorial"), **dict.fromkeys(draft.material, "material")}
    db.session.add_all(PolicyChange(policy_id=policy_id, purpose=name, weight=how) for name, how in weights.items())
    db.session.flush()
    if draft.material:
        events.publish(PolicyPublished(policy_id))
    else:
        conclude(policy_id, now)
    versions.forget()
    return next(one for one in versions.every(draft.kind) if one.row_id == policy_id)


def conclude(policy_id: int, now: datetime) -> None:
    """Write down, once, that everybody who must know of a version has been told."""
    told = db.session.scalar(
        sa.select(sa.func.count()).select_from(PolicyNotice).where(PolicyNotice.policy_id == policy_id)
    )
    if not _is_there(Announcement, policy_id=policy_id):
        insert_once(Announcement, policy_id=policy_id, at=now, told=told)
    versions.forget()


def announcing(now: datetime) -> list[PolicyVersion]:
    """Return the versions that people still have to be told of: those that don't hold yet."""
    return [one for kind in ("policy", "terms") for one in versions.every(kind) if one.material and not one.holds(now)]


def check(draft: Draft, now: datetime) -> None:
    """Say no to a draft that can not be published now.

    :raises Refused: with the reason.
    """
    newest: dict[str, PolicyVersion] = {}
    for one in versions.every(draft.kind):
        if one.edition == draft.edition:
            newest[one.language] = one
    own = newest.pop(draft.language, None)
    present = versions.text_of(own) if own else None
    others = [one.id for one in newest.values()]
    refuse(rules.why_not_publish(draft, newest=own.id if own else None, present=present, others=others, now=now))


def _take_turns() -> None:
    """Let nobody else publish until this transaction ends, and read anew what was published; SQLite has one writer anyway."""
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
    versions.forget()


def _is_there(model: type[Model], **key: object) -> bool:
    """Look first: on SQLite an append-only table stops even an insert that would do nothing; there nobody writes meanwhile."""
    return db.session.scalar(sa.select(sa.literal(1)).select_from(model).filter_by(**key)) is not None
