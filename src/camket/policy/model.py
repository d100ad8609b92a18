"""A policy in memory: the published text, clause by clause, with what each clause means. Frozen."""

import hashlib
import json
from collections.abc import Iterator
from datetime import date
from functools import cached_property
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, InstanceOf

from camket.policy.kinds import Promise, StatementPromise, problem

SLUG: Final = r"^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$"
ARTICLE: Final = r"^[A-Z][A-Z0-9]*-[0-9A-Za-zđĐ.–-]+$"
NOT_CITED: Final = "completion:"


def _date(value: object) -> object:
    try:
        return date.fromisoformat(value) if isinstance(value, str) and len(value) == len("2026-11-22") else _no_date()
    except ValueError:
        return _no_date()


def _no_date() -> object:
    raise problem(
        "bad_date",
        vi="không phải là một ngày có thật",
        en="this is not a date that exists",
        advice_vi="ghi theo ISO: năm-tháng-ngày, ví dụ 2026-11-22",
        advice_en="write it as ISO: year-month-day, for example 2026-11-22",
    )


def _format(value: object) -> object:
    if value == "1":
        return 1
    raise problem(
        "unknown_format",
        vi="bản Camket này chỉ đọc định dạng chính sách số 1",
        en="this Camket reads policy format 1 only",
        advice_vi="viết `camket: 1`",
        advice_en="write `camket: 1`",
    )


def _one_or_more(value: object) -> object:
    return (value,) if isinstance(value, str) else tuple(value) if isinstance(value, list) else value


Many = BeforeValidator(_one_or_more)
Articles = Annotated[tuple[Annotated[str, Field(pattern=ARTICLE)], ...], Many]
Text = Annotated[str, Field(min_length=1)]
# Pages of the shop that a sentence may say are published too.
Document = Literal["payment_policy"]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True, ignored_types=(cached_property,))


class Title(_Part):
    text: Text
    en: Text | None = None


class Controller(_Part):
    """How the controller can be reached, as the policy file says; the page prints it."""

    name: str | None = None
    address: str | None = None
    email: str | None = None
    phone: str | None = None
    hotline: str | None = None
    website: str | None = None
    tax_code: str | None = None


class Documents(_Part):
    """Where the shop's other pages are published that its sentences speak of."""

    payment_policy: Text | None = None


class Overruled(_Part):
    """Which articles set a sentence aside, and which completions run instead."""

    law: Annotated[Articles, Field(min_length=1)]
    instead: Annotated[tuple[str, ...], Many] = ()


class Clause(_Part):
    """One sentence or list item of the published text. `text` is verbatim; `en` is our translation.

    `documents` are the other pages that the sentence says are published; the checker asks for each until the policy's
    own `documents` says where it stands.
    """

    id: Text
    heading: Text | None = None
    heading_en: Text | None = None
    text: Text | None = None
    en: Text | None = None
    keeps: Annotated[tuple[str, ...], Many] = ()
    promises: tuple[InstanceOf[Promise], ...] = ()
    joined: Text | None = None
    documents: Annotated[tuple[Document, ...], Many] = ()
    overruled: Overruled | None = None

    @property
    def citation(self) -> str:
        return self.id

    def words(self, lang: str) -> str:
        """Tell what the clause says, in the language asked for where it exists."""
        said = (self.en or self.text) if lang == "en" else self.text
        heading = (self.heading_en or self.heading) if lang == "en" else self.heading
        if lang == "en" and self.text is None:
            heading = self.heading_en or self.en or self.heading
        return (self.text and said) or heading or ""

    @property
    def is_statement(self) -> bool:
        """Whether the clause holds nothing to enforce."""
        return bool(self.promises) and all(isinstance(promise, StatementPromise) for promise in self.promises)


class Completion(_Part):
    """What the owner adds where the text is silent or unlawful: reasoned, with articles, never shown as the text's."""

    id: Text
    promises: Annotated[tuple[InstanceOf[Promise], ...], Field(min_length=1)]
    because: Text
    because_en: Text | None = None
    law: Articles = ()
    keeps: Annotated[tuple[str, ...], Many] = ()

    @property
    def citation(self) -> str:
        return NOT_CITED + self.id

    def words(self, lang: str) -> str:
        """Give the owner's reason."""
        return (self.because_en or self.because) if lang == "en" else self.because


class Policy(_Part):
    """A whole policy.

    Equal policies have equal `canonical` bytes; `digest` is their SHA-256, the version of the policy.
    """

    camket: Annotated[Literal[1], BeforeValidator(_format)]
    shop: Annotated[str, Field(pattern=SLUG)]
    title: Title
    published: Annotated[date, BeforeValidator(_date)] | None = None
    controller: Controller = Controller()
    documents: Documents = Documents()
    law: Annotated[tuple[str, ...], Many] = ("vn",)
    clauses: Annotated[tuple[Clause, ...], Field(min_length=1)]
    completions: tuple[Completion, ...] = ()

    @cached_property
    def canonical(self) -> bytes:
        """Sorted JSON without white space, UTF-8. What equals its default is left out: new fields change no digest."""
        tree = {
            name: value
            for name in type(self).model_fields
            if name not in ("clauses", "completions", "published") and (value := _plain(getattr(self, name)))
        }
        tree["published"] = self.published.isoformat() if self.published else None
        tree["clauses"] = [_part(clause) for clause in self.clauses]
        tree["completions"] = [_part(completion) for completion in self.completions]
        return json.dumps(tree, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the canonical bytes, in hexadecimal."""
        return hashlib.sha256(self.canonical).hexdigest()

    @cached_property
    def parts(self) -> dict[str, Clause | Completion]:
        """Clauses and completions by citation (`2.1`, `completion:c1`), in file order."""
        return {part.citation: part for part in self.all_parts()}

    def all_parts(self) -> "tuple[Clause | Completion, ...]":
        """Clauses, then completions, in file order."""
        return (*self.clauses, *self.completions)

    def promises(self) -> Iterator[tuple[Clause | Completion, Promise]]:
        """Every promise with the clause or completion it stands in, in file order."""
        return ((part, promise) for part in self.all_parts() for promise in part.promises)

    def without(self, *citations: str) -> "Policy":
        """Give the same policy without these clauses' or completions' promises; their words stay."""
        clauses = tuple(c.model_copy(update={"promises": ()}) if c.citation in citations else c for c in self.clauses)
        completions = tuple(c for c in self.completions if c.citation not in citations)
        return self._copy(clauses, completions)

    def _copy(self, clauses: tuple[Clause, ...], completions: tuple[Completion, ...]) -> "Policy":
        fields = {name: getattr(self, name) for name in type(self).model_fields}
        return Policy.model_construct(**{**fields, "clauses": clauses, "completions": completions})


def _plain(value: Any) -> Any:
    return value.model_dump(exclude_defaults=True) if isinstance(value, BaseModel) else value


def _part(part: Clause | Completion) -> dict[str, Any]:
    said = part.model_dump(exclude_defaults=True, exclude={"promises"})
    return {**said, "promises": [plain_promise(promise) for promise in part.promises]}


def plain_promise(promise: Promise) -> dict[str, Any]:
    """Give the promise as the file writes it, without what equals the default."""
    if isinstance(promise, StatementPromise):
        return {promise.kind: promise.why}
    return {promise.kind: promise.model_dump(by_alias=True, exclude_defaults=True, mode="json")}
