"""What everybody sees of a draw, the verifier's page, the witness's form, and marketing's page."""

import hashlib
import io
import json
import random
import re
import secrets
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import orm

from clozette.contests import facts
from clozette.contests.drawing import seeds, services, verify_draw
from clozette.contests.drawing.models import Witness
from clozette.contests.drawing.verifying import votes
from clozette.contests.planning.events import ContestOpened, ContestPublished
from clozette.contests.planning.models import Contest
from clozette.kernel import clock, ids, tasks
from clozette.kernel.database import db
from clozette.kernel.ports import mail as port
from clozette.rights.erasure import executor
from clozette.rights.erasure import services as erasures
from tests.contests.drawing import made
from tests.contests.drawing.conftest import Made, draw_of, freeze, lock, publish_head, signed
from tests.contests.drawing.made import ALTERED, ALTERED_VOTES, altered
from tests.factories.accounts import make_member, sign_in
from tests.factories.contests import make_contest, make_entry
from tests.support.client import Client


def post_file(client: Client, document: object) -> tuple[int, list[str]]:
    """Give a file to the verifier's page; return its status and how each check came out."""
    content = io.BytesIO(json.dumps(document).encode())
    answer = client.post("/contests/verify", data={"file": (content, "draw.json")})
    return answer.status_code, re.findall(r'data-state="(\w+)"', answer.text)


def drawn(contest: Contest) -> Contest:
    services.take_beacon(contest, signed(draw_of(contest).round), now=clock.now())
    publish_head()
    return contest


def test_before_the_close_the_page_shows_the_promise_and_no_seed(client: Client, promised: Made) -> None:
    contest = promised()
    seed = seeds.unseal(draw_of(contest).seed).hex()
    for address in ("draw", "draw.json"):
        text = client.get(f"/contests/{contest.slug}/{address}").text
        assert draw_of(contest).seed_sha256 in text
        assert seed not in text
        assert str(draw_of(contest).round) in text
    file = client.get(f"/contests/{contest.slug}/draw.json").json
    assert (file["order"], file["seed"], file["entries"]) == (None, None, [])


def test_after_the_draw_everybody_can_check_it(client: Client, closed: Made) -> None:
    contest = drawn(closed(12))
    page = client.get(f"/contests/{contest.slug}/draw").text
    for number in draw_of(contest).picked:
        assert f"Number {number}<" in page
    file = client.get(f"/contests/{contest.slug}/draw.json").json
    assert file == client.get(f"/api/v1/contests/{contest.slug}/draw").json
    assert verify_draw.check(file).is_right()
    status, states = post_file(client, file)
    assert (status, set(states)) == (200, {"ok", "unchecked"})
    assert f"/contests/{contest.slug}/draw" in client.get(f"/contests/{contest.slug}").text


def test_the_page_shows_nobody_s_name(client: Client, closed: Made) -> None:
    contest = drawn(closed(3))
    for address in ("draw", "draw.json"):
        text = client.get(f"/contests/{contest.slug}/{address}").text
        assert "member_" not in text and "example.test" not in text


def test_an_entrant_sees_the_own_line(client: Client, promised: Made, db_session: orm.Session) -> None:
    contest, member = promised(2), make_member()
    entry = make_entry(contest, member)
    lock(contest)
    freeze(contest, now=clock.now())
    sign_in(client, member)
    db_session.commit()
    page = client.get(f"/contests/{contest.slug}/draw").text
    assert "Your entry is number 3." in page
    assert entry.locked_sha256 in page


@pytest.mark.parametrize("state", ["draft", "checked"])
def test_a_contest_without_a_draw_has_no_page_of_one(client: Client, db_session: orm.Session, state: str) -> None:
    hidden, jury = make_contest(state), make_contest(decided_by="jury", judging_until=clock.now() + timedelta(days=3))
    db_session.commit()
    for contest in (hidden, jury):
        assert client.get(f"/contests/{contest.slug}/draw").status_code == 404
        assert client.get(f"/contests/{contest.slug}/draw.json").status_code == 404


@pytest.mark.parametrize("name", ["a list and its digest", "the seed and its digest", "two picks changed places"])
def test_the_page_sees_what_was_altered(client: Client, closed: Made, name: str) -> None:
    contest = drawn(closed(12))
    file = client.get(f"/contests/{contest.slug}/draw.json").json
    status, states = post_file(client, altered(file, ALTERED[name]))
    assert status == 200
    assert "wrong" in states


