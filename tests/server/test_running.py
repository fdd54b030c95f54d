"""`pmcds serve` under uvicorn: what the server and its workers are started with."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

import pmcds
from pmcds.cli import main
from pmcds.server import Config, running


class Started:
    """What uvicorn was told, in its place."""

    def __init__(self) -> None:
        self.application: Any = None
        self.options: Mapping[str, Any] = {}

    def __call__(self, application: Any, **options: Any) -> None:
        self.application, self.options = application, options


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Started:
    # The store of feedback is a file in the folder that a server is started in.
    monkeypatch.chdir(tmp_path)
    bundled = pmcds.Knowledge.bundled()
    monkeypatch.setattr(pmcds.Knowledge, "bundled", classmethod(lambda cls: bundled))
    monkeypatch.setattr("pmcds.server.logs.set_up", lambda level: None)
    monkeypatch.delenv("PMCDS_CONFIG_JSON", raising=False)
    found = Started()
    monkeypatch.setattr("uvicorn.run", found)
    return found


def test_the_server_listens_where_it_is_told_and_tells_nothing_of_itself(started: Started) -> None:
    assert main(["serve", "--host", "127.0.0.2", "--port", "8099"]) == 0
    assert (started.options["host"], started.options["port"]) == ("127.0.0.2", 8099)
    assert not started.options["server_header"]
    # Whom a call comes from is never what the call itself says.
    assert not started.options["proxy_headers"]
    assert started.options["limit_concurrency"] == Config().limits.connections
    assert {route.path for route in started.application.routes} >= {"/cds-services"}


def test_workers_serve_what_the_first_process_was_configured_with(
    started: Started, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PMCDS_CONFIG_JSON", "")
    running.run(Config(workers=2, language="de", metrics=False, page=False))
    assert started.application == "pmcds.server.running:worker"
    assert (started.options["workers"], started.options["factory"]) == (2, True)
    told: list[Config] = []
    monkeypatch.setattr(running, "create_app", lambda engine, config, **_: told.append(config))
    running.worker()
    assert (told[0].language, told[0].metrics, told[0].page, told[0].workers) == ("de", False, False, 2)


def test_the_engine_of_a_server_says_what_its_configuration_asks_for(started: Started) -> None:
    engine = running.engine_of(Config(language="de", notices="extension"))
    assert (engine.settings.language, engine.settings.notices) == ("de", "extension")
