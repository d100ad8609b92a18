"""The main job on real input: a shop's old CSV and XLSX come in, the staff look through the API, and the ledger tells.

Each shop runs under its own published policy; what its text opens is opened, what it does not is refused with the
clause, every deed and every refusal stands in the log, and a verifier that shares no code with the writer agrees.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest
import xlsxwriter
from django.db import connection
from django.test import Client
from typer.testing import CliRunner

from camket.base.actor import Actor
from camket.base.clock import utc_now
from camket.cli.import_ import app as import_command
from camket.ledger import verifier
from camket.ledger.actions import checkpoint, sequence
from camket.ledger.models import Entry
from camket.ledger.queries import export, read_entry, verify_database
from camket.shops.actions import assign_work, issue_api_key
from tests.cast import CLERK_ROLE, CLERK_ROLES, LAN, MINH, THAO

OWNER = Actor(kind="owner")
HEAD = ("Họ tên", "SĐT", "Email", "Địa chỉ", "Mã đơn", "Tên hàng", "SL", "Đơn giá")
FIRST = ((MINH.name, MINH.phone, MINH.email, MINH.address, "DH1", "Nồi cơm điện", "1", "890.000"),)
SECOND = ((THAO.name, "0168 765 4321", THAO.email, THAO.address, "DH2", "Gạch men", "12 thùng", "1.250.000"),)


@dataclass(frozen=True, slots=True)
class Job:
    """What the clerk of a shop may see of an imported customer, and what its text does not let them see."""

    opened: str
    refused: str
    verdict: str
    clause: str


JOBS = {
    "comet": Job("delivery", "statistics", "gap", "1.3"),
    "shop-001": Job("delivery", "statistics", "gap", "2.1"),
    "khatra": Job("after_sales", "market_research", "deny", "3-2"),
    "shop-003": Job("order", "market_research", "deny", "1.1"),
    "1stwatch": Job("delivery", "market_research", "deny", "b.1"),
}


def _csv(path: Path) -> Path:
    lines = [";".join(f'"{cell}"' for cell in row) for row in (HEAD, *FIRST)]
    path.write_text("\r\n".join(lines) + "\r\n", "utf-8-sig")
    return path


def _xlsx(path: Path) -> Path:
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("Khách hàng")
        sheet.merge_range(0, 0, 0, len(HEAD) - 1, "Danh sách khách hàng đến tháng 10/2026")
        for number, row in enumerate((HEAD, *SECOND), 2):
            sheet.write_row(number, 0, row)
    return path


def _import(slug: str, path: Path) -> None:
    done = CliRunner().invoke(
        import_command, [str(path), "--shop", slug, "--origin", "sổ bán hàng", "--basis", "contract", "--yes", "--json"]
    )
    assert done.exit_code == 0, done.output
    report = json.loads(done.stdout)["report"]
    assert (report["good"], report["bad"], report["people"]) == (1, 0, 1)


def _token(world, slug, role, purposes, now):
    staff_id = world.staff[slug, LAN]
    return issue_api_key(
        shop_id=world.shops[slug], role=role, purposes=purposes, staff_id=staff_id, actor=OWNER, now=now
    ).token


def _post(token, path, **data):
    return Client().post(
        f"/api/v1/{path}", data=data, content_type="application/json", headers={"Authorization": f"Bearer {token}"}
    )


def _deeds(shop_id: int) -> dict[UUID, str]:
    return {found.id: read_entry(found).event for found in Entry.objects.filter(shop_id=shop_id)}


def _read_offline(shop_id: int, slug: str, tmp_path: Path) -> verifier.Report:
    """Sequence, sign and export the log, then read it the naive way, with the notes kept outside the database."""
    later = utc_now()
    sequence(shop_id=shop_id, now=later, full=True)
    checkpoint(shop_id=shop_id, now=later)
    file = tmp_path / "log.jsonl"
    with file.open("w", encoding="utf-8") as target:
        export(shop_id=shop_id, file=target)
    with file.open(encoding="utf-8") as lines:
        return verifier.check_log(lines)


@pytest.mark.parametrize("slug", JOBS)
def test_import_look_refusal_and_proof(world, now, tmp_path, slug):
    job, shop_id, role = JOBS[slug], world.shops[slug], CLERK_ROLES.get(slug, CLERK_ROLE)
    _import(slug, _csv(tmp_path / "cu.csv"))
    _import(slug, _xlsx(tmp_path / "cu.xlsx"))
    token = _token(world, slug, role, [job.opened, job.refused], now)

    # The sheet has the 11-digit number of before 2018; the customer gives today's.
    found = _post(token, "subjects/find", category="phone", value="038 765 4321", purpose=job.opened, work="order:dh2")
    (hit,) = found.json()["found"]
    subject_id = UUID(hit["subject_id"])
    staff_id = world.staff[slug, LAN]
    assign_work(shop_id=shop_id, subject_id=subject_id, staff_id=staff_id, work="order:dh2", actor=OWNER, now=utc_now())

    look = {"categories": ["name", "phone", "postal_address"], "work": "order:dh2"}
    seen = _post(token, f"subjects/{subject_id}/look", purpose=job.opened, **look)
    assert seen.status_code == 200
    assert {one["category"]: (one["value"], one["legacy"]) for one in seen.json()["items"]} == {
        "name": (THAO.name, "sổ bán hàng"),
        "phone": ("+84387654321", "sổ bán hàng"),
        "postal_address": (THAO.address, "sổ bán hàng"),
    }

    refused = _post(token, f"subjects/{subject_id}/look", purpose=job.refused, **look)
    error = refused.json()["error"]
    assert (refused.status_code, error["verdict"]) == (403, job.verdict)
    assert job.clause in error["clauses"]
    assert [value for value in THAO.canaries if value in refused.content.decode()] == []

    deeds = _deeds(shop_id)
    assert deeds[UUID(seen.json()["entry"])] == "item.looked"
    assert deeds[UUID(error["entry"])] == "gate.refused"
    assert verify_database(shop_id) == []
    report = _read_offline(shop_id, slug, tmp_path)
    assert (report.entries, report.findings) == (len(deeds), [])


@pytest.mark.parametrize("column", ["purposes", "source", "basis", "retention"])
def test_a_changed_item_is_found_and_does_not_open(world, now, tmp_path, column):
    """Somebody with the database widens what an item may be used for: the replay names the row, the seal refuses."""
    shop_id = world.shops["khatra"]
    _import("khatra", _csv(tmp_path / "cu.csv"))
    token = _token(world, "khatra", CLERK_ROLE, ["after_sales"], now)
    found = _post(token, "subjects/find", category="phone", value=MINH.phone, purpose="after_sales", work="call:1")
    (hit,) = found.json()["found"]
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE camket_item SET {column} = 'marketing' WHERE category = 'phone'")
    problems = verify_database(shop_id)
    assert {(problem.kind, problem.table) for problem in problems} == {("changed", "camket_item")}
    answer = _post(
        token, f"subjects/{hit['subject_id']}/look", categories=["phone"], purpose="after_sales", work="call:1"
    )
    assert answer.status_code >= 400
    assert [value for value in MINH.canaries if value in answer.content.decode()] == []
