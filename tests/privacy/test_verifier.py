"""The stand-alone verifier, run as somebody else would: another process, the standard library alone, files."""

import dataclasses
import json
import subprocess
import sys

import pytest
from click.testing import CliRunner

from clozette.cli import commands
from clozette.kernel import clock, ids
from clozette.privacy import checks, receipts
from clozette.privacy.ledger import audit
from clozette.privacy.models import LedgerEntry
from clozette.privacy.tree import heads, sequencer
from clozette.settings import ROOT
from tests.privacy.conftest import place, tamper

TOOL = ROOT / "tools" / "verify_ledger.py"


@pytest.fixture
def check(tmp_path):
    """Give ``check("--log", {…}, …)``: dictionaries and lists become files."""

    def run(*arguments, bare=False):
        given = []
        for number, argument in enumerate(arguments):
            if not isinstance(argument, str):
                path = tmp_path / f"{number}.json"
                lines = argument if isinstance(argument, list) else [argument]
                path.write_text("\n".join(json.dumps(line) for line in lines) + "\n")
                argument = str(path)
            given.append(argument)
        # -S: without what is installed, as on a machine that has Python alone.
        flags = ["-I", "-S"] if bare else ["-I"]
        return subprocess.run([sys.executable, *flags, str(TOOL), *given], capture_output=True, text=True, check=False)

    return run


@pytest.fixture
def receipt(tree, db_session, app):
    entries = tree(6)
    with app.test_request_context():
        made = receipts.of(db_session.get_one(LedgerEntry, entries[0].id))
    return json.loads(json.dumps(made))


@pytest.mark.requirement(17, 22)
def test_a_receipt_holds_without_us(check, receipt):
    bare, full = check(receipt, bare=True), check(receipt, "--key", receipt["proof"]["head"]["key"])
    assert (bare.returncode, full.returncode) == (0, 0), bare.stderr + full.stderr
    assert "skipped: the signature" in bare.stdout
    assert "ok: the signature" in full.stdout and "given our_news" in full.stdout


@pytest.mark.requirement(17)
@pytest.mark.parametrize(
    "path",
    [
        ("entry", "action"),
        ("entry", "purpose"),
        ("entry", "at"),
        ("entry", "wording"),
        ("entry", "wording_sha256"),
        ("entry", "policy_sha256"),
        ("entry", "received_at"),
        ("entry", "surface"),
        ("entry", "policy_version"),
        ("consentTimestamp",),
        ("collectionMethod",),
        ("policyUrl",),
        ("jurisdiction",),
        ("services", 0, "purposes", 0, "consentType"),
        ("consentReceiptID",),
        ("piiPrincipalId",),
        ("proof", "head", "root"),
        ("proof", "head", "signature"),
    ],
)
def test_a_receipt_that_was_changed_does_not_hold(check, receipt, path):
    inner = receipt
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = "00" * 32 if path[-1] == "root" else "d2l0aGRyYXdu"
    assert check(receipt).returncode == 1


@pytest.mark.requirement(17)
def test_a_whole_log_is_held_against_a_head(check, tree):
    tree(6)
    head, log = json.loads(heads.latest().text()), list(audit.log())
    assert check("--log", log, head, bare=True).returncode == 0
    edited = [dict(line) for line in log]
    edited[2]["leaf"] = edited[3]["leaf"]
    for wrong in (log[:-1], [*log[:2], *log[3:]], [log[1], log[0], *log[2:]], edited, [*log, log[0]]):
        assert check("--log", wrong, head, bare=True).returncode == 1


@pytest.mark.requirement(17)
def test_growth_is_proved_between_two_heads(check, tree, answers):
    tree(3)
    older = heads.latest()
    answers(5)
    place()
    newer = heads.publish(clock.now())
    proof = audit.prove_growth(older.size, newer.size)
    pair = [json.loads(head.text()) for head in (older, newer)]
    assert check("--grown", proof, *pair).returncode == 0
    pair[0]["root"] = "00" * 32
    assert check("--grown", proof, *pair, bare=True).returncode == 1


def test_what_is_no_proof_is_said_so(check, tmp_path):
    assert check({"no": "proof"}).returncode in {1, 2}
    assert check(str(tmp_path / "absent.json")).returncode == 2


@pytest.fixture
def command(app):
    """Give ``command("verify")``: ``clozette ledger verify`` on the site under test."""
    return lambda *given: CliRunner().invoke(commands, ["ledger", *given], obj=lambda: app)


