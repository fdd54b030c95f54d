"""The feedback store in a real PostgreSQL, with a driver that is not LGPL (pg8000, BSD)."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from pmcds.hooks.feedback import parse_feedback
from pmcds.server.config import Feedback
from pmcds.server.store import ShownCard, Store, open_store
from tests.server.material import SELECT, feedback, request
from tests.server.process import Process, free_port

pytest.importorskip("pg8000", reason="needs pg8000: pip install pg8000")

_PROGRAMS = next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)), None)
pytestmark = [
    pytest.mark.postgres,
    pytest.mark.skipif(
        _PROGRAMS is None or os.geteuid() != 0 or shutil.which("runuser") is None,
        reason="needs PostgreSQL and root to start it: apt-get install postgresql",
    ),
]


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    """The URL of a fresh cluster on loopback."""
    assert _PROGRAMS is not None
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        shutil.chown(folder, "postgres")
        data = f"{folder}/data"

        def run(*command: str) -> None:
            whole = ["runuser", "-u", "postgres", "--", f"{_PROGRAMS}/{command[0]}", *command[1:]]
            subprocess.run(whole, check=True, stdout=subprocess.DEVNULL, cwd=folder, timeout=120)

        run("initdb", "-D", data, "-A", "trust", "--no-sync")
        options = f"-p {port} -c listen_addresses=127.0.0.1 -k {folder}"
        run("pg_ctl", "-D", data, "-w", "-l", f"{folder}/log", "-o", options, "start")
        try:
            yield f"postgresql+pg8000://postgres@127.0.0.1:{port}/postgres"
        finally:
            run("pg_ctl", "-D", data, "-m", "immediate", "stop")


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    found = open_store(Feedback(url=database))
    found.purge("9999")
    yield found
    found.close()


def test_feedback_is_stored_once_by_many_threads(store: Store) -> None:
    def add(number: int) -> int:
        body = feedback(card=f"c{number % 50}", outcome="overridden", overrideReason={"userComment": f"note {number}"})
        return store.add(parse_feedback(body, service="s", received="2026-03-06T08:00:01Z").records)

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(add, range(200))) == 50
    found = list(store.records())
    assert len(found) == 50
    assert all(record.comment for record in found)
    assert store.ready()


def test_counts_of_many_threads_add_up(store: Store) -> None:
    cards = [ShownCard(f"c{n}", "s", "t", "rule/x", "1") for n in range(5)]
    before = sum(row.shown for row in store.counts())
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: store.remember(cards, "2026-03-06"), range(40)))
    assert sum(row.shown for row in store.counts()) - before == 200
    known = store.known("c3")
    assert known is not None
    assert known.rule == "rule/x"


def test_the_server_stores_there(database: str, store: Store, tmp_path: Path) -> None:
    server = Process(tmp_path, feedback={"url": database}, limits={"evaluation_seconds": 20, "call_seconds": 30})
    server.wait_ready()
    card = requests.post(server.url + SELECT, json=request(), timeout=60).json()["cards"][0]["uuid"]
    for _ in range(2):
        assert requests.post(f"{server.url}{SELECT}/feedback", json=feedback(card=card), timeout=20).status_code == 200
    server.kill()
    assert [record.card for record in store.records()] == [card]
    assert next(iter(store.records())).known_card
