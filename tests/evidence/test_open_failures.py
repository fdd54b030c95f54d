"""Failures that the evidence runs found and that are mended: none may come back, and none is still listed as open."""

from __future__ import annotations

from typing import Any

import pytest

import pmcds
from tests.evidence.bundles import Json, decisions, inputs, resources, twin
from tests.evidence.goldens import bundles
from tests.evidence.records import open_failures
from tests.evidence.whole import (
    CLOPIDOGREL,
    SOMATIC,
    add,
    changed,
    component,
    evaluated,
    normal,
    patient,
    poor,
    verdict,
)


def _subject_in_words() -> bool:
    return verdict(changed(poor(), lambda r: r.update(subject="Eve")), CLOPIDOGREL)[1] == "no-subject"


def _contained_in_a_strangers_resource() -> bool:
    def with_stranger(content: Json) -> str:
        bundle = patient(order="clopidogrel")
        bundle["entry"].append({"resource": {"resourceType": "Patient", "id": "other"}})
        report: Json = {"resourceType": "DiagnosticReport", "id": "r", "status": "final", "contained": [content]}
        add(bundle, {**report, "subject": {"reference": "Patient/other"}})
        return decisions(evaluated(bundle, patient="Patient/patient-1"))

    return with_stranger({"a": [1]}) == with_stranger({"resourceType": "Parameters", "id": "p"})


def _line_of_a_somatic_result() -> bool:
    bundle = changed(normal(), lambda r: r.setdefault("component", []).append(component("48002-0", SOMATIC)))
    lines = {line.resource: line.ignored for line in evaluated(bundle).ledger.inputs}
    return lines["Observation/observation-1"] == "source-class-mismatch"


def _unknown_coding_before_a_status() -> bool:
    def coded(codings: list[Any]) -> str:
        bundle = patient(cancer=["melanoma"])
        resources(bundle, "Condition")[0]["clinicalStatus"]["coding"] = twin(codings)
        return decisions(evaluated(bundle))

    active = {"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}
    local = {"system": "http://example.org/local", "code": "x"}
    return coded([active]) == coded([active, local]) == coded([local, active])


def _two_orders_of_one_id_with_an_odd_status() -> bool:
    bundle = patient(order="codeine")
    bundle["entry"].append({"resource": {**twin(resources(bundle, "MedicationRequest")[0]), "status": {"a": 1}}})
    try:
        evaluated(bundle)
    except TypeError:
        return False
    return True


def _uncoded_laboratory_result() -> bool:
    bundle = next(golden.fresh() for golden in bundles() if golden.name.startswith("rasburicase"))
    activity = next(result for result in resources(bundle, "Observation") if "valueQuantity" in result)
    del activity["code"]["coding"][0]["system"]
    return verdict(bundle, "laboratory/g6pd/rasburicase")[1] == "unread-result"


def _member_without_meaning() -> bool:
    def told(**members: Any) -> list[tuple[str, str | None, str | None]]:
        bundle = patient(phenotype={"MT-RNR1": "increased risk of aminoglycoside-induced hearing loss"})
        return inputs(evaluated(changed(bundle, lambda r: r.update(status="Final", **members))))

    return told() == told(recorder={"display": "x"})


def _pending_in_one_of_several_genes() -> bool:
    rule = "tumor/brain/idh-grade-2"
    tumor = "grade 2 astrocytoma or oligodendroglioma"
    bundle = patient(cancer=[tumor], variant={"IDH1": ["R132H"]}, specimen="tissue")
    return verdict(changed(bundle, lambda r: r.update(status="registered")), rule)[1] == "result-pending"


def _two_drafts_signed_together() -> bool:
    bundle = patient(order="codeine", diplotype={"CYP2D6": "*1/*1"})
    draft = {**resources(bundle, "MedicationRequest")[0], "id": "second", "status": "draft"}
    draft["medicationCodeableConcept"] = {"text": "paroxetine"}
    bundle["entry"].append({"resource": draft})
    return verdict(bundle, "pharmacogenomics/codeine/cpic")[0] == "CANNOT-TELL"


def _object_that_contains_itself() -> bool:
    bundle = patient(order="codeine")
    order = resources(bundle, "MedicationRequest")[0]
    order["x"] = order
    try:
        evaluated(bundle)
    except pmcds.InputError as error:
        return error.code == "too-deep"
    return False


CHECKS = {
    "E25": _object_that_contains_itself,
    "E23": _two_drafts_signed_together,
    "E22": _pending_in_one_of_several_genes,
    "E7": _contained_in_a_strangers_resource,
    "E15": _subject_in_words,
    "E16": _line_of_a_somatic_result,
    "E14": _two_orders_of_one_id_with_an_odd_status,
    "E18": _unknown_coding_before_a_status,
    "E19": _uncoded_laboratory_result,
    "E20": _member_without_meaning,
}


@pytest.mark.parametrize("number", CHECKS)
def test_what_is_fixed_stays_fixed(number: str) -> None:
    assert CHECKS[number]()


def test_nothing_that_a_check_shows_as_fixed_is_listed_as_open() -> None:
    assert not {row["id"] for row in open_failures()} & set(CHECKS)
