"""Blind indexes: keyed digests by which a value is found without being readable.

INVARIANT 15: of a name only the whole folded name and its pairs with the given name are indexed, cut short so that
several names share a digest. Family names and middle names never stand alone: a family name borne by four people in
ten would give itself away by its frequency. What a dump still tells is measured in docs/reference/blind-index.md.
"""

from functools import lru_cache

from camket.crypto.mac import Mac

EXACT_BYTES = 16
NAME_BITS = 12
_NAME_BYTES = 2


def exact(key: bytes, field: str, value: str) -> bytes:
    """Digest of a normalised value (E.164 phone, folded email). Equal values of two fields differ. 16 bytes."""
    return _mac(key, f"exact:{field}", value)[:EXACT_BYTES]


def name_tokens(key: bytes, folded: str) -> list[bytes]:
    """Digests to store for a folded full name (`nguyen thi lan anh`), the given name last as Vietnamese write it.

    Sorted, without repeats. A name of one word has one token. A search takes the same function: a person is a
    candidate when the tokens of the query are among theirs.
    """
    words = folded.split()
    if not words:
        return []
    texts = {" ".join(words)} | {f"{word} {words[-1]}" for word in words[:-1]}
    return sorted({_name_token(key, text) for text in texts})


def _name_token(key: bytes, text: str) -> bytes:
    """One kind of token for whole names and pairs: a two-word name is found by the pair of a longer one."""
    number = int.from_bytes(_mac(key, "name", text)[:_NAME_BYTES], "big")
    return (number >> (8 * _NAME_BYTES - NAME_BITS)).to_bytes(_NAME_BYTES, "big")


def _mac(key: bytes, field: str, value: str) -> bytes:
    return _of_field(key, field)(value.encode())


@lru_cache(maxsize=512)
def _of_field(key: bytes, field: str) -> Mac:
    name = field.encode()
    return Mac(key, len(name).to_bytes(2, "big") + name)
