"""What was taken back, written in another order or beyond the calendar never clears a drug and never hides an order."""

from __future__ import annotations

from typing import Any

import pytest

from pmcds.fhir import medications
from pmcds.fhir.observations import reader
from tests.evidence.bundles import Json
from tests.evidence.whole import CODEINE, add, evaluated, line, patient
from tests.fhir.material import LOINC, PATIENT, SUBJECT, bundle, findings_of, reading

ABACAVIR = "pharmacogenomics/abacavir/cpic"
PRESENT, ABSENT = "LA9633-4", "LA9634-2"


def _order(drug: str) -> Json:
    return {
        "resourceType": "MedicationRequest", "id": "o", "status": "active", "intent": "order", "subject": SUBJECT,
        "medicationCodeableConcept": {"text": drug}, "authoredOn": "2026-05-31",
    }  # fmt: skip


def _observation(code: str, value: Json, **members: Any) -> Json:
    return {
        "resourceType": "Observation", "id": "x", "status": "final", "subject": SUBJECT,
        "code": {"coding": [{"system": LOINC, "code": code}]}, "valueCodeableConcept": value,
        "issued": "2025-01-01T00:00:00Z", **members,
    }  # fmt: skip


def _answer(code: str) -> Json:
    return {"coding": [{"system": LOINC, "code": code}]}


def _typing(text: str) -> Json:
    return _observation("84413-4", {"coding": [{"system": "http://glstring.org", "code": text}]})


@pytest.mark.parametrize("void", ["entered-in-error", "cancelled"])
@pytest.mark.parametrize("answer", [PRESENT, ABSENT])
def test_h07_an_answer_that_was_taken_back_never_decides(answer: str, void: str) -> None:
    first = _observation("50956-2", _answer(answer))
    later = {**first, "status": void, "issued": "2025-02-01T00:00:00Z"}
    for both in ((first, later), (later, first)):
        found = line(evaluated(bundle(PATIENT, *both, _order("abacavir"))), ABACAVIR)
        assert (found.outcome, found.reason) == ("CANNOT-TELL", "conflict")
    alone = line(evaluated(bundle(PATIENT, first, _order("abacavir"))), ABACAVIR)
    assert alone.outcome == {PRESENT: "ALERT", ABSENT: "CLEAR"}[answer]


A, CARRIER, OTHER = "HLA-A*02:01+HLA-A*03:01", "HLA-B*57:01+HLA-B*07:02", "HLA-B*07:02+HLA-B*08:01"


@pytest.mark.parametrize(
    ("loci", "outcome"),
    [((A, CARRIER), "ALERT"), ((CARRIER, A), "ALERT"), ((A, OTHER), "CLEAR"), ((OTHER, A), "CLEAR"),
     ((CARRIER,), "ALERT"), ((OTHER,), "CLEAR"), ((A,), "CANNOT-TELL")],
)  # fmt: skip
def test_a2_the_order_of_the_loci_of_a_typing_never_decides(loci: tuple[str, ...], outcome: str) -> None:
    result = evaluated(bundle(PATIENT, _typing("^".join(loci)), _order("abacavir")))
    assert line(result, ABACAVIR).outcome == outcome
    if outcome == "CANNOT-TELL":
        assert line(result, ABACAVIR).reason == "no-result"


def test_t30_a_typing_under_the_gene_of_another_locus_is_never_believed() -> None:
    typing = _typing(f"{A}^{CARRIER}")
    typing["component"] = [
        {
            "code": {"coding": [{"system": LOINC, "code": "48018-6"}]},
            "valueCodeableConcept": {"coding": [{"system": "http://www.genenames.org", "code": "HGNC:4931"}]},
        }
    ]
    assert line(evaluated(bundle(PATIENT, typing, _order("abacavir"))), ABACAVIR).reason == "conflict"


DISPENSE: Json = {
    "resourceType": "MedicationDispense", "id": "d", "status": "completed", "subject": SUBJECT,
    "medicationCodeableConcept": {"text": "paroxetine"},
}  # fmt: skip


