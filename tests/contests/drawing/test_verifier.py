"""The script and the page say the same of a file, and both see what was altered."""

import hashlib
import json
import random
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import orm

from clozette.contests import facts
from clozette.contests.drawing import files, rounds, rules, services, verify_draw
from clozette.contests.drawing.verifying import files as page
from clozette.contests.drawing.verifying.findings import Unreadable
from clozette.contests.entering import queries as entries
from clozette.contests.planning.models import Contest
from clozette.kernel import clock
from tests.contests.drawing import made
from tests.contests.drawing.conftest import SANDBOX, Made, draw_of, freeze, lock, publish_head, signed
from tests.contests.drawing.made import ALTERED, ALTERED_VOTES, altered
from tests.factories.accounts import make_member
from tests.factories.contests import make_contest, make_entry

SCRIPT = Path(verify_draw.__file__)


def script_says(document: object) -> bool | None:
    """Say what the stand-alone script finds: right, wrong, or (none) nothing that it could read."""
    try:
        return verify_draw.check(document).is_right()
    except verify_draw.Unreadable:
        return None


def page_says(document: object) -> bool | None:
    """Say what the page's own code finds."""
    try:
        return page.check(json.dumps(document)).is_right
    except Unreadable:
        return None


def both_say(document: object) -> bool | None:
    said = script_says(document)
    assert page_says(document) is said, "the script and the page don't agree"
    return said


@pytest.mark.engines("sqlite")
def test_a_thousand_draws_agree(app: Flask, db_session: orm.Session) -> None:
    """The server's own order of each, the script's and the page's; every tenth spoilt in some way, which both see."""
    luck = random.Random(20_261_123)
    for number in range(1000):
        document = made.draw(luck)
        assert both_say(document) is True, document
        if number % 10 == 0:
            document = made.rich(luck)
            assert both_say(altered(document, luck.choice(list(ALTERED.values())))) in {False, None}


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("name", ALTERED)
def test_an_altered_draw_is_seen(app: Flask, db_session: orm.Session, name: str) -> None:
    assert both_say(altered(made.rich(random.Random(5)), ALTERED[name])) is False


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("name", ALTERED_VOTES)
def test_an_altered_vote_is_seen(app: Flask, db_session: orm.Session, name: str) -> None:
    document = made.votes(random.Random(5))
    assert both_say(document) is True
    assert both_say(altered(document, ALTERED_VOTES[name])) is False


@pytest.mark.engines("sqlite")
def test_the_page_alone_sees_a_signature_that_the_chain_never_made(app: Flask, db_session: orm.Session) -> None:
    """The script can't check a BLS signature, and says so; the randomness of a made-up one would fit it."""
    document = made.rich(random.Random(5))
    forged = signed(document["beacon"]["round"] + 1).signature
    document["beacon"] |= {"signature": forged, "randomness": rounds.randomness(forged)}
    key = rules.key(
        document["seed"],
        document["entries_sha256"],
        chain=document["chain"]["hash"],
        number=document["beacon"]["round"],
        randomness=document["beacon"]["randomness"],
    )
    document["order"] = rules.picks([number for number, _ in document["entries"]], document["take"], key)
    checks = verify_draw.check(document)
    assert checks.is_right()
    assert any(state == "NOT CHECKED" and what.startswith("BLS signature") for state, what in checks.lines)
    assert page_says(document) is False


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(
    "odd",
    [
        {},
        [],
        "x",
        None,
        {"layout": "clozette draw 9"},
        {"layout": "clozette draw 1"},
        {"layout": "clozette votes 1", "lines": 5},
        {"layout": ["clozette draw 1"]},
    ],
)
def test_what_is_no_file_of_ours_is_unreadable(app: Flask, db_session: orm.Session, odd: object) -> None:
    assert both_say(odd) is None


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("take", -1),
        ("take", True),
        ("take", "5"),
        ("order", None),
        ("entries", [[1]]),
        ("entries", [["1", "ab"]]),
        ("entries", [[1.5, "ab"]]),
        ("seed", "zz"),
        ("seed", None),
        ("contest", "\ud800"),
        ("facts", {"a": 1}),
        ("facts", [{"kind": "seed"}]),
        ("facts", [{"kind": "seed", "number": 0, "at": "x", "content": {}, "proof": {"head": {}, "leaf": "!"}}]),
        ("beacon", {"round": 10**40, "randomness": "", "signature": ""}),
        ("chain", SANDBOX.info() | {"period": 0}),
        ("chain", SANDBOX.info() | {"public_key": "00"}),
        ("draw_at", "yesterday"),
        ("draw_at", 7),
    ],
)
def test_odd_values_are_no_error(app: Flask, db_session: orm.Session, name: str, value: object) -> None:
    document = {**made.rich(random.Random(5)), name: value}
    assert script_says(document) is not True
    assert page_says(document) is not True


