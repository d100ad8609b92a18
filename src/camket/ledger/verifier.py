"""Checks an exported log or a receipt, offline, without trusting the program that wrote it.

    python -m camket.ledger.verifier LOG.jsonl [--key KEY] [--checkpoints FILE]
    python -m camket.ledger.verifier --receipt RECEIPT.json [--key KEY]

It shares no code with the writer: the standard library and Ed25519 from `cryptography`, its own hashing, its own
reading of notes (formats: docs/reference/ledger-format.md). Give `--key` (the log's public key, learnt before) and
`--checkpoints` (notes kept elsewhere): without them it shows that the file agrees with itself, and says so.
Ends with 0 when everything holds, 1 when something does not, 2 when called wrongly.
"""

import argparse
import base64
import binascii
import hashlib
import json
import multiprocessing
import os
import re
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

FORMAT = 1
VERSIONS = (1, 2)  # of records
_HEADS = (b"\x85\x01", b"\x85\x02")  # CBOR: an array of five, the version
_ENTRY = re.compile(rb'\{"seq": ([0-9]{1,18}), "entry": "([A-Za-z0-9+/]+={0,2})", "mac": "[0-9a-f]*"\}\n?')
_HASH_BYTES = 32
_PIECE_BYTES = 4 << 20
_WORTH_A_PROCESS = 16 << 20
_KEY_BYTES = 33  # the algorithm's number and the public key
_NOTE_LINES = 3  # origin, size, root
_SIZE_DIGITS = 19  # of 2**63
_ID_BYTES = 16
_CBOR_BYTES, _CBOR_TEXT, _CBOR_ARRAY, _CBOR_MAP, _CBOR_TAG, _CBOR_SIMPLE = range(2, 8)
_CBOR_SIZES = {24: 1, 25: 2, 26: 4, 27: 8}  # bytes of a count that the first byte does not hold
_CBOR_LITERALS = {20: False, 21: True, 22: None}


class Finding(NamedTuple):
    """Something that does not hold, in both languages."""

    vi: str
    en: str


class Note(NamedTuple):
    origin: str
    size: int
    root: bytes


class Key(NamedTuple):
    """A C2SP verifier key: `origin+hash+base64(1 || public key)`."""

    origin: str
    hash: bytes
    public: bytes


class Report(NamedTuple):
    """What a log turned out to be."""

    entries: int
    signed: int
    findings: list[Finding]


class BrokenError(ValueError):
    """The bytes are not of the format at all."""


def read_key(text: str) -> Key:
    """Read a verifier key; BrokenError for anything else."""
    try:
        origin, short, body = text.strip().split("+", 2)
        raw = base64.b64decode(body, validate=True)
    except (ValueError, binascii.Error) as error:
        raise BrokenError("the key is not a verifier key") from error
    if (
        len(raw) != _KEY_BYTES
        or raw[0] != 1
        or hashlib.sha256(origin.encode() + b"\n" + raw).digest()[:4].hex() != short
    ):
        raise BrokenError("the key is not an Ed25519 verifier key")
    return Key(origin, bytes.fromhex(short), raw[1:])


def read_note(text: str, key: Key) -> Note:
    """Read a signed note; BrokenError unless `key` signed exactly this text."""
    cut = text.find("\n\n")
    signed, lines = text[: cut + 1], text[:cut].split("\n")
    if (
        cut < 0
        or len(lines) != _NOTE_LINES
        or lines[0] != key.origin
        or not lines[1].isascii()
        or not lines[1].isdigit()
        or len(lines[1]) > _SIZE_DIGITS
    ):
        raise BrokenError("the checkpoint is not one of this log")
    signatures = text[cut + 2 :].split("\n")
    if signatures.pop() or not all(line.startswith("\u2014 ") for line in signatures):
        raise BrokenError("the checkpoint is not a signed note")
    for line in signatures:
        dash, _, rest = line.partition(" ")
        name, _, body = rest.rpartition(" ")
        if dash == "\u2014" and name == key.origin:
            raw = _from_base64(body)
            if raw[:4] == key.hash and _signed(key.public, raw[4:], signed.encode()):
                return Note(lines[0], int(lines[1]), _from_base64(lines[2]))
    raise BrokenError("the signature of the checkpoint does not hold")


