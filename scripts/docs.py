"""Writes the pages of docs/reference that are made from the code: `python scripts/docs.py` (`--check` only compares).

What a page says stands where the thing is defined; here it is only laid out. tests/house/test_docs.py compares.
"""

import ast
import inspect
import re
import sys
from collections.abc import Callable, Container, Iterable, Iterator
from pathlib import Path
from typing import Any

from camket.cli import lookup
from camket.cli.exits import MEANINGS
from camket.law import floor
from camket.ledger.events import EVENTS
from camket.policy.kinds import KINDS, Family
from camket.policy.words import words
from camket.project.options import OPTIONS, SCRIPT_OPTIONS, Option

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "reference"
PACKAGE = ROOT / "src" / "camket"
SETTINGS_HEAD = """# Settings

An installation is set by environment variables, read once at start. A `CAMKET_…` variable that is not in this list
stops the start, so that a misspelt one is not ignored. `{HOME}` stands for the value of `CAMKET_HOME`.

"""
COMMANDS_HEAD = """# Commands

Every command explains itself with `--help`. Errors go to the error stream, in both languages.

## How a command ends

"""
WORDS_HEAD = """# Words

The closed word list, one file per word in `src/camket/packs/`; also `camket policy words --json`.

"""
PACKS_HEAD = """# Packs

Data that a lawyer or an owner may edit, found by looking in the folder: a new file is all it takes.

## Categories

"""
ERRORS_HEAD = """# Error codes

An error says what is wrong and what to do next, in both languages, without any personal data. A code never changes
its meaning. `…` stands for the word, file or clause in question.

"""
EVENTS_HEAD = """# Events of the ledger

Names are forever: an entry written today is read by its name in ten years. Each entry names its event, its doer, the
pseudonymous id it concerns, and digests of the rows it wrote; never a value.

"""
KINDS_HEAD = """# Promise kinds

The closed list of meanings that a clause can have. A field that takes words takes one word or a list; left out, or
`all`, it means every word of its family ([words](words.md)). An unknown kind or field is an error with line, column
and a suggestion.

"""
# An error is made with its code last, or by a helper of its room that takes it first.
CODE_LAST = ("vi", "en", "advice_vi", "advice_en", "code")
CODE_FIRST = ("code", "vi", "en", "advice_vi", "advice_en")
FINDING = ("level", "clauses", "vi", "en", "article", "code", "settled")
MADE = "<!-- Made by scripts/docs.py from the code; change it there. -->\n\n"


def table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """Lay out a table in Markdown."""
    head = list(head)
    lines = [
        head,
        ["---"] * len(head),
        *([str(cell).replace("|", "\\|").replace("\n", " ") for cell in row] for row in rows),
    ]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines) + "\n"


def settings() -> str:
    """Installation variables, then what a shop sets for itself."""

    def row(option: Option) -> list[str]:
        return [f"`CAMKET_{option.name}`", f"`{option.default}`" if option.default else "-", option.vi, option.en]

    shop = table(
        ("tên · name", "giá trị · values (first stands)", "nghĩa", "meaning"),
        (
            [f"`{name}`", ", ".join(f"`{v}`" for v in values), vi, en]
            for name, (values, vi, en) in shop_settings().items()
        ),
    )
    return (
        SETTINGS_HEAD
        + table(("biến · variable", "mặc định · default", "để làm gì", "what for"), map(row, OPTIONS))
        + "## For the scripts\n\n"
        + table(("biến · variable", "mặc định · default", "để làm gì", "what for"), map(row, SCRIPT_OPTIONS))
        + "## Of one shop\n\nSet by an owner, each change a deed in the ledger.\n\n"
        + shop
    )


def shop_settings() -> dict[str, Any]:
    """Read the closed list of shop settings without loading the room (it needs a database)."""
    tree = ast.parse((PACKAGE / "shops" / "settings.py").read_text("utf-8"))
    for node in tree.body:
        if (
            isinstance(node, ast.AnnAssign)
            and isinstance(node.target, ast.Name)
            and node.target.id == "SETTINGS"
            and node.value
        ):
            found: dict[str, Any] = ast.literal_eval(node.value)
            return found
    raise LookupError("shops/settings.py has no SETTINGS")


