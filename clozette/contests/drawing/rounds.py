"""Rounds of drand, a public source of randomness: which one a draw uses, and when it is there. No database, no clock.

A chain signs one number after another, each at its own second; the signature's digest is the randomness. Anybody can ask
for a round that is past, and nobody knows one that is to come.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

SCHEME = "bls-unchained-g1-rfc9380"
"""The one kind of signature that is checked here: in G1, over the round's number alone."""


@dataclass(frozen=True)
class Chain:
    """A chain's particulars, as its ``/info`` says them; ``hash`` follows from the rest.

    :ivar period: seconds between rounds; ``genesis``: when round 1 was, in seconds since 1970.
    """

    public_key: str
    period: int
    genesis: int
    group_hash: str
    name: str
    scheme: str = SCHEME

    @property
    def hash(self) -> str:
        """The digest that the chain is known by."""
        name = b"" if self.name == "default" else self.name.encode()
        numbers = self.period.to_bytes(4, "big") + self.genesis.to_bytes(8, "big", signed=True)
        said = numbers + bytes.fromhex(self.public_key) + bytes.fromhex(self.group_hash) + name
        return hashlib.sha256(said).hexdigest()

    def info(self) -> dict[str, str | int]:
        """Return it as it stands in files of draws."""
        return {
            "name": self.name,
            "hash": self.hash,
            "public_key": self.public_key,
            "period": self.period,
            "genesis": self.genesis,
            "group_hash": self.group_hash,
            "scheme": self.scheme,
        }


CHAINS = {
    "quicknet": Chain(
        public_key="83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c8c4b450b6a0a6c3ac6a5776a2d106451"
        "0d1fec758c921cc22b0e17e63aaf4bcb5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a",
        period=3,
        genesis=1_692_803_367,
        group_hash="f477d5c89f21a17c863a7f937c6a6d15859414d2be09cd448d4279af331c5d3e",
        name="quicknet",
    ),
}


def chain_of(text: str) -> Chain:
    """Return a chain by its name, or from the JSON of its ``/info``.

    :raises ValueError: if it is none, another kind than is checked here, or its hash does not follow from the rest.
    """
    if text in CHAINS:
        return CHAINS[text]
    try:
        said = json.loads(text)
        return chain_from(
            {
                "public_key": said["public_key"],
                "period": said["period"],
                "genesis": said["genesis_time"],
                "group_hash": said["groupHash"],
                "name": said["metadata"]["beaconID"],
                "scheme": said["schemeID"],
                "hash": said["hash"],
            }
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"no chain: {error!r}") from error


def chain_from(info: Mapping[str, Any]) -> Chain:
    """Return the chain that :meth:`Chain.info` wrote down.

    :raises ValueError: as :func:`chain_of`.
    """
    try:
        chain = particulars(info)
        if chain.scheme != SCHEME:
            raise ValueError(f"only {SCHEME} is checked here")
        if chain.hash != info["hash"] or not 0 < chain.period < 86_400:
            raise ValueError("the hash is of another chain")
    except (KeyError, TypeError, AttributeError, OverflowError) as error:
        raise ValueError(f"no chain: {error!r}") from error
    return chain


def particulars(info: Mapping[str, Any]) -> Chain:
    """Return a chain as somebody says it is; whether its hash follows is not looked at."""
    return Chain(**{name: info[name] for name in Chain.__dataclass_fields__})


def time_of(number: int, chain: Chain) -> datetime:
    """Return when a round is there."""
    return datetime.fromtimestamp(chain.genesis + (number - 1) * chain.period, UTC)


def round_at(moment: datetime, chain: Chain) -> int:
    """Return the first round that is there at a moment or later."""
    whole = int(moment.timestamp())
    seconds = whole + (moment.microsecond > 0) - chain.genesis
    return max(1, 1 - (-seconds // chain.period))


def message(number: int) -> bytes:
    """Return what the signature of a round is over."""
    return hashlib.sha256(number.to_bytes(8, "big")).digest()


def randomness(signature: str) -> str:
    """Return what a round's signature is worth, both in hex."""
    return hashlib.sha256(bytes.fromhex(signature)).hexdigest()
