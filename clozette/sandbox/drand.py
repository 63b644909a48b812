"""A chain of random rounds to try draws out with, as drand's mirrors answer: its key is no secret, so it proves nothing.

``/drand/<hash>/info``, ``/drand/<hash>/public/<round>`` and ``/drand/<hash>/public/latest``.
"""

import hashlib
import time
from functools import cache
from typing import Any

import pyblst
from flask import Blueprint, abort, jsonify
from flask.typing import ResponseReturnValue

NAME = "sandbox"
PERIOD = 3
GENESIS = 1_700_000_000
_DST = b"BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_"
_ORDER = 0x73EDA753299D7D483339D80809A1D80553BDA402FFFE5BFEFFFFFFFF00000001
_KEY = int.from_bytes(hashlib.sha256(b"the sandbox's chain of rounds").digest(), "big") % _ORDER
_GENERATOR = bytes.fromhex(
    "93e02b6052719f607dacd3a088274f65596bd0d09920b61ab5da61bbdc7f5049334cf11213945d57e5ac7d055d042b7e"
    "024aa2b2f08f0a91260805272dc51051c6e47ad4fa403b02b4510b647ae3d1770bac0326a805bbefd48056c8c121bdb8"
)


@cache
def info() -> dict[str, Any]:
    """Return the chain's particulars."""
    key = pyblst.BlstP2Element().uncompress(_GENERATOR).scalar_mul(_KEY).compress()
    group = hashlib.sha256(b"the sandbox alone").digest()
    said = PERIOD.to_bytes(4, "big") + GENESIS.to_bytes(8, "big") + key + group + NAME.encode()
    return {
        "public_key": key.hex(),
        "period": PERIOD,
        "genesis_time": GENESIS,
        "hash": hashlib.sha256(said).hexdigest(),
        "groupHash": group.hex(),
        "schemeID": "bls-unchained-g1-rfc9380",
        "metadata": {"beaconID": NAME},
    }


def sign(number: int) -> dict[str, Any]:
    """Return a round, whenever it is."""
    message = hashlib.sha256(number.to_bytes(8, "big")).digest()
    signature = pyblst.BlstP1Element.hash_to_group(message, _DST).scalar_mul(_KEY).compress()
    return {"round": number, "randomness": hashlib.sha256(signature).hexdigest(), "signature": signature.hex()}


def latest(now: float) -> int:
    """Return the round that is there now."""
    return int(now - GENESIS) // PERIOD + 1


def pages() -> Blueprint:
    """Return the routes."""
    blueprint = Blueprint("drand", __name__)

    @blueprint.get("/drand/<chain>/info")
    def about(chain: str) -> ResponseReturnValue:
        return jsonify(_known(chain))

    @blueprint.get("/drand/<chain>/public/latest")
    def newest(chain: str) -> ResponseReturnValue:
        _known(chain)
        return jsonify(sign(latest(time.time())))

    @blueprint.get("/drand/<chain>/public/<int:number>")
    def one(chain: str, number: int) -> ResponseReturnValue:
        _known(chain)
        if number > latest(time.time()):
            return jsonify(error="not yet"), 425
        return jsonify(sign(number or abort(404)))

    return blueprint


def _known(chain: str) -> dict[str, Any]:
    return info() if chain == info()["hash"] else abort(404)
