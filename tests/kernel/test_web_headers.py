"""Every answer is dressed: an A+ under HTTP Observatory's scoring on each class of page, errors and data included."""

import io
import re

import pytest
from werkzeug.test import EnvironBuilder

from clozette.kernel.viewer import Viewer
from clozette.kernel.web.headers import Dressed
from tests.support import observatory

# What a page without cookies and scripts of its own can reach; both add 5 where they are.
PERFECT = 150


def assert_dressed(answer):
    """Fail unless nothing takes points away and everything that can add some does."""
    found = observatory.score(answer)
    assert not found.faults, (answer.request.path, found.points)
    expected = PERFECT + found.points["cookies"] + found.points["subresource-integrity"]
    assert found.total == expected, (answer.request.path, found.points)
    for name in ("Permissions-Policy", "Cache-Control", "X-Frame-Options"):
        assert answer.headers.get(name), (name, answer.request.path)
    for name, _ in answer.headers:
        if name not in {"Set-Cookie", "Link", "Vary"}:
            assert len(answer.headers.getlist(name)) == 1, f"{name} twice on {answer.request.path}"


class TestScoring:
    """The scoring itself can tell good from bad."""

    @pytest.mark.parametrize(
        ("headers", "fault"),
        [
            ({"Content-Security-Policy": ""}, "content-security-policy"),
            ({"Content-Security-Policy": "default-src 'none'; script-src 'unsafe-inline'"}, "content-security-policy"),
            ({"Strict-Transport-Security": "max-age=3600"}, "strict-transport-security"),
            ({"Set-Cookie": "a=b; HttpOnly; SameSite=Lax"}, "cookies"),
            ({"Set-Cookie": "a=b; Secure; SameSite=Lax"}, "cookies"),
            ({"X-Content-Type-Options": ""}, "x-content-type-options"),
            ({"Referrer-Policy": "unsafe-url"}, "referrer-policy"),
            ({"Access-Control-Allow-Origin": "*"}, "cross-origin-resource-sharing"),
        ],
    )
    def test_a_planted_fault_is_found(self, workshop, headers, fault):
        answer = workshop.get("/workshop/page")
        for name, value in headers.items():
            answer.headers[name] = value
        assert fault in observatory.score(answer).faults

    def test_a_foreign_script_is_found(self, workshop):
        answer = workshop.get("/workshop/page")
        answer.set_data("<script src='https://cdn.example/x.js'></script>")
        assert "subresource-integrity" in observatory.score(answer).faults


@pytest.mark.parametrize("status", [400, 403, 404, 405, 409, 413, 415, 422, 429, 500, 503])
@pytest.mark.parametrize("place", ["/workshop", "/api/workshop"])
def test_errors(workshop, place, status):
    answer = workshop.get(f"{place}/status/{status}")
    assert answer.status_code == status
    assert_dressed(answer)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/workshop/page", 200),
        ("HEAD", "/workshop/page", 200),
        ("OPTIONS", "/workshop/page", 200),
        ("GET", "/workshop/away", 303),
        ("GET", "/workshop/boom", 500),
        ("POST", "/workshop/page", 405),
        ("GET", "/nowhere", 404),
        ("GET", "/api/v1/nowhere", 404),
        ("GET", "/static/nowhere.css", 404),
        ("GET", "/policy", 200),
        ("GET", "/static/icons/sprite.svg", 200),
        ("GET", "/workshop/page%00", 400),
    ],
)
def test_ordinary_answers(workshop, method, path, status):
    answer = workshop.open(path, method=method)
    assert answer.status_code == status
    assert_dressed(answer)


def test_refusals_at_the_door(workshop):
    assert_dressed(workshop.get("/workshop/page", base_url="https://evil.example"))
    assert_dressed(workshop.post("/workshop/form", headers={"Origin": "https://evil.example"}))
    assert_dressed(workshop.post("/workshop/form", data={"a": "b"}, csrf=False))
    big = {"file": (io.BytesIO(b"x" * 100), "a.txt"), **{f"f{n}": "x" for n in range(600)}}
    answer = workshop.post("/workshop/form", data=big)
    assert answer.status_code == 413
    assert_dressed(answer)