@pytest.mark.engines("sqlite")
def test_a_draw_of_this_site_holds_with_every_proof(app: Flask, closed: Made, db_session: orm.Session) -> None:
    contest = closed(12)
    services.take_beacon(contest, signed(draw_of(contest).round), now=clock.now())
    publish_head()
    document = json.loads(json.dumps(files.document(contest, draw_of(contest))))
    checks = verify_draw.check(document)
    assert checks.is_right(), checks.lines
    assert both_say(document) is True
    proven = [fact["kind"] for fact in document["facts"] if fact["proof"] is not None]
    assert sorted(proven) == ["beacon", "draw", "entries", "seed"]
    told = [what for state, what in checks.lines if state == "ok"]
    assert sum("is older than the round" in what for what in told) == 2


@pytest.mark.engines("sqlite")
def test_a_draw_made_up_as_a_whole_is_seen(app: Flask, closed: Made, db_session: orm.Session) -> None:
    """Everything in it fits; but it is not what was stated, which the script sees by the proofs, and the page here too."""
    contest = closed(12)
    services.take_beacon(contest, signed(draw_of(contest).round), now=clock.now())
    publish_head()
    real = files.document(contest, draw_of(contest))
    forged = made.rich(random.Random(5)) | {"contest": contest.slug}
    assert script_says(forged) is True, "without facts it can't know"
    assert page_says(forged) is False
    for kind in ("seed", "entries", "draw"):
        kept = [fact for fact in json.loads(json.dumps(real))["facts"] if fact["kind"] == kind]
        assert both_say(forged | {"facts": kept}) is False, kind


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("kind", ["seed", "entries", "beacon", "draw"])
def test_a_fact_that_was_never_stated_is_seen(app: Flask, closed: Made, db_session: orm.Session, kind: str) -> None:
    contest = closed(12)
    services.take_beacon(contest, signed(draw_of(contest).round), now=clock.now())
    publish_head()
    document = json.loads(json.dumps(files.document(contest, draw_of(contest))))

    def earlier(spoilt: made.Document) -> None:
        fact = next(one for one in spoilt["facts"] if one["kind"] == kind)
        fact["at"] = "2020-01-01T00:00:00.000000Z"

    assert both_say(altered(document, earlier)) is False


@pytest.mark.engines("sqlite")
def test_a_list_that_was_held_after_the_round_is_seen(app: Flask, closed: Made, db_session: orm.Session) -> None:
    contest = closed(12)
    services.take_beacon(contest, signed(draw_of(contest).round), now=clock.now())
    publish_head()
    document = json.loads(json.dumps(files.document(contest, draw_of(contest))))
    late = json.loads(json.dumps(files.stated(contest)))
    document["facts"] = late
    assert both_say(document) is False, "proofs under the newest head show nothing of the time before"


