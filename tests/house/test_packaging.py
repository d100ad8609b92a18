"""What is installed is what the locks say, and the scripts can be started."""

import os
import re
import tomllib

import pytest

from tests.house import source

REQUIREMENTS = source.ROOT / "requirements"


def _pins(name: str) -> dict[str, str]:
    text = (REQUIREMENTS / name).read_text("utf-8")
    return dict(re.findall(r"^([A-Za-z0-9_.\-]+)(?:\[[^\]]*\])?==([^ ;\\]+)", text, re.MULTILINE))


@pytest.mark.parametrize("name", ["run.lock", "test.lock"])
def test_every_part_is_pinned_with_its_hashes(name: str) -> None:
    text = (REQUIREMENTS / name).read_text("utf-8")
    blocks = [block for block in re.split(r"\n(?=[A-Za-z0-9])", text) if re.match(r"[A-Za-z0-9]", block)]
    assert len(blocks) == len(_pins(name)) > 10
    assert [block.split(" ")[0] for block in blocks if "--hash=sha256:" not in block] == []


def test_the_test_lock_holds_the_run_lock_in_the_same_versions() -> None:
    run, test = _pins("run.lock"), _pins("test.lock")
    assert {name: test.get(name) for name in run} == run


def test_everything_asked_for_is_locked() -> None:
    for name in ("run", "test"):
        lines = (REQUIREMENTS / f"{name}.in").read_text("utf-8").splitlines()
        asked = {
            re.split(r"[\[<>=]", line)[0].lower().replace(".", "-") for line in lines if re.match(r"[A-Za-z]", line)
        }
        assert asked <= {pinned.lower() for pinned in _pins(f"{name}.lock")}


@pytest.mark.parametrize("name", ["run", "test", ".ci/run", "requirements/lock"])
def test_scripts_can_be_started_and_stop_at_the_first_error(name: str) -> None:
    path = source.ROOT / name
    assert os.access(path, os.X_OK)
    assert path.read_text("utf-8").startswith("#!/usr/bin/env bash\n")
    assert "set -euo pipefail" in path.read_text("utf-8")


def test_warnings_are_errors_and_types_are_strict() -> None:
    config = tomllib.loads((source.ROOT / "pyproject.toml").read_text("utf-8"))["tool"]
    assert config["pytest"]["ini_options"]["filterwarnings"][0] == "error"
    assert config["mypy"]["strict"] is True
    assert config["ruff"]["lint"]["select"] == ["ALL"]
    assert not config["mypy"].get("exclude")


def test_every_rule_that_is_switched_off_gives_its_reason() -> None:
    text = (source.ROOT / "pyproject.toml").read_text("utf-8")
    switched_off = re.findall(r'^  "[A-Z]+\d*",(.*)$', text, re.MULTILINE)
    assert len(switched_off) > 10
    assert [rest for rest in switched_off if len(rest.split()) < 3] == []
