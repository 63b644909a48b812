"""A payment card's number, typed by mistake into whatever takes words, stays nowhere: not in the database, its log, the
photos, what is logged, mailed or exported. A walk over every form that anybody sees, field by field, and over the API.
"""

import base64
import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from typing import Any

import pytest

from clozette.accounts.models import Member
from clozette.kernel import tasks
from clozette.kernel.database import db
from clozette.kernel.ports import mail
from clozette.kernel.schemas import looks_like_card
from tests.house import world as worlds
from tests.house.access_table import ROWS
from tests.support.application import open_site

CARD = "4242424242424242"
TYPED = (CARD, "4242 4242 4242 4242", "4242-4242-4242-4242")
WALKERS = ("owner", "admin", "guest")
WORDS = {"text", "search", "tel", "url", "email", "number", "password", "textarea"}
_LIKELY = {"email": "walker@example.com", "number": "1", "url": "https://example.com/", "tel": "+442071838750"}
_SECRET = "a long word for the way in"


class _Forms(HTMLParser):
    """Reads a page's forms: where each goes, what it holds, and which of its fields take words."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[dict[str, Any]] = []
        self._area: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a form or one of its fields."""
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(
                {"to": given.get("action", ""), "method": given.get("method", "get"), "has": {}, "words": {}}
            )
        if not self.forms or not given.get("name"):
            return
        form, name, kind = self.forms[-1], given["name"], "textarea" if tag == "textarea" else given.get("type", "text")
        if tag in {"input", "textarea"} and kind in WORDS:
            form["words"][name] = kind
            form["has"][name] = given.get("value") or _LIKELY.get(
                kind, _SECRET if kind == "password" else "a few words"
            )
        elif tag == "input" and (kind == "hidden" or kind == "radio"):
            form["has"].setdefault(name, given.get("value", ""))
        elif tag == "select":
            self._area = name
        elif tag == "option" and self._area and given.get("value"):
            form["has"].setdefault(self._area, given["value"])

    def handle_endtag(self, tag: str) -> None:
        """A select ends."""
        if tag == "select":
            self._area = None


def forms_of(page: str) -> list[dict[str, Any]]:
    reader = _Forms()
    reader.feed(page)
    return reader.forms


def forms(world: worlds.World) -> Iterator[tuple[str, str, str, dict[str, str], str]]:
    """Yield every field of a form that somebody sees, once: who, method, where to, what the form holds, and its name."""
    seen: set[tuple[str, str]] = set()
    for role in WALKERS:
        for row in ROWS:
            if row.method != "GET" or row.expected[role] != "200" or row.address.startswith("/api/"):
                continue
            address = row.address.format_map(world.names)
            answer = world.call(role, "GET", address, {})
            if answer.mimetype != "text/html":
                continue
            for form in forms_of(answer.text):
                to = (form["to"] or address).removeprefix("https://localhost")
                for name in form["words"]:
                    if (key := (re.sub(r"[0-9a-z]{10,}", "…", to), name)) not in seen and to.startswith("/"):
                        seen.add(key)
                        yield role, form["method"].upper(), to, form["has"], name


def fields_of_api(world: worlds.World) -> Iterator[tuple[str, str, dict[str, str], str]]:
    """Yield every word that the API takes: method, where to, what else is sent, and its name."""
    spec = world.call("owner", "GET", "/api/v1/openapi.json", {}).get_json()
    for row in ROWS:
        if row.address.startswith("/api/") and row.method in {"POST", "PUT", "PATCH"}:
            taken = _properties(spec, row.method, row.address)
            for name in {*row.data, *taken}:
                yield row.method, row.address.format_map(world.names), row.data, name


def _properties(spec: Mapping[str, Any], method: str, address: str) -> set[str]:
    plain = re.sub(r"{[^}]*}", "{}", address.removeprefix("/api/v1"))
    for path, deeds in spec["paths"].items():
        if re.sub(r"{[^}]*}", "{}", path.removeprefix("/api/v1")) == plain and method.lower() in deeds:
            content = deeds[method.lower()].get("requestBody", {}).get("content", {})
            schema = content.get("application/json", {}).get("schema", {})
            name = schema.get("$ref", "").rpartition("/")[2]
            return set((spec["components"]["schemas"].get(name) or schema).get("properties", {}))
    return set()


