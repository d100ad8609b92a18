"""`camket policy …`: what it prints and how it ends."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from camket.cli.policy import app
from camket.policy import PolicyFileError

POLICIES = Path(__file__).parents[2] / "policies"


@pytest.fixture(autouse=True)
def the_five_shops(monkeypatch):
    monkeypatch.setenv("CAMKET_POLICIES", str(POLICIES))


def run(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_an_answer_ends_with_its_own_exit_code_and_shows_what_it_needs():
    allowed = run(
        "ask",
        "--shop",
        "comet",
        "--role",
        "customer_service",
        "--action",
        "read",
        "--category",
        "phone",
        "--purpose",
        "after_sales",
    )
    assert allowed.exit_code == 0, allowed.stderr
    assert allowed.stdout.startswith("allow\nclauses: ")
    assert "\nneeds: assignment, consent, " in allowed.stdout


def test_a_missing_fact_denies_and_json_tells_all():
    ended = run(
        "ask", "--shop", "comet", "--role", "customer_service", "--action", "read", "--category", "phone",
        "--purpose", "after_sales", "--without", "consent", "--without", "assignment", "--json",
    )  # fmt: skip
    answer = json.loads(ended.stdout)
    assert (ended.exit_code, answer["verdict"], answer["question"]["without"]) == (
        3,
        "deny",
        ["assignment", "consent"],
    )
    assert set(answer["lacking"]) == {"assignment", "consent"}
    assert answer["reason"]["vi"] != answer["reason"]["en"]


def test_a_gap_ends_with_four():
    assert run("ask", "--shop", "comet", "--action", "rent", "--category", "phone").exit_code == 4


@pytest.mark.parametrize(
    ("option", "word", "suggestion"),
    [
        ("--category", "fone", "phone"),
        ("--role", "directr", "director"),
        ("--without", "consnt", "consent"),
        ("--shop", "comt", "comet"),
    ],
)
def test_an_unknown_word_ends_with_two_and_suggestions(option, word, suggestion):
    arguments = {"--shop": "comet", "--action": "read", option: word}
    ended = run("ask", *(part for pair in arguments.items() for part in pair))
    assert (ended.exit_code, ended.stdout) == (2, "")
    assert f"did you mean `{suggestion}`" in ended.stderr
    told = run("ask", *(part for pair in arguments.items() for part in pair), "--json")
    assert (told.exit_code, suggestion in json.loads(told.stdout)["error"]["suggestions"]) == (2, True)


def test_words_check_explain_page_and_diff():
    words = json.loads(run("words", "--family", "facts", "--json").stdout)
    assert words["facts"]["consent"]["en"] == "the customer consented to this purpose"
    checked = run("check", "--shop", "comet", "--json")
    found = json.loads(checked.stdout)
    assert (checked.exit_code, found["complete"]) == (1, False)
    assert {"level": "blocking", "code": "no_address"}.items() <= found["findings"][0].items()
    assert json.loads(run("explain", "--shop", "comet", "1.2", "--json").stdout)["clauses"][0]["keeps"] == ["comet-2"]
    assert run("page", "--shop", "comet", "--lang", "en").stdout.startswith('<!doctype html>\n<html lang="en">')
    assert json.loads(run("page", "--shop", "comet", "--json").stdout)["shop"] == "comet"
    compared = json.loads(run("diff", "comet", "shop-001", "--json").stdout)
    assert "new_purpose" in {change["code"] for change in compared["changes"]}
    assert json.loads(run("diff", "comet", "comet", "--json").stdout) == {
        "changes": [],
        "ask_again": [],
        "notify": False,
    }


def test_a_broken_file_is_told_with_line_and_column(tmp_path):
    path = tmp_path / "bad.yaml"
    path.write_text(
        "camket: 1\nshop: bad\ntitle: {text: T}\nclauses:\n  - {id: a, text: b, promises: [colect: {}]}\n", "utf-8"
    )
    ended = run("check", "--shop", path)
    assert isinstance(ended.exception, PolicyFileError)
    assert f"{path}:5:33: `colect` is not a kind of promise → write `collect`" in ended.exception.en
    problems = json.loads(run("check", "--shop", str(path), "--json").stdout)["error"]["problems"]
    assert [(one["line"], one["column"]) for one in problems] == [(5, 33)]


def test_the_command_in_a_process_of_its_own_ends_the_same():
    command = [sys.executable, "-m", "camket.cli", "policy", "ask", "--shop", "comet", "--action", "sell", "--category"]
    ended = [
        subprocess.run([*command, word], capture_output=True, text=True, check=False) for word in ("phone", "fone")
    ]
    assert [one.returncode for one in ended] == [3, 2]
    assert "PDPL-7.6" in ended[0].stdout


def test_policy_law_and_their_commands_never_import_django():
    script = (
        "import sys; import camket.policy.explain, camket.policy.render, camket.law, camket.cli.policy;"
        "print([name for name in sys.modules if name.split('.')[0] == 'django'])"
    )
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout == "[]\n"
