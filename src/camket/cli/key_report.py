"""What `camket keys` shows: the versions and what each has wrapped, the index keys, and the bar of a rotation."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from camket.base.clock import from_ms, vietnam_day
from camket.crypto.providers.local import LocalProvider
from camket.intake import rotating
from camket.intake.renumbering import numbers_left
from camket.shops import queries as shops
from camket.store import keys
from camket.store.secrets import RETIRED
from camket.vault import rewrapping, rotation

# Names of the steps, as the bar shows them.
_STEPS = {
    "wrapping": "gói lại khóa · wrapping keys",
    "filling": "thêm dấu mới · adding new digests",
    "trimming": "bỏ dấu cũ · removing old digests",
    "orders": "số đơn hàng · order numbers",
}


def gather(provider: LocalProvider, opened: int) -> dict[str, Any]:
    """Collect what there is to tell; no key, no value, only numbers, public ids and days."""
    wrapped = rewrapping.wrapped(provider)
    held = {name: version for version, name in provider.versions.items()}
    return {
        "file": str(keys.path()),
        "kind": keys.custody().kind,
        "opens": opened,
        "wrapping": [
            {
                "version": held.get(name),
                "id": name,
                "state": _state(provider, held.get(name)),
                "retired": _day(provider, held.get(name)),
                "item_keys": found.items,
                "secrets": found.secrets,
                "backup_keys": found.backups,
            }
            for name, found in sorted(wrapped.items(), key=lambda one: held.get(one[0], 0))
        ],
        "index": [_index(shop.slug, shop.pk) for shop in shops.shops()],
    }


def _state(provider: LocalProvider, version: int | None) -> str:
    if version is None:
        return "missing"
    if version == provider.active:
        return "active"
    return "prepared" if version > provider.active else "retired" if version in provider.retired else "leaving"


def _day(provider: LocalProvider, version: int | None) -> str | None:
    since = provider.retired.get(version or 0)
    return vietnam_day(since).isoformat() if since else None


def _index(slug: str, shop_id: int) -> dict[str, Any]:
    newest, *older = rotation.versions(shop_id)
    done, people = rotation.progress(shop_id)
    step = rotation.state(shop_id)
    retired = [
        {
            "version": row.version,
            "needed_until": vietnam_day(from_ms(row.needed_until)).isoformat() if row.needed_until else None,
            "order_numbers": numbers_left(shop_id=shop_id, retired_at=row.retired_at or 0),
        }
        for row in older
        if row.state == RETIRED
    ]
    return {"shop": slug, "version": newest.version, "step": step, "done": done, "people": people, "retired": retired}


def lines(found: dict[str, Any]) -> Iterator[str]:
    """Write it for people."""
    yield f"{found['file']} ({found['kind']})"
    for row in found["wrapping"]:
        since = f" {row['retired']}" if row["retired"] else ""
        keys_ = row["item_keys"] + row["secrets"] + row["backup_keys"]
        yield f"{row['version'] or '?'}: {row['id']} {_WORDS[row['state']]}{since}: {keys_} khóa · keys"
    for row in found["index"]:
        step = f", {_STEPS.get(row['step'], row['step'])} {row['done']}/{row['people']}" if row["step"] else ""
        yield f"{row['shop']}: khóa tra cứu {row['version']} · index key {row['version']}{step}"
        for old in row["retired"]:
            until, left = old["needed_until"], old["order_numbers"]
            if not until and not left:
                yield f"   {old['version']}: không còn cần · no longer needed"
                continue
            yield (
                f"   {old['version']}: bia mộ đến {until or '-'}, {left} số đơn hàng · "
                f"tombstones until {until or '-'}, {left} order numbers"
            )
    yield f"mở được {found['opens']} khóa của các cửa hàng · opens {found['opens']} secrets of the shops"


_WORDS = {
    "active": "đang dùng · in use",
    "prepared": "đã tạo, chưa dùng · made, not used yet",
    "leaving": "đang được thay · being replaced",
    "retired": "thôi dùng · retired",
    "missing": "KHÔNG CÓ TRONG TỆP KHÓA · NOT IN THE KEY FILE",
}


@contextmanager
def bar() -> Iterator[Callable[[rotating.Progress], None]]:
    """Give what shows the progress of a rotation on the error stream of a terminal."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, transient=True, disable=not sys.stderr.isatty(), console=Console(stderr=True)) as shown:
        tasks: dict[tuple[str, int], Any] = {}

        def tell(told: rotating.Progress) -> None:
            place = (told.step, told.shop_id)
            if place not in tasks:
                tasks[place] = shown.add_task(f"{_STEPS[told.step]} ({told.shop_id})")
            shown.update(tasks[place], completed=told.done, total=told.all or None)

        yield tell
