"""Run benchmarks or fault experiments: one line per claim, ``var/bench/<name>.json``, exit 1 if any falls short."""

import importlib
import pkgutil
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.claims import Report

HERE = Path(__file__).resolve().parent
RESULTS = HERE.parent / "var" / "bench"
FOLDERS = {"bench": HERE, "faults": HERE / "faults"}
NOT_EXPERIMENTS = {"__main__", "claims", "faults", "support"}


def main(arguments: Sequence[str]) -> int:
    """Run what is named, or all of a kind: ``bench feed``, ``faults core``; ``bench`` may be left out."""
    kind, *names = arguments if arguments and arguments[0] in FOLDERS else ("bench", *arguments)
    known = names_of(kind)
    unknown = [name for name in names if name not in known]
    if unknown:
        print(f"No {kind} is called {', '.join(unknown)}. There are: {', '.join(known)}", file=sys.stderr)
        return 2
    reports = [_run(kind, name) for name in names or known]
    return 0 if all(report.holds for report in reports) else 1


def names_of(kind: str) -> list[str]:
    """Return what can be run: the modules and packages of a kind's folder."""
    found = [module.name for module in pkgutil.iter_modules([str(FOLDERS[kind])])]
    return [name for name in found if name not in NOT_EXPERIMENTS and not name.startswith("_")]


def _run(kind: str, name: str) -> Report:
    package = "benchmarks.faults" if kind == "faults" else "benchmarks"
    report: Report = importlib.import_module(f"{package}.{name}").run()
    report.write(RESULTS / f"{name}.json")
    return report


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
