"""Request bodies: of a type that is read, within a size and a time."""

from __future__ import annotations

import asyncio
import json
import zlib
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from pmcds import hooks
from pmcds.errors import HookError, InputError
from pmcds.fhir.limits import Limits, check_body
from pmcds.server import answers

_TYPES = frozenset({"", "application/json", "application/fhir+json", "text/json"})


class BodyRefused(Exception):
    """A body that is not read; `answer` says why."""

    def __init__(self, answer: Response) -> None:
        self.answer = answer


async def read_body(request: Request, *, most: int, seconds: float) -> bytes:
    """The bytes of the body after decompression. Raises BodyRefused."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in _TYPES:
        raise BodyRefused(answers.refusal(415, "the body is no JSON by its type", mend="send application/json"))
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("identity", "gzip"):
        raise BodyRefused(answers.refusal(415, "the encoding of the body is not supported", mend="send it plain"))
    stated = request.headers.get("content-length", "")
    if stated.isdigit() and (len(stated) > 12 or int(stated) > most):
        raise _too_large()
    try:
        body = await asyncio.wait_for(_collect(request, most), seconds)
    except TimeoutError:
        raise BodyRefused(answers.refusal(408, "the body did not arrive in time", mend="send it at once")) from None
    except ClientDisconnect:
        raise BodyRefused(answers.refusal(400, "the body broke off")) from None
    return body if encoding == "identity" else _unpacked(body, most)


async def _collect(request: Request, most: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > most:
            raise _too_large()
        parts.append(part)
    return b"".join(parts)


def _unpacked(body: bytes, most: int) -> bytes:
    unpacker = zlib.decompressobj(wbits=31)
    try:
        plain = unpacker.decompress(body, most + 1)
    except zlib.error:
        raise BodyRefused(answers.refusal(400, "the body is no gzip as it says")) from None
    if len(plain) > most:
        raise _too_large()
    if not unpacker.eof or unpacker.unused_data:
        raise BodyRefused(answers.refusal(400, "the body is no whole gzip as it says"))
    return plain


def _too_large() -> BodyRefused:
    outcome = hooks.outcome("too-long", "the body has more bytes than allowed", mend="send less")
    return BodyRefused(answers.outcome_answer(413, outcome))


def parse_json(body: bytes, limits: Limits) -> Any:
    """The value of a body. Raises HookError for what is no JSON, is over a limit, or names a member twice (X8)."""
    try:
        check_body(body, limits)
        return json.loads(body, object_pairs_hook=_once, parse_constant=_constant)
    except InputError as error:
        raise HookError(*hooks.refusal(error)) from None
    except (ValueError, RecursionError):
        raise hooks.refused(400, "structure", "the body is no JSON, or names a member twice") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError
    return found


def _constant(_: str) -> Any:
    raise ValueError
