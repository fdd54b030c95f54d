"""Load on the reference server over loopback: throughput, latency, memory, and whether answers stay the same.

python benchmarks/serve.py --minutes 10 --clients 4
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
REQUESTS = ROOT / "examples" / "requests"
CALLS = {
    "order-select-clopidogrel": "pmcds-order-select",
    "order-sign-clopidogrel": "pmcds-order-sign",
    "patient-view": "pmcds-patient-view",
}


def bodies(resources: int) -> dict[str, tuple[str, bytes]]:
    """Service and body of each call: the example requests, or one order-sign with so many everyday resources."""
    if not resources:
        return {name: (service, (REQUESTS / f"{name}.json").read_bytes()) for name, service in CALLS.items()}
    from bundles import bundle

    from pmcds.hooks import request_from

    request = request_from(json.loads(bundle(resources)), "order-sign", patient="Patient/p1")
    return {f"order-sign-{resources}": ("pmcds-order-sign", json.dumps(request).encode())}


BROKEN = b'{"hook": "order-select", "hookInstance": "x", "context": {"patientId": '


class Client(threading.Thread):
    """One connection that asks again and again."""

    def __init__(
        self, port: int, end: float, calls: dict[str, tuple[str, bytes]], expected: dict[str, bytes], pause: float
    ) -> None:
        super().__init__(daemon=True)
        self._port, self._end, self._calls, self._expected, self._pause = port, end, calls, expected, pause
        self.statuses: Counter[int] = Counter()
        self.times: list[tuple[float, float]] = []
        self.wrong = 0

    def run(self) -> None:
        """Mixed requests: two of three kinds of calls and now and then a broken one."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
        names = list(self._calls)
        number = 0
        while time.monotonic() < self._end:
            number += 1
            name = names[number % len(names)]
            broken = number % 50 == 0
            service, whole = self._calls[name]
            body = BROKEN if broken else whole
            began = time.monotonic()
            status, answer = post(connection, service, body)
            self.times.append((began, time.monotonic() - began))
            self.statuses[status] += 1
            if status == 200 and not broken and answer != self._expected[name]:
                self.wrong += 1
            time.sleep(self._pause)


def post(connection: http.client.HTTPConnection, service: str, body: bytes) -> tuple[int, bytes]:
    """One call."""
    connection.request("POST", f"/cds-services/{service}", body, {"Content-Type": "application/json"})
    answer = connection.getresponse()
    return answer.status, answer.read()


def memory(pid: int) -> int:
    """Resident memory in KiB."""
    found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) if found else 0


def processor(pid: int) -> float:
    """Seconds of processor time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def quantile(values: list[float], part: float) -> float:
    """A quantile in ms."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * part), len(ordered) - 1)] * 1000


def start(folder: str, port: int) -> subprocess.Popen[bytes]:
    """The server as it ships, but for its place and its feedback file."""
    variables = {
        "PMCDS_PORT": str(port),
        "PMCDS_FEEDBACK_URL": f"sqlite:///{folder}/f.db",
        "PMCDS_LOG_LEVEL": "warning",
    }
    program = "import sys; from pmcds.cli import main; sys.exit(main(['serve']))"
    return subprocess.Popen([sys.executable, "-c", program], env={**os.environ, **variables}, cwd=folder)


def wait_ready(port: int) -> http.client.HTTPConnection:
    """A connection to the server once it is ready."""
    end = time.monotonic() + 60
    while True:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        try:
            connection.request("GET", "/readyz")
            answer = connection.getresponse()
            answer.read()
            if answer.status == 200:
                return connection
        except OSError:
            if time.monotonic() > end:
                raise
        time.sleep(0.2)


def expected_answers(connection: http.client.HTTPConnection, calls: dict[str, tuple[str, bytes]]) -> dict[str, bytes]:
    """What a quiet server answers; asked until the same comes twice, since a deadline may cut the first."""
    found = {}
    for name, (service, body) in calls.items():
        last, answer = (0, b""), post(connection, service, body)
        while answer != last:
            last, answer = answer, post(connection, service, body)
        found[name] = answer[1]
    return found


def main() -> int:
    """Run and print one JSON object; 1 if anything was a server error."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--clients", type=int, default=4)
    parser.add_argument("--resources", type=int, default=0, help="resources of one request; else the examples")
    parser.add_argument("--pause", type=float, default=0.0, help="seconds between two calls of a client")
    parser.add_argument("--port", type=int, default=18080)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        server = start(folder, options.port)
        try:
            report = measure(server.pid, options)
        finally:
            server.terminate()
            server.wait(30)
    print(json.dumps(report, indent=2))
    return 1 if report["server_errors"] else 0


def measure(pid: int, options: argparse.Namespace) -> dict[str, object]:
    """Figures of one run."""
    calls = bodies(options.resources)
    expected = expected_answers(wait_ready(options.port), calls)
    began, used = time.monotonic(), processor(pid)
    end = began + options.minutes * 60
    clients = [Client(options.port, end, calls, expected, options.pause) for _ in range(options.clients)]
    for client in clients:
        client.start()
    # Memory is looked at from minute two on, or from a fifth of a shorter run.
    time.sleep(min(120, options.minutes * 12))
    early = memory(pid)
    for client in clients:
        client.join()
    late = memory(pid)
    statuses = sum((client.statuses for client in clients), Counter[int]())
    times = [taken for client in clients for _, taken in client.times]
    seconds, used = time.monotonic() - began, processor(pid) - used
    return {
        "seconds": round(seconds, 1),
        "clients": options.clients,
        "calls": len(times),
        "calls_per_second": round(len(times) / seconds, 1),
        # What one core that has nothing else to do can answer; the machine of a run is often shared.
        "calls_per_processor_second": round(len(times) / used, 1),
        "processor_ms_per_call": round(used * 1000 / len(times), 1),
        "statuses": {str(status): count for status, count in sorted(statuses.items())},
        "server_errors": sum(count for status, count in statuses.items() if status >= 500 and status != 503),
        "other_answers": sum(client.wrong for client in clients),
        "p50_ms": round(quantile(times, 0.5), 1),
        "p99_ms": round(quantile(times, 0.99), 1),
        "mean_ms": round(statistics.mean(times) * 1000, 1),
        "memory_early_mib": round(early / 1024, 1),
        "memory_late_mib": round(late / 1024, 1),
        "memory_growth_percent": round((late - early) * 100 / early, 2),
    }


if __name__ == "__main__":
    sys.exit(main())
