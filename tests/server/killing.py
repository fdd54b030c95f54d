"""Kill the server while it stores feedback, again and again: nothing acknowledged may be lost, nothing doubled."""

from __future__ import annotations

import random
import sqlite3
import threading
import time
from pathlib import Path
from typing import NamedTuple

import requests

from tests.server.material import SELECT, feedback
from tests.server.process import Process


class Report(NamedTuple):
    """What came of the rounds."""

    rounds: int
    acknowledged: int
    sent_again: int
    lost: int
    doubled: int


class _Clients:
    """Threads that post numbered feedback until the server is gone."""

    def __init__(self, url: str, first: int) -> None:
        self._url = url + SELECT + "/feedback"
        self._next = first
        self._lock = threading.Lock()
        self.acknowledged: set[int] = set()
        self.open: set[int] = set()
        self._threads = [threading.Thread(target=self._run) for _ in range(4)]
        for thread in self._threads:
            thread.start()

    def _run(self) -> None:
        session = requests.Session()
        while True:
            with self._lock:
                number, self._next = self._next, self._next + 1
                self.open.add(number)
            if not send(session, self._url, number):
                return
            with self._lock:
                self.acknowledged.add(number)
                self.open.discard(number)

    def wait(self) -> None:
        for thread in self._threads:
            thread.join()


def send(session: requests.Session, url: str, number: int) -> bool:
    """Post one; True if it was acknowledged."""
    body = feedback(card=f"card-{number}")
    try:
        return session.post(url, json=body, timeout=10).status_code == 200
    except requests.RequestException:
        return False


def kill_rounds(folder: Path, rounds: int, seed: int) -> Report:
    """Start, post, kill; start again, send again what was not acknowledged; look at what is stored."""
    chance = random.Random(seed)
    acknowledged: set[int] = set()
    waiting: set[int] = set()
    again = 0
    for number in range(rounds + 1):
        server = Process(folder)
        server.wait_ready()
        session = requests.Session()
        for one in sorted(waiting):
            again += 1
            assert send(session, server.url + SELECT + "/feedback", one)
        acknowledged |= waiting
        waiting = set()
        if number == rounds:
            server.stop()
            break
        clients = _Clients(server.url, number * 1_000_000)
        time.sleep(chance.uniform(0.05, 0.8))
        server.kill()
        clients.wait()
        acknowledged |= clients.acknowledged
        waiting = clients.open
    with sqlite3.connect(folder / "feedback.db") as database:
        stored = [int(card.removeprefix("card-")) for (card,) in database.execute("SELECT card FROM feedback")]
    database.close()
    lost = len(acknowledged - set(stored))
    return Report(rounds, len(acknowledged), again, lost, len(stored) - len(set(stored)))
