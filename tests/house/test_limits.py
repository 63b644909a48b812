"""Every declared limit is driven to 429 and back through the pages, by a visitor whom two workers serve in turn.

A limit that no test drives is not there (CVE-2025-54879: the limiter matched the wrong path). A new limit without a
driver here is red.
"""

import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from limits import RateLimitItem

from clozette import create_app
from clozette.accounts.services import second_factor
from clozette.kernel.web import limits
from tests.factories import accounts
from tests.factories.contests import make_contest, make_promotion, make_survey
from tests.factories.looks import make_look
from tests.factories.newsletters import make_newsletter
from tests.support.client import Client

pytestmark = pytest.mark.engines("sqlite")

numbers = itertools.count(1)


@dataclass
class Visitor:
    """Somebody whose requests reach two workers in turn, from one address or from a new one each time."""

    workers: list[Client]
    address: str = "198.51.100.1"
    sent: int = 0
    facts: dict[str, str] = field(default_factory=dict)

    def post(self, path, data=None, *, moving=False, **options):
        """Send a form; ``moving`` takes a new address each time."""
        self.sent += 1
        address = f"198.51.{100 + self.sent // 250}.{self.sent % 250 + 2}" if moving else self.address
        worker = self.workers[self.sent % 2]
        return worker.post(path, data=data or {}, environ_base={"REMOTE_ADDR": address}, **options)


def person(**changes):
    number = next(numbers)
    typed = {
        "email": f"new{number}@example.test",
        "password": "four unrelated wooden words",
        "display_name": "Ada L.",
        "handle": f"person_{number}",  # not "new_5", which reads like a reserved name
        "country": "DE",
        "birth_date": "1990-05-17",
        "terms": "true",
    }
    return {**typed, **changes}


def wrong(email):
    return {"email": email, "password": "not this one, surely"}


def half_signed_in(visitor):
    """Give the password of somebody who has a second factor, unless that was done already."""
    if "half" not in visitor.facts:
        visitor.facts["half"] = "yes"
        answer = visitor.post("/login", {"email": "locked@example.test", "password": accounts.PASSWORD})
        assert answer.headers["Location"].startswith("/tf-validate"), answer.headers["Location"]


def second_factor_code(visitor):
    half_signed_in(visitor)
    return visitor.post("/tf-validate", {"code": "000000"}, moving=True)


def verified_file(visitor):
    return visitor.post("/contests/verify", {"text": "{}"})


def of_look(visitor, rest, **typed):
    """Do something to the one look there is."""
    if "look" not in visitor.facts:
        page = visitor.workers[0].get("/@member").text
        visitor.facts["look"] = "/looks/" + re.search(r'id="look-(\w+)"', page).group(1)
    return visitor.post(visitor.facts["look"] + rest, typed, moving=True)


def ask_for_export(visitor):
    """Ask for an export and give it up at once: while one is in making, asking again is no new try."""
    answer = visitor.post("/privacy/exports", moving=True)
    if answer.status_code == 303 and answer.headers["Location"].startswith("/privacy/exports/"):
        visitor.post(answer.headers["Location"], {"_method": "DELETE"}, moving=True)
    return answer


def reader(email=""):
    return {"email": email or f"n{next(numbers)}@example.test", "first_name": "Ada", "last_name": "Mode"}


def ask_guardian(visitor, address):
    asked = {"purpose": "our_news", "channel": "email", "guardian_email": address}
    return visitor.post("/privacy/guardian", asked, moving=True)


def enter_contest(visitor):
    """Try to enter with the rules of nothing: refused, and counted."""
    return visitor.post("/contests/coats/entries", {"rules": "f" * 64, "accept": "true", "form_key": "a-key-of-mine"})


def answer_survey(visitor):
    """Try to answer questions that are not those of now: refused, and counted."""
    return visitor.post("/surveys/coats", {"do": "send", "section": "1", "version": "9"})


def text_code(visitor):
    """Type a wrong code for a number, which somebody has to ask for first."""
    if "texted" not in visitor.facts:
        visitor.facts["texted"] = "yes"
        for worker in visitor.workers:
            worker.post("/texts", data={"number": f"+6591{next(numbers):06}", "do": "end"})
    return visitor.post("/texts/code", {"code": "000000"})


