"""conformance check: messages and services against the specification."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import responses

from tests.cli.conftest import REQUESTS, Run

CARD: dict[str, Any] = {
    "uuid": "4e0a3a1e-3283-4575-ab82-028d55fe2719",
    "summary": "Example",
    "indicator": "info",
    "source": {"label": "Example"},
    "selectionBehavior": "at-most-one",
    "suggestions": [
        {
            "label": "Delete",
            "actions": [{"type": "delete", "description": "Delete the order", "resourceId": "MedicationRequest/1"}],
        }
    ],
    "links": [{"label": "Guideline", "url": "https://example.org/guideline", "type": "absolute"}],
}


def test_a_saved_message_is_checked_by_the_rules_of_the_specification(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "response.json"
    file.write_text(json.dumps({"cards": [{**CARD, "indicator": "hard-stop"}]}))
    shown = run("conformance", "check", file)
    assert shown.status == 1
    assert "C2 response/cards/0/indicator" in shown.out
    rows = run("conformance", "check", file, "--json").json["findings"]
    assert any(row["rule"] == "C2" and row["level"] == "M" for row in rows)


def test_advice_alone_is_nothing_to_act_on(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "discovery.json"
    service = {"hook": "patient-view", "id": "a", "description": "A"}
    file.write_text(json.dumps({"services": [service]}))
    shown = run("conformance", "check", file)
    assert shown.status == 0
    assert "(advice)" in shown.out


@pytest.mark.parametrize("request_file", sorted(REQUESTS.glob("*.json")), ids=lambda file: file.stem)
def test_the_example_requests_conform(run: Run, request_file: Path) -> None:
    shown = run("conformance", "check", request_file)
    assert shown.status == 0, shown.out


@responses.activate
def test_a_service_is_checked_by_discovery_and_one_call(run: Run) -> None:
    service = {"hook": "patient-view", "id": "a", "title": "A", "description": "A"}
    base = "https://service.example.org"
    responses.get(f"{base}/cds-services", json={"services": [service, {**service, "id": "b"}]})
    responses.post(f"{base}/cds-services/a", json={"cards": [{**CARD, "indicator": "hard-stop"}]})
    responses.post(f"{base}/cds-services/b", status=404)
    shown = run("conformance", "check", base)
    assert shown.status == 1
    assert "C2 a/cards/0/indicator" in shown.out
    assert "D4 b: is listed by discovery and answered 404" in shown.out
    sent = json.loads(responses.calls[1].request.body or b"")
    assert sent["hook"] == "patient-view"


@responses.activate
def test_a_service_that_answers_nonsense_deviates(run: Run) -> None:
    responses.get("https://service.example.org/cds-services", body="<html>")
    assert run("conformance", "check", "https://service.example.org/cds-services").status == 1
