"""Giving partners addresses here, and taking them away."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from clozette.contests.hosting.models import Channel
from clozette.contests.sponsors.models import Sponsor
from clozette.kernel.database import db, insert_once
from clozette.kernel.ids import new_id
from clozette.kernel.refusal import Refusal, Refused, refuse


def open_channel(sponsor: Sponsor, values: Mapping[str, Any], *, now: datetime) -> None:
    """Give a sponsor an address; what is theirs and published stands there at once.

    :raises Refused: for a sponsor that is closed, or a short name that is taken, be it by a channel that was closed.
    """
    if sponsor.closed_at is not None:
        raise Refused(Refusal("closed", _("Nothing new is hosted for a sponsor that is closed.")))
    is_new = insert_once(Channel, id=new_id(), sponsor_id=sponsor.id, **values, made_at=now)
    refuse(None if is_new else Refusal("slug", _("This short name is taken."), "slug"))


def change_channel(channel: Channel, values: Mapping[str, Any]) -> None:
    """Change how it looks; its address stays."""
    for name, value in values.items():
        setattr(channel, name, value)
    db.session.flush()


def close_channel(channel: Channel, *, now: datetime) -> None:
    """Let its addresses lead nowhere any more; doing it twice changes nothing."""
    standing = (Channel.id == channel.id, Channel.closed_at.is_(None))
    db.session.execute(sa.update(Channel).where(*standing).values(closed_at=now))
