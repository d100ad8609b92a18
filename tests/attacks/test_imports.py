"""The attacker once ordered in the old shop with the victim's phone and his own email; the shop imports its orders."""

import pytest

from camket.base.actor import Actor
from camket.outbox.models import Outbox
from camket.subjects.models import Identifier, Proposal
from camket.vault.actions import request_code
from tests import kept
from tests.cast import KHOI, MINH
from tests.intake.test_import import _import


@pytest.mark.parametrize("name", ["", MINH.name])
def test_an_imported_row_adds_no_sign_in_contact_to_a_proven_customer(world, now, tmp_path, name):
    victim = kept.keep(world, "comet", MINH, now, verified=("phone",))
    path = tmp_path / "don-cu.csv"
    path.write_text(f"Họ tên,Điện thoại,Email,Mã đơn hàng\n{name},{MINH.phone},{KHOI.email},A17\n", "utf-8")
    report, _ = _import(world, "comet", path, now)
    assert (report.good, report.people, report.joined) == (1, 1, 0)
    assert Identifier.objects.filter(subject_id=victim).count() == 2
    assert [row.known_subject_id for row in Proposal.objects.all()] == [victim]
    request_code(shop_id=world.shops["comet"], kind="email", text=KHOI.email, actor=Actor.public(), now=now)
    assert victim not in {row.subject_id for row in Outbox.objects.filter(kind="one_time_code")}


def test_an_imported_row_with_known_contacts_still_joins(world, now, tmp_path):
    kept.keep(world, "comet", MINH, now, verified=("phone",))
    path = tmp_path / "don-cu.csv"
    path.write_text(f"Điện thoại,Email,Mã đơn hàng\n{MINH.phone},{MINH.email},A17\n", "utf-8")
    report, _ = _import(world, "comet", path, now)
    assert (report.people, report.joined) == (0, 1)
