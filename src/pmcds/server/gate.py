"""What stands around every request: errors become answers, origins are allowed, each request is counted and logged."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Mapping

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pmcds.errors import HookError
from pmcds.server import answers, logs
from pmcds.server.bodies import BodyRefused
from pmcds.server.origins import Origin, origin_or_none
from pmcds.server.routes import Unauthorized
from pmcds.server.state import Server

_HOOKS = re.compile(r"/cds-services(/[^/]+(/feedback)?)?/?")
_QUIET = frozenset({"/healthz", "/readyz", "/metrics"})


async def on_error(request: Request, error: Exception) -> Response:
    """The answer to an error that has one."""
    if isinstance(error, HookError):
        return answers.hook_error(error)
    if isinstance(error, BodyRefused):
        return error.answer
    if isinstance(error, Unauthorized):
        return answers.unauthorized()
    assert isinstance(error, HTTPException)
    if error.status_code == 405:
        # Sorted, since the framework keeps the methods in a set.
        allowed = ", ".join(sorted((error.headers or {}).get("Allow", "").split(", ")))
        return answers.refusal(405, "the method is not supported here", headers={"Allow": allowed})
    return answers.refusal(error.status_code, "there is nothing at this address")


HANDLED = (HookError, BodyRefused, Unauthorized, HTTPException)


class Gate:
    """The outermost layer. Nothing that goes wrong inside leaves it without an answer of a fixed text."""

    def __init__(self, app: ASGIApp, server: Server) -> None:
        self._app = app
        self._server = server
        self._origins = server.config.origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        origin = self._origin(scope)
        status = 0

        async def send_marked(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], *self._marks(origin)]
            await send(message)

        try:
            if self._origins and scope["method"] == "OPTIONS" and _HOOKS.fullmatch(scope["path"]):
                await Response(b"", 204, _PREFLIGHT)(scope, receive, send_marked)
            else:
                await self._app(scope, receive, send_marked)
        except Exception as error:  # the last line: an answer, and an id in the log
            ident = logs.defect(error)
            if status == 0:
                out_of_memory = isinstance(error, MemoryError)
                text = f"the server could not answer; error {ident}"
                answer = answers.busy(503, text) if out_of_memory else answers.refusal(500, text)
                await answer(scope, receive, send_marked)
        finally:
            self._account(scope, status, time.perf_counter() - started)

    def _origin(self, scope: Scope) -> str | None:
        """The origin of the browser, if it may call."""
        stated = [value for name, value in scope["headers"] if name == b"origin"]
        if not self._origins or len(stated) != 1:
            return None
        text: str = stated[0].decode("latin-1")
        found: Origin | None = origin_or_none(text)
        return text if found in self._origins and text.count("/") == 2 else None

    def _marks(self, origin: str | None) -> list[tuple[bytes, bytes]]:
        marks = [(b"x-content-type-options", b"nosniff")]
        if self._origins:
            marks.append((b"vary", b"Origin"))
        if origin is not None:
            marks.append((b"access-control-allow-origin", origin.encode("latin-1")))
        return marks

    def _account(self, scope: Scope, status: int, seconds: float) -> None:
        fields: Mapping[str, object] = scope.get("pmcds.log", {})
        service = str(fields.get("service", "none"))
        self._server.metrics.calls.labels(service, str(status)).inc()
        if "service" in fields:
            self._server.metrics.seconds.labels(service).observe(seconds)
        level = logging.DEBUG if scope["path"] in _QUIET else logging.INFO
        logs.event("request", level, method=_method(scope), status=status, ms=round(seconds * 1000, 1), **fields)


_PREFLIGHT = {
    **answers.NO_STORE,
    "Access-Control-Allow-Methods": "GET, POST, OPTIONS",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Accept",
    "Access-Control-Max-Age": "600",
}
_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})


def _method(scope: Scope) -> str:
    return scope["method"] if scope["method"] in _METHODS else "other"
