"""Which resource is read by whom, what rules ask for, and how far a link tells a subject or a gene."""

from __future__ import annotations

from typing import Any

import pytest

from pmcds.fhir.asked import Asked
from pmcds.fhir.reading import READERS
from pmcds.model.answers import Subject
from pmcds.model.findings import Finding
from tests.fhir.material import PATIENT, SUBJECT, bundle, condition, creatinine, findings_of, order, reading
from tests.fhir.observations.support import gene, loinc, observation

EACH: dict[str, tuple[dict[str, Any], str]] = {
    "patients": (PATIENT, "demographic"),
    "medications": (order("x"), "order"),
    "conditions": (condition("x"), "condition"),
    "observations": (creatinine("x"), "laboratory"),
    "stages": (observation("21908-9", valueCodeableConcept={"text": "Stage IV"}, id="x"), "condition"),
    "test orders": (
        {"resourceType": "ServiceRequest", "id": "x", "status": "active", "code": {"text": "CYP2C19 genotyping"}},
        "test_order",
    ),
    "allergies": (
        {"resourceType": "AllergyIntolerance", "id": "x", "code": {"text": "aspirin"}}, "allergy",
    ),
    "families": (
        {"resourceType": "FamilyMemberHistory", "id": "x", "status": "completed",
         "condition": [{"code": {"text": "stroke"}}]}, "family_history",
    ),
    "risks": (
        {"resourceType": "RiskAssessment", "id": "x", "status": "final",
         "prediction": [{"outcome": {"text": "stroke"}, "probabilityDecimal": "0.1"}]}, "polygenic_score",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", EACH)
def test_each_kind_of_resource_has_its_reader(name: str) -> None:
    assert len(READERS) == len(EACH)
    resource, kind = EACH[name]
    stated = resource if resource is PATIENT else {**resource, "subject": SUBJECT, "patient": SUBJECT}
    others = [] if resource is PATIENT else [PATIENT]
    found = reading(bundle(*others, stated))
    assert kind in {one.kind for one in findings_of(found, f"{stated['resourceType']}/{stated['id']}")}


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        (Subject("laboratory", "potassium"), ({"potassium"}, set(), False, set())),
        (Subject("condition", "stroke"), (set(), {"stroke"}, False, set())),
        (Subject("cancer", "melanoma"), (set(), set(), True, set())),
        *((Subject(kind, "CYP2C19"), (set(), set(), False, {"CYP2C19"}))
          for kind in ("phenotype", "activity_score", "diplotype", "genotype")),
        (Subject("allele", "HLA-B*57:01"), (set(), set(), False, {"HLA-B", "57", "01"})),
        (Subject("variant", "ALK EML4::ALK"), (set(), set(), False, {"ALK", "EML4"})),
        (Subject("biomarker", "PD-L1"), (set(), set(), False, {"PD-L1"})),
        (Subject("age", ""), (set(), set(), False, set())), (Subject("sex", ""), (set(), set(), False, set())),
        (Subject("medication", "warfarin"), (set(), set(), False, set())),
    ],
)  # fmt: skip
def test_what_a_rule_asks_for_is_read_and_nothing_of_it_is_left(subject: Subject, expected: tuple[Any, ...]) -> None:
    found = Asked.of([subject])
    assert (found.laboratory, found.conditions, found.cancers, found.genes) == expected


@pytest.mark.parametrize("member", ["result", "hasMember"])
@pytest.mark.parametrize("type_name", ["DiagnosticReport", "Observation"])
def test_s2_a_result_without_subject_is_of_whom_all_that_list_it_say(type_name: str, member: str) -> None:
    lists = {
        "resourceType": type_name, "id": "l", "status": "final", "subject": SUBJECT,
        "code": loinc("24331-1"), member: [{"reference": "Observation/creat"}],
    }  # fmt: skip
    found = reading(bundle(PATIENT, creatinine(subject=None), lists))
    (one,) = findings_of(found, "Observation/creat")
    assert (one.status, "subject-inherited" in one.notes) == ("present", True)
    other = {**lists, "id": "m", "subject": {"reference": "Patient/p2"}}
    (none,) = findings_of(reading(bundle(PATIENT, creatinine(subject=None), lists, other)), "Observation/creat")
    assert (none.status, none.reason) == ("indeterminate", "no-subject")


# The gene of a phenotype is told by what it is derived from: by that result's own question where that is of a gene.
LINKED: dict[str, tuple[Any, bool]] = {
    "genotype": (observation("84413-4", gene("CYP2C19"), valueCodeableConcept={"text": "*2/*2"}, id="l"), True),
    "haplotype": (observation("84414-2", gene("CYP2C19"), valueCodeableConcept={"text": "*2"}, id="l"), True),
    "phenotype": (observation("79714-2", valueCodeableConcept=loinc("LA9657-3"), id="l"), True),
    "laboratory": (observation("2160-0", valueQuantity={"value": 1}, id="l"), False),
    "allele": (observation("57979-7", valueCodeableConcept=loinc("LA9633-4"), id="l"), True),
}


def implication(link: str) -> dict[str, Any]:
    stated = loinc("LA9657-3")
    return observation(
        "53040-2", valueCodeableConcept=stated, id="i", derivedFrom=[{"reference": f"Observation/{link}"}]
    )


@pytest.mark.parametrize("name", LINKED)
def test_gv4_a_phenotype_is_of_the_gene_that_it_is_derived_from_and_of_no_analyte(name: str) -> None:
    linked, told = LINKED[name]
    found = findings_of(reading(bundle(PATIENT, linked, implication("l"))), "Observation/i")
    kinds: list[Finding] = [one for one in found if one.kind == "phenotype"]
    genes = {"allele": "HLA-B"}
    assert [one.subject for one in kinds] == [genes.get(name, "CYP2C19") if told else None]
    assert [one.reason for one in kinds] == [None if told else "gene-unresolved"] or name == "allele"


def test_gv4_a_gene_is_followed_over_three_links_and_no_further() -> None:
    chain = [observation("84413-4", gene("CYP2C19"), valueCodeableConcept={"text": "*2/*2"}, id="n0")]
    for number in range(1, 5):
        link = [{"reference": f"Observation/n{number - 1}"}]
        chain.append(observation("53040-2", valueCodeableConcept=loinc("LA9657-3"), derivedFrom=link, id=f"n{number}"))
    found = reading(bundle(PATIENT, *chain))
    reached = {one.source.resource[-2:]: one.subject for one in found.findings if one.kind == "phenotype"}
    assert reached["n1"] == reached["n2"] == "CYP2C19"
    assert set(reached.values()) <= {"CYP2C19", None}
