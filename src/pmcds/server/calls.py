"""One call of a service: fetch what is missing, evaluate within the deadlines, count, answer."""

from __future__ import annotations

import asyncio
import re
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec

from pmcds import hooks
from pmcds.errors import HookError, InputError
from pmcds.server.answers import encode
from pmcds.server.audit import audit_event
from pmcds.server.fetch import Fetched, Fetcher, Plan
from pmcds.server.jwt import Client
from pmcds.server.repeats import HELD_BACK_AT, SHOWN_AT
from pmcds.server.store import ShownCard

if TYPE_CHECKING:
    from pmcds.result import Result
    from pmcds.server.state import Server

_USER = re.compile(r"(?:^|/)[A-Z][A-Za-z]+/[A-Za-z0-9.-]{1,64}$")
# Kept free for putting the answer together and sending it.
_MARGIN = 0.02


class TooLate(Exception):
    """The time of a call was over before its evaluation began."""


@dataclass(frozen=True, slots=True)
class Answered:
    """The response as bytes, and what is told to logs and meters."""

    body: bytes
    cards: int
    outcomes: Counter[str]
    fetched: Counter[str]
    reasons: tuple[str, ...] = ()


class _Context(msgspec.Struct):
    patientId: Any = None
    userId: Any = None


class _Head(msgspec.Struct):
    context: _Context


async def answer_call(
    server: Server, service: hooks.Service, body: bytes, client: Client | None, threads: ThreadPoolExecutor
) -> Answered:
    """The answer to a request. Raises HookError for every status but 200, and TooLate."""
    limits = server.config.limits
    end = time.monotonic() + limits.call_seconds
    loop = asyncio.get_running_loop()
    fetched = Fetched(body)
    if server.fetcher is not None:
        input_limits = server.engine.settings.limits
        try:
            plan = await loop.run_in_executor(threads, server.fetcher.plan, body, service, input_limits)
        except InputError as error:
            raise HookError(*hooks.refusal(error)) from None
        if plan is not None:
            fetched = await _fetched(server, server.fetcher, plan, body, end, threads)
    return await loop.run_in_executor(threads, _evaluate, server, service, body, fetched, client, end)


async def _fetched(
    server: Server, fetcher: Fetcher, plan: Plan, body: bytes, end: float, threads: ThreadPoolExecutor
) -> Fetched:
    """What the client did not send; after it, in the time that is left, the drugs that fetched orders refer to."""
    limits, most = server.engine.settings.limits, server.engine.settings.limits.body - 4096
    # One deadline for both rounds.
    stop = min(end - server.config.limits.evaluation_seconds - _MARGIN, time.monotonic() + server.config.fetch.seconds)
    first = await fetcher.fetch(plan, body, most=most - len(body), seconds=stop - time.monotonic())
    more = await asyncio.get_running_loop().run_in_executor(threads, fetcher.following, plan, first.body, limits)
    if more is None or time.monotonic() >= stop:
        return first
    second = await fetcher.fetch(more, first.body, most=most - len(first.body), seconds=stop - time.monotonic())
    return Fetched(second.body, {**first.states, **second.states}, (*first.reasons, *second.reasons))


def _evaluate(
    server: Server, service: hooks.Service, body: bytes, fetched: Fetched, client: Client | None, end: float
) -> Answered:
    result = _result(server, service, body, fetched, client, end)
    response = _response(server, service, body, result, client)
    cards = response["cards"]
    outcomes = Counter(line.outcome for line in result.ledger.orders)
    server.shown.add(_shown(server, service, result, {card["uuid"] for card in cards}))
    server.metrics.count(cards, result.ledger)
    if server.audit is not None:
        server.audit.write(_audit(service, body, result, client, outcomes))
    return Answered(encode(response), len(cards), outcomes, Counter(fetched.states.values()), fetched.reasons)


def _response(
    server: Server, service: hooks.Service, body: bytes, result: Result, client: Client | None
) -> dict[str, Any]:
    """The response; where the site wants it, without what the same user was shown about the unchanged order (N3)."""
    if server.repeats is None or service.hook not in (SHOWN_AT, HELD_BACK_AT):
        return result.to_dict()
    context = msgspec.json.decode(body, type=_Head).context
    if not _is_named(context.userId) or not isinstance(context.patientId, str):
        # Nobody can tell whether it is the same user: it is said again.
        return result.to_dict()
    asked = (*((client.issuer, client.tenant) if client is not None else ()), context.patientId, context.userId)
    if service.hook == HELD_BACK_AT:
        return result.to_dict(shown_before=server.repeats.again(asked, result))
    response = result.to_dict()
    server.repeats.remember(asked, result, {card["uuid"] for card in response["cards"]})
    return response


def _is_named(user: Any) -> bool:
    """True for the whole name of a user, as in `Practitioner/1`."""
    return isinstance(user, str) and _USER.search(user) is not None


def _result(
    server: Server, service: hooks.Service, body: bytes, fetched: Fetched, client: Client | None, end: float
) -> Result:
    config = server.config
    profile = config.services.get(service.id) or config.profile or (client.profile if client is not None else None)

    def evaluate(request: bytes, states: dict[str, str]) -> Result:
        left = end - time.monotonic() - _MARGIN
        if left <= 0:
            raise TooLate
        return server.engine.answer(
            service,
            request,
            fetched=states,
            profile=profile,
            deadline=min(config.limits.evaluation_seconds, left),
            clock=time.monotonic,
        )

    if not fetched.states:
        return evaluate(body, {})
    try:
        return evaluate(fetched.body, dict(fetched.states))
    except HookError:
        # What was fetched may be unusable as a whole; the client is not refused for it.
        return evaluate(body, dict.fromkeys(fetched.states, "fetch-failed"))


def _shown(server: Server, service: hooks.Service, result: Result, sent: set[str]) -> list[ShownCard]:
    shown = []
    for card in result.cards:
        if card.uuid in sent and not card.notice:
            rule = next((name for _, name in card.lines if name is not None), None)
            topic = card.topic.code if card.topic is not None else None
            shown.append(ShownCard(card.uuid, service.id, topic, rule, server.version_of(rule)))
    return shown


def _audit(
    service: hooks.Service, body: bytes, result: Result, client: Client | None, outcomes: Counter[str]
) -> dict[str, Any]:
    context = msgspec.json.decode(body, type=_Head).context
    user = context.userId if isinstance(context.userId, str) and "/" in context.userId else None
    patient = str(context.patientId)
    return audit_event(
        service=service.id,
        patient=patient if "/" in patient else f"Patient/{patient}",
        recorded=datetime.now(UTC).isoformat(timespec="milliseconds"),
        outcomes=outcomes,
        snapshot=result.snapshot,
        client=client.issuer if client is not None else None,
        tenant=client.tenant if client is not None else None,
        user=user,
    )
