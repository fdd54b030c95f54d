"""No stranger's key, no inner address, and no connection or thread that outlives its call."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import socket
import threading
import time
from types import SimpleNamespace
from typing import Any

import pytest

from pmcds.errors import InputError
from pmcds.server import transport
from pmcds.server.config import Fetch, Issuer, Jwt
from pmcds.server.fetch import Fetcher, Plan
from pmcds.server.jwt import TokenRefused, Verifier
from pmcds.server.keys import IssuerKeys
from pmcds.server.origins import is_public
from pmcds.server.replay import ReplayStore
from pmcds.server.transport import Deadline, Transport
from tests.server.tokens import AUDIENCE, ISSUER, JKU, NOW, Keys, claims, head, key, token

SERVER = "https://fhir.example/r4/"

# Tokens and keys


def _refused(text: str) -> TokenRefused:
    config = Jwt.model_validate({"issuers": [{"issuer": ISSUER, "jku": [JKU]}]})
    found = Verifier(config, ReplayStore(), Keys(key()), clock=lambda: NOW, ticks=lambda: NOW)  # type: ignore[arg-type]
    with pytest.raises(TokenRefused) as caught:
        found.check([f"Bearer {text}"], AUDIENCE)
    return caught.value


@pytest.mark.parametrize(
    ("payload", "issuer", "shown"),
    [
        ({"jti": "a-1.b"}, ISSUER, "a-1.b"),
        ({"jti": "x" * 128}, ISSUER, "x" * 128),
        ({"jti": "a b"}, ISSUER, None),
        ({"jti": "a\nb"}, ISSUER, None),
        ({"jti": "\u00e4"}, ISSUER, None),
        ({"jti": "a-1", "iss": "https://stranger.example.org"}, None, None),
    ],
)
def test_j16_the_log_names_a_refused_token_only_of_a_known_issuer_and_only_in_plain_signs(
    payload: dict[str, Any], issuer: str | None, shown: str | None
) -> None:
    error = _refused(token(payload=claims(exp=NOW - 100, iat=NOW - 200, **payload)))
    assert error.reason == ("expired" if issuer else "issuer-not-allowed")
    assert (error.issuer, error.token_id) == (issuer, shown)
    unknown = _refused(token(head(kid="k9"), claims(**payload)))
    assert (unknown.issuer, unknown.token_id) == (issuer, shown)


@pytest.mark.parametrize(
    ("address", "private", "allowed"),
    [
        ("https://ehr.example.org/jwks", False, True),
        ("https://ehr.example.org/jwks", True, True),
        ("http://ehr.example.org/jwks", False, False),
        ("http://ehr.example.org/jwks", True, False),
        ("http://10.0.0.1/jwks", True, False),
        ("http://127.0.0.1:9/jwks", False, False),
        ("http://127.0.0.1:9/jwks", True, True),
        ("http://[::1]:9/jwks", True, True),
        ("http://localhost/jwks", True, True),
        ("http://localhost.example.org/jwks", True, False),
    ],
)
def test_j06_keys_never_come_over_plain_http_but_from_this_machine_where_that_is_allowed(
    address: str, private: bool, allowed: bool
) -> None:
    config = Jwt(private=private)
    for several in ((address,), (JKU, address)):
        issuer = Issuer(issuer=ISSUER, jku=several)
        with contextlib.nullcontext() if allowed else pytest.raises(InputError):
            assert IssuerKeys(issuer, config, Transport()).addresses == frozenset(several)


# Addresses

_INNER = [("10.0.0.1", False), ("127.0.0.1", False), ("169.254.169.254", False), ("192.168.1.1", False)]


def _hidden(inner: str) -> dict[str, str]:
    number = int(ipaddress.IPv4Address(inner))
    return {
        "plain": inner,
        "mapped": f"::ffff:{inner}",
        "6to4": str(ipaddress.IPv6Address((0x2002 << 112) | (number << 80))),
        "teredo": str(ipaddress.IPv6Address((0x20010000 << 96) | (0x08080808 << 64) | (number ^ 0xFFFFFFFF))),
        "nat64": str(ipaddress.IPv6Address((0x64FF9B << 96) | number)),
    }


@pytest.mark.parametrize("way", ["plain", "mapped", "6to4", "teredo", "nat64"])
@pytest.mark.parametrize(("inner", "public"), [*_INNER, ("8.8.8.8", True), ("93.184.216.34", True)])
def test_s10_an_inner_address_is_never_reached_by_another_name(way: str, inner: str, public: bool) -> None:
    assert is_public(_hidden(inner)[way]) is public


@pytest.mark.parametrize("text", ["", "localhost", "fhir.example.org", "1.2.3", "0x7f000001", "::1%lo", "ff02::1"])
def test_s10_what_is_no_address_of_the_open_internet_is_never_public(text: str) -> None:
    assert not is_public(text)


# Deadlines and connections


def test_a09_every_connection_that_is_open_at_the_deadline_is_broken() -> None:
    deadline = Deadline.after(5)
    pairs = [socket.socketpair() for _ in range(3)]
    let_go = socket.socketpair()
    for own, _ in [*pairs, let_go]:
        deadline.holds(own)
    deadline.lets_go(let_go[0])
    deadline.lets_go(None)
    deadline.stop()
    late = socket.socketpair()
    deadline.holds(late[0])
    for _, peer in [*pairs, late]:
        peer.settimeout(2)
        assert peer.recv(1) == b"", "the other side sees the end"
    let_go[1].setblocking(False)
    with pytest.raises(BlockingIOError):
        let_go[1].recv(1)
    for both in [*pairs, late, let_go]:
        for one in both:
            one.close()


class _Pool:
    """The pool of the library, without its network."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self.back: list[Any] = []

    def _get_conn(self, timeout: float | None = None) -> Any:
        return self.connection

    def _put_conn(self, connection: Any) -> None:
        self.back.append(connection)


