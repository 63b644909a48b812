"""What a POST to a leave link says. Mail programs send one pair (RFC 8058), in whatever wrapping; our page, a field of ours."""

from typing import Literal

from flask import request

Said = Literal["one-click", "one", "all"]
FIELD = "leave"
MOST = 64 * 1024
_PAIR = ("list-unsubscribe", "one-click")
_BUTTONS: tuple[Said, ...] = ("one", "all")


def said() -> Said | None:
    """Return what this request asks for; nothing if it carries neither."""
    form = request.form
    if any((name.strip().casefold(), value.strip().casefold()) == _PAIR for name, value in form.items(multi=True)):
        return "one-click"
    pressed = form.get(FIELD)
    for button in _BUTTONS:
        if pressed == button:
            return button
    return "one-click" if not form and _is_bare_pair(request.get_data()) else None


def _is_bare_pair(body: bytes) -> bool:
    """Whether a body whose type says nothing of a form is the pair all the same."""
    name, _, value = body[:100].decode("ascii", "replace").partition("=")
    return (name.strip().casefold(), value.strip().casefold()) == _PAIR
