"""Bodies of version 2 say what was written; those of version 1 still do; the lists of numbers only grow."""

from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from camket.base.actor import Actor
from camket.ledger import codes, entry, members, packing, verifier
from tests.ledger.setting import LAN, MINH, STAFF

FROZEN = Path(__file__).with_name("frozen_codes.txt")
ENTRY = UUID("019f3c1e-0000-7000-8000-00000000e111")
OTHER = UUID("0193aaaa-0000-7000-8000-0000000000ff")
DIGEST = b"d" * 16

ids = st.one_of(st.just(LAN), st.just(ENTRY), st.uuids())
texts = st.one_of(
    st.sampled_from([*codes.WORDS, *codes.EVENTS, "completion:c2", "order:1042", "order:007", "order:", "2.1", "a:b"]),
    st.text(max_size=50),
    ids.map(str),
    ids.map(lambda found: f"order:{found}"),
)
numbers = st.integers(-(2**63), 2**64 - 1)
values = st.recursive(
    st.one_of(st.none(), st.booleans(), numbers, texts, ids, st.binary(max_size=40)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=4).map(tuple),
        st.dictionaries(texts, inner, max_size=4),
        st.frozensets(st.text(max_size=9), max_size=4),
    ),
    max_leaves=12,
)
same = st.sampled_from([LAN.bytes, MINH.bytes, OTHER.bytes])
keys = st.lists(st.one_of(st.none(), st.integers(-9, 9), st.text(max_size=5), st.binary(max_size=20), same), max_size=3)
shared = st.binary(min_size=10, max_size=10).map(lambda tail: [None, ENTRY.bytes[:6] + tail])
row_keys = st.one_of(keys, shared, ids.map(lambda found: [None, found.bytes]), same.map(lambda name: [None, name]))
digests = st.binary(min_size=16, max_size=16)
written = st.lists(
    st.one_of(
        st.tuples(st.integers(0, 255), row_keys, digests).map(list),
        st.tuples(st.integers(0, 255), row_keys, digests, digests).map(list),
    ),
    max_size=5,
)
removed = st.lists(st.tuples(st.integers(0, 255), row_keys, digests).map(list), max_size=4)
actors = st.one_of(
    st.just(STAFF), st.just(Actor.public()), st.just(Actor.worker("sweep")), st.just(Actor("customer", str(LAN))),
    st.just(Actor("system", "k1", on_behalf="s1")), st.just(Actor("system", str(MINH), on_behalf=str(OTHER))),
)  # fmt: skip


def _as_read(value: object) -> object:
    """What a detail is when it is read again: ids in 16 bytes, tuples and sets as lists."""
    match value:
        case UUID():
            return value.bytes
        case str():
            return packing.compact(value)
        case dict():
            return {str(name): _as_read(part) for name, part in value.items()}
        case frozenset():
            return [_as_read(part) for part in sorted(value)]
        case list() | tuple():
            return [_as_read(part) for part in value]
    return value


@given(
    event=st.one_of(st.sampled_from(codes.EVENTS), st.just("moon.landed")), actor=actors,
    purpose=st.one_of(st.none(), texts), work=st.one_of(st.none(), texts, ids),
    detail=st.dictionaries(texts, values, max_size=4), rows=written, gone=removed,
    bulk=st.one_of(st.none(), st.tuples(st.integers(0, 2**40), st.binary(min_size=32, max_size=32))),
)  # fmt: skip
def test_what_is_written_is_read(*, event, actor, purpose, work, detail, rows, gone, bulk) -> None:
    detail.pop("items", None)
    detail.pop("orders", None)
    subject, name = LAN.bytes, ENTRY.bytes
    body = entry.body(
        event=event, actor=actor, purpose=purpose, work=work, detail=detail, rows=rows, removed=gone, members=bulk,
        subject_id=subject, entry_id=name,
    )  # fmt: skip
    found = entry.read(body, subject_id=subject, entry_id=name)
    assert (found["e"], found.get("p"), found.get("w")) == (event, purpose, _as_read(work))
    assert entry.actor_of(found) == actor
    assert found.get("d", {}) == _as_read(detail)
    assert (found.get("r", []), found.get("x", [])) == (rows, gone)
    assert (found.get("n"), found.get("m")) == (bulk or (None, None))
    record = entry.record(7, subject, name, body)
    version, shop, whose, what, said = verifier.read_cbor(record)
    assert (version, shop, whose, what) == (2, 7, subject, name)
    assert bulk is None or (said[7], said[8]) == bulk
    assert cbor2.loads(record)[:4] == [2, 7, subject, name]


def test_ids_of_the_subjects_own_rows_take_eight_bytes() -> None:
    def made(detail, subject=LAN.bytes):
        said = {"event": "item.looked", "actor": STAFF, "purpose": "order", "work": "order:7", "detail": detail}
        return entry.body(**said, subject_id=subject, entry_id=ENTRY.bytes)

    short, whole = made({"items": [MINH, LAN]}), made({"items": [MINH, LAN]}, None)
    assert entry.read(short)["d"] == {"items": [MINH.bytes[8:], LAN.bytes[8:]]}
    assert entry.read(whole)["d"] == {"items": [MINH.bytes, LAN.bytes]}
    for odd in ([], ["x"], "all", 3, [MINH, 4]):
        assert entry.read(made({"items": odd}))["d"] == {"items": _as_read(odd)}


