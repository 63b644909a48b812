"""``make run``: a whole site on this machine, from nothing, with one command and one Ctrl-C.

Everything it makes lies under ``var/``. The first start fills the demo community; the next ones take seconds.
"""

import fcntl
import os
import shutil
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException, HTTPSConnection
from pathlib import Path

import sqlalchemy as sa
from flask import Flask

from clozette import create_app
from clozette.development import certificates, keys, translations
from clozette.development.supervisor import Child, Supervisor, run_once, say
from clozette.kernel import migrations
from clozette.kernel.database import db
from clozette.settings import ROOT

DEFAULT_PORT = 8443
LAST_PORT = 65532
DEMO_BEGUN, DEMO_DONE = "demo.begun", "demo.done"


def main() -> None:
    """Run the site until Ctrl-C."""
    port = _port()
    var = Path(os.environ.get("CLOZETTE_VAR") or ROOT / "var")
    var.mkdir(parents=True, exist_ok=True)
    with _alone(var):
        _check_ports(port)
        try:
            sys.exit(_run(port, var))
        except KeyboardInterrupt:  # before the supervisor stood; what was half made is started over next time
            say("\nStopped.")
            sys.exit(130)


def _run(port: int, var: Path) -> int:
    tls = certificates.ensure(var / "certs")
    environment = _environment(port, var)
    translations.compile_changed()
    _forget_half_a_demo(var, environment)
    app = create_app()
    migrations.upgrade(app)
    _fill_demo(app, var, environment)
    supervisor = Supervisor(
        _children(port, tls, var),
        environment,
        is_ready=lambda: _answers(port, tls.authority),
        when_ready=lambda: _greet(port, tls.authority, environment),
    )
    say("Starting …")
    code = supervisor.run()
    say("\nStopped.")
    return code


def _environment(port: int, var: Path) -> dict[str, str]:
    settings = keys.settings_for(port, var)
    keys.write(var / keys.FILE, settings)
    keys.make_signing_key(var / keys.DKIM)
    for name, value in settings.items():
        os.environ[name] = os.environ.get(name, value)
    return dict(os.environ)


def _children(port: int, tls: certificates.Certificates, var: Path) -> list[Child]:
    clozette = [sys.executable, "-m", "clozette"]
    files = ["--certificate", str(tls.certificate), "--key", str(tls.key)]
    return [
        Child("sandbox", [*clozette, "sandbox", "--port", str(port), "--folder", str(var / "sandbox"), *files]),
        Child("web server", [*clozette, "serve", "--port", str(port), *files]),
        Child("worker", [*clozette, "worker"]),
    ]


def _fill_demo(app: Flask, var: Path, environment: dict[str, str]) -> None:
    """Fill the demo community once, unless the site has members of its own."""
    begun, done = var / DEMO_BEGUN, var / DEMO_DONE
    if done.exists() or _has_members(app):
        return
    begun.touch()
    if run_once([sys.executable, "-m", "clozette", "demo"], environment):
        sys.exit("The demo community could not be made; see above.")
    begun.rename(done)


def _forget_half_a_demo(var: Path, environment: dict[str, str]) -> None:
    """Start over where the first start was interrupted; only ever with the files that it made itself."""
    begun = var / DEMO_BEGUN
    if not begun.exists():
        return
    if "CLOZETTE_DATABASE_URL" in environment:
        sys.exit("The demo community was left half made in your own database; empty that, then remove " + str(begun))
    say("The demo community was left half made; starting over.")
    for path in var.glob("clozette.db*"):
        path.unlink()
    shutil.rmtree(var / "media", ignore_errors=True)
    begun.unlink()


def _has_members(app: Flask) -> bool:
    with app.app_context(), db.get_engine().connect() as connection:
        return connection.scalar(sa.text("SELECT 1 FROM accounts_members LIMIT 1")) is not None


def _answers(port: int, authority: Path) -> bool:
    connection = HTTPSConnection("localhost", port, timeout=2, context=ssl.create_default_context(cafile=authority))
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def _greet(port: int, authority: Path, environment: dict[str, str]) -> None:
    say(f"\n  Clozette is up:  https://localhost:{port}/")
    say(f"  Mail it sends:   https://localhost:{port + 1}/mail")
    say("  To let your browser trust the certificate, once:  make trust")
    say(f"  (or give it the authority by hand: {os.path.relpath(authority)})")
    if (Path(environment["CLOZETTE_VAR"]) / DEMO_DONE).exists():
        command = [sys.executable, "-m", "clozette", "demo", "code"]
        told = subprocess.run(command, env=environment, check=False, capture_output=True, text=True)  # noqa: S603
        if told.returncode == 0:
            say("\n" + told.stdout.rstrip())
    say("\n  Ctrl-C stops everything.\n")


def _port() -> int:
    given = os.environ.get("PORT") or str(DEFAULT_PORT)
    if not given.isdigit() or not 0 < int(given) <= LAST_PORT:
        sys.exit(f"PORT must be a number up to {LAST_PORT}, not {given!r}.")
    return int(given)


def _check_ports(port: int) -> None:
    for wanted in range(port, port + 4):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", wanted))
            except OSError:
                sys.exit(f"Port {wanted} is in use. Choose another: make run PORT={port + 100}")


@contextmanager
def _alone(var: Path) -> Iterator[None]:
    """Keep a second start away from the same state."""
    with (var / "run.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            sys.exit(f"The site under {var} is running already.")
        yield


if __name__ == "__main__":
    main()
