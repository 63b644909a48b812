"""The strip "most loved this week": counting a week's loves takes long, so every process keeps the answer for a while."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import current_app

from clozette.kernel.viewer import Viewer
from clozette.looks import queries
from clozette.looks.models import Look

KEPT = timedelta(minutes=10)
_KEY = "clozette.looks.most_loved"


@dataclass(frozen=True)
class _Counted:
    look_ids: list[int]
    until: datetime


def most_loved(viewer: Viewer, *, now: datetime) -> list[Look]:
    """Return the looks that were loved most this week, of those that the viewer may see."""
    kept: _Counted | None = current_app.extensions.get(_KEY)
    if kept is None or not now < kept.until <= now + KEPT:
        kept = current_app.extensions[_KEY] = _Counted(queries.most_loved_ids(now), now + KEPT)
    return queries.these(viewer, kept.look_ids, queries.MOST_LOVED)


def forget() -> None:
    """Count anew next time."""
    current_app.extensions.pop(_KEY, None)
