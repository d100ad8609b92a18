"""A policy as people read it: the published words in order, completions beside them.

Data without any page framework, lines that say what a promise means, and a standalone page.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import Any, Final

from camket.policy import period
from camket.policy.kinds import Family, KeepPromise, Promise, StatementPromise
from camket.policy.model import Clause, Completion, Policy
from camket.policy.reading import identity
from camket.policy.words import FAMILY_NAMES, words

Two = tuple[str, str]

# How the line of a promise opens, before its main words.
LEAD: Final[dict[str, Two]] = {
    "purpose": ("xử lý dữ liệu cho mục đích:", "data is processed for these purposes:"),
    "collect": ("thu thập từ", "collected from"),
    "contact": ("liên hệ qua", "customers are contacted by"),
    "disclose": ("cung cấp cho", "given to"),
    "access": ("được tiếp cận:", "may be opened by"),
    "right": ("khách hàng được", "customers may"),
    "locked": ("khách hàng không tự sửa", "customers cannot edit"),
    "moderate": ("kiểm duyệt trước khi đăng:", "moderated before it is shown:"),
    "safeguard": ("bảo vệ bằng", "protected by"),
    "duty": ("khách hàng phải", "customers have to"),
    "complain": ("tiếp nhận khiếu nại, thắc mắc", "complaints and questions are taken"),
    "incident": ("khi có sự cố:", "when there is an incident:"),
    "channel": ("áp dụng quy định của bên bán:", "the rules of the seller apply:"),
    "identity": ("bên kiểm soát dữ liệu:", "the controller:"),
    "never": ("không bao giờ", "never"),
    "keep": ("lưu giữ", "kept"),
    "statement": ("không có gì để thực thi", "nothing to enforce"),
}
MAIN_FIELD: Final[dict[str, str]] = {
    "purpose": "purposes",
    "collect": "sources",
    "contact": "channels",
    "disclose": "recipients",
    "access": "roles",
    "right": "rights",
    "locked": "categories",
    "moderate": "categories",
    "safeguard": "measures",
    "duty": "customer_duties",
    "never": "actions",
}
EVERY: Final[dict[str, Two]] = {
    "roles": ("mọi nhân viên", "all staff"),
    "actions": ("làm bất cứ việc gì", "anything"),
}
NEEDS: Final[Two] = ("khi", "when")
ONLY: Final[Two] = ("ngoài ra thì không", "and no other")
DESPITE: Final[Two] = ("là ngoại lệ của", "an exception to")
BASIS: Final[dict[str, Two]] = {
    "contract": ("căn cứ: hợp đồng", "basis: the contract"),
    "consent": ("căn cứ: sự đồng ý", "basis: consent"),
    "law": ("căn cứ: luật định", "basis: the law"),
    "request": ("căn cứ: yêu cầu của khách hàng", "basis: the customer's request"),
}
FACTS_OF_IDENTITY: Final[dict[str, Two]] = {
    "name": ("tên", "name"),
    "address": ("địa chỉ", "address"),
    "phone": ("điện thoại", "phone"),
    "hotline": ("đường dây nóng", "hotline"),
    "email": ("thư điện tử", "email"),
    "website": ("trang mạng", "website"),
    "tax_code": ("mã số thuế", "tax code"),
}
SALES: Final[dict[str, Two]] = {
    "marketplace": ("sàn thương mại điện tử", "marketplaces"),
    "distributor": ("nhà phân phối", "distributors"),
    "dealer": ("đại lý", "dealers"),
}
STEPS: Final[dict[str, Two]] = {
    "detect": ("phát hiện", "detect"),
    "stop": ("ngăn chặn", "stop it"),
    "record": ("lập biên bản", "record"),
    "assess": ("đánh giá mức độ thiệt hại", "assess the damage"),
    "negotiate": ("thương lượng", "negotiate"),
    "remedy": ("khắc phục", "remedy"),
    "compensate": ("bồi thường", "compensate"),
    "refer": ("theo pháp luật Việt Nam", "refer to Vietnamese law"),
    "notify": ("thông báo", "notify"),
    "review": ("xem lại chính sách", "review the policy"),
    "link_complaint": ("gắn với khiếu nại", "link the complaint"),
}


def pick(two: Two, lang: str) -> str:
    """Give the Vietnamese or the English of a pair."""
    return two[1] if lang == "en" else two[0]


def listed(family: str, ids: tuple[str, ...] | frozenset[str], lang: str) -> str:
    """Words as people read them: `tên, điện thoại`; for none of them, every one."""
    if not ids:
        every = EVERY.get(family)
        return pick(every, lang) if every else ("all of them" if lang == "en" else "tất cả")
    ordered = sorted(ids) if isinstance(ids, frozenset) else ids
    return ", ".join(words().name(family, one, lang) for one in ordered)


def promise_line(promise: Promise, lang: str = "vi") -> str:
    """One line that says what the promise means, in the names of the word list."""
    if isinstance(promise, KeepPromise):
        return _keep_line(promise, lang)
    lead = pick(LEAD[promise.kind], lang)
    if isinstance(promise, StatementPromise):
        return lead
    main = MAIN_FIELD.get(promise.kind)
    head = f"{lead} {listed(main, getattr(promise, main), lang)}" if main else lead
    tail = list(_tail(promise, main, lang))
    if head.endswith(":") and tail:
        head = f"{head} {tail.pop(0)}"
    return "; ".join([head, *tail])


def _tail(promise: Promise, main: str | None, lang: str) -> Iterator[str]:
    for name, field in type(promise).model_fields.items():
        value = getattr(promise, name)
        if name == main or not value:
            continue
        family = next((mark.name for mark in field.metadata if isinstance(mark, Family)), None)
        said = _field(name, value, family, lang)
        if said:
            yield said


def _field(name: str, value: Any, family: str | None, lang: str) -> str:  # noqa: PLR0911  (one return per field)
    if name == "needs":
        return f"{pick(NEEDS, lang)} {listed('facts', value, lang)}"
    if name == "despite":
        return f"{pick(DESPITE, lang)} " + ", ".join(value)
    if name == "only":
        return pick(ONLY, lang)
    if name == "basis":
        return pick(BASIS[value], lang)
    if name in FACTS_OF_IDENTITY:
        return f"{pick(FACTS_OF_IDENTITY[name], lang)} {value}"
    if name in ("steps", "sales"):
        return ", ".join(pick({**STEPS, **SALES}[one], lang) for one in value)
    if family is None:
        return ""
    return f"{pick(FAMILY_NAMES[family], lang)}: {listed(family, value, lang)}"


def _keep_line(keep: KeepPromise, lang: str) -> str:
    english = lang == "en"
    said = [pick(LEAD["keep"], lang) + " " + listed("categories", keep.categories, lang)]
    if keep.period and keep.after:
        length = period.parse(keep.period)
        name, event = length.name(lang) if length else keep.period, words().name("events", keep.after, lang)
        said.append(f"{name} after: {event}" if english else f"{name} kể từ: {event}")
    if keep.until:
        event = words().name("events", keep.until, lang)
        said.append(f"until: {event}" if english else f"cho đến: {event}")
    if keep.forever:
        said.append("without an end" if english else "không có thời hạn")
    if keep.circulate:
        length = period.parse(keep.circulate)
        name = length.name(lang) if length else keep.circulate
        said.append(f"used for {name} at most" if english else f"chỉ sử dụng trong {name}")
    return "; ".join(said)


@dataclass(frozen=True, slots=True)
class Block:
    """One clause for a page: heading and text in the order of the published text, and what stands beside it.

    `lang` tells in which language each of them is: Vietnamese stands in where there is no translation.
    """

    id: str
    heading: str
    heading_lang: str
    text: str
    text_lang: str
    overruled: tuple[str, ...]
    instead: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Addition:
    """One completion for a page: what it says in words, why, on which articles."""

    id: str
    lines: tuple[str, ...]
    because: str
    because_lang: str
    law: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """The whole page, ready to be laid out."""

    shop: str
    lang: str
    title: str
    title_lang: str
    published: str
    identity: tuple[tuple[str, str], ...]
    blocks: tuple[Block, ...]
    additions: tuple[Addition, ...]
    version: str


def page(policy: Policy, lang: str = "vi") -> Page:
    """Give the page of a policy in Vietnamese or English."""
    known = identity(policy)
    title, title_lang = _said(policy.title.text, policy.title.en, lang)
    return Page(
        shop=policy.shop,
        lang=lang,
        title=title,
        title_lang=title_lang,
        published=f"{policy.published:%d/%m/%Y}" if policy.published else "",
        identity=tuple((pick(names, lang), known[key]) for key, names in FACTS_OF_IDENTITY.items() if key in known),
        blocks=tuple(_block(clause, lang) for clause in policy.clauses),
        additions=tuple(_addition(completion, lang) for completion in policy.completions),
        version=policy.digest,
    )


def _said(vi: str | None, en: str | None, lang: str) -> Two:
    return (en, "en") if lang == "en" and en else (vi or "", "vi")


def _block(clause: Clause, lang: str) -> Block:
    heading_en = clause.heading_en or (clause.en if clause.text is None else None)
    overruled = clause.overruled
    return Block(
        clause.id,
        *_said(clause.heading, heading_en, lang),
        *_said(clause.text, clause.en if clause.text is not None else None, lang),
        overruled.law if overruled else (),
        overruled.instead if overruled else (),
    )


def _addition(completion: Completion, lang: str) -> Addition:
    lines = tuple(promise_line(promise, lang) for promise in completion.promises)
    return Addition(completion.id, lines, *_said(completion.because, completion.because_en, lang), completion.law)


SECTIONS: Final[dict[str, Two]] = {
    "additions": ("Phần bổ sung của cửa hàng", "Completions by the shop"),
    "note": (
        "Phần này không có trong văn bản đã công bố; cửa hàng bổ sung vì lý do và theo điều luật ghi kèm.",
        "This part is not in the published text; the shop adds it for the reason and article given.",
    ),
    "overruled": ("Bị luật thay thế", "Overruled by law"),
    "instead": ("thay bằng", "what runs instead"),
    "identity": ("Bên kiểm soát dữ liệu", "The controller"),
    "published": ("Công bố ngày", "Published on"),
    "translation": ("", "English is our translation; the Vietnamese text prevails."),
}


def html(policy: Policy, lang: str = "vi") -> str:
    """Give a standalone page: semantic HTML without style or script, every word escaped."""
    made = page(policy, lang)
    title = _title_clause(policy)
    place = f' id="{escape(anchor(title))}"' if title else ""
    parts = [
        "<!doctype html>",
        f'<html lang="{lang}">',
        '<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">',
        f"<title>{escape(made.title)}</title></head>",
        f"<body><main>{_tag('h1', made.title, made.title_lang, lang, place)}",
        *_front(made),
        *(_block_html(block, lang) for block in made.blocks if block.id != title),
        *_additions_html(made),
        "</main></body></html>",
    ]
    return "\n".join(part for part in parts if part) + "\n"


def _title_clause(policy: Policy) -> str:
    """Give the id of the first clause when it is the page's title: it is shown once, as the headline."""
    first = policy.clauses[0]
    same = " ".join((first.heading or "").split()).casefold() == " ".join(policy.title.text.split()).casefold()
    return first.id if same and not first.text else ""


