"""The drug of an order that was met before: the same words, another route or another spelling never share a meaning."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from pmcds.fhir import Memory, open_input, read
from pmcds.model.findings import Order
from tests.fhir.material import PATIENT, RXNORM, bundle, context, order

SNOMED = "http://snomed.info/sct"
ORAL = {"coding": [{"system": SNOMED, "code": "26643006", "display": "Oral route"}]}
TOPICAL = {"coding": [{"system": SNOMED, "code": "6064005", "display": "Topical route"}]}
FLUOROURACIL = {"coding": [{"system": RXNORM, "code": "4492"}], "text": "fluorouracil for Mrs. Canary"}
CLOPIDOGREL = {"coding": [{"system": RXNORM, "code": "32968"}], "text": "clopidogrel"}
UNKNOWN = {"text": "the pills of last week"}


def made(concept: Any, *routes: Any, **more: Any) -> dict[str, Any]:
    dosage = [{"text": "as directed", **({"route": route} if route is not None else {})} for route in routes]
    return {**order(), "medicationCodeableConcept": concept, "dosageInstruction": dosage, **more}


def read_with(memory: Memory, resource: dict[str, Any]) -> tuple[Order, ...]:
    found = read(open_input(bundle(PATIENT, resource)), replace(context(), memory=memory))
    return found.orders


@pytest.mark.parametrize("first", [None, ORAL, TOPICAL])
@pytest.mark.parametrize("second", [None, ORAL, TOPICAL])
@pytest.mark.parametrize("concept", [FLUOROURACIL, CLOPIDOGREL, UNKNOWN])
def test_an_order_is_read_the_same_whatever_was_met_before(concept: Any, first: Any, second: Any) -> None:
    memory = Memory()
    resources = [
        made(concept, first),
        made(concept, second),
        made(concept, first, second),
        made(concept),
        made({**concept, "text": "another text"}, second),
        made([concept], second),
        made(concept, second, medicationReference={"reference": "Medication/none"}),
        made(concept, second, dosage=[{"route": TOPICAL}]),
        {**made(concept, second), "dosageInstruction": {"route": TOPICAL}},
        {**made(concept, second), "dosageInstruction": ["topical", {"route": "topical"}]},
    ]
    for resource in (*resources, *resources):
        assert read_with(memory, resource) == read_with(Memory(), resource)


def test_the_own_words_of_an_order_are_shown_for_it_alone_and_never_kept() -> None:
    memory = Memory()
    first = read_with(memory, made(FLUOROURACIL, ORAL))[0]
    other = read_with(memory, made({**FLUOROURACIL, "text": "fluorouracil"}, ORAL))[0]
    again = read_with(memory, made(FLUOROURACIL, ORAL))[0]
    assert (first.label, other.label, again.label) == (FLUOROURACIL["text"], "fluorouracil", FLUOROURACIL["text"])
    assert "Canary" not in repr(memory._known)
