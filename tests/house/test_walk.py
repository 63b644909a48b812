"""A walk over every address of the site: each is declared, guarded against other sites' forms, dressed, and never breaks."""

from html.parser import HTMLParser

import pytest

from clozette.accounts.schemas import SCOPES
from clozette.accounts.services import tokens
from clozette.kernel import clock
from clozette.kernel.web.gate import entry_of
from clozette.privacy.points import POINTS
from tests.factories import accounts
from tests.house.routes import routes, writing
from tests.kernel.test_web_headers import assert_dressed
from tests.support.client import ORIGIN

pytestmark = pytest.mark.engines("sqlite")

# Deeds that take nothing new about a person, as what only deletes never does.
COLLECTS_NOTHING: dict[str, str] = {
    "accounts.logout": "ends what was begun at sign-in",
    "accounts.sign_out_everywhere": "ends what was begun at sign-in",
    "accounts.end_session": "ends what was begun at sign-in",
    "accounts.revoke_token": "ends what was made at the same page",
    "verifier.verify": "a file of numbers that anybody may read, looked at and not kept",
    "shop_payments.hear": "the payment service's own numbers; nothing of a person",
    "selling_payouts.pay_out": "a button; what it sends is known",
    "shop_desk.reconcile": "a press that has both sides compared",
    "shop_owing.again": "a press that has the payment service asked once more",
    "selling_payouts.go": "a button; what it lets out is known",
    "desk.end": "ends what a one-time code began",
    "desk.change": "a press: to take back what was asked, or to say whether it was oneself who asked",
    "desk.end_earlier": "a press that ends consents",
    "admin.export_file": "hands out what is there",
    "leaving.leave": "ends a subscription",
    "leaving.undo": "a press that takes the ending back, with the words that were shown before",
    "mailchimp.reconcile": "a press that has both sides compared",
    "mailchimp.lay": "a press that gives a text of ours to Mailchimp",
    "mailchimp.send": "a press that has it sent",
    "text_campaigns.numbers": "hands out what is kept already",
    "exports.ask": "hands out what is kept already",
    "exports.download": "hands out what is kept already",
    "exports.remove": "removes what was made at the same page",
    "own_newsletters.leave": "ends a subscription",
    "sponsor.fetch": "hands out what people shared, by the one door",
    "sponsor.try_hook": "a press that has an address tried",
    "jury_staff.change": "a form's way to take a planned round out",
    "jury_staff.open_": "a press that shares entries out among judges",
    "jury_staff.end": "a press that ends a round",
    "checkout.give_up": "a press that gives back what is held",
    "contest_entries.change": "a form's way to take an entry back",
    "looks_editing.delete": "a form's way to delete",
    "looks_editing.drop_revision": "a form's way to delete",
}

# Deeds that take no form token, because the address or the form carries a right of its own.
WITHOUT_TOKEN = {
    "newsletters_api.ask": "for anybody's program; no cookie counts in the API, and a mail has to be answered",
    "leaving.leave": "RFC 8058: a mail program sends it, with nothing but the address",
    "leaving.undo": "answers the above, on a page that sets no cookie; by a stamp of its own",
    "preferences.choose": "the link in a mail is the right to it; the page sets no cookie",
    "text_answers.hear": "the provider of texts calls in, and signs what it says",
    "shop_payments.hear": "the payment service calls in, and signs what it says",
}
# And of these the ones that come from anywhere.
FROM_ANYWHERE = {"text_answers.hear", "shop_payments.hear", "leaving.leave", "newsletters_api.ask"}


@pytest.fixture
def member(client, db_session):
    """Somebody signed in; the fixture's value is what goes with a call of the API."""
    made = accounts.make_member("walker")
    accounts.sign_in(client, made)
    token = tokens.make(made.id, name="All", scopes=SCOPES, days=30, now=clock.now())
    return {"Authorization": f"Bearer {token}"}


def test_every_view_is_declared(app):
    undeclared = [str(route) for route in routes(app) if entry_of(app, route.endpoint) is None]
    assert not undeclared, "nobody can reach these: say who may enter with @everyone, @members or @staff"


def test_every_deed_names_its_collection_point(app):
    silent = []
    for route in writing(app):
        entry = entry_of(app, route.endpoint)
        if entry and entry.collects is None and route.method != "DELETE" and route.endpoint not in COLLECTS_NOTHING:
            silent.append(str(route))
        assert entry is None or entry.collects is None or entry.collects in POINTS, (str(route), entry.collects)
    assert not silent, "what a deed takes belongs to a collection point: collects=… or COLLECTS_NOTHING with the reason"


def test_no_reason_is_stale(app):
    assert not set(COLLECTS_NOTHING) - {route.endpoint for route in writing(app)}


def test_api_views_name_their_scope(app):
    missing = []
    for route in routes(app):
        entry = entry_of(app, route.endpoint)
        if route.is_api and entry and entry.who != "guest" and entry.scope is None:
            missing.append(str(route))
    assert not missing


