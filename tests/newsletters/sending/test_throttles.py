"""How fast: limits of all, of senders and of domains hold for all workers together."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import orm

from clozette.kernel import clock
from clozette.newsletters.sending import throttles
from clozette.newsletters.sending.throttles import BadLimits, Limits
from tests.newsletters.sending.conftest import Run

Runs = Callable[..., Run]


def test_settings_are_read() -> None:
    limits = throttles.read("all=100/s sender=20000/h domain=600/m domain:gmail.com=50/s connections=20")
    assert limits == Limits(100, 20000 / 3600, 10, {"gmail.com": 50}, 20)
    assert (limits.of("gmail.com"), limits.of("example.test")) == (50, 10)
    assert throttles.read("") == Limits()
    for bad in ("all=fast", "all=1", "everything=1/s", "connections=-1", "domain:=1/s"):
        with pytest.raises(BadLimits):
            throttles.read(bad)


@pytest.fixture
def limited(app: Flask) -> Any:
    settings = app.extensions["clozette.settings"]

    def limit(text: str) -> None:
        app.extensions["clozette.settings"] = replace(settings, news_limits=text)

    yield limit
    app.extensions["clozette.settings"] = settings


@pytest.mark.requirement(42)
@pytest.mark.parametrize("scope", ["all", "sender", "domain"])
def test_no_faster_than_the_limit(run: Runs, limited: Any, stopped_clock: Any, scope: str) -> None:
    limited(f"{scope}=10/s connections=5")
    going = run(50)
    sent = []
    while going.campaign.state != "finished" and len(sent) < 100:
        going.turn()
        sent.append(len(going.post.letters))
        stopped_clock.forward(milliseconds=100)
    assert sent[-1] == 50 and going.campaign.state == "finished"
    assert all(count <= 10 * (turn / 10) + 10 for turn, count in enumerate(sent))
    assert sent[30] >= 25


@pytest.mark.requirement(41, 42)
def test_a_changed_limit_goes_on_where_it_was(run: Runs, limited: Any, stopped_clock: Any) -> None:
    limited("all=1/m")
    going = run(12)
    going.turn()
    assert 0 < len(going.post.letters) < 12 and going.campaign.state == "running"
    limited("")
    stopped_clock.forward(minutes=2)
    going.turn()
    assert len(set(going.got())) == len(going.got()) == 12


@pytest.mark.requirement(42)
def test_a_slow_domain_is_left_alone_longer_and_longer(db_session: orm.Session, stopped_clock: Any) -> None:
    waits = []
    for _ in range(9):
        throttles.back_off("slow.test", clock.now())
        throttles.back_off("slow.test", clock.now())
        free_at = throttles._hold("domain:slow.test", clock.now())
        waits.append((free_at - clock.now()).total_seconds())
        stopped_clock.stop(free_at)
    assert waits == [30, 60, 120, 240, 480, 960, 1920, 3600, 3600]
    throttles.went_well(["slow.test"])
    throttles.back_off("slow.test", clock.now())
    assert (throttles._hold("domain:slow.test", clock.now()) - clock.now()).total_seconds() == 30
    stopped_clock.forward(days=2)
    throttles.forget(clock.now())
    assert throttles._hold("domain:slow.test", clock.now()) == clock.now()
