"""Commands are found by looking, start fast, and end with the numbers that the reference names."""

import ast
import os
import subprocess
import sys
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


def test_policy_commands_start_with_nothing_that_is_slow_to_import() -> None:
    """The whole of `camket policy words`: no Django, no ninja, no rich, no spreadsheet reader, no phone tables."""
    code = (
        "import sys\nfrom camket.cli.main import main\nsys.argv = ['camket', 'policy', 'words', '--json']\n"
        "try:\n    main()\nexcept SystemExit as ended:\n    assert not ended.code, ended.code\n"
        "slow = {'django', 'ninja', 'rich', 'python_calamine', 'phonenumbers', 'psycopg', 'granian'}\n"
        "sys.stderr.write(' '.join(sorted(slow & set(sys.modules))))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == ""


def test_an_unknown_command_is_wrong_use() -> None:
    done = _camket("polcy")
    assert done.returncode == exits.WRONG_USE
    assert "không có lệnh `camket polcy`" in done.stderr
    assert "did you mean `policy`?" in done.stderr


@pytest.mark.parametrize(
    ("words", "vi", "en"),
    [
        (("policy", "ask"), "thiếu `--shop`", "`--shop` is missing"),
        (("policy", "ask", "--shp", "x"), "không có tham số `--shp`", "did you mean `--shop`?"),
        (("policy", "ask", "--shop"), "cần đúng một giá trị", "takes exactly one value"),
        (("policy", "ak"), "không có lệnh `camket policy ak`", "did you mean `ask`?"),
        (("policy", "words", "more"), "thiếu hoặc thừa từ", "a word too few or too many"),
        (("serve", "--port", "abc"), "giá trị của `--port` không dùng được", "the value of `--port` cannot be used"),
        (("policy", "check", "--shop", "nobody"), "không phải là cửa hàng", "`khatra`"),
        (("policy", "page", "--shop", "comet", "--lang", "fr"), "không phải là ngôn ngữ", "did you mean `vi`, `en`?"),
    ],
)
def test_a_wrong_call_is_told_in_both_languages(words: tuple[str, ...], vi: str, en: str) -> None:
    done = _camket(*words)
    assert (done.returncode, done.stdout) == (exits.WRONG_USE, "")
    assert vi in done.stderr
    assert en in done.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("policy", "page", "--shop", "comet", "--output", "/no/such/folder/page.html"),
        ("keys", "restore", "/no/such/folder/key.txt"),
        ("shop", "load", "/no/such/folder"),
    ],
)
def test_a_file_that_cannot_be_used_is_a_sentence(words: tuple[str, ...], tmp_path: Path) -> None:
    done = _camket(*words, CAMKET_HOME=str(tmp_path))
    assert done.returncode == exits.FAILED
    assert "lỗi: " in done.stderr
    assert "Traceback" not in done.stderr


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


def test_a_home_that_cannot_be_used_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    done = _camket("start", "--port", "1", CAMKET_HOME=str(tmp_path / "file"))
    assert done.returncode == exits.INSTALLATION
    assert "không dùng được thư mục dữ liệu" in done.stderr
    assert "`CAMKET_HOME`" in done.stderr


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
    assert [exits.exit_code(code) for code in ("shop.unknown", "word.unknown", "usage.collected", "unknown_word")] == [
        exits.WRONG_USE,
        exits.WRONG_USE,
        exits.WRONG_USE,
        exits.FAILED,
    ]
    assert set(exits.MEANINGS) == {0, 1, 2, 3, 4, 5, 130}


def test_an_error_is_printed_in_both_languages(capsys: pytest.CaptureFixture[str]) -> None:
    from camket.cli.main import fail

    with pytest.raises(SystemExit) as ended:
        fail(CamketError("sai", "wrong", "sửa đi", "mend it", "seal"))
    assert ended.value.code == exits.FAILED
    assert capsys.readouterr().err == "lỗi: sai\nerror: wrong\n→ sửa đi\n→ mend it\n"
