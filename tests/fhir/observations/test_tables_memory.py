"""What a result says is remembered by what it states: no member that changes it may be left out of that (LC-16)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pmcds.fhir import open_input
from pmcds.fhir.observations import read_observations
from tests.fhir.observations.support import LOINC, TBD, concept, context, gene, genotype, observation, patient

# What a result states is remembered under its code and value; nothing that changes it may be left out of that.
MORE: dict[str, Any] = {
    "interpretation": [{"coding": [{"code": "NEG"}]}], "derivedFrom": [{"reference": "Observation/v"}],
    "hasMember": [{"reference": "Observation/v"}], "focus": [{"reference": "Patient/p2"}],
    "dataAbsentReason": {"text": "x"}, "modifierExtension": [{"url": "x"}], "valueInteger": 3,
    "extension": [{"url": "http://hl7.org/fhir/StructureDefinition/observation-geneticsGene",
                   "valueCodeableConcept": {"text": "CYP2D6"}}],
    "status": "preliminary", "subject": {"reference": "Patient/p2"}, "effectiveDateTime": "2027-01-01",
    "specimen": {"display": "cord blood"}, "code": {"coding": [{"system": LOINC, "code": "84414-2"}]},
    "valueCodeableConcept": {"text": "*2/*2"}, "component": [gene("CYP2D6")], "valueString": "*3/*3",
    "valueQuantity": {"value": 1}, "related": [{"type": "derived-from", "target": {"reference": "Observation/v"}}],
}  # fmt: skip


@pytest.mark.parametrize("member", MORE)
def test_lc16_a_result_that_says_more_is_never_taken_for_one_that_was_read_before(member: str) -> None:
    def told(known: Any, *resources: Any) -> Any:
        entries = [{"resource": one} for one in (patient(), *resources)]
        body = json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries})
        return [repr(one) for one in read_observations(open_input(body), known).findings]

    plain = genotype("*1/*1")
    more = {**plain, member: MORE[member]}
    known = context()
    told(known, plain)
    assert told(known, more) == told(context(), more)
    assert told(known, plain) == told(context(), plain)


def pair(code: Any, *components: Any, **value: Any) -> dict[str, Any]:
    return observation(code, *(components or (gene("CYP2D6"),)), **value)


SCORE = concept(TBD, "activity-score")
DIFFER: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "code": (pair("84413-4", valueString="1.0"), pair(SCORE, valueString="1.0")),
    "component": (pair("84413-4", valueString="*1/*4"), pair("84413-4", gene("CYP2C19"), valueString="*1/*4")),
    "valueString": (pair("84413-4", valueString="*1/*4"), pair("84413-4", valueString="*4/*4")),
    "valueQuantity": (pair(SCORE, valueQuantity={"value": 1}), pair(SCORE, valueQuantity={"value": 2})),
    "valueCodeableConcept": (
        pair("84413-4", valueCodeableConcept={"text": "*1/*4"}),
        pair("84413-4", valueCodeableConcept={"text": "*4/*4"}),
    ),
}  # fmt: skip


@pytest.mark.parametrize("member", DIFFER)
def test_lc16_two_results_that_differ_in_what_they_state_are_never_remembered_as_one(member: str) -> None:
    def told(known: Any, one: Any) -> list[str]:
        body = json.dumps({"resourceType": "Bundle", "entry": [{"resource": patient()}, {"resource": one}]})
        return [repr(found) for found in read_observations(open_input(body), known).findings]

    for first, second in (DIFFER[member], DIFFER[member][::-1]):
        known = context()
        told(known, first)
        assert told(known, second) == told(context(), second) != told(context(), first)
