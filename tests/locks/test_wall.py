"""The second wall: with the application's own check taken away, another shop's rows still do not come (INVARIANT 8).

PostgreSQL alone has it. On SQLite the same tests see that nothing pretends to be one: the first wall, the application's
own `shop_id`, is tested on both databases in tests/api and tests/attacks.
"""

import re
import threading

import pytest
from django.apps import apps
from django.db import ProgrammingError, connection, transaction
from django.http import HttpResponse
from django.test import RequestFactory

from camket.cli.check import look_over
from camket.ledger.actions import deed
from camket.project.walls import BehindTheWall
from camket.shops.models import ApiKey, Setting, Staff, StaffRole
from camket.store import statements, wall
from camket.store.db import is_sqlite, raw_id
from camket.subjects.models import NameToken
from camket.vault import sql
from camket.vault.models import Item
from tests.locks.conftest import become_plain
from tests.world import OWNER


def _ask(text, *parameters):
    with connection.cursor() as cursor:
        cursor.execute(text, parameters)
        return cursor.fetchall() if cursor.description else cursor.rowcount


def _tables():
    return sorted(model._meta.db_table for model in wall.walled())


def test_every_table_of_a_shop_stands_behind_the_wall(db):
    """A table added tomorrow is behind it too: migrations end with `wall.build`. This list is the database's own."""
    assert wall.gaps() == []
    if is_sqlite():
        return
    asked = (
        "SELECT table_name FROM information_schema.columns WHERE column_name = 'shop_id' AND table_schema = 'public'"
    )
    real = sorted(name for (name,) in _ask(asked))
    assert real == _tables()
    forced = "SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity"
    assert sorted(name for (name,) in _ask(forced)) == real
    policies = _ask("SELECT tablename, policyname, cmd, permissive FROM pg_policies")
    assert sorted(policies) == [(name, wall.POLICY, "ALL", "PERMISSIVE") for name in real]


@pytest.mark.parametrize(
    "breach",
    [
        "DROP POLICY camket_wall ON camket_item",
        "ALTER TABLE camket_item DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE camket_item NO FORCE ROW LEVEL SECURITY",
    ],
)
def test_a_table_without_its_wall_is_named_and_walled_again(db, breach):
    if is_sqlite():
        assert wall.gaps() == []
        return
    _ask(breach)
    assert wall.gaps() == ["camket_item"]
    wall.build()
    assert wall.gaps() == []


def test_tables_without_a_shop_are_few_and_known(db):
    without = {model._meta.db_table for model in apps.get_models()} - set(_tables())
    assert without <= {"camket_shop", "camket_job", *KNOWN_WITHOUT}


# The list of shops (name and public address) and bookkeeping of the installation as a whole.
KNOWN_WITHOUT = {"camket_replayed", "camket_restore"}


def test_sql_that_forgot_its_shop_reads_only_its_own(two_shops):
    world, minh, thao = two_shops
    comet, khatra = world.shops["comet"], world.shops["khatra"]
    both = {table: {shop for (shop,) in _ask(f"SELECT DISTINCT shop_id FROM {table}")} for table in _tables()}
    # There is something that could leak.
    for table in ("camket_item", "camket_item_key", "camket_entry", "camket_subject", "camket_staff", "camket_setting"):
        if table != "camket_setting":
            assert {comet, khatra} <= both[table]
    if is_sqlite():
        return
    for shop in (comet, khatra):
        with wall.behind(shop):
            for table, shops in both.items():
                assert {found for (found,) in _ask(f"SELECT DISTINCT shop_id FROM {table}")} == shops & {shop}, table
            assert _ask("SELECT count(*) FROM camket_item WHERE subject_id = %s", thao if shop == comet else minh) == [
                (0,)
            ]


def test_the_hot_statements_without_their_shop_give_nothing_of_another(two_shops, now):
    """The product's own SQL with its shop filter cut out, asked for a person of another shop."""
    world, minh, _ = two_shops
    comet, khatra = world.shops["comet"], world.shops["khatra"]
    for text in (sql.ITEM_FACTS, sql.KEY_FACTS, sql.VERIFIED_FACTS):
        careless = re.sub(r"AND \w\.shop_id = %\(shop\)s", "", text).replace("{categories}", "'phone', 'name'")
        assert careless.count("shop_id =") == 0
        parameters = {"subject": raw_id(minh), "now": 0, "shop": khatra}
        with wall.behind(comet):
            own = statements.fetch(careless, parameters)
        with wall.behind(khatra):
            other = statements.fetch(careless, parameters)
        if "verified" not in text or "item i" in text:
            assert own
        if not is_sqlite():
            assert other == []


