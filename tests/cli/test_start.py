"""`./run` from the first start to the last: what it says, what it leaves behind, and what it refuses to begin."""

import json
import os
import re
import signal
import socket
import stat
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.installation import Installation, free_port, installed, read_until, stop
from tests.house import source


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Installation, str]]:
    """An installation after its first `camket prepare`, and what that printed."""
    with installed(tmp_path_factory.mktemp("prepared")) as installation:
        done = installation.camket("prepare")
        assert done.returncode == 0, done.stderr
        yield installation, done.stdout


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Installation]:
    with installed(tmp_path / "home") as installation:
        yield installation


def test_the_first_start_prints_the_recovery_key_and_loads_the_shops(prepared: tuple[Installation, str]) -> None:
    installation, said = prepared
    assert [re.sub(r"\d+ steps", "n steps", line) for line in re.findall(r"^── .* · (.*)$", said, re.MULTILINE)] == [
        "made the key file; its recovery key is printed once",
        "bringing the database up to date (n steps)",
        "5 shops, 5 new or changed",
    ]
    assert installation.camket("keys", "recovery").stdout.strip() in said
    assert stat.S_IMODE(installation.key_file.stat().st_mode) == 0o600
    assert stat.S_IMODE(installation.home.stat().st_mode) == 0o700


def test_a_second_start_changes_nothing_and_prints_no_key(prepared: tuple[Installation, str]) -> None:
    installation, _ = prepared
    key = installation.key_file.read_bytes()
    done = installation.camket("prepare")
    assert done.stdout == "── 5 cửa hàng, 0 vừa nạp hoặc đổi chính sách · 5 shops, 0 new or changed\n"
    assert installation.key_file.read_bytes() == key


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_server_and_worker_run_until_they_are_stopped(
    prepared: tuple[Installation, str], number: signal.Signals
) -> None:
    installation, _ = prepared
    port = free_port()
    process = installation.begin("start", "--port", str(port))
    said = read_until(process, "running at")
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10) as answer:
        assert answer.status == 200
        assert "COMET" in answer.read().decode()
    taken = installation.camket("start", "--port", str(port))
    assert (taken.returncode, taken.stderr.splitlines()[1]) == (5, f"error: port {port} is in use by another program")
    children = _children(process.pid)
    assert len(children) == 2
    assert (f"http://127.0.0.1:{port}/" in said, stop(process, number)) == (True, (0, "── đã dừng · stopped\n"))
    assert [child for child in children if Path(f"/proc/{child}").exists()] == []
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", port))


def test_when_one_of_them_ends_the_other_is_stopped(prepared: tuple[Installation, str]) -> None:
    installation, _ = prepared
    process = installation.begin("start", "--port", str(free_port()))
    read_until(process, "running at")
    first, second = _children(process.pid)
    os.kill(second, signal.SIGKILL)
    rest, _ = process.communicate(timeout=30)
    assert process.returncode == 5
    assert "ended by itself; the rest was stopped too" in rest
    assert not Path(f"/proc/{first}").exists()


def _children(pid: int) -> list[int]:
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii")
    return sorted(int(word) for word in text.split())


def test_a_missing_key_file_is_never_replaced_by_a_new_one(fresh: Installation) -> None:
    assert fresh.camket("prepare").returncode == 0
    recovery = fresh.camket("keys", "recovery").stdout
    kept = fresh.key_file.read_bytes()
    fresh.key_file.unlink()
    done = fresh.camket("prepare")
    assert (done.returncode, done.stdout) == (5, "")
    assert "the key file" in done.stderr
    assert not fresh.key_file.exists()
    (fresh.home / "paper").write_text(recovery, "utf-8")
    assert fresh.camket("keys", "restore", str(fresh.home / "paper")).returncode == 0
    assert fresh.key_file.read_bytes() == kept
    assert fresh.camket("prepare").returncode == 0
    assert fresh.camket("check").returncode in {0, 5}


def test_a_wrong_key_file_is_told_before_anything_is_written(fresh: Installation, tmp_path: Path) -> None:
    assert fresh.camket("prepare").returncode == 0
    with installed(tmp_path / "other") as other:
        assert other.camket("prepare").returncode == 0
        fresh.key_file.write_bytes(other.key_file.read_bytes())
    done = fresh.camket("prepare")
    assert done.returncode == 5
    assert re.search(r"error: the data needs key `[0-9a-f]{8}` but the key file in use holds", done.stderr)


def test_a_key_file_that_others_can_read_is_refused(fresh: Installation) -> None:
    assert fresh.camket("prepare").returncode == 0
    fresh.key_file.chmod(0o644)
    done = fresh.camket("prepare")
    assert (done.returncode, "others on this machine can read the key file" in done.stderr) == (5, True)


@pytest.mark.parametrize(
    "address", ["postgresql://camket@127.0.0.1:1/camket", "sqlite:////nowhere/at/all/camket.sqlite3"]
)
def test_a_database_that_cannot_be_reached_leaves_nothing_behind(fresh: Installation, address: str) -> None:
    done = fresh.camket("prepare", CAMKET_DATABASE=address)
    assert (done.returncode, done.stderr.splitlines()[:2], done.stdout) == (
        5,
        ["lỗi: không kết nối được cơ sở dữ liệu", "error: the database cannot be reached"],
        "",
    )
    assert not fresh.key_file.exists()


def test_a_command_before_the_first_start_says_what_to_run(fresh: Installation) -> None:
    done = fresh.camket("check")
    assert done.returncode == 5
    assert "the database lacks tables" in done.stdout


def test_two_first_starts_at_once_make_one_installation(fresh: Installation) -> None:
    both = [fresh.begin("prepare") for _ in range(2)]
    said = [process.communicate(timeout=60)[0] for process in both]
    again = fresh.camket("prepare")
    assert again.returncode == 0, said
    assert fresh.camket("keys", "recovery").stdout.strip() in "".join(said)
    assert len(json.loads(fresh.key_file.read_text("ascii"))["keys"]) == 1


def test_run_says_what_it_does_and_skips_what_is_done() -> None:
    """The script's own steps, with a Python and stamps as they are after a first start."""
    done = subprocess.run(
        [
            "bash",
            "-c",
            "set -eu; source scripts/setup.sh; declare -F install_parts make_venv apt_install die; die sai wrong 7",
        ],
        cwd=source.ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (7, "lỗi: sai\nerror: wrong\n")
    assert done.stdout.split() == ["install_parts", "make_venv", "apt_install", "die"]
