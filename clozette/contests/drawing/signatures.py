"""Whether a round is the chain's own: its BLS signature, checked with blst.

A signature is right when ``e(H(message), public key) == e(signature, generator of G2)``. The point at infinity is refused
on both sides: with such a key, such a signature would fit every message.
"""

import pyblst

from clozette.contests.drawing import rounds
from clozette.contests.drawing.rounds import Chain
from clozette.kernel.ports.beacon import Round

DST = b"BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_"
GENERATOR = bytes.fromhex(
    "93e02b6052719f607dacd3a088274f65596bd0d09920b61ab5da61bbdc7f5049334cf11213945d57e5ac7d055d042b7e"
    "024aa2b2f08f0a91260805272dc51051c6e47ad4fa403b02b4510b647ae3d1770bac0326a805bbefd48056c8c121bdb8"
)
_INFINITY = 0x40
"""The bit that marks it, in the first byte of a point."""


def holds(found: Round, chain: Chain) -> bool:
    """Whether a round is what the chain signed, and its randomness what follows."""
    try:
        if rounds.randomness(found.signature) != found.randomness:
            return False
        return is_signed(rounds.message(found.number), bytes.fromhex(found.signature), bytes.fromhex(chain.public_key))
    except (ValueError, OverflowError):
        return False


def is_signed(message: bytes, signature: bytes, public_key: bytes) -> bool:
    """Whether a signature (48 bytes) of a message is by a key (96 bytes)."""
    if len(signature) != 48 or len(public_key) != 96 or (signature[0] | public_key[0]) & _INFINITY:
        return False
    try:
        signed = pyblst.BlstP1Element().uncompress(signature)
        key, generator = (pyblst.BlstP2Element().uncompress(point) for point in (public_key, GENERATOR))
        hashed = pyblst.BlstP1Element.hash_to_group(message, DST)
    except ValueError:
        return False
    return bool(pyblst.final_verify(pyblst.miller_loop(hashed, key), pyblst.miller_loop(signed, generator)))
