"""Each repair that reading rests on is named for whoever looks, member by member (R1 to R12)."""

from __future__ import annotations

from typing import Any

import pytest

from pmcds.fhir.repairs import repairs

LISTS = (
    "category", "coding", "component", "contained", "dosageInstruction", "identifier", "ingredient", "interpretation",
    "result", "derivedFrom", "hasMember", "extension", "modifierExtension",
)  # fmt: skip
CONCEPTS = ("code", "category", "interpretation", "clinicalStatus", "verificationStatus", "conclusionCode")
SINGLE = ("code", "clinicalStatus", "verificationStatus", "subject", "valueCodeableConcept", "valueQuantity")
DATES = (
    "effectiveDateTime", "effectiveInstant", "issued", "authoredOn", "recordedDate", "onsetDateTime", "birthDate",
    "dateTime",
)  # fmt: skip
NUMBERS = ("low", "high", "numerator", "denominator", "valueQuantity", "doseQuantity")
WORDS = ("display", "text", "valueString", "unit", "conclusion")


BLANK: tuple[Any, ...] = ("", None, {}, [])


@pytest.mark.parametrize(
    ("repair", "resources"),
    [
        ("R1", [{"x": blank} for blank in BLANK]),
        ("R2", [{"a": {name: {"b": "c"}}} for name in LISTS if name != "contained"]),
        ("R2", [{name: [{"b": "c"}]} for name in SINGLE]),
        ("R3", [{name: "active"} for name in CONCEPTS]),
        ("R4", [{"valueString": "a", "valueInteger": 1}]),
        ("R6", [{"a": {name: {"value": "2.50"}}} for name in NUMBERS]),
        ("R7", [{"_status": {"extension": [{"url": "x"}]}}]),
        ("R8", [{"a": {name: "Enzymatic\u200bactivity"}} for name in WORDS]),
        ("R9", [{"a": {name: "one\\.br\\two"}} for name in WORDS]),
        ("R10", [{"a": {"coding": [{"system": "s", "code": '"x"'}]}}]),
        ("R11", [{"meta": [{"profile": "x"}]}]),
        ("R12", [{name: "2018-13-40"} for name in DATES]),
    ],
)
def test_each_repair_is_named(repair: str, resources: list[dict[str, Any]]) -> None:
    for resource in resources:
        assert repair in repairs(resource), resource


def test_what_needs_no_repair_has_none() -> None:
    plain: dict[str, Any] = {
        "status": "final", "code": {"coding": [{"system": "s", "code": "x"}], "text": "words"},
        "category": [{"text": "laboratory"}], "subject": {"reference": "Patient/1"}, "issued": "2026-01-01",
        "valueQuantity": {"value": 1, "unit": "mg"}, "meta": {"profile": ""}, "contained": [{"meta": {"tag": ""}}],
    }  # fmt: skip
    assert repairs(plain) == ()
    assert repairs({"issued": ""}) == ("R1",)
