"""Writes a log as lines of JSON that verifier.py checks without a database (docs/reference/ledger-format.md)."""

import base64
import json
from typing import Any, TextIO

from camket.ledger import notes, stream
from camket.ledger.errors import NoSuchLogError
from camket.ledger.models import Checkpoint, Log
from camket.store.db import snapshot

FORMAT = 1


def export(*, shop_id: int, file: TextIO) -> int:
    """Stream the sequenced log: a head, each entry, each checkpoint after the entry it ends with, an end; how many.

    Errors: `NoSuchLogError`.
    """
    log = Log.objects.filter(shop_id=shop_id).first()
    if log is None:
        raise NoSuchLogError
    with snapshot():
        _line(file, camket_log=FORMAT, log=notes.origin(log.name), key=notes.verifier_key(log.name, log.public_key))
        signed = iter(Checkpoint.objects.filter(shop_id=shop_id).order_by("size").iterator(chunk_size=500))
        upcoming = next(signed, None)
        count = 0
        for line in stream.in_order(shop_id):
            count += 1
            _line(file, seq=line.seq, entry=base64.b64encode(line.record).decode(), mac=line.mac.hex())
            while upcoming and line.seq is not None and upcoming.size <= line.seq + 1:
                _line(file, checkpoint=upcoming.note)
                upcoming = next(signed, None)
        while upcoming:
            _line(file, checkpoint=upcoming.note)
            upcoming = next(signed, None)
        _line(file, end=count)
    return count


def _line(file: TextIO, **content: Any) -> None:
    file.write(json.dumps(content, ensure_ascii=False) + "\n")
