"""What the fuzzing campaigns found (docs/fuzzing.md), each input kept as small as it shows the fault."""

import json
import sys
from pathlib import Path

import pytest

from camket.base import phone, postal, scan
from camket.base.text import clean, nfc, one_line
from camket.intake import chat
from camket.ledger import verifier

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "campaigns"))  # the campaign is a program beside the tests
from fuzzing import targets  # noqa: E402 (found by the line above)


@pytest.fixture(scope="module")
def receipts():
    return targets.Verifier()


@pytest.mark.parametrize("name", sorted(targets.TARGETS))
def test_every_target_holds_on_its_own_seeds(name):
    """The campaign itself works: what it starts from breaks no promise."""
    target = targets.TARGETS[name]()
    seeds = list(target.seeds())
    assert len(seeds) > 1
    for seed in seeds:
        target.attempt(seed)


@pytest.mark.parametrize("written", ["(+84) 028.3822.1234 ext 12", "028 3822 1234 máy lẻ 5"])
def test_a_number_with_an_extension_reads_back_as_it_is_kept_and_as_it_is_dialled(written):
    kept = phone.normalise(written)
    assert ";ext=" in kept
    assert phone.normalise(kept) == phone.normalise(phone.national(kept)) == kept


@pytest.mark.parametrize("change", [{"entry_id": None}, {"entry_id": "not hex"}, {"entry_id": 7}])
def test_a_receipt_without_a_readable_entry_id_is_a_finding_and_no_crash(receipts, tmp_path, change):
    held = json.loads(receipts._receipt)
    held.update(change)
    if change["entry_id"] is None:
        del held["entry_id"]
    path = tmp_path / "receipt.json"
    path.write_text(json.dumps(held))
    (found,) = verifier.check(receipt=path)
    assert found.en.startswith("the receipt does not hold")


@pytest.mark.parametrize("text", ['{"a":' * 100_000, "[" * 100_000])
def test_json_nested_without_end_is_a_finding_and_no_crash(tmp_path, text):
    path = tmp_path / "log.jsonl"
    path.write_text(text)
    assert verifier.check(log=path)
    assert verifier.check(receipt=path)


def test_a_checkpoint_of_a_size_with_thousands_of_digits_is_refused(receipts):
    note = receipts._note(1, bytes(32)).replace("\n1\n", "\n" + "9" * 5_000 + "\n", 1)
    with pytest.raises(verifier.BrokenError):
        verifier.read_note(note, receipts._key)


@pytest.mark.parametrize("hidden", ["\u200b", "\x00", "\u00ad", "\ufeff"])
def test_a_mark_behind_something_invisible_is_composed(hidden):
    """Otherwise two spellings that look alike would be two people."""
    written = f"Nguye{hidden}\u0302\u0303n"
    assert clean(written) == "Nguyễn"
    assert clean(clean(written)) == clean(written) == nfc(clean(written))
    assert postal.parse(f"12 Ha{hidden}\u0300ng Bạc").text == "12 Hàng Bạc"


@pytest.mark.parametrize("text", ["mk: 123456 otp 998877", "mật khẩu là hoamai2020 nhé"])
def test_what_was_covered_is_not_found_again(text):
    assert scan.find(scan.mask(text)) == []
    assert scan.mask(scan.mask(text)) == scan.mask(text)


def test_of_a_long_secret_the_whole_word_is_covered():
    told = f"mk: {'P1a' * 40} nhé"
    assert scan.mask(told) == "mk: ••• nhé"


def test_a_blank_line_leaves_no_two_spaces_behind():
    assert one_line("22/11\n\n6") == one_line(one_line("22/11\n\n6")) == "22/11 6"


def test_cutting_a_line_of_chat_lays_no_password_bare():
    found = chat.propose("ship vềmk: \ufffd7t1")
    assert found.address is not None
    assert scan.kinds(found.address) == frozenset()
