"""What is fed, and what must hold whatever is fed. None of it needs a database.

A reader may refuse (its own error, with advice and without the value) or read; it may do nothing else. Where it reads,
more is asked: the same again gives the same, nothing forbidden comes through, nothing forged is believed.
"""

import base64
import hashlib
import io
import json
import os
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

import django
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from camket import law
from camket.base import phone, postal, scan
from camket.base.errors import BadValueError, CamketError
from camket.base.values import accept
from camket.crypto import aad, recovery, seal, unseal
from camket.crypto.errors import KeyFileError, SealError
from camket.crypto.providers.local import LocalProvider
from camket.ledger import verifier
from camket.policy import PolicyError, check, compile_rulebook, load_text, words
from camket.policy.kinds import KINDS

POLICIES = Path(__file__).resolve().parents[2] / "policies"


class Target:
    """Something that reads what strangers send. `attempt` raises when a promise is broken."""

    name = ""

    def attempt(self, data: bytes) -> None:
        raise NotImplementedError

    def seeds(self) -> Iterable[bytes]:
        return ()

    def words(self) -> Iterable[str]:
        return ()


def _scratch(name: str) -> Path:
    return Path(tempfile.mkdtemp(prefix="camket-fuzz-")) / name


def _prepare() -> None:
    """Set Django up over an empty folder: the rooms that read files need its models, never a database."""
    os.environ.setdefault("CAMKET_HOME", str(_scratch("home")))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "camket.project.settings")
    django.setup()


class PolicyFile(Target):
    """A policy file loads or is refused with problems that stand inside it; a loaded one compiles and is checked."""

    name = "policy"

    def attempt(self, data: bytes) -> None:
        try:
            policy = load_text(data)
        except PolicyError as error:
            for problem in getattr(error, "problems", ()):
                assert problem.line >= 0
                assert problem.column >= 0
            return
        floor = law.floor(policy.law)
        list(check(policy, floor))
        compile_rulebook(policy, floor)

    def seeds(self) -> Iterator[bytes]:
        for path in sorted(POLICIES.glob("*.yaml")):
            yield path.read_bytes()
        for kind in KINDS:
            yield (
                "camket: 1\nshop: a\ntitle: {text: A}\nclauses:\n"
                f"  - {{id: '1', text: B., promises: [{kind}: {{for: [order]}}]}}\n"
            ).encode()
        yield b"a: &x [1]\nb: *x\n"
        yield b"[" * 40
        yield b"- - - - !tag {a: b, a: c}\n"

    def words(self) -> Iterable[str]:
        return [*KINDS, "clauses:", "promises:", "completions:", "text:", "joined:", "&a ", "*a", "!!", "---\n", "P12M"]


class _File(Target):
    """A file of rows: found tables are read twice alike, and each row becomes a draft or problems without values."""

    suffix = ""

    def __init__(self) -> None:
        _prepare()
        self._path = _scratch(f"input{self.suffix}")

    def read(self, content: bytes) -> None:
        from camket.intake import mapping, rows, table  # late import: Django is set up by `prepare`

        self._path.write_bytes(content)
        try:
            book = table.open_book(self._path)
        except CamketError as error:
            if not (error.advice_vi and error.advice_en):
                raise AssertionError("a refusal without advice") from error
            return
        for found in book.tables:
            first = list(found.rows())
            assert first == list(found.rows()), "two readings differ"
            numbers = [row.number for row in first]
            assert numbers == sorted(set(numbers)), "rows out of order"
            mapped = mapping.guess(found.headers, found.samples)
            for row in first[:200]:
                read = rows.read(row, mapped, today=date(2026, 3, 2))
                if isinstance(read, list):
                    assert all(problem.vi and problem.en for problem in read)
                else:
                    self._no_forbidden(read.canonical())

    @staticmethod
    def _no_forbidden(text: str) -> None:
        for part in text.split("\x1f"):
            value = part.partition("=")[2]
            assert not (value and value.isascii() and scan.kinds(value)), "a forbidden value came through"


CSV = """Họ tên,Số điện thoại,Email,Địa chỉ,Mã đơn,Ngày đặt,Tổng tiền,Sản phẩm,Số lượng,Đơn giá,Nhận tin
Nguyễn Văn Minh,0912345678,minh@example.com,"12 Hàng Bạc, Hà Nội",DH001,22/11/2026,1.250.000,Gạch,50 m2,25.000,có
Thảo,0168 765 4321,,45 Lê Lợi Q1,DH002,2026-11-21,125k,"Ấm
chén",3 bộ,1,không
Tổng cộng,,,,,,1375000,,,,
"""


