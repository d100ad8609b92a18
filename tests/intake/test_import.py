"""Old files come in as legacy: good rows in, bad rows named without values, and a second run changes nothing."""

import csv
import json
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from threading import Barrier

import pytest
from django.db import connection
from typer.testing import CliRunner

from camket.base.actor import Actor
from camket.cli.import_ import app
from camket.consent.actions import restrain
from camket.consent.queries import state
from camket.intake import mapping
from camket.intake.actions import receive
from camket.intake.errors import IntakeError
from camket.intake.importing import Part, run
from camket.intake.mending import covered
from camket.intake.models import ImportMark, ImportRun, Order
from camket.intake.planning import categories_of, plan
from camket.intake.table import open_book
from camket.ledger.entry import shop_uuid
from camket.ledger.models import Entry
from camket.ledger.queries import verify_database
from camket.subjects.models import Proposal, Subject
from camket.vault.actions import shred
from camket.vault.models import Item
from tests import world as worlds
from tests.bodies import body_of as entry_body
from tests.cast import KHOI, MINH, THAO

OWNER = Actor(kind="owner")
HEAD = "Mã KH;Họ tên;SĐT;Email;Địa chỉ;Mã đơn;Ngày đặt;Tên hàng;SL;Đơn giá;Trạng thái;accepts_marketing"
_MINH = "KH1;Nguyễn Văn Minh;{};minh.nguyen@example.com;12 Hàng Bạc, Hà Nội;DH1;12/01/2026;"
ROWS = (
    f"{_MINH.format('0912345678')}Nồi cơm;1;890.000;Hoàn thành;false",
    f"{_MINH.format('+84 912 345 678')}Quạt;2;650.000;Hoàn thành;false",
    "KH2;Trần Thị Thảo;0987654321;;45 Lê Lợi, TP. HCM;DH2;13/01/2026;Ấm;1;320.000;Hoàn thành;true",
)
BAD = (
    "KH3;Lê Hoa;abc;;;;;;;;;",
    "KH4;Phạm Hùng;0933588655;;Số thẻ 4111 1111 1111 1111;;;;;;;",
    ";Vũ Nam;;;;;;;;;;",
)


@pytest.fixture
def old_file(tmp_path: Path) -> Path:
    path = tmp_path / "cu.csv"
    path.write_text("\n".join([HEAD, *ROWS, *BAD]) + "\n", "utf-8-sig")
    return path


def _import(world, slug, path, now, written=None, **more):
    parts = [Part(table, mapping.guess(table.headers, table.samples, written)) for table in open_book(path).tables]
    categories = list(dict.fromkeys(name for part in parts for name in categories_of(part.mapped)))
    shop_id = world.shops[slug]
    asked = plan(shop_id=shop_id, categories=categories, actor=OWNER, now=now)
    declared = {"origin": "KiotViet 2026", "basis": "contract", "collected": None, **more}
    return run(shop_id=shop_id, parts=parts, plan=asked, actor=OWNER, now=now, **declared), asked


def _tables():
    """Every row of every table but the runs and the log, which say that a run took place."""
    with connection.cursor() as cursor:
        names = connection.introspection.table_names(cursor)
        kept = [name for name in sorted(names) if name.startswith("camket_")]
        silent = {"camket_entry", "camket_entry_subject", "camket_import_run", "camket_position", "camket_tile"}
        found = {}
        for name in set(kept) - silent:
            cursor.execute(f"SELECT * FROM {name}")
            found[name] = sorted(map(repr, cursor.fetchall()))
        return found


@pytest.mark.parametrize("slug", ["comet", "shop-001", "khatra", "shop-003", "1stwatch"])
def test_good_rows_come_in_and_bad_ones_are_named_without_values(world, now, old_file, slug):
    report, _ = _import(world, slug, old_file, now)
    assert (report.good, report.known, report.bad, report.people, report.orders) == (3, 0, 3, 2, 2)
    assert {(one.row, one.column, one.code) for one in report.problems} == {
        (5, "SĐT", "value.phone"),
        (6, "Địa chỉ", "value.forbidden.card_number"),
        (7, "-", "row.nobody"),
    }
    # The id of the run is random letters and digits, which may spell anything.
    told = json.dumps({**report.as_dict(), "run_id": None}, ensure_ascii=False)
    assert [value for value in ("abc", "4111", "Lê Hoa", "Vũ Nam", "0912345678", "Minh") if value in told] == []
    assert not Item.objects.filter(sealed__contains=b"4111").exists()
    assert verify_database(world.shops[slug]) == []


