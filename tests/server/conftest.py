"""One engine for all tests of the server, and applications around it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("starlette", reason="needs the extra server: pip install 'pmcds[server]'")
pytest.importorskip("httpx2", reason="needs httpx2 for starlette's test client")

from starlette.testclient import TestClient

import pmcds
from pmcds.server import Config, create_app

Open = Callable[..., TestClient]


@pytest.fixture(scope="session")
def engine() -> pmcds.Engine:
    return pmcds.Engine()


@pytest.fixture
def open_client(engine: pmcds.Engine, tmp_path: Path) -> Iterator[Open]:
    """Clients of applications, stopped at the end of the test; settings as arguments."""
    opened: list[TestClient] = []

    def make(*, patient_engine: pmcds.Engine | None = None, **settings: Any) -> TestClient:
        place = f"sqlite:///{tmp_path / f'feedback{len(opened)}.db'}"
        values = {"feedback": {"url": place}} | settings
        # Deadlines are for a test of their own: a busy test machine must not blur the others.
        values = {"limits": {"evaluation_seconds": 20, "call_seconds": 30}} | values
        app = create_app(patient_engine or engine, Config.model_validate(values))
        client = TestClient(app, raise_server_exceptions=False)
        client.__enter__()
        opened.append(client)
        return client

    yield make
    for client in opened:
        client.__exit__(None, None, None)


@pytest.fixture
def client(open_client: Open) -> TestClient:
    return open_client()


@pytest.fixture
def lines() -> Iterator[list[dict[str, Any]]]:
    """What the server logs, as fields."""
    found: list[dict[str, Any]] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            found.append({"event": record.msg, **getattr(record, "fields", {})})

    logger = logging.getLogger("pmcds.server")
    keep = Keep()
    before = logger.level
    logger.addHandler(keep)
    logger.setLevel(logging.DEBUG)
    yield found
    logger.removeHandler(keep)
    logger.setLevel(before)
