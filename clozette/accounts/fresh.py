"""Deeds that want a recent proof of who one is: changing a password, an address, a second factor, a passkey."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar
from urllib.parse import urlencode

import sqlalchemy as sa
from flask import redirect, request

from clozette.accounts import beside, rules
from clozette.accounts.models import SignIn
from clozette.kernel import clock
from clozette.kernel.web import gate

View = TypeVar("View", bound=Callable[..., Any])


def is_fresh() -> bool:
    """Whether this session's member proved who they are within the last minutes."""
    proved = beside.rows(sa.select(SignIn.proved_at).where(SignIn.id == gate.viewer().session_id))
    return bool(proved) and rules.is_fresh(proved[0][0], clock.now())


def proved_recently(back_to: str) -> Callable[[Any], Any]:
    """Send to ``/verify`` first where the last proof is too old, and then to the page ``back_to``."""

    def decorate(view: Any) -> Any:
        @wraps(view)
        def checked(*args: Any, **kwargs: Any) -> Any:
            if is_fresh():
                return view(*args, **kwargs)
            wanted = request.path if request.method == "GET" else back_to
            return redirect("/verify?" + urlencode({"next": wanted}), 303)

        return checked

    return decorate
