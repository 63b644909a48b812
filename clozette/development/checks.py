"""``make check``: every check that needs no running site, one line each, their words only where they fail."""

import os
import subprocess
import sys
import time
from pathlib import Path

from clozette.development.supervisor import say
from clozette.settings import ROOT

CHECKS = {
    "format": ["ruff", "format", "--check", "--quiet", "."],
    "lint": ["ruff", "check", "--quiet", "."],
    "types": ["mypy", "--no-error-summary"],
    "floors": ["lint-imports"],
    "templates": ["djlint", "templates", "--lint", "--quiet"],
    "translations": ["python", "-m", "clozette.development.translations", "check"],
    "migrations": ["python", "-m", "clozette", "db", "check"],
}


def main() -> None:
    """Run every check; fail if one does."""
    failed = [name for name, command in CHECKS.items() if not _passes(name, command)]
    if failed:
        sys.exit(f"make check: {', '.join(failed)} failed")
    say("make check: all good")


def _passes(name: str, command: list[str]) -> bool:
    began = time.monotonic()
    program = [str(Path(sys.executable).parent / command[0]), *command[1:]]
    done = subprocess.run(program, cwd=ROOT, env={**os.environ}, check=False, capture_output=True, text=True)  # noqa: S603
    good = done.returncode == 0
    say(f"{'ok  ' if good else 'BAD '} {name:<14}{time.monotonic() - began:5.1f} s")
    if not good:
        say(done.stdout + done.stderr)
    return good


if __name__ == "__main__":
    main()
