"""Commands are found by looking, start fast, and end with the numbers that the reference names."""

import ast
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from camket.base.errors import CamketError
from camket.cli import exits, lookup

CAMKET = str(Path(sys.executable).parent / "camket")


def _camket(*words: str, **env: str) -> subprocess.CompletedProcess[str]:
    plain = {"NO_COLOR": "1", "TERM": "dumb", "COLUMNS": "120"}
    return subprocess.run(
        [CAMKET, *words], capture_output=True, text=True, check=False, env={**os.environ, **plain, **env}
    )


def test_every_file_that_sets_app_is_a_command() -> None:
    files = {path.stem for path in lookup.FOLDER.glob("*.py") if "\napp = " in path.read_text("utf-8")}
    assert {found.module.rsplit(".", 1)[1] for found in lookup.commands().values()} == files
    assert {"check", "demo", "keys", "manage", "policy", "prepare", "serve", "start", "work"} <= set(lookup.commands())


def test_each_command_is_found_by_its_own_name_alone() -> None:
    assert [lookup.find(name) for name in lookup.commands()] == list(lookup.commands().values())
    assert lookup.find("main") is None
    assert lookup.find("nothing") is None


@pytest.mark.parametrize(
    ("code", "django"),
    [
        ("import camket.policy", False),
        ("from camket.crypto.seal import seal", False),
        ("from camket import law", False),
        ("def f():\n    from camket.shops.models import Shop", True),
        ("import django.db", True),
        ("from camket import vault", True),
        ("from camket.cli.edge import set_up", True),
        ("import djangoish, typer", False),
    ],
)
def test_a_command_needs_django_exactly_when_it_imports_more_than_pure_rooms(code: str, django: bool) -> None:
    assert lookup._needs_django(ast.parse(code)) is django


def test_policy_commands_never_load_django() -> None:
    code = (
        "import sys\nfrom camket.cli import lookup\n"
        "found = lookup.find('policy')\nlookup.load(found)\n"
        "sys.exit('django' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_policy_commands_start_in_a_third_of_a_second() -> None:
    """The best of five, on a machine that runs other tests beside this one."""

    def once() -> float:
        start = time.process_time_ns(), os.times().children_user + os.times().children_system
        assert _camket("policy", "--help").returncode == 0
        return os.times().children_user + os.times().children_system - start[1]

    assert min(once() for _ in range(5)) < 0.35


def test_an_unknown_command_is_wrong_use() -> None:
    done = _camket("polcy")
    assert done.returncode == exits.WRONG_USE
    assert "polcy" in done.stderr


def test_help_names_every_command_without_importing_them() -> None:
    done = _camket("--help")
    assert done.returncode == exits.DONE
    assert [name for name in lookup.commands() if f" {name} " not in done.stdout] == []


def test_a_misspelt_setting_stops_the_start_and_suggests() -> None:
    done = _camket("manage", "check", CAMKET_DATABSE="x")
    assert done.returncode == exits.INSTALLATION
    assert done.stderr.splitlines() == [
        "lỗi: không có thiết lập nào tên `CAMKET_DATABSE`",
        "error: there is no setting called `CAMKET_DATABSE`",
        "→ có phải ý bạn là `CAMKET_DATABASE`?",
        "→ did you mean `CAMKET_DATABASE`?",
    ]


@pytest.mark.parametrize("address", ["mysql://u@h/d", "postgres", "/tmp/x.sqlite3"])
def test_a_database_address_that_cannot_be_used(address: str) -> None:
    done = _camket("manage", "check", CAMKET_DATABASE=address)
    assert (done.returncode, done.stderr.splitlines()[1]) == (
        exits.INSTALLATION,
        "error: `CAMKET_DATABASE` is not an address that can be used",
    )


def test_exit_codes_follow_the_family_of_the_error() -> None:
    assert [
        exits.exit_code(code) for code in ("key-file-missing", "port-taken", "setting-flag", "seal", "database-x")
    ] == [
        exits.INSTALLATION,
        exits.INSTALLATION,
        exits.INSTALLATION,
        exits.FAILED,
        exits.INSTALLATION,
    ]
    assert set(exits.MEANINGS) == {0, 1, 2, 3, 4, 5, 130}


def test_an_error_is_printed_in_both_languages(capsys: pytest.CaptureFixture[str]) -> None:
    from camket.cli.main import fail

    with pytest.raises(SystemExit) as ended:
        fail(CamketError("sai", "wrong", "sửa đi", "mend it", "seal"))
    assert ended.value.code == exits.FAILED
    assert capsys.readouterr().err == "lỗi: sai\nerror: wrong\n→ sửa đi\n→ mend it\n"
