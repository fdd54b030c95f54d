"""What the start builds is kept out of garbage collection, in a process that serves nothing else."""

from __future__ import annotations

import gc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

import pmcds
from pmcds.server import running
from pmcds.server.app import create_app
from pmcds.server.config import Config


@pytest.fixture
def frozen(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How often the collector was told to leave everything alone; the tests' own process is not touched."""
    calls: list[int] = []
    monkeypatch.setattr(gc, "freeze", lambda: calls.append(1))
    return calls


@pytest.mark.parametrize(("own", "wanted"), [(True, [1]), (False, [])])
def test_the_collector_of_another_application_is_never_touched(
    engine: pmcds.Engine, tmp_path: Path, frozen: list[int], own: bool, wanted: list[int]
) -> None:
    config = Config.model_validate({"feedback": {"url": f"sqlite:///{tmp_path / 'feedback.db'}"}})
    with TestClient(create_app(engine, config, own_process=own)):
        assert frozen == wanted


@pytest.mark.parametrize("start", ["run", "worker"])
def test_a_process_of_the_servers_own_says_so(monkeypatch: pytest.MonkeyPatch, start: str) -> None:
    told: list[Any] = []
    app: Callable[..., None] = lambda *_, **options: told.append(options)  # noqa: E731
    monkeypatch.setattr(running, "create_app", app)
    monkeypatch.setattr(running.uvicorn, "run", lambda *_, **__: None)
    monkeypatch.setattr(running.logs, "set_up", lambda *_: None)
    monkeypatch.setenv("PMCDS_CONFIG_JSON", "{}")
    if start == "run":
        running.run(Config())
    else:
        running.worker()
    assert told == [{"own_process": True}]