@pytest.mark.engines("sqlite")
def test_a_moved_draw_holds(app: Flask, closed: Made, db_session: orm.Session, stopped_clock) -> None:  # type: ignore[no-untyped-def]
    contest = closed(draw_at=clock.now() - timedelta(minutes=30))
    assert services.wanted(contest, now=clock.now()) is None
    db_session.commit()
    publish_head()
    stopped_clock.forward(minutes=70)
    assert services.wanted(contest, now=clock.now()) is not None
    services.take_beacon(contest, signed(draw_of(contest).round), now=clock.now())
    publish_head()
    document = json.loads(json.dumps(files.document(contest, draw_of(contest))))
    assert both_say(document) is True

    def hide(spoilt: made.Document) -> None:
        spoilt["facts"] = [fact for fact in spoilt["facts"] if fact["kind"] != "beacon_moved"]

    assert both_say(altered(document, hide)) is False


def by_force(contest: Contest, monkeypatch: pytest.MonkeyPatch) -> made.Document:
    """Draw as somebody would who took out what holds the server back; return the file."""
    monkeypatch.setattr(services, "is_held", lambda *_about: True)
    services.take_beacon(contest, signed(draw_of(contest).round), now=clock.now())
    publish_head()
    file: made.Document = json.loads(json.dumps(files.document(contest, draw_of(contest))))
    return file


