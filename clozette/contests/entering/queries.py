"""Reads of entries for pages and for other parts."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from clozette.accounts.models import Member
from clozette.contests.entering import access, photos, rules
from clozette.contests.entering.models import Entry, EntryPhoto
from clozette.contests.entering.photos import Shot
from clozette.contests.planning.models import Contest
from clozette.contests.sponsors import sharing as sharings
from clozette.contests.sponsors.models import Sharing
from clozette.kernel.database import db
from clozette.kernel.paging import PAGE_SIZE, Page, page_of
from clozette.kernel.viewer import Viewer
from clozette.looks import queries as looks
from clozette.looks.access import visible_to as visible_looks
from clozette.looks.models import Look
from clozette.media.models import Photo
from clozette.privacy import consents, purposes

PREVIEWED = 8


@dataclass(frozen=True)
class Card:
    """An entry as a page shows it: its number, its photos, its words, and who made it.

    :ivar member: nobody for those who judge it; the look is left out then too, as it has a name on it.
    """

    entry: Entry
    member: Member | None
    shots: Sequence[Shot]


@dataclass(frozen=True)
class Shared:
    """What somebody was asked to share, and how that stands: ``given``, ``refused``, ``withdrawn`` …, or nothing yet."""

    sharing: Sharing
    title: str
    explanation: str
    state: str


@dataclass(frozen=True)
class Listed:
    """An entry in the staff's list; ``alike``: numbers of others' entries with the same picture."""

    entry: Entry
    handle: str
    alike: Sequence[int]


def cards(viewer: Viewer, contest: Contest, after: int | None = None, size: int = PAGE_SIZE) -> Page[Card]:
    """Return a page of the entries of a contest that the viewer may see, the last ones first."""
    wanted = access.visible_to(viewer, contest).add_columns(Member).order_by(Entry.number.desc()).limit(size + 1)
    if after is not None:
        wanted = wanted.where(Entry.number < after)
    found = _cards(wanted, is_blind=access.is_blind(viewer, contest))
    return page_of(found, lambda card: card.entry.number, size)


def card(entry: Entry, *, is_blind: bool = False) -> Card:
    """Return one entry as its page shows it; the caller knows that it may be seen, and whether with its author."""
    member = None if is_blind else db.session.get_one(Member, entry.member_id)
    return Card(entry, member, photos.of([entry.id]).get(entry.id, ()))


def counted(contest: Contest) -> int:
    """Return how many entries take part."""
    live = (Entry.contest_id == contest.id, Entry.state.in_(rules.LIVE))
    return db.session.scalar(sa.select(sa.func.count()).where(*live)) or 0


def own_in(viewer: Viewer, contest: Contest) -> Entry | None:
    """Return the viewer's entry in a contest, if one counts."""
    if viewer.member_id is None:
        return None
    mine = (Entry.contest_id == contest.id, Entry.member_id == viewer.member_id, Entry.state.in_(rules.COUNTED))
    found: Entry | None = db.session.scalar(sa.select(Entry).where(*mine))
    return found


def own(viewer: Viewer, after: int | None = None) -> Page[tuple[Entry, Contest]]:
    """Return the viewer's entries with their contests, the last ones first, those that left too."""
    mine = sa.select(Entry, Contest).join(Contest, Contest.id == Entry.contest_id)
    mine = mine.where(Entry.member_id == viewer.member_id).order_by(Entry.id.desc()).limit(PAGE_SIZE + 1)
    if after is not None:
        mine = mine.where(Entry.id < after)
    rows = [(entry, contest) for entry, contest in db.session.execute(mine)]
    return page_of(rows, lambda row: row[0].id)


