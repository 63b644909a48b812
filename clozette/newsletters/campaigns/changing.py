"""The one way in which a campaign goes from one state to another: one conditional statement."""

from collections.abc import Collection, Mapping
from typing import Any

import sqlalchemy as sa

from clozette.kernel.database import db
from clozette.newsletters.campaigns.models import Campaign


def change(
    campaign: Campaign, states: Collection[str], values: Mapping[str, Any], *, version: int | None = None
) -> bool:
    """Change a campaign that is in one of these states (and of this version); say whether it was."""
    step = sa.update(Campaign).where(Campaign.id == campaign.id, Campaign.state.in_(states))
    if version is not None:
        step = step.where(Campaign.version == version)
    changed = bool(db.session.execute(step.values(**values)).rowcount)  # type: ignore[attr-defined]
    db.session.refresh(campaign)
    return changed
