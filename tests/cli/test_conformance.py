"""conformance check: messages and services against the specification."""

from __future__ import annotations

import json
import re
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
def test_a_service_is_checked_by_discovery_and_calls(run: Run) -> None:
    service = {"hook": "patient-view", "id": "a", "title": "A", "description": "A"}
    base = "https://service.example.org"
    document = json.dumps({"services": [service, {**service, "id": "b"}]})
    responses.get(re.compile(f"{base}/cds-services/?$"), body=document, content_type="application/json")
    responses.get(re.compile(f"{base}/cds-services/.+"), status=405)
    responses.post(re.compile(f"{base}/cds-services/a"), json={"cards": [{**CARD, "indicator": "hard-stop"}]})
    responses.post(re.compile(f"{base}/cds-services/b"), status=404)
    responses.post(re.compile(f"{base}/cds-services/there.*"), status=404)
    shown = run("conformance", "check", base, "--all")
    assert shown.status == 1
    assert "C2 a/cards/0/indicator" in shown.out
    assert "D4 b: is listed by discovery and answered 404" in shown.out
    assert "feedback: not checked, it may be stored: say --feedback" in shown.out
    assert re.search(r"^S16 +service +advice", shown.out, re.MULTILINE)
    sent = [call.request for call in responses.calls]
    assert not any(str(request.url).endswith("/feedback") for request in sent)


@responses.activate
def test_a_service_that_asks_for_a_token_is_told_so(run: Run) -> None:
    headers = {"WWW-Authenticate": "Bearer"}
    responses.get("https://service.example.org/cds-services", status=401, headers=headers)
    shown = run("conformance", "check", "https://service.example.org")
    assert "everything: not checked, the service asks for a token" in shown.out


@responses.activate
def test_a_service_that_answers_nonsense_deviates(run: Run) -> None:
    responses.get("https://service.example.org/cds-services", body="<html>")
    assert run("conformance", "check", "https://service.example.org/cds-services").status == 1
