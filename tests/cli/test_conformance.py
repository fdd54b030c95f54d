"""conformance check: messages and services against the specification."""

from __future__ import annotations

import json
from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import responses

from pmcds.cli.messages import findings_of, kind_of
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


def found(card: Mapping[str, Any]) -> list[str]:
    return [finding.where for finding in findings_of("response", {"cards": [card]})]


def test_a_good_card_has_no_findings() -> None:
    assert found(CARD) == []
    assert findings_of("response", {"cards": []}) == []


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"summary": "x" * 140}, "/cards/0/summary"),
        ({"summary": "\U0001f48a" * 70}, "/cards/0/summary"),
        ({"summary": ""}, "/cards/0/summary"),
        ({"indicator": "hard-stop"}, "/cards/0/indicator"),
        ({"source": {}}, "/cards/0/source/label"),
        ({"source": {"label": "A", "url": "relative/path"}}, "/cards/0/source/url"),
        ({"selectionBehavior": "all"}, "/cards/0/selectionBehavior"),
        ({"suggestions": [{"actions": []}]}, "/cards/0/suggestions/0/label"),
        ({"suggestions": [{"label": "A", "actions": [{"type": "Delete"}]}]}, "/cards/0/suggestions/0/actions/0/type"),
        ({"overrideReasons": [{"code": "a", "system": "b"}]}, "/cards/0/overrideReasons/0/display"),
        ({"links": [{"label": "A", "url": "javascript:1", "type": "absolute"}]}, "/cards/0/links/0/url"),
        ({"links": [{"label": "A", "url": "https://a.example", "type": "other"}]}, "/cards/0/links/0/type"),
        ({"detail": None}, "/cards/0/detail"),
        ({"links": []}, "/cards/0/links"),
    ],
)
def test_a_deviation_is_found_at_its_place(change: Mapping[str, Any], where: str) -> None:
    assert where in found(deepcopy(CARD) | change)


def test_two_recommended_where_one_can_be_chosen_is_a_deviation() -> None:
    suggestion = {"label": "A", "isRecommended": True}
    assert "/cards/0/suggestions" in found(CARD | {"suggestions": [suggestion, suggestion]})


@pytest.mark.parametrize("request_file", sorted(REQUESTS.glob("*.json")), ids=lambda file: file.stem)
def test_the_example_requests_conform(run: Run, request_file: Path) -> None:
    shown = run("conformance", "check", request_file)
    assert shown.status == 0, shown.out


def test_a_request_without_what_its_hook_needs_deviates() -> None:
    request = {"hook": "order-sign", "hookInstance": "test", "context": {"userId": "Practitioner/1"}}
    places = {finding.where for finding in findings_of("request", request)}
    assert places == {"/hookInstance", "/context/patientId", "/context/draftOrders"}


def test_feedback_needs_its_outcome() -> None:
    entry = {"card": "1", "outcome": "accepted", "outcomeTimestamp": "2026-01-01T00:00:00Z"}
    assert [f.where for f in findings_of("feedback", {"feedback": [entry]})] == ["/feedback/0/acceptedSuggestions"]


def test_messages_are_told_apart() -> None:
    assert kind_of({"hook": "x"}) == "request"
    assert kind_of({"cards": []}) == "response"
    assert kind_of({"services": []}) == "discovery"
    assert kind_of({"resourceType": "Bundle"}) is None


@responses.activate
def test_a_service_is_checked_by_discovery_and_one_call(run: Run) -> None:
    service = {"hook": "patient-view", "id": "a", "title": "A", "description": "A"}
    base = "https://service.example.org"
    responses.get(f"{base}/cds-services", json={"services": [service, {**service, "id": "b"}]})
    responses.post(f"{base}/cds-services/a", json={"cards": [{**CARD, "indicator": "hard-stop"}]})
    responses.post(f"{base}/cds-services/b", status=404)
    shown = run("conformance", "check", base)
    assert shown.status == 1
    assert "a/cards/0/indicator" in shown.out
    assert "b: is listed by discovery and answered 404" in shown.out
    sent = json.loads(responses.calls[1].request.body or b"")
    assert sent["hook"] == "patient-view"


@responses.activate
def test_a_service_that_answers_nonsense_deviates(run: Run) -> None:
    responses.get("https://service.example.org/cds-services", body="<html>")
    assert run("conformance", "check", "https://service.example.org/cds-services").status == 1