@pytest.mark.engines("sqlite")
def test_the_page_sees_votes_in_another_order(client: Client, db_session: orm.Session) -> None:
    document = made.votes(random.Random(5))
    assert "wrong" not in post_file(client, document)[1]
    name = "two votes changed places and numbers"
    assert "wrong" in post_file(client, altered(document, ALTERED_VOTES[name]))[1]


@pytest.mark.engines("sqlite")
def test_a_round_beyond_all_years_is_no_round(client: Client, db_session: orm.Session) -> None:
    document = made.draw(random.Random(6))
    document["beacon"]["round"] = 10**17
    answer = client.post("/contests/verify", data={"file": (io.BytesIO(json.dumps(document).encode()), "x.json")})
    assert answer.status_code in (200, 422)
    assert "wrong" in answer.text or "no file of a draw" in answer.text


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(
    "sent", [b"", b"{", b"\xff\xfe", b'"\\ud800"', b"[" * 100_000, b'{"layout": "clozette draw 1"}']
)
def test_what_is_no_file_is_told_so(client: Client, db_session: orm.Session, sent: bytes) -> None:
    answer = client.post("/contests/verify", data={"file": (io.BytesIO(sent), "x.json")})
    assert answer.status_code == 422
    assert "This is no file of a draw" in answer.text


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("many", [votes.MOST_LINES + 1, 80_000])
def test_what_is_too_long_is_left_to_the_script(client: Client, db_session: orm.Session, many: int) -> None:
    text = json.dumps(made.votes(random.Random(5), many))
    answer = client.post("/contests/verify", data={"file": (io.BytesIO(text.encode()), "x.json")})
    assert answer.status_code == 413
    assert "longer than what this page has time for" in answer.text and 'href="/contests/verifier.py"' in answer.text
    assert client.post("/contests/verify", data={"text": text}).status_code == 413
    assert "Half a megabyte at most" in client.get("/contests/verify").text


@pytest.mark.engines("sqlite")
def test_a_pasted_file_counts_too(client: Client, db_session: orm.Session) -> None:
    text = json.dumps(made.rich(random.Random(5)))
    assert 'data-state="ok"' in client.post("/contests/verify", data={"text": text}).text


@pytest.mark.engines("sqlite")
def test_the_script_is_given_as_it_is(client: Client, db_session: orm.Session) -> None:
    answer = client.get("/contests/verifier.py")
    assert answer.data == Path(verify_draw.__file__).read_bytes()
    assert "attachment" in answer.headers["Content-Disposition"]


# --- marketing ---


@pytest.fixture
def marketing(client: Client, db_session: orm.Session) -> Client:
    sign_in(client, make_member("mark", roles=("marketing",)), second_factor=True)
    db_session.commit()
    return client


def staff_page(contest: Contest) -> str:
    return f"/marketing/contests/{ids.encode(contest.id)}/draw"


def pasted(number: int) -> str:
    found = signed(number)
    return json.dumps({"round": found.number, "randomness": found.randomness, "signature": found.signature})


def test_a_round_can_be_brought_by_hand(marketing: Client, closed: Made) -> None:
    contest = closed()
    number = draw_of(contest).round
    assert f"/public/{number}" in marketing.get(staff_page(contest)).text
    for text, status in (("nonsense", 409), (pasted(number + 1), 409), (pasted(number).replace("a", "b"), 409)):
        assert marketing.post(staff_page(contest), data={"text": text}).status_code == status
        assert draw_of(contest).drawn_at is None
    assert marketing.post(staff_page(contest), data={"text": pasted(number)}).status_code == 303
    assert draw_of(contest).drawn_at is not None
    assert marketing.get(staff_page(contest)).status_code == 200


def test_a_round_by_hand_waits_for_the_list_as_any_other(marketing: Client, promised: Made) -> None:
    contest = promised()
    answer = marketing.post(staff_page(contest), data={"text": pasted(draw_of(contest).round)})
    assert answer.status_code == 409
    assert "not frozen yet" in answer.text


# --- witness ---

NONCE = "5e" * 32
DIGEST = hashlib.sha256(bytes.fromhex(NONCE)).hexdigest()
NAMED = {"name": "Nora Notary", "email": "nora@notary.test", "sha256": DIGEST}


