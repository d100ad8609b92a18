"""The closed word list."""

import pytest

from camket.policy import PolicyError, words
from camket.policy.words import FAMILIES, FAMILY_NAMES, Words


def test_every_family_has_words_with_both_names():
    for name, family in words().families():
        assert family, name
        assert name in FAMILY_NAMES
        assert all(word.vi and word.en and word.dpv for word in family.values())


def test_words_that_point_at_others_point_at_words():
    every = words()
    assert {fact for purpose in every.purposes.values() for fact in purpose.needs} <= set(every.facts)
    assert {category for one in every.recipients.values() for category in one.least} <= set(every.categories)
    assert {way for channel in every.channels.values() for way in channel.travels_by} <= set(every.channels)
    assert set(every.rights) == {action.id for action in every.actions.values() if action.kind == "right"}


@pytest.mark.parametrize(
    ("family", "wrong", "first"),
    [
        ("categories", "fone", "phone"),
        ("categories", "sdt", "phone"),
        ("purposes", "tiếp thị", "marketing"),
        ("roles", "sale", "sales"),
    ],
)
def test_a_wrong_word_suggests_near_ones_by_id_name_or_alias(family, wrong, first):
    assert first in words().suggest(family, wrong)


def test_a_word_is_a_file_and_nothing_else(tmp_path):
    for family in FAMILIES:
        (tmp_path / family).mkdir()
    (tmp_path / "events" / "moved_house.toml").write_text('vi = "chuyển nhà"\nen = "moved house"\ndpv = "-"\n', "utf-8")
    assert Words(tmp_path).events["moved_house"].name("vi") == "chuyển nhà"
    (tmp_path / "events" / "broken.toml").write_text('vi = "x"\nen = "y"\ncolour = "red"\n', "utf-8")
    with pytest.raises(PolicyError, match="colour"):
        Words(tmp_path).family("events")
