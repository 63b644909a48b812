"""``clozette members create|promote|demote|deactivate|reactivate|password``: what whoever runs the site may do."""

from collections.abc import Callable
from datetime import date, datetime
from functools import wraps
from typing import Any

import click
import sqlalchemy as sa

from clozette.accounts import addresses, countries, handles, passwords, rules
from clozette.accounts.models import Member
from clozette.accounts.services import credentials, registration, tokens
from clozette.accounts.services import members as deeds
from clozette.accounts.services.registration import Joining
from clozette.kernel import clock
from clozette.kernel.database import committed, db
from clozette.kernel.refusal import Refused
from clozette.kernel.viewer import STAFF_ROLES

ROLES = click.Choice(sorted(STAFF_ROLES))


@click.group()
def members() -> None:
    """Add members, give staff roles, close accounts."""


def deed(command: Callable[..., None]) -> Callable[..., None]:
    """Run a command in the application that the command line makes (``context.obj``), as one transaction."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> None:
        with committed(click.get_current_context().find_root().obj()):
            command(*args, **kwargs)

    return run


@members.command()
@click.argument("email")
@click.argument("handle")
@click.option("--name", help="As others see it; the handle without this.")
@click.option("--country", default="DE", show_default=True, help="Two letters.")
@click.option("--born", type=click.DateTime(["%Y-%m-%d"]), required=True, help="Date of birth.")
@click.option("--role", type=ROLES, help="A staff role; it wants a second factor.")
@click.password_option("--password", help="Asked for if not given.")
@deed
def create(
    email: str, handle: str, name: str | None, country: str, born: datetime, role: str | None, password: str
) -> None:
    """Add a member whose address counts as confirmed."""
    now = clock.now()
    handle = handles.normalise(handle)
    _complain(_fault(email, handle, country, born.date(), password, now.date()))
    known = sa.select(Member.id).where(Member.email_canonical == addresses.canonical(email))
    _complain("This address has an account." if db.session.scalar(known) is not None else None)
    joining = Joining(
        email=email,
        password_hash=passwords.hash_password(password),
        display_name=name or handle,
        handle=handle,
        country=country,
        birth_date=born.date(),
    )
    try:
        member = registration.create(joining, now=now, confirmed=True)
    except Refused as refused:
        raise click.ClickException(refused.refusal.message) from refused
    if role:
        deeds.give_role(member, role, now=now)
    click.echo(f"@{member.handle}")


@members.command()
@click.argument("handle")
@click.argument("role", type=ROLES)
@deed
def promote(handle: str, role: str) -> None:
    """Give a staff role. It opens nothing before a sign-in with a second factor."""
    deeds.give_role(_member(handle), role, now=clock.now())


@members.command()
@click.argument("handle")
@click.argument("role", type=ROLES)
@deed
def demote(handle: str, role: str) -> None:
    """Take a staff role away."""
    deeds.take_role(_member(handle), role, now=clock.now())


@members.command()
@click.argument("handle")
@deed
def deactivate(handle: str) -> None:
    """Close an account: signed out everywhere, not visible."""
    deeds.deactivate(_member(handle), now=clock.now())


@members.command()
@click.argument("handle")
@deed
def reactivate(handle: str) -> None:
    """Open a closed account again."""
    try:
        deeds.reactivate(_member(handle))
    except Refused as refused:
        raise click.ClickException(refused.refusal.message) from refused


@members.command()
@click.argument("handle")
@click.password_option("--password", help="Asked for if not given.")
@deed
def password(handle: str, password: str) -> None:
    """Set a new password; every session ends and every API token is revoked."""
    member, now = _member(handle), clock.now()
    own = [member.email, member.display_name, member.handle, member.birth_date.isoformat()]
    _complain(_weakness(password, own))
    credentials.change_password(member, passwords.hash_password(password), now=now)
    tokens.revoke_all(member.id, now=now)


def _member(handle: str) -> Member:
    member = db.session.scalar(sa.select(Member).where(Member.handle == handles.normalise(handle)))
    if member is None:
        raise click.ClickException(f"Nobody is @{handle}.")
    return member


def _fault(email: str, handle: str, country: str, born: date, password: str, today: date) -> str | None:
    if addresses.canonical(email) is None:
        return "This is not a mail address."
    if country not in countries.CODES:
        return "The country is two letters, such as DE."
    refusal = rules.why_not_register(country=country, birth_date=born, today=today)
    if refusal is not None:
        return refusal.message
    return rules.handle_problem(handle) or _weakness(password, [email, handle])


def _weakness(password: str, own: list[str]) -> str | None:
    if len(password) < passwords.MIN_LENGTH:
        return f"Take at least {passwords.MIN_LENGTH} characters."
    return passwords.why_not(password, own)


def _complain(fault: str | None) -> None:
    if fault:
        raise click.ClickException(fault)