class CsvFile(_File):
    name, suffix = "csv", ".csv"

    def attempt(self, data: bytes) -> None:
        self.read(data)

    def seeds(self) -> Iterator[bytes]:
        yield CSV.encode()
        yield CSV.encode("utf-8-sig")
        yield CSV.encode("utf-16")
        yield CSV.replace(",", ";").encode()
        yield CSV.replace(",", "\t").encode()
        yield b"sep=;\nname;phone\nA;0912345678\n"
        yield "Họ và,tên\nTên,SĐT\nAn,0912345678\n".encode()
        yield b'name,phone\n"open,0912345678\n'

    def words(self) -> Iterable[str]:
        return ["Họ tên", "SĐT", "Email", "sep=", "Tổng", "Ngày sinh", "Số lượng", "4111 1111 1111 1111", "\ufeff", '"']


class XlsxFile(_File):
    """The input names a part of a good workbook by its first byte and stands in that part's place."""

    name, suffix = "xlsx", ".xlsx"

    def __init__(self) -> None:
        super().__init__()
        self._parts = self._workbook()

    @staticmethod
    def _workbook() -> dict[str, bytes]:
        import xlsxwriter

        buffer = io.BytesIO()
        with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
            sheet = book.add_worksheet("Khách")
            for number, line in enumerate(CSV.splitlines()[:3]):
                sheet.write_row(number, 0, line.split(","))
            sheet.merge_range("A5:A6", "Lê")
            sheet.write("B5", 912345678)
            sheet.write("B6", True)
            sheet.write_datetime("F5", __import__("datetime").datetime(2026, 3, 2, 9, 30))
            book.add_worksheet("Ẩn").write_comment("A1", "ghi chú")
        with zipfile.ZipFile(buffer) as packed:
            return {part.filename: packed.read(part) for part in packed.infolist()}

    def attempt(self, data: bytes) -> None:
        if not data:
            return
        names = sorted(self._parts)
        place = data[0] % (len(names) + 1)
        if place == len(names):
            self.read(b"PK\x03\x04" + data[1:])
            return
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as packed:
            for name in names:
                packed.writestr(name, data[1:] if name == names[place] else self._parts[name])
        self.read(buffer.getvalue())

    def seeds(self) -> Iterator[bytes]:
        for number, name in enumerate(sorted(self._parts)):
            yield bytes([number]) + self._parts[name]

    def words(self) -> Iterable[str]:
        return ['<mergeCell ref="A1:XFD1048576"/>', '<c r="XFD1048576">', 't="s"', 't="d"', 't="e"', "<v>", "1e308"]


class PhoneNumber(Target):
    """A number is refused or has one spelling: reading the spelling again, or as it is dialled, gives it back."""

    name = "phone"

    def attempt(self, data: bytes) -> None:
        text = data.decode("utf-8", "replace")
        try:
            found = phone.normalise(text)
        except BadValueError:
            return
        assert found.startswith("+")
        assert phone.normalise(found) == found, "not stable"
        phone.is_filler(found)
        phone.is_mobile(found)
        phone.is_hotline(found)
        assert phone.normalise(phone.national(found)) == found, "the dialled form is another number"

    def seeds(self) -> Iterator[bytes]:
        for text in (
            "0912345678", "+84 912 345 678", "84912345678", "01681234567", "0381234567", "1800 6292", "028 3822 1234",
            "(+84) 028.3822.1234 ext 12", "912345678.0", "0084912345678", "+1 202-555-0143", "090-123-4567 máy lẻ 3",
        ):  # fmt: skip
            yield text.encode()

    def words(self) -> Iterable[str]:
        return ["+84", "0084", "(0)", "ext", "máy lẻ", "1900", "x", "#", "０", "٠", ".0"]


