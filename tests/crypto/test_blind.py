"""Blind indexes find equal values and tell little else; what they do tell is measured here."""

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camket.crypto import blind
from tests.crypto.people import people

KEY = bytes(range(32))
PAGE = Path(__file__).parents[2] / "docs" / "reference" / "blind-index.md"
words = st.lists(st.sampled_from(["nguyen", "thi", "van", "lan", "anh", "minh"]), min_size=1, max_size=5)


def test_equal_values_of_two_fields_differ() -> None:
    assert len({blind.exact(KEY, field, "+84912345678") for field in ("phone", "user_name", "phon")}) == 3
    assert blind.exact(KEY, "ab", "c") != blind.exact(KEY, "a", "bc")
    assert len(blind.exact(KEY, "phone", "+84912345678")) == 16


def test_another_shops_key_gives_another_digest() -> None:
    assert blind.exact(KEY, "phone", "+84912345678") != blind.exact(bytes(32), "phone", "+84912345678")


@given(name=words)
def test_a_name_is_found_whole_and_by_each_pair_with_its_given_name(name: list[str]) -> None:
    stored = set(blind.name_tokens(KEY, " ".join(name)))
    assert set(blind.name_tokens(KEY, "  ".join(name))) == stored
    for word in name[:-1]:
        assert set(blind.name_tokens(KEY, f"{word} {name[-1]}")) <= stored


def test_family_and_middle_names_are_never_indexed_alone() -> None:
    for name in people(300, seed=4):
        stored = len(blind.name_tokens(KEY, name))
        assert stored <= len(name.split())  # the whole and one per pair; a word alone would make one more
    stored_tokens = set(blind.name_tokens(KEY, "nguyen thi lan"))
    assert len(stored_tokens) == 3  # whole, nguyen lan, thi lan
    assert not stored_tokens & {token for word in ("nguyen", "thi") for token in blind.name_tokens(KEY, word)}


def test_an_empty_name_has_no_token() -> None:
    assert blind.name_tokens(KEY, "  ") == []


def test_several_names_share_a_digest() -> None:
    names = set(people(10_000, seed=2))
    used = {token for name in names for token in blind.name_tokens(KEY, name)}
    assert len(used) <= 1 << blind.NAME_BITS
    assert len(names) / len(used) > 1.5


def _attack(count: int) -> tuple[float, float, float, float]:
    """Match digests of a dump with public names by rank; percent of people recovered, and what blind guessing gives.

    The attacker knows how often each name occurs in the country (here: 100,000 other people of the same proportions)
    and sees every digest with the people it points to, but has no key. A person's given name is guessed from their
    most frequent digest, their full name from the one matched with the longest text.
    """
    public, shop = people(100_000, seed=99), people(count, seed=1)
    known = Counter(text for name in public for text in _texts(name))
    tokens = [blind.name_tokens(KEY, name) for name in shop]
    seen = Counter(token for found in tokens for token in found)
    matched = dict(
        zip([token for token, _ in seen.most_common()], [text for text, _ in known.most_common()], strict=False)
    )
    given_right = full_right = 0
    for name, found in zip(shop, tokens, strict=True):
        guess = matched[max(found, key=lambda token: seen[token])]
        given_right += guess.split()[-1] == name.split()[-1]
        full_right += max((matched[token] for token in found), key=lambda text: len(text.split())) == name
    given_blind = Counter(name.split()[-1] for name in public).most_common(1)[0][0]
    full_blind = Counter(public).most_common(1)[0][0]
    lucky_given = sum(name.split()[-1] == given_blind for name in shop)
    lucky_full = shop.count(full_blind)
    given, lucky, full, lucky_all = (
        round(100 * found / count, 1) for found in (given_right, lucky_given, full_right, lucky_full)
    )
    return given, lucky, full, lucky_all


def _texts(name: str) -> set[str]:
    parts = name.split()
    return {name} | {f"{part} {parts[-1]}" for part in parts[:-1]}


@pytest.mark.parametrize("count", [3_000, 20_000])
def test_a_frequency_attack_gains_little_over_guessing_the_most_frequent_name(count: int) -> None:
    given_right, lucky_given, full_right, lucky_full = _attack(count)
    assert given_right < lucky_given + 4
    assert full_right < lucky_full + 0.5
    line = f"| {count:,} | {given_right} % | {lucky_given} % | {full_right} % | {lucky_full} % |"
    assert line in PAGE.read_text("utf-8"), f"docs/reference/blind-index.md must say: {line}"
