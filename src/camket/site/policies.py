"""What the policy page and the start page show, made from the policy in force and nothing else."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Final

from django.urls import reverse

from camket.base.clock import from_ms, to_ms, vietnam_day
from camket.design.words import Lang, day
from camket.policy import Clause, Completion, Policy
from camket.policy.kinds import IdentityPromise
from camket.shops import queries
from camket.shops.models import PolicyVersion, Shop
from camket.site.meaning import Meaning, meaning

# Facts of the controller in the order of khatra-8, then the rest: field, Vietnamese, English, address scheme.
FACTS: Final = (
    ("name", "Tên", "Name", ""),
    ("address", "Địa chỉ", "Address", ""),
    ("phone", "Điện thoại", "Phone", "tel:"),
    ("hotline", "Đường dây nóng", "Hotline", "tel:"),
    ("website", "Trang mạng", "Website", "https://"),
    ("email", "Thư điện tử", "Email", "mailto:"),
    ("tax_code", "Mã số thuế", "Tax code", ""),
)


def version_in_force(*, shop_id: int, now: datetime) -> PolicyVersion | None:
    """Give the newest version whose day has come; a version adopted ahead is not shown before."""
    found = PolicyVersion.objects.filter(shop_id=shop_id, in_force_from__lte=to_ms(now))
    return found.order_by("-version").first()


@dataclass(frozen=True, slots=True)
class Fact:
    """One line about the controller. `completed` is the anchor of the completion it comes from, else empty."""

    term: str
    value: str
    href: str
    completed: str


@dataclass(frozen=True, slots=True)
class Link:
    """A place on the page; `lang` is the language of its words."""

    anchor: str
    text: str
    lang: str


@dataclass(frozen=True, slots=True)
class ClauseView:
    """A clause as shown: its own words, or our translation where there is one."""

    clause: Clause
    page_lang: Lang

    @property
    def id(self) -> str:
        return self.clause.id

    @property
    def anchor(self) -> str:
        return clause_anchor(self.clause.id)

    @property
    def label(self) -> str:
        return f"Điều khoản {self.id}" if self.page_lang == "vi" else f"Clause {self.id}"

    @property
    def link_label(self) -> str:
        return f"Liên kết đến điều khoản {self.id}" if self.page_lang == "vi" else f"Link to clause {self.id}"

    @property
    def heading(self) -> str:
        return _translated(self.clause.heading, self.clause.heading_en, self.page_lang)[0]

    @property
    def heading_lang(self) -> str:
        return _translated(self.clause.heading, self.clause.heading_en, self.page_lang)[1]

    @property
    def text(self) -> str:
        return _translated(self.clause.text, self.clause.en, self.page_lang)[0]

    @property
    def lang(self) -> str:
        return _translated(self.clause.text, self.clause.en, self.page_lang)[1]

    @property
    def law(self) -> tuple[str, ...]:
        return self.clause.overruled.law if self.clause.overruled else ()

    @property
    def instead(self) -> list[Link]:
        ids = self.clause.overruled.instead if self.clause.overruled else ()
        return [Link(completion_anchor(one), completion_title(one, self.page_lang), self.page_lang) for one in ids]


@dataclass(frozen=True, slots=True)
class CompletionView:
    """What the owner added: in words, why, and on which articles."""

    completion: Completion
    page_lang: Lang

    @property
    def anchor(self) -> str:
        return completion_anchor(self.completion.id)

    @property
    def title(self) -> str:
        return completion_title(self.completion.id, self.page_lang)

    @property
    def meanings(self) -> list[Meaning]:
        return [meaning(promise, self.page_lang) for promise in self.completion.promises]

    @property
    def reason(self) -> str:
        return _translated(self.completion.because, self.completion.because_en, self.page_lang)[0]

    @property
    def reason_lang(self) -> str:
        return _translated(self.completion.because, self.completion.because_en, self.page_lang)[1]

    @property
    def law(self) -> tuple[str, ...]:
        return self.completion.law


@dataclass(frozen=True)
class PolicyView:
    """One version of a shop's policy in one language."""

    shop: Shop
    row: PolicyVersion
    policy: Policy
    lang: Lang

    @property
    def title(self) -> str:
        return _translated(self.policy.title.text, self.policy.title.en, self.lang)[0]

    @property
    def title_lang(self) -> str:
        return _translated(self.policy.title.text, self.policy.title.en, self.lang)[1]

    @property
    def title_anchor(self) -> str:
        """The clause that is the page's title, when the text opens with it; it is shown once, as the headline."""
        first = self.policy.clauses[0]
        same = first.heading is not None and _folded(first.heading) == _folded(self.policy.title.text)
        return clause_anchor(first.id) if same and not first.text else ""

    @property
    def name(self) -> str:
        """The controller's name as published, else the name the shop was opened with."""
        return self.policy.controller.name or self.shop.name

    @property
    def version(self) -> int:
        return self.row.version

    @property
    def digest(self) -> str:
        return self.row.digest.hex()

    @property
    def since(self) -> date:
        return vietnam_day(from_ms(self.row.in_force_from))

    @property
    def since_words(self) -> str:
        return day(self.since)

    @property
    def published_words(self) -> str:
        return day(self.policy.published) if self.policy.published else ""

    @property
    def url(self) -> str:
        return policy_url(self.shop.slug, self.lang)

    @property
    def other_url(self) -> str:
        return policy_url(self.shop.slug, "en" if self.lang == "vi" else "vi")

    @property
    def yaml_url(self) -> str:
        return reverse("policy-yaml", kwargs={"slug": self.shop.slug})

    @property
    def json_url(self) -> str:
        return reverse("policy-json", kwargs={"slug": self.shop.slug})

    @cached_property
    def clauses(self) -> list[ClauseView]:
        shown = self.policy.clauses[1:] if self.title_anchor else self.policy.clauses
        return [ClauseView(clause, self.lang) for clause in shown]

    @cached_property
    def completions(self) -> list[CompletionView]:
        return [CompletionView(completion, self.lang) for completion in self.policy.completions]

    @property
    def contents(self) -> list[Link]:
        """The headings of the text; the page adds its own sections after them."""
        return [Link(view.anchor, view.heading, view.heading_lang) for view in self.clauses if view.heading]

    @cached_property
    def controller(self) -> list[Fact]:
        found = [fact for row in FACTS if (fact := self._fact(*row)) is not None]
        return [
            fact for at, fact in enumerate(found) if fact.href == "" or fact.href not in {f.href for f in found[:at]}
        ]

    def _fact(self, field: str, vi: str, en: str, scheme: str) -> Fact | None:
        """Take the text's own word first; a completion fills what the text leaves open and is marked as one."""
        value, completed = getattr(self.policy.controller, field), ""
        for part, promise in self.policy.promises():
            if value is None and isinstance(promise, IdentityPromise):
                value = getattr(promise, field, None)
                completed = completion_anchor(part.id) if value and isinstance(part, Completion) else ""
        if not value:
            return None
        return Fact(vi if self.lang == "vi" else en, value, _href(scheme, value), completed)


