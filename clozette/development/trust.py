"""Let this machine's browsers trust the development authority, which can sign for localhost alone."""

import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from clozette.development import certificates
from clozette.development.supervisor import say

NICKNAME = certificates.NAME


def trust(authority: Path) -> bool:
    """Tell every browser store that is found; return whether any took it."""
    if sys.platform == "darwin":
        keychain = Path.home() / "Library" / "Keychains" / "login.keychain-db"
        return _run(["security", "add-trusted-cert", "-r", "trustRoot", "-k", str(keychain), str(authority)])
    if shutil.which("certutil") is None:
        say("The program certutil is needed once: sudo apt-get install libnss3-tools   (then: make trust)")
        say(f"Or import {authority} by hand: your browser's settings, certificates, authorities.")
        return False
    taken = [_add(store, authority) for store in stores(Path.home())]
    return any(taken)


def stores(home: Path) -> list[Path]:
    """Return the certificate stores of Chromium and Firefox; Chromium's is made where it is missing."""
    shared = home / ".pki" / "nssdb"
    shared.mkdir(parents=True, exist_ok=True, mode=0o700)
    profiles = sorted(path.parent for path in home.glob(".mozilla/firefox/*/cert9.db"))
    snap = sorted(path.parent for path in home.glob("snap/firefox/common/.mozilla/firefox/*/cert9.db"))
    return [shared, *profiles, *snap]


def _add(store: Path, authority: Path) -> bool:
    database = f"sql:{store}"
    if not (store / "cert9.db").exists():
        _run(["certutil", "-d", database, "-N", "--empty-password"])
    subprocess.run(["certutil", "-d", database, "-D", "-n", NICKNAME], check=False, capture_output=True)  # noqa: S603, S607
    return _run(["certutil", "-d", database, "-A", "-t", "C,,", "-n", NICKNAME, "-i", str(authority)])


def _run(command: Sequence[str]) -> bool:
    say("  " + " ".join(command))
    return subprocess.run(command, check=False).returncode == 0  # noqa: S603
