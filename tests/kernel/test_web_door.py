"""What the door turns away, and how: a clear 4xx, never a 500, in the words of the site."""

import io
import json
import time

import pytest
from werkzeug.test import create_environ, run_wsgi_app

from clozette.kernel.web.errors import MESSAGES
from tests.support.client import ORIGIN


def raw(app, path_info="/workshop/page", query="", **environ):
    """Send what no well-behaved client sends; return the status and the body."""
    built = create_environ(base_url=ORIGIN)
    built.update(PATH_INFO=path_info, QUERY_STRING=query, **environ)
    body, status, _headers = run_wsgi_app(app.wsgi_app, built)
    return int(status.split()[0]), b"".join(body).decode()


@pytest.mark.parametrize(
    "path", ["/workshop/page\x00", "/\x1b", "/a\nb", "/\x7f", "/workshop/\xff\xfe", "/\xef\xbf\xbe"]
)
def test_bad_characters_in_the_path(workshop_app, path):
    status, body = raw(workshop_app, path)
    assert status == 400
    assert str(MESSAGES[400]) in body


@pytest.mark.parametrize(
    "query", ["q=%00", "q=a%1bb", "q=%ff", "q=\xff", "q=%ed%a0%80", "q=%ef%bf%bf", "%00=a", "q=%7f", "q=%0b"]
)
def test_bad_characters_in_the_query(workshop_app, query):
    assert raw(workshop_app, query=query)[0] == 400


@pytest.mark.parametrize(
    "query", ["", "q=caf%C3%A9", "q=100%25", "q=a%0D%0Ab", "q=%F0%9F%91%97", "q=%", "q=%zz", "a=1&a=2"]
)
def test_good_queries_pass(workshop_app, query):
    assert raw(workshop_app, query=query)[0] == 200


@pytest.mark.parametrize("name", ["HTTP_USER_AGENT", "HTTP_COOKIE", "HTTP_ACCEPT_LANGUAGE", "HTTP_IF_NONE_MATCH"])
@pytest.mark.parametrize("value", ["a\x00b", "a\r\nSet-Cookie: b=c", "\x1b[31m", "\xff\xfe"])
def test_bad_characters_in_a_header(workshop_app, name, value):
    assert raw(workshop_app, **{name: value})[0] == 400


def test_a_tab_or_an_accent_in_a_header_passes(workshop_app):
    assert raw(workshop_app, HTTP_USER_AGENT="a\tb caf\xc3\xa9")[0] == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "evil.example:443", "", "local host", "notlocalhost"]
)
def test_a_host_that_is_not_ours(workshop_app, host):
    assert raw(workshop_app, HTTP_HOST=host, SERVER_NAME=host)[0] == 400


def test_forwarding_headers_change_nothing(workshop):
    spoofed = {
        "X-Forwarded-For": "192.0.2.7",
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "http",
        "X-Forwarded-Port": "81",
        "X-Forwarded-Prefix": "/evil",
        "Forwarded": "for=192.0.2.7;host=evil.example;proto=http",
        "X-Real-IP": "192.0.2.7",
        "X-Original-URL": "/workshop/boom",
        "X-HTTP-Method-Override": "POST",
    }
    plain = workshop.get("/workshop/address")
    assert workshop.get("/workshop/address", headers=spoofed).json == plain.json
    assert plain.json == {"remote": "127.0.0.1", "host": "localhost", "scheme": "https"}


class TestBodies:
    def test_form_of_a_hundred_thousand_parts(self, workshop):
        boundary = "----x"
        part = f'--{boundary}\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n'
        body = (part * 100_000 + f"--{boundary}--\r\n").encode()
        started = time.process_time()
        answer = workshop.post("/workshop/form", data=body, content_type=f"multipart/form-data; boundary={boundary}")
        assert answer.status_code == 413
        assert time.process_time() - started < 1

    def test_form_of_a_hundred_thousand_fields(self, workshop):
        started = time.process_time()
        answer = workshop.post("/workshop/form", data="&".join(["a=b"] * 100_000), content_type=FORM)
        assert answer.status_code == 413
        assert str(MESSAGES[413]) in answer.text
        assert time.process_time() - started < 1

    def test_field_too_long(self, workshop):
        assert workshop.post("/workshop/form", data={"a": "x" * 1_100_000}).status_code == 413

    def test_a_field_of_a_multipart_form_too_long(self, workshop):
        data = {"a": "x" * 1_100_000, "file": (io.BytesIO(b"x"), "a.txt")}
        assert workshop.post("/workshop/form", data=data).status_code == 413

    def test_a_body_that_says_it_is_huge(self, workshop_app):
        status, _ = raw(
            workshop_app,
            "/workshop/form",
            REQUEST_METHOD="POST",
            CONTENT_TYPE="multipart/form-data; boundary=x",
            CONTENT_LENGTH=str(2**40),
            **{"wsgi.input": io.BytesIO(b"")},
        )
        assert status == 413

    @pytest.mark.parametrize("length", ["-1", "abc", "1e9", "9" * 400])
    def test_nonsense_lengths(self, workshop_app, length):
        status, _ = raw(
            workshop_app,
            "/workshop/form",
            REQUEST_METHOD="POST",
            CONTENT_TYPE=FORM,
            CONTENT_LENGTH=length,
            **{"wsgi.input": io.BytesIO(b"a=b")},
        )
        assert status in {400, 403, 413}

    @pytest.mark.parametrize(
        "body",
        [
            "[" * 100_000,
            "[" * 100_000 + "]" * 100_000,
            '{"a":' * 5_000 + "1" + "}" * 5_000,
            '"' + '\\"' * 400_000,
            "[" + '"\\"[' * 100_000,
        ],
    )
    def test_deep_json(self, workshop, body):
        started = time.process_time()
        answer = workshop.post("/api/workshop", data=body, content_type="application/json")
        assert answer.status_code == 400
        assert answer.mimetype == "application/problem+json"
        assert time.process_time() - started < 1

    def test_wide_json(self, workshop):
        answer = workshop.post("/api/workshop", data=json.dumps([[]] * 20_000), content_type="application/json")
        assert answer.status_code == 413

    def test_brackets_inside_text_are_text(self, workshop):
        said = {"caption": "[" * 500 + '"\\{' * 50}
        assert workshop.post("/api/workshop", json=said).json == said

    @pytest.mark.parametrize("body", [b"", b"{", b'{"a": NaN', b"\xff\xfe", b"\x00", b'{"a": 1e999999}x'])
    def test_broken_json(self, workshop, body):
        answer = workshop.post("/api/workshop", data=body, content_type="application/json")
        assert answer.status_code == 400

    def test_json_too_long(self, workshop):
        answer = workshop.post("/api/workshop", json={"a": "x" * 1_100_000})
        assert answer.status_code == 413

    def test_form_with_broken_encoding_is_read(self, workshop):
        assert workshop.post("/workshop/form", data=b"a=%ff%00&%fe=b", content_type=FORM).json == {
            "fields": 2,
            "files": 0,
        }