class PostalAddress(Target):
    """Parsing never fails and loses no text; what is kept is kept alike a second time; comparing is stable."""

    name = "address"

    def attempt(self, data: bytes) -> None:
        text = data.decode("utf-8", "replace")
        found = postal.parse(text)
        assert postal.parse(found.text).text == found.text, "the text changes when it is read again"
        postal.comparable(text)
        for name in ("postal_address", "name", "email", "birth_date", "tax_code", "bank_account", "user_name"):
            self._stable(name, text)

    @staticmethod
    def _stable(name: str, text: str) -> None:
        pack = words().categories[name]
        try:
            kept = accept(text, normalise=pack.normalise, validate=pack.validate)
        except BadValueError:
            return
        again = accept(kept, normalise=pack.normalise, validate=pack.validate)
        assert again == kept, f"{name} is not stable"

    def seeds(self) -> Iterator[bytes]:
        for text in (
            "12 Hàng Bạc, phường Hoàn Kiếm, Hà Nội", "45 Lê Lợi, P. Bến Nghé, Q.1, TP.HCM", "12 Xã Đàn, Hà Nội",
            "số 9 ngõ 5 tx. Sơn Tây tp Hà Nội 10000 Việt Nam", "thôn 3\nxã Ea Tu - TP. Buôn Ma Thuột - Đắk Lắk",
            "Nguyễn Văn Minh", "lan@cuahang.vn", "22/11/2026", "1.250.000 ₫", "125k", "0312345678-001",
        ):  # fmt: skip
            yield text.encode()

    def words(self) -> Iterable[str]:
        return ["phường ", "p.", "q.", "tp.", "tx. ", "tỉnh ", ", ", " - ", "Hà Nội", "TP.HCM", "\u0301", "đ", "ﬁ"]


class Chat(Target):
    """A pasted conversation gives a proposal: nothing forbidden in it, a phone in its one spelling."""

    name = "chat"

    def __init__(self) -> None:
        _prepare()

    def attempt(self, data: bytes) -> None:
        from camket.intake import chat  # late import: Django is set up by `prepare`

        found = chat.propose(data.decode("utf-8", "replace"))
        if found.phone is not None:
            assert phone.normalise(found.phone) == found.phone
        for text in (found.name, found.address, *(line.description for line in found.lines)):
            assert text is None or not scan.kinds(text), "a forbidden value came through"
        if found.address is not None:
            assert postal.normalise(found.address) == found.address, "the address is not stable"

    def seeds(self) -> Iterator[bytes]:
        told = "[10:15, 22/11/2026] Lan Trần: em tên là Trần Thị Lan sđt 0901 234 567"
        yield f"{told}\nship về 12 Nguyễn Trãi, P. Bến Thành, Q1".encode()
        yield "shop ơi lấy em 2 thùng bia và 50m2 gạch nhé\nmk: 123456 otp 998877 thẻ 4111 1111 1111 1111".encode()
        yield "Trần Thị Lan 0901234567 12 Nguyễn Trãi, phường Bến Thành, Quận 1, TP.HCM".encode()

    def words(self) -> Iterable[str]:
        return [
            "sđt",
            "địa chỉ",
            "tên",
            "ship về",
            "mật khẩu",
            "otp",
            "4111111111111111",
            "09",
            " hộp ",
            "\n",
            "²",
            "½",
        ]


class Seal(Target):
    """Nothing that was not sealed here opens; recovery keys and key files are read or refused in words."""

    name = "seal"
    key, other = bytes(range(32)), bytes(range(1, 33))

    def __init__(self) -> None:
        self._path = _scratch("wrapping.key")
        self._path.parent.chmod(0o700)
        self._place = aad("item", 1, b"subject")
        self._sealed = seal(self.key, b"0912345678", self._place)

    def attempt(self, data: bytes) -> None:
        for key, place in ((self.key, self._place), (self.other, self._place), (self.key, data[:64])):
            try:
                opened = unseal(key, data, place)
            except SealError:
                continue
            # A seed of an earlier run opens rightly: it was sealed with this key, for this place.
            assert (key, place, opened) == (self.key, self._place, b"0912345678"), "something else opened"
        self._wrapped(data)
        self._recovery(data.decode("utf-8", "replace"))
        self._key_file(data)

    def _wrapped(self, data: bytes) -> None:
        provider = LocalProvider({1: self.key}, 1)
        try:
            provider.unwrap(data, self._place)
        except (SealError, KeyFileError):
            return
        raise AssertionError("a wrapped key that was never wrapped opened")

    def _recovery(self, text: str) -> None:
        try:
            keys, active = recovery.decode(text)
        except KeyFileError:
            return
        again, now = recovery.decode(recovery.encode(keys, active))
        assert (again, now) == (keys, active)

    def _key_file(self, data: bytes) -> None:
        self._path.write_bytes(data)
        self._path.chmod(0o600)
        try:
            provider = LocalProvider.open(self._path)
        except KeyFileError:
            return
        wrapped = provider.wrap(self.other, b"x")
        assert provider.unwrap(wrapped, b"x") == self.other

    def seeds(self) -> Iterator[bytes]:
        yield self._sealed
        yield recovery.encode({1: self.key, 2: self.other}, 2).encode()
        made = _scratch("wrapping.key")
        made.parent.chmod(0o700)
        LocalProvider.open_or_create(made, existing=False)
        yield made.read_bytes()
        yield LocalProvider({1: self.other}, 1).wrap(self.key, b"x")


