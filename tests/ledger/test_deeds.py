"""A deed and its entry are one; a refusal stands alone; nothing is half done."""

from copy import copy

import pytest
from django.db import IntegrityError

from camket.base.actor import Actor
from camket.base.plain import Plain, Token
from camket.ledger.actions import deed, open_log, refuse, shop_uuid
from camket.ledger.errors import DeedOpenError
from camket.ledger.models import Entry, EntrySubject
from camket.ledger.queries import entries_of, verify_database
from camket.outbox.models import Outbox
from camket.store.errors import ConflictError
from camket.store.models import ShopSecret
from tests.ledger.setting import LAN, MINH, NOW, STAFF, after, message, open_shop, unwritten

pytestmark = pytest.mark.django_db


def _sent(row: Outbox):
    return deed(shop_id=1, event="outbox.sent", actor=Actor.worker(), subject_id=row.subject_id, now=after(9))


def test_a_deed_writes_its_rows_and_one_entry() -> None:
    open_shop()
    row = message()
    assert Outbox.objects.get(pk=row.pk).params == b"sealed"
    said = list(entries_of(LAN))
    assert [(entry.event, entry.actor, entry.subject_id) for entry in said] == [("outbox.queued", STAFF, LAN)]


def test_the_entry_tells_who_when_what_for() -> None:
    open_shop()
    with deed(
        shop_id=1, event="item.looked", actor=Actor("system", "k1", on_behalf="s1"), subject_id=LAN, now=NOW,
        purpose="delivery", work="order:7", detail={"items": [MINH]},
    ) as looking:  # fmt: skip
        looking.detail["masked"] = 2
    (said,) = entries_of(LAN)
    assert (said.id, said.purpose, said.work, said.at_ms) == (
        looking.entry_id, "delivery", "order:7", int(NOW.timestamp() * 1000),
    )  # fmt: skip
    assert said.actor == Actor("system", "k1", on_behalf="s1")
    assert said.detail == {"items": [MINH.bytes[8:]], "masked": 2}


def test_what_concerns_the_shop_alone_stands_under_the_shops_own_id() -> None:
    open_shop(3)
    assert [entry.event for entry in entries_of(shop_uuid(3))] == ["shop.created"]


def _fails(row: Outbox) -> None:
    with _sent(row) as failing:
        failing.insert(row)
        failing.insert(copy(row))


def test_a_failed_deed_leaves_nothing() -> None:
    open_shop()
    before = Entry.objects.count()
    with pytest.raises(IntegrityError):
        _fails(unwritten())
    assert (Outbox.objects.count(), Entry.objects.count()) == (0, before)


def _opens_in_vain() -> None:
    with deed(shop_id=1, event="shop.created", actor=STAFF, now=NOW) as opening:
        open_log(opening, name="comet", now=NOW)
        raise ZeroDivisionError


def test_a_shop_whose_opening_failed_leaves_no_key_behind() -> None:
    with pytest.raises(ZeroDivisionError):
        _opens_in_vain()
    assert not ShopSecret.objects.exists()
    open_shop()
    message()
    assert verify_database() == []


def test_deeds_do_not_nest_and_refuse_no_refusal_inside() -> None:
    open_shop()
    with pytest.raises(DeedOpenError), _sent(unwritten()), _sent(unwritten()):
        pass
    with pytest.raises(DeedOpenError), _sent(unwritten()):
        refuse(shop_id=1, actor=STAFF, subject_id=LAN, now=NOW)
    assert list(entries_of(LAN)) == []


def test_a_refusal_is_an_entry_alone() -> None:
    open_shop()
    entry_id = refuse(
        shop_id=1, actor=STAFF, subject_id=LAN, now=NOW, purpose="marketing", detail={"clauses": ["2.1", "PDPL-7.6"]}
    )
    (said,) = entries_of(LAN)
    assert (said.id, said.event, said.detail) == (entry_id, "gate.refused", {"clauses": ["2.1", "PDPL-7.6"]})


def test_an_unknown_event_is_refused() -> None:
    with pytest.raises(ValueError, match="not an event"), deed(shop_id=1, event="item.puted", actor=STAFF, now=NOW):
        pass


@pytest.mark.parametrize("value", [1.5, object(), Plain("0912345678", token=Token()), NOW, {"a": 2.5}])
def test_an_entry_holds_references_only(value: object) -> None:
    open_shop()
    with pytest.raises(TypeError, match="references only"), _sent(unwritten()) as telling:
        telling.detail["value"] = value


def test_a_deed_writes_rows_of_its_own_shop_only() -> None:
    open_shop()
    with pytest.raises(ValueError, match="own shop"), _sent(unwritten()) as writing:
        writing.insert(unwritten(shop_id=2))


def test_a_row_is_changed_only_as_it_was_read() -> None:
    open_shop()
    row = message()
    stale = Outbox.objects.get(pk=row.pk)
    with _sent(row) as sending:
        sending.update(row, state="sent")
    with pytest.raises(ConflictError), _sent(stale) as again:
        again.update(stale, state="failed")
    with pytest.raises(ConflictError), _sent(stale) as again:
        again.remove(stale)
    assert Outbox.objects.get(pk=row.pk).state == "sent"
    assert verify_database() == []


def test_rows_can_be_removed_one_by_one_and_by_query() -> None:
    open_shop()
    rows = [message(now=after(number)) for number in range(4)]
    with _sent(rows[0]) as removing:
        removing.remove(rows[0])
        assert removing.remove_all(Outbox.objects.filter(subject_id=LAN)) == 3
    assert (Outbox.objects.count(), verify_database()) == (0, [])


def test_hand_written_sql_tells_the_deed_what_it_did() -> None:
    open_shop()
    row = message()
    with _sent(row) as sending:
        was, now_ = Outbox.objects.get(pk=row.pk), Outbox.objects.get(pk=row.pk)
        now_.attempts = 3
        Outbox.objects.filter(pk=row.pk).update(attempts=3)
        sending.wrote(now_, before=was)
    assert verify_database() == []
    with _sent(row) as sending:
        Outbox.objects.filter(pk=row.pk).delete()
        sending.removed(now_)
    assert verify_database() == []


def test_a_bulk_deed_is_one_entry_and_a_row_per_subject() -> None:
    open_shop()
    with deed(shop_id=1, event="import.run", actor=STAFF, now=NOW, bulk=True) as importing:
        importing.insert_many([unwritten(LAN), unwritten(LAN)])
        importing.insert(unwritten(MINH))
        importing.member(untouched := shop_uuid(77))
    assert {row.subject_id for row in EntrySubject.objects.all()} == {LAN, MINH, untouched}
    assert [entry.event for entry in entries_of(MINH)] == ["import.run"]
    assert [entry.id for entry in entries_of(LAN)] == [importing.entry_id]
    assert verify_database() == []


def test_only_a_bulk_deed_has_members() -> None:
    open_shop()
    with pytest.raises(ValueError, match="bulk"), _sent(unwritten()) as single:
        single.member(LAN)