@pytest.mark.parametrize(
    ("handed", "days"),
    [("9999-12-31", "30"), ("9999", "1e20"), ("0001-01-01", "-1e20"), ("2026-05-30", "-1e12"), ("0001", "1e20")],
)
def test_h46_no_date_of_a_dispense_hides_an_order(handed: str, days: str) -> None:
    poor = patient(order="codeine", diplotype={"CYP2D6": "*4/*4"})
    odd = {**DISPENSE, "subject": {"reference": "Patient/patient-1"}, "whenHandedOver": handed}
    result = evaluated(add(poor, {**odd, "daysSupply": {"value": days}}))
    assert line(result, CODEINE).outcome == "ALERT"
    assert result.ledger.flags == ()


def test_lc01_a_drug_that_stops_its_reader_never_takes_the_orders_beside_it_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read_one = medications._read_one

    def broken(site: Any, *rest: Any) -> None:
        if site.key.endswith("/odd"):
            raise OverflowError
        read_one(site, *rest)

    monkeypatch.setattr(medications, "_read_one", broken)
    mine = {"subject": {"reference": "Patient/patient-1"}, "id": "odd"}
    for odd in ({**_order("clopidogrel"), **mine}, {**DISPENSE, **mine}):
        poor = patient(order="codeine", diplotype={"CYP2D6": "*4/*4"})
        result = evaluated(add(poor, odd))
        assert "reader-failed" in result.ledger.flags
        assert line(result, CODEINE).outcome == "ALERT"
        its = [one for one in result.ledger.orders if one.order.endswith("/odd")]
        assert [(one.outcome, one.reason) for one in its] == (
            [("CANNOT-TELL", "order-unreadable")] if "intent" in odd else []
        )


def test_lc01_a_result_that_stops_its_reader_never_takes_the_results_beside_it_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read = reader._read

    def broken(site: Any, *rest: Any) -> Any:
        if site.key.endswith("/odd"):
            raise OverflowError
        return read(site, *rest)

    monkeypatch.setattr(reader, "_read", broken)
    odd = {"resourceType": "Observation", "id": "odd", "status": "final", "code": {"text": "CYP2D6 gene analysis"}}
    odd["valueString"] = "*1/*1"
    for alleles, outcome in (("*4/*4", "ALERT"), (None, "CANNOT-TELL")):
        stated = {"diplotype": {"CYP2D6": alleles}} if alleles else {}
        result = evaluated(add(patient(order="codeine", **stated), odd))
        assert "reader-failed" in result.ledger.flags
        assert line(result, CODEINE).outcome == outcome
        assert not line(result, CODEINE).quiet
        assert ("Observation/odd", "unreadable") in {(one.resource, one.ignored) for one in result.ledger.inputs}


def _variant(answer: str, gene: str, change: str) -> Json:
    def part(code: str, value: Json) -> Json:
        return {"code": {"coding": [{"system": LOINC, "code": code}]}, "valueCodeableConcept": value}

    return _observation(
        "69548-6",
        _answer(answer),
        component=[
            part("48018-6", {"text": gene}),
            part("48004-6", {"text": change}),
            part("48002-0", _answer("LA6684-0")),
        ],
    )


@pytest.mark.parametrize("answer", [PRESENT, ABSENT])
@pytest.mark.parametrize(("gene", "status"), [("KRAS", None), ("EGFR", "conflicting"), ("NRAS", "conflicting")])
def test_vr2_a_change_under_another_gene_is_neither_found_nor_excluded(
    answer: str, gene: str, status: str | None
) -> None:
    found = findings_of(reading(bundle(PATIENT, _variant(answer, gene, "NM_004985.5(KRAS):c.34G>T"))), "Observation/x")
    plain = "present" if answer == PRESENT else "absent"
    assert [(one.kind, one.subject, one.status) for one in found] == [("variant", gene, status or plain)]