def find(*, slug: str, lang: Lang, now: datetime) -> PolicyView | None:
    """Give a shop's policy in force; None for a stranger's address and for a shop without a policy."""
    shop = Shop.objects.filter(slug=slug).first()
    row = version_in_force(shop_id=shop.id, now=now) if shop else None
    if shop is None or row is None:
        return None
    return PolicyView(shop, row, queries.policy(shop.id, row.version), lang)


def every(*, lang: Lang, now: datetime) -> list[PolicyView]:
    """Give every shop of the installation that has a policy in force."""
    found = (find(slug=shop.slug, lang=lang, now=now) for shop in queries.shops())
    return [view for view in found if view is not None]


def policy_url(slug: str, lang: Lang) -> str:
    """Give the address of a shop's policy page."""
    return reverse(f"policy-{lang}", kwargs={"slug": slug})


def clause_anchor(clause_id: str) -> str:
    """Give the place of a clause on the page, for ever: `dieu-2.1`."""
    return "dieu-" + _safe(clause_id)


def completion_anchor(completion_id: str) -> str:
    """Give the place of a completion on the page: `bo-sung-c1`."""
    return "bo-sung-" + _safe(completion_id)


def completion_title(completion_id: str, lang: Lang) -> str:
    """Name a completion so that nobody takes it for the text."""
    return f"Phần bổ sung {completion_id}" if lang == "vi" else f"Completion {completion_id}"


def _safe(part_id: str) -> str:
    return re.sub(r"[^\w.-]", "-", part_id)


def _translated(vi: str | None, en: str | None, lang: Lang) -> tuple[str, str]:
    """Give the words for this page and their language: Vietnamese stands in where there is no translation."""
    if lang == "en" and en:
        return en, "en"
    return vi or "", "vi"


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()


def _href(scheme: str, value: str) -> str:
    if scheme == "tel:":
        return scheme + re.sub(r"[^\d+]", "", value)
    if scheme == "https://":
        return value if value.startswith(("https://", "http://")) else scheme + value
    return scheme + value if scheme else ""
