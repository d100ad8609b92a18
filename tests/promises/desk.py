"""One shop at work under one policy file, driven through its doors: the command line, the API and the page.

A promise test is a function of a `Desk` and nothing else, so that it can be run twice: under the shop's own policy,
where it has to pass, and under the same policy without the promises of the clauses that keep its id, where it has to
fail.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from typer.testing import CliRunner

from camket.base.actor import Actor
from camket.cli import policy as commands
from camket.ledger.models import Entry
from camket.ledger.queries import Said, read_entry
from camket.outbox.models import Outbox
from camket.policy import Policy, load_text
from camket.policy.words import words
from camket.shops import queries
from camket.shops.actions import (
    add_staff,
    adopt_policy,
    assign_work,
    create_shop,
    grant_role,
    issue_api_key,
    sign_undertaking,
)
from camket.vault.actions import Wish, attempt
from camket.vault.errors import RefusedError
from camket.vault.messages import opened
from tests.cast import MINH
from tests.pages.judge import open_page
from tests.policies import shelf

OWNER: Final = Actor(kind="owner")
# Deeds at the doors take the time from the clock, so whoever works there was hired before.
THEN: Final = datetime(2026, 1, 5, 2, 0, tzinfo=UTC)
SHOWN: Final = "Tôi đồng ý cho cửa hàng dùng thông tin này cho đúng mục đích đã nêu."
EXITS: Final = {"allow": 0, "deny": 3, "gap": 4}
CONTACT: Final = {"name": MINH.name, "phone": MINH.phone, "email": MINH.email}
ORDER: Final = {**CONTACT, "postal_address": MINH.address}
LINES: Final = ({"description": "Gạch lát nền 60x60", "quantity": "50", "unit": "viên", "price": "85.000 ₫"},)


@dataclass(frozen=True, slots=True)
class Door:
    """The API, with the key of one person of the staff, or of a system."""

    staff_id: UUID | None
    token: str = field(repr=False)

    def post(self, path: str, data: Mapping[str, Any]) -> HttpResponse:
        headers = {"Authorization": f"Bearer {self.token}"}
        return Client().post(f"/api/v1/{path}", data=data, content_type="application/json", headers=headers)


@dataclass(frozen=True, slots=True)
class Received:
    """What was taken in: whose it is, the piece of work it makes, what was dropped, and the ledger's entry of it."""

    subject_id: UUID
    work: str
    dropped: Mapping[str, Mapping[str, Any]]
    entry: UUID


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a refusal says: verdict, what it cites, its sentence in English, and the ledger's entry of it."""

    verdict: str
    clauses: tuple[str, ...]
    said: str
    entry: UUID
    lacking: tuple[str, ...] = ()


def _refusal(error: Mapping[str, Any]) -> Refusal:
    return Refusal(error["verdict"], tuple(error["clauses"]), error["message"]["en"], UUID(error["entry"]))


