"""Conditions, medications, allergies, relatives and reports: shapes C, M, I, H and E that no other test names."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.fhir.material import condition, note_of, order
from tests.fhir.observations.support import (
    SNOMED,
    component,
    concept,
    gene,
    genotype,
    loinc,
    observation,
    protein,
    variant,
)
from tests.fhir.shapes.support import CLOPIDOGREL, ICD10CM, P1, RXNORM, only, resource, told, whole


def medication(ident: str = "m1", **members: Any) -> dict[str, Any]:
    return {"resourceType": "Medication", "id": ident, **members}


def by_reference(reference: str, **more: Any) -> dict[str, Any]:
    return order(medicationCodeableConcept=None, medicationReference={"reference": reference, **more})


# Medications


@pytest.mark.parametrize("code", ["309362", "213169", "32968"])
def test_m02_m01_ingredient_clinical_and_branded_drug(code: str) -> None:
    assert whole(order(medicationCodeableConcept=concept(RXNORM, code))).orders[0].drug.ingredients == ("clopidogrel",)


def test_m06_snomed_substance_and_product() -> None:
    for code, name in (("386983007", "alprazolam"), ("324252006", "azithromycin")):
        match = whole(order(medicationCodeableConcept=concept(SNOMED, code))).orders[0].drug
        assert (match.ingredients, match.how) == ((name,), "code")


@pytest.mark.parametrize("code", ["L01EC", "L01", "B01AC"])
def test_m07_a_class_of_drugs_is_no_drug(code: str) -> None:
    found = whole(order(medicationCodeableConcept=concept("http://www.whocc.no/atc", code))).orders[0]
    assert (found.drug.ingredients, found.problem) == ((), "drug-unrecognized")


def test_m07_a_combination_code_gives_all_its_ingredients() -> None:
    match = whole(order(medicationCodeableConcept=concept("http://www.whocc.no/atc", "C10BA02"))).orders[0].drug
    assert match.ingredients == ("ezetimibe", "simvastatin")


def test_m09_contained_medication() -> None:
    found = whole({**by_reference("#m1"), "contained": [medication(code=CLOPIDOGREL)]})
    assert found.orders[0].drug.ingredients == ("clopidogrel",)


@pytest.mark.parametrize("reference", ["Medication/m1", "Medication/m1/_history/1"])
def test_m10_sibling_entry(reference: str) -> None:
    found = whole(by_reference(reference), medication(code=CLOPIDOGREL))
    assert found.orders[0].drug.ingredients == ("clopidogrel",)
    assert note_of(found, "Medication/m1").role == "context"


@pytest.mark.parametrize(
    ("display", "problem", "names"),
    [
        ("clopidogrel 75 mg", None, ("clopidogrel",)),
        ("the blue one", "drug-unresolved", ()),
        (None, "drug-unresolved", ()),
    ],
)
def test_m11_reference_that_leads_nowhere(display: str | None, problem: str | None, names: tuple[str, ...]) -> None:
    more = {"display": display} if display else {}
    found = whole(by_reference("Medication/gone", **more)).orders[0]
    assert (found.problem, found.drug.ingredients) == (problem, names)


def test_m12_hazard_h41_ingredients_of_a_medication() -> None:
    parts = [{"itemCodeableConcept": concept(RXNORM, code)} for code in ("32968", "1191")]
    found = whole(by_reference("Medication/m1"), medication(ingredient=parts)).orders[0]
    assert set(found.drug.ingredients) == {"clopidogrel", "aspirin"}


def test_h41_a_part_that_nobody_knows_is_counted() -> None:
    parts = [{"itemCodeableConcept": concept(RXNORM, "32968")}, {"itemCodeableConcept": {"text": "Zzyzxine"}}]
    found = whole(by_reference("Medication/m1"), medication(ingredient=parts)).orders[0]
    assert (found.drug.ingredients, found.drug.unmapped) == (("clopidogrel",), 1)


@pytest.mark.parametrize(
    "stated",
    [{"concept": CLOPIDOGREL}, {"reference": {"reference": "Medication/m1"}}, {"reference": {"reference": "#m2"}}],
)
def test_m13_w01_h54_r5_codeable_reference(stated: dict[str, Any]) -> None:
    inner = [medication("m2", code=CLOPIDOGREL)]
    found = whole(
        order(medicationCodeableConcept=None, medication=stated, contained=inner), medication(code=CLOPIDOGREL)
    )
    assert found.orders[0].drug.ingredients == ("clopidogrel",)


def test_m15_no_drug_at_all() -> None:
    assert whole(order(medicationCodeableConcept=None)).orders[0].problem == "drug-missing"


def test_m16_display_without_code_is_a_name_match() -> None:
    stated = {"coding": [{"system": RXNORM, "code": "", "display": "Codeine"}]}
    match = whole(order(medicationCodeableConcept=stated)).orders[0].drug
    assert (match.ingredients, match.how) == (("codeine",), "name")


@pytest.mark.parametrize(
    ("status", "intent", "state"),
    [
        ("draft", "order", "draft"), ("active", "order", "current"), ("active", "reflex-order", "current"),
        ("active", "plan", "planned"), ("active", "proposal", "planned"), ("draft", "plan", "draft"),
        ("on-hold", "order", "on-hold"),
        ("completed", "order", "past"), ("ended", "order", "past"), ("cancelled", "order", "void"),
        ("entered-in-error", "order", "void"), ("unknown", "order", "unknown"), ("Active", "order", "unknown"),
    ],
)  # fmt: skip
def test_m17_t53_state_of_an_order(status: str, intent: str, state: str) -> None:
    found = whole(order(status=status, intent=intent)).findings
    assert {one.value["state"] for one in found} == {state}


@pytest.mark.parametrize(
    ("kind", "member", "status", "state"),
    [
        ("MedicationStatement", "effectiveDateTime", "active", "current"),
        ("MedicationStatement", "effectiveDateTime", "not-taken", "not-taken"),
        ("MedicationAdministration", "effectiveDateTime", "not-done", "not-done"),
        ("MedicationAdministration", "effectiveDateTime", "completed", "past"),
        ("MedicationDispense", "whenHandedOver", "completed", "past"),
    ],
)
def test_m18_t53_statements_administrations_and_dispenses(kind: str, member: str, status: str, state: str) -> None:
    stated = resource(kind, status=status, medicationCodeableConcept=CLOPIDOGREL, **{member: "2020-01-01"})
    assert only(stated, "medication").value["state"] == state


def test_m19_t53_an_order_not_to_perform_is_none() -> None:
    found = whole(order(doNotPerform=True))
    assert (found.orders, note_of(found, "MedicationRequest/order-1").ignored) == ((), "do-not-perform")


@pytest.mark.parametrize(
    ("route", "systemic"), [("Topical", False), ("Oral", True), ("Ophthalmic route", False), ("?", True)]
)
def test_m20_route_decides_where_a_drug_acts(route: str, systemic: bool) -> None:
    found = whole(order(dosageInstruction=[{"route": {"text": route}}], medicationCodeableConcept=CLOPIDOGREL))
    # The product is an oral tablet: a route that contradicts it is noted, and systemic wins.
    drug = found.orders[0].drug
    assert drug.systemic is True
    assert ("route-contradiction" in drug.notes) is (not systemic)


@pytest.mark.parametrize(("form", "systemic"), [("topical cream", False), ("oral tablet", True), (None, None)])
def test_m20_h43_form_of_the_product_counts_without_a_route(form: str | None, systemic: bool | None) -> None:
    stated = medication(code=concept(RXNORM, "4492"), **({"form": {"text": form}} if form else {}))
    assert whole(by_reference("Medication/m1"), stated).orders[0].drug.systemic is systemic


@pytest.mark.parametrize(
    "dosage", [None, [{}], [{"text": "as needed"}], [{"doseAndRate": [{"doseRange": {}}]}], "x", [None]]
)
def test_h44_a_missing_or_odd_dosage_changes_nothing(dosage: Any) -> None:
    assert whole(order(dosageInstruction=dosage)).orders[0].drug.ingredients == ("clopidogrel",)


# Conditions and stages


@pytest.mark.parametrize(
    ("system", "code", "display"),
    [
        (SNOMED, "363346000", "Malignant neoplastic disease"),
        (SNOMED, "94225005", "Secondary malignant neoplasm of brain"),
    ],
)
def test_t52_c02_c03_unspecific_and_secondary_codes_name_no_tumor_type(system: str, code: str, display: str) -> None:
    found = whole(condition(code=code))
    assert all(one.status == "indeterminate" for one in found.findings if one.kind == "cancer")


def test_t51_stages_that_disagree_are_both_shown() -> None:
    stages = [
        observation(concept(SNOMED, code), id=name, valueCodeableConcept={"text": f"stage {value}"})
        for name, code, value in (("s1", "399537006", "IIIC"), ("s2", "399588009", "IIB"))
    ]
    found = [one for one in whole(*stages).findings if one.value.get("role") == "staging"]
    assert [(one.subject, one.value["stage"]) for one in found] == [
        ("TNM clinical stage group", "IIIC"),
        ("TNM pathologic stage group", "IIB"),
    ]


@pytest.mark.parametrize(
    ("system", "code", "subject"),
    [
        (SNOMED, "399537006", "TNM clinical stage group"), (SNOMED, "399588009", "TNM pathologic stage group"),
        (SNOMED, "399504009", "cT category"), (SNOMED, "371497001", "pM category"),
    ],
)  # fmt: skip
def test_c08_tnm_stages_keep_their_kind(system: str, code: str, subject: str) -> None:
    found = only(observation(concept(system, code), valueCodeableConcept={"text": "stage IIB"}), "stage")
    assert (found.subject, found.value["stage"]) == (subject, "IIB")


@pytest.mark.parametrize(
    ("system", "code", "subject", "value"),
    [
        ("http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl", "C141212", "Binet stage", "B"),
        (SNOMED, "385361009", "FIGO stage", "IIIA"),
    ],
)
def test_c09_other_staging_systems_are_never_mixed(system: str, code: str, subject: str, value: str) -> None:
    found = only(observation(concept(system, code), valueCodeableConcept={"text": f"{subject} {value}"}), "stage")
    assert (found.subject, found.value["stage"]) == (subject, value)


def test_c07_morphology_that_is_no_code_is_unknown() -> None:
    for code, reason in (("8046/3", None), ("80463/3", "unknown-code")):
        stated = observation(
            "31206-6", valueCodeableConcept=concept("http://terminology.hl7.org/CodeSystem/icd-o-3", code)
        )
        found = [one for one in whole(stated).findings if one.value.get("role") == "morphology"]
        assert [one.reason for one in found] == [reason]


@pytest.mark.parametrize("code", ["1098951000119108"])
def test_c06_history_as_an_observation(code: str) -> None:
    stated = observation(concept(SNOMED, code, "History of cancer metastatic to liver"))
    assert [one.value["role"] for one in whole(stated).findings] == ["history"]


def test_c01_c04_codes_of_diseases_are_kept() -> None:
    both = {"coding": [concept(ICD10CM, "C34.90")["coding"][0], concept(SNOMED, "254637007")["coding"][0]]}
    found = whole(condition(code="x") | {"code": both})
    assert {one.value["codes"] for one in found.findings} == {("icd10cm:C34.90", "snomed:254637007")}


# Allergies and relatives


def allergy(**members: Any) -> dict[str, Any]:
    stated = resource("AllergyIntolerance", subject=None, patient={"reference": P1}, **members)
    return {
        "clinicalStatus": {"coding": [{"code": "active"}]},
        "verificationStatus": {"coding": [{"code": "confirmed"}]},
        **stated,
    }


def test_i01_allergy_to_a_drug() -> None:
    found = only(allergy(code=concept(RXNORM, "7980", "Penicillin G"), type="allergy", criticality="high"), "allergy")
    assert (found.status, found.value["codes"], found.value["criticality"]) == ("present", ("rxnorm:7980",), "high")


def test_i04_w08_allergy_of_r5() -> None:
    stated = allergy(code=concept(RXNORM, "321988", "escitalopram"), type={"coding": [{"code": "intolerance"}]},
                     participant=[{"actor": {"reference": P1}}])  # fmt: skip
    assert (only(stated, "allergy").status, only(stated, "allergy").value["type"]) == ("present", "intolerance")


def test_w08_dstu2_allergy_has_plain_statuses_and_substance() -> None:
    stated = resource("AllergyIntolerance", subject=None, patient={"reference": P1}, status="confirmed",
                      substance=concept(RXNORM, "7980", "Penicillin G"))  # fmt: skip
    found = whole(stated)
    assert all(one.kind == "allergy" for one in found.findings)
    assert len(found.inputs) == 1


@pytest.mark.parametrize(("verification", "status"), [("unconfirmed", "indeterminate"), ("refuted", "ignored")])
def test_t56_i02_unconfirmed_allergies(verification: str, status: str) -> None:
    stated = allergy(code=concept(RXNORM, "7980"), verificationStatus={"coding": [{"code": verification}]})
    assert only(stated, "allergy").status == status


@pytest.mark.parametrize("code", ["716186003", "409137002", "716184000"])
def test_t56_i03_no_known_allergy_is_none(code: str) -> None:
    assert only(allergy(code=concept(SNOMED, code, "No known allergy")), "allergy").status == "absent"


def relative(**members: Any) -> dict[str, Any]:
    return resource(
        "FamilyMemberHistory", subject=None, patient={"reference": P1}, status="completed",
        relationship=concept("http://terminology.hl7.org/CodeSystem/v3-RoleCode", "MAUNT", "maternal aunt"), **members,
    )  # fmt: skip


def test_fhir_h1_w11_disease_of_a_relative() -> None:
    sick = {"code": concept(SNOMED, "363443007", "Malignant tumor of ovary"), "onsetAge": {"value": 69, "unit": "a"}}
    found = only(relative(condition=[sick]), "family-history")
    assert (found.value["relative"], found.value["onset_age"], found.value["codes"]) == (
        "maternal aunt",
        Decimal(69),
        ("snomed:363443007",),
    )


def test_fhir_h2_extensions_of_a_relative_are_kept_and_change_nothing() -> None:
    degree = {"url": "https://www.medizininformatik-initiative.de/fhir/ext/modul-molgen/verwandtschaftsgrad",
              "valueCodeableConcept": {"text": "2"}}  # fmt: skip
    sick = {"code": concept(SNOMED, "363443007", "Malignant tumor of ovary")}
    plain = only(relative(condition=[sick]), "family-history")
    more = only(relative(condition=[sick], extension=[degree]), "family-history")
    assert more.value.pop("extensions") == {"verwandtschaftsgrad": "2"}
    assert more == plain


def test_fhir_h3_t55_h25_marker_of_a_relative_is_never_the_patients() -> None:
    carried = {"code": {"text": "BRCA1 pathogenic variant"}}
    other = variant(gene("BRCA1"), protein("p.Cys61Gly"), focus=[{"reference": "RelatedPerson/aunt"}])
    found = whole(relative(condition=[carried]), other)
    assert {one.kind for one in found.findings if one.status == "present"} == {"family_history"}
    assert {one.reason for one in found.findings if one.kind == "variant"} == {"focus-not-patient"}


# Reports and what stands around results


def report(**members: Any) -> dict[str, Any]:
    return resource("DiagnosticReport", "dr", status="final", code=loinc("51969-4"), **members)


def test_e03_t54_prose_names_a_gene_and_proves_nothing() -> None:
    found = only(report(conclusion="CYP2C19 poor metabolizer"), "reported-text")
    assert (found.subject, found.status, found.reason) == ("CYP2C19", "indeterminate", "text-only")


def test_e04_t45_results_that_were_not_sent() -> None:
    found = only(report(result=[{"reference": "Observation/gone"}]), "report")
    assert (found.reason, found.value["listed"], found.value["supplied"]) == ("not-supplied", 1, 0)


@pytest.mark.parametrize("code", ["53041-0"])
def test_e08_tested_genes_are_coverage(code: str) -> None:
    assert only(observation(code, gene("BRCA1")), "coverage").value["genes"] == ("BRCA1",)


@pytest.mark.parametrize("kind", ["GenomicStudy", "Procedure"])
def test_e08_w12_genomic_studies_are_sites(kind: str) -> None:
    found = whole(resource(kind, status="available" if kind == "GenomicStudy" else "completed"))
    assert len(found.inputs) == 1
    assert all(one.status != "present" or one.kind == "coverage" for one in found.findings)


def test_e09_t37_risk_assessment() -> None:
    prediction = {
        "outcome": concept(SNOMED, "44054006", "Type 2 diabetes"),
        "probabilityDecimal": 0.26,
        "relativeRisk": 1.05,
    }
    found = only(resource("RiskAssessment", status="final", prediction=[prediction]), "risk")
    assert found.value["predictions"][0]["probability"] == Decimal("0.26")


@pytest.mark.parametrize("kind", ["Task", "DetectedIssue", "CarePlan", "ClinicalImpression"])
def test_e12_recommendations_are_context_only(kind: str) -> None:
    found = whole(resource(kind, status="requested", code=loinc("LA26423-6"), description="use another drug"))
    assert not [one for one in found.findings if one.kind != "implication"]
    assert len(found.inputs) == 1


def test_t02_diplotype_stands_beside_the_variants_it_is_derived_from() -> None:
    change = variant(
        gene("CYP2C19"), component("81252-9", concept("http://www.ncbi.nlm.nih.gov/projects/SNP", "rs4986893"))
    )
    pair = genotype("*2/*2", id="g1", derivedFrom=[{"reference": "Observation/o1"}])
    assert [line[0] for line in told(whole(change, pair))] == ["variant", "diplotype"]
