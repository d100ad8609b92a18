"""Says why: the answer in a sentence, then the words of every clause, completion or article it rests on."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from camket.policy.model import Completion
from camket.policy.question import DIMENSIONS, Answer, Question, Verdict
from camket.policy.words import words

Two = tuple[str, str]

OPENING: Final[dict[str, Two]] = {
    "open": ("Được phép", "Allowed"),
    "law": ("Từ chối (luật không cho phép)", "Denied (the law does not allow it)"),
    "ban": ("Từ chối (chính sách đã công bố không cho phép)", "Denied (the published policy does not allow it)"),
    "unmet": ("Từ chối (chưa đủ điều kiện)", "Denied (a condition is not met)"),
    "gap": ("Chưa quy định (chính sách không nói đến {gaps})", "Gap (the policy does not speak of {gaps})"),
    "error": (
        "Từ chối (câu hỏi hoặc bộ quy tắc có lỗi)",
        "Denied (the question or the rulebook is in error)",
    ),
}

# How a question is told. Names of purposes are quoted: they may be verbs and hold commas of their own.
LABELS: Final[dict[str, Two]] = {
    "purpose": ("nhằm mục đích “{}”", "for the purpose “{}”"),
    "role": ("bởi {}", "by {}"),
    "source": ("từ {}", "from {}"),
    "channel": ("qua {}", "through {}"),
    "recipient": ("bên nhận là {}", "to {}"),
}

# What a gap lacks, per check.
GAPS: Final[dict[str, Two]] = {
    "purpose": ("mục đích này", "this purpose"),
    "role": ("vai trò này", "this role"),
    "source": ("nguồn này", "this source"),
    "category": ("loại dữ liệu này từ nguồn này", "this kind of data from this source"),
    "channel": ("kênh này", "this channel"),
    "recipient": ("bên nhận này", "this recipient"),
    "right": ("quyền này qua kênh này", "this right through this channel"),
    "action": ("việc này", "this action"),
}


def reason(answer: Answer, lang: str = "vi") -> str:
    """Give the reason in full sentences, one line per source, in `vi` or `en`."""
    return "\n".join(_lines(answer, lang))


def _lines(answer: Answer, lang: str) -> Iterator[str]:
    en = lang == "en"
    opening = _pick(OPENING[answer.kind], lang).format(gaps=_gap(answer, lang) if answer.kind == "gap" else "")
    yield f"{opening}: {question_line(answer.question, lang)}."
    if answer.kind == "error":
        return
    if answer.lacking and answer.verdict is Verdict.DENY:
        facts = "; ".join(words().name("facts", fact, lang) for fact in answer.lacking)
        yield f"Not met: {facts}." if en else f"Điều kiện chưa đạt: {facts}."
    for citation in answer.citations:
        yield from quotes(answer, citation, lang)
    if answer.verdict is Verdict.GAP:
        yield (
            "What the policy does not open is refused; the owner may add a completion."
            if en
            else "Điều chính sách không mở thì bị từ chối; chủ cửa hàng có thể thêm phần bổ sung."
        )


def _gap(answer: Answer, lang: str) -> str:
    return ", ".join(_pick(GAPS[name], lang) for name in answer.lacking)


def question_line(question: Question, lang: str = "vi") -> str:
    """Give the question in words: `xem dữ liệu “số điện thoại”, nhằm mục đích “tiếp thị”, bởi kế toán`."""
    deed = words().name("actions", question.action, lang)
    if question.category is not None:
        deed += _pick((" dữ liệu “{}”", " {}"), lang).format(words().name("categories", question.category, lang))
    said = [deed]
    for name, label in LABELS.items():
        word = getattr(question, name)
        if word is not None:
            said.append(_pick(label, lang).format(words().name(DIMENSIONS[name], word, lang)))
    return ", ".join(said)


def quotes(answer: Answer, citation: str, lang: str = "vi") -> Iterator[str]:
    """Give a clause, completion or article with its own words; our translation of a clause is marked as one."""
    part = answer.rulebook.policy.parts.get(citation)
    if part is None:
        for rule in answer.articles:
            if rule.article == citation:
                since = "in force since" if lang == "en" else "có hiệu lực từ"
                yield f"{citation} ({since} {day(rule.in_force)}): {rule.words(lang)}"
    elif isinstance(part, Completion):
        label = f"Completion {part.id}" if lang == "en" else f"Phần bổ sung {part.id}"
        yield f"{label}: {part.words(lang).strip()}"
    else:
        label = f"Clause {part.id}" if lang == "en" else f"Điều khoản {part.id}"
        yield f"{label}: “{part.words(lang).strip()}”" + _translation(part.text, part.en, lang)


def _translation(text: str | None, en: str | None, lang: str) -> str:
    return " (our translation)" if lang == "en" and text and en else ""


def day(value: date) -> str:
    """Give a date as Vietnamese readers write it: 22/11/2026."""
    return f"{value:%d/%m/%Y}"


def _pick(two: Two, lang: str) -> str:
    return two[1] if lang == "en" else two[0]
