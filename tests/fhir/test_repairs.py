"""Tolerance with memory: what had to be repaired is named on the input line and on the findings that rest on it."""

from __future__ import annotations

from typing import Any

import pytest

from pmcds.fhir.repairs import repairs
from tests.fhir.material import LOINC, PATIENT, bundle, condition, creatinine, findings_of, note_of, order, reading

CODE = {"system": LOINC, "code": "2160-0"}


def coded(**members: Any) -> dict[str, Any]:
    return {"code": {"coding": [CODE | members]}}


@pytest.mark.parametrize(
    ("repair", "members"),
    [
        ("R1", {"issued": ""}),
        ("R1", coded(display="")),
        ("R2", {"category": {"coding": [{"code": "laboratory"}]}}),
        ("R2", {"code": {"coding": CODE}}),
        ("R2", {"code": [{"coding": [CODE]}]}),
        ("R3", {"category": "laboratory"}),
        ("R4", {"valueString": "0.9"}),
        ("R6", {"value": "0.9"}),
        ("R8", coded(display="Crea\u200btinine")),
        ("R9", coded(display="Creatinine\\.br\\serum")),
        ("R10", coded(code=' 2160-0"')),
        ("R11", {"meta": [{"profile": ["x"]}]}),
        ("R12", {"effectiveDateTime": "2018-13-40"}),
    ],
)
def test_every_repair_is_named_on_the_line_and_on_the_finding(repair: str, members: dict[str, Any]) -> None:
    found = reading(bundle(PATIENT, creatinine(**{"value": 0.9, **members})))
    assert note_of(found, "Observation/creat").repairs == (repair,)
    (fact,) = findings_of(found, "Observation/creat")
    assert (fact.status, fact.notes[-1]) == ("present", f"repaired: {repair}")


def test_r7_an_extension_in_the_place_of_a_value() -> None:
    stated = creatinine(valueQuantity=None) | {"_valueQuantity": {"extension": [{"url": "x", "valueCode": "unknown"}]}}
    assert note_of(reading(bundle(PATIENT, stated)), "Observation/creat").repairs == ("R7",)


def test_other_resources_are_noted_too() -> None:
    found = reading(bundle(PATIENT, condition(clinicalStatus="active"), order(status="active", note=[])))
    assert note_of(found, "Condition/c1").repairs == ("R3",)
    assert note_of(found, "MedicationRequest/order-1").repairs == ("R1",)


def test_a_clean_resource_needs_no_repair() -> None:
    assert repairs(creatinine(value=0.9)) == repairs(condition()) == repairs(order()) == ()


def test_a_resource_of_any_depth_and_width_is_looked_at_for_a_while_only() -> None:
    deep: Any = {}
    for _ in range(50_000):
        deep = {"extension": [deep]}
    assert repairs({"extension": [deep], "note": [{}] * 50_000}) == ()


def test_h64_lc15_of_withheld_and_of_strangers_resources_no_repair_is_told() -> None:
    label = {"security": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "GDIS"}]}
    withheld = creatinine("withheld", issued="", meta=label)
    theirs = creatinine("theirs", issued="", subject={"reference": "Patient/p2"})
    found = reading(bundle(PATIENT, withheld, theirs))
    assert [(note.ignored, note.repairs) for note in found.inputs[1:]] == [("withheld", ()), ("other-patient", ())]
