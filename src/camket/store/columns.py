"""What a column holds. Every column of every table is declared; a silent one fails (design, invariant 3)."""

from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from typing import Any, ClassVar, Literal

from django.core import checks
from django.db import models

from camket.store import canonical


class Column(Enum):
    """Erasure, export and re-scan are derived from these."""

    SEALED = "sealed"  # ciphertext or a wrapped key: personal when opened
    PSEUDONYMOUS = "pseudonymous"  # points to a person by an id of ours
    DIGEST = "digest"  # keyed digest of a personal value, code or token
    STAFF = "staff"  # about a member of staff
    NOT_PERSONAL = "not-personal"


class Record(models.Model):
    """Base of every table of ours.

    `columns` declares each column by its attribute name (`shop_id`, not `shop`). Tables that deeds write set
    `ledgered = True`, a frozen and unique `table_code` (0-255), and name in `shop_column` the column that tells whose
    row it is, so that a row planted for another shop is found. `vouched` names what the mark of a row binds (vouch.py).
    `backed_up` tells which file of a backup takes the table: tables of wrapped keys go into the keys file, alone.
    A wrong declaration is a system check error.
    """

    columns: ClassVar[Mapping[str, Column]]
    ledgered: ClassVar[bool] = False
    table_code: ClassVar[int]
    shop_column: ClassVar[str] = "shop_id"
    vouched: ClassVar[tuple[str, ...]] = ()
    backed_up: ClassVar[Literal["data", "keys", "no"]] = "data"

    class Meta:
        abstract = True

    @classmethod
    def check(cls, **kwargs: Any) -> list[checks.CheckMessage]:
        return [*super().check(**kwargs), *(checks.Error(fault, obj=cls) for fault in faults(cls))]


def faults(model: type[models.Model]) -> Iterator[str]:
    """Tell what is wrong with a model's declarations, one sentence each; nothing when all is well."""
    real = {field.attname for field in model._meta.concrete_fields if field.column}
    declared = set(getattr(model, "columns", {}))
    if not declared:
        yield "declares no columns"
    yield from (f"column `{name}` is not declared" for name in sorted(real - declared))
    yield from (f"declares `{name}`, which is no column" for name in sorted(declared - real))
    if getattr(model, "ledgered", False):
        yield from _ledgered_faults(model, real)


def _ledgered_faults(model: type[models.Model], real: Iterable[str]) -> Iterator[str]:
    code = getattr(model, "table_code", None)
    if not isinstance(code, int) or not 0 <= code <= 255:  # noqa: PLR2004 (one byte)
        yield "is ledgered and needs a table_code between 0 and 255"
    if getattr(model, "shop_column", "") not in real:
        yield "is ledgered and needs a shop_column"
    yield from canonical.faults(model)


def ledgered_models(models_: Iterable[type[models.Model]]) -> dict[int, type[Record]]:
    """Models that deeds write, by table code. ValueError when two share a code."""
    found: dict[int, type[Record]] = {}
    for model in models_:
        if issubclass(model, Record) and model.ledgered:
            if model.table_code in found:
                raise ValueError(f"{model.__name__} and {found[model.table_code].__name__} share a table code")
            found[model.table_code] = model
    return found
