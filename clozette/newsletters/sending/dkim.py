"""DKIM signatures (RFC 6376, relaxed/simple), RSA or Ed25519 (RFC 8463), over headers that stay as they are."""

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15

SIGNED = (
    "from",
    "to",
    "reply-to",
    "subject",
    "date",
    "message-id",
    "mime-version",
    "content-type",
    "list-id",
    "list-unsubscribe",
    "list-unsubscribe-post",
    "feedback-id",
)
ONLY_ONCE = ("from", "to", "reply-to", "subject", "date", "list-unsubscribe", "list-unsubscribe-post")
"""Named once more than they are there, so that nobody can add another one to a signed mail."""

_SPACE = re.compile(rb"[ \t]+")
_PADDING, _SHA256 = PKCS1v15(), hashes.SHA256()
_FOLD = 70


class BadKey(Exception):
    """A key that can't sign mail; says what is wanted."""


@dataclass(frozen=True)
class Signer:
    """Signs for one domain with one key, whose public half the DNS names under the selector."""

    domain: str
    selector: str
    key: rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey

    @property
    def algorithm(self) -> str:
        """Return what the signature names."""
        return "rsa-sha256" if isinstance(self.key, rsa.RSAPrivateKey) else "ed25519-sha256"

    def sign(self, headers: Mapping[str, bytes], body: bytes) -> bytes:
        """Return the header line (with its CRLF) for a mail; ``headers`` by their names in lower case.

        :param body: ends with exactly one CRLF, so that it is canonical already.
        """
        names = tuple(name for name in SIGNED if name in headers)
        digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
        value = (
            f"v=1; a={self.algorithm}; c=relaxed/simple; d={self.domain}; s={self.selector};\r\n"
            f" h={_listed(names)};\r\n bh={digest};\r\n b="
        ).encode()
        hashed = b"".join(relaxed(name.encode(), headers[name]) + b"\r\n" for name in names)
        signature = self._signature(hashed + relaxed(b"dkim-signature", value))
        return b"DKIM-Signature: " + value + _wrapped(base64.b64encode(signature)) + b"\r\n"

    def record(self) -> str:
        """Return what the TXT record at ``<selector>._domainkey.<domain>`` must say."""
        if isinstance(self.key, rsa.RSAPrivateKey):
            form = serialization.PublicFormat.SubjectPublicKeyInfo
            public, kind = self.key.public_key().public_bytes(serialization.Encoding.DER, form), "rsa"
        else:
            public, kind = self.key.public_key().public_bytes_raw(), "ed25519"
        return f"v=DKIM1; k={kind}; p={base64.b64encode(public).decode()}"

    def _signature(self, data: bytes) -> bytes:
        if isinstance(self.key, rsa.RSAPrivateKey):
            return self.key.sign(data, _PADDING, _SHA256)
        return self.key.sign(hashlib.sha256(data).digest())


@lru_cache(maxsize=64)
def relaxed(name: bytes, value: bytes) -> bytes:
    """Return a header as it is hashed, without the end of its line; most are the same in all letters of a campaign."""
    return name + b":" + _SPACE.sub(b" ", value.replace(b"\r\n", b"")).strip()


def read_key(pem: bytes) -> rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey:
    """Read a private key.

    :raises BadKey: if it is none, or too weak.
    """
    try:
        key = serialization.load_pem_private_key(pem, password=None)
    except (ValueError, TypeError) as error:
        raise BadKey("no private key in PEM without a password") from error
    if isinstance(key, ed25519.Ed25519PrivateKey) or (isinstance(key, rsa.RSAPrivateKey) and key.key_size >= 2048):
        return key
    raise BadKey("an RSA key of at least 2048 bits, or an Ed25519 key")


def new_key() -> bytes:
    """Make an RSA key as PEM: every mailbox provider reads these, and only some read Ed25519."""
    made = rsa.generate_private_key(65537, 2048)
    pem, pkcs8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    return made.private_bytes(pem, pkcs8, serialization.NoEncryption())


@lru_cache(maxsize=8)
def _listed(names: tuple[str, ...]) -> str:
    """Name the headers that are signed, folded after a colon, where that changes nothing."""
    lines: list[str] = [""]
    for name in (*names, *(name for name in ONLY_ONCE if name in names)):
        if lines[-1] and len(lines[-1]) + len(name) > _FOLD:
            lines.append("")
        lines[-1] += f"{name}:"
    return "\r\n  ".join(lines).removesuffix(":")


def _wrapped(text: bytes) -> bytes:
    return b"\r\n  ".join(text[start : start + _FOLD] for start in range(0, len(text), _FOLD))


def parts_of(signature: str) -> dict[str, str]:
    """Read a signature's tags, folds removed: for those who look at our own mails."""
    plain: Sequence[str] = re.sub(r"\s+", "", signature).split(";")
    return dict(one.split("=", 1) for one in plain if "=" in one)
