"""Configuration, logs, audit records: what they take and what they hold."""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path
from typing import Any

import pytest

import pmcds
from pmcds.cli import main
from pmcds.errors import InputError
from pmcds.server import Config, load
from pmcds.server.audit import audit_event
from pmcds.server.logs import JsonLines
from tests.server.conftest import Open
from tests.server.material import SELECT, request
from tests.server.tokens import BASE, ISSUER, JKU

TOML = """
base_url = "https://cds.example.org"
cors = ["https://ehr.example.org"]
[limits]
concurrency = 8
[services]
pmcds-order-sign = "epic"
[[jwt.issuers]]
issuer = "https://ehr.example.org/fhir"
jku = ["https://ehr.example.org/jwks.json"]
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    found = tmp_path / "pmcds.toml"
    found.write_text(TOML)
    return found


def test_a_file_then_variables_then_arguments(file: Path) -> None:
    environment = {
        "PMCDS_CONFIG": str(file),
        "PMCDS_LIMITS_CONCURRENCY": "9",
        "PMCDS_FETCH_SERVERS": "https://a.example/fhir, https://b.example/fhir",
        "PMCDS_PORT": "9000",
        "OTHER": "x",
    }
    config = load(None, environment, port=9001, host=None)
    assert config.limits.concurrency == 9
    assert config.fetch.servers == ("https://a.example/fhir", "https://b.example/fhir")
    assert config.port == 9001
    assert config.host == "127.0.0.1"
    assert config.authenticated
    assert not config.page_on


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("prot = 5", "prot"),
        ("port = 'x'", "port"),
        ("port = 70000", "port"),
        ("[limits]\nconcurrency = 0", "limits.concurrency"),
        ("cors = ['*']", "cors"),
        ("cors = ['https://a@b.example']", "cors"),
        ("[fetch]\nservers = ['ftp://x']", "fetch.servers"),
        ("[[jwt.issuers]]\nissuer = 'x'\nmax_lifetime = 7200", "max_lifetime"),
        ("[[jwt.issuers]]\nissuer = 'x'", "base_url"),
        ("port = ", "TOML"),
        ("log_level = 'loud'", "log_level"),
    ],
)
def test_mistakes_are_named(tmp_path: Path, text: str, named: str) -> None:
    found = tmp_path / "pmcds.toml"
    found.write_text(text)
    with pytest.raises(InputError, match=named):
        load(found, {})


def test_values_are_not_repeated_and_unknown_variables_are_named() -> None:
    with pytest.raises(InputError) as refused:
        load(None, {"PMCDS_PORT": "canary"})
    assert "canary" not in str(refused.value)
    with pytest.raises(InputError, match="PMCDS_PROT"):
        load(None, {"PMCDS_PROT": "1"})


def test_serve_refuses_a_bad_file_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = tmp_path / "pmcds.toml"
    found.write_text("prot = 1")
    assert main(["serve", "--config", str(found)]) == 2
    assert capsys.readouterr().err.startswith("pmcds: the configuration cannot be used: prot")


def test_a_service_can_have_its_profile(open_client: Open) -> None:
    client = open_client(services={"pmcds-order-select": "epic"})
    card = client.post(SELECT, json=request()).json()["cards"][0]
    assert card["selectionBehavior"] == "any"


def test_a_request_that_names_its_dialect_gets_it(open_client: Open) -> None:
    extension = {"com.epic.cdshooks.request.bpa-trigger-action": "18"}
    body = request(extension=extension)
    assert open_client().post(SELECT, json=body).json()["cards"][0]["selectionBehavior"] == "any"
    chosen = open_client(profile="generic").post(SELECT, json=body).json()["cards"][0]
    assert chosen["selectionBehavior"] == "at-most-one"


def test_notices_can_stand_in_the_extension(engine: pmcds.Engine, open_client: Open) -> None:
    other = pmcds.Engine(engine.knowledge, pmcds.Settings(notices="extension"))
    body = request()
    body["prefetch"] = {}
    answer = open_client(patient_engine=other).post(SELECT, json=body).json()
    assert answer["cards"] or answer["extension"]


def test_config_is_handed_on_to_workers_as_it_is(file: Path) -> None:
    config = load(file, {})
    assert Config.model_validate_json(config.model_dump_json()) == config
    assert (config.jwt.issuers[0].issuer, config.jwt.issuers[0].jku, config.base_url) == (ISSUER, (JKU,), BASE)


# Logs


def test_records_of_others_tell_no_arguments() -> None:
    formatter = JsonLines()
    try:
        raise ValueError("canary")
    except ValueError:
        error = sys.exc_info()
    record = logging.LogRecord("urllib3", logging.WARNING, "", 1, "GET %s", ("canary",), error)
    line = formatter.format(record)
    assert "canary" not in line
    assert json.loads(line)["kind"] == "ValueError"


# Audit


def test_FR35_an_audit_record_per_call(open_client: Open, tmp_path: Path) -> None:
    file = tmp_path / "audit.jsonl"
    client = open_client(audit=str(file))
    client.post(SELECT, json=request())
    client.post(SELECT, content=b"{")
    lines = file.read_text().splitlines()
    assert len(lines) == 1
    event = json.loads(lines[0])
    patients = [one for one in event["entity"] if one.get("role", {}).get("code") == "1"]
    assert [one["what"]["reference"] for one in patients] == ["Patient/example"]
    assert len(event["entity"]) >= 2
    assert {one["type"] for one in event["entity"][1]["detail"]} >= {"knowledge", "count ALERT"}
    assert "CYP2C19" not in lines[0]
    assert "clopidogrel" not in lines[0]


def test_FR35_the_record_is_an_audit_event_of_R4() -> None:
    models = pytest.importorskip("fhir.resources.R4B.auditevent", reason="needs the extra fhir")
    settings: dict[str, Any] = {"client": ISSUER, "tenant": "t1", "user": "Practitioner/p"}
    for more in ({}, settings):
        event = audit_event(
            service="pmcds-order-select",
            patient="Patient/p1",
            recorded="2026-03-06T08:00:00.000+00:00",
            outcomes={"ALERT": 1},
            snapshot="abc",
            **more,
        )
        models.AuditEvent.model_validate(event)
        assert sum(agent["requestor"] for agent in event["agent"]) == 1


def test_a_site_chooses_how_results_are_asked_for_and_which_version_is_announced(open_client: Open) -> None:
    def offered(**settings: Any) -> dict[str, Any]:
        services = open_client(**settings).get("/cds-services").json()["services"]
        return next(service for service in services if service["hook"] == "order-sign")

    usual, whole, newest = offered(), offered(observations="all"), offered(specification="3.0.0")
    assert "&code=" in usual["prefetch"]["observations"] and usual["version"] == "2.0.1"
    assert whole["prefetch"]["observations"] == "Observation?patient={{context.patientId}}"
    assert newest["version"] == "3.0.0" and "resolve()" in newest["prefetch"]["drugs"]
