"""Personal values sent where references and wordings belong: the ledger and the table of wordings outlive a person."""

import pytest

from camket.consent.actions import record
from camket.consent.errors import ConsentError
from camket.consent.models import ConsentText
from camket.shops.actions.work import work_reference
from camket.shops.errors import ShopError
from tests import kept
from tests.cast import MINH


@pytest.mark.parametrize(
    "work",
    [
        "order:0912345678",
        "order:84912345678",
        "order:0912-345-678",
        "order:a0912345678",
        "order:DH-0912345678",
        "enquiry:001099012345",
    ],
)
def test_no_phone_or_national_id_is_a_piece_of_work(work):
    with pytest.raises(ShopError):
        work_reference(work)


@pytest.mark.parametrize(
    "work", ["order:1042", "order:DH-20260302-0017", "order:019cac46-1500-7091-9234-567890123456", "order:20260302001"]
)
def test_the_shops_own_numbers_are(work):
    assert work_reference(work) == work


@pytest.mark.parametrize(
    "more", [MINH.phone, "+84 912 345 678", "0912.345.678", MINH.email, "số 84912345678"], ids=lambda _: "value"
)
def test_a_wording_holds_no_contact_of_the_customer(world, now, all_bytes, more):
    minh = kept.keep(world, "comet", MINH, now)
    with pytest.raises(ConsentError) as caught:
        _record(world, now, minh, f"Tôi ({more}) đồng ý nhận tin khuyến mãi.")
    assert more not in str(caught.value)
    assert more.encode() not in all_bytes()


def test_a_wording_may_name_the_shops_own_contacts(world, now):
    minh = kept.keep(world, "comet", MINH, now)
    text = "Tôi đồng ý; rút lại bất cứ lúc nào qua cs@ktg.com.vn hoặc 1800 6292."
    _record(world, now, minh, text)
    assert ConsentText.objects.filter(text=text).exists()


def _record(world, now, subject_id, text):
    record(
        shop_id=world.shops["comet"],
        subject_id=subject_id,
        purpose="marketing",
        value="given",
        how="form",
        text=text,
        language="vi",
        policy_version=1,
        actor=world.hanh("comet"),
        now=now,
    )
