"""How colours of channels are called."""

from flask_babel import lazy_gettext as _l

COLOURS = {
    "ink": _l("Ink"),
    "rose": _l("Rose"),
    "blush": _l("Blush"),
    "mint": _l("Mint"),
    "sand": _l("Sand"),
    "mist": _l("Mist"),
}