def _front(made: Page) -> Iterator[str]:
    if made.published:
        yield f"<p>{escape(pick(SECTIONS['published'], made.lang))} {made.published}</p>"
    if made.lang == "en":
        yield f"<p>{escape(SECTIONS['translation'][1])}</p>"
    if made.identity:
        rows = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in made.identity)
        yield f"<section><h2>{escape(pick(SECTIONS['identity'], made.lang))}</h2><dl>{rows}</dl></section>"


def _tag(name: str, text: str, text_lang: str, lang: str, more: str = "") -> str:
    mark = more + (f' lang="{text_lang}"' if text_lang != lang else "")
    return f"<{name}{mark}>{escape(text.strip())}</{name}>"


def _block_html(block: Block, lang: str) -> str:
    inner = _tag("h2", block.heading, block.heading_lang, lang) if block.heading else ""
    inner += _tag("p", block.text, block.text_lang, lang) if block.text else ""
    if block.overruled:
        instead = "; " + pick(SECTIONS["instead"], lang) + " " + ", ".join(block.instead) if block.instead else ""
        said = f"{pick(SECTIONS['overruled'], lang)}: {', '.join(block.overruled)}{instead}"
        inner += f"<aside><p>{escape(said)}</p></aside>"
    return f'<section id="{escape(anchor(block.id))}">{inner}</section>'


def _additions_html(made: Page) -> Iterator[str]:
    if not made.additions:
        return
    yield f"<section><h2>{escape(pick(SECTIONS['additions'], made.lang))}</h2>"
    yield f"<p>{escape(pick(SECTIONS['note'], made.lang))}</p>"
    for one in made.additions:
        lines = "".join(f"<li>{escape(line)}</li>" for line in one.lines)
        law = f"<p>{escape(', '.join(one.law))}</p>" if one.law else ""
        why = _tag("p", one.because, one.because_lang, made.lang)
        place = escape(anchor(one.id, added=True))
        yield f'<section id="{place}"><h3>{escape(one.id)}</h3><ul>{lines}</ul>{why}{law}</section>'
    yield "</section>"


def anchor(part_id: str, *, added: bool = False) -> str:
    """Give the place of a clause (or completion) on the page, for ever: `dieu-2.1`, `bo-sung-c1`."""
    safe = "".join(char if char.isalnum() or char in "_.-" else "-" for char in part_id)
    return ("bo-sung-" if added else "dieu-") + safe
