"""The development site's own settings: secrets made once, addresses that follow from the port, kept in one file.

The supervisor writes them; the ``clozette`` command reads them where the environment says nothing else.
"""

import json
import os
import secrets
from collections.abc import Mapping, MutableMapping
from pathlib import Path

from clozette.newsletters.sending import dkim
from clozette.sandbox import drand
from clozette.settings import PREFIX, ROOT

FILE = "development.env"
DKIM = "dkim.pem"


def settings_for(port: int, var: Path) -> dict[str, str]:
    """Return the settings of a development site at ``port``; the secrets stay those of the last start."""
    known = read(var / FILE)
    return {
        "CLOZETTE_ENV": "development",
        "CLOZETTE_VAR": str(var),
        "CLOZETTE_BASE_URL": f"https://localhost:{port}",
        "CLOZETTE_CONTROLLER_NAME": "Clozette (development)",
        "CLOZETTE_CONTROLLER_ADDRESS": "nowhere",
        "CLOZETTE_SMTP_URL": f"smtp://127.0.0.1:{port + 2}",
        "CLOZETTE_INBOUND_LISTEN": f"127.0.0.1:{port + 3}",
        "CLOZETTE_MAILCHIMP_API_KEY": "sandbox-us1",
        "CLOZETTE_MAILCHIMP_HOST": f"https://localhost:{port + 1}/mailchimp/3.0",
        "CLOZETTE_MAILCHIMP_LIST": "sandbox",
        "CLOZETTE_MAILCHIMP_FORM_URL": f"https://localhost:{port + 1}/mailchimp",
        "CLOZETTE_MAILCHIMP_SIGNING_SECRET": "whsec_sandbox",
        "CLOZETTE_MAILCHIMP_WEBHOOK_SECRET": known.get("CLOZETTE_MAILCHIMP_WEBHOOK_SECRET") or secrets.token_hex(16),
        "CLOZETTE_STRIPE_SECRET_KEY": "sk_test_sandbox",
        "CLOZETTE_STRIPE_WEBHOOK_SECRET": "whsec_sandbox",
        "CLOZETTE_STRIPE_API_BASE": f"https://localhost:{port + 1}",
        "CLOZETTE_SMS_URL": f"https://sandbox:sandbox@localhost:{port + 1}/sms.json",
        "CLOZETTE_SMS_SECRET": "texts_sandbox",
        "CLOZETTE_SMS_NUMBER": "+6590001111",
        "CLOZETTE_SMS_REGISTERED": "SG",
        "CLOZETTE_DRAND_URLS": f"https://localhost:{port + 1}/drand",
        "CLOZETTE_DRAND_CHAIN": json.dumps(drand.info()),
        "CLOZETTE_DKIM_DOMAIN": "news.clozette.test",
        "CLOZETTE_DKIM_KEY": str(var / DKIM),
        "CLOZETTE_SECRET_KEYS": known.get("CLOZETTE_SECRET_KEYS") or secrets.token_hex(32),
    }


def write(path: Path, settings: Mapping[str, str]) -> None:
    """Keep settings where only this user can read them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(".new")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.writelines(f"{name}={value}\n" for name, value in settings.items())
    new.rename(path)


def make_signing_key(path: Path) -> None:
    """Make the key that newsletters are signed with, once."""
    if path.exists():
        return
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(dkim.new_key())


def read(path: Path) -> dict[str, str]:
    """Read what :func:`write` kept; nothing where there is no file."""
    if not path.exists():
        return {}
    lines = path.read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))


def fill(environment: MutableMapping[str, str]) -> None:
    """Add the development site's settings to an environment that names no other kind of site."""
    if environment.get(PREFIX + "ENV", "development") != "development":
        return
    var = Path(environment.get(PREFIX + "VAR") or ROOT / "var")
    for name, value in read(var / FILE).items():
        environment.setdefault(name, value)
