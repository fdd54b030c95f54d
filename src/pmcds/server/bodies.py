"""Request bodies: of a type that is read, within a size and a time."""

from __future__ import annotations

import asyncio
import zlib

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

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
    outcome = answers.hooks.outcome("too-long", "the body has more bytes than allowed", mend="send less")
    return BodyRefused(answers.outcome_answer(413, outcome))
