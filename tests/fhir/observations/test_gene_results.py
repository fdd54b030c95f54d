"""Diplotypes, haplotypes, phenotypes and activity scores (fhir-inputs G1-G32, T04, T05, T32-T38, T61, T66-T69)."""

from __future__ import annotations

import pytest

from tests.fhir.observations.support import (
    LOINC,
    PHARMVAR,
    SNOMED,
    TBD,
    component,
    concept,
    finding,
    findings,
    gene,
    genotype,
    ignored,
    loinc,
    observation,
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("CYP2C19 *2/*17", "*2/*17"),
        ("CYP2C19*17/*2", "*2/*17"),
        ("*2 / *17", "*2/*17"),
        ("CYP2C19_*1/*1", "*1/*1"),
    ],
)
def test_g04_diplotype_in_value_text(text: str, value: str) -> None:
    found = finding(genotype(text))
    assert (found.kind, found.subject, found.value, found.status) == ("genotype", "CYP2C19", value, "present")


def test_g01_diplotype_as_pharmvar_code() -> None:
    value = concept(PHARMVAR, "CYP2D6 *1/*41", "CYP2D6 *1/*41")
    found = finding(observation("84413-4", gene("CYP2D6"), valueCodeableConcept=value))
    assert (found.subject, found.value, found.matched) == ("CYP2D6", "*1/*41", None)


@pytest.mark.parametrize(
    ("code", "display"), [("638797", "CYP2C19*2/*2"), ("CYP2C19", "*2/*2"), ('CYP2C19*2*2"', "*2/*2")]
)
def test_g02_g03_diplotype_in_the_display_of_an_opaque_code(code: str, display: str) -> None:
    value = concept("http://www.ncbi.nlm.nih.gov/clinvar", code, display)
    assert finding(observation("84413-4", gene("CYP2C19"), valueCodeableConcept=value)).value == "*2/*2"


def test_t61_suballele_is_cut_to_its_core_and_named() -> None:
    found = finding(genotype("CYP2D6*7.001 / CYP2D6*1.001", "CYP2D6"))
    assert found.value == "*1/*7"
    assert any("7.001" in note for note in found.notes)


def test_g06_nucleotides_are_a_genotype_as_stated() -> None:
    assert finding(genotype("rs9923231 C/T", "CYP2C9")).value == "rs9923231 C/T"


def test_g07_names_of_the_gene_file_keep_their_form() -> None:
    found = finding(genotype("c.1905+1G>A (*2A)/Reference", "DPYD"))
    assert (found.kind, found.value) == ("genotype", "c.1905+1G>A (*2A)/Reference")


def test_dn06_reference_word_only_where_the_gene_file_has_it() -> None:
    assert finding(genotype("*2/Reference", "CYP2C19")).reason == "value-unreadable"


def test_g08_t32_of_several_genes_the_one_in_the_value_counts() -> None:
    value = concept(PHARMVAR, "CYP2C9 *2/*5")
    found = finding(observation("84413-4", gene("CYP2C9"), gene("TPMT"), valueCodeableConcept=value))
    assert (found.subject, found.value, found.status) == ("CYP2C9", "*2/*5", "present")


def test_several_genes_without_one_in_the_value_are_ambiguous() -> None:
    found = finding(observation("84413-4", gene("CYP2C9"), gene("TPMT"), valueCodeableConcept={"text": "*2/*5"}))
    assert (found.subject, found.status, found.reason) == (None, "indeterminate", "gene-ambiguous")


def test_g09_r4_base_diplotype_with_gene_extension() -> None:
    extension = {
        "url": "http://hl7.org/fhir/StructureDefinition/observation-geneticsGene",
        "valueCodeableConcept": concept("http://www.genenames.org", "12014", "TPMT"),
    }
    code = concept(SNOMED, "363779003", text="Diplotype Call")
    found = finding(observation(code, extension=[extension], valueString="*1/*4"))
    assert (found.kind, found.subject, found.value) == ("genotype", "TPMT", "*1/*4")


def test_g10_haplotype_is_one_allele() -> None:
    value = concept(PHARMVAR, "CYP2C9 *4")
    found = finding(observation("84414-2", gene("CYP2C9"), valueCodeableConcept=value))
    assert (found.kind, found.subject) == ("haplotype", "CYP2C9")
    assert found.value == {"allele": "*4", "as_stated": "CYP2C9 *4"}


def test_g12_diplotype_in_a_component_of_another_question() -> None:
    inner = component("84413-4", "*1/*2", name="valueString")
    found = findings(observation("55233-1", gene("CYP2C19"), inner))
    assert ("genotype", "CYP2C19", "*1/*2") in [(one.kind, one.subject, one.value) for one in found]


