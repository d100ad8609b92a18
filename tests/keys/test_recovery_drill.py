"""The drill of docs/keys.md, by its own commands: the machine is lost, a copy of the database and the paper are not."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from tests.cast import MINH
from tests.cli.installation import Installation, free_port, installed
from tests.house import source

# What somebody at the new machine does first: look for a customer by phone, which opens the sealed value to compare it.
LOOK = """
import django
django.setup()
from camket.base.actor import Actor
from camket.base.clock import utc_now
from camket.shops.actions import add_staff, assign_work, grant_role, sign_undertaking
from camket.shops.queries import shop_by_slug
from camket.store import wall
from camket.vault.actions import find, look, show
wall.stand_by_default(wall.EVERYWHERE)
owner, shop = Actor(kind="owner"), shop_by_slug(slug="comet").pk
by = {"shop_id": shop, "actor": owner, "now": utc_now()}
lan = add_staff(name="Lan", email="", **by).pk
grant_role(staff_id=lan, role="customer_service", **by)
sign_undertaking(staff_id=lan, **by)
her = {"shop_id": shop, "actor": Actor(kind="staff", id=str(lan)), "now": utc_now(), "purpose": "order"}
(found,) = find(kind="phone", text="PHONE", work=None, **her)
print("found")
"""


@pytest.fixture
def lost(tmp_path: Path) -> Iterator[tuple[Installation, list[str]]]:
    """A shop with customers, and its two prints: of the first start, and of a rotation after it."""
    with installed(tmp_path / "lost") as shop:
        prints = [_print_of(shop.camket("prepare").stdout)]
        file = tmp_path / "customers.csv"
        file.write_text(f"Họ tên;Số ĐT\n{MINH.name};{MINH.phone}\n", "utf-8")
        brought = shop.camket("import", str(file), "--shop", "comet", "--yes", "--origin", "sổ cũ")
        assert brought.returncode == 0, brought.stderr
        rotated = shop.camket("keys", "rotate", "--yes")
        assert rotated.returncode == 0, rotated.stderr
        prints.append(_print_of(rotated.stdout))
        yield shop, prints


def _print_of(said: str) -> str:
    """Find the groups of letters among what a command says."""
    rows = [line for line in said.splitlines() if line and all(len(word) <= 6 for word in line.split())]
    return "\n".join(row for row in rows if row == row.upper() and not row.startswith("──"))


@contextmanager
def _new_machine(lost: Installation, home: Path) -> Iterator[Installation]:
    """A folder with nothing but a copy of the database; the key file is gone for good."""
    home.mkdir(mode=0o700)
    address = lost.env.get("CAMKET_DATABASE", "")
    if not address:
        shutil.copy(lost.home / "camket.sqlite3", home)
        shutil.rmtree(lost.home)
        yield Installation(home, {**lost.env, "CAMKET_HOME": str(home)})
        return
    shutil.rmtree(lost.home)
    server, _, name = address.rpartition("/")
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}_copy" TEMPLATE "{name}"')
        try:
            env = {**lost.env, "CAMKET_HOME": str(home), "CAMKET_DATABASE": f"{server}/{name}_copy"}
            yield Installation(home, env)
        finally:
            connection.execute(f'DROP DATABASE "{name}_copy" WITH (FORCE)')


def _restored(shop: Installation, tmp_path: Path, paper: str) -> subprocess.CompletedProcess[str]:
    """Type the paper the way people do: small letters, one line."""
    typed = tmp_path / "typed.txt"
    typed.write_text(" ".join(paper.lower().split()), "utf-8")
    return shop.camket("keys", "restore", str(typed))


def test_a_lost_key_file_comes_back_from_paper_on_a_new_machine(
    lost: tuple[Installation, list[str]], tmp_path: Path
) -> None:
    old, (first, second) = lost
    with _new_machine(old, tmp_path / "new") as shop:
        for words in (("prepare",), ("serve", "--port", str(free_port())), ("work", "--once")):
            refused = shop.camket(*words)
            assert (refused.returncode, "is missing" in refused.stderr) == (5, True), words
        assert not shop.key_file.exists()

        assert _restored(shop, tmp_path, first).returncode == 0  # the print of before the rotation
        refused = shop.camket("check")
        assert (refused.returncode, "the data needs key" in refused.stdout) == (5, True)
        shop.key_file.rename(shop.key_file.with_name("not-this-one"))

        assert _restored(shop, tmp_path, second).returncode == 0
        done = shop.camket("ledger", "verify", "--database")
        assert done.returncode == 0, done.stdout + done.stderr
        assert _looked(shop) == "found"


def _looked(shop: Installation) -> str:
    env = {**shop.env, "DJANGO_SETTINGS_MODULE": "camket.project.settings", "PYTHONPATH": str(source.ROOT)}
    words = [sys.executable, "-c", LOOK.replace("PHONE", MINH.phone)]
    done = subprocess.run(words, env=env, capture_output=True, text=True, check=False, timeout=60, cwd=os.sep)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()
