"""What a site sets reaches the server, what it logs is whole and quiet, and samples are the patients they stand for."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import pmcds
from pmcds.errors import InputError
from pmcds.server import Config, load, logs, running
from pmcds.server.gate import _method
from pmcds.server.logs import JsonLines
from pmcds.server.samples import bundle_of_sample, request_of
from tests.server.conftest import Open
from tests.server.material import SELECT


def test_settings_come_from_the_environment_of_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PMCDS_PORT", "9000")
    monkeypatch.setenv("PMCDS_FETCH_OPEN", "true")
    monkeypatch.setenv("PMCDS_CORS", "https://a.example, https://b.example")
    found = load()
    assert (found.port, found.fetch.open) == (9000, True)
    assert found.cors == ("https://a.example", "https://b.example")
    assert load(None, {}).port == 8080


@pytest.mark.parametrize("name", ["PMCDS_SERVICES", "PMCDS_JWT_ISSUERS", "PMCDS_LIMITS", "PMCDS_PROT"])
def test_a_variable_that_cannot_hold_what_it_is_named_after_is_refused_by_name(name: str) -> None:
    with pytest.raises(InputError, match=f"{name} names no setting"):
        load(None, {name: "x"})


def test_every_single_setting_has_a_variable() -> None:
    from pmcds.server.config import _fields

    names = {name for name, _ in _fields(Config, ())}
    assert {"PMCDS_HOST", "PMCDS_REPEATS", "PMCDS_LIMITS_CALL_SECONDS", "PMCDS_JWT_ALGORITHMS"} <= names
    several = {name for name, (_, several) in _fields(Config, ()) if several}
    assert several == {"PMCDS_CORS", "PMCDS_FAMILIES", "PMCDS_FETCH_SERVERS", "PMCDS_JWT_ALGORITHMS"}


# The process


def test_the_process_keeps_its_own_bounds_and_tells_no_address(monkeypatch: pytest.MonkeyPatch) -> None:
    told: dict[str, Any] = {}
    monkeypatch.setattr(running, "create_app", lambda *_, **__: None)
    monkeypatch.setattr(running, "engine_of", lambda config: None)
    monkeypatch.setattr("pmcds.server.logs.set_up", lambda level: None)
    monkeypatch.setattr("uvicorn.run", lambda app, **options: told.update(options))
    running.run(Config.model_validate({"limits": {"connections": 7, "stop_seconds": 3.9}, "port": 1, "host": "h"}))
    assert told == {
        "host": "h",
        "port": 1,
        "log_config": None,
        "access_log": False,
        "server_header": False,
        "date_header": True,
        "timeout_keep_alive": 15,
        "timeout_graceful_shutdown": 3,
        "limit_concurrency": 7,
        "h11_max_incomplete_event_size": 32768,
        "proxy_headers": False,
    }


def test_a_sites_own_rules_are_served_beside_the_bundled_ones(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    class Packs(str):
        def __add__(self, other: str) -> Packs:
            return Packs(f"{self!s}+{other}")

    asked: list[Any] = []

    def own(cls: Any, path: Any) -> str:
        asked.append(path)
        return "own"

    monkeypatch.setattr(pmcds.Knowledge, "bundled", classmethod(lambda cls: Packs("bundled")))
    monkeypatch.setattr(pmcds.Knowledge, "from_path", classmethod(own))
    monkeypatch.setattr(running, "Engine", lambda knowledge, settings: knowledge)
    assert running.engine_of(Config(cards=tmp_path)) == "bundled+own"  # type: ignore[comparison-overlap]
    assert asked == [tmp_path]
    assert running.engine_of(Config()) == "bundled"  # type: ignore[comparison-overlap]


# Logs


@pytest.fixture
def untouched() -> Iterator[None]:
    """The loggers of this process as they were."""
    names = ["", "pmcds.server", "uvicorn", "uvicorn.error", "uvicorn.access", *logs._TALKATIVE]
    before = [(one.handlers, one.level, one.propagate, one.disabled) for one in map(logging.getLogger, names)]
    yield
    logging.captureWarnings(False)
    for name, (handlers, level, propagate, disabled) in zip(names, before, strict=True):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate, logger.disabled = handlers, propagate, disabled
        logger.setLevel(level)


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize("level", ["debug", "info", "error"])
def test_no_library_that_writes_addresses_is_ever_louder_than_a_warning(
    level: str, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.set_up(level)
    for name in ("urllib3", "requests", "asyncio", "httpx", "httpcore", "h11", "charset_normalizer"):
        assert logging.getLogger(name).level == logging.WARNING
        logging.getLogger(f"{name}.part").debug("canary")
        logging.getLogger(name).info("canary")
    for name in ("uvicorn", "uvicorn.error"):
        logger = logging.getLogger(name)
        assert (logger.level, logger.propagate, len(logger.handlers)) == (logging.WARNING, False, 1)
        logger.info("canary")
    logging.getLogger("uvicorn.access").error("canary")
    own = logging.getLogger("pmcds.server")
    assert (own.level, own.propagate, len(own.handlers)) == (getattr(logging, level.upper()), False, 1)
    logs.event("one", logging.ERROR, count=3)
    logging.getLogger("uvicorn.error").error("broken %s", "canary")
    logging.getLogger("urllib3").error("retry %s", "canary")
    written = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [(line["level"], line["event"]) for line in written] == [("error", "one"), *[("error", "other")] * 2]
    assert written[0]["count"] == 3 and [line["logger"] for line in written[1:]] == ["uvicorn.error", "urllib3"]
    assert "canary" not in str(written)


def test_every_line_says_when_how_grave_and_what() -> None:
    record = logging.LogRecord("pmcds.server", logging.WARNING, "", 1, "token-refused", (), None)
    record.created, record.msecs = 1_780_000_000.042, 42.0
    record.fields = {"reason": "expired"}
    assert json.loads(JsonLines().format(record)) == {
        "time": "2026-05-28T20:26:40.042Z",
        "level": "warning",
        "event": "token-refused",
        "reason": "expired",
    }


def test_of_records_of_others_the_fixed_text_is_told_and_no_more_of_it_than_a_line() -> None:
    record = logging.LogRecord("h11", logging.ERROR, "", 1, "x" * 300 + "%s", ("canary",), None)
    line = json.loads(JsonLines().format(record))
    assert (line["event"], line["logger"], line["text"]) == ("other", "h11", "x" * 200)
    try:
        raise KeyError("canary")
    except KeyError:
        record.exc_info = sys.exc_info()
    line = json.loads(JsonLines().format(record))
    assert (line["text"], line["kind"], line["level"]) == ("unexpected error", "KeyError", "error")


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"])
def test_a_known_method_is_logged_as_it_is(method: str) -> None:
    assert _method({"method": method}) == method


@pytest.mark.parametrize("method", ["CANARY", "get", "", 'GET"} {"event": "forged'])
def test_what_a_caller_makes_up_as_a_method_is_never_in_the_log(
    open_client: Open, lines: list[dict[str, Any]], method: str
) -> None:
    assert _method({"method": method}) == "other"
    if method == "CANARY":
        assert open_client().request(method, SELECT).status_code == 405
        assert [line["method"] for line in lines if line["event"] == "request"] == ["other"]


# Samples


@pytest.mark.parametrize("several", [False, True])
def test_a_sample_holds_every_fact_that_its_rule_was_tested_with(engine: pmcds.Engine, several: bool) -> None:
    facts = {"condition": "acute coronary syndrome", "medication": "omeprazole"}
    stated: dict[str, Any] = {name: [value] if several else value for name, value in facts.items()}
    stated["order"] = ["clopidogrel"] if several else "clopidogrel"
    stated["phenotype"] = {"CYP2C19": "poor metabolizer"}
    bundle = bundle_of_sample(engine, stated)
    kinds = sorted(entry["resource"]["resourceType"] for entry in bundle["entry"])
    assert kinds.count("Condition") == 1
    assert sum(kind.startswith("Medication") for kind in kinds) == 2
    text = json.dumps(bundle)
    assert all(word in text for word in ("acute coronary syndrome", "omeprazole", "clopidogrel"))


@pytest.mark.parametrize("drug", ["clopidogrel", "unheard-of drops"])
def test_the_drug_that_a_visitor_types_is_ordered_for_the_patient_of_the_sample(
    engine: pmcds.Engine, drug: str
) -> None:
    bundle = bundle_of_sample(engine, {"phenotype": {"CYP2C19": "poor metabolizer"}})
    request = request_of(engine, bundle, drug, "order-select")
    [entry] = request["context"]["draftOrders"]["entry"]
    order = dict(entry["resource"])
    concept = order.pop("medicationCodeableConcept")
    patient = next(e["resource"]["id"] for e in bundle["entry"] if e["resource"]["resourceType"] == "Patient")
    assert order == {
        "resourceType": "MedicationRequest",
        "id": "draft",
        "status": "draft",
        "intent": "order",
        "subject": {"reference": f"Patient/{patient}"},
    }
    assert concept["text"] == drug
    assert ("coding" in concept) is (drug == "clopidogrel")
    assert all(coding["system"] and coding["code"] for coding in concept.get("coding", ()))
    assert request["context"]["selections"] == ["MedicationRequest/draft"]
    result = engine.answer("pmcds-order-select", json.dumps(request))
    told = {line.outcome for line in result.ledger.orders}
    assert ("ALERT" in told) is (drug == "clopidogrel") and result.cards
