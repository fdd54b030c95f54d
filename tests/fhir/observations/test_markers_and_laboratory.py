"""Tumor markers and laboratory values (fhir-inputs B1-B18, L1-L9, T20-T24, T50)."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from pmcds.fhir import open_input
from pmcds.fhir.observations import read_observations
from tests.fhir.observations.support import (
    SNOMED,
    UCUM,
    concept,
    context,
    finding,
    findings,
    ignored,
    loinc,
    observation,
)

POS = [concept("http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation", "POS")]


def quantity(value: Any, unit: str | None = None, code: str | None = None, **more: Any) -> dict[str, Any]:
    coded = {"system": UCUM, "code": code} if code else {}
    return {"valueQuantity": {"value": value, **({"unit": unit} if unit else {}), **coded, **more}}


@pytest.mark.parametrize(
    "value",
    [
        quantity(12, code="1/1000000{Base}"),
        quantity(12, "mut/Mb"),
        quantity(12),
    ],
)
def test_b01_burden_in_one_unit(value: dict[str, Any]) -> None:
    found = finding(observation("94076-7", **value))
    assert (found.subject, found.value, found.unit, found.status) == (
        "TMB",
        {"quantity": Decimal(12)},
        "mut/Mb",
        "present",
    )


def test_t20_a_count_is_no_rate() -> None:
    found = finding(observation("94076-7", **quantity(380, "mutations")))
    assert (found.status, found.reason, found.missing) == ("indeterminate", "unit-unreadable", ("unit",))


def test_b03_by_name_without_unit_is_not_read() -> None:
    found = finding(observation({"text": "Tumor Mutational Burden"}, **quantity(12)))
    assert (found.matched, found.reason) == ("name", "unit-unreadable")


def test_b02_word_proves_nothing_about_a_number() -> None:
    found = finding(observation("94077-5", valueString="High"))
    assert found.value == {"result": "high"}


@pytest.mark.parametrize(
    ("text", "subject", "result"),
    [
        ("MSI-H", "MSI", "high"),
        ("MSS", "MSI", "stable"),
        ("MSI-L", "MSI", "low"),
        ("dMMR", "MMR", "deficient"),
        ("pMMR", "MMR", "proficient"),
    ],
)
def test_b04_b05_t24_the_word_decides_which_marker_it_is(text: str, subject: str, result: str) -> None:
    found = finding(observation("81695-9", valueCodeableConcept={"text": text}))
    assert (found.subject, found.value["result"]) == (subject, result)


def test_b07_positive_instability_is_high() -> None:
    found = finding(observation("43368-0", valueCodeableConcept=loinc("LA6576-8", "Positive")))
    assert (found.subject, found.value["result"]) == ("MSI", "high")


def test_b08_score_with_its_scale() -> None:
    found = finding(observation("83053-9", **quantity(55, "%", "%")))
    assert (found.value, found.unit) == ({"score": "TPS", "quantity": Decimal(55), "assay": "IHC"}, "%")
    text = finding(observation("85147-7", valueString="TPS 55 %"))
    assert (text.value["score"], text.value["quantity"]) == ("TPS", Decimal(55))


def test_t22_positive_without_score_and_no_score_from_a_note() -> None:
    found = finding(observation("85147-7", valueCodeableConcept=loinc("LA6576-8"), note=[{"text": "TPS 5 %"}]))
    assert (found.value, found.missing) == ({"result": "positive", "assay": "IHC 22C3"}, ("score",))


@pytest.mark.parametrize(("text", "score"), [("3+", "3+"), ("2+ (equivocal)", "2+"), ("0", "0"), ("1", "1+")])
def test_b10_score_as_text(text: str, score: str) -> None:
    assert finding(observation("85319-2", valueString=text)).value == {"score": score, "assay": "IHC"}


def test_t21_present_has_no_score() -> None:
    found = finding(observation("18474-7", valueCodeableConcept=loinc("LA9633-4", "Present")))
    assert (found.value, found.missing) == ({"result": "present", "assay": "IHC"}, ("score",))


@pytest.mark.parametrize(
    ("code", "status", "reason"), [("10828004", "present", None), ("260385009", "conflicting", "value-conflict")]
)
def test_b11_two_values_must_agree(code: str, status: str, reason: str | None) -> None:
    found = finding(observation("85319-2", valueCodeableConcept=concept(SNOMED, code), valueQuantity={"value": 3}))
    assert (found.value["score"], found.status, found.reason) == ("3+", status, reason)


def test_b13_ratio_written_as_ratio() -> None:
    ratio = {"numerator": {"value": 12}, "denominator": {"value": 5}}
    found = finding(observation("49683-6", valueRatio=ratio))
    assert found.value == {"quantity": Decimal("2.4"), "assay": "FISH ratio"}


def test_b14_immunoassay_answers_under_its_own_name_and_serum_is_laboratory() -> None:
    tissue = finding(observation("72382-5", **quantity(20, "IU/mL")))
    serum = finding(observation("32996-1", **quantity(18, "ng/mL")))
    assert (tissue.kind, tissue.value["assay"]) == ("biomarker", "immunoassay")
    assert (serum.kind, serum.subject) == ("laboratory", "HER2 (serum)")


def test_t23_protein_is_no_mutation() -> None:
    found = finding(observation("39004-7", valueCodeableConcept=loinc("LA6576-8")))
    assert (found.kind, found.subject) == ("biomarker", "EGFR protein")


def test_s11_interpretation_against_the_value() -> None:
    found = finding(observation("40556-3", valueCodeableConcept=loinc("LA6577-6"), interpretation=POS))
    assert (found.status, found.reason) == ("conflicting", "value-conflict")


@pytest.mark.parametrize("text", ["Equivocal", "Indeterminate"])
def test_undecided_marker_is_indeterminate(text: str) -> None:
    assert finding(observation("40556-3", valueString=text)).reason == "indeterminate"


def test_marker_without_value() -> None:
    found = finding(observation("81695-9"))
    assert (found.status, found.reason) == ("ignored", "value-absent")


def test_l01_quantity_with_ucum_code() -> None:
    found = finding(observation("718-7", **quantity(7.2, "g/dl", "g/dL")))
    assert (found.kind, found.subject, found.value, found.unit) == (
        "laboratory",
        "hemoglobin",
        {"loinc": "718-7", "quantity": Decimal("7.2")},
        "g/dL",
    )


@pytest.mark.parametrize("value", [quantity(7.2), quantity(7.2, "widgets"), quantity(7.2, code="pq/dL")])
def test_h33_number_without_readable_unit_is_not_used(value: dict[str, Any]) -> None:
    found = finding(observation("718-7", **value))
    assert (found.status, found.reason, found.missing) == ("indeterminate", "unit-unreadable", ("unit",))


@pytest.mark.parametrize(
    ("date", "reason"),
    [
        ("2026-10-25", None),
        ("2026-10-24", "not-current"),
        ("2026-10-24T23:59:59Z", "not-current"),
        ("2026-10", None),  # as its last day
        ("2026-09", "not-current"),
        ("2025-12-31", "not-current"),
        ("2026", None),
    ],
)
def test_lab_02_a_value_counts_to_the_day_after_so_many_months(date: str, reason: str | None) -> None:
    result = observation("2823-3", **quantity(4, code="mmol/L"), effectiveDateTime=date)
    opened = open_input({"resourceType": "Bundle", "type": "collection", "entry": [{"resource": result}]})
    (found,) = read_observations(opened, context(now=datetime(2027, 1, 25, tzinfo=UTC))).findings
    assert (found.subject, found.reason) == ("potassium", reason)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ({"valueString": "7.1"}, "value-unreadable"),
        ({"valueString": "<7"}, "value-unreadable"),
        (quantity("7,1", code="g/dL"), "value-unreadable"),
        (quantity(7, code="g/dL", comparator="~"), "value-unreadable"),
        (quantity("1e400000000", code="g/dL"), "value-unreadable"),
        ({"valueSampledData": {"data": "1 2 3"}}, "value-unreadable"),
    ],
)
def test_h34_what_is_not_a_plain_number_is_not_compared(value: dict[str, Any], reason: str) -> None:
    found = finding(observation("718-7", **value))
    assert (found.status, found.reason) == ("indeterminate", reason)


def test_l06_comparator_and_range_are_intervals() -> None:
    below = finding(observation("718-7", **quantity(7, code="g/dL", comparator="<")))
    between = finding(
        observation("718-7", valueRange={"low": {"value": 6, "unit": "g/dL"}, "high": {"value": 7, "unit": "g/dL"}})
    )
    assert below.value == {"loinc": "718-7", "quantity": Decimal(7), "comparator": "<"}
    assert between.value == {"loinc": "718-7", "low": Decimal(6), "high": Decimal(7)}


def test_l07_two_components_that_answer_one_question_give_none() -> None:
    parts = [
        {"code": loinc(code), **quantity(60, code="mL/min/{1.73_m2}", comparator=">")}
        for code in ("48642-3", "48643-1")
    ]
    found = finding(observation("33914-3", *parts))
    assert (found.subject, found.reason) == ("estimated glomerular filtration rate", "value-absent")
    assert "quantity" not in found.value


def test_t50_implausible_value_is_shown_not_corrected() -> None:
    found = finding(observation("26499-4", **quantity(3000, code="10*3/uL")))
    assert (found.status, found.reason, found.value["quantity"]) == ("conflicting", "implausible", Decimal(3000))


def test_l05_local_code_beside_a_loinc_code_does_not_matter() -> None:
    code = {
        "coding": [{"system": "http://lab.example.org", "code": "HB"}, {"system": "http://loinc.org", "code": "718-7"}]
    }
    assert finding(observation(code, **quantity(7, code="g/dL"))).value["loinc"] == "718-7"


def test_y15_loinc_code_without_system_is_not_loinc() -> None:
    found = findings(observation({"coding": [{"code": "718-7"}]}, **quantity(7, code="g/dL")))
    assert all(one.status != "present" for one in found)


def test_other_questions_are_not_relevant() -> None:
    vital = [concept("http://terminology.hl7.org/CodeSystem/observation-category", "vital-signs")]
    assert ignored(observation("8302-2", **quantity(180, code="cm"))) == ["not-relevant"]
    assert ignored(observation({"text": "mood"}, valueString="good", category=vital)) == ["not-relevant"]


def test_h35_result_that_nobody_can_read_is_uncoded() -> None:
    resource = observation({"text": "special test"}, valueString="abnormal")
    assert ignored(resource) == ["uncoded-result"]
    assert (finding(resource).subject, finding(resource).reason) == (None, "uncoded-result")


def test_h35_code_that_no_list_has_for_a_gene_that_rules_ask_for() -> None:
    found = finding(observation(loinc("99999-9", "CYP2C19 gene allele [Identifier]"), valueString="*2/*2"))
    assert (found.kind, found.subject, found.status, found.reason) == (
        "report",
        "CYP2C19",
        "indeterminate",
        "unknown-code",
    )


def test_l05_local_code_with_a_number_is_shown_and_not_used() -> None:
    code = concept("https://lab.example.org", "20005", "Creatinine(Serum)")
    found = finding(observation(code, **quantity(122, code="umol/L")))
    assert (found.kind, found.subject, found.reason) == ("laboratory", "creatinine (serum)", "uncoded-result")