def test_raw_orm_without_a_shop_sees_changes_and_removes_only_its_own(two_shops):
    world, *_ = two_shops
    comet, khatra = world.shops["comet"], world.shops["khatra"]
    stranger = Staff.objects.filter(shop_id=khatra).first()
    tokens = NameToken.objects.filter(shop_id=khatra).count()
    assert stranger is not None
    assert tokens
    if is_sqlite():
        return
    with wall.behind(comet):
        assert set(Staff.objects.values_list("shop_id", flat=True)) == {comet}
        assert set(Item.objects.values_list("shop_id", flat=True)) == {comet}
        assert Staff.objects.filter(pk=stranger.pk).first() is None
        assert Staff.objects.filter(pk=stranger.pk).update(name="Ai đó") == 0
        assert NameToken.objects.filter(shop_id=khatra).delete()[0] == 0
        assert NameToken.objects.all().delete()[0] > 0
        assert StaffRole.objects.filter(staff_id=stranger.pk).delete()[0] == 0
    assert NameToken.objects.filter(shop_id=khatra).count() == tokens
    assert Staff.objects.get(pk=stranger.pk).name == stranger.name


def test_a_row_of_another_shop_is_neither_written_nor_moved_there(two_shops, now):
    world, *_ = two_shops
    comet, khatra = world.shops["comet"], world.shops["khatra"]
    if is_sqlite():
        return
    mine = Staff.objects.filter(shop_id=comet).first()
    refusals = (
        lambda: Setting.objects.create(shop_id=khatra, name="own_server", value="no", mark=b""),
        lambda: Staff.objects.filter(pk=mine.pk).update(shop_id=khatra),
        lambda: Setting.objects.bulk_create([Setting(shop_id=khatra, name="x", value="y", mark=b"")]),
        lambda: _ask("INSERT INTO camket_tombstone (digest, shop_id, kind, ends_at) VALUES ('a', %s, 'x', 0)", khatra),
    )
    for refused in refusals:
        with wall.behind(comet), pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            refused()
    assert Staff.objects.get(pk=mine.pk).shop_id == comet


def test_no_shop_named_is_no_shop(two_shops):
    """Nothing comes and nothing goes in: nowhere, after RESET, and on a connection that was never told anything."""
    world, *_ = two_shops
    if is_sqlite():
        return
    assert Item.objects.count() > 0
    with wall.behind(wall.NOWHERE):
        assert [_ask(f"SELECT count(*) FROM {table}") for table in _tables()] == [[(0,)]] * len(_tables())
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            Setting.objects.create(shop_id=world.shops["comet"], name="own_server", value="no", mark=b"")
    raw = connection.connection
    for unset in ("RESET camket.shop", "SET camket.shop = ''"):
        raw.execute(unset)
        assert raw.execute("SELECT count(*) FROM camket_item").fetchone() == (0,)
        assert raw.execute("DELETE FROM camket_item").rowcount == 0
    raw.camket_side = raw.camket_inside = None  # what was done behind the wall's back is told to it
    assert Item.objects.count() > 0


def test_a_deed_narrows_the_view_to_its_shop(two_shops, now):
    world, *_ = two_shops
    comet = world.shops["comet"]
    before = wall.side()
    with deed(shop_id=comet, event="shop.set", actor=OWNER, now=now) as made:
        made.detail.update(name="own_server", value="yes")
        assert wall.side() == comet
        if not is_sqlite():
            assert set(Item.objects.values_list("shop_id", flat=True)) == {comet}
    assert wall.side() == before


def test_a_request_stands_nowhere_until_its_door_knows_and_leaves_nothing_behind(two_shops):
    world, *_ = two_shops
    seen = []

    def door(_request):
        seen.append((wall.side(), Item.objects.count()))
        wall.face(world.shops["comet"])
        seen.append((wall.side(), set(Item.objects.values_list("shop_id", flat=True))))
        return HttpResponse()

    before = wall.side()
    BehindTheWall(door)(RequestFactory().get("/"))
    assert [side for side, _ in seen] == [wall.NOWHERE, world.shops["comet"]]
    assert wall.side() == before
    if not is_sqlite():
        assert [found for _, found in seen] == [0, {world.shops["comet"]}]


def test_a_setting_that_was_undone_is_not_believed(two_shops):
    """Told inside a transaction or savepoint, the server forgets it with the rollback; so does the connection."""
    world, *_ = two_shops
    comet, khatra = world.shops["comet"], world.shops["khatra"]

    def shops():
        return set(Item.objects.values_list("shop_id", flat=True))

    if is_sqlite():
        return
    with wall.behind(comet):
        assert shops() == {comet}
        with transaction.atomic(), wall.behind(khatra):
            assert shops() == {khatra}
            transaction.set_rollback(True)
        assert shops() == {comet}
        with wall.behind(khatra):
            assert shops() == {khatra}
        with pytest.raises(ProgrammingError), transaction.atomic(), wall.behind(khatra):
            _ask("SELECT nothing FROM nowhere")
        assert shops() == {comet}


