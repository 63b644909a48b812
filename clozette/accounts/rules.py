"""Decisions of accounts: no database, no Flask, no clock."""

from datetime import date, datetime, timedelta

from flask_babel import gettext as _
from flask_babel import ngettext

from clozette.accounts import handles
from clozette.accounts.ages import minimum_age
from clozette.accounts.models import age_on
from clozette.kernel.refusal import Refusal

HANDLE_REST = timedelta(days=14)
FRESH = timedelta(minutes=15)
IDLE = timedelta(days=30)
LONGEST = timedelta(days=90)
MOST_PASSKEYS = 20
MOST_TOKENS = 20


def why_not_register(*, country: str, birth_date: date, today: date) -> Refusal | None:
    """Refuse somebody below the minimum age of their country."""
    years = minimum_age(country)
    if age_on(birth_date, today) >= years:
        return None
    message = ngettext(
        "You need to be at least %(num)s year old to join from your country. Nothing you typed was kept.",
        "You need to be at least %(num)s years old to join from your country. Nothing you typed was kept.",
        years,
    )
    return Refusal("too_young", message, "birth_date")


def why_not_move(*, country: str, birth_date: date, today: date) -> Refusal | None:
    """Refuse a change of country to one where the member would be too young for an account."""
    if age_on(birth_date, today) >= minimum_age(country):
        return None
    return Refusal("too_young", _("Members in that country need to be older than you are."), "country")


def handle_taken() -> Refusal:
    """Say that somebody has or had a handle like this."""
    message = _("Somebody has, or once had, this handle or one that looks just like it.")
    return Refusal("handle_taken", message, "handle")


def why_not_change_handle(*, new: str, old: str, last_change: datetime | None, now: datetime) -> Refusal | None:
    """Refuse a handle that is the present one, and changes in quick succession."""
    if new == old:
        return Refusal("handle_same", _("This is your handle already."), "handle")
    if last_change is not None and now - last_change < HANDLE_REST:
        message = _("You changed your handle less than %(days)s days ago.", days=HANDLE_REST.days)
        return Refusal("handle_too_soon", message, "handle")
    return None


def handle_problem(handle: str) -> str | None:
    """Say what is wrong with a normalised handle, or nothing."""
    if not handles.is_well_formed(handle):
        return str(_("A handle has 3 to 30 letters a–z, digits and underscores."))
    if handles.is_reserved(handle):
        return str(_("This handle is kept for the site itself."))
    return None


def why_not_block(*, blocker_id: int, blocked_id: int) -> Refusal | None:
    """Refuse to block oneself."""
    if blocker_id == blocked_id:
        return Refusal("block_oneself", _("You can't block yourself."))
    return None


def why_not_add_passkey(*, has: int) -> Refusal | None:
    """Keep the list of passkeys to a length that a person can look through."""
    if has >= MOST_PASSKEYS:
        return Refusal("too_many_passkeys", _("You have %(count)s passkeys. Remove one you no longer use.", count=has))
    return None


def why_not_make_token(*, has: int) -> Refusal | None:
    """Keep the list of API tokens to a length that a person can look through."""
    if has >= MOST_TOKENS:
        return Refusal("too_many_tokens", _("You have %(count)s tokens. Revoke one you no longer use.", count=has))
    return None


def is_fresh(proved_at: datetime, now: datetime) -> bool:
    """Whether the member proved who they are recently enough to change how they sign in."""
    return now - proved_at < FRESH


def is_over(*, started_at: datetime, last_seen_at: datetime, now: datetime) -> bool:
    """Whether a session has run out: unused for a month, or three months old."""
    return now - last_seen_at >= IDLE or now - started_at >= LONGEST
