"""Before a file is imported: what of it may be kept and why, what no clause covers, what is refused.

Rule 6 of the promises: what the shop held before comes in as legacy, consent never asked. What the policy opens for
legacy data gets the purposes it opens; what it is silent on comes in without any purpose, opens for nobody, and is
listed for the owner to justify or destroy; what it or the law excludes is not stored.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from camket.base.actor import Actor
from camket.base.clock import to_ms
from camket.intake.admission import Dropped, admit
from camket.intake.mapping import ColumnMap
from camket.policy import words
from camket.shops import queries as shops
from camket.vault import facts as fact_room

SOURCE = "legacy"
RECEIVER = ("receiver_name", "receiver_phone", "receiver_address")


@dataclass(frozen=True, slots=True)
class Plan:
    """Purposes by category (empty: the text is silent), and refused categories with what refuses them.

    `unstated` are the purposes of a receiver's data without a statement of the receiver's consent.
    """

    purposes: Mapping[str, tuple[str, ...]]
    unstated: Mapping[str, tuple[str, ...]]
    refused: Mapping[str, Dropped]
    unstated_refused: Mapping[str, Dropped]

    @property
    def uncovered(self) -> tuple[str, ...]:
        """Categories that come in without a purpose."""
        return tuple(name for name, purposes in self.purposes.items() if not purposes)

    def of(self, category: str, *, somebody_else: bool, stated: bool) -> tuple[str, ...] | None:
        """Give the purposes of one value; None where it may not be stored."""
        table = self.unstated if somebody_else and not stated else self.purposes
        return table.get(category)


def categories_of(mapped: ColumnMap) -> list[str]:
    """List the categories that a table can bring."""
    found: list[str] = []
    for column in mapped.columns:
        base = column.target.partition(".")[0]
        if base in words().categories:
            found.append(base)
        elif base == "line":
            found += ["product_requirement"] if column.target in _WISHES else ["order"]
        elif column.target == "order.delivery_time":
            found.append("product_requirement")
    return list(dict.fromkeys(found))


_WISHES = frozenset({"line.design", "line.class", "line.quality", "line.origin"})


def plan(*, shop_id: int, categories: Sequence[str], actor: Actor, now: datetime) -> Plan:
    """Ask the gate for every category once; the same answers hold for every row of the run."""
    facts = fact_room.collect(shop_id=shop_id, actor=actor, subject_id=None, now_ms=to_ms(now))
    rulebook = shops.rulebook(shop_id, facts.policy_version)
    purposes: list[dict[str, tuple[str, ...]]] = []
    refused: list[dict[str, Dropped]] = []
    for unstated in ((), RECEIVER):
        admission = admit(
            rulebook=rulebook, facts=facts, actor=actor, source=SOURCE, categories=categories, unstated=unstated
        )
        silent = {one.category: () for one in admission.dropped if one.verdict == "gap"}
        purposes.append({**admission.purposes, **silent})
        refused.append({one.category: one for one in admission.dropped if one.verdict == "deny"})
    return Plan(purposes[0], purposes[1], refused[0], refused[1])
