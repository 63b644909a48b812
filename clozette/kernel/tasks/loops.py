"""Steps that a worker takes over and over, more often than a schedule can: ``keep_doing(app, "room.verb", step)``.

A step gets the time, opens and commits its own transactions, and must bear that other workers take it at the same time.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import structlog
from flask import Flask

from clozette.kernel import clock

Step = Callable[[datetime], object]
_LOOPS = "clozette.loops"
_here = threading.local()
log = structlog.get_logger()


@dataclass(frozen=True)
class _Loop:
    name: str
    step: Step
    every: float


def keep_doing(app: Flask, name: str, step: Step, *, every: float = 1.0) -> None:
    """Let workers take ``step``, with ``every`` seconds between its end and its next begin; for the wiring page."""
    app.extensions.setdefault(_LOOPS, {})[name] = _Loop(name, step, every)


def is_ending() -> bool:
    """Whether the worker waits for the running step to end: one that takes long asks now and then."""
    done: threading.Event | None = getattr(_here, "done", None)
    return done is not None and done.is_set()


def start(app: Flask) -> Callable[[], None]:
    """Start a thread for each loop; return the function that ends them, once each has finished its step."""
    done = threading.Event()
    threads = [
        threading.Thread(target=_run, args=(app, loop, done), name=loop.name, daemon=True)
        for loop in app.extensions.get(_LOOPS, {}).values()
    ]
    for thread in threads:
        thread.start()

    def end() -> None:
        done.set()
        for thread in threads:
            thread.join(10)

    return end


def _run(app: Flask, loop: _Loop, done: threading.Event) -> None:
    _here.done = done
    while not done.wait(loop.every):
        try:
            with app.app_context():
                loop.step(clock.now())
        except Exception as error:  # noqa: BLE001 - the next turn may go well; one bad one must not end the loop
            log.error("loop_failed", loop=loop.name, error=type(error).__name__)
