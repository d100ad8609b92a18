"""What the policy page and the start page show, made from the policy in force and nothing else."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from itertools import takewhile

from django.urls import reverse

from camket.base.clock import from_ms, to_ms, vietnam_day
from camket.design.words import Lang, day
from camket.policy import Clause, Completion, Policy
from camket.policy.kinds import IdentityPromise
from camket.policy.render import FACTS_OF_IDENTITY, Addition, Block, Page, anchor, page, pick
from camket.shops import queries
from camket.shops.models import PolicyVersion, Shop
from camket.store import wall

# What a reader must find (khatra-8): where the shop has not said it, the page says that it has not.
REQUIRED = ("name", "address")
# How a fact of the controller can be reached from a page.
SCHEMES = {"phone": "tel:", "hotline": "tel:", "website": "https://", "email": "mailto:"}


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
    """A clause as shown, with the names it needs on the page."""

    block: Block
    page_lang: Lang

    @property
    def anchor(self) -> str:
        return anchor(self.block.id)

    @property
    def label(self) -> str:
        return f"Điều khoản {self.block.id}" if self.page_lang == "vi" else f"Clause {self.block.id}"

    @property
    def link_label(self) -> str:
        return (
            f"Liên kết đến điều khoản {self.block.id}" if self.page_lang == "vi" else f"Link to clause {self.block.id}"
        )

    @property
    def instead(self) -> list[Link]:
        ids = self.block.instead
        return [Link(anchor(one, added=True), completion_title(one, self.page_lang), self.page_lang) for one in ids]


@dataclass(frozen=True, slots=True)
class CompletionView:
    """What the owner added: in words, why, and on which articles."""

    addition: Addition
    page_lang: Lang

    @property
    def anchor(self) -> str:
        return anchor(self.addition.id, added=True)

    @property
    def title(self) -> str:
        return completion_title(self.addition.id, self.page_lang)

    @property
    def lines(self) -> list[str]:
        """What it opens or binds, one sentence each."""
        blank = "[chưa điền]" if self.page_lang == "vi" else "[not filled in yet]"
        return [re.sub(r"\[[^\]]*\]", blank, f"{line[0].upper()}{line[1:]}.") for line in self.addition.lines]


@dataclass(frozen=True)
class PolicyView:
    """One version of a shop's policy in one language."""

    shop: Shop
    row: PolicyVersion
    policy: Policy
    lang: Lang

    @cached_property
    def page(self) -> Page:
        """The words of the page, laid out by the policy room."""
        return page(self.policy, self.lang)

    @cached_property
    def _opening(self) -> list[Block]:
        """The headings with which the text opens and which are its title, in one language or both."""
        titles = {_folded(self.policy.title.text), _folded(self.policy.title.en or "")}
        opens = zip(self.policy.clauses, self.page.blocks, strict=True)
        return [block for clause, block in takewhile(lambda pair: _is_heading(pair[0], titles), opens)]

    @property
    def title_anchor(self) -> str:
        """The clause that is the page's headline; it is shown once."""
        return next((anchor(block.id) for block in self._opening if self._is_headline(block)), "")

    @property
    def title_beside(self) -> list[Link]:
        """The title in the other language, where the published text opens with both (khatra-13)."""
        beside = self.policy.title.en if self.lang == "vi" else self.policy.title.text
        shown: Lang = "en" if self.lang == "vi" else "vi"
        rest = [block for block in self._opening if not self._is_headline(block)]
        return [Link(anchor(block.id), beside or "", shown) for block in rest]

    def _is_headline(self, block: Block) -> bool:
        heading = next(clause.heading for clause in self.policy.clauses if clause.id == block.id)
        return _folded(heading or "") == _folded(self.policy.title.text)

    @property
    def name(self) -> str:
        """The controller's name as published, else the name the shop was opened with."""
        return self.policy.controller.name or self.shop.name

    @property
    def version(self) -> int:
        return self.row.version

    @property
    def digest(self) -> str:
        held: bytes = self.row.digest
        return held.hex()

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
        """The published text in its order; its opening title is the page's head."""
        return [ClauseView(block, self.lang) for block in self.page.blocks[len(self._opening) :]]

    @cached_property
    def completions(self) -> list[CompletionView]:
        """What the owner added, never mixed with the text."""
        return [CompletionView(addition, self.lang) for addition in self.page.additions]

    @property
    def contents(self) -> list[Link]:
        """The headings of the text; the page adds its own sections after them."""
        headed = (view for view in self.clauses if view.block.heading)
        return [Link(view.anchor, view.block.heading, view.block.heading_lang) for view in headed]

    @cached_property
    def controller(self) -> list[Fact]:
        """Who the controller is (khatra-8): a phone that is the hotline too is shown once."""
        found = [fact for name in FACTS_OF_IDENTITY if (fact := self._fact(name)) is not None]
        return [fact for at, fact in enumerate(found) if not fact.href or fact.href not in {f.href for f in found[:at]}]

    def _fact(self, name: str) -> Fact | None:
        """Take the text's own word first; a completion fills what the text leaves open and is marked as one."""
        value, completed = _filled(getattr(self.policy.controller, name)), ""
        for part, promise in self.policy.promises():
            if not value and isinstance(promise, IdentityPromise):
                value = _filled(getattr(promise, name, None))
                completed = anchor(part.id, added=True) if value and isinstance(part, Completion) else ""
        if not value and name not in REQUIRED:
            return None
        term = pick(FACTS_OF_IDENTITY[name], self.lang)
        return Fact(term[0].upper() + term[1:], value, _href(SCHEMES.get(name, ""), value), completed)


def find(*, slug: str, lang: Lang, now: datetime) -> PolicyView | None:
    """Give a shop's policy in force; None for a stranger's address and for a shop without a policy."""
    shop = Shop.objects.filter(slug=slug).first()
    if shop is None:
        return None
    with wall.behind(shop.id):
        row = version_in_force(shop_id=shop.id, now=now)
        return PolicyView(shop, row, queries.policy(shop.id, row.version), lang) if row else None


def every(*, lang: Lang, now: datetime) -> list[PolicyView]:
    """Give every shop of the installation that has a policy in force."""
    found = (find(slug=shop.slug, lang=lang, now=now) for shop in queries.shops())
    return [view for view in found if view is not None]


def policy_url(slug: str, lang: Lang) -> str:
    """Give the address of a shop's policy page."""
    return reverse(f"policy-{lang}", kwargs={"slug": slug})


def completion_title(completion_id: str, lang: Lang) -> str:
    """Name a completion so that nobody takes it for the text."""
    return f"Phần bổ sung {completion_id}" if lang == "vi" else f"Completion {completion_id}"


def _is_heading(clause: Clause, titles: set[str]) -> bool:
    return clause.text is None and clause.heading is not None and _folded(clause.heading) in titles


def _filled(value: str | None) -> str:
    """Give the value, unless it is a blank that the owner has still to fill: `[điền địa chỉ]`."""
    return value if value and "[" not in value else ""


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()


def _href(scheme: str, value: str) -> str:
    if scheme == "tel:":
        return scheme + re.sub(r"[^\d+]", "", value)
    if scheme == "https://":
        return value if value.startswith(("https://", "http://")) else scheme + value
    return scheme + value if scheme and value else ""