@dataclass(frozen=True)
class Desk:
    """The shop that the promise is about."""

    promise: str
    path: Path
    policy: Policy
    shop_id: int

    @property
    def shop(self) -> str:
        return self.policy.shop

    # What was published

    def quote(self, sentence: str) -> str:
        """Find the sentence in the published text; gives the id of the clause that says it and keeps this promise."""
        saying = [clause for clause in self.policy.clauses if sentence in (clause.text or clause.heading or "")]
        keeping = [clause.id for clause in saying if self.promise in clause.keeps]
        assert keeping, f"no clause that keeps {self.promise} says “{sentence}”"
        return keeping[0]

    def page(self, lang: str = "vi") -> str:
        """Open the shop's public page, judged like every page a test opens; gives its words."""
        return open_page(Client(), reverse(f"policy-{lang}", kwargs={"slug": self.shop})).text

    # The command line

    def run(self, *words: str) -> tuple[int, str]:
        """Run `camket policy …` on this shop's file: its exit code and what it printed."""
        result = CliRunner().invoke(commands.app, [words[0], "--shop", str(self.path), *words[1:]])
        return result.exit_code, result.stdout

    def ask(self, action: str, *, without: Sequence[str] = (), **question: str) -> dict[str, Any]:
        """Ask `camket policy ask`; its exit code has to agree with its answer."""
        said = [part for name, word in question.items() for part in (f"--{name}", word)]
        said += [part for fact in without for part in ("--without", fact)]
        code, printed = self.run("ask", "--action", action, *said, "--json")
        answer: dict[str, Any] = json.loads(printed)
        assert code == EXITS[answer["verdict"]]
        return answer

    def allowed(self, action: str, **question: str) -> list[str]:
        """Ask, expect to be allowed, and give what it rests on."""
        answer = self.ask(action, **question)
        assert answer["verdict"] == "allow", answer["reason"]["en"]
        cited: list[str] = answer["citations"]
        return cited

    def denied(self, action: str, *, without: Sequence[str] = (), **question: str) -> list[str]:
        """Ask, expect to be denied, and give what denies it."""
        answer = self.ask(action, without=without, **question)
        assert answer["verdict"] == "deny", answer["reason"]["en"]
        cited: list[str] = answer["citations"]
        return cited

    def gap(self, action: str, **question: str) -> list[str]:
        """Ask, expect that no clause speaks of it, and give what is missing."""
        answer = self.ask(action, **question)
        assert answer["verdict"] == "gap", answer["reason"]["en"]
        lacking: list[str] = answer["lacking"]
        return lacking

    def findings(self, *levels: str) -> list[dict[str, Any]]:
        """Read what `camket policy check` finds."""
        _, printed = self.run("check", "--json")
        return [one for one in json.loads(printed)["findings"] if one["level"] in levels]

    # Staff and customers

    @cached_property
    def website(self) -> Door:
        """The shop's own website, a system that brings in what customers send."""
        key = issue_api_key(
            shop_id=self.shop_id, role="system", purposes=[*words().purposes], system="website", actor=OWNER, now=THEN
        )
        return Door(None, key.token)

    def person(self, role: str, *, signed: bool = True, purposes: Sequence[str] = ()) -> Door:
        """Hire somebody in this role; gives the door their key opens."""
        made = add_staff(shop_id=self.shop_id, name="Vũ Thị Lan", actor=OWNER, now=THEN)
        grant_role(shop_id=self.shop_id, staff_id=made.pk, role=role, actor=OWNER, now=THEN)
        if signed:
            sign_undertaking(shop_id=self.shop_id, staff_id=made.pk, actor=OWNER, now=THEN)
        every = [*purposes] or [*words().purposes]
        key = issue_api_key(shop_id=self.shop_id, role=role, purposes=every, staff_id=made.pk, actor=OWNER, now=THEN)
        return Door(made.pk, key.token)

    def assign(self, door: Door, subject_id: UUID, work: str) -> None:
        """Give the person the piece of work."""
        assert door.staff_id is not None
        assign_work(
            shop_id=self.shop_id, subject_id=subject_id, staff_id=door.staff_id, work=work, actor=OWNER, now=THEN
        )

    def receive(
        self,
        source: str,
        fields: Mapping[str, str],
        *,
        agreed: Sequence[str] = (),
        declared: Sequence[str] = ("truthful_data",),
        channel: str = "website",
        lines: Sequence[Mapping[str, str]] = LINES,
    ) -> Received | Refusal:
        """Send what a customer sends by this source, through the API; the intake takes it or refuses it."""
        answers = [{"purpose": one, "value": "given", "how": "form", "text": SHOWN} for one in agreed]
        sent = {
            "fields": [{"category": name, "value": value} for name, value in fields.items()],
            "lines": list(lines),
            "sale": {"channel": channel},
            "consents": answers,
            "declared": list(declared),
        }
        response = self.website.post(f"intake/{source}", sent)
        told = response.json()
        if response.status_code == 403:
            return _refusal(told["error"])
        assert response.status_code == 201, told
        dropped = {one["category"]: one for one in told["dropped"]}
        return Received(UUID(told["subject_id"]), told["work"], dropped, UUID(told["entry"]))

    def taken(self, source: str, fields: Mapping[str, str], **more: Any) -> Received:
        """Send it, and expect it to be taken in."""
        received = self.receive(source, fields, **more)
        assert isinstance(received, Received), received
        return received

    def confirm(self, subject_id: UUID) -> None:
        """Confirm a sign-up with the code that its contact received, through the API."""
        message = opened(Outbox.objects.get(subject_id=subject_id, kind="one_time_code"))
        assert message is not None
        code = re.findall(r"\b\d{6}\b", message.reveal()[2])[0]
        response = self.website.post(f"subjects/{subject_id}/sign-up/confirm", {"code": code})
        assert response.status_code == 200, response.content.decode()

    def turned_away(self, source: str, fields: Mapping[str, str], **more: Any) -> Refusal:
        """Send it, and expect it to be refused as a whole; the ledger has the refusal."""
        refused = self.receive(source, fields, **more)
        assert isinstance(refused, Refusal), f"{source} was taken in"
        said = self.entry(refused.entry)
        assert (said.event, said.detail["citations"]) == ("intake.refused", list(refused.clauses))
        return refused

    def look(self, door: Door, subject_id: UUID, category: str, purpose: str, work: str) -> HttpResponse:
        """Look at a value through the API."""
        return door.post(f"subjects/{subject_id}/look", {"categories": [category], "purpose": purpose, "work": work})

    def opened(self, door: Door, subject_id: UUID, category: str, purpose: str, work: str) -> list[str]:
        """Look and expect to see it; the ledger has the look, for this purpose. Gives what it rests on."""
        response = self.look(door, subject_id, category, purpose, work)
        assert response.status_code == 200, response.content.decode()
        seen = response.json()
        assert [item["category"] for item in seen["items"]] == [category]
        said = self.entry(UUID(seen["entry"]))
        assert (said.event, said.purpose, said.subject_id) == ("item.looked", purpose, subject_id)
        cited: list[str] = seen["citations"]
        return cited

    def closed(self, door: Door, subject_id: UUID, category: str, purpose: str, work: str) -> Refusal:
        """Look and expect a refusal; the ledger has it, with the same clauses."""
        response = self.look(door, subject_id, category, purpose, work)
        assert response.status_code == 403, response.content.decode()
        refused = _refusal(response.json()["error"])
        said = self.entry(refused.entry)
        assert (said.event, said.detail["citations"]) == ("gate.refused", list(refused.clauses))
        assert said.subject_id == subject_id
        return replace(refused, lacking=tuple(said.detail["lacking"]))

    def attempted(self, action: str, **wish: str) -> Refusal:
        """Try what is no look, order or message: sell, share, give away … It is refused, and the try is recorded."""
        category, purpose = wish.pop("category"), wish.pop("purpose", None)
        asked = Wish(action, purpose, (category,), recipient=wish.pop("recipient", None))
        try:
            attempt(shop_id=self.shop_id, actor=OWNER, wish=asked, now=THEN)
        except RefusedError as error:
            assert error.entry_id is not None  # noqa: PT017  # the attempt itself may be allowed, and then it fails below
            refused = Refusal(error.verdict.value, tuple(error.clauses), error.en, error.entry_id)
        else:
            raise AssertionError(f"{action} was allowed")
        said = self.entry(refused.entry)
        assert (said.event, said.detail["action"]) == ("gate.refused", action)
        assert said.detail["citations"] == list(refused.clauses)
        return refused

    def variant(self, *unsigned: str) -> "Desk":
        """The same shop as if these completions had not been signed; for asking only."""
        path = self.path.with_name(f"{self.shop}-unsigned.yaml")
        path.write_text(self.text_without(*(f"completion:{one}" for one in unsigned)), "utf-8")
        return replace(self, path=path, policy=load_text(path.read_text("utf-8")))

    def text_without(self, *citations: str) -> str:
        """The policy file without the promises of these clauses and without these completions."""
        data = json.loads(self.policy.canonical)
        for clause in data["clauses"]:
            if clause["id"] in citations:
                clause["promises"] = [{"statement": "taken out for this question"}]
        data["completions"] = [one for one in data["completions"] if f"completion:{one['id']}" not in citations]
        return json.dumps(data, ensure_ascii=False)

    def entry(self, entry_id: UUID) -> Said:
        """Read an entry of this shop's ledger."""
        found = Entry.objects.filter(shop_id=self.shop_id, id=entry_id).first()
        assert found is not None, "the ledger has no such entry"
        return read_entry(found)


