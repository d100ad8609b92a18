"""Tests 5 to 8 of the twelve that a vault must pass: erased, agreed, unspoken, rotated."""

import logging
import threading

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction

from camket.base.actor import Actor
from camket.consent.actions import record, withdraw
from camket.consent.errors import ConsentError
from camket.consent.models import ConsentEvent
from camket.consent.queries import events
from camket.crypto.providers.local import LocalProvider
from camket.intake import rotating
from camket.ledger.actions import sequence
from camket.ledger.models import Entry
from camket.ledger.queries import entries_of, verify_database
from camket.store import keys, secrets
from camket.subjects.errors import TakenError
from camket.subjects.models import Identifier
from camket.vault.actions import Value, find, put, request_code, rescan, show, shred
from camket.vault.backup import tables
from camket.vault.errors import RefusedError
from camket.vault.models import Item, ItemKey
from tests import kept
from tests import world as worlds
from tests.api.test_no_leak import knock_at_everything
from tests.cast import KHOI, MINH, THAO
from tests.world import OWNER

SLUG = "comet"


@pytest.fixture
def minh(world, now):
    subject_id = kept.keep(world, SLUG, MINH, now)
    kept.assign(world, SLUG, subject_id, now)
    return subject_id


@pytest.fixture(autouse=True)
def _own_shred_list(settings, tmp_path):
    settings.HOME = tmp_path


# --- 5: erased is erased


def test_05_after_erasure_no_table_log_or_message_holds_the_person_and_the_ledger_still_tells_what_happened(
    world, now, minh, all_bytes, caplog
):
    shop_id = world.shops[SLUG]
    kept.lan_looks(world, SLUG, minh, now)
    request_code(shop_id=shop_id, kind="phone", text=MINH.phone, actor=Actor.public(), now=now)
    wrapped = [bytes(row.wrapped) for row in ItemKey.objects.filter(subject_id=minh)]
    sealed = [bytes(row.sealed) for row in Item.objects.filter(subject_id=minh)]
    assert wrapped
    assert sealed
    with caplog.at_level(logging.DEBUG):
        shred(shop_id=shop_id, subject_id=minh, actor=world.hanh(SLUG), now=now, reason="request")
    after = all_bytes()
    canaries = [value.encode() for value in (*MINH.canaries, "+84912345678")]
    assert [value for value in canaries if value in after] == []
    assert [value for value in MINH.canaries if value in caplog.text] == []
    assert [part for part in (*wrapped, *sealed) if part in after] == []
    assert rescan(subject_id=minh) == []
    told = [said.event for said in entries_of(minh)]
    assert {"subject.created", "item.put", "item.looked", "subject.shredded"} <= set(told)
    assert sorted(told).count("item.looked") == 1
    sequence(shop_id=shop_id, now=now, full=True)
    assert verify_database(shop_id) == []


def test_05_keys_are_a_table_of_their_own_that_the_data_backup_leaves_out():
    """tests/backup makes both files and searches them; here: which file each table goes to."""
    assert ItemKey._meta.db_table == tables.KEYS_TABLE
    assert "wrapped" in {field.attname for field in ItemKey._meta.concrete_fields}
    assert "wrapped" not in {field.attname for field in Item._meta.concrete_fields}


def test_05_what_ends_together_has_one_key_and_what_stays_longer_has_another(world, now, minh):
    kept.agree(world, SLUG, minh, "moderation", now)
    put(
        shop_id=world.shops[SLUG], subject_id=minh, values=[Value("review", "Gạch rất bền.", ("moderation",))],
        source="product_review", actor=OWNER, now=now,
    )  # fmt: skip
    pairs = {(item.retention, item.key_id) for item in Item.objects.filter(subject_id=minh)}
    assert len({name for name, _ in pairs}) == len({key for _, key in pairs}) == len(pairs) == 2
    assert ItemKey.objects.filter(subject_id=minh).count() == 2


# --- 6: consent


def test_06_an_answer_is_never_changed_and_keeps_wording_version_channel_doer_and_proof(world, now, minh):
    shop_id, customer = world.shops[SLUG], Actor(kind="customer", id=str(minh))
    record(
        shop_id=shop_id, subject_id=minh, purpose="marketing", value="given", how="portal", text=kept.SHOWN,
        language="vi", policy_version=1, actor=customer, now=now, channel="email",
    )  # fmt: skip
    row = ConsentEvent.objects.filter(subject_id=minh, purpose="marketing").get()
    assert (row.channel, row.how, row.policy_version, row.language) == ("email", "portal", 1, "vi")
    assert str(minh) in row.who or row.who == "customer"
    assert row.text_digest
    assert len(bytes(row.mark)) == 16
    for forbidden in ({"value": "refused"}, {"purpose": "order"}, {"who": "ai đó"}):
        with pytest.raises(DatabaseError), transaction.atomic():
            ConsentEvent.objects.filter(pk=row.pk).update(**forbidden)
    with pytest.raises(DatabaseError), transaction.atomic():
        ConsentEvent.objects.filter(pk=row.pk).delete()
    withdraw(shop_id=shop_id, subject_id=minh, purpose="marketing", how="portal", actor=customer, now=now)
    answers = [(one.purpose, one.value) for one in events(shop_id=shop_id, subject_id=minh)]
    assert answers[-2:] == [("marketing", "given"), ("marketing", "refused")]