def test_everything_is_marked_legacy_with_origin_basis_and_no_consent(world, now, old_file):
    report, _ = _import(world, "comet", old_file, now, collected=datetime(2026, 1, 31, tzinfo=UTC))
    assert set(Item.objects.values_list("legacy", "basis", "source")) == {
        ("KiotViet 2026; 2026-01-31", "contract", "legacy")
    }
    for subject in Subject.objects.all():
        assert subject.legacy == "KiotViet 2026; 2026-01-31"
        asked = state(shop_id=world.shops["comet"], subject_id=subject.subject_id, purpose="marketing")
        assert asked == "never_asked"
    assert dict(report.never_asked) == {"marketing": 3}


def test_orders_of_one_number_are_one_order(world, now, old_file):
    _import(world, "comet", old_file, now)
    one, two = Order.objects.order_by("placed_on")
    assert (one.lines, one.total, one.status, two.lines, two.total) == (2, 2_190_000, "completed", 1, 320_000)
    assert Item.objects.filter(group_id=one.id, category="order").count() == 2
    minh = Item.objects.filter(subject_id=one.subject_id, group_id=None)
    assert sorted(minh.values_list("category", flat=True)) == ["email", "name", "phone", "postal_address"]


def test_importing_twice_changes_nothing(world, now, old_file, tmp_path):
    _import(world, "comet", old_file, now)
    before = _tables()
    again, _ = _import(world, "comet", old_file, now)
    assert (again.good, again.known, again.people, again.values) == (0, 3, 0, 0)
    assert _tables() == before
    turned = tmp_path / "turned.csv"
    with old_file.open(encoding="utf-8-sig") as source, turned.open("w", encoding="utf-16", newline="") as target:
        csv.writer(target, delimiter=",").writerows(row[::-1] for row in csv.reader(source, delimiter=";"))
    other, _ = _import(world, "comet", turned, now)
    assert (other.good, other.known) == (0, 3)
    assert _tables() == before


def test_a_changed_row_adds_only_what_changed(world, now, old_file):
    _import(world, "comet", old_file, now)
    values = Item.objects.count()
    old_file.write_text("\n".join([HEAD, ROWS[2].replace("45 Lê Lợi, TP. HCM", "46 Lê Lợi, TP. HCM")]), "utf-8")
    report, _ = _import(world, "comet", old_file, now)
    new = list(Item.objects.order_by("-id")[: Item.objects.count() - values])
    assert (report.good, report.people, report.joined) == (1, 0, 1)
    assert sorted(item.category for item in new) == ["order", "postal_address"]
    assert Order.objects.count() == 2


def test_an_interrupted_run_goes_on_where_it_stopped(world, now, old_file):
    first = old_file.with_name("first.csv")
    first.write_text("\n".join([HEAD, *ROWS[:1]]), "utf-8")
    _import(world, "comet", first, now)
    report, _ = _import(world, "comet", old_file, now)
    assert (report.good, report.known, report.people, report.joined) == (2, 1, 1, 1)


def test_what_the_text_excludes_is_not_stored_and_what_it_is_silent_on_is_listed(world, now, tmp_path):
    path = tmp_path / "k.csv"
    path.write_text("SĐT,Giới tính,Điểm thưởng\n0912345678,Nam,120\n", "utf-8")
    report, asked = _import(world, "comet", path, now)
    assert {name: one.clauses[0] for name, one in asked.refused.items()} == {"gender": "3.2", "loyalty": "3.2"}
    assert dict(report.refused) == {"gender": 1, "loyalty": 1}
    assert set(Item.objects.values_list("category", flat=True)) == {"phone"}
    report, asked = _import(world, "1stwatch", path, now)
    assert set(asked.uncovered) == {"gender", "loyalty"}
    assert set(
        Item.objects.filter(shop_id=world.shops["1stwatch"], purposes="").values_list("category", flat=True)
    ) == {
        "gender",
        "loyalty",
    }