@pytest.fixture
def witnessed(marketing: Client, app: Flask, db_session: orm.Session) -> tuple[Contest, str]:
    """Give a draft whose witness was named, and the path of the witness's form as the mail has it."""
    contest = make_contest(
        "draft", opens_at=clock.now() - timedelta(days=1), closes_at=clock.now() + timedelta(hours=1)
    )
    db_session.commit()
    assert marketing.post(f"{staff_page(contest)}/witness", data=NAMED).status_code == 303
    tasks.drain(app)
    (mail,) = app.extensions[port.KEY].messages
    assert mail.to == "nora@notary.test" and DIGEST in mail.text
    return contest, re.search(r"/witness/\w+", mail.text).group()


def opened(contest: Contest) -> None:
    contest.state = "open"
    db.session.flush()
    services.promise(ContestPublished(contest.id))
    services.open_(ContestOpened(contest.id))
    for _number in range(4):
        make_entry(contest, make_member())
    db.session.commit()


def shut(contest: Contest) -> None:
    contest.state, contest.closes_at = "closed", clock.now() - timedelta(minutes=1)
    lock(contest)
    freeze(contest, now=clock.now())
    db.session.commit()


def test_a_witness_s_number_draws_after_the_close(client: Client, witnessed: tuple[Contest, str]) -> None:
    contest, form = witnessed
    opened(contest)
    fact = facts.of(contest.id, "witness")
    assert fact is not None and fact.content == {"sha256": DIGEST}
    assert client.post(form, data={"nonce": NONCE}).status_code == 409, "the contest is open"
    shut(contest)
    assert client.post(form, data={"nonce": NONCE}).status_code == 409, "no head holds the list"
    publish_head()
    assert client.post(form, data={"nonce": "ff" * 32}).status_code == 409
    assert client.post(form, data={"nonce": "x"}).status_code == 422
    assert draw_of(contest).drawn_at is None
    answer = client.post(form, data={"nonce": NONCE.upper()})
    assert answer.status_code == 303, answer.text
    assert len(draw_of(contest).picked) == 4
    publish_head()
    file = client.get(f"/contests/{contest.slug}/draw.json").json
    assert verify_draw.check(file).is_right(), verify_draw.check(file).lines
    assert "wrong" not in post_file(client, file)[1]
    swapped = altered(file, lambda spoilt: spoilt["witness"].__setitem__("nonce", "00" * 32))
    assert not verify_draw.check(swapped).is_right()
    assert "wrong" in post_file(client, swapped)[1]
    picked = draw_of(contest).picked
    assert client.post(form, data={"nonce": NONCE}).status_code == 303, "a second press changes nothing"
    assert draw_of(contest).picked == picked
    assert client.get(form).status_code == 200


def test_a_witness_is_named_before_the_rules_alone(marketing: Client, witnessed: tuple[Contest, str]) -> None:
    contest, _form = witnessed
    assert marketing.post(f"{staff_page(contest)}/witness", data=NAMED | {"name": "N. Other"}).status_code == 303
    opened(contest)
    for way, said in (("witness", NAMED), ("witness/dismissal", {})):
        assert marketing.post(f"{staff_page(contest)}/{way}", data=said).status_code == 409
    assert db.session.get_one(Witness, contest.id).name == "N. Other"


def test_a_witness_can_be_dismissed(marketing: Client, witnessed: tuple[Contest, str]) -> None:
    contest, form = witnessed
    for _press in range(2):
        assert marketing.post(f"{staff_page(contest)}/witness/dismissal").status_code == 303
    assert marketing.get(form).status_code == 404
    opened(contest)
    assert draw_of(contest).source == "beacon"


def test_another_s_link_opens_nothing(client: Client, db_session: orm.Session) -> None:
    assert client.get(f"/witness/{secrets.token_hex(32)}").status_code == 404
    assert client.post("/witness/x", data={"nonce": NONCE}).status_code == 404


def test_an_erased_witness_leaves_a_digest_and_no_name(
    app: Flask, marketing: Client, witnessed: tuple[Contest, str], db_session: orm.Session
) -> None:
    contest, _form = witnessed
    opened(contest)
    subject_id = db_session.get_one(Witness, contest.id).subject_id
    erasure = erasures.ask(subject_id, via="page", now=clock.now())
    db_session.commit()
    executor.execute(erasure.id, now=clock.now() + timedelta(days=60), save=db_session.commit)
    db_session.expire_all()
    witness = db_session.get_one(Witness, contest.id)
    assert (witness.name, witness.email, witness.nonce_sha256) == ("", "", DIGEST)
    assert marketing.get(staff_page(contest)).status_code == 200
