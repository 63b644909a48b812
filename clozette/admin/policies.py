"""What the staff's pages of policies take and show."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import marshmallow as ma
import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from clozette.kernel.database import db
from clozette.kernel.schemas import Line, Schema, Text
from clozette.privacy.points import PURPOSE_NAMES
from clozette.privacy.policies import tellings, versions
from clozette.privacy.policies.editions import EDITIONS, KINDS, LANGUAGE_NAMES
from clozette.privacy.policies.models import MAX_SUMMARY, MAX_TEXT, PolicyNotice
from clozette.privacy.policies.rules import Draft, purposes_of
from clozette.privacy.policies.versions import PolicyVersion
from clozette.privacy.purposes import PURPOSES

_LIST = _l("Please choose one from the list.")
_MANY = 30


class WhichIn(Schema):
    """Which text is meant."""

    kind = Line(load_default="policy", max_length=8, validate=ma.validate.OneOf(KINDS, error=_LIST))
    edition = Line(load_default="clozette.co", max_length=32, validate=ma.validate.OneOf(EDITIONS, error=_LIST))
    language = Line(load_default="en", max_length=16, validate=ma.validate.OneOf(LANGUAGE_NAMES, error=_LIST))


class PolicyIn(Schema):
    """A version to be, and whether to publish it or to look at it first."""

    kind = Line(required=True, max_length=8, validate=ma.validate.OneOf(KINDS, error=_LIST))
    edition = Line(required=True, max_length=32, validate=ma.validate.OneOf(EDITIONS, error=_LIST))
    language = Line(required=True, max_length=16, validate=ma.validate.OneOf(LANGUAGE_NAMES, error=_LIST))
    text = Text(required=True, max_length=MAX_TEXT - 1)
    summary = Line(required=True, max_length=MAX_SUMMARY)
    day = ma.fields.Date(
        required=True,
        error_messages={"required": _l("Please fill this in."), "invalid": _l("This is not a date.")},
    )
    material = ma.fields.List(Line(max_length=32), load_default=list, validate=ma.validate.Length(max=_MANY))
    editorial = ma.fields.List(Line(max_length=32), load_default=list, validate=ma.validate.Length(max=_MANY))
    step = Line(load_default="look", max_length=8, validate=ma.validate.OneOf(("look", "publish"), error=_LIST))


@dataclass(frozen=True)
class Standing:
    """One version as the staff see it."""

    version: PolicyVersion
    told: int
    missed: int
    is_in_force: bool
    before: PolicyVersion | None

    @property
    def asked_again(self) -> list[str]:
        """Return in words what this version means something else for."""
        return [words for name, words in purpose_choices(self.version.kind) if name in self.version.material]


def draft_of(data: dict[str, Any]) -> Draft:
    """Return what was typed as a draft; a file's last line ends like the others."""
    return Draft(
        data["kind"],
        data["edition"],
        data["language"],
        data["text"] + "\n",
        data["summary"],
        data["day"],
        frozenset(data["material"]),
        frozenset(data["editorial"]),
    )


def standings(now: datetime) -> dict[str, list[Standing]]:
    """Return every version by kind, newest first, with how many were told of it, and how many no mail reached."""
    counted = sa.select(PolicyNotice.policy_id, sa.func.count()).group_by(PolicyNotice.policy_id)
    told: dict[int, int] = dict(iter(db.session.execute(counted)))
    missed = tellings.missed_counts()
    found = {}
    for kind in KINDS:
        known = versions.every(kind)
        holding = {versions.in_force(one.edition, one.language, now, kind) for one in known}
        found[kind] = [
            Standing(one, told.get(one.row_id, 0), missed.get(one.row_id, 0), one in holding, versions.before(one))
            for one in reversed(known)
        ]
    return found


def lagging() -> list[PolicyVersion]:
    """Return the languages that stayed behind another of their edition."""
    return [one for kind in KINDS for edition in EDITIONS for one in versions.lagging(kind, edition)]


def newest(kind: str, edition: str, language: str) -> PolicyVersion | None:
    """Return the version that a new one would follow."""
    known = [one for one in versions.every(kind) if (one.edition, one.language) == (edition, language)]
    return known[-1] if known else None


def purpose_choices(kind: str) -> list[tuple[str, str]]:
    """Return what a change can be about, in words: first what people agree to, then the policy's own purposes."""
    words = {name: str(purpose.title) for name, purpose in PURPOSES.items()}
    words |= {purpose.value: str(name) for purpose, name in PURPOSE_NAMES.items()}
    words["terms"] = str(_l("The agreement with members"))
    return [(name, words[name]) for name in purposes_of(kind)]
