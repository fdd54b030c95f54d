"""The endpoints: discovery, services, feedback, health, metrics, description."""

from __future__ import annotations

import logging
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pmcds import hooks
from pmcds.server import answers, logs
from pmcds.server.bodies import parse_json, read_body
from pmcds.server.calls import TooLate, answer_call
from pmcds.server.jwt import Client, TokenRefused
from pmcds.server.openapi import description
from pmcds.server.state import Full

if TYPE_CHECKING:
    from pmcds.server.state import Server

_LATER = "too many calls are under way"


class Unauthorized(Exception):
    """No token, or none that is accepted."""


async def client_of(request: Request, path: str) -> Client | None:
    """The client that calls, or None where nobody has to say who they are. Raises Unauthorized."""
    server = server_of(request)
    if server.verifier is None:
        return None
    audience = str(server.config.base_url).rstrip("/") + path
    values = request.headers.getlist("authorization")
    try:
        client = await run_in_threadpool(server.verifier.check, values, audience)
    except TokenRefused as error:
        server.metrics.refused.labels(error.reason).inc()
        logs.event("token-refused", logging.WARNING, reason=error.reason, issuer=error.issuer, jti=error.token_id)
        raise Unauthorized from None
    note(request, issuer=client.issuer)
    return client


def server_of(request: Request) -> Server:
    """The application's shared state."""
    server: Server = request.app.state.server
    return server


def note(request: Request, **fields: object) -> None:
    """Add names and numbers to the line that is logged for this request."""
    request.scope.setdefault("pmcds.log", {}).update(fields)


async def discovery(request: Request) -> Response:
    """The services on offer."""
    await client_of(request, "/cds-services")
    return answers.json_answer(server_of(request).discovery, store=True)


async def call(request: Request) -> Response:
    """A call of a service."""
    server = server_of(request)
    name = request.path_params["service"]
    client = await client_of(request, f"/cds-services/{name}")
    service = server.services.get(name)
    if service is None:
        return answers.refusal(404, "there is no such service", mend="see the discovery document")
    note(request, service=service.id)
    limits = server.config.limits
    try:
        with server.body_slot():
            body = await read_body(request, most=server.engine.settings.limits.body, seconds=limits.body_seconds)
        with server.call_slot():
            done = await answer_call(server, service, body, client, server.threads)
    except Full:
        return answers.busy(429, _LATER)
    except TooLate:
        return answers.busy(503, "the time of the call was over before it was evaluated")
    for state, count in done.fetched.items():
        server.metrics.fetched.labels(state).inc(count)
    note(request, cards=done.cards, outcomes=dict(done.outcomes))
    if done.fetched:
        note(request, fetched=dict(done.fetched), fetch_reasons=list(done.reasons))
    return answers.json_answer(done.body)


async def feedback(request: Request) -> Response:
    """What clinicians did with cards; answered when it is on the disk."""
    server = server_of(request)
    name = request.path_params["service"]
    client = await client_of(request, f"/cds-services/{name}/feedback")
    if name not in server.services:
        return answers.refusal(404, "there is no such service", mend="see the discovery document")
    note(request, service=name)
    limits = server.config.limits
    try:
        with server.body_slot():
            body = await read_body(request, most=limits.feedback_bytes, seconds=limits.body_seconds)
            stored = await run_in_threadpool(_store, server, name, body, client)
    except Full:
        return answers.busy(429, _LATER)
    for outcome, count in stored.items():
        server.metrics.feedback.labels(outcome).inc(count)
    note(request, feedback=dict(stored))
    return answers.json_answer(b"{}")


def _store(server: Server, service: str, body: bytes, client: Client | None) -> Counter[str]:
    found = hooks.parse_feedback(
        parse_json(body, server.engine.settings.limits),
        service=service,
        received=datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        client=client.issuer if client is not None else None,
        tenant=client.tenant if client is not None else None,
        known=server.shown.known,
    )
    server.store.add(found.records)
    return Counter(record.outcome for record in found.records)


async def health(request: Request) -> Response:
    """The process is alive."""
    return answers.json_answer(b'{"status":"ok"}')


async def readiness(request: Request) -> Response:
    """Calls can be answered and feedback can be stored."""
    server = server_of(request)
    if server.ready and await run_in_threadpool(server.store.ready):
        snapshot = server.engine.knowledge.snapshot
        return answers.json_answer(answers.encode({"status": "ready", "knowledge": snapshot}))
    return answers.busy(503, "the server is not ready")


async def metrics(request: Request) -> Response:
    """Counts and durations."""
    body, kind = server_of(request).metrics.text()
    return Response(body, 200, answers.NO_STORE, kind)


async def openapi(request: Request) -> Response:
    """The description of this interface."""
    return answers.json_answer(answers.encode(description(server_of(request))))


def routes(server: Server) -> list[Route]:
    """The endpoints of an application. An address with a slash at its end is the same, without a redirect (D1)."""
    found = []
    for path, endpoint, method in (
        ("/cds-services", discovery, "GET"),
        ("/cds-services/{service}", call, "POST"),
        ("/cds-services/{service}/feedback", feedback, "POST"),
        ("/healthz", health, "GET"),
        ("/readyz", readiness, "GET"),
        ("/openapi.json", openapi, "GET"),
        *((("/metrics", metrics, "GET"),) if server.config.metrics else ()),
    ):
        found += [Route(address, endpoint, methods=[method]) for address in (path, path + "/")]
    return found