def _from_base64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error) as error:
        raise BrokenError("base64 expected") from error


def _signed(public: bytes, signature: bytes, text: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, text)
    except InvalidSignature:
        return False
    return True


class Growing:
    """The tree as it grows: one hash per set bit of its size, by height."""

    def __init__(self) -> None:
        self.size = 0
        self._by_height: dict[int, bytes] = {}

    def add(self, record: bytes) -> None:
        self.grow(hashlib.sha256(b"\0" + record).digest())

    def grow(self, leaf: bytes) -> None:
        carried, height = leaf, 0
        while height in self._by_height:
            carried = hashlib.sha256(b"\1" + self._by_height.pop(height) + carried).digest()
            height += 1
        self._by_height[height] = carried
        self.size += 1

    def root(self) -> bytes:
        found = b""
        for height in sorted(self._by_height):
            here = self._by_height[height]
            found = hashlib.sha256(b"\1" + here + found).digest() if found else here
        return found or hashlib.sha256().digest()


def included(index: int, size: int, digest: bytes, proof: list[bytes]) -> bytes:
    """Root that an inclusion proof leads to: siblings inside the last subtree, then the peaks to the left."""
    inner = (index ^ (size - 1)).bit_length()
    border = (index >> inner).bit_count()
    if not 0 <= index < size or len(proof) != inner + border:
        raise BrokenError("the proof has the wrong length")
    found = digest
    for step, sibling in enumerate(proof):
        left = step >= inner or index >> step & 1
        found = hashlib.sha256(b"\1" + (sibling + found if left else found + sibling)).digest()
    return found


class Run(NamedTuple):
    """Entries in a row, of well-formed lines: the place of the first, and their leaf hashes one after another."""

    seq: int
    leaves: bytes


def parts(lines: Iterable[bytes]) -> Iterator[Run | bytes]:
    """Read lines of entries in runs; every other line, and every line that is not just so, comes as it is."""
    first, leaves = 0, bytearray()
    made = hashlib.sha256
    for line in lines:
        found = _ENTRY.fullmatch(line)
        if found is not None:
            seq = int(found[1])
            try:
                record = binascii.a2b_base64(found[2], strict_mode=True)
            except binascii.Error:
                record = b""
            if record[:2] in _HEADS:
                if leaves and seq != first + len(leaves) // _HASH_BYTES:
                    yield Run(first, bytes(leaves))
                    leaves.clear()
                if not leaves:
                    first = seq
                leaves += made(b"\0" + record).digest()
                continue
        if leaves:
            yield Run(first, bytes(leaves))
            leaves.clear()
        yield line
    if leaves:
        yield Run(first, bytes(leaves))


