"""Dates, blanks, words before a disease, members that say more: one by one, what is read and what never is."""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal
from itertools import product
from typing import Any

import pytest

from pmcds.fhir import bundle_of, open_input, read
from pmcds.fhir.values import as_list, decimal_of, is_date, span_of, value_of, values_of
from pmcds.infer.dates import days
from pmcds.model.findings import Finding
from pmcds.model.patient import Patient
from tests.fhir.material import (
    NOW,
    PATIENT,
    RXNORM,
    SUBJECT,
    bundle,
    condition,
    context,
    findings_of,
    order,
    reading,
)
from tests.fhir.observations.support import terms
from tests.fhir.test_tables_consents import consent, of, withheld


def _dates() -> list[tuple[str, bool]]:
    good = [f"2026-{month:02d}-01" for month in range(1, 13)] + [f"2026-01-{day:02d}" for day in range(1, 32)]
    good += [f"2026-01-01T{hour:02d}:30:00Z" for hour in range(24)]
    good += [f"2026-01-01T01:{minute:02d}:00Z" for minute in (0, 9, 10, 30, 59)]
    good += [f"2026-01-01T01:01:{second:02d}Z" for second in (0, 9, 10, 59, 60)]
    good += ["2026", "2026-01", "2026-01-01T01:01", "2026-01-01T01:01:01.123456789012Z", "2026-01-01T01:01:01+14:00"]
    good += ["2026-01-01T01:01:01-11:30", "2026-01-01T01:01:01"]
    bad = ["2026-13", "2026-00-01", "2026-01-32", "2026-01-00", "2026-01-01T24:00:00Z", "2026-01-01T01:60:00Z"]
    bad += ["2026-01-01T01:01:61Z", "26-01-01", "2026-1-1", "2026/01/01", "January 2026", "2026-02-30", ""]
    return [(text, True) for text in good] + [(text, False) for text in bad]


def test_r12_each_part_of_a_date_has_its_range_in_reading_and_in_weighing() -> None:
    for text, good in _dates():
        assert (is_date(text), span_of(text) is not None, days(text) is not None) == (good, good, good), text


@pytest.mark.parametrize("blank", [None, "", {}, []])
def test_r1_each_kind_of_blank_is_absent(blank: Any) -> None:
    assert (as_list(blank), as_list([blank, 1])) == ([], [1])
    assert (value_of({"valueString": blank, "valueCode": "x"}), values_of({"valueString": blank})) == ("x", {})


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1", 1), ("-1.50", "-1.50"), ("1e3", "1E+3"), ("1E-2", "0.01"), ("0.5", "0.5"), ("01", None), ("1,5", None),
        ("+1", None), (".5", None), ("1.", None), (f"1.{'1' * 38}", f"1.{'1' * 38}"), (f"1.{'1' * 39}", None),
        ("1e30", "1E+30"), ("1e31", None), ("1e-30", "1E-30"), ("1e-31", None),
    ],
)  # fmt: skip
def test_r6_s02_a_number_is_exact_and_bounded(text: str, number: Any) -> None:
    assert decimal_of(text) == (None if number is None else Decimal(number))


# H4, T55 and C6: whose disease the words in front say it is.
@pytest.mark.parametrize(
    ("text", "kind", "role"),
    [
        ("Family history of stroke", "family_history", None), ("family history: stroke", "family_history", None),
        ("FH stroke", "family_history", None), ("FH: stroke", "family_history", None),
        ("fh of stroke", "family_history", None),
        ("History of stroke", "condition", "history"), ("Personal history of stroke", "condition", "history"),
        ("Status post stroke", "condition", "history"), ("STATUS POST stroke", "condition", "history"),
        ("Stroke", "condition", None), ("stroke history unclear", "condition", None),
    ],
)  # fmt: skip
def test_h4_the_words_before_a_disease_tell_whose_and_when(text: str, kind: str, role: str | None) -> None:
    stated = condition()
    stated["code"] = {"text": text}
    found = findings_of(reading(bundle(PATIENT, stated)), "Condition/c1")
    assert {one.kind for one in found} == {kind}
    if kind == "condition":
        assert found[0].value.get("role") == role
    else:
        assert found[0].subject == "stroke"


@pytest.mark.parametrize("text", ["No known allergies", "no known drug allergy", "NO KNOWN ALLERGY"])
def test_i3_no_known_is_never_an_allergy_to_no(text: str) -> None:
    allergy = {"resourceType": "AllergyIntolerance", "id": "a", "patient": SUBJECT, "code": {"text": text}}
    found = findings_of(reading(bundle(PATIENT, allergy)), "AllergyIntolerance/a")[0]
    assert (found.subject, found.status) == (None, "absent")


