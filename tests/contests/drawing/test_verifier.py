"""The script and the page say the same of a file, and both see what was altered."""

import json
import random
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import orm

from clozette.contests.drawing import files, rounds, rules, services, verify_draw
from clozette.contests.drawing.verifying import files as page
from clozette.contests.drawing.verifying.findings import Unreadable
from clozette.kernel import clock
from tests.contests.drawing import made
from tests.contests.drawing.conftest import SANDBOX, Made, draw_of, publish_head, signed
from tests.contests.drawing.made import ALTERED, ALTERED_VOTES, altered

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
        facts = [fact for fact in json.loads(json.dumps(real))["facts"] if fact["kind"] == kind]
        assert both_say(forged | {"facts": facts}) is False, kind


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