class LogCheck:
    """Reads an exported log part by part; memory does not grow with it."""

    def __init__(self, key: Key | None, outside: dict[int, bytes]) -> None:
        self.key = key
        self.tree = Growing()
        self.signed = 0
        self.findings: list[Finding] = []
        self._outside = dict(outside)
        self._ended = False
        self._lines = 0
        self._next = 0  # the place that the next entry names; after a gap it counts on from there, told once

    def line(self, number: int, content: dict[str, Any]) -> None:
        match content:
            case {"camket_log": version, "key": str(key), "log": str(_)} if number == 1 and version == FORMAT:
                self._head(read_key(key))
            case {"seq": int(seq), "entry": str(entry)} if not self._ended:
                self._entry(seq, _from_base64(entry))
            case {"checkpoint": str(note)} if self.key is not None and not self._ended:
                self._checkpoint(note, self.key)
            case {"end": int(count)} if count == self.tree.size and not self._ended:
                self._ended = True
            case _:
                self._say(f"dòng {number} không đúng dạng hoặc sai chỗ", f"line {number} is malformed or out of place")

    def take(self, part: Run | bytes) -> None:
        """Take a run of entries or a single line; BrokenError when the first line is no line of a log at all."""
        if isinstance(part, Run):
            self._run(part)
            return
        self._lines += 1
        try:
            self.line(self._lines, _object(part.decode()))
        except BrokenError as error:
            if self._lines == 1:
                raise
            self._say(f"dòng {self._lines} hỏng", f"line {self._lines} is broken: {error}")

    def _run(self, run: Run) -> None:
        count = len(run.leaves) // _HASH_BYTES
        first = self._lines + 1
        self._lines += count
        if self._ended:
            for number in range(first, first + count):
                self._say(f"dòng {number} không đúng dạng hoặc sai chỗ", f"line {number} is malformed or out of place")
            return
        if run.seq != self._next:
            self._gap(run.seq)
        self._next = run.seq + count
        for at in range(0, len(run.leaves), _HASH_BYTES):
            self.tree.grow(run.leaves[at : at + _HASH_BYTES])
            if self._outside:
                self._compare_outside()

    def finish(self) -> Report:
        if not self._ended:
            self._say("tệp bị cắt: không có dòng kết thúc", "the file is cut: it has no end line")
        if not self.signed:
            self._say("không có mốc đã ký nào hợp lệ", "no signed checkpoint holds")
        for size in sorted(self._outside):
            self._say(
                f"sổ bị cắt đuôi: mốc lưu bên ngoài có {size} dòng, sổ này chỉ có {self.tree.size}",
                f"the tail is cut: a checkpoint kept outside has {size} entries, this log has {self.tree.size}",
            )
        return Report(self.tree.size, self.signed, self.findings)

    def _head(self, key: Key) -> None:
        if self.key is None:
            self.key = key
        elif self.key != key:
            self._say("sổ này mang khóa khác với khóa đã cho", "the log names another key than the one given")

    def _entry(self, seq: int, record: bytes) -> None:
        if seq != self._next:
            self._gap(seq)
        self._next = seq + 1
        if record[:2] not in _HEADS:
            self._say(f"dòng sổ {seq} không đúng dạng", f"entry {seq} is not a record of this format")
        self.tree.add(record)
        self._compare_outside()

    def _compare_outside(self) -> None:
        wanted = self._outside.pop(self.tree.size, None)
        if wanted is not None and wanted != self.tree.root():
            self._say(
                f"mốc lưu bên ngoài ở {self.tree.size} dòng không khớp",
                f"the checkpoint kept outside at {self.tree.size} entries does not match",
            )

    def _gap(self, seq: int) -> None:
        if seq > self._next:
            many = f"{self._next}" if seq == self._next + 1 else f"{self._next}-{seq - 1}"
            self._say(f"thiếu dòng sổ {many}", f"entry {many} is missing")
        else:
            self._say(f"dòng sổ {seq} lặp lại hoặc sai chỗ", f"entry {seq} is doubled or out of place")

    def _checkpoint(self, text: str, key: Key) -> None:
        try:
            note = read_note(text, key)
        except BrokenError:
            self._say(
                f"chữ ký của mốc sau dòng sổ {self.tree.size} không đúng",
                f"the signature of the checkpoint after entry {self.tree.size} does not hold",
            )
            return
        if note.size != self.tree.size or note.root != self.tree.root():
            self._say(
                f"mốc đã ký ở {note.size} dòng không khớp với các dòng sổ",
                f"the signed checkpoint at {note.size} entries does not match the entries",
            )
            return
        self.signed = note.size

    def _say(self, vi: str, en: str) -> None:
        self.findings.append(Finding(vi, en))


def check_log(lines: Iterable[str], *, key: Key | None = None, outside: dict[int, bytes] | None = None) -> Report:
    """Check the lines of an exported log; `outside` gives roots by size from notes kept elsewhere."""
    return _report(parts(line.encode() for line in lines), LogCheck(key, outside or {}))


def _report(found: Iterable[Run | bytes], check: LogCheck) -> Report:
    for part in found:
        try:
            check.take(part)
        except BrokenError:
            return Report(0, 0, [Finding("đây không phải sổ đã xuất", "this is not an exported log")])
    return check.finish()