@pytest.mark.django_db(transaction=True)
def test_a_pooled_connection_carries_nothing_to_the_next_request(now):
    """Real transactions: what one request stood for is still set on its connection, and not believed."""
    from tests import world as made

    world = made.world(now)
    comet, khatra = world.shops["comet"], world.shops["khatra"]
    if is_sqlite():
        return
    if wall.sees_through():
        _lend_tables(connection)
    try:
        with wall.behind(comet):
            assert set(Staff.objects.values_list("shop_id", flat=True)) == {comet}
            raw = connection.connection
            assert raw.execute("SHOW camket.shop").fetchone() == (str(comet),)
            assert raw.camket_side == comet  # told once, for as long as the connection lives
        found = {}
        for side in (wall.NOWHERE, khatra):
            with wall.behind(side):
                found[side] = set(Staff.objects.values_list("shop_id", flat=True))
        with wall.behind(khatra), transaction.atomic():
            assert set(Staff.objects.values_list("shop_id", flat=True)) == {khatra}
        with wall.behind(comet):
            assert set(Staff.objects.values_list("shop_id", flat=True)) == {comet}
        assert found == {wall.NOWHERE: set(), khatra: {khatra}}
    finally:
        _take_back(connection)


def _lend_tables(database):
    """As `become_plain`, but lasting: what commits here commits as the plain role."""
    with database.cursor() as cursor:
        cursor.execute("DO $$ BEGIN CREATE ROLE camket_plain_test; EXCEPTION WHEN duplicate_object THEN NULL; END $$")
        cursor.execute("GRANT ALL ON ALL TABLES IN SCHEMA public TO camket_plain_test")
        cursor.execute("SET ROLE camket_plain_test")


def _take_back(database):
    with database.cursor() as cursor:
        cursor.execute("RESET ROLE")


def test_a_thread_that_nobody_told_stands_where_its_process_does(db):
    told = []
    thread = threading.Thread(target=lambda: told.append(wall.side()))
    with wall.behind(3):
        thread.start()
        thread.join()
    assert told == [wall.side()] == [wall.EVERYWHERE]


def test_a_key_is_looked_for_among_its_own_shops_only(world, now):
    """The token's first part names the shop; with another shop's name before it, the same secret is nobody's key."""
    from camket.shops import claims, queries
    from camket.shops.actions import issue_api_key
    from camket.shops.errors import UnknownError
    from tests.cast import LAN

    comet = world.shops["comet"]
    token = issue_api_key(
        shop_id=comet, role="customer_service", purposes=["order"], staff_id=world.staff["comet", LAN], actor=OWNER,
        now=now,
    ).token  # fmt: skip
    become_plain()
    assert claims.shop_claimed(token) == comet
    assert claims.shop_claimed("khatra" + token.removeprefix("comet")) == world.shops["khatra"]
    assert claims.shop_claimed("x" * 50) == claims.shop_claimed("") == wall.NOWHERE
    assert ApiKey.objects.count() == 1
    for side, count in ((comet, 1), (world.shops["khatra"], 0), (wall.NOWHERE, 0)):
        with wall.behind(side):
            if not is_sqlite():
                assert ApiKey.objects.count() == count
            if count:
                assert queries.key_holder(token=token, now=now).shop_id == comet
    with wall.behind(world.shops["khatra"]), pytest.raises(UnknownError):
        queries.key_holder(token="khatra" + token.removeprefix("comet"), now=now)


def test_ids_of_shops_fit_beside_the_two_sides_that_are_none(world):
    assert min(world.shops.values()) > wall.EVERYWHERE > wall.NOWHERE


def test_the_check_says_whether_the_wall_holds_for_our_role(world, now):
    """A superuser walks through it, so the check warns; a bare table is a fault; a plain role behind it is in order."""

    def said():
        return [(finding.sign, finding.en) for finding in look_over(now) if "wall" in finding.en]

    if is_sqlite():
        assert said() == []
        assert not wall.sees_through()
        assert not wall.stands_before("camket_item")
        return
    if wall.sees_through():
        ((sign, words),) = said()
        assert sign == "!"
        assert "use a plain role that owns the database" in words
        become_plain()
    assert said() == [("✓", "the wall between shops stands on every table")]
    assert wall.stands_before("camket_item")
    assert not wall.stands_before("camket_shop")
    _ask("DROP POLICY camket_wall ON camket_item")
    assert said() == [("✗", "no wall between shops at camket_item; run `camket prepare`")]