def commands() -> str:
    """Every command with its options, and how a command ends."""
    parts = [COMMANDS_HEAD]
    parts += [
        table(("mã · code", "nghĩa", "meaning"), ([f"`{c}`", *m] for c, m in MEANINGS.items())),
    ]
    for found in lookup.commands().values():
        parts += [f"## camket {found.name}\n\n{found.help}.\n\n".replace("..", ".")]
        parts += [
            section
            for name, command in _leaves(f"camket {found.name}", lookup.load(found))
            for section in _command(name, command)
        ]
    return "".join(parts)


def _leaves(name: str, command: Any) -> Iterator[tuple[str, Any]]:
    inner = getattr(command, "commands", None)
    if inner:
        for word, child in inner.items():
            yield from _leaves(f"{name} {word}", child)
    else:
        yield name, command


def _command(name: str, command: Any) -> Iterator[str]:
    shown = [p for p in command.params if p.name != "help" and not getattr(p, "hidden", False)]
    arguments = [p for p in shown if p.param_type_name == "argument"]
    call = " ".join(
        [
            name,
            *(p.name.upper() if p.required else f"[{p.name.upper()}]" for p in arguments),
        ]
    )
    yield f"### `{call}`\n\n{_flat(command.help)}\n\n"
    rows = [
        ["`" + "`, `".join([*p.opts, *p.secondary_opts]) + "`", "có · yes" if p.required else "-", _flat(p.help)]
        for p in shown
    ]
    if rows:
        yield table(("tham số · option", "bắt buộc · required", "nghĩa · meaning"), rows)


def _flat(text: str | None) -> str:
    return re.sub(r"\s+", " ", text or "").strip()


def kinds() -> str:
    """Each promise kind: its paragraph and its fields."""
    parts = [KINDS_HEAD]
    for name, kind in KINDS.items():
        rows = [
            [f"`{f.alias or field}`", "có · yes" if f.is_required() else "-", _takes(f)]
            for field, f in kind.model_fields.items()
        ]
        parts += [f"## {name}\n\n{kind.label[0]} · {kind.label[1]}\n\n{_flat(inspect.getdoc(kind))}\n\n"]
        parts += [table(("trường · field", "bắt buộc · required", "nhận gì · takes"), rows)]
    return "".join(parts)


def _takes(field: Any) -> str:
    families = [extra.name for extra in field.metadata if isinstance(extra, Family)]
    if families:
        return f"[{families[0]}](words.md#{families[0]})"
    if field.annotation is bool:
        return "`true`, `false`"
    literals = re.findall(r"'([a-z_]+)'", str(field.annotation)) if "Literal" in str(field.annotation) else []
    return ", ".join(f"`{word}`" for word in literals) or (
        "a list of ids" if "tuple" in str(field.annotation) else "text"
    )


def word_list() -> str:
    """Every word of every family."""
    parts = [WORDS_HEAD]
    for family, found in words().families():
        rows = (
            [f"`{word.id}`", word.vi, word.en, f"`{word.dpv}`" if word.dpv != "-" else "-"] for word in found.values()
        )
        parts += [f"## {family}\n\n", table(("từ · word", "tiếng Việt", "English", "DPV"), rows)]
    return "".join(parts)


def packs() -> str:
    """Show what the packs say beyond names: categories, purposes, sources, recipients, and the law's floor."""
    found = words()
    mark = {True: "có · yes", False: "-"}
    categories = (
        [
            f"`{c.id}`",
            c.vi,
            c.sensitivity,
            c.law or "-",
            mark[c.identifies],
            c.index or "-",
            c.mask or "-",
            c.retention_group or "-",
        ]
        for c in found.categories.values()
    )
    purposes = (
        [f"`{p.id}`", p.vi, p.basis, mark[p.promotional], ", ".join(p.needs) or "-"] for p in found.purposes.values()
    )
    sources = ([f"`{s.id}`", s.vi, s.by, mark[s.public]] for s in found.sources.values())
    recipients = (
        [f"`{r.id}`", r.vi, r.kind, ", ".join(f"`{c}`" for c in r.least) or "-"] for r in found.recipients.values()
    )
    return (
        PACKS_HEAD
        + table(
            ("loại · category", "tiếng Việt", "sensitivity", "law", "identifies", "index", "mask", "retention"),
            categories,
        )
        + "## Purposes\n\n"
        + table(("mục đích · purpose", "tiếng Việt", "basis", "promotional", "needs"), purposes)
        + "## Sources\n\n"
        + table(("nguồn · source", "tiếng Việt", "handed over by", "filled by the public"), sources)
        + "## Recipients\n\nThe most categories that such a recipient ever needs.\n\n"
        + table(("bên nhận · recipient", "tiếng Việt", "kind", "at most"), recipients)
        + "## The law's floor (`law: [vn]`)\n\n"
        + table(("điều · article", "hiệu lực · in force", "tiếng Việt", "English"), law_rows())
    )


