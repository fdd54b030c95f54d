"""Whose a result is, from what and from when: what holds for every Observation and report before its value counts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.evidence.bundles import Json
from tests.evidence.whole import component, concept, typed
from tests.fhir.material import SUBJECT, creatinine

ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
SOURCE = "http://hl7.org/fhir/StructureDefinition/observation-geneticsGenomicSourceClass"


def results() -> Iterator[tuple[str, list[Json]]]:
    """Each input by name."""
    yield "result-of-an-instant", [_number(effectiveInstant="2026-03-02T10:00:00Z", issued="2026-03-04T10:00:00Z")]
    yield "result-of-a-period", [_number(effectivePeriod={"start": "2026-03-02", "end": "2026-03-05"})]
    yield "result-of-a-timing", [_number(effectiveTiming={"event": ["2026-03-02", "2026-04-02"]})]
    yield "result-that-was-issued", [_number(issued="2026-03-04T10:00:00Z", focus=_own_and_another())]
    yield "result-with-a-reason", [_value_absent()]
    yield "source-classes", [_of_two_classes(), _genotype("b", None, **_source("LA6684-0"))]
    yield "specimens", _of_specimens()
    yield "report-that-lists", _listed()
    yield "results-derived", _derived()
    yield "answer-of-an-operation", [_operation()]
    yield "versions-by-extension", _replaced()
    yield "versions-by-identifier", _identified()
    yield "copies", _copies()


def _number(**members: Any) -> Json:
    return {**creatinine(value=0.9, effectiveDateTime=None), **members}


def _own_and_another() -> list[Json]:
    return [SUBJECT, {"reference": "Specimen/s"}, {"reference": "RelatedPerson/mother"}]


def _value_absent() -> Json:
    """No value, and beside it the reason as a second extension."""
    stated = _number(effectivePeriod={"end": "2026-03-05"})
    del stated["valueQuantity"]
    return {**stated, "_valueQuantity": {"extension": [{"url": "urn:x"}, {"url": ABSENT, "valueCode": "unknown"}]}}


def _genotype(ident: str, source: str | None, **members: Any) -> Json:
    stated = typed("CYP2C19", "*2/*2", id=ident)
    stated["component"] += [component("48002-0", source)] if source else []
    return {**stated, **members}


def _source(code: str) -> Json:
    return {"extension": [{"url": "urn:x"}, {"url": SOURCE, "valueCodeableConcept": concept(code)}]}


def _of_two_classes() -> Json:
    """One class that nobody knows and one that is known."""
    stated = _genotype("two", "LA6683-2")
    stated["component"].append({"code": concept("48002-0"), "valueCodeableConcept": concept("X-1")})
    return stated


def _of_specimens() -> list[Json]:
    """The specimen that is sent says nothing; its words, or a second one, do."""
    blood = {"resourceType": "Specimen", "id": "blood", "type": {"text": "Whole blood"}, "subject": SUBJECT}
    nothing = {"resourceType": "Specimen", "id": "nothing", "type": {"text": "as told"}, "subject": SUBJECT}
    return [
        _genotype("a", None, specimen={"reference": "Specimen/nothing", "display": "Plasma"}),
        _genotype("b", None, specimen=[{"reference": "Specimen/none"}, {"reference": "Specimen/blood"}]),
        _genotype("c", None, specimen={"reference": "#in"}, contained=[{**blood, "id": "in"}]),
        blood,
        nothing,
    ]


def _listed() -> list[Json]:
    """Results without subject: one that a report lists, one of a panel, one in the report itself."""
    loose = {"subject": {"display": "the patient"}}
    inner = {**_number(effectiveDateTime="2026-03-02", **loose), "id": "in"}
    panel = {
        "resourceType": "Observation", "id": "panel", "status": "final", "code": concept("24323-8"), **loose,
        "hasMember": [{"reference": "Observation/none"}, {"reference": "Observation/member"}],
    }  # fmt: skip
    report = {
        "resourceType": "DiagnosticReport", "id": "r", "status": "final", "code": concept("24323-8"),
        "subject": SUBJECT, "effectiveDateTime": "2026-03-02", "contained": [inner],
        "result": [{"reference": "Observation/panel"}, {"reference": "Observation/listed"}, {"reference": "#in"}],
    }  # fmt: skip
    of = {"listed": 1.1, "member": 1.2, "alone": 1.3}
    return [report, panel, *(
        {**_number(effectiveDateTime="2026-03-02", **loose), "id": ident,
         "valueQuantity": {"value": value, "system": "http://unitsofmeasure.org", "code": "mg/dL"}}
        for ident, value in of.items()
    )]  # fmt: skip


def _derived() -> list[Json]:
    """A result and a report without subject, each of one that has it."""
    loose = {"subject": {"display": "the patient"}}
    first = _number(effectiveDateTime="2026-03-02")
    derived = {**_genotype("d", "LA6683-2", **loose), "derivedFrom": [{"reference": "Observation/creat"}]}
    report = {
        "resourceType": "DiagnosticReport", "id": "r", "status": "modified", "code": concept("57979-7"), **loose,
        "issued": "2026-03-02", "result": [{"reference": "Observation/creat"}],
        "conclusionCode": [{"text": "Positive"}],
    }  # fmt: skip
    return [first, derived, report]


def _operation() -> Json:
    """The results of an operation: the resource stands in the second part of the second parameter."""
    part = [{"name": "region", "valueString": "x"}, {"name": "result", "resource": _genotype("v", "LA6683-2")}]
    return {"resourceType": "Parameters", "id": "p", "parameter": [{"name": "x"}, {"name": "results", "part": part}]}


def _replaced() -> list[Json]:
    url = "http://hl7.org/fhir/StructureDefinition/observation-replaces"
    newer = _number(effectiveDateTime="2026-03-02", status="corrected")
    newer |= {"id": "new", "extension": [{"url": "urn:x"}, {"url": url, "valueReference": {
        "reference": "Observation/creat"}}]}  # fmt: skip
    return [_number(effectiveDateTime="2026-02-02"), newer]


def _identified() -> list[Json]:
    """Three versions by their business identifier: the date, the time of issue and the version tell the order."""
    number = [{"system": "urn:x", "value": "26-1"}]
    return [
        {**_number(effectiveDateTime=date, issued=issued, identifier=number, status=status), "id": ident,
         "meta": {"versionId": version}, "valueQuantity": {"value": value, "code": "mg/dL",
                                                           "system": "http://unitsofmeasure.org"}}
        for ident, date, issued, version, status, value in (
            ("one", "2026-03-02", "2026-03-03T08:00:00Z", "2", "final", 0.9),
            ("two", "2026-03-02", "2026-03-04T08:00:00Z", "1", "amended", 1.9),
            ("three", "2026-03-01", "2026-03-04T08:00:00Z", "3", "final", 2.9),
        )
    ]  # fmt: skip


def _copies() -> list[Json]:
    """One result under two ids, and one id twice."""
    one = _number(effectiveDateTime="2026-03-02")
    other = {**_genotype("v", "LA6683-2"), "meta": {"versionId": "1"}}
    return [one, {**one, "id": "copy", "identifier": [{"value": "x"}], "issued": "2026-03-03"}, other, dict(other)]