def check_receipt(text: str, *, key: Key | None = None) -> list[Finding]:
    """Check a receipt: note, proof and, where it holds them, the entry and the member."""
    content = _object(text)
    try:
        named = read_key(content["key"])
        if key is not None and key != named:
            return [Finding("biên nhận mang khóa khác với khóa đã cho", "the receipt names another key than given")]
        note = read_note(content["checkpoint"], key or named)
        digest = bytes.fromhex(content["digest"])
        root = included(content["seq"], note.size, digest, _hashes(content["proof"]))
        record = _from_base64(content["entry"]) if "entry" in content else None
        found = [] if record is None else list(_record_findings(record, digest, content))
    except (BrokenError, KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        return [Finding("biên nhận không đúng dạng hoặc chữ ký sai", f"the receipt does not hold: {error}")]
    if root != note.root:
        found.append(Finding("dòng sổ không có trong sổ đã ký", "the entry is not in the signed log"))
    if record is None and "member" in content:
        found.append(Finding("biên nhận thiếu dòng sổ", "a member is proven with the entry only, and it is not here"))
    return found


def _record_findings(record: bytes, digest: bytes, content: dict[str, Any]) -> Iterator[Finding]:
    if hashlib.sha256(b"\0" + record).digest() != digest:
        yield Finding("nội dung dòng sổ không khớp với biên nhận", "the entry is not the one of the proof")
    version, _, _, name, body = read_cbor(record)
    if version not in VERSIONS or name != bytes.fromhex(content["entry_id"].replace("-", "")):
        yield Finding("mã dòng sổ không khớp", "the entry id is not that of the entry")
    if "member" in content and not _is_member(body, content["member"]):
        yield Finding("khách hàng không thuộc dòng sổ này", "the customer is not a member of this entry")


def _is_member(body: Any, member: dict[str, Any]) -> bool:
    """Tell whether a customer is in the root of members that an entry states."""
    count, root = (body["n"], body["m"]) if isinstance(body, dict) else body[7:9]
    subject = bytes.fromhex(member["subject"].replace("-", ""))
    line = subject + _from_base64(member.get("rows", ""))
    leaf = hashlib.sha256(b"\0" + line).digest()
    return len(subject) == _ID_BYTES and included(member["index"], count, leaf, _hashes(member["proof"])) == root


def _hashes(texts: list[str]) -> list[bytes]:
    return [bytes.fromhex(text) for text in texts]


def read_cbor(content: bytes) -> Any:
    """Read one CBOR value (RFC 8949) of the kinds that records are made of; BrokenError for anything else."""
    found, end = _cbor(content, 0)
    if end != len(content):
        raise BrokenError("the record is not one CBOR value")
    return found


def _cbor(content: bytes, at: int) -> tuple[Any, int]:
    try:
        kind, short = content[at] >> 5, content[at] & 31
    except IndexError as error:
        raise BrokenError("the record is cut") from error
    size = _CBOR_SIZES.get(short, 0)
    count = int.from_bytes(content[at + 1 : at + 1 + size], "big") if size else short
    at += 1 + size
    if kind in (_CBOR_BYTES, _CBOR_TEXT):
        if at + count > len(content):
            raise BrokenError("the record is cut")
        raw = content[at : at + count]
        return (raw if kind == _CBOR_BYTES else raw.decode()), at + count
    if kind in (_CBOR_ARRAY, _CBOR_MAP):
        parts = []
        for _ in range(count * (kind - _CBOR_ARRAY + 1)):
            part, at = _cbor(content, at)
            parts.append(part)
        return (parts if kind == _CBOR_ARRAY else dict(zip(parts[::2], parts[1::2], strict=True))), at
    if kind == _CBOR_TAG:
        part, at = _cbor(content, at)
        return (count, part), at
    if kind == _CBOR_SIMPLE and short not in _CBOR_LITERALS:
        raise BrokenError("the record holds what no record holds")
    return (_CBOR_LITERALS[short] if kind == _CBOR_SIMPLE else count if kind == 0 else -1 - count), at


def read_outside(lines: Iterable[str], key: Key) -> dict[int, bytes]:
    """Sizes and roots of notes kept elsewhere, each ending in an empty line."""
    return {note.size: note.root for note in (read_note(text, key) for text in _notes(lines))}


def _notes(lines: Iterable[str]) -> Iterator[str]:
    held: list[str] = []
    for line in lines:
        if line.strip() or not (held and held[-1].startswith("\u2014")):
            held.append(line)
            continue
        yield "".join(held)
        held = []
    if held and held[-1].startswith("\u2014") and held[-1].endswith("\n"):
        yield "".join(held)


def _object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BrokenError("JSON expected") from error
    if not isinstance(found, dict):
        raise BrokenError("a JSON object expected")
    return found


def check(
    *,
    log: Path | None = None,
    receipt: Path | None = None,
    key: str = "",
    checkpoints: Path | None = None,
    processes: int | None = None,
    told: Callable[[int, int], None] | None = None,
) -> list[Finding]:
    """Check a log or a receipt given as files; a file that cannot be read is a finding too.

    `processes` is how many read a long log, by default one for each processor; `told` hears of bytes read of how many.
    """
    try:
        given = read_key(key) if key else None
        if receipt is not None:
            return check_receipt(receipt.read_text("utf-8"), key=given)
        return _check_files(log or Path(), given, checkpoints, processes, told).findings
    except OSError as error:
        name = Path(error.filename or "").name
        return [Finding(f"không mở được tệp `{name}`", f"the file `{name}` cannot be opened")]
    except BrokenError as error:
        return [Finding("tệp hoặc khóa không đúng dạng", f"the file or the key is not of the format: {error}")]
    except UnicodeDecodeError:
        return [Finding("tệp không phải văn bản UTF-8", "the file is not UTF-8 text")]


def _check_files(
    log: Path, key: Key | None, checkpoints: Path | None, processes: int | None, told: Callable[[int, int], None] | None
) -> Report:
    outside = {}
    if checkpoints:
        with log.open(encoding="utf-8") as file:
            key = key or read_key(str(_object(file.readline()).get("key", "")))
        with checkpoints.open(encoding="utf-8") as notes:
            outside = read_outside(notes, key)
    return _report(_parts_of(log, processes, told), LogCheck(key, outside))


def _parts_of(log: Path, processes: int | None, told: Callable[[int, int], None] | None) -> Iterator[Run | bytes]:
    """Read a file piece by piece, several at a time when it is long; the parts come in its order."""
    total = log.stat().st_size
    wanted = min(len(os.sched_getaffinity(0)), total // _WORTH_A_PROCESS) if processes is None else processes
    pieces = _pieces(log, total)
    if wanted <= 1:
        for start, stop in pieces:
            yield from _piece(log, start, stop)
            if told is not None:
                told(stop, total)
        return
    # Not forked: whoever calls this may hold connections that a child would end with its own end.
    with ProcessPoolExecutor(wanted, multiprocessing.get_context("spawn")) as executor:
        waiting: deque[tuple[int, Future[list[Run | bytes]]]] = deque()
        for start, stop in [*pieces, (0, 0)]:
            if stop:
                waiting.append((stop, executor.submit(_piece, log, start, stop)))
            while waiting and (len(waiting) > 2 * wanted or not stop):
                end, future = waiting.popleft()
                yield from future.result()
                if told is not None:
                    told(end, total)


def _pieces(log: Path, total: int) -> Iterator[tuple[int, int]]:
    """Part a file at the ends of lines."""
    with log.open("rb") as file:
        start = 0
        while start < total:
            file.seek(start + _PIECE_BYTES)
            file.readline()
            stop = min(file.tell(), total)
            yield start, stop
            start = stop


def _piece(log: Path, start: int, stop: int) -> list[Run | bytes]:
    with log.open("rb") as file:
        file.seek(start)
        return list(parts(file.read(stop - start).splitlines(keepends=True)))


def main() -> int:
    """Run the command line; gives the exit code."""
    parser = argparse.ArgumentParser(prog="python -m camket.ledger.verifier", description=__doc__)
    parser.add_argument("log", nargs="?", type=Path)
    parser.add_argument("--receipt", type=Path)
    parser.add_argument("--key", default="")
    parser.add_argument("--checkpoints", type=Path)
    arguments = parser.parse_args()
    if bool(arguments.log) == bool(arguments.receipt):
        parser.error("give a log or a receipt")
    findings = check(**vars(arguments))
    for finding in findings:
        sys.stderr.write(f"{finding.vi} · {finding.en}\n")
    if not findings:
        hint = "" if arguments.key else " (khóa lấy từ chính tệp · the key was taken from the file itself)"
        sys.stdout.write(f"đúng · everything holds{hint}\n")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
