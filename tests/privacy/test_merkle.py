"""The tree's hashes: RFC 6962's own vectors, and proofs of every size held against the plain definition."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clozette.privacy.tree import merkle

LEAVES = [
    bytes.fromhex(leaf)
    for leaf in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def plain_root(leaves: list[bytes]) -> bytes:
    """The definition of RFC 6962, word for word, over leaf hashes."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    half = merkle.split(len(leaves))
    return hashlib.sha256(b"\x01" + plain_root(leaves[:half]) + plain_root(leaves[half:])).digest()


def hashes(count: int) -> list[bytes]:
    return [merkle.leaf_hash(b"%d" % number) for number in range(count)]


@pytest.mark.requirement(17)
@pytest.mark.parametrize("size", range(9))
def test_the_roots_are_those_of_rfc_6962(size):
    assert merkle.root_of(map(merkle.leaf_hash, LEAVES[:size])).hex() == ROOTS[size]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 9, 31, 32, 33, 100, 257])
def test_the_running_root_is_the_plain_one(size):
    assert merkle.root_of(hashes(size)) == plain_root(hashes(size))


@pytest.mark.requirement(17)
@pytest.mark.parametrize("size", range(1, 40))
def test_every_leaf_proves_that_it_is_in_and_nothing_else_does(size):
    leaves = hashes(size)
    root = plain_root(leaves)
    for position in range(size):
        proof = merkle.inclusion(position, size, lambda start, count: plain_root(leaves[start : start + count]))
        assert merkle.is_included(leaves[position], position, size, proof, root)
        assert not merkle.is_included(merkle.leaf_hash(b"other"), position, size, proof, root)
        assert not merkle.is_included(leaves[position], position, size, [*proof, root], root)
        assert size == 1 or not merkle.is_included(leaves[position], (position + 1) % size, size, proof, root)
        assert not proof or not merkle.is_included(leaves[position], position, size, proof[:-1], root)


@pytest.mark.requirement(17)
@pytest.mark.parametrize("size", range(1, 40))
def test_every_older_tree_proves_that_it_grew_into_the_newer(size):
    leaves = hashes(size)
    root = plain_root(leaves)
    for older in range(1, size + 1):
        before = plain_root(leaves[:older])
        proof = merkle.consistency(older, size, lambda start, count: plain_root(leaves[start : start + count]))
        assert merkle.is_consistent(older, before, size, root, proof)
        if older < size:
            forged = plain_root([merkle.leaf_hash(b"other"), *leaves[1:older]])
            assert not merkle.is_consistent(older, forged, size, root, proof)
            assert not merkle.is_consistent(older, before, size, forged, proof)


@given(st.lists(st.binary(max_size=8), min_size=2, max_size=60), st.data())
def test_order_matters(contents, data):
    leaves = [merkle.leaf_hash(content) for content in contents]
    first = data.draw(st.integers(0, len(leaves) - 2))
    swapped = [*leaves]
    swapped[first], swapped[first + 1] = swapped[first + 1], swapped[first]
    assert (merkle.root_of(leaves) == merkle.root_of(swapped)) == (leaves == swapped)
