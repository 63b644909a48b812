"""Postfix's smtp-sink: a mail server that takes everything as fast as one can. Debian's package, unpacked under ``var/``."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from clozette.settings import ROOT
from tests.support import processes

FOLDER = ROOT / "var" / "postfix"
_NEEDED = ("usr/sbin/smtp-sink", "usr/lib/postfix/libpostfix-global.so", "usr/lib/postfix/libpostfix-util.so")


class NotThere(Exception):
    """The program can't be had here; says how to get it."""


def binary() -> Path:
    """Return the program, fetched once.

    :raises NotThere: if it is neither installed nor to be fetched.
    """
    installed = shutil.which("smtp-sink", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if installed:
        return Path(installed)
    if not all((FOLDER / name).exists() for name in _NEEDED):
        _fetch()
    return FOLDER / _NEEDED[0]


@contextmanager
def sink(log: Path) -> Iterator[int]:
    """Give the port of a running sink."""
    port = processes.free_port()
    environment = {**os.environ, "LD_LIBRARY_PATH": str(FOLDER / "usr/lib/postfix")}
    command = [str(binary()), *(("-u", "nobody") if os.geteuid() == 0 else ()), f"127.0.0.1:{port}", "1000"]
    process = processes.start(command, log, env=environment)
    try:
        processes.wait_until(lambda: processes.answers(port), process, log)
        yield port
    finally:
        processes.stop(process)


def _fetch() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        steps = (["apt-get", "download", "postfix"], ["sh", "-c", f"dpkg -x postfix_*.deb '{FOLDER}'"])
        for step in steps:
            try:
                done = subprocess.run(step, cwd=folder, capture_output=True, text=True, check=False, timeout=120)
            except OSError as error:
                raise NotThere(f"{step[0]} is missing; install postfix, which has smtp-sink") from error
            if done.returncode:
                raise NotThere(f"install postfix, which has smtp-sink ({step[0]}: {done.stderr.strip()[-200:]})")
