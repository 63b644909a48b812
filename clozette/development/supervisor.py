"""One process over several: starts them, restarts one that falls over, ends them all together.

Each child is the leader of a group of its own, so that Ctrl-C reaches only the supervisor, which then ends them in order.
Should the supervisor itself be killed, the children notice by a pipe that closes (:func:`die_with_parent`).
"""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import FrameType

PIPE = "CLOZETTE_DIES_WITH"
GRACE = 10.0
RESTARTS, WITHIN = 3, 60.0
TICK = 0.1


@dataclass
class Child:
    """A process to keep running."""

    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    starts: list[float] = field(default_factory=list)

    def is_gone(self) -> bool:
        """Whether it ended by itself."""
        return self.process is not None and self.process.poll() is not None


class Supervisor:
    """Runs children until it is told to stop or one of them can't be kept up.

    :param is_ready: asked until it says yes; then ``when_ready`` is called once.
    """

    def __init__(
        self,
        children: Sequence[Child],
        environment: Mapping[str, str],
        is_ready: Callable[[], bool],
        when_ready: Callable[[], None],
    ) -> None:
        self.children = children
        self._is_ready, self._when_ready = is_ready, when_ready
        self._ready = False
        self._asked: signal.Signals | None = None
        reading, self._writing = os.pipe()
        self._pipe = reading
        self._environment = {**environment, PIPE: str(reading)}

    def run(self) -> int:
        """Run until the end; return the exit code."""
        for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(sign, self._ask)
        try:
            for child in self.children:
                self._start(child)
            return self._watch()
        finally:
            self._end()

    def _watch(self) -> int:
        while self._asked is None:
            time.sleep(TICK)
            for child in self.children:
                if child.is_gone() and not self._revive(child):
                    return 1
            if not self._ready and self._is_ready():
                self._ready = True
                self._when_ready()
        return 0

    def _revive(self, child: Child) -> bool:
        """Start a fallen child again; say no where that makes no sense."""
        assert child.process is not None
        _end_group(child.process)
        say(f"The {child.name} stopped unexpectedly (exit code {child.process.returncode}).")
        now = time.monotonic()
        child.starts = [at for at in child.starts if now - at < WITHIN]
        if not self._ready or len(child.starts) > RESTARTS:
            say("It does not stay up; stopping everything. The reason should stand above.")
            return False
        say(f"Starting the {child.name} again …")
        time.sleep(min(2.0, 0.5 * len(child.starts)))
        self._start(child)
        return True

    def _start(self, child: Child) -> None:
        child.starts.append(time.monotonic())
        child.process = subprocess.Popen(  # noqa: S603 - our own commands
            child.command,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            pass_fds=(self._pipe,),
            start_new_session=True,
        )

    def _end(self) -> None:
        """End every child: politely, in order of their start, then by force."""
        processes = [child.process for child in self.children if child.process is not None]
        for process in processes:
            if process.poll() is None:
                process.terminate()
        until = time.monotonic() + GRACE
        while time.monotonic() < until and any(process.poll() is None for process in processes):
            if self._asked is signal.SIGKILL:
                break
            time.sleep(TICK / 2)
        for process in processes:
            _end_group(process)
            process.wait()
        os.close(self._writing)
        os.close(self._pipe)

    def _ask(self, sign: int, frame: FrameType | None) -> None:
        """Note a wish to end; a second one is impatience."""
        self._asked = signal.SIGKILL if self._asked else signal.Signals(sign)


def run_once(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run one command to its end and return its exit code; nothing of it outlives this call or this process."""
    reading, writing = os.pipe()
    process = subprocess.Popen(  # noqa: S603 - our own commands
        command, env={**environment, PIPE: str(reading)}, pass_fds=(reading,), start_new_session=True
    )
    try:
        return process.wait()
    finally:
        _end_group(process)
        process.wait()
        os.close(writing)
        os.close(reading)


def die_with_parent() -> None:
    """End this process when its supervisor dies; nothing where there is none."""
    pipe = os.environ.pop(PIPE, None)
    if pipe is not None:
        threading.Thread(target=_wait_for_parent, args=(int(pipe),), name="parent", daemon=True).start()


def say(text: str) -> None:
    """Tell the person at the terminal."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _wait_for_parent(pipe: int) -> None:
    while os.read(pipe, 1):
        pass
    if os.getpgrp() != os.getpid():
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(GRACE)
        os._exit(1)
    os.killpg(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE)
    os.killpg(os.getpid(), signal.SIGKILL)


def _end_group(process: subprocess.Popen[bytes]) -> None:
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
