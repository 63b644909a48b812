"""Words that somebody agrees to when they buy."""

from flask_babel import gettext as _


def at_once() -> str:
    """Return what stands beside the box for files, as the agreement is kept with it."""
    return str(
        _("Deliver the files at once. I know that once I have fetched a file I can't withdraw from buying it any more.")
    )
