"""`Idempotency-Key` on every operation that writes: a request that was sent twice is done once."""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Status
from ninja.operation import Operation
from ninja.params.functions import Header
from ninja.utils import contribute_operation_args, contribute_operation_callback
from pydantic import BaseModel

from camket.api import limits, scopes
from camket.api.errors import ErrorOut
from camket.api.keys import holder
from camket.base.clock import utc_now
from camket.shops.once import Request, once

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
_ARGUMENT = "idempotency_key"


def repeatable(view: Callable[..., Any]) -> Callable[..., Any]:
    """Make an operation answer a repeat, within 24 hours, with what it answered first; without the header, nothing.

    The deed and the kept answer are one commit, so that a crash loses both or neither. An error is not kept. The key
    is a UUID, so that nobody names a request by a phone number.
    """

    @wraps(view)
    def run(request: HttpRequest, **given: Any) -> Any:
        token: UUID | None = given.pop(_ARGUMENT)
        if token is None:
            return view(request, **given)
        return _once(request, str(token), lambda: view(request, **given))

    contribute_operation_args(
        run,
        _ARGUMENT,
        UUID | None,  # type: ignore[arg-type]  # the stub knows classes only; pydantic takes any annotation
        Header(
            None,
            alias=HEADER,
            description=(
                "A random name of this request. Within 24 hours the same key with the same request gets the same "
                "answer, and the deed is done once; with another request it is refused."
            ),
        ),
    )
    contribute_operation_callback(run, _may_conflict)
    return run


def _may_conflict(operation: Operation) -> None:
    """Say in the document that a repeatable operation may be in flight (409)."""
    made = operation._create_response_model(ErrorOut)  # noqa: SLF001 - how ninja makes those it is given
    operation.response_models.setdefault(409, made)


def _once(request: HttpRequest, token: str, perform: Callable[[], Any]) -> HttpResponse:
    key = holder(request)
    said = b"\n".join(
        part.encode() for part in (request.method or "", request.path, request.headers.get("Camket-On-Behalf-Of", ""))
    )
    outcome = once(
        request=Request(shop_id=key.shop_id, key_id=key.key_id, token=token, said=said + b"\n" + request.body),
        now=utc_now(),
        perform=lambda: _packed(perform()),
    )
    status, _, body = outcome.answer.partition(b"\n")
    response = HttpResponse(body, status=int(status), content_type="application/json; charset=utf-8")
    response["Cache-Control"] = "no-store"
    limits.stamp(request, response)
    scopes.warn(request, response)
    if outcome.repeated:
        response[REPLAYED] = "true"
    return response


def _packed(result: BaseModel | Status[BaseModel]) -> bytes:
    """Lay an answer out as it is sent, with its status before it."""
    status, value = (result.status_code, result.value) if isinstance(result, Status) else (200, result)
    content = json.dumps(value.model_dump(mode="json"), ensure_ascii=False)
    return f"{status}\n{content}".encode()
