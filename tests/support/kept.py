"""Pages that are kept and filled, beside the same pages made anew."""

import re
from typing import Any

import pytest
from flask import Flask

_NEW = re.compile(r'(nonce|name="csrf_token" value|name="_notice" value|name="form_key" value)="[^"]*"')


def both(app: Flask, browser: Any, address: str) -> tuple[str, str]:
    """Return a page as it is kept (asked for twice, so that it is) and as it is without keeping anything.

    What is new in every answer is left out.
    """
    browser.get(address)
    kept = browser.get(address).text
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(app.config, "TEMPLATES_AUTO_RELOAD", True)
        made = browser.get(address).text
    return plainly(kept), plainly(made)


def plainly(page: str) -> str:
    """Return a page without what is new in every answer."""
    return _NEW.sub(r"\1", page)
