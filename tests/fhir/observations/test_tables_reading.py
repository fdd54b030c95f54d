"""Letters, signs, words and codes of results, one by one: what each is read as, and what nothing may be read as."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from pmcds.fhir.observations import hla, names, stars
from pmcds.fhir.observations.answers import short
from pmcds.fhir.values import clean
from tests.fhir.observations.support import (
    LOINC,
    component,
    concept,
    finding,
    findings,
    gene,
    genotype,
    ignored,
    loinc,
    observation,
    protein,
    variant,
)

RESIDUES = {
    "A": "Ala", "R": "Arg", "N": "Asn", "D": "Asp", "C": "Cys", "Q": "Gln", "E": "Glu", "G": "Gly", "H": "His",
    "I": "Ile", "L": "Leu", "K": "Lys", "M": "Met", "F": "Phe", "P": "Pro", "S": "Ser", "T": "Thr", "W": "Trp",
    "Y": "Tyr", "V": "Val", "U": "Sec", "O": "Pyl",
}  # fmt: skip


@pytest.mark.parametrize("letter", RESIDUES)
def test_v02_one_letter_is_its_residue_in_three(letter: str) -> None:
    three = RESIDUES[letter]
    assert names.protein(f"{letter}12K") == f"p.{three}12Lys"
    assert names.protein(f"K12{letter}") == f"p.Lys12{three}"
    for stop in ("*", "X", "Ter"):
        assert names.protein(f"p.{three}12{stop}") == f"p.{three}12Ter"
    for stop in "*X":
        assert names.protein(f"{letter}12{stop}") == f"p.{three}12Ter"


@pytest.mark.parametrize(
    ("text", "read_as"),
    [
        ("E746_A750del", "p.Glu746_Ala750del"), ("E746_A750delinsK", "p.Glu746_Ala750delinsLys"),
        ("A767_V769dup", "p.Ala767_Val769dup"), ("H773_V774insN", "p.His773_Val774insAsn"),
        ("E12fs", "p.Glu12fs"), ("E12fs*5", "p.Glu12fsTer5"), ("M1ext-5", "p.Met1ext-5"),
        ("R4_G6inv", "p.Arg4_Gly6inv"), ("p.(Val600Glu)", "p.Val600Glu"), ("p.Glu12fsX5", "p.Glu12fsTer5"),
    ],
)  # fmt: skip
def test_v02_the_words_of_a_protein_change_are_no_residues(text: str, read_as: str) -> None:
    assert names.protein(text) == read_as


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("BRAF V600E", True), ("V600E", True), ("W26*", True), ("T790=", True), ("E12fs", True), ("E746del", True),
        ("A767dup", True), ("A763ins", True), ("E746_A750del", True), ("*12R", True), ("CYP2C19", False),
        ("V600", False), ("exon 19", False),
    ],
)  # fmt: skip
def test_v09_a_short_name_of_a_protein_change_is_told_from_other_words(text: str, is_one: bool) -> None:
    assert names.is_short_protein(text) == is_one


# Versions of the accessions of chromosomes 1 to 22, X and Y (RefSeq): GRCh37, and one more in GRCh38.
GRCH37 = (10, 11, 11, 11, 9, 11, 13, 10, 11, 10, 9, 11, 10, 8, 9, 9, 10, 9, 9, 10, 8, 10, 10, 9)


def test_vr5_the_version_of_an_accession_tells_its_build() -> None:
    for number, first in enumerate(GRCH37, start=1):
        for version in range(6, 16):
            expected = {first: "GRCh37", first + 1: "GRCh38"}.get(version)
            assert names.build_of(f"NC_{number:06d}.{version}") == expected, (number, version)
    assert [names.build_of(f"NC_{other:06d}.10") for other in (0, 25, 12920)] == [None, None, None]


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("a\\.br\\b", "a b"), ("a\\T\\b", "a&b"), ("a\\S\\b", "a^b"), ("a\\F\\b", "a|b"), ("a\\R\\b", "a~b"),
        ("a\\E\\b", "a\\b"), ("a\u200bb", "ab"), ("a\u200cb", "ab"), ("a\u200db", "ab"), ("a\u2060b", "ab"),
        ("a\ufeffb", "ab"), ("a\u00a0b", "a b"), ("\uff41b", "ab"), ("\u200b", None),
    ],
)  # fmt: skip
def test_r8_r9_each_escape_and_each_invisible_character_is_read(text: str, plain: str | None) -> None:
    assert clean(text) == plain


@pytest.mark.parametrize("sign", ["<", "<=", ">=", ">"])
def test_l6_the_four_comparators_make_an_interval(sign: str) -> None:
    quantity = {"value": 2, "code": "mg/dL", "system": "http://unitsofmeasure.org", "comparator": sign}
    found = finding(observation("2160-0", valueQuantity=quantity))
    assert (found.status, found.value["comparator"]) == ("present", sign)


@pytest.mark.parametrize("sign", ["~", "≥", "≤", "ad", "=", "=<", "lt"])
def test_l6_any_other_comparator_is_never_left_out(sign: str) -> None:
    quantity = {"value": 2, "code": "mg/dL", "system": "http://unitsofmeasure.org", "comparator": sign}
    assert finding(observation("2160-0", valueQuantity=quantity)).reason == "value-unreadable"


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ("1.5", "1.5"), (">=3", ">=3"), ("≥3", ">=3"), (">3", ">3"), ("<=1", "<=1"), ("≤1", "<=1"), ("<1", "<1"),
        ("≥ 3.0", ">=3.0"),
    ],
)  # fmt: skip
def test_g31_a_score_keeps_its_sign(text: str, score: str) -> None:
    stated = component("activity-score", text, system=TBD_CODES, name="valueString")
    found = next(
        one for one in findings(observation("84413-4", gene("CYP2D6"), stated)) if one.kind == "activity_score"
    )
    assert (found.value, found.status) == (score, "present")


TBD_CODES = "http://hl7.org/fhir/uv/genomics-reporting/CodeSystem/tbd-codes-cs"


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ("0", "0"), ("1", "1+"), ("2", "2+"), ("3", "3+"), ("1+", "1+"), ("2 +", "2+"), ("3+ (positive)", "3+"),
        ("3+ (Positive)", "3+"), ("0 (negative)", "0"),
    ],
)  # fmt: skip
def test_b10_each_score_of_a_stain_is_read(text: str, score: str) -> None:
    assert finding(observation("18474-7", valueString=text)).value["score"] == score


@pytest.mark.parametrize("score", ["0", "1+", "2+", "3+"])
@pytest.mark.parametrize("result", ["LA6576-8", "LA6577-6"])
def test_b11_a_score_and_a_result_that_exclude_each_other_conflict(score: str, result: str) -> None:
    found = finding(observation("18474-7", valueString=score, valueCodeableConcept=loinc(result)))
    against = {("0", "LA6576-8"), ("1+", "LA6576-8"), ("3+", "LA6577-6")}
    assert (found.status, found.reason) == (
        ("conflicting", "value-conflict") if (score, result) in against else ("present", None)
    )


@pytest.mark.parametrize(
    ("text", "comparator"),
    [("TPS 55 %", None), ("TPS >= 50%", ">="), ("TPS ≥ 50 %", ">="), ("TPS <= 1%", "<="), ("TPS ≤1 %", "<="),
     ("TPS <1%", "<"), ("TPS >50%", ">"), ("tps: 55%", None), ("CPS = 10", None)],
)  # fmt: skip
def test_b08_a_percentage_keeps_its_scale_and_its_sign(text: str, comparator: str | None) -> None:
    found = finding(observation("83053-9", valueString=text))
    assert (found.value.get("comparator"), found.value["score"]) == (comparator, text[:3].upper())
    assert isinstance(found.value["quantity"], Decimal)


@pytest.mark.parametrize(
    ("word", "plain"),
    [
        ("present", "present"), ("positive", "present"), ("detected", "present"), ("absent", "absent"),
        ("negative", "absent"), ("not detected", "absent"), ("indeterminate", "indeterminate"),
        ("equivocal", "indeterminate"), ("unknown", "indeterminate"), ("no-call", "no-call"), ("high", "high"),
        ("microsatellite instability: high", "high"), ("poor metabolizer", "poor metabolizer"),
    ],
)  # fmt: skip
def test_a7_each_word_of_an_answer_is_present_absent_or_open(word: str, plain: str) -> None:
    assert short(word) == plain


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Intermediate to poor metabolizer", "phenotype-range"),
        ("poor or intermediate metabolizer", "phenotype-range"),
        ("poor TO intermediate metabolizer", "phenotype-range"),
        ("poor metabolizer/intermediate metabolizer", "phenotype-range"),
        ("poor metabolizer - intermediate metabolizer", "phenotype-range"),
        ("Poor / intermediate metabolizer", "phenotype-range"),
        ("poor metabolizer", None), ("unknown", "indeterminate"),
        ("no call", "no-call"),
    ],
)  # fmt: skip
def test_4_4_a_range_of_phenotypes_is_never_one_of_them(text: str, reason: str | None) -> None:
    found = finding(observation("79714-2", gene("CYP2C19"), valueCodeableConcept={"text": text}))
    assert (found.kind, found.reason) == ("phenotype", reason)


@pytest.mark.parametrize(
    ("name", "read_as"),
    [
        ("HLA-B*57:01:01G", "HLA-B*57:01"), ("HLA-B*57:01P", "HLA-B*57:01"), ("A*24:09N", "HLA-A*24:09N"),
        ("A*24:09L", "HLA-A*24:09L"), ("A*24:09S", "HLA-A*24:09S"), ("A*24:09C", "HLA-A*24:09C"),
        ("A*24:09A", "HLA-A*24:09A"), ("A*24:09Q", "HLA-A*24:09Q"), ("HLA-B*5701", "HLA-B*57:01"),
    ],
)  # fmt: skip
def test_a9_a_suffix_stays_and_the_letter_of_a_group_does_not(name: str, read_as: str) -> None:
    found = hla.allele_of(name)
    assert found is not None and (found.name, found.reason) == (read_as, None)


@pytest.mark.parametrize(
    ("text", "value", "reason"),
    [
        ("*1/*2 | *1/*3", "*1/*2 or *1/*3", "phase-ambiguous"), ("*1/*2 or *1/*3", "*1/*2 or *1/*3", "phase-ambiguous"),
        ("*1/*2; *1/*3", "*1/*2 or *1/*3", "phase-ambiguous"), ("*1/*2|*2/*1", "*1/*2", None),
        ("(*1/*2)xN", "(*1/*2)xN", "copy-number-unknown"), ("(*1/*2) x3", "(*1/*2)x3", "copy-number-unknown"),
        ("*1/*2xN", "*1/*2xN", None), ("*1/*2xn", "*1/*2xN", None), ("*1/*2x3", "*1/*2x3", None),
        ("*1/*2x>=3", "*1/*2x≥3", None), ("*1/*2x≥3", "*1/*2x≥3", None), ("*36+*10/*41", "*36+*10/*41", None),
        ("e1/e4", "e1/e4", None), ("ε3/ε4", "ε3/ε4", None), ("E3/E4", "E3/E4", None), ("rs12 C/T", "rs12 C/T", None),
        ("del/del", "del/del", None), ("ins/del", "ins/del", None), ("-/A", "-/A", None),
        ("del/ins", "del/ins", None), ("A/-", "A/-", None), ("A/del", "A/del", None),
    ],
)  # fmt: skip
def test_dn_each_sign_of_a_diplotype_is_read(text: str, value: str, reason: str | None) -> None:
    found = stars.stated(text, None, "CYP2D6")
    assert (found.value, found.reason) == (value, reason)


@pytest.mark.parametrize("asked", ["genotype", "haplotype", "phenotype", "activity-score"])
def test_g12_each_gene_result_in_a_component_is_read_as_what_it_was_asked_for(asked: str) -> None:
    codes = {"genotype": "84413-4", "haplotype": "84414-2", "phenotype": "79714-2", "activity-score": "activity-score"}
    stated = {"genotype": "*1/*2", "haplotype": "*2", "phenotype": "Poor metabolizer", "activity-score": "1.0"}
    system = TBD_CODES if asked == "activity-score" else LOINC
    one = component(codes[asked], stated[asked], system=system, name="valueString")
    found = findings(observation("51969-4", gene("CYP2C19"), one))
    kinds = {"activity-score": "activity_score"}
    assert next(each.kind for each in found if each.reason != "value-absent") == kinds.get(asked, asked)


@pytest.mark.parametrize(
    ("karyotype", "normal"),
    [
        ("46,XX", True),
        ("46,XY", True),
        ("46,XX[20]", True),
        ("47,XXY", False),
        ("46,XX,t(9;22)", False),
        ("45,X", False),
    ],
)
def test_t07_a_normal_karyotype_is_absent_and_any_other_is_not(karyotype: str, normal: bool) -> None:
    found = finding(variant(component("81291-7", concept(text=karyotype))))
    assert (found.status, found.reason) == (("absent", "normal-karyotype") if normal else ("present", None))


@pytest.mark.parametrize("text", ["ROS1 Fusion", "ROS1 fusions", "ALK rearrangement", "ALK translocation", "EML4::ALK"])
def test_f3_the_words_of_a_fusion_are_a_fusion(text: str) -> None:
    found = finding(variant(gene("ALK"), component("81252-9", concept(text=text))))
    assert found.value["row"] == "fusion"


@pytest.mark.parametrize(("code", "state"), [("SO:0001743", "loss"), ("SO:0001742", "gain")])
def test_n2_a_change_of_copies_is_told_by_its_type(code: str, state: str) -> None:
    stated = component("48019-4", concept("http://www.sequenceontology.org", code))
    found = finding(variant(gene("EGFR"), stated))
    assert (found.value["row"], found.value.get("state")) == ("copy-number", state)


@pytest.mark.parametrize(
    ("category", "reason"),
    [
        ("laboratory", "uncoded-result"), ("LAB", "uncoded-result"), ("GE", "uncoded-result"),
        ("genetics", "uncoded-result"), ("genomics", "uncoded-result"), (None, "uncoded-result"),
        ("vital-signs", "not-relevant"), ("imaging", "not-relevant"), ("social-history", "not-relevant"),
        ("survey", "not-relevant"),
    ],
)  # fmt: skip
def test_h35_only_the_category_of_something_else_excludes_an_unread_result(category: str | None, reason: str) -> None:
    one = observation({"text": "Remark"}, valueString="see report",
                      category=[{"coding": [{"code": category}]}] if category else None)  # fmt: skip
    assert ignored(one) == [reason]


@pytest.mark.parametrize(
    ("category", "told"), [("GE", True), ("genetics", True), ("genomics", True), ("LAB", False), ("RAD", False)]
)
def test_e4_a_report_of_a_genetic_category_is_one_whatever_its_code(category: str, told: bool) -> None:
    report = {
        "resourceType": "DiagnosticReport", "id": "r", "status": "final", "subject": {"reference": "Patient/p1"},
        "code": loinc("11502-2"), "category": [{"coding": [{"code": category}]}],
        "result": [{"reference": "Observation/nope"}],
    }  # fmt: skip
    assert [one.reason for one in findings(report)] == (["not-supplied"] if told else [])


@pytest.mark.parametrize(
    ("members", "status", "reason"),
    [
        ({"status": "entered-in-error"}, "ignored", "void-status"), ({"status": "cancelled"}, "ignored", "void-status"),
        ({"dataAbsentReason": {"text": "x"}}, "ignored", "value-absent"),
        ({"status": "preliminary"}, "indeterminate", "result-not-final"),
        ({"status": "registered"}, "indeterminate", "result-pending"),
        ({"status": "Final"}, "indeterminate", "status-unreadable"),
        ({"subject": None}, "indeterminate", "no-subject"),
        ({"effectiveDateTime": "2027"}, "indeterminate", "future-dated"),
        ({"focus": [{"reference": "Patient/p2"}]}, "indeterminate", "focus-not-patient"),
        ({"meta": {"security": [{"code": "V"}]}}, "withheld", "security-label"),
        ({"modifierExtension": [{"url": "x"}]}, "indeterminate", "modifier"),
    ],
)  # fmt: skip
def test_s1_each_gate_leaves_a_gene_result_without_effect(members: dict[str, Any], status: str, reason: str) -> None:
    found = finding(genotype("*2/*2", **members))
    assert (found.status, found.reason) == (status, reason)
    if reason in ("security-label", "modifier"):
        assert (found.value, found.notes, found.source_class) == (None, found.notes, None)
        assert "*2" not in repr(found)


@pytest.mark.parametrize(
    ("code", "word"),
    [("LA6668-3", "pathogenic"), ("LA26332-9", "likely pathogenic"), ("LA26333-7", "uncertain significance"),
     ("LA26334-5", "likely benign"), ("LA6675-8", "benign")],
)  # fmt: skip
def test_p1_each_significance_of_the_list_is_read_as_stated(code: str, word: str) -> None:
    stated = observation("53037-8", gene("BRCA1"), valueCodeableConcept=loinc(code), id="s",
                         derivedFrom=[{"reference": "Observation/o1"}])  # fmt: skip
    found = [
        one
        for one in findings(variant(gene("BRCA1"), protein("p.Arg12Ter")), stated)
        if one.source.resource.endswith("/s")
    ]
    assert [(one.status, one.value.get("significance")) for one in found] == [("present", word)]


@pytest.mark.parametrize(("url", "polygenic"), [("genomic-risk-assessment", True), ("genomics-risk-assessment", True),
                                                ("genomic-report-note", False)])  # fmt: skip
def test_t37_a_polygenic_result_is_no_variant_under_either_name(url: str, polygenic: bool) -> None:
    stated = observation("53037-8", valueCodeableConcept=loinc("LA6668-3"), extension=[{"url": f"http://x/{url}"}])
    assert (finding(stated).reason == "polygenic") == polygenic


def operation(name: str, text: str) -> dict[str, Any]:
    part = [{"name": "presence", "valueBoolean": False}, {"name": name, "valueString": text}]
    parameter = [{"name": "answer", "part": part}]
    return {"resourceType": "Parameters", "id": "a", "subject": {"reference": "Patient/p1"}, "parameter": parameter}


@pytest.mark.parametrize(
    ("name", "text", "scope"),
    [
        ("variantItem", "NM_004333.6:c.1799T>A", "variant"), ("variant", "NM_004333.6:c.1799T>A", "variant"),
        ("rangeItem", "NC_000007.14:1-2", "region"), ("range", "NC_000007.14:1-2", "region"),
        ("haplotypeItem", "HLA-B*57:01", None), ("haplotype", "HLA-B*57:01", None),
    ],
)  # fmt: skip
def test_t09_an_empty_answer_of_an_operation_is_absent_in_the_scope_of_its_question_only(
    name: str, text: str, scope: str | None
) -> None:
    found = finding(operation(name, text))
    assert (found.status, found.reason, found.value.get("scope")) == ("absent", "query-negative", scope)
    assert findings(operation("gene", text)) == ()
