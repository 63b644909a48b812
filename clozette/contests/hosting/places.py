"""Where a page is met: at our own address, or at that of a partner's channel. The page and its rules are the same."""

from dataclasses import dataclass

import sqlalchemy as sa
from flask import abort

from clozette.contests.hosting.models import Channel
from clozette.contests.sponsors.models import Sponsor
from clozette.kernel.database import db

ROOT = "/p"
HOSTED = "hosted"
"""The ledger's word for the channel of what was entered on a hosted page."""


@dataclass(frozen=True)
class Place:
    """The address of a page, and of the list that it stands in; ``channel`` and its ``partner`` where it is hosted."""

    address: str
    above: str
    channel: Channel | None = None
    partner: Sponsor | None = None

    @property
    def surface(self) -> str | None:
        """Return what the ledger says about where something was entered: the channel's address, if there is one."""
        return address_of(self.channel) if self.channel is not None else None


def address_of(channel: Channel) -> str:
    """Return where a channel is."""
    return f"{ROOT}/{channel.slug}"


def channel_for(slug: str) -> tuple[Channel, Sponsor]:
    """Return a channel that stands and whose it is, or 404."""
    standing = (Channel.slug == slug, Channel.closed_at.is_(None), Sponsor.closed_at.is_(None))
    wanted = sa.select(Channel, Sponsor).join(Sponsor, Sponsor.id == Channel.sponsor_id).where(*standing)
    found = db.session.execute(wanted).first()
    return (found[0], found[1]) if found is not None else abort(404)


def place(above: str, slug: str, sponsor_id: int | None, partner: str | None) -> Place:
    """Return where a thing of a sponsor's is shown; 404 at the channel of anybody else.

    :param above: the list at our own address, such as ``/surveys``. ``partner``: the channel's short name in the address.
    """
    if partner is None:
        return Place(f"{above}/{slug}", above)
    channel, sponsor = channel_for(partner)
    if channel.sponsor_id != sponsor_id:
        abort(404)
    root = address_of(channel)
    return Place(f"{root}{above}/{slug}", root, channel, sponsor)


def channels_of(sponsor_id: int) -> list[Channel]:
    """Return a sponsor's channels, for staff: those that stand first."""
    theirs = sa.select(Channel).where(Channel.sponsor_id == sponsor_id)
    return list(db.session.scalars(theirs.order_by(Channel.closed_at.is_not(None), Channel.id.desc())))


def staff_channel(sponsor_id: int, channel_id: int) -> Channel:
    """Return one of a sponsor's channels, or 404; for pages that staff alone reach."""
    found = db.session.get(Channel, channel_id)
    if found is None or found.sponsor_id != sponsor_id:
        abort(404)
    return found
