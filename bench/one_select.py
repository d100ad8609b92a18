"""The least that a durable answer over HTTP can be: one SELECT by primary key, as JSON. For calibration alone."""

import json
import os
import threading
from collections.abc import Callable, Iterable
from typing import Any

import psycopg

_thread = threading.local()


def application(
    environ: dict[str, Any], start_response: Callable[[str, list[tuple[str, str]]], Any]
) -> Iterable[bytes]:
    """Answer with the balance of the account that the body names."""
    asked = json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
    if not hasattr(_thread, "open"):
        _thread.open = psycopg.connect(os.environ["BENCH_DATABASE"], autocommit=True, prepare_threshold=0)
    row = _thread.open.execute("SELECT abalance FROM pgbench_accounts WHERE aid = %s", (asked["aid"],)).fetchone()
    body = json.dumps({"balance": row[0]}).encode()
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]
