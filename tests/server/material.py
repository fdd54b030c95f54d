"""Requests that the tests of the server share."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

REQUESTS = Path(__file__).resolve().parents[2] / "examples" / "requests"
SELECT = "/cds-services/pmcds-order-select"
SIGN = "/cds-services/pmcds-order-sign"
VIEW = "/cds-services/pmcds-patient-view"


def request(name: str = "order-select-clopidogrel", **changes: Any) -> dict[str, Any]:
    """A request of the examples, with members replaced."""
    found: dict[str, Any] = json.loads((REQUESTS / f"{name}.json").read_bytes())
    return copy.deepcopy(found) | changes


def feedback(card: str = "6b1c7a0e-0d5c-5f0e-9b7e-2f0c3d0a1b11", **changes: Any) -> dict[str, Any]:
    """A body with one accepted suggestion."""
    entry = {
        "card": card,
        "outcome": "accepted",
        "acceptedSuggestions": [{"id": "0f6f3a3e-8f0b-5c55-8d0d-1d7a0a7c2c22"}],
        "outcomeTimestamp": "2026-03-06T08:00:00Z",
    }
    return {"feedback": [entry | changes]}


def diagnostics(answer: Any) -> str:
    """The text of an answer's OperationOutcome."""
    outcome = answer.json()
    assert outcome["resourceType"] == "OperationOutcome"
    text: str = outcome["issue"][0]["diagnostics"]
    return text
