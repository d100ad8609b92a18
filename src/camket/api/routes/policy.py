from django.http import HttpRequest
from ninja import Router

from camket.api.answers import answers
from camket.api.fields import Out
from camket.api.keys import holder
from camket.shops import queries

router = Router(tags=["policy"])


class PolicyOut(Out):
    """Which policy runs, and what it opens: the sources data may come from and the purposes it may serve."""

    shop: str
    version: int
    digest: str
    title: str
    sources: list[str]
    purposes: list[str]


@router.get(
    "policy",
    response=answers(PolicyOut, 422),
    summary="Chính sách đang chạy · The policy in force",
    operation_id="policy",
)
def policy(request: HttpRequest) -> PolicyOut:
    """Tell which version of the shop's policy is in force and what it opens."""
    shop_id = holder(request).shop_id
    rulebook = queries.rulebook(shop_id)
    written = queries.policy(shop_id)
    return PolicyOut(
        shop=written.shop,
        version=queries.newest_version(shop_id=shop_id),
        digest=written.digest,
        title=written.title.text,
        sources=sorted(rulebook.sources_open()),
        purposes=sorted(rulebook.purposes_open()),
    )
