"""The site as people reach it: granian over TLS with a certificate of a throwaway authority, and the worker beside it."""

import os
import shutil
import ssl
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path

import trustme
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from clozette import create_app
from clozette.sandbox.stripe.posting import SECRET as SECRET_OF_WEBHOOKS
from clozette.settings import ROOT, Settings
from tests.support import databases, mail, processes

SECRET = "for live tests alone and long enough to be taken"


class Certificate:
    """A certificate for localhost from an authority that nobody else trusts."""

    def __init__(self, folder: Path) -> None:
        self._authority = trustme.CA()
        leaf = self._authority.issue_cert("localhost", "127.0.0.1", "::1")
        self.chain = folder / "chain.pem"
        self.key = folder / "key.pem"
        self.authority = folder / "authority.pem"
        self.chain.write_bytes(b"".join(part.bytes() for part in leaf.cert_chain_pems))
        self.key.write_bytes(_as_pkcs8(leaf.private_key_pem.bytes()))
        self._authority.cert_pem.write_to_path(str(self.authority))

    @cached_property
    def public_key_hash(self) -> str:
        """Return what Chromium takes for ``--ignore-certificate-errors-spki-list``: it then trusts this one key fully."""
        certificate = x509.load_pem_x509_certificate(self.chain.read_bytes())
        wrapped = serialization.PublicFormat.SubjectPublicKeyInfo
        public = certificate.public_key().public_bytes(serialization.Encoding.DER, wrapped)
        return b64encode(sha256(public).digest()).decode()

    def client_context(self) -> ssl.SSLContext:
        """Return TLS settings that trust the authority."""
        return ssl.create_default_context(cafile=str(self.authority))


@dataclass
class LiveSite:
    """A running site: where it is, the mail it sends, the settings its commands need."""

    url: str
    port: int
    mail: mail.Sink
    environment: dict[str, str]
    certificate: Certificate
    folder: Path
    processes: list[subprocess.Popen[bytes]]

    def command(self, *arguments: str) -> str:
        """Run ``clozette …`` against this site's database and return what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "clozette", *arguments],
            env=self.environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr + done.stdout
        return done.stdout

    def logs(self) -> str:
        """Return what the processes wrote."""
        return "\n".join(path.read_text(errors="replace") for path in sorted(self.folder.glob("*.log")))


@contextmanager
def running(*, workers: int = 1, worker: bool = True, plain: bool = False, **settings: str) -> Iterator[LiveSite]:
    """Give a site on a random port with a database of its own; ``settings`` are its variables without the prefix.

    :param plain: without TLS, as behind a proxy.
    """
    with ExitStack() as stack:
        folder = stack.enter_context(processes.scratch("live"))
        site = _prepare(stack, folder, settings)
        _trust_the_sandbox(site)
        databases.create_schema(create_app(Settings.from_environment(site.environment)))
        _start(site, stack, "web.log", _serve(site, workers, plain=plain))
        if worker:
            _start(site, stack, "worker.log", [sys.executable, "-m", "clozette", "worker"])
        processes.wait_until(lambda: processes.answers(site.port), site.processes[0], folder / "web.log")
        yield site


@contextmanager
def sandbox(site: LiveSite) -> Iterator[str]:
    """Start what a site's payments go to, and give its address; without it every payment waits."""
    files = ["--certificate", str(site.certificate.chain), "--key", str(site.certificate.key)]
    where = ["--port", str(site.port), "--folder", str(site.folder / "sandbox")]
    with ExitStack() as stack:
        command = [sys.executable, "-m", "clozette", "sandbox", *where, *files]
        process = _start(site, stack, "sandbox.log", command)
        processes.wait_until(lambda: processes.answers(site.port + 1), process, site.folder / "sandbox.log")
        yield f"https://localhost:{site.port + 1}"


def _trust_the_sandbox(site: LiveSite) -> None:
    """Put the certificate's authority where a development site looks for that of its payment service."""
    (site.folder / "certs").mkdir()
    shutil.copy(site.certificate.authority, site.folder / "certs" / "ca.pem")


def _prepare(stack: ExitStack, folder: Path, settings: dict[str, str]) -> LiveSite:
    port = processes.free_ports(3)  # the next two are the sandbox's
    url = f"https://localhost:{port}"
    sink = stack.enter_context(mail.sink())
    given = {
        "env": "test",
        "base_url": url,
        "secret_keys": SECRET,
        "database_url": f"sqlite:///{folder / 'clozette.db'}",
        "media_url": f"file://{folder / 'media'}",
        "smtp_url": sink.url,
        "stripe_secret_key": "sk_test_sandbox",
        "stripe_webhook_secret": SECRET_OF_WEBHOOKS,
        "stripe_api_base": f"https://localhost:{port + 1}",
        "controller_name": "Clozette Pte Ltd",
        "controller_address": "1 High Street, Singapore",
        "var": str(folder),
        **settings,
    }
    variables = {f"CLOZETTE_{name.upper()}": value for name, value in given.items()}
    plain = {name: value for name, value in os.environ.items() if not name.startswith("CLOZETTE_")}
    environment = {**plain, **variables, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "default"}
    return LiveSite(url, port, sink, environment, Certificate(folder), folder, [])


def _serve(site: LiveSite, workers: int, *, plain: bool) -> list[str]:
    tls = [] if plain else ["--certificate", str(site.certificate.chain), "--key", str(site.certificate.key)]
    return [sys.executable, "-m", "clozette", "serve", "--port", str(site.port), "--workers", str(workers), *tls]


def _start(site: LiveSite, stack: ExitStack, log: str, command: list[str]) -> subprocess.Popen[bytes]:
    process = processes.start(command, site.folder / log, env=site.environment, cwd=ROOT)
    stack.callback(processes.stop, process)
    site.processes.append(process)
    return process


def _as_pkcs8(pem: bytes) -> bytes:
    """Write a key in the form that granian reads."""
    key = serialization.load_pem_private_key(pem, None)
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