def test_a_receiver_without_a_statement_is_not_stored(world, now, tmp_path):
    path = tmp_path / "k.csv"
    head = "SĐT,Họ tên,Tên người nhận,SĐT người nhận,Mã đơn,Đặt hộ"
    rows = [
        "0912345678,Minh,Thảo,0987654321,D1,",
        "0912345678,Minh,Thảo,0987654321,D2,có",
        "0912345678,Minh,Minh,0912345678,D3,",
    ]
    path.write_text("\n".join([head, *rows]), "utf-8")
    report, _ = _import(world, "comet", path, now)
    assert (report.good, report.unstated) == (3, 2)
    kept = Item.objects.filter(category__startswith="receiver_").values_list("category", "third_party")
    assert sorted(kept) == [
        ("receiver_name", False),
        ("receiver_name", True),
        ("receiver_phone", False),
        ("receiver_phone", True),
    ]


def test_answers_count_only_with_evidence_and_a_refusal_always(world, now, tmp_path):
    path = tmp_path / "k.csv"
    path.write_text("SĐT,Nhận tin\n0912345678,có\n0987654321,từ chối\n0901112223,không\n", "utf-8")
    told = {"consent": {"marketing": {"how": "paper", "text": "Tôi đồng ý nhận tin", "channel": "sms"}}}
    report, _ = _import(world, "comet", path, now, told)
    assert (dict(report.consents), dict(report.never_asked)) == (
        {"marketing given": 1, "marketing refused": 1},
        {"marketing": 1},
    )


def test_names_keep_people_with_one_phone_apart(world, now, tmp_path):
    path = tmp_path / "k.csv"
    path.write_text(
        "Họ tên,SĐT\nNguyễn Văn Minh,0912345678\nTrần Thị Thảo,0912345678\nNGUYEN VAN MINH,0912345678\n", "utf-8"
    )
    report, _ = _import(world, "comet", path, now)
    assert (report.people, report.proposals) == (2, 1)
    assert Proposal.objects.count() == 1


def test_nobody_who_came_by_a_form_is_joined_by_an_import(world, now, old_file):
    fields = {"name": MINH.name, "phone": MINH.phone, "email": KHOI.email}
    attacker = receive(
        shop_id=world.shops["comet"], source="purchase", fields=fields, actor=Actor.public(), now=now
    ).subject_id
    before = Item.objects.filter(subject_id=attacker).count()
    report, _ = _import(world, "comet", old_file, now)
    assert (report.people, report.joined, report.proposals) == (2, 0, 1)
    assert Item.objects.filter(subject_id=attacker).count() == before
    assert Proposal.objects.get().known_subject_id == attacker


def test_an_erased_person_does_not_come_back(world, now, old_file):
    _import(world, "comet", old_file, now)
    shop_id = world.shops["comet"]
    gone = Order.objects.order_by("placed_on").first().subject_id
    shred(shop_id=shop_id, subject_id=gone, actor=world.hanh("comet"), now=now, reason="request")
    old_file.write_text("\n".join([HEAD, *(row.replace("Nồi cơm", "Nồi") for row in ROWS)]), "utf-8")
    report, _ = _import(world, "comet", old_file, now)
    assert (report.erased, report.known, report.good, report.people) == (1, 2, 0, 0)
    ImportMark.objects.all().delete()
    report, _ = _import(world, "comet", old_file, now)
    assert (report.erased, report.people) == (2, 0)
    assert Subject.objects.count() == 1


def test_what_is_past_its_period_does_not_come_in(world, now, tmp_path):
    path = tmp_path / "k.csv"
    path.write_text("\n".join([HEAD, ROWS[0].replace("12/01/2026", "12/01/2016")]), "utf-8")
    report, _ = _import(world, "comet", path, now)
    assert report.expired > 0
    assert Item.objects.count() == report.values
    assert Item.objects.filter(expires_at__lte=int(now.timestamp() * 1000)).count() == 0