class Verifier(Target):
    """The offline verifier tells what is wrong, of anything; what it passes is what was signed."""

    name = "verifier"
    origin = "shop-001"

    def __init__(self) -> None:
        self._private = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
        public = b"\x01" + self._private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self._hash = hashlib.sha256(self.origin.encode() + b"\n" + public).digest()[:4]
        self._named = f"{self.origin}+{self._hash.hex()}+{base64.b64encode(public).decode()}"
        self._key = verifier.read_key(self._named)
        self._records = [b"\x85\x01" + bytes([number]) * 20 for number in range(5)]
        self._log = self._export()
        self._receipt = self._prove()
        self._path = _scratch("log.jsonl")

    def _note(self, size: int, root: bytes) -> str:
        text = f"{self.origin}\n{size}\n{base64.b64encode(root).decode()}\n"
        signature = base64.b64encode(self._hash + self._private.sign(text.encode())).decode()
        return f"{text}\n\u2014 {self.origin} {signature}\n"

    def _export(self) -> str:
        tree = verifier.Growing()
        lines = [{"camket_log": 1, "log": self.origin, "key": self._named}]
        for seq, record in enumerate(self._records):
            tree.add(record)
            lines.append({"seq": seq, "entry": base64.b64encode(record).decode()})
        lines += [{"checkpoint": self._note(tree.size, tree.root())}, {"end": tree.size}]
        return "".join(json.dumps(line) + "\n" for line in lines)

    def _prove(self) -> str:
        entry = bytes(range(16))
        record = b"\x85\x01\x01P" + bytes(16) + b"P" + entry
        digest = hashlib.sha256(b"\0" + record).digest()
        self._entry = base64.b64encode(record).decode()
        return json.dumps(
            {
                "key": self._named, "checkpoint": self._note(1, digest), "seq": 0, "digest": digest.hex(), "proof": [],
                "entry": self._entry, "entry_id": entry.hex(),
            }
        )  # fmt: skip

    def attempt(self, data: bytes) -> None:
        text = data.decode("utf-8", "replace")
        report = verifier.check_log(text.splitlines(keepends=True), key=self._key)
        if not report.findings:
            entries = [json.loads(line) for line in text.splitlines() if '"entry"' in line][: report.signed]
            assert [base64.b64decode(one["entry"]) for one in entries] == self._records[: report.signed], "forged"
        self._path.write_bytes(data)
        for found in (
            verifier.check(log=self._path, checkpoints=self._path),
            verifier.check(log=self._path, key=text[:200]),
            verifier.check(receipt=self._path, key=self._named),
        ):
            assert all(finding.vi and finding.en for finding in found)
        if not found:
            assert json.loads(text).get("entry", self._entry) == self._entry, "a forged receipt holds"

    def seeds(self) -> Iterator[bytes]:
        yield self._log.encode()
        yield self._receipt.encode()
        yield self._note(5, bytes(32)).encode() + b"\n"
        yield self._named.encode()
        yield b'{"a":' * 30

    def words(self) -> Iterable[str]:
        return [
            '"seq"',
            '"entry"',
            '"checkpoint"',
            '"end"',
            '"proof"',
            '"digest"',
            "\u2014 ",
            "9" * 40,
            "1e999",
            "true",
        ]


TARGETS = {
    target.name: target for target in (PolicyFile, CsvFile, XlsxFile, PhoneNumber, PostalAddress, Chat, Seal, Verifier)
}
