"""Gene results, alleles and reports of whole panels: shapes G and A, and the traps about them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fhir.observations.support import (
    PHARMVAR,
    TBD,
    component,
    concept,
    finding,
    findings,
    gene,
    genotype,
    loinc,
    observation,
    variant,
)
from tests.fhir.shapes.support import only, resource, told, whole

PHASE = "http://terminology.hl7.org/CodeSystem/sequence-phase-relationship-cs"
THERAPEUTIC = concept(TBD, "therapeutic-implication")


def linked(ident: str, result: dict[str, Any]) -> dict[str, Any]:
    return {**result, "id": ident}


def derived(from_id: str, result: dict[str, Any]) -> dict[str, Any]:
    return {**result, "derivedFrom": [{"reference": f"Observation/{from_id}"}]}


def test_g05_suballeles_and_blanks() -> None:
    found = finding(genotype("CYP2D6*7.001 / CYP2D6*1.001", "CYP2D6"))
    assert (found.value, found.notes) == ("*1/*7", ("stated as *7.001 / *1.001",))


def test_g11_allele_id_of_another_table_with_its_name_in_the_display() -> None:
    extension = {
        "url": "http://hl7.org/fhir/StructureDefinition/observation-geneticsGene",
        "valueCodeableConcept": concept("http://www.genenames.org", "12014", "TPMT"),
    }
    stated = observation(
        "55233-1", extension=[extension], valueCodeableConcept=concept("http://www.pharmgkb.org", "PA165971587", "*35B")
    )
    found = finding(stated)
    assert (found.kind, found.subject, found.value["allele"]) == ("haplotype", "TPMT", "*35B")


@pytest.mark.parametrize("value", [{"valueString": "CYP2C19"}, {"valueCodeableConcept": {"text": "CYP2C19"}}])
def test_g14_gene_as_text(value: dict[str, Any]) -> None:
    named = {"code": loinc("48018-6"), **value}
    assert finding(observation("84413-4", named, valueCodeableConcept={"text": "*1/*2"})).subject == "CYP2C19"


@pytest.mark.parametrize("text", ["*4", "CYP2D6*4"])
def test_g16_one_allele_of_a_genotype_observation(text: str) -> None:
    found = finding(genotype(text, "CYP2D6"))
    assert (found.kind, found.value["allele"], found.status) == ("haplotype", "*4", "present")


def test_g17_pharmvar_code_with_underscore_inside_parameters() -> None:
    inner = observation("84413-4", valueCodeableConcept=concept(PHARMVAR, "CYP2D6_*1/*1"))
    parameters = {
        "resourceType": "Parameters",
        "parameter": [{"name": "haplotypes", "part": [{"name": "genotype", "resource": inner}]}],
    }
    found = only(whole(parameters), "diplotype")
    assert (found.subject, found.value) == ("CYP2D6", "*1/*1")
    assert found.source.path.endswith("/parameter/0/part/0/resource")


def test_g18_raw_variants_with_their_phase() -> None:
    change = component("48004-6", concept("http://varnomen.hgvs.org", "NM_000769.4:c.681G>A"))
    one, two = linked("v1", variant(gene("CYP2C19"), change)), linked("v2", variant(gene("CYP2C19"), change))
    phase = observation(
        "82120-7", id="ph", valueCodeableConcept=concept(PHASE, "Trans"),
        derivedFrom=[{"reference": "Observation/v1"}, {"reference": "Observation/v2"}],
    )  # fmt: skip
    found = only(whole(one, two, phase), "phase")
    assert (found.value["phase"], found.value["of"]) == ("trans", ("Observation/v1", "Observation/v2"))


def test_g19_t36_compound_hgvs_is_a_genotype_of_a_disease_gene() -> None:
    stated = concept("http://varnomen.hgvs.org", "NM_022787.3:c.[53A>G];[769G>A]")
    named = component("48018-6", concept("http://www.genenames.org", "HGNC:17877", "NMNAT1"))
    found = only(observation("84413-4", named, valueCodeableConcept=stated), "diplotype")
    assert (found.subject, found.value) == ("NMNAT1", "NM_022787.3:c.[53A>G];[769G>A]")


@pytest.mark.parametrize("text", ["Poor metabolizer", "CYP2C9 Poor Metabolizer", "poor"])
def test_g25_per_gene_code_with_the_answer_as_text(text: str) -> None:
    found = finding(observation("79716-7", valueString=text))
    assert (found.subject, found.value, found.status) == ("CYP2C9", "poor metabolizer", "present")


def test_g27_grouped_report_with_genotype_in_text_and_linked_phenotype() -> None:
    genes = component("48018-6", concept("http://www.genenames.org", "HGNC:2621", "CYP2C19"))
    pair = linked("gt", observation("84413-4", genes, valueCodeableConcept={"text": "*2/*2"}))
    answer = loinc("LA9657-3", "Poor metabolizer")
    metabolism = derived("gt", linked("ph", observation("53040-2", valueCodeableConcept=answer)))
    group = linked("gr", observation(concept(TBD, "grouper"), hasMember=[{"reference": "Observation/ph"}]))
    report = resource(
        "DiagnosticReport", "dr", status="final", code=loinc("51969-4"), result=[{"reference": "Observation/gr"}]
    )
    found = whole(report, group, metabolism, pair)
    assert (only(found, "diplotype").value, only(found, "phenotype").value) == ("*2/*2", "poor metabolizer")
    assert only(found, "phenotype").subject == "CYP2C19"


def test_g28_t04_code_of_another_gene_gives_no_gene_to_any_value() -> None:
    score = component("activity-score", {"value": 0}, system=TBD, name="valueQuantity")
    stated = observation("79713-4", gene("CYP2C19"), score, valueString="*2/*2")
    assert {(one.subject, one.status, one.reason) for one in findings(stated)} == {
        (None, "conflicting", "gene-conflict")
    }


@pytest.mark.parametrize(
    ("stated", "read", "reason"),
    [
        ("Extensive metabolizer", "normal metabolizer", None),
        ("ultra-rapid metabolizer", "ultrarapid metabolizer", None),
        ("Likely poor metabolizer", "likely poor metabolizer", None),
        ("possible intermediate metabolizer", "likely intermediate metabolizer", None),
        ("PM", "poor metabolizer", None),
        ("normal to intermediate metabolizer", None, "phenotype-range"),
        ("uncertain", "indeterminate", "indeterminate"),
        ("normal risk", None, "term-not-of-gene"),
    ],
)
def test_g30_t67_words_of_older_vocabularies(stated: str, read: str | None, reason: str | None) -> None:
    found = finding(observation("53040-2", gene("CYP2C19"), valueCodeableConcept={"text": stated}))
    assert (found.subject, found.reason) == ("CYP2C19", reason)
    assert read is None or found.value == read or stated.startswith("possible")


def test_g33_no_phenotype_is_written_where_only_a_diplotype_is_stated() -> None:
    assert {one.kind for one in findings(genotype("*2/*2"))} == {"genotype"}


@pytest.mark.parametrize("name", ["A*24:02", "HLA-A*24:02", "HLA-A*24:02:01:01"])
def test_a02_names_with_and_without_prefix(name: str) -> None:
    stated = observation(
        "84414-2", gene("HLA-A", "HGNC:4931"), valueCodeableConcept=concept("http://www.ebi.ac.uk/ipd/imgt/hla", name)
    )
    found = finding(stated)
    assert (found.subject, found.value["locus"], found.status) == ("HLA-A*24:02", "HLA-A", "present")


def test_a05_one_allele_as_genotype_is_a_carrier_of_unknown_zygosity() -> None:
    stated = concept("http://www.ncbi.nlm.nih.gov/clinvar", "14909", "HLA-B*15:02")
    found = finding(observation("84413-4", gene("HLA-B"), valueCodeableConcept=stated))
    assert (found.subject, found.status) == ("HLA-B*15:02", "present")
    assert "typing" not in found.value


def operation(presence: bool, *parts: Any) -> dict[str, Any]:
    asked = {"name": "haplotypes", "part": [{"name": "haplotypeItem", "valueString": "http://www.ebi.ac.uk/ipd/imgt/hla|HLA-B*57:01"},
                                             {"name": "presence", "valueBoolean": presence}, *parts]}  # fmt: skip
    return {"resourceType": "Parameters", "parameter": [asked]}


def test_a11_t09_operation_answer_with_the_allele_it_found() -> None:
    allele = observation(
        "84414-2", gene("HLA-B"), valueCodeableConcept=concept("http://www.ebi.ac.uk/ipd/imgt/hla", "HLA-B*57:01")
    )
    found = told(whole(operation(True, {"name": "haplotype", "resource": allele})))
    assert ("allele", "HLA-B*57:01", {"allele": "HLA-B*57:01"}, "present", None) in found


def test_a11_t09_negative_operation_answer_is_no_more_than_its_question() -> None:
    found = whole(operation(False), single_patient=True)
    assert all(one.status != "present" for one in found.findings)
    assert all(one.subject in (None, "HLA-B", "HLA-B*57:01") for one in found.findings)


def test_t18_changes_that_cannot_both_be_true_stay_side_by_side() -> None:
    # c.4964G>A lies in codon 1655, but a change at its second base cannot give leucine.
    found = finding(
        variant(
            component("48018-6", concept("http://www.genenames.org", "HGNC:10483", "RYR1")),
            component("48004-6", concept("http://varnomen.hgvs.org", "NM_000540.3:c.4964G>A")),
            component("48005-3", concept("http://varnomen.hgvs.org", "p.Arg1655Leu")),
        )
    )
    assert (found.value["c"], found.value["p"]) == ("NM_000540.3:c.4964G>A", "p.Arg1655Leu")


@pytest.mark.parametrize("text", ["ROS1 fusion", "ROS1 rearrangement"])
def test_t27_a_gene_and_a_word_are_a_fusion_without_partner(text: str) -> None:
    named = component("48018-6", concept("http://www.genenames.org", "HGNC:10261", "ROS1"))
    stated = variant(named, component("81252-9", {"text": text}))
    assert told(stated) == [("fusion", "ROS1", {"text": text, "genes": ("ROS1",)}, "present", None)]


def test_t40_condition_of_a_significance_is_kept_for_the_rule_to_compare() -> None:
    change = linked(
        "v1", variant(gene("BRCA1"), component("48005-3", concept("http://varnomen.hgvs.org", "p.Cys61Gly")))
    )
    about = component("81259-4", concept("http://snomed.info/sct", "398036000", "Familial hypercholesterolemia"))
    stated = component("53037-8", loinc("LA6668-3", "Pathogenic"))
    implication = derived("v1", linked("s1", observation(concept(TBD, "diagnostic-implication"), stated, about)))
    found = only(whole(change, implication), "significance")
    assert found.value["significance"] == "pathogenic"
    assert found.value["condition"] == ("Familial hypercholesterolemia",)


def test_t42_implications_of_the_laboratory_are_only_shown() -> None:
    pair = linked("gt", genotype("*2/*2"))
    drug = component("51963-7", concept("http://www.nlm.nih.gov/research/umls/rxnorm", "32968", "clopidogrel"))
    for answer in (loinc("LA6676-6", "Resistant"), loinc("LA6677-4", "Responsive")):
        effect = component("therapeutic-implication", answer, system=TBD)
        found = whole(pair, derived("gt", linked("tx", observation(THERAPEUTIC, effect, drug))))
        assert only(found, "reported-implication").kind == "implication"


def test_t62_genes_as_codings_of_one_concept_are_each_a_gene() -> None:
    several = {"coding": [concept("http://www.genenames.org", code, name)["coding"][0]
                          for code, name in (("HGNC:1100", "BRCA1"), ("HGNC:1101", "BRCA2"))]}  # fmt: skip
    studied = observation("53041-0", {"code": loinc("48018-6"), "valueCodeableConcept": several})
    assert only(studied, "coverage").value["genes"] == ("BRCA1", "BRCA2")
    found = finding(variant({"code": loinc("48018-6"), "valueCodeableConcept": several}))
    assert (found.status, found.reason) == ("indeterminate", "gene-ambiguous")


@pytest.mark.parametrize(
    ("quantity", "score"),
    [
        ({"value": 1}, "1"),
        ({"value": "1.0"}, "1.0"),
        ({"value": 3, "comparator": ">="}, ">=3"),
        ({"value": 0.5}, "0.5"),
    ],
)
def test_t66_activity_scores_as_number_text_and_interval(quantity: dict[str, Any], score: str) -> None:
    stated = observation(concept(TBD, "activity-score"), gene("CYP2D6"), valueQuantity=quantity)
    assert only(stated, "activity-score").value == score


def test_t13_source_class_is_read_as_stated() -> None:
    stated = variant(gene("BRAF"), component("48005-3", concept("http://varnomen.hgvs.org", "p.Val600Glu")),
                     component("48002-0", loinc("LA6683-2", "Germline")))  # fmt: skip
    assert finding(stated).source_class == "germline"


def test_t14_missing_source_class_is_named() -> None:
    found = finding(variant(gene("BRAF"), component("48005-3", concept("http://varnomen.hgvs.org", "p.Val600Glu"))))
    assert (found.source_class, "source-class" in found.missing) == (None, True)


@pytest.mark.parametrize("subject", [None, {"display": "Jane"}, {"identifier": {"value": "1"}}, {}])
def test_t11_no_subject_or_only_its_name(subject: Any) -> None:
    found = whole(genotype("*2/*2", subject=subject), {"resourceType": "Patient", "id": "p1"})
    assert {(one.status, one.reason) for one in found.findings if one.kind == "genotype"} == {
        ("indeterminate", "no-subject")
    }


def test_t12_two_patients_are_never_merged() -> None:
    mine, other = genotype("*1/*1"), genotype("*2/*2", id="o2", subject={"reference": "Patient/p2"})
    patients = [{"resourceType": "Patient", "id": name} for name in ("p1", "p2")]
    found = whole(*patients, mine, other)
    assert [one.value for one in found.findings if one.kind == "genotype"] == ["*1/*1"]
    assert found.flags == ("multi-patient-input",)


def test_t58_the_same_result_twice_is_one_finding_with_two_sources() -> None:
    found = whole(genotype("*2/*2"), genotype("*2/*2", id="o2"))
    one = only(found, "diplotype")
    assert [one.source.resource, *(source.resource for source in one.also)] == ["Observation/o1", "Observation/o2"]


@pytest.mark.parametrize(
    ("answer", "status"), [("LA6668-3", "present"), ("LA26333-7", "present"), ("LA0-0", "indeterminate")]
)
def test_p05_significance_as_component_of_the_variant_itself(answer: str, status: str) -> None:
    change = component("48005-3", concept("http://varnomen.hgvs.org", "p.Cys61Gly"))
    found = whole(variant(gene("BRCA1"), change, component("53037-8", loinc(answer))))
    stated = only(found, "significance")
    assert (stated.subject, stated.value["variant"], stated.status) == ("BRCA1", ("Observation/o1",), status)
    assert only(found, "variant").value["p"] == "p.Cys61Gly"


def test_p05_an_absent_variant_has_no_significance() -> None:
    change = component("48005-3", concept("http://varnomen.hgvs.org", "p.Cys61Gly"))
    stated = variant(gene("BRCA1"), change, component("53037-8", loinc("LA6668-3")), answer="LA9634-2")
    assert [line[0] for line in told(stated)] == ["variant"]