def test_06_nobody_answers_for_somebody_else(world, now, minh):
    khoi = kept.keep(world, SLUG, KHOI, now)
    count = ConsentEvent.objects.count()
    for actor in (Actor(kind="customer", id=str(khoi)), Actor.public(), Actor.worker("outbox")):
        with pytest.raises(ConsentError, match="only the customer or a named member of staff"):
            record(
                shop_id=world.shops[SLUG], subject_id=minh, purpose="marketing", value="given", how="portal",
                text=kept.SHOWN, language="vi", policy_version=1, actor=actor, now=now,
            )  # fmt: skip
    assert ConsentEvent.objects.count() == count


def test_06_a_purpose_without_its_basis_is_refused(world, now, minh):
    with pytest.raises(RefusedError) as refused:
        kept.lan_looks(world, SLUG, minh, now, purpose="marketing")
    assert refused.value.entry_id is not None


# --- 7: unspoken


def test_07_no_value_stands_in_an_address_a_log_line_or_an_error(doors, minh_at_the_door, caplog, capfd, all_bytes):
    with caplog.at_level(logging.DEBUG):
        paths = knock_at_everything(doors, minh_at_the_door)
    printed = "".join(capfd.readouterr())
    values = (*THAO.canaries, *MINH.canaries)
    for value in values:
        assert not any(value in path for path in paths)
        assert value not in caplog.text
        assert value not in printed
        assert value.encode() not in all_bytes()


# --- 8: rotated while the shop works


@pytest.mark.django_db(transaction=True)
def test_08_keys_and_indexes_rotate_while_staff_search_look_and_enter_and_a_contact_stays_one_persons(now, tmp_path):
    """Small and live; campaigns/kill does it with killed processes, docs/keys.md with a hundred thousand people."""
    own = tmp_path / "keys" / "wrapping.key"
    LocalProvider.restore(own, keys.provider().recovery_key())
    before, settings.CAMKET_KEYS = settings.CAMKET_KEYS, own
    keys.forget()
    secrets.forget()
    try:
        _rotate_live(now)
    finally:
        settings.CAMKET_KEYS = before
        keys.forget()
        secrets.forget()


def _rotate_live(now):
    world = worlds.world(now)
    shop_id, lan = world.shops[SLUG], world.lan(SLUG)
    people = {person: kept.keep(world, SLUG, person, now, verified=("phone",)) for person in (MINH, THAO)}
    for subject_id in people.values():
        kept.assign(world, SLUG, subject_id, now)
    old = {bytes(digest) for digest in Identifier.objects.values_list("digest", flat=True)}
    stop, faults, rounds = threading.Event(), [], []

    def work(person):
        try:
            while not stop.is_set():
                found = find(
                    shop_id=shop_id, kind="phone", text=person.phone, purpose="order", work=kept.WORK, actor=lan,
                    now=now,
                )  # fmt: skip
                assert [one.subject_id for one in found] == [people[person]]
                seen = kept.lan_looks(world, SLUG, people[person], now, ("email",))
                assert [show(value) for value in seen.values] == [person.email]
                with pytest.raises(TakenError):
                    kept.keep(world, SLUG, person, now, verified=("phone",))
                rounds.append(1)
        except BaseException as error:
            faults.append(error)
            raise
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    try:
        told = []
        rotating.rotate_index(shop_ids=[shop_id], actor=OWNER, clock=lambda: now, tell=told.append, wait=0.3)
        for step in (LocalProvider.with_new, LocalProvider.activated):
            LocalProvider.change(keys.path(), keys.custody(), step)
            keys.forget()
        rotating.rewrap(
            shop_ids=list(world.shops.values()), actor=OWNER, clock=lambda: now, tell=told.append, wait=0.3
        )  # fmt: skip
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert faults == []
    assert len(rounds) > 1
    new = {bytes(digest) for digest in Identifier.objects.filter(kind="phone").values_list("digest", flat=True)}
    assert new
    assert not new & old
    sequence(shop_id=shop_id, now=now, full=True)
    assert verify_database(shop_id) == []
    assert "index.rotated" in _events(shop_id)


def _events(shop_id):
    from camket.ledger.queries import read_entry

    return [read_entry(row).event for row in Entry.objects.filter(shop_id=shop_id)]
