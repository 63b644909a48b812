"""Decisions about photos."""

from flask_babel import gettext as _

from clozette.kernel.refusal import Refusal


def why_not_add(*, used: int, adding: int, quota: int) -> Refusal | None:
    """Say why a photo of ``adding`` bytes is not kept beside ``used`` bytes."""
    if used + adding <= quota:
        return None
    message = _(
        "Your photos take up all of the %(megabytes)s MB that each member has here. Delete some that you don't need.",
        megabytes=quota // 1024**2,
    )
    return Refusal("photo-quota", message)
