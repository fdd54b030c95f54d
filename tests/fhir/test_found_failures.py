"""Failures that torture, fuzzing and relations have found in the reading: they must never come back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.evidence.bundles import Json, inputs, resources
from tests.evidence.goldens import bundles
from tests.evidence.whole import (
    CLOPIDOGREL,
    SOMATIC,
    changed,
    component,
    concept,
    evaluated,
    line,
    normal,
    patient,
    verdict,
)
from tests.fhir.material import PATIENT, bundle, findings_of, note_of, reading

STRANGER = {"resourceType": "Patient", "id": "p2"}
THEIRS = {"reference": "Patient/p2"}
REPORT = {"resourceType": "DiagnosticReport", "id": "r", "status": "final", "subject": THEIRS}
ABSENT_ANSWER = {
    "resourceType": "Parameters",
    "id": "answer",
    "parameter": [
        {
            "name": "haplotypes",
            "part": [
                {"name": "haplotypeItem", "valueString": "HLA-B*57:01"},
                {"name": "presence", "valueBoolean": False},
            ],
        }
    ],
}


@pytest.mark.parametrize(
    "content",
    [
        {"a": [1]},
        {"resourceType": "???", "id": "x"},
        {"resourceType": "Media", "id": "m"},
        {"resourceType": "Specimen", "id": "s"},
        {"resourceType": "Organization", "id": "o"},
        ABSENT_ANSWER,
    ],
)
def test_e07_what_a_strangers_resource_contains_is_the_strangers(content: Json) -> None:
    found = reading(bundle(PATIENT, STRANGER, {**REPORT, "contained": [content]}), "p1")
    assert [note.ignored for note in found.inputs[2:]] == ["other-patient"] * 2
    assert found.findings == reading(bundle(PATIENT)).findings


def test_e07_a_contained_answer_of_a_stranger_is_no_copy_of_ours() -> None:
    ours = {**REPORT, "id": "ours", "subject": {"reference": "Patient/p1"}, "contained": [ABSENT_ANSWER]}
    found = reading(bundle(PATIENT, STRANGER, ours, {**REPORT, "contained": [ABSENT_ANSWER]}), "p1")
    answers = [note for note in found.inputs if note.resource == "Parameters/answer"]
    assert [note.ignored for note in answers] == [None, "other-patient"]
    assert [f.status for f in findings_of(found, "Parameters/answer")] == ["absent"]


@pytest.mark.parametrize("code", [None, "???", {"coding": [{"a": 1}]}, {"text": ""}])
def test_e07_a_strangers_report_that_nobody_can_read_is_the_strangers(code: Any) -> None:
    found = reading(bundle(PATIENT, STRANGER, {**REPORT, "code": code}), "p1")
    assert note_of(found, "DiagnosticReport/r").ignored == "other-patient"


def test_e16_m39_a_tumor_result_under_a_germline_rule_is_of_the_other_source() -> None:
    tumor = changed(normal(), lambda r: r.setdefault("component", []).append(component("48002-0", SOMATIC)))
    result = evaluated(tumor)
    lines = {one.resource: one.ignored for one in result.ledger.inputs}
    assert lines["Observation/observation-1"] == "source-class-mismatch"
    assert line(result, CLOPIDOGREL).reason == "no-result"


def test_e16_a_tumor_result_of_a_gene_that_no_rule_asks_for_is_not_relevant() -> None:
    tumor = patient(order="codeine", diplotype={"CYP2C19": "*1/*1"})
    changed(tumor, lambda r: r.setdefault("component", []).append(component("48002-0", SOMATIC)))
    lines = {one.resource: one.ignored for one in evaluated(tumor).ledger.inputs}
    assert lines["Observation/observation-1"] == "not-relevant"


def _activity() -> tuple[Json, Json]:
    """The alert by a measured enzyme activity, and the measurement."""
    found = next(golden.fresh() for golden in bundles() if golden.name.startswith("rasburicase"))
    return found, next(one for one in resources(found, "Observation") if "valueQuantity" in one)


@pytest.mark.parametrize("system", [None, "", "http://example.org/local-tests"])
def test_e19_h35_a_measurement_under_a_code_that_nobody_knows_is_unread(system: str | None) -> None:
    whole, activity = _activity()
    coding = activity["code"]["coding"][0]
    if system is None:
        del coding["system"]
    else:
        coding["system"] = system
    assert verdict(whole, "laboratory/g6pd/rasburicase") == ("CANNOT-TELL", "unread-result")


def test_e19_a_measurement_that_was_taken_away_is_no_result() -> None:
    whole, activity = _activity()
    whole["entry"] = [entry for entry in whole["entry"] if entry["resource"] is not activity]
    assert verdict(whole, "laboratory/g6pd/rasburicase") == ("CANNOT-TELL", "no-result")


@pytest.mark.parametrize("member", [{"recorder": {"display": "x"}}, {"x-unknown": 1}, {"extension": [{"url": "u"}]}])
@pytest.mark.parametrize(
    "edit",
    [
        lambda r: r.update(status="Final"),
        lambda r: r.update(status="preliminary"),
        lambda r: r.update({name: "???" for name in r if name.startswith("value")}),
        lambda r: r.pop("subject"),
    ],
)
def test_e20_m16_a_member_without_meaning_changes_no_line(member: Json, edit: Callable[[Json], Any]) -> None:
    unasked = {"phenotype": {"MT-RNR1": "increased risk of aminoglycoside-induced hearing loss"}}
    for stated in (unasked, {"laboratory": {"creatinine": "1 mg/dL"}}):
        plain, more = (changed(patient(order="codeine", **stated), edit) for _ in range(2))
        changed(more, lambda r: r.update(member))
        assert inputs(evaluated(plain)) == inputs(evaluated(more))


def test_r2_a_result_that_counts_by_the_site_policy_says_so_whatever_lists_it() -> None:
    result: Json = {
        "resourceType": "Observation",
        "id": "g",
        "status": "final",
        "code": concept("84413-4"),
        "valueCodeableConcept": {"text": "CYP2C19 *1/*2"},
    }
    report = {
        "resourceType": "DiagnosticReport",
        "id": "r",
        "status": "final",
        "code": concept("51969-4"),
        "result": [{"reference": "Observation/g"}],
    }
    for source in (bundle(result), bundle(report, result), bundle(result, report)):
        (found,) = findings_of(reading(source, single_patient=True), "Observation/g")
        assert found.status == "present"
        assert found.missing == ("patient",)
        assert "single-patient-policy" in found.notes
