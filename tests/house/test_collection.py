"""Every deed that takes personal data names the collection point it enters by, and the point is one of the register."""

import ast
import inspect
import textwrap

import pytest

from clozette.kernel.web.gate import entry_of
from clozette.privacy.points import POINTS
from tests.house.routes import writing
from tests.house.test_walk import COLLECTS_NOTHING

pytestmark = pytest.mark.engines("sqlite")


def deeds(app):
    """Yield every route that may take something, with how it is opened."""
    for route in writing(app):
        entry = entry_of(app, route.endpoint)
        if entry is not None and route.method != "DELETE":
            yield route, entry


def reads_a_form(view) -> bool:
    """Whether a view itself reads what was typed: ``form.load()``, ``schema.load(…)``, ``request.get_json()``."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(inspect.unwrap(view))))
    calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return any(isinstance(call, ast.Attribute) and call.attr in {"load", "get_json"} for call in calls)


@pytest.mark.requirement(1)
def test_a_deed_names_a_point_of_the_register(app):
    silent = [str(route) for route, entry in deeds(app) if not entry.collects]
    excused = {str(route) for route, _ in deeds(app) if route.endpoint in COLLECTS_NOTHING}
    assert not set(silent) - excused
    unknown = {str(route): entry.collects for route, entry in deeds(app) if entry.collects not in {None, *POINTS}}
    assert not unknown


@pytest.mark.requirement(1)
def test_nothing_is_collected_where_nothing_is_open(app):
    shut = {
        str(route): entry.collects
        for route, entry in deeds(app)
        if entry.collects and not POINTS[entry.collects].is_open
    }
    assert not shut


@pytest.mark.requirement(1)
def test_what_is_said_to_collect_nothing_reads_no_form(app):
    readers = [
        name for name in COLLECTS_NOTHING if name in app.view_functions and reads_a_form(app.view_functions[name])
    ]
    assert not readers


@pytest.mark.requirement(1)
def test_a_point_says_everything_about_itself(app):
    with app.test_request_context():
        for point in POINTS.values():
            assert point.purposes, point.id
            assert point.basis in {"contract", "consent", "law", "interest"}, point.id
            assert point.recipients, point.id
            assert str(point.retention).strip(), point.id
            assert point.clause, point.id
            assert point.channels, point.id
            assert not set(point.mandatory) & set(point.optional), point.id


def test_the_check_sees_a_form():
    def reading(form):
        if not form.load():
            return 422
        return 200

    def silent(form):
        return form.value("load")

    assert reads_a_form(reading)
    assert not reads_a_form(silent)