def test_g13_gene_only_in_the_display_of_the_question_is_a_name_match() -> None:
    found = finding(observation(loinc("84413-4", "CYP2C9 gene targeted mutation analysis"), valueString="*1/*2"))
    assert (found.subject, found.value, found.matched) == ("CYP2C9", "*1/*2", "name")


@pytest.mark.parametrize("text", ["*1/*4x2", "*36+*10/*41", "*1/*2xN"])
def test_g15_copy_notation_is_kept(text: str) -> None:
    found = finding(genotype(text, "CYP2D6"))
    assert (found.value, found.status) == (text, "present")


def test_t68_unassigned_copies_are_not_a_diplotype() -> None:
    found = finding(genotype("CYP2D6 (*1/*2)xN", "CYP2D6"))
    assert (found.value, found.status, found.reason) == ("(*1/*2)xN", "indeterminate", "copy-number-unknown")


def test_dn05_several_diplotypes_are_phase_ambiguous() -> None:
    found = finding(genotype("*1/*3A or *3B/*3C", "TPMT"))
    assert (found.value, found.reason) == ("*1/*3A or *3B/*3C", "phase-ambiguous")


def test_t69_one_allele_says_nothing_about_the_other() -> None:
    found = finding(genotype("*4", "CYP2D6"))
    assert (found.kind, found.value) == ("haplotype", {"allele": "*4", "as_stated": "*4"})


def test_t35_unknown_allele_is_read_as_stated() -> None:
    assert finding(genotype("CYP2C9 *4/*35B", "CYP2C9")).value == "*4/*35B"


def test_t36_compound_hgvs_is_a_genotype_never_a_star_diplotype() -> None:
    value = concept("http://www.ncbi.nlm.nih.gov/clinvar", "RCV1", "NM_022787.3(NMNAT1):c.[53A>G];[769G>A] AND disease")
    found = finding(observation("84413-4", valueCodeableConcept=value))
    assert (found.kind, found.subject, found.value) == ("genotype", "NMNAT1", "NM_022787.3:c.[53A>G];[769G>A]")


def test_t47_genotype_without_value_is_absent_never_negative() -> None:
    found = finding(observation("84413-4", gene("CYP2C19")))
    assert (found.subject, found.value, found.status, found.reason) == ("CYP2C19", None, "ignored", "value-absent")


def test_t49_data_absent_reason_wins_over_a_value() -> None:
    reason = concept("http://terminology.hl7.org/CodeSystem/data-absent-reason", "error")
    assert finding(genotype("*2/*2", dataAbsentReason=reason)).reason == "value-absent"


def test_g24_per_gene_code_with_answer_code() -> None:
    found = finding(observation("79715-9", valueCodeableConcept=loinc("LA9657-3", "Poor metabolizer")))
    assert (found.kind, found.subject, found.value, found.status) == (
        "phenotype",
        "CYP2D6",
        "poor metabolizer",
        "present",
    )


@pytest.mark.parametrize(
    ("text", "value", "status", "reason"),
    [
        ("Extensive metabolizer", "normal metabolizer", "present", None),
        ("Ultra-rapid metaboliser", "ultrarapid metabolizer", "present", None),
        ("CYP2D6 PM", "poor metabolizer", "present", None),
        ("Likely Intermediate Metabolizer", "likely intermediate metabolizer", "present", None),
        ("Indeterminate", "indeterminate", "indeterminate", "indeterminate"),
        ("No call", "indeterminate", "indeterminate", "no-call"),
        (
            "Intermediate to Normal Metabolizer",
            "intermediate to normal metabolizer",
            "indeterminate",
            "phenotype-range",
        ),
        ("Normal Risk", "normal risk", "indeterminate", "term-not-of-gene"),
        ("Decreased function", "decreased function", "indeterminate", "term-not-of-gene"),
        ("see comment", None, "indeterminate", "value-unreadable"),
    ],
)
def test_t67_phenotype_words(text: str, value: str | None, status: str, reason: str | None) -> None:
    found = finding(observation("79715-9", valueCodeableConcept={"text": text}))
    assert (found.kind, found.subject) == ("phenotype", "CYP2D6") or value is None
    assert (found.value, found.status, found.reason) == (value, status, reason)


@pytest.mark.parametrize("display", ["TPMT gene product metabolic activity interpretation", "TPMT"])
def test_t04_per_gene_code_of_another_gene_is_a_conflict(display: str) -> None:
    found = finding(observation(loinc("79715-9", display), valueCodeableConcept=loinc("LA9657-3")))
    assert (found.subject, found.status, found.reason) == (None, "conflicting", "gene-conflict")


