"""Every status of every release, with what it may and may never mean: written out from the specification."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from tests.fhir.material import (
    PATIENT,
    RXNORM,
    SUBJECT,
    bundle,
    condition,
    creatinine,
    findings_of,
    note_of,
    order,
    reading,
)

SNOMED = "http://snomed.info/sct"
CLOPIDOGREL = {"coding": [{"system": RXNORM, "code": "309362"}]}
Said = tuple[str, str | None]


def said(resource: dict[str, Any], kind: str) -> Said:
    name = f"{resource['resourceType']}/{resource['id']}"
    finding = findings_of(reading(bundle(PATIENT, resource)), name, kind)[0]
    return finding.status, finding.reason


# S1, H04-H06: what is not listed is unreadable, and nothing else is final.
RESULT = {
    "final": ("present", None), "amended": ("present", None), "corrected": ("present", None),
    "preliminary": ("indeterminate", "result-not-final"), "partial": ("indeterminate", "result-not-final"),
    "registered": ("indeterminate", "result-pending"),
    "entered-in-error": ("ignored", "void-status"), "cancelled": ("ignored", "void-status"),
    "appended": ("indeterminate", "status-unreadable"), "modified": ("indeterminate", "status-unreadable"),
    "unknown": ("indeterminate", "status-unreadable"), "active": ("indeterminate", "status-unreadable"),
    "completed": ("indeterminate", "status-unreadable"), "draft": ("indeterminate", "status-unreadable"),
    "Final": ("indeterminate", "status-unreadable"),
    "specimen-in-process": ("indeterminate", "result-not-final"),  # of R6
}  # fmt: skip


@pytest.mark.parametrize("status", RESULT)
def test_s1_a_result_counts_only_in_its_three_final_states(status: str) -> None:
    assert said(creatinine(status=status), "laboratory") == RESULT[status]


REPORT = {**RESULT, "appended": ("present", None), "modified": ("present", None)}


@pytest.mark.parametrize("status", REPORT)
def test_s1_a_report_counts_only_in_its_five_final_states(status: str) -> None:
    report = {
        "resourceType": "DiagnosticReport",
        "id": "r",
        "status": status,
        "subject": SUBJECT,
        "effectiveDateTime": "2026-03-02",
        "code": {"coding": [{"system": "http://loinc.org", "code": "57979-7"}]},
        "conclusionCode": [{"coding": [{"system": SNOMED, "code": "10828004"}]}],
    }
    assert said(report, "allele") == REPORT[status]


CLINICAL = (
    None,
    "active",
    "recurrence",
    "relapse",
    "inactive",
    "remission",
    "resolved",
    "unknown",
    "cured",
    "provisional",
)
VERIFICATION = (
    None, "confirmed", "unconfirmed", "provisional", "differential", "refuted", "entered-in-error", "sure",
    "recurrence", "remission",
)  # fmt: skip


def disease(clinical: str | None, verification: str | None, *, cancer: bool) -> Said:
    """C5 and H47 in words: verification is read first, then whether it is over, then how sure, then whether it runs."""
    if verification in ("refuted", "entered-in-error"):
        return "ignored", "refuted" if verification == "refuted" else "void-status"
    if clinical in ("inactive", "resolved"):
        return "absent", "resolved"
    if verification in ("unconfirmed", "provisional", "differential"):
        return "indeterminate", "unconfirmed"
    if verification in ("sure", "recurrence", "remission"):
        return "indeterminate", "status-unreadable"
    if clinical == "remission":
        return ("present", None) if cancer else ("absent", "resolved")
    if clinical in ("active", "recurrence", "relapse"):
        return "present", None
    return "indeterminate", "unconfirmed" if clinical in (None, "unknown") else "status-unreadable"


@pytest.mark.parametrize(("code", "kind"), [("230690007", "condition"), ("372244006", "cancer")])
def test_h47_each_pair_of_statuses_of_a_disease(code: str, kind: str) -> None:
    found = {}
    for clinical, verification in product(CLINICAL, VERIFICATION):
        stated = {"clinicalStatus": clinical, "verificationStatus": verification}
        members: Any = {name: {"coding": [{"code": word}]} if word else None for name, word in stated.items()}
        found[clinical, verification] = said(condition(code=code, **members), kind)
    assert found == {pair: disease(*pair, cancer=kind == "cancer") for pair in product(CLINICAL, VERIFICATION)}


LOCAL = {"system": "http://example.org/local", "code": "x-17"}


def test_h47_a_local_code_beside_a_status_of_any_kind_never_hides_it() -> None:
    for clinical, verification in product(CLINICAL[1:8], VERIFICATION[1:7]):
        stated = {"clinicalStatus": clinical, "verificationStatus": verification}
        members: Any = {name: {"coding": [LOCAL, {"code": word}, LOCAL]} for name, word in stated.items()}
        assert said(condition(**members), "condition") == disease(clinical, verification, cancer=False)


PROCEDURE = {
    "completed": ("present", None), "in-progress": ("present", None), "stopped": ("present", None),
    "not-done": ("ignored", "not-done"), "preparation": ("ignored", "not-current"),
    "on-hold": ("ignored", "not-current"), "suspended": ("ignored", "not-current"),
    "entered-in-error": ("ignored", "void-status"),
    "unknown": ("indeterminate", "status-unreadable"), "planned": ("indeterminate", "status-unreadable"),
}  # fmt: skip


@pytest.mark.parametrize("status", PROCEDURE)
def test_h14_a_procedure_took_place_only_in_the_states_in_which_something_was_done(status: str) -> None:
    done = {
        "resourceType": "Procedure", "id": "x", "status": status, "subject": SUBJECT,
        "code": {"coding": [{"system": SNOMED, "code": "415070008"}]}, "performedDateTime": "2025",
    }  # fmt: skip
    assert said(done, "condition") == PROCEDURE[status]


def test_h15_a_procedure_that_was_broken_off_never_counts_as_if_nobody_knew() -> None:
    broken = {
        "resourceType": "Procedure", "id": "x", "status": "aborted", "subject": SUBJECT,
        "code": {"coding": [{"system": SNOMED, "code": "415070008"}]},
    }  # fmt: skip
    assert said(broken, "condition")[1] != "status-unreadable"


ALLERGY = {
    ("active", "confirmed"): ("present", None), ("active", None): ("present", None),
    (None, "confirmed"): ("present", None), ("active", "unconfirmed"): ("indeterminate", "unconfirmed"),
    ("active", "presumed"): ("indeterminate", "unconfirmed"), ("active", "refuted"): ("ignored", "refuted"),
    ("active", "entered-in-error"): ("ignored", "void-status"), ("inactive", "confirmed"): ("absent", "resolved"),
    ("resolved", "confirmed"): ("absent", "resolved"), ("resolved", "refuted"): ("ignored", "refuted"),
}  # fmt: skip


@pytest.mark.parametrize("pair", ALLERGY)
def test_i2_an_allergy_counts_only_as_surely_as_it_is_recorded(pair: tuple[str | None, str | None]) -> None:
    stated = dict(zip(("clinicalStatus", "verificationStatus"), pair, strict=True))
    allergy = {
        "resourceType": "AllergyIntolerance", "id": "a", "patient": SUBJECT,
        "code": {"coding": [{"system": RXNORM, "code": "1191"}]},
        **{name: {"coding": [{"code": word}]} for name, word in stated.items() if word},
    }  # fmt: skip
    assert said(allergy, "allergy") == ALLERGY[pair]


# Section 11 and H39: (state, what becomes of the order: judged, or the reason of its input line).
INTENTS = ("order", "original-order", "reflex-order", "filler-order", "instance-order", "proposal", "plan", "option")
ORDER = {
    "draft": ("draft", None), "active": ("current", None), "on-hold": ("on-hold", None), "unknown": ("unknown", None),
    "completed": ("past", "not-current"), "stopped": ("past", "not-current"), "ended": ("past", "not-current"),
    "cancelled": ("void", "not-current"), "entered-in-error": ("void", "void-status"),
    "finished": ("unknown", None), "intended": ("unknown", None),
}  # fmt: skip


@pytest.mark.parametrize("status", ORDER)
def test_h39_each_status_and_intent_of_an_order(status: str) -> None:
    state, ignored = ORDER[status]
    for intent in INTENTS:
        plan = status == "active" and intent in ("proposal", "plan", "option")
        found = reading(bundle(PATIENT, order(status=status, intent=intent)))
        finding = findings_of(found, "MedicationRequest/order-1", "order")[0]
        assert finding.reason == WHY.get(state)
        assert finding.value["state"] == ("planned" if plan else state), intent
        assert note_of(found, "MedicationRequest/order-1").ignored == ignored
        assert len(found.orders) == (ignored is None)
        taken = findings_of(found, "MedicationRequest/order-1", "medication")
        assert bool(taken) == (status == "active" and not plan), intent


OF_STATE = {
    "current": "present", "past": "present", "on-hold": "present", "not-taken": "absent", "void": "ignored",
    "unknown": "indeterminate", "not-done": "ignored",
}  # fmt: skip


WHY = {
    "void": "void-status", "not-taken": "not-taken", "not-done": "not-done", "unknown": "status-unreadable",
}  # fmt: skip


def taken(type_name: str, **members: Any) -> dict[str, Any]:
    return {
        "resourceType": type_name, "id": "m", "subject": SUBJECT, "medicationCodeableConcept": CLOPIDOGREL, **members,
    }  # fmt: skip


def state(resource: dict[str, Any]) -> str:
    found = reading(bundle(PATIENT, resource))
    finding = findings_of(found, f"{resource['resourceType']}/m", "medication")[0]
    name = str(finding.value["state"])
    assert (finding.status, finding.reason) == (OF_STATE[name], WHY.get(name))
    judged = name in ("current", "unknown") and resource["resourceType"] in ("MedicationStatement", "MedicationUsage")
    assert len(found.orders) == judged
    return name


STATEMENT = {
    "active": "current", "intended": "current", "completed": "past", "stopped": "past", "on-hold": "on-hold",
    "not-taken": "not-taken", "entered-in-error": "void", "unknown": "unknown", "in-progress": "unknown",
    "taking": "unknown",
}  # fmt: skip


@pytest.mark.parametrize("status", STATEMENT)
def test_m18_each_status_of_a_statement_under_either_name(status: str) -> None:
    for name in ("MedicationStatement", "MedicationUsage"):
        assert state(taken(name, status=status)) == STATEMENT[status], name


ADHERENCE = {
    "taking": "current", "not-taking": "not-taken", "not-taken": "not-taken", "on-hold": "on-hold",
    "stopped": "past", "stopped-or-completed": "past", "completed": "past", "unknown": "unknown",
    "taking-as-directed": "current", "taking-not-as-directed": "current", "on-hold-as-directed": "on-hold",
    "on-hold-not-as-directed": "on-hold", "stopped-as-directed": "past", "stopped-not-as-directed": "past",
    "taking as directed": "unknown", None: "unknown",
}  # fmt: skip


@pytest.mark.parametrize("word", ADHERENCE)
@pytest.mark.parametrize("status", ["recorded", "draft"])
def test_w2_a_statement_of_r5_is_taken_only_if_its_adherence_says_so(status: str, word: str | None) -> None:
    adherence = {"adherence": {"code": {"coding": [{"code": word}]}}} if word else {}
    assert state(taken("MedicationStatement", status=status, **adherence)) == ADHERENCE[word]


GIVEN = {
    "in-progress": "current", "completed": "current", "not-done": "not-done", "on-hold": "on-hold",
    "stopped": "past", "entered-in-error": "void", "unknown": "unknown",
}  # fmt: skip


@pytest.mark.parametrize("status", GIVEN)
@pytest.mark.parametrize("period", ["effectivePeriod", "occurencePeriod", "occurrencePeriod", "effectiveTimePeriod"])
def test_m18_an_administration_is_current_within_its_period_of_any_release(status: str, period: str) -> None:
    over = status in ("in-progress", "completed")
    for end, running in (("2026-07-01", True), ("2026-05-01", False)):
        given = taken("MedicationAdministration", status=status, **{period: {"start": "2026-04-01", "end": end}})
        assert state(given) == ("past" if over and not running else GIVEN[status])


DISPENSED = {
    "in-progress": "current", "completed": "current", "preparation": "on-hold", "on-hold": "on-hold",
    "stopped": "past", "declined": "past", "cancelled": "void", "entered-in-error": "void", "unknown": "unknown",
}  # fmt: skip


@pytest.mark.parametrize("status", DISPENSED)
def test_m18_a_dispense_is_current_for_the_days_supplied_in_its_live_states_only(status: str) -> None:
    for days, lasting in ((60, True), (3, False)):
        given = taken("MedicationDispense", status=status, whenHandedOver="2026-05-20", daysSupply={"value": days})
        live = status in ("in-progress", "completed")
        assert state(given) == ("past" if live and not lasting else DISPENSED[status])


TEST_ORDER = {
    "draft": ("present", None, "draft"), "active": ("present", None, "current"),
    "requested": ("present", None, "current"), "in-progress": ("present", None, "current"),
    "on-hold": ("present", None, "on-hold"),
    "completed": ("ignored", "not-current", "past"), "ended": ("ignored", "not-current", "past"),
    "revoked": ("ignored", "void-status", "void"), "cancelled": ("ignored", "void-status", "void"),
    "entered-in-error": ("ignored", "void-status", "void"),
    "unknown": ("indeterminate", "status-unreadable", "unknown"),
    "Active": ("indeterminate", "status-unreadable", "unknown"),
}  # fmt: skip


@pytest.mark.parametrize("status", TEST_ORDER)
@pytest.mark.parametrize("type_name", ["ServiceRequest", "ProcedureRequest", "DiagnosticOrder"])
def test_e11_a_test_is_under_way_only_while_its_order_is_live(type_name: str, status: str) -> None:
    asked = {
        "resourceType": type_name, "id": "t", "status": status, "intent": "order", "subject": SUBJECT,
        "code": {"text": "CYP2C19 genotyping"},
    }  # fmt: skip
    (found,) = findings_of(reading(bundle(PATIENT, asked)), f"{type_name}/t", "test_order")
    assert (found.status, found.reason, found.value["state"]) == TEST_ORDER[status]


@pytest.mark.parametrize("status", ["draft", "active", "on-hold", "completed"])
def test_m14_an_order_of_dstu2_has_the_states_of_an_order(status: str) -> None:
    old = {**order(status=status), "resourceType": "MedicationOrder"}
    found = reading(bundle(PATIENT, old))
    assert findings_of(found, "MedicationOrder/order-1", "order")[0].value["state"] == ORDER[status][0]
    assert len(found.orders) == (status != "completed")


FAMILY = {
    "partial": ("present", None), "completed": ("present", None), "health-unknown": ("present", None),
    "entered-in-error": ("ignored", "void-status"), "unknown": ("indeterminate", "status-unreadable"),
}  # fmt: skip


@pytest.mark.parametrize("status", FAMILY)
def test_h1_each_status_of_a_family_history(status: str) -> None:
    relative = {
        "resourceType": "FamilyMemberHistory", "id": "f", "status": status, "patient": SUBJECT,
        "relationship": {"text": "mother"}, "condition": [{"code": {"text": "stroke"}}],
    }  # fmt: skip
    assert said(relative, "family_history") == FAMILY[status]
