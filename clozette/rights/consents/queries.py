"""What the page and the API of consents show."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from flask import abort

from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.paging import PAGE_SIZE, Page, page_of
from clozette.privacy import consents, notices, purposes
from clozette.privacy.models import LedgerEntry


@dataclass(frozen=True)
class Switch:
    """One purpose by one channel, and how it stands."""

    purpose: str
    channel: str
    state: str | None
    entry_id: int | None
    at: datetime | None
    by_minor: bool = False

    @property
    def needs_guardian(self) -> bool:
        """Whether a parent or guardian has to agree, so that the person is not asked."""
        return not self.stands and consents.needs_guardian(self.asked, self.by_minor)

    @property
    def asked_at(self) -> str | None:
        """Return the page of its own where it is agreed to, if it has one."""
        return None if self.stands else purposes.asked_at(self.channel)

    @property
    def stands(self) -> bool:
        """Whether it was agreed to."""
        return self.state == "given"

    @property
    def asked(self) -> consents.ConsentPurpose:
        """Return what is asked."""
        return consents.purpose_of(self.purpose)

    @property
    def title(self) -> str:
        """Return its title."""
        return purposes.title(self.purpose)

    @property
    def explanation(self) -> str:
        """Return what it means; about one thing, who gets what of it."""
        return purposes.explanation(self.purpose)

    @property
    def whose(self) -> str:
        """Return for whom it is."""
        return self.asked.whose

    @property
    def channel_name(self) -> str:
        """Return its way in plain words."""
        return str(consents.CHANNEL_NAMES[self.channel])

    @property
    def point(self) -> str:
        """Return the collection point where it is asked."""
        return purposes.point_of(self.purpose, self.channel)

    @property
    def wording(self) -> str:
        """Return what its control says."""
        return purposes.wording(self.purpose, self.channel)

    @property
    def notice(self) -> str:
        """Return the stamp of what is shown with it; nothing to be sent back where nobody is asked."""
        if self.needs_guardian or self.asked_at:
            return ""
        return notices.stamp(self.point, [(self.purpose, self.channel)])


def switches(subject_id: int) -> list[Switch]:
    """Return what may be agreed to today, and whatever else was agreed to and can be taken back."""
    known, by_minor = consents.current(subject_id), consents.is_minor(subject_id, clock.now())
    offered = purposes.offers()
    standing = [key for key, state in known.items() if state.stands and key not in offered and _is_known(key[0])]
    return [_switch(key, known, by_minor) for key in (*offered, *standing)]


def switch(subject_id: int, purpose: str, channel: str) -> Switch:
    """Return how one of them stands."""
    by_minor = consents.is_minor(subject_id, clock.now())
    return _switch((purpose, channel), consents.current(subject_id), by_minor)


def is_asked(subject_id: int, purpose: str, channel: str) -> bool:
    """Whether an answer can be taken: it is offered today, or was answered before."""
    key = (purpose, channel)
    return key in purposes.offers() or key in consents.current(subject_id)


def answers(subject_id: int, after: int | None) -> Page[LedgerEntry]:
    """Return a page of what a person was shown and answered, newest first."""
    mine = sa.select(LedgerEntry).where(LedgerEntry.subject_id == subject_id)
    if after is not None:
        mine = mine.where(LedgerEntry.id < after)
    found = db.session.scalars(mine.order_by(LedgerEntry.id.desc()).limit(PAGE_SIZE + 1))
    return page_of(found.all(), key=lambda entry: entry.id)


def own(subject_id: int, entry_id: int) -> LedgerEntry:
    """Return one's own entry, or answer 404."""
    entry = db.session.get(LedgerEntry, entry_id)
    if entry is None or entry.subject_id != subject_id:
        abort(404)
    return entry


def _switch(key: consents.Key, known: dict[consents.Key, consents.State], by_minor: bool) -> Switch:
    state = known.get(key)
    if state is None:
        return Switch(*key, None, None, None, by_minor)
    return Switch(*key, state.action, state.entry_id, state.at, by_minor)


def _is_known(name: str) -> bool:
    try:
        return bool(consents.purpose_of(name))
    except KeyError:
        return False
