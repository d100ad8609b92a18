from typing import Annotated, Literal

from django.http import HttpRequest
from ninja import Router
from pydantic import Field

from camket.api.answers import BODY, answers
from camket.api.errors import Pair
from camket.api.fields import Action, Category, Channel, Fact, In, Out, Purpose, Recipient, Role, Source
from camket.api.keys import holder
from camket.policy import Answer, Question, decide
from camket.shops import queries

router = Router(tags=["decide"])


class DecideIn(In):
    """A question in the words of the list. Facts not named under `without` count as met."""

    action: Action
    role: Role | None = None
    category: Category | None = None
    purpose: Purpose | None = None
    source: Source | None = None
    channel: Channel | None = None
    recipient: Recipient | None = None
    without: Annotated[list[Fact], Field(max_length=40)] = []


class DecideOut(Out):
    """The answer: what speaks (`citations`), what it rests on (`needs`), what is lacking, and the reason in words."""

    verdict: Literal["allow", "deny", "gap"]
    citations: list[str]
    needs: list[str]
    duties: list[str]
    lacking: list[str]
    reason: Pair


@router.post(
    "decide", response=answers(DecideOut, *BODY), summary="Hỏi chính sách · Ask the policy", operation_id="decide"
)
def ask(request: HttpRequest, data: DecideIn) -> DecideOut:
    """Ask the shop's policy in force. Nothing is opened and nothing is written."""
    question = Question(
        action=data.action,
        role=data.role,
        category=data.category,
        purpose=data.purpose,
        source=data.source,
        channel=data.channel,
        recipient=data.recipient,
        missing=frozenset(data.without),
    )
    return _shown(decide(queries.rulebook(holder(request).shop_id), question))


def _shown(answer: Answer) -> DecideOut:
    return DecideOut(
        verdict=answer.verdict.value,
        citations=list(answer.citations),
        needs=sorted(answer.needs),
        duties=sorted(answer.duties),
        lacking=list(answer.lacking),
        reason=Pair(vi=answer.reason("vi"), en=answer.reason("en")),
    )
