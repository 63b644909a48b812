"""Hash trees as RFC 6962 (section 2.1) defines them, and the chain beside them. Nothing here knows a database."""

import hashlib
from collections.abc import Callable, Iterable, Sequence

EMPTY = hashlib.sha256(b"").digest()
START = bytes(32)
"""What the chain begins with."""

Range = Callable[[int, int], bytes]
"""``subtree(start, size)``: the root of the ``size`` leaves from position ``start`` on."""


def leaf_hash(data: bytes) -> bytes:
    """Hash a leaf."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two nodes into the one above them."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def chain_hash(before: bytes, leaf: bytes) -> bytes:
    """Hash a leaf onto the chain: whatever the chain held before is under it."""
    return hashlib.sha256(b"\x02" + before + leaf).digest()


class Stack:
    """Takes leaf hashes one by one and knows the root at any moment, in a handful of hashes of memory."""

    def __init__(self) -> None:
        self.size = 0
        self._full: list[bytes] = []

    def add(self, leaf: bytes) -> None:
        """Take the next leaf's hash."""
        self.size += 1
        made, rest = leaf, self.size
        while not rest & 1:
            made = node_hash(self._full.pop(), made)
            rest >>= 1
        self._full.append(made)

    def add_whole(self, leaf: bytes, width: int) -> list[tuple[int, int, bytes]]:
        """Take the next leaf's hash; return the nodes that became whole with it, on each ``width``-th level:
        level, number and hash.
        """
        self.size += 1
        made, rest, level = leaf, self.size, 0
        whole = []
        while not rest & 1:
            made, rest, level = node_hash(self._full.pop(), made), rest >> 1, level + 1
            if not level % width:
                whole.append((level, rest - 1, made))
        self._full.append(made)
        return whole

    def root(self, rest: bytes | None = None) -> bytes:
        """Return the root of what was taken so far, with the root of a smaller ragged ``rest`` to its right."""
        parts = self._full if rest is None else [*self._full, rest]
        if not parts:
            return EMPTY
        made = parts[-1]
        for left in reversed(parts[:-1]):
            made = node_hash(left, made)
        return made


def root_of(leaves: Iterable[bytes]) -> bytes:
    """Return the root over leaf hashes."""
    stack = Stack()
    for leaf in leaves:
        stack.add(leaf)
    return stack.root()


def split(size: int) -> int:
    """Return the largest power of two that is smaller than ``size``."""
    return 1 << (size - 1).bit_length() - 1


def inclusion(position: int, size: int, subtree: Range) -> list[bytes]:
    """Return the proof that a position is in the tree of ``size``: the siblings on the way up, lowest first."""
    if not 0 <= position < size:
        raise ValueError("the position is not in this tree")
    siblings: list[bytes] = []
    start = 0
    while size > 1:
        left = split(size)
        if position - start < left:
            siblings.append(subtree(start + left, size - left))
            size = left
        else:
            siblings.append(subtree(start, left))
            start, size = start + left, size - left
    return siblings[::-1]


def consistency(older: int, size: int, subtree: Range) -> list[bytes]:
    """Return the proof that the tree of ``size`` grew from the tree of ``older`` leaves."""
    if not 0 < older <= size:
        raise ValueError("the older tree must be part of the newer one")
    nodes: list[bytes] = []
    start, whole = 0, True
    while older < size:
        left = split(size)
        if older <= left:
            nodes.append(subtree(start + left, size - left))
            size = left
        else:
            nodes.append(subtree(start, left))
            start, older, size, whole = start + left, older - left, size - left, False
    return nodes[::-1] if whole else [subtree(start, size), *nodes[::-1]]


def is_included(leaf: bytes, position: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether the proof leads from a leaf's hash to the root (RFC 9162, 2.1.3.2)."""
    if not 0 <= position < size:
        return False
    here, last, made = position, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if here & 1 or here == last:
            made = node_hash(sibling, made)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            made = node_hash(made, sibling)
        here, last = here >> 1, last >> 1
    return last == 0 and made == root


def is_consistent(older: int, older_root: bytes, size: int, root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the proof shows that the newer tree holds the older one unchanged (RFC 9162, 2.1.4.2)."""
    if not 0 < older <= size:
        return False
    if older == size:
        return not proof and older_root == root
    nodes = [older_root, *proof] if older & (older - 1) == 0 else list(proof)
    if not nodes:
        return False
    here, last = older - 1, size - 1
    while here & 1:
        here, last = here >> 1, last >> 1
    first = second = nodes[0]
    for node in nodes[1:]:
        if last == 0:
            return False
        if here & 1 or here == last:
            first, second = node_hash(node, first), node_hash(node, second)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            second = node_hash(second, node)
        here, last = here >> 1, last >> 1
    return last == 0 and first == older_root and second == root
