"""Bounds: deadlines, concurrency, slow bodies; what is over them is said, not queued and not silent."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests

import pmcds
from pmcds.hooks import check_message
from tests.server.conftest import Open
from tests.server.material import SELECT, feedback, request
from tests.server.process import Process


def test_R11_a_deadline_gives_finished_cards_and_says_what_was_not_checked(open_client: Open) -> None:
    client = open_client(limits={"evaluation_seconds": 0.000001})
    answer = client.post(SELECT, json=request())
    assert answer.status_code == 200
    assert check_message("response", answer.content) == []
    cards = answer.json()["cards"]
    assert cards
    assert all(card["indicator"] == "info" for card in cards)
    assert 'pmcds_cannot_tell_total{reason="deadline"}' in client.get("/metrics").text


def test_S19_more_calls_than_allowed_get_429(open_client: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    client = open_client(limits={"concurrency": 2, "threads": 2, "call_seconds": 30, "evaluation_seconds": 20})
    go = threading.Event()
    answer = pmcds.Engine.answer

    def slow(*arguments: Any, **options: Any) -> Any:
        go.wait(10)
        return answer(*arguments, **options)

    monkeypatch.setattr(pmcds.Engine, "answer", slow)
    with ThreadPoolExecutor(6) as pool:
        calls = [pool.submit(client.post, SELECT, json=request()) for _ in range(6)]
        while sum(call.done() for call in calls) < 4:
            time.sleep(0.01)
        go.set()
        answers = [call.result() for call in calls]
    assert Counter(found.status_code for found in answers) == {200: 2, 429: 4}
    refused = next(found for found in answers if found.status_code == 429)
    assert refused.headers["retry-after"] == "1"
    assert refused.json()["issue"][0]["code"] == "throttled"
    assert client.post(SELECT, json=request()).status_code == 200


def test_a_call_whose_time_is_over_before_its_turn_is_503(open_client: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    client = open_client(limits={"threads": 1, "call_seconds": 0.3, "evaluation_seconds": 0.2})
    answer = pmcds.Engine.answer

    def slow(*arguments: Any, **options: Any) -> Any:
        time.sleep(0.5)
        return answer(*arguments, **options)

    monkeypatch.setattr(pmcds.Engine, "answer", slow)
    with ThreadPoolExecutor(2) as pool:
        statuses = sorted(
            c.result().status_code for c in [pool.submit(client.post, SELECT, json=request()) for _ in "12"]
        )
    assert statuses == [200, 503]


# A process of its own


def test_a_process_serves_stops_gracefully_and_logs_no_patient(tmp_path: Path) -> None:
    canary = "canary-of-a-patient"
    server = Process(tmp_path, log_level="debug", limits={"body_seconds": 0.5}, audit=str(tmp_path / "audit.jsonl"))
    server.wait_ready()
    whole = json.loads(json.dumps(request()).replace("example", canary))
    whole["fhirAuthorization"] = {"access_token": canary}
    whole[canary] = canary
    headers = {"Authorization": f"Bearer {canary}", "X-Canary": canary, "Cookie": canary}
    address = server.url + SELECT
    assert requests.post(address, json=whole, headers=headers, timeout=20).status_code in (200, 503)
    for body in (canary, f'"{canary}"', f'{{"{canary}": [', f'{{"hook": "{canary}"}}'):
        requests.post(address, data=body, headers=headers, timeout=20)
        requests.post(address + "/feedback", data=body, headers=headers, timeout=20)
    requests.get(f"{server.url}/{canary}?{canary}", timeout=20)
    requests.request(canary, server.url + "/cds-services", timeout=20)
    odd = feedback(card=canary, outcome="overridden", overrideReason={"userComment": canary})
    assert requests.post(address + "/feedback", json=odd, timeout=20).status_code == 200
    metrics = requests.get(server.url + "/metrics", timeout=20).text
    _send_raw(server.url, f"GET /{canary} HTTP/1.1\r\n{canary}\r\n\r\n".encode())
    _send_raw(server.url, f"{canary}\r\n\r\n".encode())
    began = time.monotonic()
    slow = f"POST {SELECT} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{{"
    assert b" 408 " in _send_raw(server.url, slow.encode())
    assert time.monotonic() - began < 5
    assert server.stop() in (0, -15)
    log = server.log.read_text()
    for line in log.splitlines():
        assert json.loads(line)["event"]
    assert '"status":' in log
    assert canary not in log + metrics
    assert canary in (tmp_path / "audit.jsonl").read_text()


def _send_raw(url: str, data: bytes) -> bytes:
    host, _, port = url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(data)
        try:
            return connection.recv(65536)
        except OSError:
            return b""


def test_TB13_overload_gives_only_200_429_503_and_ends_at_once(tmp_path: Path) -> None:
    server = Process(tmp_path, limits={"concurrency": 4, "threads": 1})
    server.wait_ready()
    body = json.dumps(request()).encode()
    expected = None
    session = requests.Session()
    while expected is None:
        answer = session.post(server.url + SELECT, data=body, timeout=20)
        if answer.status_code == 200 and b"critical" in answer.content:
            expected = answer.content
    counts: Counter[int] = Counter()
    wrong = 0

    def flood(_: int) -> None:
        nonlocal wrong
        own = requests.Session()
        end = time.monotonic() + 4
        while time.monotonic() < end:
            found = own.post(server.url + SELECT, data=body, timeout=20)
            counts[found.status_code] += 1
            # A deadline may leave less, and says so; what is said is never anything else.
            wrong += found.status_code == 200 and found.content != expected and b"not" not in found.content

    with ThreadPoolExecutor(24) as pool:
        list(pool.map(flood, range(24)))
    assert set(counts) <= {200, 429, 503}
    assert counts[200] > 0
    assert counts[429] > 0
    assert wrong == 0
    end = time.monotonic() + 5
    while session.post(server.url + SELECT, data=body, timeout=20).content != expected:
        assert time.monotonic() < end
    server.stop()
