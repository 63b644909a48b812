#!/usr/bin/env python3
# ruff: noqa: T201 - it talks to whoever runs it
"""Check a site's ledger without the site: Python's standard library is enough.

    verify_ledger.py receipt.json                      a receipt, or a proof that ``clozette ledger prove`` printed
    verify_ledger.py --log log.jsonl head.json …       a whole log (``clozette ledger log``) against heads kept elsewhere
    verify_ledger.py --grown growth.json older.json newer.json   that one head's tree grew into another's

``--key KEY`` is the site's public key (base64), as you know it from the site; without it a head's own is believed.
``--keys keys.json`` is the site's list of older keys, as it lies beside the heads: with it they count for older heads. A
signature is checked where the ``cryptography`` package is there; else this says that it was skipped. Exit 0: all holds,
1: something does not, 2: the files can't be read.
"""

import argparse
import base64
import binascii
import datetime
import hashlib
import json
import sys

HEAD = "clozette head 1"
INCLUSION = "clozette inclusion 1"
CONSISTENCY = "clozette consistency 1"
KEYS = "clozette keys 1"
START = bytes(32)


class Broken(Exception):
    """Something does not hold."""


def leaf_hash(data):
    """RFC 6962: a leaf."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left, right):
    """RFC 6962: an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def chain_hash(before, leaf):
    """The chain beside the tree."""
    return hashlib.sha256(b"\x02" + before + leaf).digest()


def climb(leaf, position, size, path):
    """Return the root that a proof of inclusion leads to (RFC 9162, 2.1.3.2)."""
    if not 0 <= position < size:
        raise Broken("the position is outside of the tree")
    here, last, made = position, size - 1, leaf
    for sibling in path:
        if last == 0:
            raise Broken("the proof is too long")
        if here & 1 or here == last:
            made = node_hash(sibling, made)
            while here and not here & 1:
                here, last = here >> 1, last >> 1
        else:
            made = node_hash(made, sibling)
        here, last = here >> 1, last >> 1
    if last:
        raise Broken("the proof is too short")
    return made


def grown(older, size, older_root, path):
    """Return the two roots that a proof of consistency leads to (RFC 9162, 2.1.4.2)."""
    if not 0 < older <= size:
        raise Broken("the older tree is not the smaller one")
    if older == size:
        return older_root, older_root
    nodes = [older_root, *path] if older & (older - 1) == 0 else list(path)
    if not nodes:
        raise Broken("the proof is empty")
    here, last = older - 1, size - 1
    while here & 1:
        here, last = here >> 1, last >> 1
    first = second = nodes[0]
    for node in nodes[1:]:
        if last == 0:
            raise Broken("the proof is too long")
        if here & 1 or here == last:
            first, second = node_hash(node, first), node_hash(node, second)
            while here and not here & 1:
                here, last = here >> 1, last >> 1
        else:
            second = node_hash(second, node)
        here, last = here >> 1, last >> 1
    if last:
        raise Broken("the proof is too short")
    return first, second


class Tree:
    """Takes leaf hashes one by one and knows the root at any moment."""

    def __init__(self):
        self.size, self.full = 0, []

    def add(self, leaf):
        """Take the next leaf."""
        self.size += 1
        made, rest = leaf, self.size
        while not rest & 1:
            made, rest = node_hash(self.full.pop(), made), rest >> 1
        self.full.append(made)

    def root(self):
        """Return the root over what was taken."""
        if not self.full:
            return hashlib.sha256(b"").digest()
        made = self.full[-1]
        for left in reversed(self.full[:-1]):
            made = node_hash(left, made)
        return made


def signed_bytes(head):
    """Return what a head's signature is over."""
    parts = (HEAD, str(head["size"]), head["at"], head["root"], head["chain"], head["key"])
    return "\n".join(parts).encode()


