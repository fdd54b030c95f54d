"""Variants, fusions, copy numbers (fhir-inputs 6, V1-V24, F1-F8, N1-N7, T01-T08, T15-T19, T27, T28, T59, T60)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.fhir.observations.support import (
    ABSENT,
    HGVS,
    REFSEQ,
    SNOMED,
    SO,
    TBD,
    UCUM,
    component,
    concept,
    finding,
    findings,
    gene,
    loinc,
    observation,
    protein,
    somatic,
    variant,
)

V600E = protein("p.Val600Glu")


def coordinates(
    start: int, ref: str, alt: str, base: str | None = "LA30102-0", sequence: str = "NC_000007.14"
) -> list[Any]:
    found = [
        component("48013-7", concept(REFSEQ, sequence)),
        component("81254-5", {"low": {"value": start}}, name="valueRange"),
        component("69547-8", ref, name="valueString"),
        component("69551-0", alt, name="valueString"),
    ]
    return [*found, component("92822-6", loinc(base))] if base else found


@pytest.mark.parametrize(
    ("stated", "normal"),
    [
        ("p.Val600Glu", "p.Val600Glu"),
        ("p.(Val600Glu)", "p.Val600Glu"),
        ("NP_004324.2:p.V600E", "p.Val600Glu"),
        ("p.E746_A750del", "p.Glu746_Ala750del"),
        ("p.R213*", "p.Arg213Ter"),
        ("p.R213X", "p.Arg213Ter"),
        ("p.K745_E746insIPVAIK", "p.Lys745_Glu746insIleProValAlaIleLys"),
        ("p.Y34Cfs*12", "p.Tyr34CysfsTer12"),
    ],
)
def test_v02_protein_change_in_three_letters(stated: str, normal: str) -> None:
    assert finding(variant(gene("BRAF"), protein(stated), somatic())).value["p"] == normal


def test_v01_forms_stay_side_by_side() -> None:
    found = finding(
        variant(
            gene("EGFR"), somatic(), protein("p.Leu858Arg"),
            component("48004-6", concept(HGVS, "c.2573T>G")),
            component("51958-7", concept(REFSEQ, "NM_005228.5")),
            component("81290-9", concept(HGVS, "NC_000007.14:g.55191822T>G")),
            component("81255-2", concept("http://www.ncbi.nlm.nih.gov/projects/SNP", "rs121434568")),
        )
    )  # fmt: skip
    assert found.subject == "EGFR"
    assert found.source_class == "somatic"
    assert found.value == {
        "row": "variant",
        "p": "p.Leu858Arg",
        "c": "NM_005228.5:c.2573T>G",
        "g": "NC_000007.14:g.55191822T>G",
        "ids": ("rs121434568",),
    }


def test_deleted_bases_are_dropped() -> None:
    coding = component("48004-6", concept(HGVS, "NM_005228.5:c.2235_2249delGGAATTAAGAGAAGC"))
    assert finding(variant(gene("EGFR"), coding)).value["c"] == "NM_005228.5:c.2235_2249del"


def test_t15_spdi_from_one_based_and_zero_based_positions() -> None:
    one = finding(variant(gene("BRAF"), *coordinates(140753336, "A", "T", "LA30102-0")))
    zero = finding(variant(gene("BRAF"), *coordinates(140753335, "A", "T", "LA30100-4")))
    assert one.value["spdi"] == zero.value["spdi"] == "NC_000007.14:140753335:A:T"


@pytest.mark.parametrize(
    ("base", "sequence", "missing"),
    [(None, "NC_000007.14", "coordinate-system"), ("LA30102-0", "NM_004333.6", "reference-sequence")],
)
def test_t15_position_that_cannot_be_placed_is_kept_as_stated(base: str | None, sequence: str, missing: str) -> None:
    found = finding(variant(gene("BRAF"), *coordinates(1799, "T", "A", base, sequence)))
    assert found.value["at"] == f"{sequence}:1799:T:A"
    assert "spdi" not in found.value
    assert missing in found.missing


def test_t16_assembly_against_accession_version() -> None:
    build = component("62374-4", loinc("LA14029-5", "GRCh37"))
    found = finding(variant(gene("BRAF"), build, *coordinates(140753336, "A", "T")))
    assert (found.status, found.reason) == ("indeterminate", "build-mismatch")


def test_t01_present_with_ref_equal_alt() -> None:
    found = finding(variant(gene("CYP2C19"), *coordinates(96522463, "A", "A", sequence="NC_000010.10")))
    assert (found.status, found.reason) == ("absent", "reference-call")


@pytest.mark.parametrize("change", ["NM_000769.4:c.681=", "NM_000769.4:c.(681=)"])
def test_t01_unchanged_hgvs_is_absent(change: str) -> None:
    found = finding(variant(gene("CYP2C19"), component("48004-6", concept(HGVS, change))))
    assert (found.status, found.reason) == ("absent", "reference-call")


def test_silent_protein_change_is_no_reference_call() -> None:
    coding = component("48004-6", concept(HGVS, "NM_004333.6:c.1798G>C"))
    assert finding(variant(gene("BRAF"), coding, protein("p.="))).status == "present"


def test_t03_id_and_display_of_two_genes_are_a_conflict_even_of_a_reference_call() -> None:
    found = finding(variant(gene("CYP2C19", "HGNC:262"), *coordinates(96521657, "C", "C", sequence="NC_000010.10")))
    assert (found.subject, found.status, found.reason) == ("CYP2C19", "conflicting", "code-display")


def test_t06_positive_means_found_never_pathogenic() -> None:
    value = concept(SNOMED, "10828004", "Positive")
    found = finding(variant(gene("BRAF"), V600E, answer=None, valueCodeableConcept=value))
    assert found.status == "present"
    assert "significance" not in found.value


@pytest.mark.parametrize(
    ("answer", "status", "reason"),
    [
        ("LA18198-4", "indeterminate", "no-call"),
        ("LA11884-6", "indeterminate", "indeterminate"),
        ("LA99999-9", "indeterminate", "unknown-code"),
        (None, "ignored", "value-absent"),
    ],
)
def test_t07_h23_only_present_and_absent_are_answers(answer: str | None, status: str, reason: str) -> None:
    found = finding(variant(gene("BRAF"), V600E, answer=answer))
    assert (found.status, found.reason) == (status, reason)


def test_absent_variant_is_not_read_as_present() -> None:
    found = finding(variant(gene("BRAF"), V600E, answer=ABSENT))
    assert (found.status, found.value["scope"]) == ("absent", "variant")


def test_v12_absent_category_reaches_as_far_as_its_text() -> None:
    named = component("81252-9", {"text": "EGFR exon 19 deletion"})
    found = finding(variant(gene("EGFR"), named, answer=ABSENT))
    assert (found.status, found.value["scope"]) == ("absent", "category")


@pytest.mark.parametrize("value", [None, {}, {"text": ""}, {"text": 0}])
@pytest.mark.parametrize("code", ["81252-9", "48004-6", "48005-3"])
def test_an_absence_whose_change_cannot_be_read_never_reaches_as_far_as_the_gene(value: Any, code: str) -> None:
    named = component(code, value)
    found = finding(variant(gene("BRAF"), named, answer=ABSENT))
    assert (found.status, found.reason) == ("indeterminate", "value-unreadable")


def test_t08_one_absent_row_for_each_gene_and_no_other() -> None:
    found = findings(variant(gene("BRAF"), gene("EGFR"), answer=ABSENT))
    assert [(one.subject, one.status, one.value["scope"]) for one in found] == [
        ("BRAF", "absent", "gene"),
        ("EGFR", "absent", "gene"),
    ]


def test_v15_gene_alone_names_no_variant() -> None:
    found = finding(variant(gene("EGFR")))
    assert "variant" in found.missing


def test_v10_region_with_change_type() -> None:
    found = finding(
        variant(
            gene("EGFR"), component("47999-8", "Exon 19", name="valueString"),
            component("48019-4", concept(SO, "SO:0000159", "deletion")),
        )
    )  # fmt: skip
    assert (found.value["dna_region"], found.value["type"], found.missing) == (
        ("Exon 19",),
        "deletion",
        ("source-class",),
    )


def test_t17_string_is_read_by_what_it_is() -> None:
    found = finding(variant(gene("EGFR"), component("81290-9", concept(HGVS, "NM_005228.5:c.2573T>G"))))
    assert found.value["c"] == "NM_005228.5:c.2573T>G"
    assert "g" not in found.value


def test_v11_composite_string() -> None:
    found = finding(variant(gene("EGFR"), component("48004-6", {"text": "EGFR:c.2573T>G p.(Leu858Arg)"})))
    assert (found.value["c"], found.value["p"]) == ("c.2573T>G", "p.Leu858Arg")


def vaf(**quantity: Any) -> dict[str, Any]:
    return component("81258-6", quantity, name="valueQuantity")


@pytest.mark.parametrize(
    ("quantity", "fraction", "missing"),
    [
        ({"value": 30.25, "unit": "%"}, Decimal("0.3025"), False),
        ({"value": 0.066, "unit": "decimal"}, Decimal("0.066"), False),
        ({"value": 0.5, "code": "1", "system": UCUM}, Decimal("0.5"), False),
        ({"value": 30.25}, Decimal("0.3025"), True),
        ({"value": 0.3}, Decimal("0.3"), True),
        ({"value": 250}, None, False),
    ],
)
def test_t19_allele_fraction(quantity: dict[str, Any], fraction: Decimal | None, missing: bool) -> None:
    found = finding(variant(gene("BRAF"), V600E, vaf(**quantity)))
    assert found.value.get("vaf") == fraction
    assert ("vaf-unit" in found.missing) is missing


def test_t19_zero_fraction_of_a_present_variant_is_a_conflict() -> None:
    assert finding(variant(gene("BRAF"), V600E, vaf(value=0, unit="%"))).reason == "vaf-zero"


def test_s08_low_confidence() -> None:
    system = "http://terminology.hl7.org/CodeSystem/variant-confidence-status-cs"
    low = component("variant-confidence-status", concept(system, "low"), system=TBD)
    assert finding(variant(gene("BRAF"), V600E, low)).reason == "low-confidence"


def test_f07_two_genes_without_structural_type_are_never_a_fusion() -> None:
    coding = component("81290-9", concept(HGVS, "NM_005157.6:c.1076T>G"))
    found = finding(variant(gene("EGFR"), gene("ALK"), coding, somatic()))
    assert (found.value["row"], found.subject, found.reason) == ("variant", None, "gene-ambiguous")


def test_f01_two_genes_with_translocation() -> None:
    found = finding(variant(gene("EGFR"), gene("ALK"), component("48019-4", concept(SO, "SO:1000044"))))
    assert (found.value["row"], found.subject, found.value["genes"]) == ("fusion", "EGFR::ALK", ("EGFR", "ALK"))


def test_f02_fusion_name_component() -> None:
    found = finding(variant(component("95123-6", {"text": "EGFR::ALK"})))
    assert (found.value["row"], found.subject) == ("fusion", "EGFR::ALK")


def test_f03_fusion_with_an_unknown_partner() -> None:
    found = finding(variant(gene("ALK"), component("81252-9", {"text": "ALK Fusion"})))
    assert (found.value["row"], found.subject) == ("fusion", "ALK")


def test_f08_rearrangement_code() -> None:
    found = finding(observation("78205-2", valueCodeableConcept=loinc("LA6576-8", "Positive")))
    assert (found.value["row"], found.subject, found.status) == ("fusion", "ALK", "present")


def copies(number: Any, *more: Any, name: str = "valueQuantity") -> dict[str, Any]:
    value = {"value": number} if name == "valueQuantity" else number
    return variant(gene("EGFR"), component("82155-3", value, name=name), *more)


def test_n01_n04_copies_are_a_number_even_zero() -> None:
    assert finding(copies(0)).value == {"row": "copy-number", "copies": Decimal(0)}


def test_n05_copies_as_a_range() -> None:
    found = finding(copies({"low": {"value": 4}, "high": {"value": 6}}, name="valueRange"))
    assert found.value["copies"] == {"low": Decimal(4), "high": Decimal(6)}


def test_n02_gain_is_no_amplification() -> None:
    gain = component("molecular-consequence", concept(SO, "SO:0001742", "copy_number_gain"), system=TBD)
    assert finding(variant(gene("EGFR"), gain)).value["state"] == "gain"


def test_n06_interpretation_carries_the_amplification() -> None:
    found = finding(variant(gene("EGFR"), interpretation=[concept(SNOMED, "12645001", "Amplification")]))
    assert (found.value["row"], found.value["state"]) == ("copy-number", "amplification")


def test_t59_type_against_copies() -> None:
    deletion = component("48019-4", concept(SO, "SO:0000159", "deletion"))
    assert finding(copies(4, deletion)).reason == "type-copies"


def test_t07_normal_karyotype_is_absent_and_t28_no_fusion_is_derived() -> None:
    iscn = "https://iscn.karger.com"
    normal = finding(variant(component("81291-7", concept(iscn, "46,XX"))))
    other = finding(variant(component("81291-7", concept(iscn, "46,XX,t(9;22)(q34;q4)"))))
    assert (normal.status, normal.reason) == ("absent", "normal-karyotype")
    assert (other.value["row"], other.subject, other.status) == ("karyotype", None, "present")


def test_t60_repeat_counts_that_differ() -> None:
    found = finding(
        variant(
            gene("BRAF"), component("48004-6", concept(HGVS, "NM_004643.3:c.3GGC[14]")),
            component("repeat-motif", "GGC", system=TBD, name="valueString"),
            component("repeat-number", {"value": 11}, system=TBD, name="valueQuantity"),
        )
    )  # fmt: skip
    assert (found.value["repeats"], found.reason) == ((("GGC", Decimal(11)),), "value-conflict")


def test_v18_container_counts_by_its_members() -> None:
    found = finding(variant(hasMember=[{"reference": "Observation/a"}]))
    assert (found.status, found.reason) == ("ignored", "container")


@pytest.mark.parametrize(
    ("text", "status", "scope"), [("Not detected", "absent", "gene"), ("p.Gly12Asp", "present", None)]
)
def test_v20_mutations_found_in_a_gene(text: str, status: str, scope: str | None) -> None:
    found = finding(observation("21702-6", valueString=text))
    assert (found.status, found.value.get("scope")) == (status, scope)


def test_t26_later_negative_result_puts_the_earlier_one_in_doubt() -> None:
    earlier = variant(gene("BRAF"), V600E)
    later = observation(
        {"text": "validation"}, id="o2", valueCodeableConcept=concept(SNOMED, "260385009", "Negative"),
        extension=[
            {
                "url": "http://hl7.org/fhir/StructureDefinition/observation-sequelTo",
                "valueReference": {"reference": "Observation/o1"},
            }
        ],
    )  # fmt: skip
    assert {(one.status, one.reason) for one in findings(earlier, later)} == {("conflicting", "later-result")}
    assert finding(earlier).status == "present"


def test_s04_result_about_somebody_else_is_not_the_patients() -> None:
    found = finding(variant(gene("BRAF"), V600E, focus=[{"reference": "RelatedPerson/child"}]))
    assert (found.status, found.reason) == ("indeterminate", "focus-not-patient")


@pytest.mark.parametrize(
    ("specimen", "told"),
    [
        ({"type": concept(SNOMED, "122610009")}, "tissue"),
        ({"type": {"text": "liquid biopsy"}}, "plasma"),
        ({"type": {"text": "something else"}}, None),
        ({}, None),
    ],
)
def test_s5_a_specimen_that_was_sent_along_says_what_the_sample_was(specimen: dict[str, Any], told: str | None) -> None:
    sample = {"resourceType": "Specimen", "id": "s1", **specimen}
    result = variant(gene("BRAF"), V600E, somatic(), specimen={"reference": "Specimen/s1"})
    found = [one for one in findings(result, sample) if one.kind == "variant"]
    assert [one.specimen for one in found] == [told]


@pytest.mark.parametrize(("words", "told"), [("liquid biopsy", "plasma"), ("tumor tissue", "tissue"), ("x", None)])
def test_s5_a_specimen_that_was_not_sent_along_is_what_its_reference_calls_it(words: str, told: str | None) -> None:
    named = {"reference": "Specimen/elsewhere", "display": words}
    assert finding(variant(gene("BRAF"), V600E, somatic(), specimen=named)).specimen == told