def written(text: str) -> list[bytes]:
    """Return every way in which a text may stand in some bytes: in clear, in base 64 wherever it begins, in hexadecimal."""
    plain = text.encode()
    ways = [plain, plain.hex().encode()]
    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + plain).rstrip(b"=")
        ways.append(encoded[4 if before else 0 : -1])
    return ways


def found_in(content: bytes) -> list[bytes]:
    return [way for text in TYPED for way in written(text) if way in content]


@pytest.mark.requirement(12)
@pytest.mark.timeout(240)
def test_a_card_number_stays_nowhere(capfd, caplog) -> None:
    """Walks the whole site, which takes its time."""
    with open_site("sqlite") as site:
        world = worlds.build(site.app)
        site.app.config["PROPAGATE_EXCEPTIONS"] = False
        broken, posted = [], 0
        for number, (role, method, to, has, name) in enumerate(list(forms(world))):
            sent = {**has, name: TYPED[number % 3]}
            sent.pop("csrf_token", None)
            browser = world.browser(role)
            options: dict[str, Any] = {"query_string" if method == "GET" else "data": sent}
            answer = browser.open(
                to, method=method, environ_base={"REMOTE_ADDR": f"198.51.100.{number % 250}"}, **options
            )
            posted += method == "POST"
            if answer.status_code >= 500 or (method == "POST" and found_in(answer.data)):
                broken.append(f"{role} {method} {to} {name}: {answer.status_code}")
        for number, (method, to, has, name) in enumerate(fields_of_api(world)):
            answer = world.call("owner", method, to, {**has, name: TYPED[number % 3]})
            posted += 1
            if answer.status_code >= 500:
                broken.append(f"{method} {to} {name}: {answer.status_code}")
        assert not broken
        assert posted > 200
        with site.app.app_context():
            tasks.drain(site.app)
            letters = repr(mail.outbox().__dict__)
            db.session.commit()
        kept = {str(path): path.read_bytes() for path in site.folder.rglob("*") if path.is_file()}
        assert any(path.endswith((".db", ".sqlite")) for path in kept), list(kept)[:5]
        kept |= _exported(site.app, world)
    printed = capfd.readouterr()
    kept |= {"logs": (printed.out + printed.err + caplog.text).encode(), "mail": letters.encode()}
    assert not {name: found_in(content) for name, content in kept.items() if found_in(content)}


def _exported(app: Any, world: worlds.World) -> dict[str, bytes]:
    """Return what the owner's own archive holds, unsealed and unpacked."""
    with app.app_context():
        owner = db.session.query(Member).filter_by(handle=world.names["owner"]).one()
        assert owner.display_name
    browser = world.browser("owner")
    browser.post("/privacy/exports")
    tasks.drain(app)
    page = re.findall(r"/privacy/exports/[0-9a-z]+", browser.get("/privacy/exports").text)
    for address in page:
        answer = browser.post(f"{address}/download")
        if answer.status_code == 200:
            archive = zipfile.ZipFile(io.BytesIO(answer.data))
            return {f"export {name}": archive.read(name) for name in archive.namelist()}
    raise AssertionError("no export was made")


def test_the_walk_would_see_it() -> None:
    """A number that is kept is found, in whatever dress; a form's field is seen."""
    for before in (b"", b"a", b"ab", b"abc"):
        for text in TYPED:
            assert found_in(base64.b64encode(before + text.encode() + b"tail"))
            assert found_in(b"x" + text.encode())
    assert not found_in(b"4242 but no card")
    assert all(looks_like_card(text) for text in TYPED)
    (form,) = forms_of('<form method="post" action="/a"><input name="a"><textarea name="b"></textarea></form>')
    assert set(form["words"]) == {"a", "b"}
