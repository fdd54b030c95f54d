"""Orders of tests and consents of every release."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.evidence.bundles import Json
from tests.evidence.whole import concept, typed
from tests.fhir.material import SUBJECT, creatinine

ACTS = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
REASONS = "http://terminology.hl7.org/CodeSystem/v3-ActReason"
TYPES = "http://hl7.org/fhir/resource-types"
GENETIC = {"system": ACTS, "code": "GDIS"}
RESULT = typed("CYP2C19", "*2/*2")


def others() -> Iterator[tuple[str, list[Json]]]:
    """Each input by name."""
    yield "test-order", [_asked("ServiceRequest", occurrenceDateTime="2026-05-09", authoredOn="2026-05-02")]
    yield "test-order-r5", [_asked("ServiceRequest", code={"concept": concept("84413-4")}, authoredOn="2026-05-02")]
    yield "test-order-stu3", [_asked("ProcedureRequest", occurrencePeriod={"start": "2026-05-09"})]
    yield "test-order-dstu2", [_asked("DiagnosticOrder", status="requested", intent=None)]
    yield "test-orders-in-words", _in_words()
    yield "consent", [_consent(_provision()), RESULT, creatinine(value=0.9)]
    yield "consent-of-levels", [_consent(_levels()), _labeled("R"), creatinine(value=0.9)]
    yield "consent-of-data", [_consent(_of_data()), RESULT, creatinine(value=0.9)]
    yield "consent-of-codes", [_consent(_of_codes()), RESULT, creatinine(value=0.9)]
    yield "consent-opt-out", [_consent(_permits(), base="OPTOUT"), RESULT, creatinine(value=0.9)]
    yield "consent-r5", [_consent_r5(), RESULT, creatinine(value=0.9)]
    yield "consent-stu3", [_consent_stu3(), RESULT, creatinine(value=0.9)]
    yield "labels", [_labeled("N"), {**RESULT, "meta": {"security": [{"code": "R"}, {"code": "TBOO"}]}}]


def _asked(type_name: str, **members: Any) -> Json:
    stated = {
        "resourceType": type_name, "id": "t", "status": "active", "intent": "order", "subject": SUBJECT,
        "code": {"coding": [{"system": "urn:local", "code": "7"}, *concept("84413-4")["coding"]]},
        "doNotPerform": False, **members,
    }  # fmt: skip
    return {name: value for name, value in stated.items() if value is not None}


def _in_words() -> list[Json]:
    shown = [{"system": "urn:local", "code": "7"}, {"system": "urn:local", "code": "8", "display": "HLA-B panel"}]
    return [
        _asked("ServiceRequest", id="text", code={"text": "TPMT and NUDT15 genotyping"}),
        _asked("ServiceRequest", id="shown", code={"coding": shown}, intent="plan"),
        _asked("ServiceRequest", id="other", code={"text": "Potassium"}),
        _asked("ServiceRequest", id="number", code=concept("2160-0")),
    ]


def _consent(provision: Json, base: str = "OPTIN", **members: Any) -> Json:
    return {
        "resourceType": "Consent", "id": "k", "status": "active", "patient": SUBJECT, "dateTime": "2020-01-01",
        "scope": {"coding": [{"code": "research"}, {"code": "patient-privacy"}]},
        "policyRule": {"coding": [{"system": ACTS, "code": base}]}, "provision": provision, **members,
    }  # fmt: skip


def _provision() -> Json:
    """A denial within an exception, beside one that is over."""
    past = {"type": "deny", "period": {"start": "2019-01-01", "end": "2020-01-01"}}
    later = {"type": "deny", "period": {"start": "2027-01-01"}}
    deny = {"type": "deny", "securityLabel": [{"code": "PSY"}, GENETIC],
            "purpose": [{"system": REASONS, "code": "HRESCH"}, {"system": REASONS, "code": "TREAT"}],
            "action": [{"coding": [{"code": "collect"}]}, {"coding": [{"code": "access"}]}]}  # fmt: skip
    return {"type": "permit", "period": {"start": "2020-01-01", "end": "2030-01-01"}, "provision": [past, later, deny]}


def _levels() -> Json:
    return {"type": "deny", "securityLabel": [{"code": "R"}], "class": [{"system": TYPES, "code": "Observation"}]}


def _labeled(code: str) -> Json:
    return creatinine("labeled", 1.4, meta={"security": [{"code": "X"}, {"code": code}]})


def _of_data() -> Json:
    meant = [{"reference": {"reference": "Observation/none"}}, {"reference": {"reference": "Observation/g"}}]
    return {"type": "deny", "actor": [{"reference": {"reference": "Organization/o"}}], "data": meant}


def _of_codes() -> Json:
    return {
        "type": "deny", "code": [concept("84413-4"), concept("2160-0")],
        "resourceType": [{"system": TYPES, "code": "Condition"}, {"system": TYPES, "code": "Observation"}],
        "provision": [{"type": "permit", "code": [concept("2160-0")], "dataPeriod": {"start": "2020"}}],
    }  # fmt: skip


def _permits() -> Json:
    return {"type": "permit", "provision": [
        {"type": "permit", "class": [{"system": TYPES, "code": "Observation"}]},
        {"securityLabel": [GENETIC], "class": [{"system": TYPES, "code": "Observation"}]},
    ]}  # fmt: skip


def _consent_r5() -> Json:
    return {
        "resourceType": "Consent", "id": "k", "status": "active", "subject": SUBJECT, "date": "2020-01-01",
        "decision": "permit", "period": {"start": "2020-01-01", "end": "2030-01-01"}, "provision": [
            {"period": {"end": "2021-01-01"}, "securityLabel": [GENETIC]},
            {"resourceType": [{"system": "http://hl7.org/fhir/fhir-types", "code": "Observation"}],
             "code": [concept("84413-4")]},
        ],
    }  # fmt: skip


def _consent_stu3() -> Json:
    return {
        "resourceType": "Consent", "id": "k", "status": "active", "patient": SUBJECT, "dateTime": "2020-01-01",
        "policyRule": "http://x.example/policy", "securityLabel": [GENETIC], "except": [{"type": "deny"}],
    }  # fmt: skip
