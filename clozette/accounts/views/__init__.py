"""Pages of accounts, by ability; the addresses keep Flask-Security's names."""

from clozette.accounts.views import blocks, credentials, joining, passkeys, second_factor, settings, signing_in, tokens
from clozette.accounts.views.blueprint import blueprint

__all__ = [
    "blocks",
    "blueprint",
    "credentials",
    "joining",
    "passkeys",
    "second_factor",
    "settings",
    "signing_in",
    "tokens",
]