def test_a_look_of_three_fields_takes_less_than_ninety_bytes() -> None:
    detail = {
        "action": "read", "categories": ("name", "phone", "email"), "items": [LAN, MINH, OTHER],
        "citations": ("2.2", "2.3", "completion:c2", "completion:c14"),
    }  # fmt: skip
    given = {"event": "item.looked", "actor": STAFF, "purpose": "delivery", "work": "order:1042", "detail": detail}
    assert len(entry.body(**given, subject_id=LAN.bytes, entry_id=ENTRY.bytes)) < 90


def test_a_customers_own_deed_does_not_name_them_twice() -> None:
    given = {"event": "item.looked", "purpose": None, "work": None, "detail": {}, "entry_id": ENTRY.bytes}
    body = entry.body(**given, actor=Actor("customer", str(LAN)), subject_id=LAN.bytes)
    assert len(body) < 8
    assert entry.actor_of(entry.read(body, subject_id=LAN.bytes)) == Actor("customer", str(LAN))


@pytest.mark.parametrize(
    "value", [1.5, object(), datetime(2026, 1, 1, tzinfo=UTC), 2**64, {"a": 2.5}, [1, 2.5], ("a", 1.5)]
)
def test_only_references_fit(value: object) -> None:
    with pytest.raises(TypeError, match="a ledger entry holds"):
        entry.body(event="item.put", actor=STAFF, purpose=None, work=None, detail={"value": value})


def test_keys_made_in_the_entrys_moment_need_the_entry() -> None:
    rows = [[5, [None, ENTRY.bytes[:6] + b"0123456789"], DIGEST]]
    given = {"event": "item.put", "actor": STAFF, "purpose": None, "work": None, "detail": {}, "rows": rows}
    body = entry.body(**given, subject_id=LAN.bytes, entry_id=ENTRY.bytes)
    assert entry.read(body, entry_id=ENTRY.bytes)["r"] == rows
    with pytest.raises(ValueError, match="entry's id"):
        entry.read(body)


def test_an_id_in_several_keys_is_written_once() -> None:
    name = ENTRY.bytes[:6] + b"0123456789"
    rows = [[41, [None, name], DIGEST], [21, [b"i" * 16, None, name], DIGEST], [22, [7, None, name], DIGEST]]
    assert [len(cbor2.dumps(packing.flat(rows[:count], ENTRY.bytes))) for count in (1, 2, 3)] == [31, 69, 91]
    assert packing.rows_of(packing.flat(rows, ENTRY.bytes), ENTRY.bytes) == rows


@given(written=written, gone=removed)
def test_members_rows_are_read_in_both_versions(written, gone) -> None:
    lines = list(members.lines({LAN.bytes: (written, gone), MINH.bytes: ([], [])}, ENTRY.bytes))
    assert [subject for subject, _ in lines] == sorted([LAN.bytes, MINH.bytes])
    content = dict(lines)
    assert members.read(content[LAN.bytes], ENTRY.bytes) == (written, gone)
    assert content[MINH.bytes] == b""
    assert members.read(cbor2.dumps([written, gone], canonical=True)) == (written, gone)


def test_a_body_of_version_1_is_still_read() -> None:
    old = {"e": "item.looked", "a": ["staff", MINH.bytes], "p": "order", "w": "order:7", "d": {"items": [LAN.bytes]},
           "r": [[5, [None, OTHER.bytes], DIGEST]]}  # fmt: skip
    body = cbor2.dumps(old, canonical=True)
    assert (entry.version(body), entry.read(body)) == (1, old)
    assert entry.record(1, LAN.bytes, ENTRY.bytes, body)[:2] == b"\x85\x01"


def test_numbers_are_never_given_another_word() -> None:
    frozen = dict(line.split(": ", 1) for line in FROZEN.read_text("utf-8").splitlines())
    for name, line in frozen.items():
        known = line.split()
        assert list(getattr(codes, name))[: len(known)] == known, "a word was moved, renamed or removed"
        assert len(getattr(codes, name)) == len(known), "write new words at the end of frozen_codes.txt too"
        assert len(known) == len(set(known))


def test_a_word_without_a_number_is_spelled_out() -> None:
    given = {"actor": STAFF, "work": None, "detail": {"new_detail": "new_word"}}
    body = entry.body(event="moon.landed", purpose="new_purpose", **given)
    assert all(word in body for word in (b"moon.landed", b"new_purpose", b"new_detail", b"new_word"))
    found = entry.read(body)
    assert (found["e"], found["p"], found["d"]) == ("moon.landed", "new_purpose", {"new_detail": "new_word"})
