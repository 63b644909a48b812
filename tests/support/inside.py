"""A site inside the test's own process, over TLS, whose clock a test can move; browsers meet it like any other."""

import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from werkzeug.serving import make_server

from clozette import create_app
from clozette.accounts.models import Member
from clozette.kernel import clock, tasks
from clozette.kernel.database import db
from clozette.kernel.tasks import registry
from clozette.privacy.ledger import adopt
from clozette.sandbox import drand
from tests.factories.accounts import sign_in
from tests.support import databases, processes
from tests.support.application import Clock, test_settings

_EACH_MINUTE = "* * * * *"


@dataclass
class Inside:
    """The site, where it answers, and its clock."""

    app: Flask
    url: str
    clock: Clock

    def cookie_of(self, member: Member) -> str:
        """Sign somebody in, with a second factor, and return the session's cookie."""
        browser = self.app.test_client()
        sign_in(browser, member, second_factor=True)
        cookie = browser.get_cookie("__Host-session", domain="localhost")
        assert cookie is not None
        return cookie.value

    def pass_time(self, **span: float) -> None:
        """Move the clock on, and do what the clock and those who work behind the pages do then."""
        self.clock.forward(**span)
        with self.app.app_context():
            for _round in range(3):
                self._tend()
            adopt.step(clock.now())

    def _tend(self) -> None:
        for name, cron in registry.schedules_of(self.app).items():
            if cron == _EACH_MINUTE or cron.startswith("*/"):
                tasks.enqueue(registry.TASKS[name])
        tasks.drain(self.app)
        self.clock.forward(minutes=2)


@contextmanager
def running(certificate: Path, key: Path) -> Iterator[Inside]:
    """Give a site on a random port with a database of its own."""
    with processes.scratch("inside") as folder:
        port = processes.free_port()
        url = f"https://localhost:{port}"
        limits = {"address_limit": "100000 per minute", "member_limit": "100000 per minute"}
        chain = json.dumps(drand.info())
        database = f"sqlite:///{folder / 'clozette.db'}"
        app = create_app(test_settings(database, folder, base_url=url, drand_chain=chain, **limits))
        databases.create_schema(app)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        server = make_server("localhost", port, app, threaded=True, ssl_context=context)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        moving = Clock()
        moving.stop()
        try:
            yield Inside(app, url, moving)
        finally:
            moving.run()
            server.shutdown()
            thread.join(10)
            with app.app_context():
                for engine in db.engines.values():
                    engine.dispose()
