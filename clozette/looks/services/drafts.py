"""Starting and saving looks. A saving names the version it was made on: two tabs can't overwrite each other unseen."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from clozette.accounts.models import Member
from clozette.kernel.database import db
from clozette.kernel.events import publish
from clozette.kernel.refusal import Refusal, Refused, refuse
from clozette.kernel.viewer import Viewer
from clozette.looks.events import LookChanging
from clozette.looks.models import Look, Revision
from clozette.looks.rules import MAX_REVISIONS, Visibility, default_visibility, why_not_start
from clozette.looks.services import hotspots, photos, publication

KEPT = ("caption", "visibility", "alts", "hotspots", "cover")
"""What is kept of a saving that came too late."""


class Stale(Refused):
    """The look was saved from elsewhere since the version that this saving was made on."""

    def __init__(self) -> None:
        text = _("This look was saved in another window in the meantime. What you typed here is kept.")
        super().__init__(Refusal("stale", text, "version"))


def start_look(viewer: Viewer, *, form_key: str | None = None, now: datetime) -> tuple[Look, bool]:
    """Start a draft, empty and visible to its author alone. Say whether it is new.

    The same ``form_key`` again gives the look that it made before.

    :raises Refused: beyond the number of drafts that a member has.
    """
    assert viewer.member_id is not None
    # One at a time per member: the count is exact, and a form sent twice finds what its twin made.
    db.session.execute(sa.select(Member.id).where(Member.id == viewer.member_id).with_for_update(key_share=True))
    before = sa.select(Look).where(Look.member_id == viewer.member_id, Look.form_key == form_key)
    made = db.session.scalar(before) if form_key else None
    if made is not None:
        return made, False
    waiting = sa.select(sa.func.count()).where(Look.member_id == viewer.member_id, Look.feed_key.is_(None))
    refuse(why_not_start(db.session.scalar(waiting) or 0))
    look = Look(
        member_id=viewer.member_id,
        form_key=form_key,
        caption="",
        visibility=default_visibility(is_minor=viewer.is_minor),
        created_at=now,
        changed_at=now,
    )
    db.session.add(look)
    db.session.flush()
    return look, True


def save_look(look: Look, change: Mapping[str, Any], viewer: Viewer, *, now: datetime) -> None:
    """Save what ``change`` (of ``LookIn`` or ``LookForm``) names. A published look stays out unless it becomes private.

    :raises Stale: if ``change`` was made on an older version.
    :raises Refused: by the rules for photos and tags.
    :raises BadPhoto: for a file that is no photo we take.
    """
    if change.get("version", look.version) != look.version:
        raise Stale
    publish(LookChanging(look.id))
    if "caption" in change:
        look.caption = change["caption"] or ""
    look.visibility = change.get("visibility", look.visibility)
    leaves = look.is_published and look.visibility == Visibility.PRIVATE
    if leaves:
        publication.hide_look(look)
    _save_photos(look, change, now)
    hotspots.save_hotspots(look, change, viewer)
    look.version += 1
    look.changed_at = now
    publication.settle(look)


def keep_revision(session: sa.orm.Session, look_id: int, typed: Mapping[str, Any], *, now: datetime) -> None:
    """Keep what was typed in an overtaken tab, unless it is kept already; the oldest beyond ``MAX_REVISIONS`` go."""
    content = {name: typed[name] for name in KEPT if typed.get(name) not in (None, "", [])}
    old = list(session.scalars(sa.select(Revision).where(Revision.look_id == look_id).order_by(Revision.id.desc())))
    if not content or any(revision.content == content for revision in old):
        return
    version = str(typed.get("version"))
    base = int(version) if version.isdecimal() else 0
    session.add(Revision(look_id=look_id, at=now, base_version=base, content=content))
    for revision in old[MAX_REVISIONS - 1 :]:
        session.delete(revision)


def revisions_of(look: Look) -> Sequence[Revision]:
    """Return what is kept of overtaken tabs, newest first."""
    own = sa.select(Revision).where(Revision.look_id == look.id).order_by(Revision.id.desc())
    return db.session.scalars(own).all()


def drop_revision(revision: Revision) -> None:
    """Forget what was kept of an overtaken tab."""
    db.session.delete(revision)
    db.session.flush()


def _save_photos(look: Look, change: Mapping[str, Any], now: datetime) -> None:
    alts: list[str] = change.get("alts", [])
    present = len(photos.photos_of(look))
    photos.describe_photos(look, alts)
    if change.get("remove_photos"):
        photos.remove_photos(look, change["remove_photos"])
    if change.get("photos"):
        photos.add_photos(look, change["photos"], alts[present:], now=now)
    if change.get("cover"):
        photos.put_first(look, change["cover"])