class TestNonce:
    def test_one_an_answer_and_every_script_has_it(self, workshop):
        first, second = workshop.get("/policy"), workshop.get("/policy")
        nonces = [_nonce(answer) for answer in (first, second)]
        assert nonces[0] != nonces[1]
        for answer, nonce in zip((first, second), nonces, strict=True):
            tags = re.findall(r"<script\b[^>]*>", answer.text)
            assert tags
            assert all(f'nonce="{nonce}"' in tag for tag in tags)

    def test_a_page_that_asks_for_none_may_run_nothing(self, workshop):
        policy = observatory.parse_policy(workshop.get("/workshop/page").headers["Content-Security-Policy"])
        assert policy["script-src"] == ["'none'"]

    def test_pages_keep_to_trusted_types(self, workshop):
        policy = observatory.parse_policy(workshop.get("/policy").headers["Content-Security-Policy"])
        assert policy["require-trusted-types-for"] == ["'script'"]
        assert policy["base-uri"] == policy["frame-ancestors"] == ["'none'"]
        assert policy["style-src"] == policy["form-action"] == ["'self'"]

    def test_data_opened_by_itself_may_do_nothing(self, workshop):
        policy = observatory.parse_policy(workshop.get("/static/icons/sprite.svg").headers["Content-Security-Policy"])
        assert policy["default-src"] == ["'none'"]
        assert "sandbox" in policy


class TestCaches:
    def test_a_guests_page_may_be_kept_but_is_asked_for_again(self, workshop):
        answer = workshop.get("/policy")
        assert answer.headers["Cache-Control"] == "no-cache"
        assert "Cookie" in answer.headers["Vary"]

    @pytest.mark.parametrize("path", ["/policy", "/nowhere", "/workshop/status/500", "/workshop/status/403"])
    def test_a_members_page_is_kept_by_nobody(self, workshop, workshop_app, monkeypatch, path):
        viewer = Viewer(member_id=1, subject_id=1, handle="ada", display_name="Ada", is_confirmed=True)
        monkeypatch.setitem(workshop_app.extensions, "clozette.viewer_loader", lambda: viewer)
        answer = workshop.get(path)
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Cookie" in answer.headers["Vary"]
        assert_dressed(answer)

    def test_a_static_file_by_its_hash_is_kept_for_ever(self, workshop, workshop_app):
        address = workshop_app.extensions["clozette.static"]["icons/sprite.svg"].address
        answer = workshop.get(address)
        assert "immutable" in answer.headers["Cache-Control"]
        assert "Vary" not in answer.headers


def test_the_session_cookie_stays_in_one_place(workshop_app):
    config = workshop_app.config
    assert config["SESSION_COOKIE_NAME"].startswith("__Host-")
    assert (config["SESSION_COOKIE_SECURE"], config["SESSION_COOKIE_HTTPONLY"]) == (True, True)
    assert config["SESSION_COOKIE_SAMESITE"] == "Lax"
    assert config["SESSION_COOKIE_DOMAIN"] is None


def _nonce(answer):
    found = re.search(r"'nonce-([\w-]{16,})'", answer.headers["Content-Security-Policy"])
    assert found, answer.headers["Content-Security-Policy"]
    return found.group(1)


def test_no_header_lets_another_site_in(workshop):
    answer = workshop.get("/policy", headers={"Origin": "https://evil.example"})
    assert not [name for name, _ in answer.headers if name.startswith("Access-Control-")]


def test_what_a_view_said_itself_is_said_once(workshop):
    answer = workshop.get("/workshop/own")
    assert answer.headers.getlist("Content-Security-Policy") == ["default-src 'none'"]
    assert answer.headers.getlist("X-Content-Type-Options") == ["nosniff"]
    assert {"Cookie", "Accept-Language"} == set(answer.vary)


@pytest.mark.parametrize("name", ["Location", "Content-Location"])
@pytest.mark.parametrize("status", [200, 201, 202, 303])
def test_an_address_leaves_in_ascii(name, status):
    answer = Dressed("more", status, {name: "/müde schuhe"})
    sent = answer.get_wsgi_headers(EnvironBuilder("/").get_environ())
    assert sent[name] == "/m%C3%BCde%20schuhe"


@pytest.mark.parametrize("status", [204, 304])
def test_an_answer_without_a_body_says_no_length(status):
    answer = Dressed(b"", status)
    assert "Content-Length" not in answer.get_wsgi_headers(EnvironBuilder("/").get_environ())