def check_head(head, keys):
    """Check a head's form and signature; ``keys``: those that count, each with the size of its last head, if it has one."""
    if head.get("layout") != HEAD:
        raise Broken("this is not a head")
    if keys and (head["key"] not in keys or head["size"] > keys[head["key"]]):
        raise Broken(f"the head of {head['size']} is signed with another key")
    known = "a key you gave" if keys else f"the head's own key {head['key']}"
    check_signature(head, signed_bytes(head), f"head of {head['size']} leaves, {head['at']}", known)


def trusted_keys(key, listed):
    """Return the keys that count: the one given, and those that it says went before it."""
    if listed is None:
        return {key: float("inf")} if key else {}
    if listed.get("layout") != KEYS or (key and listed["key"] != key):
        raise Broken("this list of keys is not signed with the key you gave")
    lines = (KEYS, listed["key"], *(f"{one} {listed['retired'][one]}" for one in sorted(listed["retired"])))
    known = "the key you gave" if key else f"the list's own key {listed['key']}"
    check_signature(listed, "\n".join(lines).encode(), "list of keys", known)
    return {**listed["retired"], listed["key"]: float("inf")}


def check_signature(signed, data, name, known):
    """Check who signed; say where that could not be checked."""
    try:
        from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - may be absent, and that is fine
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415
    except ImportError:
        print(f"skipped: the signature of the {name} (no library for Ed25519 is installed)")
        return
    try:
        public = Ed25519PublicKey.from_public_bytes(base64.b64decode(signed["key"], validate=True))
        public.verify(base64.b64decode(signed["signature"], validate=True), data)
    except (InvalidSignature, ValueError, binascii.Error):
        raise Broken(f"the signature of the {name} is not right") from None
    print(f"ok: the signature of the {name}, by {known}")


def check_inclusion(proof, keys):
    """Check that a leaf is under a head; return the leaf."""
    if proof.get("layout") != INCLUSION:
        raise Broken("this is not a proof of inclusion")
    head, leaf = proof["head"], base64.b64decode(proof["leaf"], validate=True)
    path = [bytes.fromhex(node) for node in proof["path"]]
    if climb(leaf_hash(leaf), proof["position"], head["size"], path).hex() != head["root"]:
        raise Broken("the proof does not lead to the head's root")
    print(f"ok: the entry is number {proof['position'] + 1} of {head['size']}")
    check_head(head, keys)
    return leaf


def check_receipt(receipt, keys):
    """Check that a receipt says what its leaf says, and that the leaf is under a head."""
    if receipt.get("proof") is None:
        raise Broken("the receipt has no proof yet; download it again a minute later")
    leaf = check_inclusion(receipt["proof"], keys)
    _, kind, row, subject, payload = leaf.split(b"\n", 4)
    said, entry = json.loads(payload), receipt["entry"]
    if (
        kind != b"consent"
        or row.decode() != receipt["consentReceiptID"]
        or subject.decode() != receipt["piiPrincipalId"]
    ):
        raise Broken("the receipt is of another entry than its proof")
    # Every fact of the leaf; what is sealed is there as a digest of bytes that only the site and the person can read.
    for name in sorted(set(said) - {"wording", "sealed"}):
        if name not in entry or said[name] != entry[name]:
            raise Broken(f"the receipt says something else than the ledger: {name}")
    if not said["wording"] == entry["wording_sha256"] == hashlib.sha256(entry["wording"].encode()).hexdigest():
        raise Broken("these are not the words that were shown")
    check_outer(receipt, said)
    print(f"ok: {said['action']} {said['purpose'] or said['point']} at {said['at']}, in the words that were shown")


def check_outer(receipt, said):
    """Check that what a receipt repeats of its entry in Kantara's fields is what the leaf says."""
    at = datetime.datetime.fromisoformat(said["at"][:-1] + "+00:00").replace(microsecond=0)
    purposes = [purpose for service in receipt["services"] for purpose in service["purposes"]]
    consent_type = "EXPLICIT" if said["purpose"] else "NONE"
    circumstances = receipt["entry"].get("circumstances") or {}
    right = {
        "consentTimestamp": receipt["consentTimestamp"] == int(at.timestamp()),
        "collectionMethod": receipt["collectionMethod"] == said["method"],
        "policyUrl": receipt["policyUrl"].endswith(f"/policy/{said['policy_version']}"),
        "jurisdiction": receipt["jurisdiction"] == (circumstances.get("jurisdiction") or ""),
        "consentType": [purpose["consentType"] for purpose in purposes] == [consent_type],
    }
    for name, is_right in right.items():
        if not is_right:
            raise Broken(f"the receipt says something else than the ledger: {name}")
    print("note: the circumstances are sealed; that they are the ones in the ledger only the site can show")


