"""A whole site: the worker listens, a mail of the site bounces, a worker understands it, and nothing goes there again."""

import smtplib
import time
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from clozette import create_app
from clozette.kernel import tasks
from clozette.kernel.database import db
from clozette.newsletters import keys
from clozette.newsletters.returns import site_mail
from clozette.newsletters.returns.models import Return
from clozette.newsletters.subscriptions import suppressions
from clozette.settings import Settings
from tests.newsletters.returns.samples import dsn, failed
from tests.support import live, processes


def until(ready: Callable[[], bool], seconds: float = 40) -> None:
    end = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.mark.requirement(43, 51)
@pytest.mark.engines("sqlite")
def test_a_bounce_reaches_the_worker(engine: str) -> None:
    port = processes.free_port()
    with live.running(inbound_listen=f"127.0.0.1:{port}") as site:
        app = create_app(Settings.from_environment(site.environment))
        with app.app_context():
            path = site_mail.Watch().path_for("mia@example.test")
            address_key = keys.address_key("mia@example.test")
            db.session.commit()
        until(lambda: processes.answers(port))
        with smtplib.SMTP("127.0.0.1", port, "mx.example.test", timeout=30) as smtp:
            smtp.sendmail("", [path], dsn(path, failed("mia@example.test")))

        def is_dead() -> bool:
            with app.app_context():
                return suppressions.reasons_for(address_key) == {"bounced"}

        until(is_dead)
        with app.app_context():
            assert db.session.scalars(sa.select(Return.state)).one() == "understood"
            assert tasks.standing(app).failed == 0
        processes.stop(site.processes[1])
        assert not processes.answers(port)
        assert "mia@" not in site.logs()
