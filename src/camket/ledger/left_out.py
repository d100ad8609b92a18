"""Tables that `verify --database` does not compare row by row, each with its reason. Every other table is compared."""

from collections.abc import Mapping
from types import MappingProxyType

LEFT_OUT: Mapping[str, str] = MappingProxyType(
    {
        "camket_entry": "the ledger itself: each entry is checked by its writer's mark and by the tree",
        "camket_entry_subject": "members of bulk deeds: checked against the root in their entry",
        "camket_entry_group": "members of bulk entries kept together: checked by the root that their entry states",
        "camket_position": "places of entries: checked against the tree and the signed checkpoints",
        "camket_tile": "hashes of the tree: computed again from the entries",
        "camket_checkpoint": "signed notes: checked by signature, tree and the notes kept outside",
        "camket_answered": "answers kept a day for repeated requests, sealed for who asked; they grant nothing",
        "camket_webhook_place": "queue bookkeeping: how far a log was read for webhooks; no deed writes it",
        "camket_webhook_delivery": "queue bookkeeping: events on their way, ids of entries only; no deed writes it",
        "camket_job": "queue bookkeeping: when a scheduled job last ran; no deed writes it",
        "camket_tally": "counts that the watch makes of the ledger, and makes again from it; they grant nothing",
        "camket_watched": "bookkeeping: how far the watch has read each log; no deed writes it",
        "camket_key_place": "keyed digests of networks that keys were used from; they grant nothing",
        "camket_restore": "bookkeeping of restores: whether one is finished; what happened is in the ledger",
        "camket_replayed": "bookkeeping: how far the lists outside the database were replayed; written at each start",
        "django_migrations": "migration bookkeeping: which migrations ran; written before any shop exists",
        "sqlite_sequence": "the database's own counter for automatic numbers",
    }
)