class TestOrigin:
    @pytest.mark.parametrize(
        "headers",
        [
            {"Origin": "https://evil.example"},
            {"Origin": "null"},
            {"Origin": "http://localhost"},
            {"Origin": "https://localhost:444"},
            {"Origin": "https://localhost.evil.example"},
        ],
    )
    def test_a_form_of_another_site(self, workshop, headers):
        answer = workshop.post("/workshop/form", data={"a": "b"}, headers=headers)
        assert answer.status_code == 403
        assert str(MESSAGES[403]) in answer.text

    def test_cross_site_without_an_origin(self, workshop):
        headers = {"X-CSRFToken": workshop.csrf_token(), "Referer": f"{ORIGIN}/", "Sec-Fetch-Site": "cross-site"}
        assert workshop.post("/workshop/form", csrf=False, headers=headers).status_code == 403

    @pytest.mark.parametrize("token", [None, "", "x", "ümlaut-ß-✓", "a.b.c", "\x7f", "x" * 10_000])
    def test_no_token_or_a_wrong_one(self, workshop, token):
        data = {"a": "b"} if token is None else {"a": "b", "csrf_token": token}
        workshop.csrf_token()
        answer = workshop.post("/workshop/form", data=data, csrf=False, headers={"Referer": f"{ORIGIN}/"})
        assert answer.status_code == 403
        assert str(MESSAGES[403]) in answer.text

    def test_a_token_of_another_session(self, workshop_app, workshop):
        other = workshop_app.test_client()
        with other.session_transaction() as session:
            session["csrf_token"] = "0" * 40
        workshop.csrf_token()
        data = {"csrf_token": other.csrf_token()}
        assert (
            workshop.post("/workshop/form", data=data, csrf=False, headers={"Referer": f"{ORIGIN}/"}).status_code == 403
        )

    def test_the_form_itself_passes(self, workshop):
        data = {"a": "b", "csrf_token": workshop.csrf_token()}
        headers = {"Referer": f"{ORIGIN}/", "Origin": ORIGIN}
        assert [self._sent(workshop, data, headers) for _ in range(3)] == [200] * 3

    def test_a_token_that_passed_opens_nothing_else(self, workshop_app, workshop):
        """It is known again in its own session alone, and everything else is asked as before."""
        data, headers = {"csrf_token": workshop.csrf_token()}, {"Referer": f"{ORIGIN}/"}
        assert self._sent(workshop, data, headers) == 200
        for elsewhere in ({}, {"Referer": "https://evil.example/"}, {"Referer": f"{ORIGIN}.evil.example/"}):
            assert self._sent(workshop, data, elsewhere) == 403
        assert self._sent(workshop, {"csrf_token": data["csrf_token"] + "x"}, headers) == 403
        assert self._sent(workshop_app.test_client(), data, headers) == 403
        other = workshop_app.test_client()
        with other.session_transaction() as session:
            session["csrf_token"] = "0" * 40
        assert self._sent(other, data, headers) == 403
        assert self._sent(workshop, data, headers) == 200

    @staticmethod
    def _sent(client, data, headers):
        return client.post("/workshop/form", data=data, csrf=False, headers=headers).status_code


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"])
def test_method_not_allowed(workshop, method):
    answer = workshop.open("/workshop/page", method=method)
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]


def test_a_view_that_nobody_declared_is_not_there(workshop):
    assert workshop.get("/workshop/undeclared").status_code == 404


FORM = "application/x-www-form-urlencoded"