def check_growth(proof, older, newer, keys):
    """Check that the newer head's tree holds the older one unchanged."""
    if proof.get("layout") != CONSISTENCY:
        raise Broken("this is not a proof of growth")
    check_head(older, keys)
    check_head(newer, keys)
    path = [bytes.fromhex(node) for node in proof["path"]]
    first, second = grown(older["size"], newer["size"], bytes.fromhex(older["root"]), path)
    if (first.hex(), second.hex()) != (older["root"], newer["root"]):
        raise Broken("the newer tree did not grow from the older one")
    print(f"ok: the tree of {newer['size']} grew from the tree of {older['size']}")


def check_log(lines, heads, keys):
    """Read a whole log: every position in turn, the chain, and the root at each head."""
    for head in heads:
        check_head(head, keys)
    wanted = sorted(heads, key=lambda head: head["size"])
    tree, chain = Tree(), START
    for line in lines:
        entry = json.loads(line)
        if entry["position"] != tree.size:
            raise Broken(f"entry {tree.size} is missing or out of order")
        data = base64.b64decode(entry["leaf"], validate=True)
        _, kind, row, _ = data.split(b"\n", 3)
        if (kind.decode(), row.decode()) != (entry["kind"], entry["row"]):
            raise Broken(f"entry {tree.size} is not of the row it is filed under")
        made = leaf_hash(data)
        chain = chain_hash(chain, made)
        if chain.hex() != entry["chain"]:
            raise Broken(f"the chain is broken at entry {tree.size}")
        tree.add(made)
        while wanted and wanted[0]["size"] == tree.size:
            head = wanted.pop(0)
            if (head["root"], head["chain"]) != (tree.root().hex(), chain.hex()):
                raise Broken(f"the log is another one than the head of {head['size']} was signed for")
            print(f"ok: the log up to {head['size']} is the one that was signed")
    if wanted:
        raise Broken(f"the end is cut off: {tree.size} entries, but a head of {wanted[-1]['size']} was signed")
    if not heads:
        print("note: without a head from elsewhere a cut end, or a log made anew, could not be seen")
    print(f"ok: {tree.size} entries, root {tree.root().hex()}")


def read(path):
    """Read a JSON file."""
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def run(options):
    """Check what was asked for."""
    keys = trusted_keys(options.key, read(options.keys) if options.keys else None)
    if options.log:
        with open(options.log, encoding="utf-8") as lines:
            check_log(lines, [read(path) for path in options.files], keys)
    elif options.grown:
        older, newer = (read(path) for path in options.files)
        check_growth(read(options.grown), older, newer, keys)
    else:
        for path in options.files:
            document = read(path)
            is_receipt = "consentReceiptID" in document
            (check_receipt if is_receipt else check_inclusion)(document, keys)


def main():
    """Read the arguments, check, and say how it went by the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", help="receipts, proofs or heads")
    parser.add_argument("--log", help="a whole log; the files are heads")
    parser.add_argument("--grown", help="a proof of growth; the files are the older and the newer head")
    parser.add_argument("--key", help="the site's public key, base64")
    parser.add_argument("--keys", help="the site's list of older keys, a file")
    options = parser.parse_args()
    if not (options.files or options.log) or (options.grown and len(options.files) != 2):
        parser.error("name the files to check")
    try:
        run(options)
    except Broken as broken:
        print(f"BAD: {broken}", file=sys.stderr)
        return 1
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        print(f"can't be read: {type(error).__name__}: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
