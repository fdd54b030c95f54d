"""A result is never more than what it states: genes, stars, places, fractions, numbers, samples and dates."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from pmcds.fhir import open_input
from pmcds.fhir.observations import read_observations
from pmcds.model.findings import Finding
from tests.fhir.observations.support import (
    ABSENT,
    HGNC,
    LOINC,
    PRESENT,
    UCUM,
    component,
    concept,
    context,
    finding,
    findings,
    gene,
    genotype,
    loinc,
    observation,
    protein,
    variant,
)


def verdict(one: Finding) -> tuple[str, str | None]:
    return one.status, one.reason


def quantity(value: Any, unit: str | None = "mg/dL", **more: Any) -> dict[str, Any]:
    unit_of = {"system": UCUM, "code": unit, "unit": unit} if unit else {}
    return {"value": value, **unit_of, **more}


def measured(code: str, **members: Any) -> Finding:
    return finding(observation(code, **members))


# Genes and star alleles


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        (gene("CYP2C19"), ("CYP2C19", "present", None)),
        (component("48018-6", concept(HGNC, "HGNC:2625", "CYP2C19")), ("CYP2C19", "conflicting", "code-display")),
        (component("48018-6", concept(HGNC, "HGNC:2621", "CYP2D6")), ("CYP2D6", "conflicting", "code-display")),
        (component("48018-6", concept("https://lis.example/genes", "2625", "CYP2C19")), ("CYP2C19", "present", None)),
        (component("48018-6", concept(HGNC, "HGNC:999999", "CYP2C19")), ("CYP2C19", "conflicting", "code-display")),
        (component("48018-6", concept(LOINC, "LA12345-6", "EGFRX")), (None, "indeterminate", "gene-unresolved")),
        (component("48018-6", concept(LOINC, "LA12345-6", "Yes")), (None, "indeterminate", "gene-unresolved")),
    ],
)
def test_t03_a_gene_whose_code_and_name_differ_never_counts(stated: Any, expected: Any) -> None:
    found = finding(observation("84413-4", stated, valueCodeableConcept={"text": "*2/*2"}))
    assert (found.subject, *verdict(found)) == expected


def test_t62_two_genes_of_one_result_are_never_reduced_to_the_first() -> None:
    for both in ((gene("CYP2C19"), gene("CYP2D6")), (gene("CYP2D6"), gene("CYP2C19"))):
        found = finding(observation("84413-4", *both, valueCodeableConcept={"text": "*2/*2"}))
        assert (found.subject, *verdict(found)) == (None, "indeterminate", "gene-ambiguous")
        told = finding(observation("84413-4", *both, valueCodeableConcept={"text": "CYP2C19*2/*2"}))
        assert (told.subject, *verdict(told)) == ("CYP2C19", "present", None)


def test_gv_a_value_of_another_gene_than_the_component_never_counts() -> None:
    found = finding(genotype("CYP2D6*4/*4", "CYP2C19"))
    assert verdict(found) == ("conflicting", "gene-conflict")


def test_gv4_a_phenotype_derived_from_a_strangers_genotype_never_counts() -> None:
    theirs = {**genotype("*2/*2"), "id": "g", "subject": {"reference": "Patient/p2"}}
    ours = observation(
        "53040-2",
        id="ph",
        valueCodeableConcept={"text": "Poor metabolizer"},
        derivedFrom=[{"reference": "Observation/g"}],
    )
    found = findings(ours, theirs)
    assert [(one.subject, *verdict(one)) for one in found] == [(None, "conflicting", "link-other-patient")]
    mine = findings(ours, {**theirs, "subject": {"reference": "Patient/p1"}})
    assert ("CYP2C19", "present") in {(one.subject, one.status) for one in mine if one.kind == "phenotype"}


def test_code_and_display_with_two_diplotypes_never_count() -> None:
    value = {"coding": [{"system": "https://lis.example/d", "code": "*1/*1", "display": "*2/*2"}]}
    found = finding(observation("84413-4", gene("CYP2C19"), valueCodeableConcept=value))
    assert verdict(found) == ("conflicting", "code-display")


def test_s3_a_gene_component_without_its_value_never_names_the_gene() -> None:
    absent = {**gene("CYP2C19"), "dataAbsentReason": concept(code="masked")}
    found = finding(observation("84413-4", absent, valueCodeableConcept={"text": "*2/*2"}))
    assert (found.subject, *verdict(found)) == (None, "indeterminate", "gene-unresolved")


# HLA


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("HLA-B*57:01+HLA-B*08:01", {("HLA-B*57:01", None, True), ("HLA-B*08:01", None, True)}),
        ("HLA-B*57:01", {("HLA-B*57:01", None, False)}),
        ("HLA-B*57:01/HLA-B*57:03+HLA-B*08:01",
         {("HLA-B*57:01", "resolution-too-low", False), ("HLA-B*57:03", "resolution-too-low", False),
          ("HLA-B*08:01", None, False)}),
        ("HLA-B*57:01+HLA-B*08:01|HLA-B*57:03+HLA-B*08:02",
         {(f"HLA-B*{fields}", "resolution-too-low", False) for fields in ("57:01", "08:01", "57:03", "08:02")}),
        ("HLA-B*57:01/HLA-B*57:03+HLA-B*57:01",
         {("HLA-B*57:01", None, False), ("HLA-B*57:03", "resolution-too-low", False)}),
        ("HLA-B*57+HLA-B*08:01", {("HLA-B*57", "resolution-too-low", False), ("HLA-B*08:01", None, False)}),
        ("HLA-B*08:01+HLA-B*08:01", {("HLA-B*08:01", None, True)}),
        ("HLA-A*01:01+HLA-A*02:01^HLA-B*57:01",
         {("HLA-A*01:01", None, True), ("HLA-A*02:01", None, True), ("HLA-B*57:01", None, False)}),
    ],
)  # fmt: skip
def test_a4_a_typing_never_tells_more_copies_or_fields_than_it_states(text: str, told: Any) -> None:
    found = findings(observation("84413-4", valueCodeableConcept={"text": text}))
    assert {(one.value["allele"], one.reason, "typing" in one.value) for one in found} == told


@pytest.mark.parametrize(
    ("value", "interpretation", "expected"),
    [
        (PRESENT, None, ("present", None)),
        (ABSENT, None, ("absent", None)),
        (None, "POS", ("present", None)),
        (None, "NEG", ("absent", None)),
        (ABSENT, "POS", ("conflicting", "value-conflict")),
        (PRESENT, "NEG", ("conflicting", "value-conflict")),
        ("LA99999-9", "NEG", ("indeterminate", "unknown-code")),
        (None, None, ("ignored", "value-absent")),
    ],
)
def test_a7_value_and_interpretation_of_an_allele_never_overrule_one_another(
    value: str | None, interpretation: str | None, expected: Any
) -> None:
    members: dict[str, Any] = {"valueCodeableConcept": loinc(value) if value else None}
    if interpretation:
        system = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"
        members["interpretation"] = [concept(system, interpretation)]
    assert verdict(finding(observation("57979-7", **members))) == expected


def test_an_answer_with_two_meanings_never_counts() -> None:
    both = {"coding": [{"system": LOINC, "code": ABSENT}, {"system": LOINC, "code": PRESENT}]}
    assert verdict(finding(observation("57979-7", valueCodeableConcept=both))) == ("conflicting", "value-conflict")
    worded = {"coding": [{"system": LOINC, "code": ABSENT, "display": "Present"}]}
    assert verdict(finding(observation("57979-7", valueCodeableConcept=worded))) == ("conflicting", "code-display")
    local = {"coding": [{"code": "NEG", "display": "Negative"}]}
    assert verdict(finding(observation("57979-7", valueCodeableConcept=local))) == ("conflicting", "code-display")
    first = {"coding": [{"system": "https://lis.example", "code": "7"}, {"system": LOINC, "code": ABSENT}]}
    assert verdict(finding(observation("57979-7", valueCodeableConcept=first))) == ("absent", None)


# Variants


def fraction(value: Any, **more: Any) -> dict[str, Any]:
    return component("81258-6", {"value": value, **more}, name="valueQuantity")


@pytest.mark.parametrize(
    ("stated", "vaf", "missing"),
    [
        (fraction("12", system=UCUM, code="%"), "0.12", False),
        (fraction("0.12", system=UCUM, code="%"), "0.0012", False),
        (fraction("0.12", system=UCUM, code="1"), "0.12", False),
        (fraction("12"), "0.12", True),
        (fraction("0.12"), "0.12", True),
        (fraction("12", unit="%", comparator="<"), None, False),
        (fraction("120", unit="%"), None, False),
        (fraction("-1", unit="%"), None, False),
    ],
)
def test_t19_a_fraction_is_never_a_hundred_times_what_it_is(stated: Any, vaf: str | None, missing: bool) -> None:
    found = finding(variant(gene("BRAF"), protein("p.Val600Glu"), stated))
    assert (str(found.value["vaf"]) if "vaf" in found.value else None) == vaf
    assert ("vaf-unit" in found.missing) is missing


def test_a_variant_with_no_reads_never_counts_as_there() -> None:
    none = fraction("0", system=UCUM, code="%")
    assert verdict(finding(variant(gene("BRAF"), protein("p.Val600Glu"), none))) == ("conflicting", "vaf-zero")


def place(base: str | None, **range_of: Any) -> Finding:
    parts = [
        component("48013-7", concept("http://www.ncbi.nlm.nih.gov/refseq", "NC_000007.14")),
        component("69547-8", "A", name="valueString"),
        component("69551-0", "T", name="valueString"),
        component("81254-5", {name: {"value": value} for name, value in range_of.items()}, name="valueRange"),
    ]
    if base:
        parts.append(component("92822-6", loinc(base)))
    return finding(variant(gene("BRAF"), *parts))


def test_t15_a_position_is_never_read_by_another_counting() -> None:
    assert place("LA30100-4", low=140753335, high=140753336).value["spdi"] == "NC_000007.14:140753335:A:T"
    assert place("LA30102-0", low=140753336, high=140753336).value["spdi"] == "NC_000007.14:140753335:A:T"
    unknown = place(None, low=140753336, high=140753336)
    assert "spdi" not in unknown.value
    assert "coordinate-system" in unknown.missing
    assert "spdi" not in place("LA30102-0", low=0, high=0).value
    assert "spdi" not in place("LA30102-0", low="140753336.5", high=140753337).value


# Numbers


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (quantity("1.2"), ("present", None)),
        (quantity("1.2", comparator="<"), ("present", None)),
        (quantity("1.2", comparator="~"), ("indeterminate", "value-unreadable")),
        (quantity("1.2", comparator="ad"), ("indeterminate", "value-unreadable")),
        (quantity("1.2", None), ("indeterminate", "unit-unreadable")),
        ({"value": "1.2", "unit": "mg per deciliter, local"}, ("indeterminate", "unit-unreadable")),
        ({"value": "1.2", "system": "https://lis.example", "code": "mg/dL"}, ("indeterminate", "unit-unreadable")),
        ({"value": "1,2", "unit": "mg/dL"}, ("indeterminate", "value-unreadable")),
    ],
)
def test_h33_a_number_that_nobody_can_compare_never_counts(value: Any, expected: Any) -> None:
    assert verdict(measured("2160-0", valueQuantity=value)) == expected


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (quantity("1"), quantity("2"), ("present", None)),
        (quantity("1"), None, ("present", None)),
        (quantity("2"), quantity("1"), ("indeterminate", "value-unreadable")),
        (quantity("1"), quantity("88", "umol/L"), ("indeterminate", "value-unreadable")),
        (quantity("1", comparator=">"), quantity("2"), ("indeterminate", "value-unreadable")),
        (None, None, ("indeterminate", "value-unreadable")),
    ],
)
def test_l4_a_range_that_contradicts_itself_never_counts(low: Any, high: Any, expected: Any) -> None:
    stated = {name: end for name, end in (("low", low), ("high", high)) if end}
    assert verdict(measured("2160-0", valueRange=stated or {"text": "wide"})) == expected


def test_l7_two_components_that_answer_one_question_never_give_the_first() -> None:
    def part(value: str) -> dict[str, Any]:
        return component("2160-0", quantity(value), name="valueQuantity")

    for code in ("2160-0", "24323-8"):
        found = [verdict(one) for one in findings(observation(code, part("0.9"), part("2.9")))]
        assert found == [("indeterminate", "value-absent")]
        assert [str(one.value["quantity"]) for one in findings(observation(code, part("0.9")))] == ["0.9"]


@pytest.mark.parametrize(
    ("date", "now", "counts"),
    [
        ("2026-03-02", datetime(2026, 6, 1, tzinfo=UTC), True),
        ("2026-03-01", datetime(2026, 6, 1, tzinfo=UTC), True),
        ("2026-02-28", datetime(2026, 6, 1, tzinfo=UTC), False),
        ("2026-02", datetime(2026, 6, 1, tzinfo=UTC), False),
        ("2026-03", datetime(2026, 6, 1, tzinfo=UTC), True),
        ("2025", datetime(2026, 3, 1, tzinfo=UTC), True),
        ("2025-10-01", datetime(2026, 1, 1, tzinfo=UTC), True),
        ("2025-09-30", datetime(2026, 1, 1, tzinfo=UTC), False),
        ("2025-12-15", datetime(2026, 3, 15, tzinfo=UTC), True),
        ("2025-12-14", datetime(2026, 3, 15, tzinfo=UTC), False),
    ],
)
def test_lab02_a_potassium_is_never_current_a_day_too_long_or_too_short(date: str, now: datetime, counts: bool) -> None:
    one = observation("2823-3", effectiveDateTime=date, valueQuantity=quantity("4.1", "mmol/L"))
    found = read_observations(open_input(one), context(now=now)).findings
    assert [verdict(each) for each in found] == [("present", None) if counts else ("ignored", "not-current")]