@pytest.mark.engines("sqlite")
def test_a_move_that_was_stated_after_its_round_is_seen(
    app: Flask,
    closed: Made,
    db_session: orm.Session,
    stopped_clock,  # type: ignore[no-untyped-def]
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The list was late indeed, and the move says a moment an hour ahead; but its own head is younger than the round."""
    contest = closed(draw_at=clock.now() - timedelta(minutes=30))
    publish_head()
    stated = clock.now()
    stopped_clock.forward(minutes=120)
    number = rounds.round_at(stated + services.AHEAD, SANDBOX)
    services._move(contest, draw_of(contest), number, services.LATE, now=stated)
    assert both_say(by_force(contest, monkeypatch)) is False


@pytest.mark.engines("sqlite")
def test_a_move_without_need_is_seen(
    app: Flask,
    closed: Made,
    db_session: orm.Session,
    stopped_clock,  # type: ignore[no-untyped-def]
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It was stated well ahead of its round; but the list was held in time, so the former round was there to be used."""
    contest = closed()
    number = rounds.round_at(clock.now() + services.AHEAD, SANDBOX)
    services._move(contest, draw_of(contest), number, services.LATE, now=clock.now())
    publish_head()
    stopped_clock.forward(minutes=70)
    assert both_say(by_force(contest, monkeypatch)) is False


@pytest.mark.engines("sqlite")
def test_a_move_that_no_head_held_is_made_again(
    app: Flask, closed: Made, db_session: orm.Session, stopped_clock
) -> None:  # type: ignore[no-untyped-def]
    contest = closed(draw_at=clock.now() - timedelta(minutes=30))
    publish_head()
    for _time in range(2):
        assert services.wanted(contest, now=clock.now()) is None
        db_session.commit()
        stopped_clock.forward(minutes=70)
    assert services.wanted(contest, now=clock.now()) is None, "no head held the second move either"
    publish_head()
    stopped_clock.forward(minutes=70)
    assert services.wanted(contest, now=clock.now()) is not None
    services.take_beacon(contest, signed(draw_of(contest).round), now=clock.now())
    publish_head()
    document = json.loads(json.dumps(files.document(contest, draw_of(contest))))
    assert sum(fact["kind"] == "beacon_moved" for fact in document["facts"]) == 3
    assert both_say(document) is True, verify_draw.check(document).lines


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("when", ["open", "after the list", "without rules"])
def test_a_move_by_rules_comes_with_rules_and_before_the_list(
    app: Flask,
    promised: Made,
    db_session: orm.Session,
    stopped_clock,  # type: ignore[no-untyped-def]
    monkeypatch: pytest.MonkeyPatch,
    when: str,
) -> None:
    now = clock.now()
    contest = promised(opens_at=now - timedelta(days=2), closes_at=now, draw_at=now + timedelta(hours=1))
    later = rounds.round_at(now + timedelta(hours=2), SANDBOX)

    def move() -> None:
        if when != "without rules":
            facts.state(contest.id, "rules", {"sha256": "0" * 64, "language": "en"}, now=now, number=2)
        services._move(contest, draw_of(contest), later, services.RULES, now=now)

    if when != "after the list":
        move()
    lock(contest)
    freeze(contest, now=now)
    if when == "after the list":
        move()
    contest.state = "closed"
    publish_head()
    stopped_clock.forward(minutes=125)
    document = by_force(contest, monkeypatch)
    assert both_say(document) is (when == "open"), verify_draw.check(document).lines


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("late", ["", "witness", "seed"])
def test_what_a_witness_promised_stands_before_the_list(
    app: Flask, db_session: orm.Session, own_chain: rounds.Chain, late: str
) -> None:
    """Whoever states the digest after the list could look for a number by which somebody wins."""
    contest, nonce, seed = make_contest("closed"), "ab" * 32, "cd" * 32
    for _entry in range(5):
        make_entry(contest, make_member())
    lock(contest)
    digests = {
        kind: hashlib.sha256(bytes.fromhex(said)).hexdigest() for kind, said in (("witness", nonce), ("seed", seed))
    }
    for kind in {"seed", "witness"} - {late}:
        facts.state(contest.id, kind, {"sha256": digests[kind]}, now=clock.now())
    freeze(contest, now=clock.now())
    if late:
        facts.state(contest.id, late, {"sha256": digests[late]}, now=clock.now())
    listed = facts.of(contest.id, "entries")
    assert listed is not None
    key = rules.key_by_witness(seed, listed.content["sha256"], nonce=nonce)
    order = rules.picks(range(1, 6), 2, key)
    said: facts.Content = {
        "seed": seed,
        "entries_sha256": listed.content["sha256"],
        "key": key.hex(),
        "take": 2,
        "order": [str(number) for number in order],
    }
    facts.state(contest.id, "draw", said, now=clock.now())
    publish_head()
    about = {"layout": "clozette draw 1", "contest": contest.slug, "rules_sha256": None, "source": "witness"}
    document = json.loads(
        json.dumps(
            about
            | {"seed": seed, "seed_sha256": digests["seed"], "witness": {"sha256": digests["witness"], "nonce": nonce}}
            | {"entries": entries.frozen(contest.id), "entries_sha256": listed.content["sha256"]}
            | {"take": 2, "order": order, "facts": files.stated(contest)}
        )
    )
    assert both_say(document) is (late == ""), verify_draw.check(document).lines


@pytest.mark.engines("sqlite")
def test_the_script_runs_alone(tmp_path: Path) -> None:
    """In a process of its own that can import nothing but the standard library, from another folder."""
    right, wrong, odd = (tmp_path / name for name in ("right.json", "wrong.json", "odd.json"))
    document = made.rich(random.Random(5))
    right.write_text(json.dumps(document))
    wrong.write_text(json.dumps(altered(document, ALTERED["the seed is another"])))
    odd.write_text("{")
    for path, status, word in ((right, 0, "is right"), (wrong, 1, "WRONG: "), (odd, 2, "can't be read")):
        run = [sys.executable, "-I", "-S", str(SCRIPT), str(path)]
        said = subprocess.run(run, capture_output=True, text=True, cwd=tmp_path, check=False)
        assert said.returncode == status, said
        assert word in said.stdout + said.stderr
    assert (
        f"NOT CHECKED: BLS signature of round {document['beacon']['round']}"
        in subprocess.run(
            [sys.executable, "-I", "-S", str(SCRIPT), str(right)], capture_output=True, text=True, check=False
        ).stdout
    )


def test_the_script_imports_nothing_of_ours() -> None:
    imported = {line.split()[1] for line in SCRIPT.read_text().splitlines() if line.startswith(("import ", "from "))}
    assert imported <= set(sys.stdlib_module_names)
