"""Accepting the terms: a deed of its own, apart from the policy, and for each version anew."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from clozette.kernel.database import db, insert_once
from clozette.kernel.ids import new_id
from clozette.privacy import ledger
from clozette.privacy.policies import versions
from clozette.privacy.policies.editions import edition_here
from clozette.privacy.policies.models import Acceptance
from clozette.privacy.policies.versions import PolicyVersion

PURPOSE = "terms"


def label(terms: PolicyVersion) -> str:
    """Return what stands beside the box."""
    return str(_("I accept the terms of use, version %(version)s", version=terms.id))


def wording(terms: PolicyVersion) -> str:
    """Return the box, empty as it was shown, and what it means: the bytes that the acceptance is kept with."""
    return f"[ ] {label(terms)}\n{terms.slug}\nsha256:{terms.sha256}"


def accept(
    subject_id: int,
    terms: PolicyVersion,
    *,
    now: datetime,
    method: str,
    point: str = "CP2",
    circumstances: dict[str, Any] | None = None,
) -> ledger.Added | None:
    """Write down that somebody accepted a version; nothing if they had before."""
    row = {"id": new_id(), "subject_id": subject_id, "policy_id": terms.row_id, "at": now}
    if not insert_once(Acceptance, **row):
        return None
    return ledger.record(
        subject_id=subject_id,
        point=point,
        action="acknowledged",
        basis="contract",
        wording=wording(terms),
        method=method,
        now=now,
        circumstances={**(circumstances or {}), "terms": terms.slug},
    )


def accepted(subject_id: int) -> PolicyVersion | None:
    """Return the newest version of the terms that somebody accepted."""
    mine = set(db.session.scalars(sa.select(Acceptance.policy_id).where(Acceptance.subject_id == subject_id)))
    known = [one for one in versions.every("terms") if one.row_id in mine]
    return known[-1] if known else None


def to_accept(subject_id: int) -> PolicyVersion | None:
    """Return the version of the terms that somebody is asked to accept: one that changed since they accepted or joined."""
    mine = [one for one in versions.every("terms") if one.edition == edition_here() and PURPOSE in one.material]
    if not mine:
        return None
    before = accepted(subject_id)
    spoken = [one for one in mine if before and one.language == before.language] or mine
    return spoken[-1] if before is None or spoken[-1].id > before.id else None
