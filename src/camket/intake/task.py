"""What holds for a whole run of an import."""

from dataclasses import dataclass
from datetime import datetime

from camket.base.actor import Actor
from camket.base.clock import vietnam_day
from camket.intake.planning import Plan


@dataclass(frozen=True, slots=True)
class Context:
    """Shop, plan, what the owner declared of the file, who runs it and when."""

    shop_id: int
    plan: Plan
    origin: str
    basis: str
    collected: datetime | None
    actor: Actor
    now: datetime

    @property
    def legacy(self) -> str:
        """The mark on every item: the declared origin, and the declared day of collection where there is one."""
        day = f"; {vietnam_day(self.collected).isoformat()}" if self.collected else ""
        return f"{self.origin[: 80 - len(day)]}{day}"
