"""Loading and adopting policies: what stands, what is refused, what runs."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from camket.base.actor import Actor
from camket.ledger.models import Entry
from camket.ledger.queries import verify_database
from camket.policy import PolicyFileError, Question, decide
from camket.shops import queries
from camket.shops.actions import adopt_policy, create_shop, load_shops, set_setting
from camket.shops.errors import (
    NotAllowedError,
    PolicyRefusedError,
    ShopError,
    UnknownError,
    UnknownShopError,
    UnknownWordError,
)
from camket.shops.models import PolicyVersion, Shop
from tests.bodies import body_of as entry_body

OWNER = Actor(kind="owner")
POLICIES = Path(settings.CAMKET_POLICIES)
COMET = (POLICIES / "comet.yaml").read_text("utf-8")
# The page alone, without what the owner added to it.
BARE = re.sub(r",? *instead: *\[[^\]]*\]|,? *instead: *\w+", "", COMET.split("\ncompletions:")[0]) + "\n"
COMPLETE = (POLICIES / "template.yaml").read_text("utf-8").replace("shop: template", "shop: comet")
SLUGS = ["1stwatch", "comet", "khatra", "shop-001", "shop-003"]


def test_loading_twice_changes_nothing(world, now):
    before = Entry.objects.count()
    again = load_shops(directory=POLICIES, actor=OWNER, now=now)
    assert [(one.slug, one.version, one.outcome) for one in again] == [(slug, 1, "unchanged") for slug in SLUGS]
    assert (Entry.objects.count(), Shop.objects.count()) == (before, 5)


def test_the_template_is_no_shop(world):
    assert [shop.slug for shop in queries.shops()] == SLUGS


def test_the_five_pages_stand_with_their_completions(world):
    for slug in SLUGS:
        row = PolicyVersion.objects.get(shop_id=world.shops[slug])
        assert row.text == (POLICIES / f"{slug}.yaml").read_text("utf-8")
        assert queries.rulebook(world.shops[slug]).policy.shop == slug


def test_a_new_version_without_the_completions_it_needs_is_refused_with_the_list(world, now):
    with pytest.raises(PolicyRefusedError) as refused:
        adopt_policy(shop_id=world.shops["comet"], text=BARE, actor=OWNER, now=now)
    assert len(refused.value.missing) >= 3
    assert all(vi in refused.value.vi and en in refused.value.en for vi, en in refused.value.missing)
    assert queries.newest_version(shop_id=world.shops["comet"]) == 1


def test_a_complete_new_version_runs_from_its_adoption(world, now, clock):
    shop_id = world.shops["comet"]
    row = adopt_policy(shop_id=shop_id, text=COMPLETE, actor=world.hanh("comet"), now=clock.forward(days=1))
    assert (row.version, queries.newest_version(shop_id=shop_id)) == (2, 2)
    assert queries.rulebook(shop_id, 1) is not queries.rulebook(shop_id)
    assert row.adopted_by == world.hanh("comet").id
    assert adopt_policy(shop_id=shop_id, text=COMPLETE, actor=OWNER, now=now).version == 2
    assert verify_database(shop_id) == []


def test_the_first_version_of_a_new_shop_stands_as_published(world, now):
    """Without completions it allows next to nothing, but the page is the page."""
    shop = create_shop(slug="quan-hoa", name="Quán Hoa", actor=OWNER, now=now)
    bare = BARE.replace("shop: comet", "shop: quan-hoa")
    assert adopt_policy(shop_id=shop.id, text=bare, actor=OWNER, now=now).version == 1
    answer = decide(queries.rulebook(shop.id), Question("read", "customer_service", "phone", "order"))
    assert answer.verdict.value != "allow"


def test_a_policy_of_another_shop_is_refused(world, now):
    with pytest.raises(ShopError) as refused:
        adopt_policy(shop_id=world.shops["khatra"], text=COMET, actor=OWNER, now=now)
    assert refused.value.field == "shop"


def test_text_that_somebody_edited_in_the_database_does_not_run(world, now):
    queries.forget()
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER camket_policy_version_update")
        else:
            cursor.execute("DROP TRIGGER camket_policy_version_frozen ON camket_policy_version")
    shop_id = world.shops["comet"]
    PolicyVersion.objects.filter(shop_id=shop_id).update(text=COMET + "\n# thêm\n")
    with pytest.raises(ShopError):
        queries.rulebook(shop_id)
    assert [problem.table for problem in verify_database(shop_id)] == ["camket_policy_version"]


def test_adoption_is_in_the_ledger_with_its_digest(world):
    shop_id = world.shops["comet"]
    bodies = [entry_body(entry) for entry in Entry.objects.filter(shop_id=shop_id)]
    (body,) = [body for body in bodies if body["e"] == "policy.adopted"]
    assert body["d"]["digest"] == PolicyVersion.objects.get(shop_id=shop_id).digest


def test_a_clerk_adopts_nothing(world, now):
    with pytest.raises(NotAllowedError):
        adopt_policy(shop_id=world.shops["comet"], text=COMET + "\n", actor=world.lan("comet"), now=now)
    with pytest.raises(NotAllowedError):
        create_shop(slug="moi", name="Mới", actor=world.hanh("comet"), now=now)
    with pytest.raises(NotAllowedError):
        adopt_policy(shop_id=world.shops["comet"], text=COMET + "\n", actor=world.hanh("khatra"), now=now)


def test_a_slug_is_taken_once(world, now):
    with pytest.raises(ShopError):
        create_shop(slug="comet", name="Comet 2", actor=OWNER, now=now)


def test_settings_are_a_closed_list(world, now):
    shop_id = world.shops["comet"]
    assert queries.settings(shop_id=shop_id) == {"own_server": "yes"}
    for value in ("no", "yes", "no"):
        set_setting(shop_id=shop_id, name="own_server", value=value, actor=OWNER, now=now)
    assert queries.settings(shop_id=shop_id) == {"own_server": "no"}
    for name, value in (("own_server", "perhaps"), ("colour", "red")):
        with pytest.raises(UnknownWordError, match=r"own_server|`yes`"):
            set_setting(shop_id=shop_id, name=name, value=value, actor=OWNER, now=now)


def test_another_shop_is_unknown(world):
    with pytest.raises(UnknownError):
        queries.shop(shop_id=99)
    with pytest.raises(UnknownShopError):
        queries.shop_by_slug(slug="amazon")


def test_a_folder_with_one_bad_file_changes_nothing(world, now, tmp_path):
    good = (POLICIES / "comet.yaml").read_text("utf-8").replace("shop: comet", "shop: aaa")
    (tmp_path / "aaa.yaml").write_text(good, "utf-8")
    (tmp_path / "bbb.yaml").write_bytes(good.encode("utf-16"))
    with pytest.raises(PolicyFileError, match=r"bbb\.yaml:1:1: the file is not UTF-8"):
        load_shops(directory=tmp_path, actor=OWNER, now=now)
    assert "aaa" not in {shop.slug for shop in queries.shops()}


def test_a_refused_file_of_the_folder_leaves_its_shop_at_work(world, now, tmp_path):
    """A changed text that lacks what a new version needs is told; the version in force goes on, and the others load."""
    for slug in ("comet", "khatra"):
        text = (POLICIES / f"{slug}.yaml").read_text("utf-8")
        (tmp_path / f"{slug}.yaml").write_text(f"{text}\n# changed\n", "utf-8")
    comet, khatra = load_shops(directory=tmp_path, actor=OWNER, now=now)
    assert (comet.slug, comet.version, comet.outcome) == ("comet", 1, "refused")
    assert comet.refusal is not None
    assert "COMET" in comet.refusal.en or "address" in comet.refusal.en
    assert (khatra.version, khatra.outcome, khatra.refusal) == (2, "adopted", None)
    assert queries.newest_version(shop_id=world.shops["comet"]) == 1
