"""Names of events are forever: an entry is read by them in ten years."""

import re
from pathlib import Path

from camket.ledger.events import EVENTS

FROZEN = Path(__file__).with_name("frozen_events.txt").read_text("utf-8").split()


def test_no_name_is_lost_and_a_new_one_is_written_down() -> None:
    assert sorted(EVENTS) == sorted(FROZEN), "add new names to tests/ledger/frozen_events.txt; change none"
    assert len(FROZEN) == len(set(FROZEN))


def test_every_name_is_a_noun_and_a_verb_with_a_sentence_in_both_languages() -> None:
    for name, sentence in EVENTS.items():
        assert re.fullmatch(r"[a-z]+(_[a-z]+)?\.[a-z]+", name), name
        assert sentence.vi != sentence.en
        assert all(text and text == text.strip() and text[0].islower() and text[-1] != "." for text in sentence), name
