"""GET with one deadline, a byte cap and checked addresses, on top of requests."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from pmcds.server.origins import is_public

_CHUNK = 64 * 1024
# What the connections of a thread belong to: set for the time of one request.
_current = threading.local()


class FetchError(Exception):
    """A request that gave nothing usable; `reason` is one of a few fixed words."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


@dataclass(eq=False)
class Deadline:
    """An end in time for all work that shares it; `stop` breaks the connections that are still open."""

    end: float
    _sockets: set[socket.socket] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _stopped: bool = False

    @classmethod
    def after(cls, seconds: float) -> Deadline:
        """The deadline that many seconds from now."""
        return cls(time.monotonic() + seconds)

    @property
    def left(self) -> float:
        """Seconds until the end."""
        return self.end - time.monotonic()

    def holds(self, connection: socket.socket) -> None:
        """Take a connection that must not outlive the deadline."""
        with self._lock:
            stopped = self._stopped
            self._sockets.add(connection)
        if stopped:
            _break(connection)

    def lets_go(self, connection: socket.socket | None) -> None:
        """Forget a connection that is done with."""
        if connection is not None:
            with self._lock:
                self._sockets.discard(connection)

    def stop(self) -> None:
        """Break every connection: a thread that waits for a slow peer comes back at once."""
        with self._lock:
            self._stopped = True
            open_now, self._sockets = self._sockets, set()
        for connection in open_now:
            _break(connection)


def _break(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        # The plain method: for TLS the peer is not told, it is the one that does not answer.
        socket.socket.shutdown(connection, socket.SHUT_RDWR)


class _Checked:
    """Connects only to addresses that are allowed, looked up once, so that no second answer can differ."""

    host: str
    port: int
    timeout: Any

    def _new_conn(self) -> socket.socket:
        deadline: Deadline = _current.deadline
        allowed: Callable[[str], bool] = _current.allowed
        try:
            found = socket.getaddrinfo(self.host.strip("[]"), self.port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise FetchError("unreachable") from error
        addresses = [place[4] for place in found if allowed(str(place[4][0]))]
        if not addresses or len(addresses) < len(found):
            raise FetchError("address-refused")
        for address in addresses:
            left = deadline.left
            if left <= 0:
                raise FetchError("deadline")
            try:
                connection = socket.create_connection((str(address[0]), self.port), timeout=left)
            except OSError:
                continue
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            deadline.holds(connection)
            return connection
        raise FetchError("unreachable")


class _PlainConnection(_Checked, HTTPConnection):
    pass


class _SecureConnection(_Checked, HTTPSConnection):
    pass


class _Lending:
    """Connections of the pool belong to a deadline while they are lent out."""

    def _get_conn(self, timeout: float | None = None) -> Any:
        connection = super()._get_conn(timeout)  # type: ignore[misc]
        if connection.sock is not None:
            _current.deadline.holds(connection.sock)
            _current.reused = True
        return connection

    def _put_conn(self, connection: Any) -> None:
        deadline = getattr(_current, "deadline", None)
        if deadline is not None and connection is not None:
            deadline.lets_go(connection.sock)
        super()._put_conn(connection)  # type: ignore[misc]


class _PlainPool(_Lending, HTTPConnectionPool):
    ConnectionCls = _PlainConnection


class _SecurePool(_Lending, HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        super().init_poolmanager(*arguments, **options)
        self.poolmanager.pool_classes_by_scheme = {"http": _PlainPool, "https": _SecurePool}


class Transport:
    """Where GET requests go out. `private` allows addresses that are not reached over the open internet."""

    def __init__(self, *, private: bool = False, connections: int = 32) -> None:
        self._allowed: Callable[[str], bool] = (lambda _: True) if private else is_public
        # Nothing is taken from the environment (no proxies, no netrc), and no cookie is kept.
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, _Adapter(pool_maxsize=connections, max_retries=0))

    def get(
        self,
        url: str,
        *,
        deadline: Deadline,
        most: Callable[[int], bool],
        headers: Mapping[str, str] | None = None,
    ) -> tuple[int, bytes]:
        """Status and body of a URL. Raises FetchError.

        `most` is told the number of bytes as they come and says whether they may go on. Redirects are not followed.
        """
        sent = {"Accept": "application/fhir+json, application/json", "Accept-Encoding": "identity", **(headers or {})}
        _current.deadline, _current.allowed, _current.reused = deadline, self._allowed, False
        try:
            return self._once(url, deadline, most, sent)
        except FetchError as error:
            # A kept connection may have been closed by the peer just now; that is no answer, so ask once more.
            if error.reason != "unreachable" or not _current.reused:
                raise
            return self._once(url, deadline, most, sent)
        finally:
            _current.deadline = _current.allowed = None

    def _once(
        self, url: str, deadline: Deadline, most: Callable[[int], bool], headers: Mapping[str, str]
    ) -> tuple[int, bytes]:
        left = deadline.left
        if left <= 0:
            raise FetchError("deadline")
        try:
            with self._session.get(url, headers=headers, timeout=left, allow_redirects=False, stream=True) as answer:
                return answer.status_code, _body(answer, deadline, most)
        except FetchError:
            raise
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            raise _cause(error) or FetchError("deadline" if deadline.left <= 0 else "unreachable") from None

    def close(self) -> None:
        """Close the connections that are kept."""
        self._session.close()


def _cause(error: BaseException | None) -> FetchError | None:
    while error is not None:
        if isinstance(error, FetchError):
            return error
        error = error.__cause__ or error.__context__
    return None


def _body(answer: requests.Response, deadline: Deadline, most: Callable[[int], bool]) -> bytes:
    if answer.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise FetchError("encoded")
    parts: list[bytes] = []
    while True:
        if deadline.left <= 0:
            raise FetchError("deadline")
        part = answer.raw.read1(_CHUNK)
        if not part:
            return b"".join(parts)
        if not most(len(part)):
            raise FetchError("too-large")
        parts.append(part)