def test_every_scope_can_be_had(app):
    wanted = {entry.scope for route in routes(app) if (entry := entry_of(app, route.endpoint)) and entry.scope}
    assert wanted <= set(SCOPES)


@pytest.mark.parametrize("who", ["guest", "member"])
def test_no_deed_for_another_site(app, client, who, request):
    if who == "member":
        request.getfixturevalue("member")
    through = []
    for route in writing(app):
        headers = {
            "X-CSRFToken": client.csrf_token(),
            "Referer": "https://evil.example/",
            "Origin": "https://evil.example",
        }
        answer = client.open(route.path, method=route.method, headers=headers, csrf=False)
        if answer.status_code != 403 and route.endpoint not in FROM_ANYWHERE:
            through.append(f"{route}: {answer.status_code}")
    assert not through


@pytest.mark.parametrize("who", ["guest", "member"])
def test_no_deed_without_a_token(app, client, who, request):
    if who == "member":
        request.getfixturevalue("member")
    through = []
    for route in writing(app):
        answer = client.open(
            route.path, method=route.method, headers={"Origin": ORIGIN, "Referer": f"{ORIGIN}/"}, csrf=False
        )
        if answer.status_code not in ({401, 403} if route.is_api else {403}) and route.endpoint not in WITHOUT_TOKEN:
            through.append(f"{route}: {answer.status_code}")
    assert not through


@pytest.mark.parametrize("who", ["guest", "member"])
def test_every_answer_is_dressed(app, client, who, request):
    token = request.getfixturevalue("member") if who == "member" else {}
    for route in routes(app):
        answer = client.open(route.path, method=route.method, headers=token if route.is_api else {})
        assert answer.status_code < 500, str(route)
        if answer.headers.get("Content-Security-Policy", "").startswith("sandbox"):
            continue  # an uploaded file: narrower still
        assert_dressed(answer)


@pytest.mark.parametrize("who", ["guest", "member"])
def test_no_address_breaks_on_odd_input(app, client, who, request):
    """Never a 500: strange queries, bodies that are not what they say, fields nobody knows."""
    token = request.getfixturevalue("member") if who == "member" else {}
    odd = (
        "?after=%F0%9F%91%97&page=-1&q="
        + "%25" * 300
        + "&after=zzz&tag[]=1&category=nothing&sort='--&size=1e9&month=13"
    )
    forms = [
        {"data": {"nobody_knows": "x", "name": "\ufffe \x00", "handle": "x" * 3000, "caption": ["a", "b"]}},
        {"data": "%ff%00=&=&&&name=%ed%a0%80", "content_type": "application/x-www-form-urlencoded"},
        {"data": b"--x\r\n\r\n", "content_type": "multipart/form-data; boundary=x"},
        {"data": b"\xff\xd8\xff", "content_type": "image/jpeg"},
    ]
    documents = [
        {"data": b"{", "content_type": "application/json"},
        {"json": {"nobody_knows": [1, None, {"a": "\x00"}], "caption": 3}},
        {"json": []},
        {"data": b"\xff\xd8\xff", "content_type": "image/jpeg"},
    ]
    for route in routes(app):
        headers = token if route.is_api else {}
        sent = [{}] if route.method == "GET" else documents if route.is_api else forms
        for body in sent:
            answer = client.open(route.path + odd, method=route.method, headers=headers, **body)
            assert answer.status_code < 500, (str(route), body)


class _Forms(HTMLParser):
    """Notes ticked boxes, and forms that send something without a token."""

    def __init__(self):
        super().__init__()
        self.ticked, self.bare, self._open = [], [], None

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "form" and str(given.get("method", "")).lower() == "post":
            self._open = f"{given.get('action') or given.get('id')}"
        if tag == "input" and given.get("type") == "checkbox" and "checked" in given:
            self.ticked.append(given.get("name"))
        if tag == "input" and given.get("name") == "csrf_token" and given.get("value"):
            self._open = None

    def handle_endtag(self, tag):
        if tag == "form" and self._open:
            self.bare.append(self._open)
            self._open = None


# Boxes that are ticked on a fresh page, and why that asks nothing of anybody.
TICKED: dict[str, str] = {}


@pytest.mark.parametrize("who", ["guest", "member"])
def test_forms_ask_fairly_and_carry_their_token(app, client, who, request):
    """No box is ticked beforehand: a consent is given, never left standing."""
    if who == "member":
        request.getfixturevalue("member")
    seen = 0
    for route in routes(app):
        answer = client.get(route.path) if route.method == "GET" else None
        if answer is None or answer.mimetype != "text/html":
            continue
        forms = _Forms()
        forms.feed(answer.text)
        seen += answer.text.count("<form")
        assert not set(forms.ticked) - set(TICKED), str(route)
        assert not forms.bare, str(route)
    assert seen > 5


def test_a_planted_form_is_seen():
    forms = _Forms()
    forms.feed('<form method="post" action="/a"><input type="checkbox" name="news" checked></form>')
    assert (forms.ticked, forms.bare) == (["news"], ["/a"])