@pytest.mark.requirement(17)
def test_the_command_verifies_shows_and_proves(command, tree, check):
    entries = tree(4)
    assert command("verify").exit_code == 0
    shown = json.loads(command("head").stdout)
    assert shown["size"] == 4
    proof = json.loads(command("prove", ids.encode(entries[1].id)).stdout)
    assert check(proof, bare=True).returncode == 0
    assert json.loads(command("prove", "--grown", "2", "4").stdout)["older"]["size"] == 2
    assert len(command("log").stdout.splitlines()) == 4
    tamper("UPDATE privacy_ledger SET action = 'given' WHERE id = :id", id=entries[1].id)
    found = command("verify")
    assert found.exit_code == 1 and "row edited" in found.stderr


def test_the_command_publishes_what_waits(command, answers):
    assert command("head").exit_code == 1
    answers(2)
    assert json.loads(command("head", "--publish").stdout)["size"] == 2


def test_the_command_says_what_it_can_not_do(command, tree):
    tree(2)
    for arguments in (("prove",), ("prove", "UUU"), ("prove", "7"), ("prove", "--grown", "3", "9")):
        assert command(*arguments).exit_code in {1, 2}


@pytest.fixture
def secrets(app, monkeypatch):
    """Give ``secrets("a", "b")``: the secret keys are these from now on."""

    def use(*names):
        settings = app.extensions["clozette.settings"]
        keys = [name * 40 for name in names]
        monkeypatch.setitem(app.extensions, "clozette.settings", dataclasses.replace(settings, secret_keys=keys))

    return use


def grow(answers):
    """Publish a head over some more entries; return it."""
    answers(3)
    place()
    return heads.publish(clock.now())


@pytest.mark.requirement(17)
def test_older_heads_hold_after_their_secret_was_dropped(answers, secrets, check, app):
    secrets("a")
    first = grow(answers)
    secrets("b", "a")
    second = grow(answers)
    secrets("b")
    assert not audit.verify_all().faults
    third = grow(answers)
    secrets("c", "b")
    grow(answers)
    secrets("c")
    assert not audit.verify_all().faults and heads.key_ring().retired == {first.key: 6, third.key: 12}
    assert second.key == third.key != first.key
    log, listed = list(audit.log()), json.loads(heads._store().get(heads.KEYS))
    kept = [json.loads(head.text()) for head in (first, second, third)]
    assert check("--log", log, *kept, "--keys", listed, "--key", listed["key"]).returncode == 0
    assert check("--log", log, *kept, "--key", listed["key"]).returncode == 1
    for wrong in ({"retired": {**listed["retired"], first.key: 99}}, {"key": first.key}):
        assert check("--log", log, *kept, "--keys", {**listed, **wrong}).returncode == 1


@pytest.mark.requirement(17)
def test_a_new_secret_is_followed_at_once_though_nothing_grew(answers, secrets, app, monkeypatch):
    secrets("a")
    first = grow(answers)
    secrets("b", "a")
    assert "keep the former secret" in checks.ledger(app, app.extensions["clozette.settings"])
    made = sequencer.run(clock.now())
    assert made == 0, "nothing waited"
    assert checks.ledger(app, app.extensions["clozette.settings"]) == ""
    assert heads.latest().key != first.key
    assert heads.latest().size == first.size
    assert [head.key for head in heads.published()] == [first.key], "what others kept is not written over"
    secrets("b")
    assert not audit.verify_all().faults
    assert checks.ledger(app, app.extensions["clozette.settings"]) == ""
    writes = []
    monkeypatch.setattr(heads, "publish", lambda now: writes.append(now))
    for _ in range(3):
        sequencer.run(clock.now())
    assert not writes, "once is enough"


@pytest.mark.requirement(17)
def test_a_retired_key_signs_no_newer_heads(answers, secrets):
    secrets("a")
    grow(answers)
    secrets("b", "a")
    grow(answers)
    secrets("a")
    newer = grow(answers)
    secrets("b")
    assert newer.key in heads.key_ring().retired
    assert {fault.what for fault in audit.verify_all().faults} == {"head not signed by us"}


@pytest.mark.requirement(17)
def test_a_list_of_keys_that_somebody_else_wrote_counts_for_nothing(answers, secrets, app):
    secrets("x")
    stranger = grow(answers)
    secrets("b")
    assert heads.key_ring().is_stale and not heads.key_ring().has_signed(stranger)
    assert "keys.json" in checks.ledger(app, app.extensions["clozette.settings"])
    grow(answers)
    assert heads.key_ring().is_stale, "a list that can't be read is not written over: its secret may come back"
    secrets("b", "x")
    grow(answers)
    secrets("b")
    assert heads.key_ring().has_signed(stranger)
