"""The associated data of an item is the canonical CBOR array of everything its row says."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from camket.crypto import Opener, SealError, aad, seal
from camket.vault import sealing
from camket.vault.sealed import Sealed

ids = st.uuids()
words = st.text(max_size=300)
moments = st.integers(min_value=0, max_value=2**62)


@given(
    st.builds(
        Sealed,
        id=ids,
        subject_id=ids,
        shop_id=st.integers(0, 32_767),
        category=words,
        key_id=ids,
        sealed=st.binary(),
        purposes=words,
        source=words,
        basis=words,
        retention=words,
        collected_at=moments,
        expires_at=st.none() | moments,
        circulates_until=st.none() | moments,
        verified=st.booleans(),
        third_party=st.booleans(),
        legacy=words,
        group_id=st.none() | ids,
        version=st.integers(1, 2**31 - 1),
    )
)
def test_a_place_is_the_array_of_its_row(item):
    said = [item.shop_id, item.subject_id, item.id, item.category, item.key_id, item.purposes, item.source, item.basis]
    said += [item.retention, item.collected_at, item.expires_at, item.circulates_until, int(item.verified)]
    said += [int(item.third_party), item.legacy, item.group_id, item.version]
    assert sealing.place(item) == aad("item-1", *said)


def test_an_opener_opens_what_was_sealed_and_nothing_else():
    key, place = bytes(range(32)), aad("x", UUID(int=7))
    sealed = seal(key, b"0912345678", place)
    opener = Opener(key)
    assert opener.unseal(sealed, place) == b"0912345678"
    for wrong in (sealed[:-1], b"\x02" + sealed[1:], b"", sealed[:20]):
        try:
            opener.unseal(wrong, place)
        except SealError:
            continue
        raise AssertionError("a damaged seal opened")
