"""Prefetch that the client did not send, fetched from its FHIR server, and what became of each key."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import unquote, urljoin

import msgspec

from pmcds import fhir, hooks
from pmcds.errors import InputError
from pmcds.server.config import Fetch
from pmcds.server.medications import KEY, lost_medications, query_for
from pmcds.server.origins import Origin, is_loopback, origin_of, origin_or_none
from pmcds.server.transport import Deadline, FetchError, Transport

_FETCHED, _INCOMPLETE, _FAILED = "fetched", "incomplete", "fetch-failed"
# After so many failures in a row a server is left alone for a while.
_FAILURES = 5
_REST_SECONDS = 10.0


class _Members(msgspec.Struct):
    """A prefetch body; the resources in it stay as they came."""

    resourceType: str
    id: str | None = None
    total: Any = None
    entry: list[msgspec.Raw] | None = None
    link: Any = None


_decode_object = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_decode_members = msgspec.json.Decoder(_Members).decode
_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Fetched:
    """The request with what was fetched, and the state of each key that was looked for."""

    body: bytes
    states: Mapping[str, str] = field(default_factory=dict)
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be fetched for one call: the server of the request, its token, and a query or address by key.

    `medications` has the ids of the Medications among them.
    """

    server: str = field(repr=False)
    token: str | None = field(repr=False)
    keys: Mapping[str, tuple[str | None, str | None]] = field(repr=False)
    medications: tuple[str, ...] = field(default=(), repr=False)


# What a server that works says about one record.
_ANSWERS = frozenset({"status-400", "status-401", "status-403", "status-404", "status-410"})


class _Budget:
    """How many bytes all answers of a call may have together."""

    def __init__(self, most: int) -> None:
        self._left = most
        self._lock = threading.Lock()

    def take(self, count: int) -> bool:
        with self._lock:
            self._left -= count
            return self._left >= 0


