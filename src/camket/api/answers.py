"""Which answers an operation can give, for its OpenAPI document: its own, and errors in their one shape."""

from typing import Any

from camket.api.errors import ErrorOut

# Any operation with a key; any with a body; any that the policy may refuse or that meets a thing of the shop's.
KEYED = (401, 403, 429, 500, 503)
BODY = (400, 411, 413, 415, 422)
GATED = (403, 404)


def answers(out: Any, *errors: int, status: int = 200) -> dict[int, Any]:
    """Build the `response` of an operation: `out` with `status`, the error shape with every code of `errors`."""
    return {status: out, **dict.fromkeys(sorted({*KEYED, *errors}), ErrorOut)}
