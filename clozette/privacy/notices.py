"""The notice at a collection point: what is shown before submit, and its exact words for the ledger (requirement 2)."""

from flask_babel import gettext as _

from clozette.privacy.points import POINTS, purpose_names

POLICY_VERSION = "2026-11-22"


def notice(point_id: str) -> list[tuple[str, str]]:
    """Return the lines (heading, text) of a point's notice in the reader's language."""
    point = POINTS[point_id]
    return [
        (_("What it is for"), ", ".join(purpose_names(point))),
        (_("Who gets it"), ", ".join(map(str, point.recipients))),
        (_("How long it is kept"), str(point.retention)),
    ]


def wording(point_id: str) -> str:
    """Return the notice as one text: the bytes whose digest the ledger keeps."""
    lines = [str(POINTS[point_id].title), *(f"{heading}: {text}" for heading, text in notice(point_id))]
    return "\n".join([*lines, _("Privacy policy, version %(version)s", version=POLICY_VERSION)])
