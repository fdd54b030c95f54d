"""HTTP answers: JSON, never cached, with an OperationOutcome for everything that goes wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from starlette.responses import Response

from pmcds import hooks
from pmcds.errors import HookError

NO_STORE = {"Cache-Control": "no-store"}
_encode = msgspec.json.Encoder(decimal_format="number").encode
_CODES = {404: "not-found", 405: "not-supported", 415: "not-supported", 408: "timeout", 429: "throttled"}


def encode(value: Any) -> bytes:
    """JSON; decimals as numbers, exactly as they were read."""
    return _encode(value)


def json_answer(body: bytes, status: int = 200, *, store: bool = False) -> Response:
    """An answer with these bytes of JSON."""
    return Response(body, status, {} if store else NO_STORE, "application/json")


def refusal(status: int, text: str, *, mend: str = "", headers: Mapping[str, str] | None = None) -> Response:
    """An answer with an OperationOutcome of a fixed text."""
    code = _CODES.get(status, "transient" if status == 503 else "exception" if status >= 500 else "structure")
    return outcome_answer(status, hooks.outcome(code, text, mend=mend), headers)


def outcome_answer(status: int, outcome: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Response:
    """An answer with an OperationOutcome."""
    return Response(encode(outcome), status, {**NO_STORE, **(headers or {})}, "application/json")


def hook_error(error: HookError) -> Response:
    """The answer that a refused request gets."""
    return outcome_answer(error.status, error.outcome)


def unauthorized() -> Response:
    """The same answer for whatever was wrong with a token."""
    return Response(b"", 401, {**NO_STORE, "WWW-Authenticate": "Bearer"})


def busy(status: int, text: str) -> Response:
    """Too much to do now; the client is told to come back."""
    return refusal(status, text, mend="try again", headers={"Retry-After": "1"})
