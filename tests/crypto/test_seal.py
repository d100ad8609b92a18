"""A sealed value opens with its key in its place, and in no other way."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camket.crypto import SealError, aad, seal, unseal

KEY = bytes(range(32))
keys = st.binary(min_size=32, max_size=32)
parts = st.lists(st.one_of(st.text(), st.binary(), st.integers(), st.uuids(), st.none()), max_size=5)


@given(key=keys, text=st.binary(max_size=200), place=parts)
def test_what_was_sealed_opens(key: bytes, text: bytes, place: list[object]) -> None:
    assert unseal(key, seal(key, text, aad(*place)), aad(*place)) == text


@given(text=st.binary(max_size=60), at=st.integers(min_value=0), change=st.integers(1, 255))
def test_any_changed_byte_is_refused(text: bytes, at: int, change: int) -> None:
    sealed = bytearray(seal(KEY, text, b"place"))
    sealed[at % len(sealed)] ^= change
    with pytest.raises(SealError):
        unseal(KEY, bytes(sealed), b"place")


@given(text=st.binary(max_size=60), cut=st.integers(min_value=1))
def test_a_cut_or_longer_value_is_refused(text: bytes, cut: int) -> None:
    sealed = seal(KEY, text, b"place")
    for wrong in (sealed[: -(cut % len(sealed)) or len(sealed) - 1], sealed + b"\0", b""):
        with pytest.raises(SealError):
            unseal(KEY, wrong, b"place")


@given(mine=parts, other=parts)
def test_swapped_rows_are_refused(mine: list[object], other: list[object]) -> None:
    sealed = seal(KEY, b"0912345678", aad(*mine))
    if aad(*mine) != aad(*other):
        with pytest.raises(SealError):
            unseal(KEY, sealed, aad(*other))


def _flat(place: list[object]) -> list[object]:
    return [
        ("bytes", part.bytes if isinstance(part, UUID) else part)
        if isinstance(part, UUID | bytes)
        else (type(part), part)
        for part in place
    ]


@given(mine=parts, other=parts)
def test_two_places_never_have_one_name(mine: list[object], other: list[object]) -> None:
    assert (aad(*mine) == aad(*other)) == (_flat(mine) == _flat(other))


def test_names_are_not_joined_ambiguously() -> None:
    assert len({aad("ab", "c"), aad("a", "bc"), aad("abc"), aad("ab", "c", None), aad("ab", b"c")}) == 5


def test_two_seals_of_one_value_differ() -> None:
    assert len({seal(KEY, b"same", b"") for _ in range(50)}) == 50


def test_another_key_and_a_short_key_say_the_same_as_any_fault() -> None:
    sealed = seal(KEY, b"x", b"")
    found = []
    for key in (bytes(32), b"short"):
        with pytest.raises(SealError) as error:
            unseal(key, sealed, b"")
        found.append((error.value.vi, error.value.en, error.value.code, error.value.__cause__))
    assert found[0] == found[1]


def test_a_value_sealed_long_ago_still_opens() -> None:
    sealed = bytes.fromhex("01f6fe3174a1bb9ebe0a3944d917a193283ad7087dc7d1385c2712ffce66820d8d9a")
    assert (sealed[0], len(sealed)) == (1, len(b"hello") + 29)
    assert unseal(KEY, sealed, b"place") == b"hello"
