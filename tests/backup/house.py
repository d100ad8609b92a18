"""A house with a home of its own, backups of it, and ways to lose the database."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from django.core.management import call_command

from camket.ledger.actions import checkpoint, sequence
from camket.shops import queries as shops
from camket.store import secrets
from camket.vault.backup import finishing, gone, loading, making
from camket.vault.backup.finishing import Finished
from camket.vault.backup.making import Made
from tests.world import World


def silent(_what: str, _count: int) -> None:
    """Hears progress and says nothing."""


@dataclass
class House:
    """The installation under test: what stands outside its database is in `home`."""

    home: Path
    world: World
    told: list[tuple[str, int]] = field(default_factory=list)

    def backup(self, now: datetime, name: str = "backups") -> Made:
        return making.make(to=self.home / name, now=now, told=lambda what, count: self.told.append((what, count)))

    def work(self, now: datetime) -> None:
        """What the worker does within a second or two, and each minute."""
        for shop_id in self.world.shops.values():
            sequence(shop_id=shop_id, now=now, full=True)
            checkpoint(shop_id=shop_id, now=now)
        gone.read_on()

    def lose_the_database(self) -> None:
        """An empty database with the tables of this version; everything outside it is still there."""
        call_command("flush", interactive=False, verbosity=0, inhibit_post_migrate=True)
        secrets.forget()
        shops.forget()

    def restore(self, data: Path, keys: Path, now: datetime) -> Finished:
        row = loading.load(loading.Files(data, keys), now=now, told=silent)
        return finishing.finish(row, now=now, told=silent)