@pytest.mark.parametrize(
    ("text", "stage"),
    [
        ("Stage IIIC", "IIIC"), ("stage IV", "IV"), ("Stage 0", "0"), ("stage 3A", "3A"), ("Rai stage 2", "2"),
        ("Binet stage B", "B"), ("cT2", "cT2"), ("pN1a", "pN1a"), ("ypT0", "ypT0"), ("M0", "M0"), ("Tis", "Tis"),
        ("Ta", "Ta"), ("TX", "TX"), ("Stage IA3", "IA3"), ("Stage IIIC (qualifier value)", "IIIC"),
        ("stage unknown", None), ("advanced", None),
    ],
)  # fmt: skip
def test_c8_a_stage_is_read_as_it_is_written_and_nothing_else_is_one(text: str, stage: str | None) -> None:
    one = {
        "resourceType": "Observation", "id": "s", "status": "final", "subject": SUBJECT,
        "effectiveDateTime": "2026-03-02", "code": {"coding": [{"system": "http://loinc.org", "code": "21908-9"}]},
        "valueCodeableConcept": {"text": text},
    }  # fmt: skip
    found = findings_of(reading(bundle(PATIENT, one)), "Observation/s", "condition")[0]
    assert (found.value["stage"], found.reason) == (stage, None if stage else "value-unreadable")
    nothing = {**one, "dataAbsentReason": {"text": "x"}}
    (absent,) = findings_of(reading(bundle(PATIENT, nothing)), "Observation/s", "condition")
    assert (absent.status, absent.reason) == ("ignored", "value-absent")
    for status, said in (("entered-in-error", "ignored"), ("preliminary", "indeterminate")):
        again = reading(bundle(PATIENT, {**one, "status": status}))
        assert findings_of(again, "Observation/s", "condition")[0].status == said


# What a drug means is remembered under its code; nothing that changes it may be left out of that.
CLOPIDOGREL = {"coding": [{"system": RXNORM, "code": "309362"}]}
OTHERWISE: dict[str, Any] = {
    "medicationReference": {"reference": "Medication/m"},
    "medication": {"concept": {"coding": [{"system": RXNORM, "code": "1191", "display": "aspirin"}]}},
    "dosage": [{"route": {"text": "topical"}}],
    "renderedDosageInstruction": "topical use",
    "dosageInstruction": [{"route": {"text": "topical"}}],
    "medicationCodeableConcept": {"coding": [{"system": RXNORM, "code": "1191"}]},
}


@pytest.mark.parametrize("member", OTHERWISE)
def test_lc16_an_order_that_says_more_is_never_taken_for_one_that_was_read_before(member: str) -> None:
    medication = {"resourceType": "Medication", "id": "m", "code": {"coding": [{"system": RXNORM, "code": "1191"}]}}

    def told(known: Any, *orders: Any) -> list[Any]:
        found = read(open_input(json.dumps(bundle(PATIENT, medication, *orders))), known)
        return [(one.drug, one.problem, one.key) for one in found.orders]

    plain = order(medicationCodeableConcept=CLOPIDOGREL)
    more = {**plain, member: OTHERWISE[member]}
    known = context("Patient/p1")
    told(known, plain)
    assert told(known, more) == told(context("Patient/p1"), more)
    assert told(known, plain) == told(context("Patient/p1"), plain)


# Which results a consent that denies genetic data covers although only reading tells that they are genetic.
@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("CYP2C19 genotype", "*1/*2"), ("CYP2C19 phenotype", "Poor metabolizer"), ("Remark", "HLA-B*57:01 detected"),
        ("CYP2D6 activity score", "1.0"), ("Tumor Mutational Burden", "high"), ("HLA-B*57:01", "Positive"),
    ],
)  # fmt: skip
def test_k1_a_result_that_only_its_words_make_genetic_is_withheld_too(text: str, value: str) -> None:
    one = {
        "resourceType": "Observation", "id": "w", "status": "final", "subject": SUBJECT,
        "effectiveDateTime": "2026-03-02", "code": {"text": text}, "valueString": value,
    }  # fmt: skip
    assert withheld(of(consent(), one)) == {"Observation/w"}


# A patient in words, and what is read back of it.
def written(**facts: Any) -> list[Finding]:
    found = bundle_of(Patient(**facts), now=datetime.fromisoformat(NOW.isoformat()), terms=terms())
    return list(reading(json.dumps(found)).findings)


SIGNIFICANCES = ("pathogenic", "likely pathogenic", "uncertain significance", "likely benign", "benign")
ZYGOSITIES = ("homozygous", "heterozygous", "hemizygous")


def test_what_is_said_of_a_variant_in_words_is_read_back() -> None:
    for significance, zygosity in product(SIGNIFICANCES, ZYGOSITIES):
        found = written(variant={"BRCA1": [f"p.Arg71Gly {significance} {zygosity}"]})
        rows = {one.value.get("row", "variant"): one.value for one in found if one.kind == "variant"}
        assert rows["variant"]["p"] == "p.Arg71Gly"
        assert rows["variant"]["zygosity"] == zygosity
        assert rows["significance"]["significance"] == significance


@pytest.mark.parametrize("specimen", ["tissue", "plasma", "blood", "saliva"])
def test_a_variant_of_a_tumor_sample_is_written_as_acquired_and_of_another_as_inherited(specimen: str) -> None:
    found = written(variant={"BRAF": ["p.Val600Glu"]}, specimen=specimen)
    (one,) = [each for each in found if each.kind == "variant"]
    tumor = specimen in ("tissue", "plasma")
    assert (one.source_class, one.specimen) == ("somatic" if tumor else "germline", specimen)


@pytest.mark.parametrize(("name", "unit"), [("TMB", "mut/Mb"), ("ER", "%"), ("PR", "%")])
def test_a_number_of_a_marker_is_written_under_a_code_that_asks_for_one(name: str, unit: str) -> None:
    facts = {"biomarker": {name: {"quantity": "12", "unit": unit}}}
    (one,) = [each for each in written(**facts) if each.kind == "biomarker"]
    assert (one.status, one.value["quantity"], one.unit) == ("present", Decimal(12), unit)