class Fetcher:
    """Fetches for calls, within the bounds of the configuration."""

    def __init__(self, config: Fetch) -> None:
        self._config = config
        self._allowed = {origin for url in config.servers if _secure(origin := origin_of(url), config.private)}
        self._transport = Transport(private=config.private, connections=config.threads)
        self._threads = ThreadPoolExecutor(config.threads, thread_name_prefix="pmcds-fetch")
        self._breakers: dict[Origin, _Breaker] = {origin: _Breaker() for origin in self._allowed}
        self._under_way = 0

    @property
    def on(self) -> bool:
        """False if no server may be asked at all."""
        return bool(self._allowed)

    def close(self) -> None:
        """Stop the threads and close all connections."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._transport.close()

    def plan(self, body: bytes, service: hooks.Service, limits: fhir.Limits) -> Plan | None:
        """What is to be fetched for a request, or None. Raises InputError or HookError for one that is refused."""
        opened = fhir.open_input(body, limits=limits)
        request = hooks.parse_request(opened.envelope, hook=service.hook, templates=service.prefetch or None)
        if not self._may_ask(request, opened.envelope):
            return None
        server = f"{str(request.fhir_server).rstrip('/')}/"
        token = request.authorization.access_token if request.authorization is not None else None
        keys = self._keys(request, service, opened.envelope)
        lost = lost_medications(body, server)
        if lost:
            keys[KEY] = (query_for(lost), None)
        return Plan(server, token, keys, lost) if keys else None

    def following(self, plan: Plan, body: bytes, limits: fhir.Limits) -> Plan | None:
        """What is to be fetched after a first round: the Medications that fetched orders refer to. Never raises."""
        try:
            fhir.open_input(body, limits=limits)
        except InputError:
            return None
        # What the first round asked for and did not get is not asked for again.
        lost = lost_medications(body, plan.server, plan.medications)
        return replace(plan, keys={f"{KEY}-2": (query_for(lost), None)}) if lost else None

    async def fetch(self, plan: Plan, body: bytes, *, most: int, seconds: float) -> Fetched:
        """The body with what could be had within so many seconds and bytes."""
        breaker = self._breakers[origin_of(plan.server)]
        if not breaker.closed or self._under_way + len(plan.keys) > self._config.threads:
            return Fetched(body, dict.fromkeys(plan.keys, _FAILED), ("busy" if breaker.closed else "resting",))
        deadline = Deadline.after(min(seconds, self._config.seconds))
        budget = _Budget(min(self._config.bytes, most))
        work = _Work(self._transport, plan.server, plan.token, deadline, budget, self._config.pages)
        return _merged(body, await self._all(plan.keys, work), breaker)

    def _may_ask(self, request: hooks.HookRequest, envelope: Mapping[str, Any]) -> bool:
        """True if the server of the request is on the list, and the request brings what it asks for."""
        if origin_or_none(request.fhir_server) not in self._allowed:
            return False
        # An authorization that is there and was not accepted ends it; only none at all may mean an open server.
        return request.authorization is not None or ("fhirAuthorization" not in envelope and self._config.open)

    def _keys(
        self, request: hooks.HookRequest, service: hooks.Service, envelope: Mapping[str, Any]
    ) -> dict[str, tuple[str | None, str | None]]:
        """For each key what to ask for: a query, or the address after the page that the client sent."""
        plan: dict[str, tuple[str | None, str | None]] = {}
        sent = envelope.get("prefetch")
        for key, template in service.prefetch.items():
            state = request.prefetch_states.get(key)
            if state == "absent" and not _sent_otherwise(request, service, template):
                query = hooks.fill(template, request.tokens)
                if query is not None:
                    plan[key] = (query, None)
        for key, state in request.prefetch_states.items():
            page = sent.get(key) if isinstance(sent, Mapping) else None
            if state == "incomplete" and isinstance(page, Mapping) and (url := _next(page.get("link"))):
                plan[key] = (None, url)
        return plan

    async def _all(self, plan: Mapping[str, tuple[str | None, str | None]], work: _Work) -> dict[str, _Got]:
        loop = asyncio.get_running_loop()
        self._under_way += len(plan)
        futures = {key: loop.run_in_executor(self._threads, work.one, query, url) for key, (query, url) in plan.items()}
        for future in futures.values():
            # A thread that is stuck in a name lookup counts until it is back.
            future.add_done_callback(self._done)
        await asyncio.wait(futures.values(), timeout=max(work.deadline.left, 0))
        work.deadline.stop()
        late = _Got(_FAILED, reason="deadline")
        return {key: future.result() if future.done() else late for key, future in futures.items()}

    def _done(self, future: asyncio.Future[Any]) -> None:
        self._under_way -= 1


class _Breaker:
    """Leaves a server alone for a while after failures in a row."""

    def __init__(self) -> None:
        self._failures = 0
        self._until = 0.0

    @property
    def closed(self) -> bool:
        return time.monotonic() >= self._until

    def tell(self, *, failed: bool) -> None:
        self._failures = self._failures + 1 if failed else 0
        if self._failures >= _FAILURES:
            self._failures, self._until = 0, time.monotonic() + _REST_SECONDS


@dataclass(frozen=True, slots=True)
class _Got:
    """What one key gave: pages of a search, or one resource."""

    state: str
    resource: bytes | None = None
    entries: tuple[msgspec.Raw, ...] = ()
    total: Any = None
    next: str | None = None
    follows: bool = False
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class _Work:
    """All fetching of one call. The token goes to `server` and nowhere else."""

    transport: Transport
    server: str
    token: str | None = field(repr=False)
    deadline: Deadline = field(repr=False)
    budget: _Budget = field(repr=False)
    pages: int = 10

    def one(self, query: str | None, follow: str | None) -> _Got:
        """A query, or the pages after one that the client sent. Never raises."""
        try:
            if follow is not None:
                return self._pages(follow, follows=True)
            url = self.server + str(query)
            if "?" in url:
                return self._pages(url, follows=False)
            return self._read(url)
        except FetchError as error:
            return _Got(_FAILED, reason=error.reason, follows=follow is not None)
        except Exception as error:  # a defect here must not cost the call the cards that it can have
            return _Got(_FAILED, reason=type(error).__name__, follows=follow is not None)

    def _get(self, url: str) -> bytes:
        if origin_or_none(url) != origin_of(self.server):
            raise FetchError("other-origin")
        status, body = self.transport.get(
            url,
            deadline=self.deadline,
            most=self.budget.take,
            headers={} if self.token is None else {"Authorization": f"Bearer {self.token}"},
        )
        if status != 200:
            raise FetchError("redirect" if 300 <= status < 400 else f"status-{status}")
        return body

    def _read(self, url: str) -> _Got:
        body = self._get(url)
        found = _members(body)
        kind, ident = (unquote(part) for part in url.rsplit("/", 2)[-2:])
        if found.resourceType == "Bundle":
            return _page(found)
        # A server that answers with someone else's record is not believed.
        if found.resourceType != kind or found.id != ident:
            raise FetchError("other-resource")
        return _Got(_FETCHED, resource=body)

    def _pages(self, url: str, *, follows: bool) -> _Got:
        entries: list[msgspec.Raw] = []
        seen: set[str] = set()
        total: Any = None
        following: str | None = url
        reason = None
        while following is not None and len(seen) < self.pages and following not in seen:
            seen.add(following)
            try:
                page = _page(_members(self._get(following)))
            except FetchError as error:
                if not entries and not follows:
                    raise
                reason = error.reason
                break
            entries += page.entries
            total = page.total if total is None else total
            following = None if page.next is None else urljoin(following, page.next)
        else:
            reason = "page-limit" if following is not None else None
        state = _FETCHED if reason is None else _INCOMPLETE
        return _Got(state, None, tuple(entries), total, following if reason is not None else None, follows, reason)


def _sent_otherwise(request: hooks.HookRequest, service: hooks.Service, template: str) -> bool:
    """True if the client sent resources of this type under a key of its own (P12)."""
    kind = template.partition("?")[0].partition("/")[0]
    return any(kind in types for key, types in request.prefetch_types.items() if key not in service.prefetch)


def _members(body: bytes) -> _Members:
    try:
        found = _decode_members(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise FetchError("no-fhir") from None
    if found.resourceType == "OperationOutcome":
        raise FetchError("operation-outcome")
    return found


def _page(found: _Members) -> _Got:
    if found.resourceType != "Bundle":
        raise FetchError("no-bundle")
    return _Got(_FETCHED, None, tuple(found.entry or ()), found.total, _next(found.link))


def _next(links: Any) -> str | None:
    for link in links if isinstance(links, list) else ():
        if isinstance(link, Mapping) and link.get("relation") == "next" and isinstance(link.get("url"), str):
            return str(link["url"])
    return None


def _merged(body: bytes, got: Mapping[str, _Got], breaker: _Breaker) -> Fetched:
    """The request with the fetched values in its prefetch, each as it came, byte for byte."""
    envelope = _decode_object(body)
    prefetch = _prefetch(envelope)
    states: dict[str, str] = {}
    for key, found in got.items():
        states[key] = found.state
        if found.follows:
            prefetch[key], states[key] = _continued(prefetch[key], found)
        elif found.resource is not None:
            prefetch[key] = msgspec.Raw(found.resource)
        elif found.state != _FAILED:
            prefetch[key] = _bundle(
                {"resourceType": msgspec.Raw(b'"Bundle"'), "type": msgspec.Raw(b'"searchset"')}, found
            )
    breaker.tell(failed=all(_is_down(found) for found in got.values()))
    envelope["prefetch"] = msgspec.Raw(_encode(prefetch))
    reasons = tuple(sorted({found.reason for found in got.values() if found.reason}))
    return Fetched(_encode(envelope), states, reasons)


def _is_down(found: _Got) -> bool:
    """True if the server gave nothing; that it has no such record, or not for this caller, is an answer."""
    return found.state == _FAILED and found.reason not in _ANSWERS


def _prefetch(envelope: Mapping[str, msgspec.Raw]) -> dict[str, Any]:
    try:
        return dict(_decode_object(envelope["prefetch"]))
    except (KeyError, msgspec.MsgspecError):
        return {}


def _continued(page: Any, found: _Got) -> tuple[msgspec.Raw, str]:
    """The client's first page with the pages after it; what cannot be had leaves it incomplete, never worse."""
    members = dict(_decode_object(page))
    first = msgspec.json.decode(members.get("entry", b"[]"), type=list[msgspec.Raw])
    if found.state == _FAILED:
        return page, _INCOMPLETE
    whole = _Got(found.state, None, (*first, *found.entries), None, found.next)
    return _bundle(members, whole), found.state


def _bundle(members: dict[str, Any], found: _Got) -> msgspec.Raw:
    members.pop("link", None)
    members["entry"] = list(found.entries)
    if found.total is not None:
        members["total"] = found.total
    if found.next is not None:
        members["link"] = [{"relation": "next", "url": found.next}]
    return msgspec.Raw(_encode(members))


def _secure(origin: Origin, private: bool) -> bool:
    """https, or http to this machine where private addresses are allowed."""
    if origin.scheme == "https" or (private and is_loopback(origin.host)):
        return True
    raise InputError("bad-configuration", "a FHIR server is named with http", mend="use https outside loopback")
