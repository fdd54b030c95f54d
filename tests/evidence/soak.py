"""Soak (TB-12): the reference server at 70 % of its own peak; nothing but 200 and 400, the same bytes, no growth."""

from __future__ import annotations

import http.client
import importlib.util
import os
import socket
import threading
import time
from collections import Counter
from tempfile import TemporaryDirectory
from typing import Any

from tests.evidence.goldens import ROOT
from tests.evidence.stepping import Order, Run

CLIENTS = 4
SHARE = 0.7
PEAK_SECONDS = 10.0
# Memory may grow by so much after two minutes, and the slowest of a hundred be so many times the middle one.
GROWTH, SLOWEST = 1.05, 5.0


def _load() -> Any:
    """The program of benchmarks/serve.py: how the server is started and asked."""
    spec = importlib.util.spec_from_file_location("serve_benchmark", ROOT / "benchmarks" / "serve.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class _Client(threading.Thread):
    """Asks at a steady pace; each fiftieth request is broken."""

    def __init__(self, load: Any, port: int, end: float, every: float, expected: dict[str, bytes]) -> None:
        super().__init__(daemon=True)
        self._load, self._port, self._end, self._every, self._expected = load, port, end, every, expected
        self.statuses: Counter[int] = Counter()
        self.times: list[float] = []
        self.wrong: Counter[str] = Counter()

    def run(self) -> None:
        calls = self._load.bodies(0)
        names = list(calls)
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
        due, number = time.monotonic(), 0
        while time.monotonic() < self._end:
            time.sleep(max(0.0, due - time.monotonic()))
            number += 1
            name = names[number % len(names)]
            broken = number % 50 == 0
            began = time.monotonic()
            try:
                body = self._load.BROKEN if broken else calls[name][1]
                status, answer = self._load.post(connection, calls[name][0], body)
            except (OSError, http.client.HTTPException) as error:
                self.wrong[type(error).__name__] += 1
                connection.close()
                continue
            self.times.append(time.monotonic() - began)
            self.statuses[status] += 1
            if status != (400 if broken else 200):
                self.wrong[f"status {status} for a {'broken' if broken else 'sound'} request"] += 1
            elif not broken and answer != self._expected[name]:
                self.wrong["other bytes"] += 1
            due = max(due + self._every, time.monotonic() - 1)


def _ask(load: Any, port: int, seconds: float, every: float, expected: dict[str, bytes]) -> list[_Client]:
    end = time.monotonic() + seconds
    clients = [_Client(load, port, end, every, expected) for _ in range(CLIENTS)]
    for client in clients:
        client.start()
    return clients


def soak_run(order: Order) -> Run:
    """TB-12: ten seconds to find the peak, then the time of the run at 70 % of it."""
    load = _load()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    with TemporaryDirectory() as folder:
        # The server refuses to start with a PMCDS_* variable that is no setting of its own.
        for name in [name for name in os.environ if name.startswith("PMCDS_")]:
            del os.environ[name]
        server = load.start(folder, port)
        try:
            expected = load.expected_answers(load.wait_ready(port), load.bodies(0))
            return _soaked(load, server.pid, port, order, expected)
        finally:
            server.terminate()
            server.wait(timeout=30)


def _soaked(load: Any, pid: int, port: int, order: Order, expected: dict[str, bytes]) -> Run:
    peak_seconds = min(PEAK_SECONDS, order.seconds)
    first = _ask(load, port, peak_seconds, 0.0, expected)
    for client in first:
        client.join()
    peak = sum(len(client.times) for client in first) / peak_seconds
    clients = _ask(load, port, order.seconds, CLIENTS / (peak * SHARE), expected)
    time.sleep(min(120.0, order.seconds / 5))
    early = load.memory(pid)
    for client in clients:
        client.join()
    late = load.memory(pid)
    times = [one for client in clients for one in client.times]
    # At its peak the server may refuse or cut an answer short; at 70 % of it never.
    wrong: Counter[str] = sum((client.wrong for client in clients), Counter())
    middle, slowest = load.quantile(times, 0.5), load.quantile(times, 0.99)
    failures = [f"{count} times {what}" for what, count in wrong.items()]
    if late > early * GROWTH:
        failures.append(f"memory grew from {early} to {late} KiB")
    if slowest > middle * SLOWEST:
        failures.append(f"p99 {slowest:.1f} ms is more than {SLOWEST:.0f} times p50 {middle:.1f} ms")
    figures = {
        "peak per second": round(peak, 1),
        "p50 ms": round(middle, 1),
        "p99 ms": round(slowest, 1),
        "KiB after a fifth or two minutes": early,
        "KiB at the end": late,
    }
    return Run(sum(len(client.times) for client in clients), failures, figures)
