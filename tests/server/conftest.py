"""One engine for all tests of the server, and applications around it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("starlette", reason="needs the extra server: pip install 'pmcds[server]'")
pytest.importorskip("httpx2", reason="needs httpx2 for starlette's test client")

from starlette.testclient import TestClient

import pmcds
from pmcds import hooks
from pmcds.server import Config, create_app

Open = Callable[..., TestClient]


@pytest.fixture(scope="session")
def engine() -> pmcds.Engine:
    return pmcds.Engine()


@pytest.fixture(scope="session", autouse=True)
def _services_once() -> Iterator[None]:
    """Work out once which services some rules need, however many applications offer them: a third of a second each."""
    known: dict[object, tuple[hooks.Service, ...]] = {}
    work_out = hooks.services_of

    def services_of(rules: Iterable[Any], terms: object = None, **options: Any) -> tuple[hooks.Service, ...]:
        loaded = tuple(rules)
        key = (tuple(map(id, loaded)), id(terms), *sorted(options.items()))
        if key not in known:
            known[key] = work_out(loaded, terms, **options)
            kept.append((loaded, terms))
        return known[key]

    # What an id stands for is kept, so that no other object gets it.
    kept: list[object] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hooks, "services_of", services_of)
        yield


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
