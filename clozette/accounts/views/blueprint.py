"""The blueprint of accounts, and answers that several of its pages give."""

from typing import Any

from flask import Blueprint, Response, make_response, render_template, request

from clozette.accounts import access
from clozette.accounts.models import Member
from clozette.kernel.web import gate

blueprint = Blueprint("accounts", __name__)


def page(template: str, status: int = 200, **values: Any) -> Response:
    """Answer with a page that no cache keeps: it shows a secret, or what somebody typed about one."""
    response = make_response(render_template(template, **values), status)
    response.headers["Cache-Control"] = "no-store"
    return response


def link_gone() -> Response:
    """Say that a link from a mail no longer works; why, the page doesn't tell."""
    return page("accounts/link_gone.html", 404)


def me() -> Member:
    """Return the signed-in member's own row."""
    return access.oneself(gate.viewer())


def own_data(member: Member) -> list[str]:
    """Return what a password must not be made of."""
    return [member.email, member.display_name, member.handle, member.birth_date.isoformat()]


def verb() -> str:
    """Return ``POST`` or ``DELETE``: a form says DELETE by its hidden field ``_method``."""
    return "DELETE" if request.method == "DELETE" or request.form.get("_method") == "DELETE" else "POST"
