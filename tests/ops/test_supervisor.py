"""The supervisor: everything up together, everything gone together, whatever ends it."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from clozette.development import supervisor
from clozette.settings import ROOT

CHILD = """
import os, signal, subprocess, sys, time
from pathlib import Path
from supervisor import die_with_parent

die_with_parent()
name, folder, manner = sys.argv[1], Path(sys.argv[2]), sys.argv[3]
grandchild = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
with (folder / f"{name}.pids").open("a") as file:
    file.write(f"{os.getpid()} {grandchild.pid}\\n")
if manner == "deaf":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
if manner == "falls":
    sys.exit(3)
time.sleep(60)
"""

PARENT = """
import os, sys
from pathlib import Path
import supervisor
from supervisor import Child, Supervisor

supervisor.GRACE = 1.0
folder = Path(sys.argv[1])
children = [
    Child(f"child-{n}", [sys.executable, str(folder / "child.py"), f"child-{n}", str(folder), manner])
    for n, manner in enumerate(sys.argv[2:])
]
ready = lambda: all((folder / f"{child.name}.pids").exists() for child in children)
sys.exit(Supervisor(children, os.environ, ready, lambda: (folder / "ready").touch()).run())
"""


class Run:
    """A supervisor in a process of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "child.py").write_text(textwrap.dedent(CHILD))
        (folder / "parent.py").write_text(textwrap.dedent(PARENT))
        self.process: subprocess.Popen[str] | None = None

    def start(self, *manners: str) -> "subprocess.Popen[str]":
        """Start with one child for each manner."""
        environment = {**os.environ, "PYTHONPATH": str(ROOT / "clozette" / "development")}
        command = [sys.executable, str(self.folder / "parent.py"), str(self.folder), *manners]
        self.process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
        return self.process

    def pids(self) -> list[int]:
        """Return every process that the children noted."""
        return [int(pid) for path in self.folder.glob("*.pids") for pid in path.read_text().split()]

    def all_gone(self) -> bool:
        """Whether none of them lives."""
        return not any(_lives(pid) for pid in self.pids())


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    made = Run(tmp_path)
    yield made
    if made.process is not None and made.process.poll() is None:
        made.process.kill()
    for pid in made.pids():
        if _lives(pid):
            os.kill(pid, signal.SIGKILL)


def _wait(until: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if until():
            return
        time.sleep(0.05)
    raise AssertionError("it did not happen")


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_one_signal_ends_all_even_the_deaf_and_their_children(run: Run, sign: signal.Signals) -> None:
    process = run.start("good", "deaf")
    _wait((run.folder / "ready").exists)
    process.send_signal(sign)
    assert process.wait(20) == 0
    assert len(run.pids()) == 4
    _wait(run.all_gone)


def test_the_children_notice_when_the_supervisor_is_killed(run: Run) -> None:
    process = run.start("good", "good")
    _wait((run.folder / "ready").exists)
    process.kill()
    process.wait(10)
    _wait(run.all_gone)


def test_a_command_run_once_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "child.py").write_text(textwrap.dedent(CHILD))
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "clozette" / "development")}
    command = [sys.executable, str(tmp_path / "child.py"), "child-0", str(tmp_path)]
    made = Run(tmp_path)
    assert supervisor.run_once([*command, "falls"], environment) == 3
    _wait(made.all_gone)

    def interrupted(process: "subprocess.Popen[str]", *rest: object) -> int:
        _wait(lambda: len(made.pids()) == 4)
        monkeypatch.undo()
        raise KeyboardInterrupt

    monkeypatch.setattr(subprocess.Popen, "wait", interrupted)
    with pytest.raises(KeyboardInterrupt):
        supervisor.run_once([*command, "deaf"], environment)
    _wait(made.all_gone)


def test_a_child_that_fell_is_started_again(run: Run) -> None:
    process = run.start("good", "good")
    _wait((run.folder / "ready").exists)
    first = run.pids()
    os.kill(int((run.folder / "child-0.pids").read_text().split()[0]), signal.SIGKILL)
    _wait(lambda: len(run.pids()) == 6)
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=20)
    assert "child-0 stopped unexpectedly (exit code -9)" in out
    assert len(set(run.pids()) - set(first)) == 2
    _wait(run.all_gone)


def test_a_child_that_never_comes_up_ends_everything(run: Run) -> None:
    process = run.start("good", "falls")
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "child-1 stopped unexpectedly (exit code 3)" in out
    _wait(run.all_gone)
