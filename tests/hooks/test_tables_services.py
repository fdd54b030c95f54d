"""What a service asks for, in which versions it writes, and which elements answer which question: written out here."""

from __future__ import annotations

import pytest

from pmcds.fhir.readset import OF_THE_PERSON, elements
from pmcds.hooks.actions import Setting
from pmcds.hooks.profiles import PROFILES
from pmcds.hooks.services import TEMPLATES
from pmcds.model.findings import DrugMatch, Order
from pmcds.model.gene_tables import genes_of

CONDITION = {"Condition.code", "Condition.clinicalStatus", "Condition.verificationStatus", "Procedure.code"}
DRUGS = {"MedicationRequest", "MedicationStatement", "MedicationAdministration", "MedicationDispense"}
RESULTS = {"Observation", "DiagnosticReport"}


def test_fr34_a_service_asks_for_six_things_and_for_no_more_of_them() -> None:
    who = "{{context.patientId}}"
    assert {
        "patient": f"Patient/{who}",
        "medications": f"MedicationRequest?patient={who}&status=active",
        "statements": f"MedicationStatement?patient={who}&status=active",
        "observations": f"Observation?patient={who}",
        "reports": f"DiagnosticReport?patient={who}",
        "conditions": f"Condition?patient={who}",
    } == TEMPLATES


@pytest.mark.parametrize(
    ("kind", "read"),
    [
        ("sex", {"Patient.gender"}), ("age", {"Patient.birthDate"}), ("condition", CONDITION),
        ("cancer", CONDITION | {"Condition.stage", "Specimen.type"}), ("medication", DRUGS), ("taken_for", DRUGS),
        ("ordered_with", DRUGS), ("phenotype", RESULTS), ("diplotype", RESULTS), ("genotype", RESULTS),
        ("activity_score", RESULTS), ("allele", RESULTS), ("variant", RESULTS), ("biomarker", RESULTS),
        ("laboratory", RESULTS),
    ],
)  # fmt: skip
def test_fr20_each_kind_of_question_is_answered_from_its_elements(kind: str, read: set[str]) -> None:
    assert set(elements(kind)) == read


# safety.md 4.2, attributes 5 to 13.
PERSON = {
    "race": ("us-core-race",), "ethnicity": ("us-core-ethnicity",),
    "language": ("Patient.communication", "Patient.language"), "sexual_orientation": ("sexual-orientation",),
    "gender_identity": ("us-core-genderIdentity", "individual-genderIdentity"),
    "sex": ("Patient.gender", "us-core-birthsex", "us-core-individual-sex"), "birth_date": ("Patient.birthDate",),
    "social_determinants": ("Observation.category(sdoh)", "Condition.category(sdoh)"),
    "health_status": ("functional-status", "disability-status", "cognitive-status"),
}  # fmt: skip


def test_fr20_each_attribute_of_the_person_has_its_elements() -> None:
    assert set(OF_THE_PERSON) == set(PERSON)
    for name, parts in PERSON.items():
        assert len(OF_THE_PERSON[name]) == len(parts), name
        assert all(any(part in element for element in OF_THE_PERSON[name]) for part in parts), name


@pytest.mark.parametrize(
    ("version", "types", "writes"),
    [
        ("R4", ["MedicationRequest"], True), ("R4B", ["MedicationRequest"], True), ("R5", ["MedicationRequest"], False),
        ("STU3", ["MedicationRequest"], False), ("DSTU2", [], False), ("R4", ["MedicationOrder"], False),
        ("R4", ["MedicationRequest", "ProcedureRequest"], False), ("R4", [], True),
    ],
)  # fmt: skip
def test_s15_resources_are_written_only_for_clients_of_the_version_that_is_written(
    version: str, types: list[str], writes: bool
) -> None:
    orders = {name: Order(name, DrugMatch(), "draft", resource={"resourceType": name}) for name in types}
    assert Setting(PROFILES["generic"], orders, fhir_version=version).writable == writes


@pytest.mark.parametrize("part", ["positions", "definitions", "linked", "site", "modulators", "modulation"])
def test_a_table_of_a_source_shares_what_does_not_depend_on_a_table(part: str) -> None:
    base = {"gene": "G", "hgnc": "HGNC:1", "key": "phenotype", "method": "none", part: {"a": "b"}, "other": {"c": "d"}}
    own = {"gene": "G", "hgnc": "HGNC:1", "key": "phenotype", "method": "none", "table": "src"}
    found = genes_of([base, own])
    assert found["G@src"].extra.get(part) == {"a": "b"}
    assert "other" not in found["G@src"].extra