def shared(contest: Contest, subject_id: int) -> list[Shared]:
    """Return everything that somebody was asked to share by a contest, also in words that hold no more."""
    current = consents.current(subject_id)
    ever = sa.select(Sharing).where(Sharing.object_kind == "contest", Sharing.object_id == contest.id)
    found = []
    for sharing in db.session.scalars(ever.order_by(Sharing.id)).all():
        purpose = sharings.purpose_of(sharing)
        state = current.get((purpose, sharings.CHANNEL))
        if state is not None:
            explained = sharings.explain(sharing.id) or ""
            found.append(Shared(sharing, purposes.title(purpose), explained, state.action))
    return found


def enterable(viewer: Viewer, after: int | None = None) -> tuple[list[looks.Whole], Page[Look]]:
    """Return a page of the viewer's own looks that can be entered, the last ones first."""
    wanted = visible_looks(viewer).where(Look.member_id == viewer.member_id, Look.visibility.in_(rules.SHOWN))
    if after is not None:
        wanted = wanted.where(Look.feed_key < after)
    rows = db.session.scalars(wanted.order_by(Look.feed_key.desc()).limit(PAGE_SIZE + 1)).all()
    page = page_of(rows, lambda look: look.feed_key or 0)
    return looks.covers(viewer, page.items), page


def listed(
    contest: Contest, after: int | None = None, state: str | None = None, *, is_blind: bool = False
) -> Page[Listed]:
    """Return a page of a contest's entries for staff, the last ones first: number, handle, state, and likenesses.

    :param is_blind: whether it is read by a judge, who gets no handles.
    """
    wanted = sa.select(Entry, Member.handle).outerjoin(Member, Member.id == Entry.member_id)
    wanted = wanted.where(Entry.contest_id == contest.id).order_by(Entry.number.desc()).limit(PAGE_SIZE + 1)
    if after is not None:
        wanted = wanted.where(Entry.number < after)
    if state is not None:
        wanted = wanted.where(Entry.state == state)
    page = page_of([(entry, handle) for entry, handle in db.session.execute(wanted)], lambda row: row[0].number)
    alike = _alike([entry for entry, _handle in page.items])
    return Page(
        [Listed(entry, "" if is_blind else handle or "", alike.get(entry.id, [])) for entry, handle in page.items],
        page.after,
    )


def _alike(entries: Sequence[Entry]) -> dict[int, list[int]]:
    """Return the numbers of other members' entries to the same contest that have the same picture: a sign, no proof."""
    shots = photos.of([entry.id for entry in entries])
    pictures = {entry.id: {shot.photo.dhash for shot in shots.get(entry.id, ())} for entry in entries}
    wanted = (
        sa.select(Photo.dhash, Entry.number, Entry.member_id)
        .select_from(Entry)
        .join(EntryPhoto, EntryPhoto.entry_id == Entry.id)
        .join(Photo, Photo.id == EntryPhoto.photo_id)
        .where(Entry.contest_id.in_({entry.contest_id for entry in entries}))
        .where(Photo.dhash.in_(set().union(*pictures.values())))
        .order_by(Entry.number)
    )
    rows = db.session.execute(wanted).all()
    return {
        entry.id: list(
            dict.fromkeys(
                row.number for row in rows if row.dhash in pictures[entry.id] and row.member_id != entry.member_id
            )
        )
        for entry in entries
    }


def frozen(contest_id: int) -> list[tuple[int, str]]:
    """Return the frozen list of a contest: number and commitment of each entry, in the order of numbers.

    Whoever leaves or is disqualified after the close stays in it.
    """
    rows = sa.select(Entry.number, Entry.locked_sha256).where(
        Entry.contest_id == contest_id, Entry.locked_sha256.is_not(None)
    )
    return [(number, str(committed)) for number, committed in db.session.execute(rows.order_by(Entry.number))]


def _cards(wanted: sa.Select[Entry, Member], *, is_blind: bool) -> list[Card]:
    rows = db.session.execute(wanted).all()
    shots = photos.of([entry.id for entry, _member in rows])
    return [Card(entry, None if is_blind else member, shots.get(entry.id, ())) for entry, member in rows]