class _Lent(transport._Lending, _Pool):
    pass


def test_a09_a_connection_that_was_given_back_is_never_broken_by_a_call_that_is_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    own, peer = socket.socketpair()
    connection = SimpleNamespace(sock=own)
    pool = _Lent(connection)
    current = SimpleNamespace(deadline=Deadline.after(5), reused=False)
    monkeypatch.setattr(transport, "_current", current)
    first = current.deadline
    assert pool._get_conn() is connection and current.reused
    assert first._sockets == {own}
    pool._put_conn(connection)
    assert first._sockets == set() and pool.back == [connection]
    pool._put_conn(None)
    current.deadline = None
    pool._put_conn(connection)
    assert pool.back == [connection, None, connection]
    first.stop()
    own.sendall(b"x")
    assert peer.recv(1) == b"x"
    connection.sock = None
    current.deadline, current.reused = Deadline.after(5), False
    assert pool._get_conn() is connection and not current.reused
    for one in (own, peer):
        one.close()


def test_connections_are_kept_for_every_thread_and_nothing_is_asked_twice_by_itself() -> None:
    found = Transport(connections=7)
    for address in ("https://fhir.example/", "http://127.0.0.1/"):
        adapter: Any = found._session.get_adapter(address)
        assert (adapter._pool_maxsize, adapter.max_retries.total) == (7, 0)
        assert type(adapter) is transport._Adapter
    assert not found._session.trust_env
    found.close()


def _fetcher(threads: int = 2) -> Fetcher:
    return Fetcher(Fetch(servers=(SERVER,), threads=threads))


def test_a09_a_server_that_never_answers_never_keeps_the_process_from_stopping() -> None:
    found = _fetcher(threads=1)
    go, begun = threading.Event(), threading.Event()
    ran: list[str] = []

    def stuck() -> None:
        begun.set()
        go.wait(20)

    found._threads.submit(stuck)
    waiting = found._threads.submit(ran.append, "late")
    assert begun.wait(5)
    started = time.monotonic()
    found.close()
    assert time.monotonic() - started < 2
    assert waiting.cancelled(), "what had not begun is not begun any more"
    go.set()
    found._threads.shutdown(wait=True)
    assert ran == []


@pytest.mark.parametrize(("under_way", "asked"), [(0, True), (1, True), (2, False), (9, False)])
def test_s19_more_fetching_than_there_are_threads_is_told_as_not_fetched(under_way: int, asked: bool) -> None:
    found = _fetcher(threads=3)
    seen: list[str] = []

    def get(url: str, **_: Any) -> tuple[int, bytes]:
        seen.append(url)
        return 200, b'{"resourceType": "Bundle"}'

    found._transport = SimpleNamespace(get=get, close=lambda: None)  # type: ignore[assignment]
    found._under_way = under_way
    plan = Plan(SERVER, None, {"a": ("O?x=1", None), "b": ("O?x=2", None)})
    got = asyncio.run(found.fetch(plan, b'{"prefetch": {}}', most=10_000, seconds=5))
    assert dict(got.states) == dict.fromkeys("ab", "fetched" if asked else "fetch-failed")
    assert got.reasons == (() if asked else ("busy",))
    assert bool(seen) is asked
    assert found._under_way == under_way
    found.close()


@pytest.mark.parametrize(("most", "seconds"), [(0, 5.0), (10_000, -1.0)])
def test_a09_without_room_or_time_left_nothing_counts_as_fetched(most: int, seconds: float) -> None:
    found = _fetcher()

    def get(url: str, *, most: Any, deadline: Deadline, **_: Any) -> tuple[int, bytes]:
        if deadline.left <= 0:
            raise transport.FetchError("deadline")
        body = b'{"resourceType": "Bundle"}'
        if not most(len(body)):
            raise transport.FetchError("too-large")
        return 200, body

    found._transport = SimpleNamespace(get=get, close=lambda: None)  # type: ignore[assignment]
    plan = Plan(SERVER, None, {"a": ("O?x=1", None)})
    got = asyncio.run(found.fetch(plan, b'{"prefetch": {}}', most=most, seconds=seconds))
    assert dict(got.states) == {"a": "fetch-failed"}
    assert got.reasons == ("deadline" if seconds < 0 else "too-large",)
    found.close()
