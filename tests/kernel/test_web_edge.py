"""One commit at the edge: a good answer keeps what was done, any other undoes all of it, and GET can't write at all."""

import pytest
import sqlalchemy as sa
from flask import Flask, abort

from clozette import create_app
from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.refusal import Refusal, Refused
from clozette.kernel.web.edge import Templates
from clozette.kernel.web.gate import everyone
from clozette.privacy import subjects
from clozette.privacy.models import Subject
from tests.support.client import Client

OUTCOMES = {
    "fine": lambda: "done",
    "moved": lambda: ("", 303, {"Location": "/"}),
    "invalid": lambda: ("not so", 422),
    "missing": lambda: abort(404),
    "refused": lambda: (_ for _ in ()).throw(Refused(Refusal("no", "No."))),
    "broken": lambda: (_ for _ in ()).throw(RuntimeError("on purpose")),
    "twice": lambda: db.session.execute(sa.insert(Subject).values(id=1, created_at=clock.now(), key=b"x")),
}


@pytest.fixture
def edge(site):
    """A worker of the site under test with one view more."""
    app = create_app(site.app.extensions["clozette.settings"], TESTING=True, PROPAGATE_EXCEPTIONS=False)
    app.test_client_class = Client

    @app.route("/workshop/<outcome>", methods=["GET", "POST"])
    @everyone(collects="CP2")
    def act(outcome):
        subjects.create(clock.now())
        return OUTCOMES[outcome]()

    return app.test_client()


def kept(session) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(Subject))


@pytest.mark.parametrize(("outcome", "status"), [("fine", 200), ("moved", 303)])
def test_a_good_answer_keeps_the_deed(edge, db_session, outcome, status):
    assert edge.post(f"/workshop/{outcome}").status_code == status
    assert kept(db_session) == 1


@pytest.mark.parametrize(
    ("outcome", "status"), [("invalid", 422), ("missing", 404), ("refused", 409), ("broken", 500), ("twice", 409)]
)
def test_any_other_answer_undoes_it(edge, db_session, outcome, status):
    if outcome == "twice":
        db_session.execute(sa.insert(Subject).values(id=1, created_at=clock.now(), key=b"x"))
        db_session.commit()
    before = kept(db_session)
    assert edge.post(f"/workshop/{outcome}").status_code == status
    assert kept(db_session) == before


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_get_cannot_write(edge, db_session, method):
    """CVE-2019-1020018: a link that acts is used up by whoever follows it first, a mail scanner say."""
    answer = edge.open("/workshop/fine", method=method)
    assert answer.status_code >= 500
    assert kept(db_session) == 0


def test_a_template_knows_its_own_names_before_those_of_all():
    """And those that are added later, as an import of macros asks for all of them."""
    environment = Templates(app=Flask(__name__))
    known = environment.make_globals({"range": 1})
    environment.globals["later"] = 2
    assert {"range", "dict", "later"} <= set(known.keys()) == set(known)
    assert (known["range"], known["later"]) == (1, 2)