def test_each_run_and_batch_is_in_the_ledger(world, now, old_file):
    report, _ = _import(world, "comet", old_file, now)
    own = Entry.objects.filter(subject_id=shop_uuid(world.shops["comet"])).order_by("id")
    bodies = [body for body in map(entry_body, own) if body["e"].startswith("import.")]
    assert [body["e"] for body in bodies] == ["import.begun", "import.run", "import.ended"]
    assert (bodies[1]["d"]["rows"], bodies[2]["d"]["bad"]) == (3, 3)
    assert ImportRun.objects.get(id=report.run_id).good == 3
    assert THAO.name not in repr(bodies)


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ("thẻ 4111 1111 1111 1111", "thẻ •••• •••• •••• ••••"),
        ("mk: abc123", "mk: •••"),
        ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
        ("@x", "'@x"),
        ("+84901234567", "+84901234567"),
        ("-cmd", "'-cmd"),
    ],
)
def test_cells_of_the_mending_copy(cell, shown):
    assert covered(cell) == shown


def _camket(*arguments: str) -> tuple[int, str]:
    found = CliRunner().invoke(app, list(arguments))
    return found.exit_code, found.stdout


def test_the_command_shows_first_and_imports_only_when_told(world, old_file):
    code, shown = _camket(str(old_file), "--shop", "comet")
    assert (code, Subject.objects.count()) == (0, 0)
    assert "phone" in shown
    assert "--yes" in shown
    code, told = _camket(str(old_file), "--shop", "comet", "--json")
    assert (code, json.loads(told)["report"], Subject.objects.count()) == (0, None, 0)


def test_the_command_imports_and_writes_a_mending_copy_only_when_asked(world, old_file, tmp_path):
    copy = tmp_path / "loi.csv"
    code, told = _camket(
        str(old_file), "--shop", "comet", "--yes", "--json", "--origin", "Sổ cũ", "--bad-rows", str(copy)
    )
    found = json.loads(told)
    assert (code, found["report"]["good"], found["report"]["bad"]) == (0, 3, 3)
    assert found["tables"][0]["columns"][2] == {"header": "SĐT", "target": "phone", "why": "header"}
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    text = copy.read_text("utf-8-sig")
    assert "4111" not in text
    assert "Phạm Hùng" in text
    assert len(list(csv.reader(text.splitlines()))) == 4
    own = Entry.objects.filter(subject_id=shop_uuid(world.shops["comet"]))
    mended = [body for body in map(entry_body, own) if body["e"] == "import.mended"]
    assert [body["d"]["rows"] for body in mended] == [3]
    assert mended[0]["a"]


def test_an_old_mending_copy_is_never_written_over(world, old_file, tmp_path):
    copy = tmp_path / "loi.csv"
    copy.write_text("của tôi", "utf-8")
    code, _ = _camket(str(old_file), "--shop", "comet", "--yes", "--bad-rows", str(copy))
    assert code != 0
    assert (copy.read_text("utf-8"), Subject.objects.count()) == ("của tôi", 0)


@pytest.mark.django_db(transaction=True)
def test_two_imports_of_one_file_at_once_store_every_row_once(now, old_file):
    made = worlds.world(now)
    start = Barrier(2)

    def bring(_):
        try:
            start.wait()
            return _import(made, "comet", old_file, now)[0].good
        except IntakeError as error:
            return error.code
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(map(str, pool.map(bring, range(2))))
    assert outcomes in (["3", "import.parallel"], ["0", "3"])
    assert (Subject.objects.count(), Order.objects.count()) == (2, 2)
    assert verify_database(made.shops["comet"]) == []


def test_a_restricted_person_stops_their_row_and_no_other(world, now, old_file):
    first = old_file.with_name("first.csv")
    first.write_text("\n".join([HEAD, ROWS[0]]), "utf-8")
    _import(world, "comet", first, now)
    minh = Subject.objects.get().subject_id
    shop_id, hanh = world.shops["comet"], world.hanh("comet")
    restrain(shop_id=shop_id, subject_id=minh, kind="restrict", how="email", actor=hanh, now=now)
    report, _ = _import(world, "comet", old_file, now)
    assert (report.good, report.known, [one.row for one in report.problems if one.code == "denied"]) == (1, 1, [3])
    assert verify_database(shop_id) == []
