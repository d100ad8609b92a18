"""The policy files are the published texts: whole, verbatim, in order, one sentence per clause."""

import re
import unicodedata

import pytest

from tests.policies import shelf

# A full stop that ends no sentence: "P. Tân Phong", "TP. HCM".
ABBREVIATED = re.compile(r"\b(?:P|TP|Q)\. ")
# A sentence ends, and another begins with a capital letter.
INNER_END = re.compile(r"[.!?…] +(?=[^\W\d_])")


def _folded(text: str) -> str:
    """White space folded; nothing else is forgiven."""
    return re.sub(r"\s+", " ", text).strip()


def _page(shop: str) -> str:
    """The page with its lines kept: blanks within a line are folded, one text has no-break spaces."""
    return re.sub(r"[^\S\n]+", " ", shelf.published(shop))


def _parts(shop: str) -> list[str]:
    return [part for clause in shelf.policy(shop).clauses for part in (clause.heading, clause.text) if part]


@pytest.mark.parametrize("shop", shelf.SHOPS)
def test_headings_and_texts_rebuild_the_published_page(shop: str) -> None:
    assert _folded(" ".join(_parts(shop))) == _folded(shelf.published(shop))


@pytest.mark.parametrize("shop", shelf.SHOPS)
def test_nothing_of_a_clause_is_folded_away(shop: str) -> None:
    text = _page(shop)
    assert [part for part in _parts(shop) if part not in text] == []


@pytest.mark.parametrize("shop", shelf.SHOPS)
def test_the_copies_are_what_was_handed_to_us(shop: str) -> None:
    handed = shelf.SEEDS / shelf.TEXTS[shop]
    copy = shelf.PUBLISHED / shelf.TEXTS[shop]
    # A bare clone has only the copy; it is then compared with itself, and the build compares it with the original.
    original = handed if handed.exists() else copy
    assert copy.read_bytes() == original.read_bytes()
    assert unicodedata.is_normalized("NFC", copy.read_text("utf-8"))


@pytest.mark.parametrize("shop", shelf.SHOPS)
def test_no_clause_spans_two_sentences(shop: str) -> None:
    spanning = [
        clause.id
        for clause in shelf.policy(shop).clauses
        if clause.text and not clause.joined
        if any(m.end() and clause.text[m.end()].isupper() for m in INNER_END.finditer(ABBREVIATED.sub("", clause.text)))
    ]
    assert spanning == []


@pytest.mark.parametrize("shop", shelf.SHOPS)
def test_no_sentence_is_cut_in_two(shop: str) -> None:
    """Where two parts share a line of the page, the first ends a sentence."""
    text = _page(shop)
    at = 0
    cut = []
    for before, after in zip(_parts(shop), _parts(shop)[1:], strict=False):
        start = text.index(before, at) + len(before)
        at = text.index(after, start)
        if "\n" not in text[start:at] and before[-1] not in ".…:!?":
            cut.append(before)
    assert cut == []


def test_the_sentence_test_sees_two_sentences() -> None:
    """The rule above would notice: every paragraph with two sentences really is two clauses here."""
    paragraph = "Chúng tôi cam kết bảo mật. Mọi yêu cầu gửi về địa chỉ thư."
    assert [m.end() for m in INNER_END.finditer(paragraph)] == [27]


@pytest.mark.parametrize("shop", shelf.SHOPS)
def test_every_clause_has_plain_english(shop: str) -> None:
    bare = [
        clause.id
        for clause in shelf.policy(shop).clauses
        if (clause.text and not clause.en) or (clause.heading and not clause.heading_en)
    ]
    assert bare == []
