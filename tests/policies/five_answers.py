"""Writes docs/reference/five-answers.md: the same questions put to the five shops' policies.

`python -m tests.policies.five_answers` writes the page; tests/policies/test_five_answers.py compares it.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from camket.policy import Answer, Question, Verdict, decide
from tests.policies import shelf

PAGE: Final = shelf.ROOT / "docs" / "reference" / "five-answers.md"

# Facts that every use of personal data needs: they would stand in each cell.
ALWAYS: Final = frozenset({"not_restricted", "not_objected", "representative"})

HEAD: Final = """# Same question, five shops, five answers

<!-- Made by `python -m tests.policies.five_answers` from the five policy files; change it there. -->

The same program, asked the same questions under the five published policies. Every answer is worked out by the gate
from the files in `policies/`; none is written by hand.

- **allow**: the clauses that open it; facts without which it would be refused are named after "if".
- **deny**: the clause, completion or article of law that closes it.
- *gap*: no clause speaks of it (named: what is missing, and a pledge to keep to the purposes named). Refused too;
  the owner may add a completion.

A bare id is a clause of the shop's text; `c…` is a completion that its owner signed; a capital id is an article of law.
Facts count as met unless the question says "without".

"""

ASKED: Final[Mapping[str, Question]] = MappingProxyType(
    {
        "Customer service reads a phone number for marketing": Question(
            "read", "customer_service", "phone", "marketing"
        ),
        "Customer service reads a phone number for an order": Question("read", "customer_service", "phone", "order"),
        "… the same, without the order being assigned to them": Question(
            "read", "customer_service", "phone", "order", missing=frozenset({"assignment"})
        ),
        "Operations reads a phone number to answer an enquiry": Question(
            "read", "operations", "phone", "answer_enquiry"
        ),
        "… the same, without a secrecy undertaking": Question(
            "read", "operations", "phone", "answer_enquiry", missing=frozenset({"undertaking"})
        ),
        "The data department edits a name for an order": Question("edit", "data_department", "name", "order"),
        "The marketing team reads an email for marketing": Question("read", "marketing", "email", "marketing"),
        "The accountant reads a tax code for an invoice": Question("read", "accountant", "tax_code", "invoice"),
        "The accountant reads a phone number for advertising": Question("read", "accountant", "phone", "advertising"),
        "The director reads a complaint to settle it": Question("read", "director", "complaint_text", "complaint"),
        "The director exports a phone number to answer a request": Question(
            "export", "director", "phone", "rights_fulfilment"
        ),
        "The information department reads a phone number": Question("read", "information", "phone", "order"),
        "The website takes a phone number with a purchase": Question("collect", None, "phone", "order", "purchase"),
        "Staff note a phone number from an order by phone": Question("collect", None, "phone", "order", "order_phone"),
        "Staff paste a phone number from a Zalo chat": Question("collect", None, "phone", "order", "chat_paste"),
        "A reseller's enquiry brings an email": Question("collect", None, "email", "answer_enquiry", "resale_enquiry"),
        "A newsletter form takes an email": Question("collect", None, "email", "marketing", "newsletter"),
        "… the same, without consent": Question(
            "collect", None, "email", "marketing", "newsletter", missing=frozenset({"consent"})
        ),
        "A purchase is used to collect a phone number for after-sales care, without consent": Question(
            "collect", None, "phone", "after_sales", "purchase", missing=frozenset({"consent"})
        ),
        "A marketplace passes on a receiver's phone number": Question(
            "collect", None, "receiver_phone", "delivery", "marketplace"
        ),
        "A visit to the website records behaviour": Question("collect", None, "behaviour", "advertising", "visit"),
        "A bought list brings phone numbers": Question("collect", None, "phone", "marketing", "bought_list"),
        "A purchase brings a birth date": Question("collect", None, "birth_date", "order", "purchase"),
        "A purchase brings a card number": Question("collect", None, "card_number", "payment", "purchase"),
        "A request about rights brings an email": Question("collect", None, "email", "rights_fulfilment", "request"),
        "Old data of the shop is brought in": Question("collect", None, "phone", "order", "legacy"),
        "The carrier receives the receiver's phone number": Question(
            "disclose", None, "receiver_phone", "delivery", recipient="carrier"
        ),
        "… the same, without an order in being": Question(
            "disclose", None, "receiver_phone", "delivery", recipient="carrier", missing=frozenset({"order"})
        ),
        "The carrier receives an email address": Question("disclose", None, "email", "delivery", recipient="carrier"),
        "A partner receives an address": Question("disclose", None, "postal_address", "order", recipient="partner"),
        "… the same, without an agreement in force": Question(
            "disclose", None, "postal_address", "order", recipient="partner", missing=frozenset({"agreement"})
        ),
        "A host elsewhere receives orders": Question("disclose", None, "order", "order", recipient="host"),
        "A data broker receives a phone number": Question(
            "disclose", None, "phone", "marketing", recipient="data_broker"
        ),
        "An authority receives a phone number on its request": Question(
            "disclose", None, "phone", "legal_request", recipient="authority"
        ),
        "… the same, without a filed request": Question(
            "disclose", None, "phone", "legal_request", recipient="authority", missing=frozenset({"authority_request"})
        ),
        "The shop sells a phone number": Question("sell", None, "phone"),
        "The shop rents out a phone number": Question("rent", None, "phone"),
        "The shop shares a phone number": Question("share", None, "phone"),
        "An SMS goes out for marketing": Question("contact", purpose="marketing", channel="sms"),
        "A newsletter goes out": Question("contact", purpose="marketing", channel="newsletter"),
        "A thank-you letter goes out for care": Question(
            "contact", purpose="customer_care", channel="thank_you_letter"
        ),
        "An order is confirmed by phone": Question("contact", purpose="order", channel="phone"),
        "A message by Zalo about an order": Question("contact", purpose="order", channel="zalo"),
        "The portal erases a customer's data": Question("erase", "customer", channel="portal"),
        "The portal closes an account": Question("close_account", "customer", channel="portal"),
        "An email asks for erasure": Question("erase", "customer", channel="email"),
        "A customer changes the user name in the portal": Question(
            "correct", "customer", "user_name", channel="portal"
        ),
        "A customer asks by email to correct the gender": Question("correct", "customer", "gender", channel="email"),
        "A moderator publishes a comment": Question("publish", "moderator", "comment", "moderation"),
        "Operations publishes a comment, without moderation": Question(
            "publish", "operations", "comment", "moderation", missing=frozenset({"moderated"})
        ),
    }
)


def answers(question: Question) -> dict[str, Answer]:
    """What each shop answers."""
    return {shop: decide(shelf.rulebook(shop), question) for shop in shelf.SHOPS}


def cell(answer: Answer) -> str:
    """One answer as the page shows it."""
    cited = ", ".join(citation.removeprefix("completion:") for citation in answer.citations)
    if answer.verdict is Verdict.GAP:
        return f"*gap*: {', '.join(answer.lacking)}" + (f" ({cited})" if cited else "")
    if answer.verdict is Verdict.DENY:
        return f"**deny** {cited}" + (f" (no {', '.join(answer.lacking)})" if answer.lacking else "")
    facts = ", ".join(sorted(fact for fact in answer.needs - ALWAYS if not _without(answer, fact).allowed))
    return f"**allow** {cited}" + (f" if {facts}" if facts else "")


def _without(answer: Answer, fact: str) -> Answer:
    return decide(answer.rulebook, answer.question._replace(missing=frozenset({fact})))


def command(question: Question) -> str:
    """How to ask it oneself."""
    said = [f"--{name} {word}" for name, word in question._asdict().items() if isinstance(word, str)]
    return " ".join([*said, *(f"--without {fact}" for fact in sorted(question.missing))])


def _lines() -> Iterator[str]:
    yield f"| question | {' | '.join(shelf.SHOPS)} |"
    yield "| --- |" + " --- |" * len(shelf.SHOPS)
    for said, question in ASKED.items():
        yield f"| {said} | {' | '.join(cell(answer) for answer in answers(question).values())} |"
    yield "\n## Ask it yourself\n"
    yield "Put one of these behind `camket policy ask --shop comet` (or another shop).\n"
    yield "```text"
    yield from (command(question) for question in ASKED.values())
    yield "```"


def render() -> str:
    """The whole page."""
    return HEAD + "\n".join(_lines()) + "\n"


if __name__ == "__main__":
    PAGE.write_text(render(), "utf-8")
