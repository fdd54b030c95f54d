"""Containers, repairs and code systems: O, R and Y of the reference, each with a sample of our own."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fhir.material import bundle, creatinine, order, reading
from tests.fhir.observations.support import (
    GLSTRING,
    HGNC,
    HGVS,
    HLA,
    SO,
    TBD,
    component,
    concept,
    finding,
    findings,
    gene,
    genotype,
    observation,
    protein,
    terms,
    variant,
)
from tests.fhir.shapes.support import P1, only, resource, told, whole


@pytest.mark.parametrize(
    "reference", ["Patient/p1", "Patient/p1/_history/2", "https://ehr.example/fhir/Patient/p1", "urn:uuid:0-1"]
)
def test_o06_relative_absolute_versioned_and_urn_references_mean_one_patient(reference: str) -> None:
    patient = {"resourceType": "Patient", "id": "p1"}
    result = genotype("*2/*2", subject={"reference": reference})
    url = "urn:uuid:0-1" if reference.startswith("urn:") else "https://ehr.example/fhir/Patient/p1"
    entries = [
        {"fullUrl": url, "resource": patient},
        {"fullUrl": "https://ehr.example/fhir/Observation/o1", "resource": result},
    ]
    found = reading({"resourceType": "Bundle", "type": "collection", "entry": entries}, P1)
    assert only(found, "diplotype").value == "*2/*2"


def test_o06_t64_another_letter_case_is_another_patient() -> None:
    assert (
        told(whole({"resourceType": "Patient", "id": "p1"}, genotype("*2/*2", subject={"reference": "Patient/P1"})))
        == []
    )


def test_o14_w01_t63_stu3_and_dstu2_orders_stand_beside_r4_and_r5() -> None:
    concept_of = {"coding": [{"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "309362"}]}
    stu3 = order("a", context={"reference": "Encounter/e1"})
    dstu2 = {"resourceType": "MedicationOrder", "id": "b", "status": "active", "patient": {"reference": P1},
             "dateWritten": "2026-03-01", "medicationCodeableConcept": concept_of}  # fmt: skip
    r5 = order("c", medicationCodeableConcept=None, medication={"concept": concept_of}, status="active")
    found = whole({"resourceType": "Patient", "id": "p1"}, stu3, dstu2, r5)
    assert [(one.key, one.drug.ingredients) for one in found.orders] == [
        ("MedicationRequest/a", ("clopidogrel",)),
        ("MedicationRequest/c", ("clopidogrel",)),
        ("MedicationOrder/b", ("clopidogrel",)),
    ]


@pytest.mark.parametrize(
    "meta",
    [[{"profile": ["x"]}], {"profile": "http://example.org/p|9.9"}, {"profile": ["http://example.org/p|1.0"]}, "x"],
)
def test_r11_meta_of_any_shape_and_profile_changes_nothing(meta: Any) -> None:
    assert finding(genotype("*2/*2", meta=meta)).value == "*2/*2"


# Code systems


@pytest.mark.parametrize(
    "system",
    ["http://www.genenames.org", "https://www.genenames.org/", "http://www.genenames.org/geneId", "http://genenames.org",
     "HTTP://WWW.GENENAMES.ORG", "urn:oid:2.16.840.1.113883.6.281", "2.16.840.1.113883.6.281"],
)  # fmt: skip
@pytest.mark.parametrize("code", ["HGNC:2621", "2621", "CYP2C19"])
def test_y01_genes_in_every_spelling_of_the_system(system: str, code: str) -> None:
    named = component("48018-6", concept(system, code))
    found = finding(observation("84413-4", named, valueCodeableConcept={"text": "*2/*2"}))
    assert (found.subject, found.status) == ("CYP2C19", "present")


def test_y01_number_with_marker_in_front_is_read() -> None:
    assert finding(variant(component("48018-6", concept("http://example.org/hgnc", "HGNCID#JAK2")))).subject == "JAK2"


def test_y02_ncbi_numbers_are_another_number_space() -> None:
    ncbi = "https://www.ncbi.nlm.nih.gov/gene"
    assert (terms().gene(ncbi, "3815"), terms().gene(HGNC, "3815")) == ("KIT", terms().gene(HGNC, "HGNC:3815"))
    found = finding(variant(component("48018-6", concept(ncbi, "3815", "KIT")), protein("p.Asp816Val")))
    assert (found.subject, found.status) == ("KIT", "present")


@pytest.mark.parametrize(
    "system",
    [
        "http://hl7.org/fhir/uv/genomics-reporting/CodeSystem/tbd-codes",
        "http://hl7.org/fhir/uv/genomics-reporting/TbdCodes",
        "http://hl7.org/fhir/uv/genomics-reporting/CodeSystem/TbdCodes",
        "https://hl7.org/fhir/uv/genomics-reporting/CodeSystem/tbd-codes-cs/",
    ],
)
def test_y03_codes_to_be_determined_are_one_system(system: str) -> None:
    score = observation(concept(system, "activity-score"), gene("CYP2D6"), valueQuantity={"value": 1})
    assert (only(score, "activity-score").value, only(score, "activity-score").subject) == ("1", "CYP2D6")


@pytest.mark.parametrize(
    "system",
    [
        "http://hl7.org/fhir/uv/genomics-reporting/CodeSystem/seq-phase-relationship",
        "http://hl7.org/fhir/uv/genomics-reporting/CodeSystem/sequence-phase-relationship-cs",
        "http://hl7.org/fhir/uv/genomics-reporting/CodeSystem/SequencePhaseRelationshipCS",
        "http://terminology.hl7.org/CodeSystem/sequence-phase-relationship-cs",
    ],
)
@pytest.mark.parametrize("code", ["Cis", "Trans", "Indeterminate", "Unknown"])
def test_y04_phase_in_every_spelling_of_the_system(system: str, code: str) -> None:
    stated = observation("82120-7", valueCodeableConcept=concept(system, code), derivedFrom=[])
    assert only(stated, "phase").value["phase"] == code.lower()


@pytest.mark.parametrize("system", [HGVS, "https://varnomen.hgvs.org/", "http://example.org/HGVS.p"])
def test_y05_hgvs_in_every_spelling_of_the_system(system: str) -> None:
    found = finding(variant(gene("BRAF"), component("48005-3", concept(system, "NP_004324.2:p.(Val600Glu)"))))
    assert found.value["p"] == "p.Val600Glu"


def test_y05_spdi_under_the_system_of_hgvs_is_read_as_what_it_is() -> None:
    found = finding(variant(gene("BRAF"), component("81290-9", concept(HGVS, "NC_000007.14:140753335:A:T"))))
    assert found.value["spdi"] == "NC_000007.14:140753335:A:T"


@pytest.mark.parametrize(
    "system", ["https://api.ncbi.nlm.nih.gov/variation/v0/", "https://api.ncbi.nlm.nih.gov/variation/v0"]
)
def test_y06_v06_spdi_as_variation_code(system: str) -> None:
    found = finding(variant(gene("BRAF"), component("81252-9", concept(system, "NC_000007.14:140753335:A:T"))))
    assert found.value["spdi"] == "NC_000007.14:140753335:A:T"
    assert "coordinate-system" not in found.missing


@pytest.mark.parametrize("system", ["http://www.ncbi.nlm.nih.gov/clinvar", "https://www.ncbi.nlm.nih.gov/clinvar/"])
def test_y07_v07_clinvar_id_of_a_variant(system: str) -> None:
    found = finding(variant(gene("BRAF"), component("81252-9", concept(system, "13961"))))
    assert found.value["ids"] == ("clinvar:13961",)


def test_y07_clinvar_ids_of_a_diplotype_and_of_one_allele_are_told_by_the_display() -> None:
    clinvar = "http://www.ncbi.nlm.nih.gov/clinvar"
    pair = observation("84413-4", gene("CYP2C19"), valueCodeableConcept=concept(clinvar, "638797", "CYP2C19*2/*2"))
    one = observation("84413-4", gene("HLA-B"), valueCodeableConcept=concept(clinvar, "14909", "HLA-B*15:02"))
    assert only(pair, "diplotype").value == "*2/*2"
    assert only(one, "allele").value["allele"] == "HLA-B*15:02"


@pytest.mark.parametrize("system", ["http://www.ncbi.nlm.nih.gov/projects/SNP", "http://www.ncbi.nlm.nih.gov/snp/"])
@pytest.mark.parametrize("code", ["81252-9", "81255-2"])
def test_y08_v08_dbsnp_names_a_site(system: str, code: str) -> None:
    found = finding(variant(gene("BRAF"), component(code, concept(system, "rs113488022"))))
    assert found.value["ids"] == ("rs113488022",)


@pytest.mark.parametrize("system", ["http://www.ncbi.nlm.nih.gov/refseq", "http://www.ncbi.nlm.nih.gov/nuccore/"])
def test_y09_v03_transcript_of_a_coding_change(system: str) -> None:
    change = component("48004-6", concept(HGVS, "c.1799T>A"))
    found = finding(variant(gene("BRAF"), component("51958-7", concept(system, "NM_004333.6")), change))
    assert found.value["c"] == "NM_004333.6:c.1799T>A"


@pytest.mark.parametrize("system", [SO, SO + "/", "http://sequenceontology.org", "https://www.sequenceontology.org"])
def test_y10_sequence_ontology_in_every_spelling(system: str) -> None:
    change = component("48019-4", concept(system, "SO:0001742", "copy_number_gain"))
    assert only(variant(gene("EGFR"), change), "copy-number").value["state"] == "gain"


@pytest.mark.parametrize("system", ["http://www.pharmvar.org", "https://www.pharmvar.org/"])
@pytest.mark.parametrize("code", ["CYP2D6 *1/*41", "CYP2D6_*1/*41", "*1/*41"])
def test_y11_pharmvar_codes_of_diplotypes(system: str, code: str) -> None:
    stated = observation("84413-4", gene("CYP2D6"), valueCodeableConcept=concept(system, code))
    assert (finding(stated).subject, finding(stated).value) == ("CYP2D6", "*1/*41")


def test_y12_alleles_and_gl_strings_of_hla() -> None:
    one = observation("84414-2", gene("HLA-A", "HGNC:4931"), valueCodeableConcept=concept(HLA, "HLA-A*03:01:01:01"))
    text = "hla#3.31.0#HLA-A*03:01:01:01+HLA-A*30:01:01"
    pair = observation("84413-4", gene("HLA-A", "HGNC:4931"), valueCodeableConcept=concept(GLSTRING, text))
    assert [found.subject for found in findings(one)] == ["HLA-A*03:01"]
    assert [found.subject for found in findings(pair)] == ["HLA-A*03:01", "HLA-A*30:01"]


@pytest.mark.parametrize(
    ("system", "code", "drug"),
    [
        ("urn:oid:2.16.840.1.113883.6.88", "309362", "clopidogrel"),
        ("2.16.840.1.113883.6.69", "00093-7314-05", "clopidogrel"),
        ("http://fhir.de/CodeSystem/bfarm/atc", "B01AC04", "clopidogrel"),
        ("http://www.whocc.no/atc", "B01AC04", "clopidogrel"),
    ],
)
def test_y13_drug_systems_as_address_and_oid(system: str, code: str, drug: str) -> None:
    found = whole(order(medicationCodeableConcept=concept(system, code)))
    assert found.orders[0].drug.ingredients == (drug,)


def test_y13_m16_rxnorm_without_code_is_matched_by_its_display() -> None:
    named = {
        "coding": [{"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "", "display": "clopidogrel"}]
    }
    match = whole(order(medicationCodeableConcept=named)).orders[0].drug
    assert (match.ingredients, match.how) == (("clopidogrel",), "name")


@pytest.mark.parametrize(
    ("system", "code"),
    [
        ("http://snomed.info/sct", "230690007"),
        ("http://hl7.org/fhir/sid/icd-10-cm", "I63.9"),
        ("urn:oid:2.16.840.1.113883.6.90", "I63.9"),
        ("http://fhir.de/CodeSystem/bfarm/icd-10-gm", "I63.9"),
    ],
)
def test_y14_diseases_in_several_systems(system: str, code: str) -> None:
    assert "stroke" in terms().conditions([(system, code, None)]).names


def test_y14_a_code_under_another_system_is_unknown_there() -> None:
    assert terms().conditions([("http://www.ncbi.nlm.nih.gov/medgen", "230690007", None)]).how is None


def test_y16_f05_iscn_under_its_name_and_its_oid() -> None:
    for system in ("https://iscn.karger.com", "urn:oid:2.16.840.1.113883.6.335"):
        stated = variant(component("81291-7", concept(system, "46,XY,t(9;22)(q34;q11.2)")))
        assert only(stated, "karyotype").value["iscn"] == "46,XY,t(9;22)(q34;q11.2)"


def indicator(
    text: str, system: str = "https://open.epic.com/FHIR/StructureDefinition/condition-category", **more: Any
) -> Any:
    active, confirmed = {"coding": [{"code": "active"}]}, {"coding": [{"code": "confirmed"}]}
    return resource(
        "Condition", code={"text": text}, category=[concept(system, "genomics")],
        **{"clinicalStatus": active, "verificationStatus": confirmed, **more},
    )  # fmt: skip


@pytest.mark.parametrize("scheme", ["https", "http"])
def test_y17_g26_genomic_indicator(scheme: str) -> None:
    system = f"{scheme}://open.epic.com/FHIR/StructureDefinition/condition-category"
    found = only(indicator("CYP2C19 Poor Metabolizer", system), "phenotype")
    assert (found.subject, found.value, found.matched) == ("CYP2C19", "poor metabolizer", "name")


def test_t65_indicator_without_category_or_not_on_the_list_is_text() -> None:
    plain = resource("Condition", code={"text": "CYP2D6 Poor Metabolizer"}, clinicalStatus="active")
    assert told(plain) == [("reported-text", "CYP2D6", {"mentions": ()}, "indeterminate", "text-only")]
    assert told(indicator("Malignant Hyperthermia Risk"))[0][::4] == ("reported-text", "text-only")


@pytest.mark.parametrize(
    ("member", "code", "reason"),
    [
        ("verificationStatus", "refuted", "refuted"),
        ("verificationStatus", "entered-in-error", "void-status"),
        ("clinicalStatus", "resolved", "resolved"),
    ],
)
def test_t65_indicator_that_does_not_hold_is_ignored(member: str, code: str, reason: str) -> None:
    found = only(indicator("CYP2C19 Poor Metabolizer", **{member: {"coding": [{"code": code}]}}), "phenotype")
    assert (found.status, found.reason) == ("ignored", reason)


def test_y15_answer_codes_under_another_system_do_not_count() -> None:
    stated = variant(gene("BRAF"), protein("p.Val600Glu"), answer=None, valueCodeableConcept=concept(TBD, "LA9633-4"))
    assert finding(stated).status == "indeterminate"


def test_o02_bundle_of_one_reads_like_the_resource_alone() -> None:
    assert told(reading(bundle(creatinine()), P1)) == told(reading(creatinine(), P1))
