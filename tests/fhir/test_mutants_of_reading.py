"""Dates, consents, copies and answers: written for mutants that no other test of this room noticed (TB-05, seed 9)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from pmcds.fhir.gates import absent, modified
from pmcds.fhir.observations.answers import answer_in
from pmcds.fhir.observations.laboratory import with_unit
from pmcds.fhir.observations.numbers import Number
from pmcds.fhir.values import date_after, span_of
from pmcds.terminology.values import ObservationTerm
from tests.fhir.material import LOINC, PATIENT, bundle, creatinine, reading
from tests.fhir.observations.support import ABSENT, PRESENT, terms
from tests.fhir.test_consents import consent


def test_codes_that_contradict_each_other_win_over_words_that_nobody_can_read() -> None:
    torn = {"coding": [{"system": LOINC, "code": PRESENT}, {"system": LOINC, "code": ABSENT}]}
    for element in (
        {"valueString": "see the attached report", "valueCodeableConcept": torn},
        {"valueCodeableConcept": torn, "valueString": "see the attached report"},
    ):
        assert answer_in(terms(), element).reason == "value-conflict"


def test_mg1_results_of_two_tests_with_one_business_identifier_are_no_versions_of_one_another() -> None:
    number = [{"system": "urn:example:accession", "value": "26-1"}]
    other = {"coding": [{"system": LOINC, "code": "38483-4"}]}
    found = reading(
        bundle(
            PATIENT,
            creatinine("a", "0.9", identifier=number, effectiveDateTime="2026-01-05"),
            creatinine("b", "1.4", identifier=number, code=other, effectiveDateTime="2026-02-05"),
        ),
        "p1",
    )
    values = sorted(str(one.value["quantity"]) for one in found.findings if one.kind == "laboratory")
    assert values == ["0.9", "1.4"]
    assert not [note for note in found.inputs if note.ignored == "superseded-by"]


def test_a_consent_that_was_read_is_told_with_its_base_and_its_date() -> None:
    found = reading(bundle(PATIENT, consent({"type": "deny"}, dateTime="2026-01-05")), "p1")
    (one,) = [finding for finding in found.findings if finding.kind == "consent"]
    assert (one.value, one.date) == ({"base": "OPTIN"}, "2026-01-05")


def test_h48_a_date_at_the_very_end_of_the_tolerance_is_not_in_the_future() -> None:
    now = datetime(2026, 6, 1, 12, tzinfo=UTC)
    assert not date_after("2026-06-01T12:05:00Z", now, timedelta(minutes=5))
    assert date_after("2026-06-01T12:05:01Z", now, timedelta(minutes=5))


def test_a_day_begins_at_midnight_where_it_begins_first() -> None:
    found = span_of("2026-01-01")
    assert found is not None and found.start == datetime(2025, 12, 31, 10, tzinfo=UTC)


def test_mg1_one_number_of_two_laboratories_never_makes_their_results_versions() -> None:
    def told(ident: str, value: str, laboratory: str) -> dict[str, Any]:
        number = [{"system": f"urn:example:{laboratory}", "value": "26-1"}]
        return creatinine(ident, value, identifier=number, effectiveDateTime=f"2026-0{ident}-05")

    found = reading(bundle(PATIENT, told("1", "0.9", "one"), told("2", "1.4", "two")), "p1")
    assert not [note for note in found.inputs if note.ignored == "superseded-by"]


def test_h33_a_unit_that_nobody_can_read_is_told_as_it_stands() -> None:
    strange = {"value": "0.9", "unit": "pinches", "code": "pinches", "system": "http://unitsofmeasure.org"}
    found = reading(bundle(PATIENT, creatinine(valueQuantity=strange)), "p1")
    (one,) = [finding for finding in found.findings if finding.kind == "laboratory"]
    assert (one.reason, one.value["as_stated"]) == ("unit-unreadable", "pinches")


def test_h33_a_unit_that_only_the_code_tells_is_told_to_come_from_it() -> None:
    term = ObservationTerm("biomarker", unit="1", unit_fixed=True)
    assert with_unit(Number(Decimal(1)), term).notes == ("unit from the code",)


def test_s9_a_resource_that_could_not_be_read_has_no_modifier() -> None:
    assert modified(SimpleNamespace(data=None, raw=None)) is False  # type: ignore[arg-type]


def test_a_zone_of_half_an_hour_counts_in_full() -> None:
    found = span_of("2026-01-01T05:30:00+05:30")
    assert found is not None and found.start == datetime(2026, 1, 1, tzinfo=UTC)


def test_s3_only_the_system_of_absent_reasons_tells_that_a_value_is_absent() -> None:
    system = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
    for stated, wanted in ((system, True), (f"{system}/", True), (f"{system}x", False)):
        concept = {"coding": [{"system": stated, "code": "unknown"}]}
        assert absent({"valueCodeableConcept": concept}) is wanted
