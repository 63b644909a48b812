"""Sites of their own for a benchmark, on SQLite or a throwaway PostgreSQL."""

from pathlib import Path
from typing import Any

from flask import Flask

from clozette import create_app
from clozette.settings import Settings

HOST = "bench.test"
SECRET = "for benchmarks alone and long enough to be taken"
# The limits count every request as ever, but never say no.
NO_END = "100000000 per minute"


def environment(database_url: str, folder: Path) -> dict[str, str]:
    """Return the settings of a site as a server process gets them."""
    given: dict[str, Any] = {
        "env": "test",
        "base_url": f"https://{HOST}",
        "secret_keys": SECRET,
        "database_url": database_url,
        "media_url": f"file://{folder / 'media'}",
        "var": folder,
        "address_limit": NO_END,
        "member_limit": NO_END,
    }
    return {f"CLOZETTE_{name.upper()}": str(value) for name, value in given.items()}


def site(database_url: str, folder: Path) -> Flask:
    """Return an application on a database."""
    folder.mkdir(parents=True, exist_ok=True)
    return create_app(Settings.from_environment(environment(database_url, folder)))