def open_desk(promise: str, folder: Path, *, without_promises: bool = False) -> Desk:
    """Open the shop of a promise under its published policy, or under the same one with the promise taken out."""
    shop = promise.rpartition("-")[0]
    text = (shelf.FOLDER / f"{shop}.yaml").read_text("utf-8")
    if without_promises:
        text = crippled(text, promise)
    path = folder / f"{shop}.yaml"
    path.write_text(text, "utf-8")
    queries.forget()
    made = create_shop(slug=shop, name=shop, actor=OWNER, now=THEN)
    adopt_policy(shop_id=made.pk, text=text, actor=OWNER, now=THEN)
    return Desk(promise, path, load_text(text), made.pk)


def crippled(text: str, promise: str) -> str:
    """Take the promises of the clauses that keep this id out of a policy; every word of the text stays.

    The clauses become statements, and completions that were signed for this promise are gone.
    """
    policy = load_text(text)
    data = json.loads(policy.canonical)
    kept = {clause.id for clause in policy.clauses if promise in clause.keeps}
    for clause in data["clauses"]:
        if clause["id"] in kept:
            clause["promises"] = [{"statement": "the promise of this sentence was taken out"}]
            clause.pop("overruled", None)
    data["completions"] = [one for one in data["completions"] if promise not in one.get("keeps", ())]
    return json.dumps(data, ensure_ascii=False, indent=1)