def test_t04_every_result_of_a_resource_with_two_genes_is_conflicting() -> None:
    found = findings(
        observation(
            "79713-4",
            gene("CYP2C19"),
            component("79716-7", {"text": "Poor Metabolizer"}),
            component("activity-score", {"value": 0}, system=TBD, name="valueQuantity"),
            valueCodeableConcept=concept(PHARMVAR, "*2/*2"),
        )
    )
    assert sorted(one.kind for one in found) == ["activity_score", "genotype", "phenotype"]
    assert {(one.subject, one.status, one.reason) for one in found} == {(None, "conflicting", "gene-conflict")}


def test_t05_answer_code_and_display_that_differ_give_no_value() -> None:
    found = finding(observation("79715-9", valueCodeableConcept=loinc("LA9657-3", "Intermediate metabolizer")))
    assert (found.subject, found.value, found.status, found.reason) == ("CYP2D6", None, "conflicting", "code-display")


def test_answer_code_under_another_system_does_not_count() -> None:
    found = finding(observation("79715-9", valueCodeableConcept=concept("http://example.org/answers", "LA9657-3")))
    assert found.status != "present"


def test_gene_id_and_name_of_two_known_genes_are_a_conflict() -> None:
    found = finding(observation("84413-4", gene("CYP2C19", "HGNC:2625"), valueCodeableConcept={"text": "*2/*2"}))
    assert (found.subject, found.status, found.reason) == ("CYP2C19", "conflicting", "code-display")


@pytest.mark.parametrize(
    ("value", "score"),
    [({"value": 1.0}, "1.0"), ({"value": 3, "comparator": ">="}, ">=3"), ({"value": "0.5"}, "0.5")],
)
def test_g31_activity_score_is_an_exact_decimal(value: dict[str, object], score: str) -> None:
    inner = component("activity-score", value, system=TBD, name="valueQuantity")
    found = findings(observation("84413-4", gene("CYP2D6"), inner, valueCodeableConcept={"text": "*1/*2"}))
    assert ("activity_score", "CYP2D6", score) in [(one.kind, one.subject, one.value) for one in found]


def test_g32_activity_score_by_name() -> None:
    found = finding(observation({"text": "DPYD activity score"}, valueString="≥1.5"))
    assert (found.kind, found.subject, found.value, found.matched) == ("activity_score", "DPYD", ">=1.5", "name")


@pytest.mark.parametrize("text", ["1,5", "about 1", "1e400000000"])
def test_activity_score_that_is_no_number_is_not_read(text: str) -> None:
    found = finding(observation({"text": "DPYD activity score"}, valueString=text))
    assert (found.value, found.reason) == (None, "value-unreadable")


def test_e01_named_question_with_a_well_formed_answer_is_a_name_match() -> None:
    found = finding(observation({"text": "CYP2C19 genotype:"}, valueString="*2/*2"))
    assert (found.kind, found.subject, found.value, found.matched) == ("genotype", "CYP2C19", "*2/*2", "name")


def test_named_question_is_not_read_where_names_do_not_count() -> None:
    from pmcds.fhir.site import Policy

    found = findings(observation({"text": "CYP2C19 genotype"}, valueString="*2/*2"), policy=Policy(match_names=False))
    assert all(one.status != "present" for one in found)


@pytest.mark.parametrize(
    ("status", "reason", "state"),
    [
        ("preliminary", "result-not-final", "indeterminate"),
        ("entered-in-error", "void-status", "ignored"),
        ("Final", "status-unreadable", "indeterminate"),
        (None, "status-unreadable", "indeterminate"),
    ],
)
def test_t44_status_ladder(status: str | None, reason: str, state: str) -> None:
    found = finding(genotype("*2/*2", status=status))
    assert (found.status, found.reason) == (state, reason)


def test_h01_result_of_another_patient_leaves_nothing() -> None:
    resource = genotype("*2/*2", subject={"reference": "Patient/p"})
    assert findings(resource) == ()
    assert ignored(resource) == ["other-patient"]


def test_h02_result_without_subject_is_not_used() -> None:
    found = finding(genotype("*2/*2", subject={"display": "somebody"}))
    assert (found.status, found.reason, found.missing) == ("indeterminate", "no-subject", ("patient",))


def test_t57_security_label_leaves_no_value() -> None:
    label = {"security": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "GDIS"}]}
    found = finding(genotype("*2/*2", meta=label))
    assert (found.status, found.reason, found.value) == ("withheld", "security-label", None)


def test_unknown_modifier_leaves_no_value() -> None:
    found = finding(genotype("*2/*2", modifierExtension=[{"url": "http://example.org/not", "valueBoolean": True}]))
    assert (found.status, found.reason, found.value) == ("indeterminate", "modifier", None)


def test_same_input_same_findings_whatever_the_system_is_spelled() -> None:
    spelled = observation(
        concept("https://loinc.org/", "84413-4"), gene("CYP2C19"), valueCodeableConcept={"text": "*2/*2"}
    )
    assert finding(spelled).value == finding(genotype("*2/*2")).value
    assert LOINC
