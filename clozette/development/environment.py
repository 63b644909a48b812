"""Make ``.venv`` hold what a lock file says; a script for the system's Python, so standard library only.

``python3 clozette/development/environment.py run`` (or ``dev``, which has everything that ``run`` has). A second call
takes no time: a stamp remembers which lock was installed.
"""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("run", "dev")
OLDEST = (3, 11)
_RARELY_USED = r"/(stripe|mailchimp_marketing|pip)/"  # a third of all files; what is used is compiled then


def main() -> None:
    """Make or refresh the environment for the lock that was asked for."""
    wanted = sys.argv[1] if len(sys.argv) > 1 else "run"
    if wanted not in LOCKS:
        sys.exit(f"say which lock: {' or '.join(LOCKS)}")
    if sys.version_info < OLDEST:
        sys.exit(f"Clozette needs Python {'.'.join(map(str, OLDEST))} or newer; this is {sys.version.split()[0]}.")
    ensure(ROOT, wanted)


def ensure(root: Path, wanted: str) -> bool:
    """Install the lock ``wanted`` into ``root/.venv`` unless it is there; return whether anything was done."""
    venv = root / ".venv"
    if any(_is_installed(root, name) for name in LOCKS[LOCKS.index(wanted) :]):
        return False
    python = venv / "bin" / "python"
    if not python.exists():
        _say("Making .venv …")
        _run([sys.executable, "-m", "venv", venv], "If this fails: install your system's venv package (python3-venv).")
    _say(f"Installing the locked packages (requirements/{wanted}.lock) …")
    pip: list[str | Path] = [python, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--no-input"]
    _run([*pip, "--no-compile", "--require-hashes", "--no-deps", "-r", root / "requirements" / f"{wanted}.lock"])
    _run([*pip, "--no-deps", "--no-build-isolation", "-e", root])
    _compile(venv)
    _stamp(root, wanted).write_text(_fingerprint(root, wanted))
    return True


def _compile(venv: Path) -> None:
    """Compile what is installed, on every processor; pip would use one. A file that can't be compiled is nobody's."""
    packages = [str(path) for path in venv.glob("lib/python*/site-packages")]
    command = [str(venv / "bin" / "python"), "-m", "compileall", "-q", "-q", "-j", "0", "-x", _RARELY_USED, *packages]
    subprocess.run(command, check=False)  # noqa: S603 - our own words


def _is_installed(root: Path, name: str) -> bool:
    stamp = _stamp(root, name)
    return stamp.exists() and stamp.read_text() == _fingerprint(root, name)


def _stamp(root: Path, name: str) -> Path:
    return root / ".venv" / f".{name}.installed"


def _fingerprint(root: Path, name: str) -> str:
    parts = (root / "requirements" / f"{name}.lock", root / "pyproject.toml")
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.read_bytes())
    return f"{digest.hexdigest()} {'.'.join(map(str, sys.version_info[:2]))}"


def _run(command: list[str | Path], hint: str = "") -> None:
    environment = {**os.environ, "PYTHONWARNINGS": "ignore"}
    words = [str(part) for part in command]
    if subprocess.run(words, check=False, env=environment).returncode:  # noqa: S603 - our own words
        sys.exit(hint or "The packages could not be installed; see above.")


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
