"""A FHIR server that behaves as badly as it is told to, on a loopback port."""

from __future__ import annotations

import contextlib
import gzip
import json
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from tests.server.material import request

EXAMPLE = "https://fhir.example.org/r4"
_END = b"\r\n\r\n"
_BOMB = gzip.compress(b" " * 50_000_000)


class Upstream:
    """Answers every GET by `mode`; keeps the requests that arrived, as (path, headers)."""

    def __init__(self, mode: str = "normal") -> None:
        self.mode = mode
        self.seen: list[tuple[str, dict[str, str]]] = []
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=128)
        self._stopped = False
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def url(self) -> str:
        """Its base URL."""
        return f"http://127.0.0.1:{self._listening.getsockname()[1]}/fhir"

    def close(self) -> None:
        """Stop."""
        self._stopped = True
        self._listening.close()

    def _serve(self) -> None:
        while not self._stopped:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            connection.settimeout(10)
            data = b""
            while _END not in data:
                part = connection.recv(65536)
                if not part:
                    return
                data += part
            first, *rest = data.split(_END)[0].decode().split("\r\n")
            path = first.split(" ")[1]
            self.seen.append((path, dict(line.split(": ", 1) for line in rest)))
            self._send(connection, path)

    def _send(self, to: socket.socket, path: str) -> None:
        send = getattr(self, "_" + self.mode.replace("-", "_"))
        send(to, path)

    def _record(self, path: str) -> dict[str, Any]:
        """What the example's prefetch holds for a query, as this server would say it."""
        kind = urlsplit(path).path.split("/")[2]
        found: dict[str, Any] = {"resourceType": "Bundle", "type": "searchset", "total": 0}
        for value in request()["prefetch"].values():
            entries = value.get("entry") or [{"resource": value}]
            if entries[0]["resource"]["resourceType"] == kind:
                found = value
        own: dict[str, Any] = json.loads(json.dumps(found).replace(EXAMPLE, self.url))
        return own

    # Modes

    def _normal(self, to: socket.socket, path: str) -> None:
        _whole(to, 200, self._record(path))

    def _pages(self, to: socket.socket, path: str) -> None:
        """Each entry on a page of its own."""
        found = self._record(path)
        entries = found.get("entry", [])
        number = int(path.partition("page=")[2] or 0)
        if found["resourceType"] == "Bundle" and entries:
            found["entry"] = entries[number : number + 1]
            found["total"] = len(entries)
            if number + 1 < len(entries):
                base = path.partition("&page=")[0]
                found["link"] = [{"relation": "next", "url": f"{self.url[:-5]}{base}&page={number + 1}"}]
        _whole(to, 200, found)

    def _hang_before_headers(self, to: socket.socket, path: str) -> None:
        time.sleep(3)

    def _hang_in_body(self, to: socket.socket, path: str) -> None:
        to.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{")
        time.sleep(3)

    def _drip_in_headers(self, to: socket.socket, path: str) -> None:
        for byte in b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n":
            to.sendall(bytes([byte]))
            time.sleep(0.1)

    def _drip_in_body(self, to: socket.socket, path: str) -> None:
        to.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        for _ in range(30):
            to.sendall(b" ")
            time.sleep(0.1)

    def _reset(self, to: socket.socket, path: str) -> None:
        to.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")

    def _short_body(self, to: socket.socket, path: str) -> None:
        body = json.dumps(self._record(path)).encode()
        to.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (len(body) + 10) + body)

    def _endless_chunks(self, to: socket.socket, path: str) -> None:
        to.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            to.sendall(b"10000\r\n" + b" " * 65536 + b"\r\n")

    def _gzip_bomb(self, to: socket.socket, path: str) -> None:
        head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(_BOMB)
        to.sendall(head + _BOMB)

    def _redirect(self, to: socket.socket, path: str) -> None:
        to.sendall(b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/latest\r\nContent-Length: 0\r\n\r\n")

    def _redirect_loop(self, to: socket.socket, path: str) -> None:
        to.sendall(b"HTTP/1.1 307 X\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n" % path.encode())

    def _looping_next(self, to: socket.socket, path: str) -> None:
        found = self._record(path)
        if found["resourceType"] == "Bundle":
            found["link"] = [{"relation": "next", "url": f"{self.url[:-5]}{path}"}]
        _whole(to, 200, found)

    def _endless_next(self, to: socket.socket, path: str) -> None:
        found = self._record(path)
        if found["resourceType"] == "Bundle":
            found["link"] = [{"relation": "next", "url": f"{self.url[:-5]}{path}&p={len(self.seen)}"}]
        _whole(to, 200, found)

    def _next_elsewhere(self, to: socket.socket, path: str) -> None:
        found = self._record(path)
        if found["resourceType"] == "Bundle":
            found["link"] = [{"relation": "next", "url": "http://127.0.0.1:1/steal"}]
        _whole(to, 200, found)

    def _html(self, to: socket.socket, path: str) -> None:
        body = b"<html>sign in</html>"
        to.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % len(body) + body)

    def _outcome(self, to: socket.socket, path: str) -> None:
        _whole(to, 200, {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "exception"}]})

    def _truncated_json(self, to: socket.socket, path: str) -> None:
        body = json.dumps(self._record(path)).encode()[:-20]
        to.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)

    def _s401(self, to: socket.socket, path: str) -> None:
        _whole(to, 401, {})

    def _s403(self, to: socket.socket, path: str) -> None:
        _whole(to, 403, {})

    def _s429(self, to: socket.socket, path: str) -> None:
        _whole(to, 429, {})

    def _s500(self, to: socket.socket, path: str) -> None:
        _whole(to, 500, {})

    def _other_patient(self, to: socket.socket, path: str) -> None:
        found = self._record(path)
        if found["resourceType"] == "Patient":
            found["id"] = "someone-else"
        for entry in found.get("entry", []):
            entry["resource"]["subject"] = {"reference": "Patient/someone-else"}
        _whole(to, 200, found)

    def _too_deep(self, to: socket.socket, path: str) -> None:
        found = self._record(path)
        body = json.dumps(found | {"extension": "DEEP"}).replace('"DEEP"', "[" * 200 + "]" * 200).encode()
        to.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)

    def _huge_header(self, to: socket.socket, path: str) -> None:
        to.sendall(b"HTTP/1.1 200 OK\r\nX-Big: " + b"x" * 1_000_000 + b"\r\nContent-Length: 2\r\n\r\n{}")

    def _duplicate_page(self, to: socket.socket, path: str) -> None:
        """The same entries twice, on two pages."""
        found = self._record(path)
        if found["resourceType"] == "Bundle" and "page=2" not in path:
            found["link"] = [{"relation": "next", "url": f"{self.url[:-5]}{path}&page=2"}]
        _whole(to, 200, found)


HOSTILE = (
    "hang-before-headers",
    "hang-in-body",
    "drip-in-headers",
    "drip-in-body",
    "reset",
    "short-body",
    "endless-chunks",
    "gzip-bomb",
    "redirect",
    "redirect-loop",
    "html",
    "outcome",
    "truncated-json",
    "s401",
    "s403",
    "s429",
    "s500",
    "other-patient",
    "too-deep",
    "huge-header",
)


def _whole(to: socket.socket, status: int, value: Any) -> None:
    body = json.dumps(value).encode()
    to.sendall(b"HTTP/1.1 %d X\r\nContent-Length: %d\r\n\r\n" % (status, len(body)) + body)


@contextlib.contextmanager
def upstream(mode: str = "normal") -> Iterator[Upstream]:
    """A server in this mode for the time of the block."""
    server = Upstream(mode)
    try:
        yield server
    finally:
        server.close()