# What tries once, by the name of the limit.
DRIVERS: dict[str, Callable[[Visitor], object]] = {
    "register-address": lambda visitor: visitor.post("/register", person()),
    "register-mail": lambda visitor: visitor.post("/register", person(email="one@example.test"), moving=True),
    "login-address": lambda visitor: visitor.post("/login", wrong(f"somebody{next(numbers)}@example.test")),
    "login-account": lambda visitor: visitor.post("/login", wrong("member@example.test"), moving=True),
    "second-factor": second_factor_code,
    "passkey-address": lambda visitor: visitor.post("/wan-signin"),
    "verify-account": lambda visitor: visitor.post("/verify", {"password": "not this one, surely"}, moving=True),
    "confirm-address": lambda visitor: visitor.post("/confirm", {"email": f"c{next(numbers)}@example.test"}),
    "confirm-mail": lambda visitor: visitor.post("/confirm", {"email": "one@example.test"}, moving=True),
    "reset-address": lambda visitor: visitor.post("/reset", {"email": f"r{next(numbers)}@example.test"}),
    "reset-mail": lambda visitor: visitor.post("/reset", {"email": "one@example.test"}, moving=True),
    "link-address": lambda visitor: visitor.post("/reset/not-a-token", {"password": "four unrelated wooden words"}),
    "email-change": lambda visitor: visitor.post(
        "/change-email", {"email": f"e{next(numbers)}@example.test"}, moving=True
    ),
    "handle-change": lambda visitor: visitor.post(
        "/settings/handle", {"handle": f"other_{next(numbers)}"}, moving=True
    ),
    "token-make": lambda visitor: visitor.post(
        "/settings/tokens", {"name": "A script", "scopes": "feed:read"}, moving=True
    ),
    "block": lambda visitor: visitor.post("/@other/block", moving=True),
    "comment": lambda visitor: of_look(visitor, "/comments", text="Lovely"),
    "publish": lambda visitor: of_look(visitor, "/publication"),
    "export-ask": lambda visitor: ask_for_export(visitor),
    "code-address": lambda visitor: visitor.post("/privacy/code", {"email": f"p{next(numbers)}@example.test"}),
    "code-mail": lambda visitor: visitor.post("/privacy/code", {"email": "one@example.test"}, moving=True),
    "code-try": lambda visitor: visitor.post("/privacy/code/entry", {"code": "000000"}),
    "contact-address": lambda visitor: visitor.post(
        "/contact", {"email": f"w{next(numbers)}@example.test", "text": "Hello"}
    ),
    "contact-mail": lambda visitor: visitor.post(
        "/contact", {"email": "one@example.test", "text": "Hello"}, moving=True
    ),
    "guardian-member": lambda visitor: ask_guardian(visitor, f"g{next(numbers)}@example.test"),
    "guardian-mail": lambda visitor: ask_guardian(visitor, "one@example.test"),
    "text-address": lambda visitor: visitor.post("/texts", {"number": f"+6581{next(numbers):06}", "do": "end"}),
    "text-number": lambda visitor: visitor.post("/texts", {"number": "+6581234567", "do": "end"}, moving=True),
    "text-pair": lambda visitor: visitor.post("/texts", {"number": "+6581234567", "do": "end"}),
    "text-try": text_code,
    "newsletter-address": lambda visitor: visitor.post("/newsletters/weekly", reader()),
    "newsletter-mail": lambda visitor: visitor.post("/newsletters/weekly", reader("one@example.test"), moving=True),
    "contest-entry": enter_contest,
    "survey-answer": answer_survey,
    "promotion-claim": lambda visitor: visitor.post("/promotions/coats"),
    "verify-file": verified_file,
    "guardian-link": lambda visitor: visitor.post("/guardian/not-a-token", {"answer": "no"}),
}
SIGNED_IN = {
    "contest-entry",
    "survey-answer",
    "promotion-claim",
    "guardian-member",
    "guardian-mail",
    "export-ask",
    "verify-account",
    "email-change",
    "handle-change",
    "token-make",
    "block",
    "comment",
    "publish",
}


@pytest.fixture
def workers(site):
    """Two workers of one site: two applications on one database and one folder, with one visitor's cookies."""
    second = create_app(site.app.extensions["clozette.settings"], TESTING=True, PROPAGATE_EXCEPTIONS=True)
    second.test_client_class = Client
    clients = [site.app.test_client(), second.test_client()]
    clients[1]._cookies = clients[0]._cookies
    return clients


@pytest.fixture
def people(db_session):
    """A member, somebody else, and somebody with a second factor."""
    member, locked = accounts.make_member("member"), accounts.make_member("locked")
    accounts.make_member("other")
    make_look(member)
    make_newsletter("weekly")
    make_contest(slug="coats")
    make_survey(slug="coats")
    make_promotion(slug="coats")
    second_factor.begin(locked)
    locked.tf_primary_method = "authenticator"
    db_session.commit()
    return member


def narrowest(name) -> RateLimitItem:
    return min(limits.DECLARED[name], key=lambda item: item.amount)


@pytest.mark.parametrize("name", sorted(DRIVERS))
def test_limit_to_429_and_back(name, people, workers, stopped_clock):
    if name in SIGNED_IN:
        accounts.sign_in(workers[0], people)
    someone = Visitor(workers)
    attempt = DRIVERS[name]
    allowed = narrowest(name).amount
    for number in range(allowed):
        answer = attempt(someone)
        assert answer.status_code != 429, f"already at try {number + 1} of {allowed}"
    refused = attempt(someone)
    assert refused.status_code == 429, f"try {allowed + 1} went through with {refused.status_code}"
    wait = int(refused.headers["Retry-After"])
    assert 0 < wait <= narrowest(name).get_expiry()
    stopped_clock.forward(seconds=wait + 1)
    assert attempt(someone).status_code != 429, "the limit does not let go"


def test_every_declared_limit_has_a_driver(app):
    assert set(limits.DECLARED) == set(DRIVERS)
