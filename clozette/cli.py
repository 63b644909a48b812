"""The ``clozette`` command: run the parts of the site and look after it. Rooms bring commands of their own."""

import os
import signal
import sys
import tempfile
import threading
from importlib import import_module, util
from pathlib import Path

import click
from flask import Flask

from clozette import create_app
from clozette.development import keys, supervisor, trust
from clozette.kernel import checkup, migrations, tasks
from clozette.settings import BadSettings, Settings

# Commands that a room brings: loaded when they are called, so that nobody else pays for them.
ROOMS = {
    "contest": "clozette.contests.cli",
    "demo": "clozette.demo.cli",
    "erase": "clozette.rights.erasure.cli",
    "export": "clozette.rights.cli",
    "ledger": "clozette.privacy.cli",
    "mailchimp": "clozette.newsletters.mailchimp.cli",
    "members": "clozette.accounts.cli",
    "newsletter": "clozette.newsletters.cli",
    "payments": "clozette.shop.payments.cli",
    "policy": "clozette.privacy.policies.cli",
    "shop": "clozette.shop.cli",
}


class Commands(click.Group):
    """Our own commands and the rooms'."""

    def list_commands(self, context: click.Context) -> list[str]:
        """Name every command that is there."""
        return sorted({*super().list_commands(context), *(name for name in ROOMS if util.find_spec(ROOMS[name]))})

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        """Find one."""
        if name in ROOMS and util.find_spec(ROOMS[name]):
            command: click.Command = getattr(import_module(ROOMS[name]), name)
            return command
        return super().get_command(context, name)


def main() -> None:
    """Run a command; faults of the settings are told one a line."""
    supervisor.die_with_parent()
    keys.fill(os.environ)
    try:
        commands(obj=create_app)
    except BadSettings as bad:
        click.echo("\n".join(bad.faults), err=True)
        sys.exit(2)


@click.group(cls=Commands)
def commands() -> None:
    """Run and look after a Clozette site."""


@commands.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8000, show_default=True)
@click.option("--workers", default=os.cpu_count() or 1, show_default="one per processor")
@click.option("--threads", default=2, show_default=True, help="Requests at once in each worker, 1 to 4.")
@click.option("--certificate", type=click.Path(exists=True, path_type=Path), help="Serve TLS with this certificate …")
@click.option("--key", type=click.Path(exists=True, path_type=Path), help="… and its key.")
def serve(host: str, port: int, workers: int, threads: int, certificate: Path | None, key: Path | None) -> None:
    """Serve the pages and the API."""
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    Settings.from_environment()  # say what is wrong here, once, not in every worker
    Granian(
        "clozette:create_app",
        factory=True,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=threads,
        respawn_failed_workers=True,
        workers_kill_timeout=10,
        log_level=LogLevels.warning,
        ssl_cert=certificate,
        ssl_key=key,
    ).serve()


@commands.command()
@click.option("--beat", default=5.0, show_default=True, help="Seconds between signs of life; three missed are death.")
def worker(beat: float) -> None:
    """Work through the tasks. Give every worker a name of its own by CLOZETTE_WORKER_ID."""
    app = create_app()
    settings: Settings = app.extensions["clozette.settings"]
    done = threading.Event()
    taken = threading.Event()

    def give_way() -> None:
        taken.set()
        done.set()

    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda *_: done.set())
    stop = tasks.launch(app, executor_id=settings.worker_id, beat=beat, lost=give_way)
    while not done.wait(1):  # a wait without an end would not let signals through
        pass
    stop()
    if taken.is_set():
        sys.exit(f"Another worker is called {settings.worker_id}; give this one a name of its own: CLOZETTE_WORKER_ID.")


@commands.command()
@click.option("--port", default=8443, show_default=True, help="The site's port: pages come one above, SMTP two above.")
@click.option("--folder", type=click.Path(path_type=Path), required=True, help="Where messages are kept.")
@click.option("--certificate", type=click.Path(exists=True))
@click.option("--key", type=click.Path(exists=True))
def sandbox(port: int, folder: Path, certificate: str | None, key: str | None) -> None:
    """Play the outside world of a development site: mail and text messages."""
    from clozette.sandbox.server import Sandbox

    settings = Settings.from_environment()
    if settings.is_production:
        sys.exit("The sandbox is for development; production talks to the real world.")
    tls = (certificate, key) if certificate and key else None
    ports = {"pages_port": port + 1, "smtp_port": port + 2, "inbound_port": port + 3}
    running = Sandbox(folder, tls=tls, home=settings.stripe_home, **ports)
    for sign in (signal.SIGTERM, signal.SIGINT):
        # serve_forever() waits for its own end in shutdown(), so another thread must ask for it.
        signal.signal(sign, lambda *_: threading.Thread(target=running.stop).start())
    running.serve()


@commands.group(name="db")
def db_commands() -> None:
    """Look after the tables."""


@db_commands.command()
def upgrade() -> None:
    """Bring the database to what this version needs. Safe to run twice."""
    migrations.upgrade(create_app())
    click.echo("The tables are up to date.")


@db_commands.command()
@click.option("-m", "--message", required=True, help="What changes, as the name of the migration.")
def revision(message: str) -> None:
    """Write a migration from the present ones to the models; read it before you commit it."""
    with tempfile.TemporaryDirectory() as folder:
        made = migrations.make_revision(_on_empty_database(Path(folder)), message)
    if made is None:
        sys.exit("The models and the migrations say the same; there is nothing to migrate.")


@db_commands.command()
def check() -> None:
    """Fail where the models and the migrations differ."""
    with tempfile.TemporaryDirectory() as folder:
        found = migrations.differences(_on_empty_database(Path(folder)))
    for difference in found:
        click.echo(str(difference), err=True)
    if found:
        sys.exit("The migrations are behind the models; run: clozette db revision -m …")


def _on_empty_database(folder: Path) -> Flask:
    settings = Settings(
        env="test",
        secret_keys=("for an empty database alone, thrown away",),
        database_url=f"sqlite:///{folder / 'empty.db'}",
        var=folder,
    )
    app = create_app(settings)
    migrations.upgrade(app)
    return app


@commands.command()
def doctor() -> None:
    """Look at the surroundings: what is wrong, and how to mend it."""
    sick = False
    for finding in checkup.examine(create_app()):
        sick |= not finding.is_good
        click.echo(
            f"{'ok  ' if finding.is_good else 'BAD '} {finding.name}{': ' if finding.advice else ''}{finding.advice}"
        )
    sys.exit(int(sick))


@commands.command(name="trust")
def trust_command() -> None:
    """Let the browsers of this machine trust the development certificate."""
    authority = Settings.from_environment().var / "certs" / "ca.pem"
    if not authority.exists():
        sys.exit("There is no certificate yet; start the site first: make run")
    sys.exit(0 if trust.trust(authority) else 1)