def law_rows() -> Iterator[list[str]]:
    """Lay out the rules of the law pack."""
    for rule in floor(["vn"]).rules:
        yield [f"`{rule.article}`", rule.in_force.isoformat(), rule.vi, rule.en]


def errors() -> str:
    """Every error code that the source can raise, with its English message and advice."""
    rows = sorted({row for path in sorted(PACKAGE.rglob("*.py")) for row in _codes(path)})
    found = sorted(findings())
    known = {f"`{code}`" for code, *_ in rows} | {row[0] for row in found}
    return (
        ERRORS_HEAD
        + table(("mã · code", "phòng · room", "lỗi", "error", "what to do"), ([f"`{code}`", *r] for code, *r in rows))
        + "## Findings of `camket policy check`\n\n"
        + table(("mã · code", "mức · level", "tiếng Việt", "English"), found)
        + "## Codes of one case of an error\n\nThe words are those of the error they come with.\n\n"
        + table(("mã · code", "phòng · room"), bare_codes(known))
    )


def events() -> str:
    """Name every event of the ledger."""
    rows = ([f"`{name}`", sentence.vi, sentence.en] for name, sentence in EVENTS.items())
    return EVENTS_HEAD + table(("sự kiện · event", "tiếng Việt", "English"), rows)


def findings() -> Iterator[list[str]]:
    """Lay out what `camket policy check` may find."""
    tree = ast.parse((PACKAGE / "policy" / "check.py").read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Finding":
            given = {**dict(zip(FINDING, node.args, strict=False)), **{k.arg: k.value for k in node.keywords if k.arg}}
            texts = [_text(given[name]) if name in given else "" for name in ("code", "level", "vi", "en")]
            if texts[0]:
                yield [f"`{texts[0]}`", *texts[1:]]


def bare_codes(known: Container[str]) -> Iterator[list[str]]:
    """Lay out codes that stand without words of their own: they tell apart cases of one error of their room."""
    found = {
        (code, path.relative_to(PACKAGE).parts[0])
        for path in PACKAGE.rglob("*.py")
        for code in re.findall(r'\bcode="([a-z][a-z0-9._-]+)"', path.read_text("utf-8"))
        if f"`{code}`" not in known
    }
    for code, room in sorted(found):
        yield [f"`{code}`", room]


def _codes(path: Path) -> Iterator[tuple[str, ...]]:
    """Find the calls that carry both languages and a code, however they are wrapped."""
    room = path.relative_to(PACKAGE).parts[0]
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        for names in (CODE_LAST, CODE_FIRST):
            given = {**dict(zip(names, node.args, strict=False)), **{k.arg: k.value for k in node.keywords if k.arg}}
            texts = {name: _text(given[name]) for name in names if name in given}
            if len(texts) == len(names) and all(texts.values()) and re.fullmatch(r"[a-z…][a-z0-9_.…-]*", texts["code"]):
                code = texts["code"] if names is CODE_LAST or room != "base" else f"value.{texts['code']}"
                yield code.replace("….", ""), room, texts["vi"], texts["en"], texts["advice_en"]
                break


def _text(node: ast.expr) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values)
    return ""


PAGES: dict[str, Callable[[], str]] = {
    "settings.md": settings,
    "commands.md": commands,
    "promises-kinds.md": kinds,
    "words.md": word_list,
    "packs.md": packs,
    "errors.md": errors,
    "events.md": events,
}


def render(name: str) -> str:
    """Make one page."""
    return MADE + PAGES[name]().rstrip("\n") + "\n"


def main() -> None:
    """Write every page, or with `--check` say which are out of date and end with 1."""
    stale = []
    for name in PAGES:
        text, path = render(name), FOLDER / name
        if not path.exists() or path.read_text("utf-8") != text:
            stale.append(name)
            if "--check" not in sys.argv:
                path.write_text(text, "utf-8")
    print(*(f"docs/reference/{name}" for name in stale), sep="\n")
    sys.exit(1 if stale and "--check" in sys.argv else 0)


if __name__ == "__main__":
    main()
