"""The tree is that of RFC 6962: its known answers, and proofs that hold for every size and for nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camket.ledger import tree, verifier

# Leaves, roots and proofs of the reference implementation's tests (Certificate Transparency, merkletree).
LEAVES = [
    bytes.fromhex(text)
    for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
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
LEAF_1 = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
PAIR_1 = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
RIGHT_4 = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"
LEAF_4 = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
PAIR_3 = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
PAIR_2 = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"

sizes = st.integers(1, 700)


def _nodes(hashes: list[bytes]) -> tree.Nodes:
    return lambda height, index: tree.root_of(hashes[index << height : (index + 1) << height])


def _hashes(count: int) -> list[bytes]:
    return [tree.leaf(str(number).encode()) for number in range(count)]


@pytest.mark.parametrize("size", range(9))
def test_known_roots(size: int) -> None:
    hashes = [tree.leaf(content) for content in LEAVES[:size]]
    assert tree.root_of(hashes).hex() == ROOTS[size]
    assert tree.root(size, _nodes(hashes)).hex() == ROOTS[size]


@pytest.mark.parametrize(
    ("index", "size", "path"),
    [
        (0, 1, []),
        (0, 8, [LEAF_1, PAIR_1, RIGHT_4]),
        (5, 8, [LEAF_4, PAIR_3, ROOTS[4]]),
        (2, 3, [ROOTS[2]]),
        (1, 5, [ROOTS[1], PAIR_1, LEAF_4]),
    ],
)
def test_known_inclusion_proofs(index: int, size: int, path: list[str]) -> None:
    hashes = [tree.leaf(content) for content in LEAVES]
    assert [found.hex() for found in tree.inclusion(index, size, _nodes(hashes))] == path


@pytest.mark.parametrize(
    ("old", "size", "path"),
    [
        (1, 1, []),
        (1, 8, [LEAF_1, PAIR_1, RIGHT_4]),
        (6, 8, [PAIR_2, PAIR_3, ROOTS[4]]),
        (2, 5, [PAIR_1, LEAF_4]),
    ],
)
def test_known_consistency_proofs(old: int, size: int, path: list[str]) -> None:
    hashes = [tree.leaf(content) for content in LEAVES]
    assert [found.hex() for found in tree.consistency(old, size, _nodes(hashes))] == path


@given(size=sizes, data=st.data())
def test_every_leaf_is_proven_and_no_other(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    hashes = _hashes(size)
    root, path = tree.root_of(hashes), tree.inclusion(index, size, _nodes(hashes))
    assert tree.includes(index, size, hashes[index], path, root)
    assert verifier.included(index, size, hashes[index], path) == root
    assert not tree.includes(index, size, tree.leaf(b"other"), path, root)
    assert not tree.includes(index, size, hashes[index], [*path, root], root)
    other = data.draw(st.integers(0, size - 1))
    assert tree.includes(other, size, hashes[index], path, root) == (other == index)
    if path:
        assert not tree.includes(index, size, hashes[index], path[:-1], root)


@given(size=sizes, data=st.data())
def test_an_older_tree_is_proven_a_beginning_of_the_newer_and_no_other_is(size: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, size))
    hashes = _hashes(size)
    before, after = tree.root_of(hashes[:old]), tree.root_of(hashes)
    path = tree.consistency(old, size, _nodes(hashes))
    assert tree.extends(old, before, size, after, path)
    forged = tree.root_of([*hashes[: old - 1], tree.leaf(b"forged")])
    assert not tree.extends(old, forged, size, after, path)
    assert not tree.extends(old, before, size, forged, path)
    assert not tree.extends(old, before, size, after, [*path, before])


@given(size=st.integers(0, 700))
def test_the_verifiers_own_tree_agrees(size: int) -> None:
    growing = verifier.Growing()
    for number in range(size):
        growing.add(str(number).encode())
    assert (growing.root(), growing.size) == (tree.root_of(_hashes(size)), size)


def test_a_leaf_outside_the_tree_has_no_proof() -> None:
    for index, size in ((0, 0), (3, 3), (-1, 2)):
        with pytest.raises(ValueError, match="inside"):
            tree.inclusion(index, size, _nodes(_hashes(4)))
        assert not tree.includes(index, size, b"", [], b"")
    with pytest.raises(ValueError, match="older"):
        tree.consistency(0, 3, _nodes(_hashes(3)))
    assert not tree.extends(0, b"", 3, b"", [])
    assert not tree.extends(4, b"", 3, b"", [])
