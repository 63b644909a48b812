"""What a member is told of others' deeds, grouped: "Ada and 3 others loved your look"; and of the house's.

The community keeps and groups notifications; the room whose deed it is words them. Such a room registers a *renderer*
for each of its kinds on the wiring page, and calls ``tell`` in a task after the commit.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from flask import Flask, current_app

from clozette.accounts.access import is_blocked_between, is_present, not_blocked
from clozette.accounts.models import Member
from clozette.community.models import Notification
from clozette.kernel.database import db, insert_once
from clozette.kernel.ids import new_id
from clozette.kernel.paging import PAGE_SIZE, Page, page_of
from clozette.kernel.viewer import Viewer

_KEY = "clozette.notifications"
SCAN = 4 * PAGE_SIZE
"""How many notifications one page groups at most."""


@dataclass(frozen=True)
class Group:
    """Notifications of one kind about one thing, newest first. ``actors`` are the members behind them, each once; nobody
    where it is no member's deed.
    """

    kind: str
    object_id: int
    actors: Sequence[Member]
    at: datetime
    unread: bool
    first_id: int
    last_id: int


@dataclass(frozen=True)
class Line:
    """How a group reads: a sentence, where it leads, and a picture's address where there is one."""

    text: str
    address: str
    picture: str | None = None


Renderer = Callable[[Viewer, Sequence[Group]], Mapping[int, Line]]
"""Words the groups of one kind: ``object_id`` to line. What the viewer may no longer see is left out."""


def register(app: Flask, kind: str, render: Renderer) -> None:
    """Let ``render`` word the notifications of ``kind``; on the wiring page."""
    app.extensions.setdefault(_KEY, {})[kind] = render


def tell(
    member_id: int, *, actor_id: int, kind: str, object_id: int, deed_id: int | None = None, now: datetime
) -> bool:
    """Tell a member of a deed, unless it is their own, was told before, or either blocks the other.

    :param object_id: what it is about; notifications are grouped by it.
    :param deed_id: what must not be told twice, where that is not the object (each comment under a look is told).
    """
    if member_id == actor_id or is_blocked_between(member_id, actor_id):
        return False
    deed_id = object_id if deed_id is None else deed_id
    told = {"member_id": member_id, "actor_id": actor_id, "kind": kind, "object_id": object_id, "deed_id": deed_id}
    return insert_once(Notification, id=new_id(), at=now, **told)


def announce(member_id: int, *, kind: str, object_id: int, deed_id: int | None = None, now: datetime) -> bool:
    """Tell a member of what no other member did (a contest was decided), unless they were told before.

    :param deed_id: as for ``tell``.
    """
    deed_id = object_id if deed_id is None else deed_id
    told = {"member_id": member_id, "actor_id": None, "kind": kind, "object_id": object_id, "deed_id": deed_id}
    return insert_once(Notification, id=new_id(), at=now, **told)


def forget(kinds: Sequence[str], object_id: int) -> None:
    """Take back what was told about something that is gone."""
    db.session.execute(sa.delete(Notification).where(Notification.kind.in_(kinds), Notification.object_id == object_id))


def page(viewer: Viewer, after: int | None = None) -> Page[tuple[Group, Line]]:
    """Return one page of the viewer's notifications, newest first, as lines.

    A page reads up to ``SCAN`` rows and groups what is about the same thing; an older love may show again further down.
    """
    rows = db.session.execute(_rows(viewer, after)).all()
    listed = page_of([(row.Notification, row.Member) for row in rows], lambda row: row[0].id, SCAN)
    groups = group(listed.items)
    lines = _lines(viewer, groups)
    shown = [(one, lines[one.kind, one.object_id]) for one in groups if (one.kind, one.object_id) in lines]
    return Page(shown, listed.after)


def mark_read(member_id: int, *, until: int, now: datetime) -> None:
    """Mark as read what a member was told up to and including notification ``until``; newer ones stay unread."""
    unread = (Notification.member_id == member_id, Notification.read_at.is_(None), Notification.id <= until)
    db.session.execute(sa.update(Notification).where(*unread).values(read_at=now))


def sweep(*, before: datetime) -> None:
    """Delete what was told before a moment: notifications are no archive."""
    db.session.execute(sa.delete(Notification).where(Notification.at < before))


def group(rows: Sequence[tuple[Notification, Member | None]]) -> list[Group]:
    """Group rows (newest first) by what they are about, in the order of each group's newest."""
    found: dict[tuple[str, int], list[tuple[Notification, Member | None]]] = {}
    for notification, actor in rows:
        found.setdefault((notification.kind, notification.object_id), []).append((notification, actor))
    return [_group(members) for members in found.values()]


def _group(rows: Sequence[tuple[Notification, Member | None]]) -> Group:
    newest, oldest = rows[0][0], rows[-1][0]
    return Group(
        kind=newest.kind,
        object_id=newest.object_id,
        actors=list({actor.id: actor for _, actor in rows if actor is not None}.values()),
        at=newest.at,
        unread=any(notification.read_at is None for notification, _ in rows),
        first_id=oldest.id,
        last_id=newest.id,
    )


def _rows(viewer: Viewer, after: int | None) -> sa.Select[Notification, Member | None]:
    seen = sa.and_(is_present(), not_blocked(viewer, Member.id))
    rows = (
        sa.select(Notification, Member)
        .outerjoin(Member, Member.id == Notification.actor_id)
        .where(Notification.member_id == viewer.member_id, sa.or_(Notification.actor_id.is_(None), seen))
        .order_by(Notification.id.desc())
        .limit(SCAN + 1)
    )
    return rows if after is None else rows.where(Notification.id < after)


def _lines(viewer: Viewer, groups: Sequence[Group]) -> dict[tuple[str, int], Line]:
    """Let each kind's room word its groups, all of a page at once."""
    renderers: dict[str, Renderer] = current_app.extensions.get(_KEY, {})
    lines = {}
    for kind in {one.kind for one in groups}:
        render = renderers.get(kind)
        worded = render(viewer, [one for one in groups if one.kind == kind]) if render else {}
        lines.update({(kind, object_id): line for object_id, line in worded.items()})
    return lines
