"""Which versions there are, and which one holds."""

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from clozette.kernel import clock, context
from clozette.kernel.database import db
from clozette.kernel.web import locale
from clozette.privacy.policies.editions import BY_CODE, EDITIONS, edition_here
from clozette.privacy.policies.models import Announcement, Policy, PolicyChange

KEPT_SECONDS = 5
_KEY = "clozette.policies"
_SLUG = re.compile(r"(\d{4}-\d\d-\d\d)(?:\.([a-z-]{2,16})\.([A-Za-z_]{2,16}))?")
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class PolicyVersion:
    """One version without its text.

    :ivar id: the day it holds from, such as ``2026-11-22``; what the ledger writes down.
    :ivar announced_at: when everybody had been told; nothing while that goes on.
    :ivar material: the purposes for which it means more than the version before.
    """

    row_id: int
    kind: str
    edition: str
    language: str
    id: str
    sha256: str
    summary: str
    published_at: datetime
    effective_at: datetime
    announced_at: datetime | None
    material: frozenset[str]
    editorial: frozenset[str]

    @property
    def slug(self) -> str:
        """Its own address, which never means another text: ``2026-11-22.co.en``."""
        return f"{self.id}.{EDITIONS[self.edition].code}.{self.language}"

    @property
    def path(self) -> str:
        """Where its page is."""
        return f"/{self.kind}/{self.slug}"

    @property
    def holds_from(self) -> datetime | None:
        """When it began or will begin to hold: on its day, but not before everybody was told."""
        return self.announced_at and max(self.effective_at, self.announced_at)

    def holds(self, now: datetime) -> bool:
        """Whether its time has come; a later version may have followed it."""
        return self.holds_from is not None and self.holds_from <= now


def in_force(edition: str, language: str, now: datetime, kind: str = "policy") -> PolicyVersion:
    """Return the version that holds, in ``language`` or else in the language that the edition falls back to.

    Before the edition's first version that one is returned: a text is better than none.
    """
    known = [one for one in every(kind) if one.edition == edition]
    for wanted in (language, *EDITIONS[edition].languages):
        spoken = [one for one in known if one.language == wanted]
        holding = [one for one in spoken if one.holds(now)]
        if holding:
            return holding[-1]
    return known[0]


def here(now: datetime | None = None, kind: str = "policy") -> PolicyVersion:
    """Return the version that holds on this site in the reader's language."""
    return in_force(edition_here(), language_here(), now or clock.now(), kind)


def language_here() -> str:
    """Return the reader's language as the texts' names write it."""
    return locale.code().split("_")[0]


def every(kind: str) -> list[PolicyVersion]:
    """Return every version of a kind in the order of their days.

    They are only ever added, so a process asks again after some seconds (in a test, where each begins anew, once a
    context).
    """
    kept: dict[str, tuple[float, list[PolicyVersion]]] = context.app().extensions.setdefault(_KEY, {})
    loaded_at, known = kept.get(kind, (float("-inf"), []))
    asked: set[str] = context.kept().setdefault(_KEY, set())
    if (context.app().testing and kind not in asked) or time.monotonic() - loaded_at > KEPT_SECONDS:
        known = _load(kind)
        asked.add(kind)
        kept[kind] = (time.monotonic(), known)
    return known


def forget() -> None:
    """Ask the database again the next time; after something was published."""
    context.app().extensions.pop(_KEY, None)


def find(kind: str, name: str) -> PolicyVersion | None:
    """Return the version that an address names: a day (in the reader's edition and language if there is one), a day
    with edition and language, or the digest of the text.
    """
    if _DIGEST.fullmatch(name):
        return _first([one for one in every(kind) if one.sha256 == name])
    parts = _SLUG.fullmatch(name)
    if parts is None:
        return None
    day, code, language = parts.groups()
    same_day = [one for one in every(kind) if one.id == day]
    if code is None:
        return _nearest(same_day)
    if code not in BY_CODE:
        return None
    return _first([one for one in same_day if one.edition == BY_CODE[code].name and one.language == language])


def text_of(version: PolicyVersion) -> str:
    """Return a version's text."""
    return db.session.scalars(sa.select(Policy.text).where(Policy.id == version.row_id)).one()


def before(version: PolicyVersion) -> PolicyVersion | None:
    """Return the version that a version follows in its edition and language."""
    known = [one for one in every(version.kind) if (one.edition, one.language) == (version.edition, version.language)]
    place = known.index(version)
    return known[place - 1] if place else None


def lagging(kind: str, edition: str) -> list[PolicyVersion]:
    """Return the newest version of each language that stayed behind another language of its edition (requirement 30)."""
    newest = {one.language: one for one in every(kind) if one.edition == edition}
    latest = max((one.id for one in newest.values()), default="")
    return [one for one in newest.values() if one.id < latest]


def _nearest(same_day: Sequence[PolicyVersion]) -> PolicyVersion | None:
    edition, language = edition_here(), language_here()
    ranked = sorted(same_day, key=lambda one: (one.edition != edition, one.language != language, one.language != "en"))
    return _first(ranked)


def _first(found: Sequence[PolicyVersion]) -> PolicyVersion | None:
    return found[0] if found else None


def _load(kind: str) -> list[PolicyVersion]:
    changes: dict[int, dict[str, set[str]]] = {}
    marks = sa.select(PolicyChange.policy_id, PolicyChange.weight, PolicyChange.purpose)
    for policy_id, weight, purpose in db.session.execute(marks):
        changes.setdefault(policy_id, {}).setdefault(weight, set()).add(purpose)
    rows = (
        sa.select(
            Policy.id.label("row_id"),
            Policy.kind,
            Policy.edition,
            Policy.language,
            Policy.version,
            Policy.sha256,
            Policy.summary,
            Policy.published_at,
            Policy.effective_at,
            Announcement.at.label("announced_at"),
        )
        .outerjoin(Announcement, Announcement.policy_id == Policy.id)
        .where(Policy.kind == kind)
        .order_by(Policy.version, Policy.edition, Policy.language)
    )
    return [_version(row, changes.get(row.row_id, {})) for row in db.session.execute(rows)]


def _version(row: Any, weights: dict[str, set[str]]) -> PolicyVersion:
    values = dict(row._mapping)
    return PolicyVersion(
        id=values.pop("version"),
        material=frozenset(weights.get("material", ())),
        editorial=frozenset(weights.get("editorial", ())),
        **values,
    )
