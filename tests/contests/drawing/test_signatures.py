"""Rounds that drand really made, and what is none of them."""

import dataclasses
import json
import time
from pathlib import Path

import pytest

from clozette.contests.drawing import rounds, signatures
from clozette.contests.drawing.signatures import holds, is_signed
from clozette.kernel.ports.beacon import Round, read
from clozette.sandbox import drand
from clozette.sandbox.inbox import Inbox
from clozette.sandbox.pages import create_app
from clozette.settings import BadSettings, Settings

QUICKNET = rounds.CHAINS["quicknet"]
SANDBOX = rounds.chain_of(json.dumps(drand.info()))
REAL = (
    Round(
        1000,
        "fe290beca10872ef2fb164d2aa4442de4566183ec51c56ff3cd603d930e54fdd",
        "b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39",
    ),
    Round(
        657_413,
        "fc1873a13f3545aeade8401532ef5519920652eee6b0d2b19ca12643b87b3587",
        "b713718a38ae728dfd477991af2822e08d2f305e47718cef9f7848ce4050e7be41076862b98fad56e91a6b85b89cd97b",
    ),
)
INFINITY = bytes([0xC0]) + bytes(47)


@pytest.mark.parametrize("found", REAL, ids=lambda found: str(found.number))
def test_real_rounds_hold(found: Round) -> None:
    assert holds(found, QUICKNET)


def test_rounds_of_the_sandbox_hold_in_its_own_chain_alone() -> None:
    said = drand.sign(1000)
    found = Round(said["round"], said["randomness"], said["signature"])
    assert holds(found, SANDBOX)
    assert not holds(found, QUICKNET)
    assert not holds(REAL[0], SANDBOX)


def test_the_sandbox_answers_as_a_mirror_does(tmp_path: Path) -> None:
    client = create_app(Inbox(tmp_path)).test_client()
    here = f"/drand/{SANDBOX.hash}"
    assert rounds.chain_of(client.get(f"{here}/info").text) == SANDBOX
    for name in ("1", "1000", "latest"):
        found = read(client.get(f"{here}/public/{name}").data)
        assert found is not None and holds(found, SANDBOX)
    assert client.get(f"{here}/public/{drand.latest(time.time()) + 100}").status_code == 425
    for address in (f"{here}/public/0", f"/drand/{QUICKNET.hash}/public/1", f"/drand/{QUICKNET.hash}/info"):
        assert client.get(address).status_code == 404


def test_a_round_is_its_number_its_signature_and_its_randomness() -> None:
    first, second = REAL
    assert not holds(dataclasses.replace(first, number=1001), QUICKNET)
    assert not holds(dataclasses.replace(first, randomness=second.randomness), QUICKNET)
    assert not holds(dataclasses.replace(second, number=first.number), QUICKNET)


@pytest.mark.parametrize("place", [0, 1, 7, 100, 383])
def test_a_turned_bit_does_not_hold(place: int) -> None:
    turned = bytearray.fromhex(REAL[0].signature)
    turned[place // 8] ^= 0x80 >> place % 8
    made = turned.hex()
    assert not holds(Round(1000, rounds.randomness(made), made), QUICKNET)


def test_the_point_at_infinity_signs_nothing() -> None:
    key = bytes([0xC0]) + bytes(95)
    assert not is_signed(rounds.message(1), INFINITY, key)
    assert not is_signed(rounds.message(1), INFINITY, bytes.fromhex(QUICKNET.public_key))
    assert not is_signed(rounds.message(1), bytes.fromhex(REAL[0].signature), key)


@pytest.mark.parametrize("signature", ["", "00", "ab" * 47, "ff" * 48, "00" * 48, "zz"])
def test_what_is_no_signature_does_not_hold(signature: str) -> None:
    try:
        randomness = rounds.randomness(signature)
    except ValueError:
        randomness = "00" * 32
    assert not holds(Round(1000, randomness, signature), QUICKNET)


def test_the_generator_is_the_one_of_the_curve() -> None:
    assert signatures.GENERATOR.hex().startswith("93e02b60") and len(signatures.GENERATOR) == 96


def test_production_does_not_draw_by_the_sandbox() -> None:
    environment = {"CLOZETTE_ENV": "production", "CLOZETTE_DRAND_CHAIN": json.dumps(drand.info())}
    with pytest.raises(BadSettings, match="the sandbox knows its rounds beforehand"):
        Settings.from_environment(environment)


@pytest.mark.parametrize(
    ("name", "value"), [("CHAIN", "fastnet"), ("CHAIN", "{"), ("URLS", "api.drand.sh"), ("URLS", "http://api.drand.sh")]
)
def test_what_is_no_chain_and_no_address_is_refused(name: str, value: str) -> None:
    with pytest.raises(BadSettings, match=f"CLOZETTE_DRAND_{name}"):
        Settings.from_environment({f"CLOZETTE_DRAND_{name}": value})
