"""Read, check, ask, explain, show and compare policies. Pure: no database, no Django."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from camket.base.errors import CamketError
from camket.cli.exits import DENIED, DONE, FAILED, GAP, WRONG_USE

if TYPE_CHECKING:
    from camket.policy import Answer, Policy, Question, Rulebook

# late imports: start-up
# Everything heavy (pydantic, the YAML reader) is imported by the command that needs it, so that help stays quick.

# pydantic looks for plugins in every installed package, 30 ms that no command of ours has a use for.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")

app = typer.Typer(add_completion=False, no_args_is_help=True)

FOLDER: Final = "CAMKET_POLICIES"
# A list of at most so many words (shops, languages) is told whole to who wrote none of them.
SHORT_LIST: Final = 8
EXITS: Final = {"allow": DONE, "deny": DENIED, "gap": GAP}

Shop = Annotated[
    str,
    typer.Option(
        "--shop",
        help=f"Tên cửa hàng trong {FOLDER} hay ./policies, hoặc tệp YAML. · A shop in either, or a file..",
    ),
]
Which = Annotated[str, typer.Argument(help="Tên cửa hàng hoặc tệp YAML. · A shop or a YAML file.")]
Json = Annotated[bool, typer.Option("--json", help="In JSON cho máy đọc. · Print JSON for machines.")]
Lang = Annotated[str, typer.Option("--lang", help="vi, en, hoặc both (cả hai). · vi, en or both.")]
Word = Annotated[str | None, typer.Option(help="Từ trong `camket policy words`. · A word of `camket policy words`.")]


@app.command()
def check(shop: Shop, as_json: Json = False, lang: Lang = "both") -> None:
    """Kiểm tra một chính sách: lỗi, mâu thuẫn, điều bị luật thay thế, điều còn thiếu. · Check a policy.

    Ends with 1 when the file has errors or the policy lacks what a new version needs, otherwise with 0.
    """
    with _told(as_json):
        from camket.law import floor
        from camket.policy import check as find

        policy = _policy(shop)
        found = find(policy, floor(policy.law))
    stops = [finding for finding in found if finding.level in ("error", "blocking")]
    if as_json:
        findings = [
            {
                "level": one.level,
                "code": one.code,
                "clauses": list(one.clauses),
                "vi": one.vi,
                "en": one.en,
                "article": one.article,
            }
            for one in found
        ]
        _json({"shop": policy.shop, "version": policy.digest, "complete": not stops, "findings": findings})
    else:
        for one in found:
            typer.echo(f"{one.level:<10} {_both(one.vi, one.en, lang)}" + (f" [{one.article}]" if one.article else ""))
        typer.echo(
            _both(f"{len(found)} điều, {len(stops)} cần sửa", f"{len(found)} finding(s), {len(stops)} to mend", lang)
        )
    raise typer.Exit(FAILED if stops else DONE)


@app.command()
def words(
    family: Annotated[str | None, typer.Option(help="Một nhóm từ. · One family of words.")] = None,
    as_json: Json = False,
) -> None:
    """Danh sách từ mà chính sách được dùng. · The closed list of words a policy may use."""
    with _told(as_json):
        from dataclasses import asdict

        from camket.policy.words import FAMILIES, FAMILY_NAMES
        from camket.policy.words import words as every

        if family is not None and family not in FAMILIES:
            _unknown("nhóm từ", "family", family, dict.fromkeys(FAMILIES, family))
        shown = {name: known for name, known in every().families() if family in (None, name)}
    if as_json:
        _json({name: {one.id: asdict(one) for one in known.values()} for name, known in shown.items()})
        return
    for name, known in shown.items():
        typer.echo(f"\n{name} ({FAMILY_NAMES[name][0]} · {FAMILY_NAMES[name][1]})")
        for one in known.values():
            typer.echo(f"  {one.id:<22} {one.vi} · {one.en} · {one.dpv}")


@app.command()
def ask(  # noqa: PLR0917  (an option per dimension of a question)
    shop: Shop,
    action: Annotated[str, typer.Option(help="Hành động. · The action.")],
    role: Word = None,
    category: Word = None,
    purpose: Word = None,
    source: Word = None,
    channel: Word = None,
    recipient: Word = None,
    without: Annotated[
        list[str] | None, typer.Option(help="Điều kiện chưa có; lặp lại được. · A fact that is missing; repeatable.")
    ] = None,
    as_json: Json = False,
    lang: Lang = "both",
) -> None:
    """Hỏi cổng: được phép, từ chối hay chưa quy định. · Ask the gate: allow, deny or gap.

    Facts that are not given count as met and are printed under `needs`; `--without FACT` removes one.
    Ends with 0 for allow, 3 for deny, 4 for gap, 2 for a word that is not in the list.
    """
    with _told(as_json):
        from camket.policy import Question, decide

        question = Question(action, role, category, purpose, source, channel, recipient, frozenset(without or ()))
        _known(question)
        rulebook = _rulebook(_policy(shop))
        answer = decide(rulebook, question)
    if as_json:
        _json(_answered(answer, question, rulebook))
    else:
        _print_answer(answer, lang)
    raise typer.Exit(EXITS[answer.verdict.value])


@app.command()
def explain(
    shop: Shop,
    clauses: Annotated[
        list[str] | None, typer.Argument(help="Số hiệu điều khoản; bỏ trống là tất cả. · Clause ids; none means all.")
    ] = None,
    as_json: Json = False,
    lang: Lang = "both",
) -> None:
    """Nói rõ mỗi điều khoản có nghĩa gì khi hệ thống chạy. · Say what each clause means to the running system."""
    with _told(as_json):
        from camket.policy import compile_rulebook
        from camket.policy.floor import Floor

        policy = _policy(shop)
        rulebook = compile_rulebook(policy, Floor((), ()))
        parts = [rulebook.clause(one) for one in clauses] if clauses else list(policy.all_parts())
        meanings = [_meaning(part) for part in parts]
    if as_json:
        _json({"shop": policy.shop, "version": policy.digest, "clauses": meanings})
        return
    for meaning in meanings:
        typer.echo(f"{meaning['citation']}  {_both(meaning['vi'], meaning['en'], lang)}")
        for line in meaning["promises"]:
            typer.echo(f"    {line['kind']}: {_both(line['vi'], line['en'], lang)}")
        if meaning["overruled"]:
            law = ", ".join(meaning["overruled"]["law"])
            typer.echo("    " + _both(f"bị luật thay thế: {law}", f"overruled by law: {law}", lang))


@app.command()
def page(
    shop: Shop,
    lang: Annotated[str, typer.Option(help="vi hoặc en. · vi or en.")] = "vi",
    output: Annotated[Path | None, typer.Option(help="Ghi vào tệp thay vì in ra. · Write to a file.")] = None,
    as_json: Json = False,
) -> None:
    """Trang chính sách bằng HTML (hoặc JSON), dựng từ tệp chính sách. · The policy page as HTML (or JSON)."""
    with _told(as_json):
        from dataclasses import asdict

        from camket.policy import render

        _lang(lang, ("vi", "en"))
        policy = _policy(shop)
        made = render.page(policy, lang)
        text = json.dumps(asdict(made), ensure_ascii=False, indent=2) + "\n" if as_json else render.html(policy, lang)
    if output is None:
        typer.echo(text, nl=False)
    else:
        output.write_text(text, "utf-8")


@app.command()
def diff(old: Which, new: Which, as_json: Json = False, lang: Lang = "both") -> None:
    """Bản mới khác bản cũ ở đâu, với ai, và phải hỏi lại sự đồng ý nào. · What a new version changes, and for whom."""
    with _told(as_json):
        from camket.policy import diff as compare

        found = compare(_policy(old), _policy(new))
    again = sorted(found.ask_again)
    if as_json:
        changes = [
            {
                "code": one.code,
                "kind": one.kind,
                "vi": one.vi,
                "en": one.en,
                "citations": list(one.citations),
                "touches": sorted(one.touches),
            }
            for one in found.changes
        ]
        _json({"changes": changes, "ask_again": again, "notify": found.notify})
        return
    for one in found.changes:
        typer.echo(f"{one.kind:<9} {_both(one.vi, one.en, lang)}")
    typer.echo(_consents(again, lang, notify=found.notify))


def _consents(again: list[str], lang: str, *, notify: bool) -> str:
    from camket.policy.render import listed

    if again:
        purposes = frozenset(again)
        vi = f"hỏi lại sự đồng ý cho: {listed('purposes', purposes, 'vi')}"
        return _both(vi, f"ask for consent again, for: {listed('purposes', purposes, 'en')}", lang)
    if notify:
        return _both(
            "chỉ cần thông báo; không hỏi lại sự đồng ý nào", "tell customers; no consent is asked again", lang
        )
    return _both("hai bản như nhau", "the two versions are the same", lang)


def _meaning(part: Any) -> dict[str, Any]:
    from camket.policy.render import promise_line

    overruled = getattr(part, "overruled", None)
    return {
        "citation": part.citation,
        "vi": part.words("vi").strip(),
        "en": part.words("en").strip(),
        "keeps": list(part.keeps),
        "promises": [
            {"kind": one.kind, "vi": promise_line(one, "vi"), "en": promise_line(one, "en")} for one in part.promises
        ],
        "overruled": overruled.model_dump(mode="json") if overruled else None,
    }


def _answered(answer: "Answer", question: "Question", rulebook: "Rulebook") -> dict[str, Any]:
    given = {name: value for name, value in question._asdict().items() if value and name != "missing"}
    return {
        **answer.as_dict(),
        "reason": {"vi": answer.reason("vi"), "en": answer.reason("en")},
        "question": {**given, "without": sorted(question.missing)},
        "shop": rulebook.policy.shop,
        "version": rulebook.version,
    }


def _print_answer(answer: "Answer", lang: str) -> None:
    typer.echo(answer.verdict.value)
    for label, listed in (
        ("clauses", answer.citations),
        ("needs", sorted(answer.needs)),
        ("duties", sorted(answer.duties)),
        ("lacking", answer.lacking),
    ):
        if listed:
            typer.echo(f"{label}: {', '.join(listed)}")
    for one in ("vi", "en") if lang == "both" else (lang,):
        typer.echo("\n" + answer.reason(one))


def _known(question: "Question") -> None:
    """Refuses every word that is not in its family, the first with its suggestions."""
    from camket.policy.question import DIMENSIONS
    from camket.policy.words import FAMILY_NAMES
    from camket.policy.words import words as every

    given = [(family, getattr(question, name)) for name, family in DIMENSIONS.items()]
    given += [("facts", fact) for fact in sorted(question.missing)]
    for family, word in given:
        known = every().family(family)
        if word is not None and word not in known:
            _unknown(*FAMILY_NAMES[family], word, known)


def _unknown(vi: str, en: str, word: str, known: Any) -> None:
    from camket.policy import UnknownWordError
    from camket.policy.words import suggest

    near = suggest(word, known) or (list(known) if len(known) <= SHORT_LIST else [])
    raise UnknownWordError(family=en, names=(vi, en), word=word, suggestions=near)


def _lang(lang: str, known: tuple[str, ...] = ("vi", "en", "both")) -> None:
    if lang not in known:
        _unknown("ngôn ngữ", "language", lang, dict.fromkeys(known, lang))


def _rulebook(policy: "Policy") -> "Rulebook":
    from camket.law import floor
    from camket.policy import compile_rulebook

    return compile_rulebook(policy, floor(policy.law))


def _policy(which: str) -> "Policy":
    """Give the policy of a shop (by the name of its file) or of a path."""
    from camket.cli import remembered
    from camket.policy.load import of_tree, raw_of

    folder = Path(os.environ.get(FOLDER) or "policies")
    path = Path(which)
    if path.suffix not in (".yaml", ".yml"):
        path = folder / f"{which}.yaml"
    if not path.is_file() and path.parent == folder:
        known = sorted(one.stem for one in folder.glob("*.yaml"))
        _unknown("cửa hàng", "shop", which, dict.fromkeys(known, which))
    return of_tree(remembered.tree(raw_of(path), str(path)))


def _both(vi: str, en: str, lang: str) -> str:
    _lang(lang)
    return {"vi": vi, "en": en}.get(lang, f"{vi} · {en}")


def _json(value: Any) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))


class _told:  # noqa: N801  (read as a word: "with told")
    """Lets errors reach the edge, where they become sentences.

    A word that is not in the list ends with 2, here; with `--json` every error is printed as JSON.
    """

    def __init__(self, as_json: bool) -> None:
        self._as_json = as_json

    def __enter__(self) -> None:
        """Begin; nothing to set up."""

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if not isinstance(error, CamketError):
            return
        wrong_use = hasattr(error, "suggestions")
        if self._as_json:
            _json({"error": _described(error)})
        elif wrong_use:
            typer.echo(f"lỗi: {error.vi}\nerror: {error.en}\n→ {error.advice_vi}\n→ {error.advice_en}", err=True)
        else:
            return
        raise typer.Exit(WRONG_USE if wrong_use else FAILED) from None


def _described(error: CamketError) -> dict[str, Any]:
    described: dict[str, Any] = {
        "code": error.code,
        "vi": error.vi,
        "en": error.en,
        "advice_vi": error.advice_vi,
        "advice_en": error.advice_en,
    }
    return {**described, **dict(_extras(error))}


def _extras(error: CamketError) -> Iterator[tuple[str, Any]]:
    if hasattr(error, "suggestions"):
        yield "suggestions", list(error.suggestions)
    if hasattr(error, "problems"):
        from dataclasses import asdict

        yield "problems", [asdict(one) for one in error.problems]
