"""The drill of docs/backups.md, by real commands in fresh homes: the machine is lost, and the other database works."""

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.cli.installation import CAMKET, Installation, free_port, installed, read_until, stop
from tests.house import source

PAGE = (source.ROOT / "docs" / "backups.md").read_text("utf-8")
COMER = """
from camket.base.actor import Actor
from camket.base.clock import utc_now
from camket.shops.models import Shop
from camket.shops.actions import add_staff, grant_role, sign_undertaking
from camket.subjects.actions import create
from camket.vault.actions import Value, put
owner, shop_id, now = Actor(kind="owner"), Shop.objects.get(slug="comet").pk, utc_now()
for name in ("Minh", "Khôi"):
    subject = create(shop_id=shop_id, origin="legacy", actor=owner, now=now, legacy="bảng tính")
    put(shop_id=shop_id, subject_id=subject, values=[Value("name", name, ("order",))], source="legacy", actor=owner,
        now=now, legacy="bảng tính", basis="contract")
    print(subject)
"""
GOER = """
from uuid import UUID
from camket.base.actor import Actor
from camket.base.clock import utc_now
from camket.shops.models import Shop
from camket.vault.actions import shred
shred(shop_id=Shop.objects.get(slug="comet").pk, subject_id=UUID("{0}"), actor=Actor.worker(), now=utc_now(),
      reason="request")
"""
ASKED = """
from uuid import UUID
from camket.vault.models import Erasure, Item, ItemKey, Tombstone
for one in ("{0}", "{1}"):
    print(Item.objects.filter(subject_id=UUID(one)).count(), ItemKey.objects.filter(subject_id=UUID(one)).count(),
          Erasure.objects.filter(subject_id=UUID(one)).count())
"""


def _block(name: str) -> str:
    found = re.search(rf"^```sh {name}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    assert found
    return found[1]


def _bash(text: str, env: Mapping[str, str]) -> str:
    path = f"{Path(CAMKET).parent}:{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", text],
        env={**env, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _python(installation: Installation, text: str) -> list[str]:
    done = installation.camket("manage", "shell", "--no-imports", "-c", text)
    assert done.returncode == 0, done.stderr
    return done.stdout.split("\n")[:-1]


def _safe(installation: Installation, safe: Path, policies: Path) -> Installation:
    """The installation with what must survive it on the other disk."""
    more = {
        "SAFE": str(safe),
        "CAMKET_POLICIES": str(policies),
        "CAMKET_CHECKPOINTS": str(safe / "outside"),
        "CAMKET_BACKUP_KEYS": f"{installation.home / 'keys' / 'backup'}:{safe / 'backup-keys'}",
    }
    return Installation(installation.home, {**installation.env, **more})


@pytest.fixture
def policies(tmp_path: Path) -> Path:
    """One shop is enough for a drill."""
    folder = tmp_path / "policies"
    folder.mkdir()
    shutil.copy(source.ROOT / "policies" / "comet.yaml", folder)
    return folder


def test_the_drill_of_the_page(tmp_path: Path, policies: Path) -> None:
    """Backup, erase, lose the machine, restore on a new one: who was erased stays erased, and the system serves.

    The new machine has SQLite, whatever the old one had; from it the other database takes everything back.
    """
    safe = tmp_path / "safe"
    safe.mkdir(mode=0o700)
    with installed(tmp_path / "old") as made, installed(tmp_path / "new") as other:
        old, last = _safe(made, safe, policies), _safe(other, safe, policies)
        new = Installation(last.home, {key: value for key, value in last.env.items() if key != "CAMKET_DATABASE"})
        assert old.camket("prepare").returncode == 0
        gone, there = _python(old, COMER)
        assert old.camket("work", "--once").returncode == 0
        assert "nguyên · whole" in _bash(_block("old"), old.env)
        _python(old, GOER.format(gone))
        shutil.rmtree(old.home)

        refused = new.camket("prepare")
        assert (refused.returncode, "the database is empty, but" in refused.stderr) == (5, True)
        assert not new.key_file.exists()
        said = _bash(_block("new"), new.env)
        assert "1 shops restored; 1 people erased since were erased again" in said
        assert _python(new, ASKED.format(gone, there)) == ["0 0 1", "1 1 0"]
        process = new.begin("start", "--port", str(free_port()))
        assert "running at" in read_until(process, "running at")
        assert stop(process, signal.SIGTERM)[0] == 0
        if "CAMKET_DATABASE" in last.env:
            _back(new, last, tmp_path / "back")
            assert _python(last, ASKED.format(gone, there)) == ["0 0 1", "1 1 0"]


def _back(new: Installation, last: Installation, place: Path) -> None:
    """From SQLite into the other database."""
    assert new.camket("backup", "--to", str(place)).returncode == 0
    (data,), (keys,) = place.glob("*.data"), place.glob("*.keys")
    done = last.camket("restore", "--data", str(data), "--keys", str(keys))
    assert (done.returncode, done.stderr) == (0, "")
    assert last.camket("ledger", "verify", "--database").returncode == 0


@pytest.mark.parametrize(
    ("words", "said", "code"),
    [
        (("restore",), "both `--data` and `--keys` are needed, or `--adopt` alone", 2),
        (("restore", "--data", "x.data", "--keys", "x.keys"), "there is no wrapping key file", 5),
    ],
)
def test_a_wrong_call_says_what_is_missing(tmp_path: Path, words: tuple[str, ...], said: str, code: int) -> None:
    with installed(tmp_path / "home") as installation:
        done = installation.camket(*words)
        assert (done.returncode, said in done.stderr) == (code, True), done.stderr
