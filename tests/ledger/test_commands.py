"""`camket ledger` and `camket keys`: what people type, what they read, how it ends."""

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from typer.testing import CliRunner

from camket.cli.keys import app as keys
from camket.cli.ledger import app as ledger
from camket.ledger import notes, outside, verifier
from camket.ledger.models import Log
from camket.ledger.queries import entries_of
from tests.ledger.setting import LAN, after, messages, open_shop, sign
from tests.worlds import attacker

pytestmark = pytest.mark.django_db
run = CliRunner().invoke


@pytest.fixture
def exported(tmp_path: Path) -> Path:
    open_shop()
    messages(3)
    sign(now=after(3))
    path = tmp_path / "comet.jsonl"
    assert run(ledger, ["export", "--shop", "comet", "--out", str(path)]).exit_code == 0
    return path


def test_an_exported_log_is_verified(exported: Path) -> None:
    log = Log.objects.get()
    key = notes.verifier_key(log.name, log.public_key)
    told = run(ledger, ["verify", str(exported), "--key", key, "--checkpoints", str(outside.path_of("comet"))])
    assert (told.exit_code, told.stdout) == (0, "đúng · everything holds\n")
    lines = exported.read_text().splitlines(keepends=True)
    exported.write_text("".join([*lines[:2], *lines[3:]]))
    told = run(ledger, ["verify", str(exported), "--json"])
    assert told.exit_code == 1
    assert not json.loads(told.stdout)["ok"]


SIGNED = "mốc đã ký ở 4 dòng không khớp với các dòng sổ · the signed checkpoint at 4 entries does not match the entries"


def test_a_log_that_is_not_whole_is_told_once(exported: Path) -> None:
    head, first, *rest = exported.read_text().splitlines(keepends=True)
    for lines, said in (
        ([head, *rest], ["thiếu dòng sổ 0 · entry 0 is missing", SIGNED]),
        ([head, *rest[1:]], ["thiếu dòng sổ 0-1 · entry 0-1 is missing", SIGNED]),
        ([head, first, first, *rest], ["dòng sổ 0 lặp lại hoặc sai chỗ · entry 0 is doubled or out of place", SIGNED]),
        (["# not a log\n", *rest], ["đây không phải sổ đã xuất · this is not an exported log"]),
    ):
        exported.write_text("".join(lines))
        told = run(ledger, ["verify", str(exported)])
        assert told.exit_code == 1
        assert [line for line in told.output.splitlines() if "dòng sổ" in line or "sổ đã xuất" in line][:2] == said
    told = run(ledger, ["verify", str(exported.with_name("nothing.jsonl"))])
    assert told.output == "không mở được tệp `nothing.jsonl` · the file `nothing.jsonl` cannot be opened\n"


def _python(*arguments: str) -> subprocess.CompletedProcess[str]:
    """The verifier as an outsider runs it: no settings, and Django cannot be imported."""
    blocked = "import sys; sys.modules['django'] = None; import runpy; sys.argv = sys.argv[1:]; "
    command = [
        sys.executable,
        "-c",
        blocked + "runpy.run_module('camket.ledger.verifier', run_name='__main__')",
        "verify",
    ]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("CAMKET_", "DJANGO_"))}
    return subprocess.run([*command, *arguments], capture_output=True, text=True, check=False, env=environment)


def test_the_verifier_runs_without_django_and_without_our_code(exported: Path, tmp_path: Path) -> None:
    done = _python(str(exported), "--checkpoints", str(outside.path_of("comet")))
    assert (done.returncode, done.stderr) == (0, "")
    assert "everything holds" in done.stdout
    given = tmp_path / "receipt.json"
    given.write_text(run(ledger, ["receipt", str(next(entries_of(LAN)).id)]).stdout)
    assert _python("--receipt", str(given)).returncode == 0
    given.write_text(given.read_text().replace('"seq": 1', '"seq": 2'))
    assert _python("--receipt", str(given)).returncode == 1
    assert _python(str(tmp_path / "nothing.jsonl")).returncode == 1
    assert _python().returncode == 2


def test_the_verifier_shares_no_code_with_the_writer() -> None:
    tree = ast.parse(Path(verifier.__file__).read_text("utf-8"))
    named = {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    named |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name for name in named if name.split(".")[0] not in sys.stdlib_module_names} == {
        "cryptography.exceptions",
        "cryptography.hazmat.primitives.asymmetric.ed25519",
    }


def test_the_database_is_verified_and_what_is_wrong_is_named(exported: Path) -> None:
    assert run(ledger, ["verify", "--database"]).exit_code == 0
    assert run(ledger, ["verify", "--database", "--shop", "comet"]).exit_code == 0
    attacker.sql("UPDATE camket_outbox SET attempts = 5")
    told = run(ledger, ["verify", "--database"])
    assert told.exit_code == 1
    assert told.stderr.count("camket_outbox") == 3
    (first, *_) = json.loads(run(ledger, ["verify", "--database", "--json"]).stdout)["problems"]
    assert (first["kind"], first["table"], first["seq"]) == ("changed", "camket_outbox", 1)


def test_waiting_entries_are_given_their_place_and_signed() -> None:
    open_shop()
    messages(2)
    told = run(ledger, ["sequence"])
    assert (told.exit_code, told.stdout) == (0, "comet: +3, 3 dòng sổ · 3 entries\n")
    assert outside.last("comet") is not None


@pytest.mark.parametrize("arguments", [[], ["x.jsonl", "--database"]])
def test_a_verification_is_of_one_thing(arguments: list[str]) -> None:
    assert run(ledger, ["verify", *arguments]).exit_code == 2


def test_the_key_file_is_shown_and_restored_from_paper() -> None:
    open_shop()
    told = run(keys, ["status"])
    assert told.exit_code == 0
    assert "6" in told.stdout.splitlines()[-1]
    paper = run(keys, ["recovery"]).stdout
    path = Path(settings.CAMKET_KEYS)
    before = path.read_bytes()
    path.unlink()
    assert run(keys, ["restore", "-"], input=paper.lower()).exit_code == 0
    assert path.read_bytes() == before
    assert run(keys, ["restore", "-"], input=paper).exit_code == 1
    assert before.decode() not in told.stdout
