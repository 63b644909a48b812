"""How often one may try what guards accounts: per address, and per account whatever the address.

Both are needed: one address tries many accounts, and many addresses try one account.
"""

from clozette.kernel.web import limits

limits.declare("register-address", "60 per hour; 200 per day")
limits.declare("register-mail", "5 per hour; 10 per day")
limits.declare("login-address", "30 per 5 minutes; 300 per day")
limits.declare("login-account", "10 per 5 minutes; 100 per day")
limits.declare("second-factor", "5 per 5 minutes; 20 per hour; 50 per day")
limits.declare("passkey-address", "60 per 5 minutes")
limits.declare("verify-account", "10 per 5 minutes; 50 per day")
limits.declare("confirm-address", "10 per hour")
limits.declare("confirm-mail", "4 per hour; 10 per day")
limits.declare("reset-address", "10 per hour")
limits.declare("reset-mail", "4 per hour; 8 per day")
limits.declare("link-address", "60 per hour")
limits.declare("email-change", "5 per hour; 10 per day")
limits.declare("handle-change", "20 per hour")
limits.declare("token-make", "20 per hour")
limits.declare("block", "100 per hour")


def by_address(name: str) -> None:
    """Count a try of the client's address; 429 if it is one too many."""
    limits.check(f"{name}-address", limits.address_key())


def by_mail(name: str, canonical: str) -> None:
    """Count a try for one mail address, known or not."""
    limits.check(f"{name}-mail", canonical)


def by_member(name: str, member_id: int) -> None:
    """Count a try of one member."""
    limits.check(name, str(member_id))


def sign_in(canonical: str) -> None:
    """Count a try to sign in, for the client's address and for the account."""
    limits.check("login-address", limits.address_key())
    limits.check("login-account", canonical)


def signed_in(canonical: str) -> None:
    """Forget the wrong tries for an account that was signed in to."""
    limits.forget("login-account", canonical)
