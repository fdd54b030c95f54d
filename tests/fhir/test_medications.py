"""Orders and statements: which drug, in which state, and what can be judged."""

from __future__ import annotations

from typing import Any

import pytest

from pmcds.fhir import open_input, read_orders
from pmcds.model.findings import Order
from tests.fhir.material import PATIENT, RXNORM, SUBJECT, bundle, context, findings_of, note_of, order, reading

CLOPIDOGREL = {"coding": [{"system": RXNORM, "code": "309362"}]}
ASPIRIN = {"coding": [{"system": RXNORM, "code": "1191", "display": "aspirin"}]}


def only(*resources: Any, **policy: Any) -> Order:
    found = reading(bundle(PATIENT, *resources), **policy).orders
    assert len(found) == 1
    return found[0]


def orders(*resources: Any) -> tuple[Order, ...]:
    return reading(bundle(PATIENT, *resources)).orders


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("draft", "draft"),
        ("active", "current"),
        ("on-hold", "on-hold"),
        ("unknown", "unknown"),
        ("Xactive", "unknown"),
        ("Active", "unknown"),
        ("", "unknown"),
        (None, "unknown"),
        (5, "unknown"),
    ],
)
def test_h39_live_and_unreadable_orders_are_orders(status: Any, state: str) -> None:
    found = only({**order(), "status": status})
    assert found.state == state
    assert found.problem == ("order-status-unreadable" if state == "unknown" else None)
    assert found.drug.ingredients == ("clopidogrel",)


@pytest.mark.parametrize(
    ("status", "ignored"),
    [
        ("completed", "not-current"),
        ("stopped", "not-current"),
        ("ended", "not-current"),
        ("cancelled", "not-current"),
        ("entered-in-error", "void-status"),
    ],
)
def test_h39_orders_that_are_over_are_not_judged(status: str, ignored: str) -> None:
    found = reading(bundle(PATIENT, order(status=status)))
    assert found.orders == ()
    assert note_of(found, "MedicationRequest/order-1").ignored == ignored


@pytest.mark.parametrize("intent", ["proposal", "plan", "option"])
def test_h39_proposals_and_plans_are_judged_and_named_as_such(intent: str) -> None:
    found = only(order(status="active", intent=intent))
    assert (found.state, found.intent) == ("planned", intent)


@pytest.mark.parametrize("intent", ["order", "original-order", "reflex-order", "filler-order", "instance-order", None])
def test_h39_an_active_order_is_current(intent: str | None) -> None:
    assert only(order(status="active", intent=intent)).state == "current"


def test_h39_do_not_perform_is_no_order() -> None:
    found = reading(bundle(PATIENT, order(doNotPerform=True)))
    assert found.orders == ()
    assert note_of(found, "MedicationRequest/order-1").ignored == "do-not-perform"
    assert findings_of(found, "MedicationRequest/order-1")[0].reason == "do-not-perform"


@pytest.mark.parametrize("flag", ["true", "false", 1, {"x": 1}])
def test_h39_an_unreadable_do_not_perform_is_a_modifier(flag: Any) -> None:
    assert only(order(doNotPerform=flag)).problem == "order-modifier"


@pytest.mark.parametrize("flag", [False, None, "", []])
def test_h39_an_absent_do_not_perform_is_harmless(flag: Any) -> None:
    assert only({**order(), "doNotPerform": flag}).problem is None


def test_h39_a_draft_of_the_hook_without_status_is_a_draft() -> None:
    request = {
        "hook": "order-sign",
        "context": {"patientId": "p1", "draftOrders": bundle(order(status=None, intent=None))},
    }
    found = reading(request)
    assert [(one.state, one.problem) for one in found.orders] == [("draft", None)]


def test_h49_a_modifier_on_an_order_is_an_order_modifier() -> None:
    assert only(order(modifierExtension=[{"url": "x"}])).problem == "order-modifier"


def test_mi8_no_drug_at_all_is_drug_missing() -> None:
    assert only(order(medicationCodeableConcept=None)).problem == "drug-missing"
    assert only(order(medicationCodeableConcept={})).problem == "drug-missing"


@pytest.mark.parametrize(
    "members",
    [
        {"medicationCodeableConcept": {"coding": [{"system": "urn:oid:2.16.840.1.113883.6.88", "code": "309362"}]}},
        {"medicationCodeableConcept": {"coding": {"system": RXNORM, "code": " 309362 "}}},
        {"medication": {"concept": CLOPIDOGREL}},
        {"medication": CLOPIDOGREL},
        {
            "medication": {"reference": {"reference": "#m"}},
            "contained": [{"resourceType": "Medication", "id": "m", "code": CLOPIDOGREL}],
        },
        {
            "medicationReference": {"reference": "#m"},
            "contained": [{"resourceType": "Medication", "id": "#m", "code": CLOPIDOGREL}],
        },
        {"medicationReference": {"reference": "Medication/m1"}},
        {"medicationReference": {"reference": "Medication/m1/_history/2"}},
        {"medication": {"reference": "Medication/m1"}},
    ],
)
def test_h40_the_drug_is_found_wherever_it_stands(members: dict[str, Any]) -> None:
    resource = order(medicationCodeableConcept=None)
    resource.update(members)
    found = only(resource, {"resourceType": "Medication", "id": "m1", "code": CLOPIDOGREL})
    assert found.drug.ingredients == ("clopidogrel",)
    assert found.drug.how == "code"
    assert found.problem is None


@pytest.mark.parametrize("reference", ["Medication/nope", "#nope", "urn:uuid:nope", "https://x.example/Medication/m1"])
def test_h40_a_reference_that_leads_nowhere_is_unresolved(reference: str) -> None:
    medication = {"resourceType": "Medication", "id": "m1", "code": CLOPIDOGREL}
    found = only(order(medicationCodeableConcept=None, medicationReference={"reference": reference}), medication)
    assert found.problem == "drug-unresolved"
    named = only(
        order(
            medicationCodeableConcept=None,
            medicationReference={"reference": reference, "display": "clopidogrel 75 mg tablet"},
        ),
        medication,
    )
    assert (named.problem, named.drug.ingredients, named.drug.how) == (None, ("clopidogrel",), "name")
    assert named.label == "clopidogrel 75 mg tablet"


def test_mi17_ingredients_of_a_medication_are_all_taken() -> None:
    medication = {
        "resourceType": "Medication",
        "id": "m",
        "ingredient": [{"itemCodeableConcept": CLOPIDOGREL}, {"item": {"concept": ASPIRIN}}],
    }
    found = reading(
        bundle(
            PATIENT,
            order(medicationCodeableConcept=None, medicationReference={"reference": "#m"}, contained=[medication]),
        )
    )
    assert set(found.orders[0].drug.ingredients) == {"clopidogrel", "aspirin"}
    subjects = {finding.subject for finding in findings_of(found, "MedicationRequest/order-1")}
    assert {"clopidogrel", "aspirin"} < subjects


def test_h42_an_unknown_code_is_never_silent() -> None:
    unknown = {"coding": [{"system": "urn:local", "code": "17", "display": "Zzyzxine 10 MG"}]}
    found = only(order(medicationCodeableConcept=unknown))
    assert found.problem == "drug-unrecognized"
    assert found.label == "Zzyzxine 10 MG"


def test_mi24_names_do_not_count_where_the_site_switches_them_off() -> None:
    named = order(medicationCodeableConcept={"text": "CLOPIDOGREL 75 MG PO TABS"})
    assert only(named).drug.how == "name"
    assert only(named, match_names=False).problem == "drug-unrecognized"


@pytest.mark.parametrize(
    ("members", "systemic"),
    [
        ({"dosageInstruction": [{"route": {"text": "oral"}}]}, True),
        ({"dosageInstruction": {"route": {"text": "topical"}}}, False),
        ({"dosageInstruction": [{"route": {"text": "topical"}}, {"route": {"text": "oral"}}]}, True),
        ({}, None),
    ],
)
def test_h43_route_decides_whether_a_drug_is_systemic(members: dict[str, Any], systemic: bool | None) -> None:
    ingredient = {"coding": [{"system": RXNORM, "code": "32968"}]}
    assert only(order(medicationCodeableConcept=ingredient, **members)).drug.systemic is systemic


def test_h38_orders_of_another_patient_are_no_orders() -> None:
    found = reading(bundle(PATIENT, order(subject={"reference": "Patient/p2"})))
    assert found.orders == ()
    assert note_of(found, "MedicationRequest/order-1").ignored == "other-patient"
    assert "multi-patient-input" in found.flags


def test_an_order_without_subject_is_not_taken_for_the_patients() -> None:
    assert only(order(subject=None)).problem == "order-unreadable"


def test_an_order_given_alone_counts_whoever_its_subject_is() -> None:
    opened = open_input(order(subject={"reference": "Patient/somebody"}))
    assert len(read_orders(opened, context(None)).orders) == 1


# Statements, administrations, dispenses


def statement(**members: Any) -> dict[str, Any]:
    stated = {
        "resourceType": "MedicationStatement",
        "id": "s1",
        "status": "active",
        "subject": SUBJECT,
        "medicationCodeableConcept": CLOPIDOGREL,
        **members,
    }
    return {name: value for name, value in stated.items() if value is not None}


@pytest.mark.parametrize(
    ("members", "state", "status"),
    [
        ({}, "current", "present"),
        ({"status": "intended"}, "current", "present"),
        ({"status": "completed"}, "past", "present"),
        ({"status": "not-taken"}, "not-taken", "absent"),
        ({"status": "unknown"}, "unknown", "indeterminate"),
        ({"status": None}, "unknown", "indeterminate"),
        ({"status": "entered-in-error"}, "void", "ignored"),
        ({"status": "recorded", "adherence": {"code": {"coding": [{"code": "taking"}]}}}, "current", "present"),
        ({"status": "recorded", "adherence": {"code": {"coding": [{"code": "not-taking"}]}}}, "not-taken", "absent"),
        ({"status": "recorded"}, "unknown", "indeterminate"),
        ({"taken": "n"}, "not-taken", "absent"),
        ({"wasNotTaken": True}, "not-taken", "absent"),
        ({"effectivePeriod": {"start": "2020", "end": "2021"}}, "past", "present"),
    ],
)
def test_h46_statements_are_current_past_or_not_taken(members: dict[str, Any], state: str, status: str) -> None:
    found = reading(bundle(PATIENT, statement(**members)))
    finding = findings_of(found, "MedicationStatement/s1", "medication")[0]
    assert (finding.value["state"], finding.status) == (state, status)
    problems = {"current": [None], "unknown": ["order-status-unreadable"]}
    assert [one.problem for one in found.orders] == problems.get(state, [])


def test_since_is_kept_for_how_long_a_drug_is_taken() -> None:
    found = reading(
        bundle(
            PATIENT, statement(effectivePeriod={"start": "2025-01-31"}), order(status="active", authoredOn="2026-01-01")
        )
    )
    assert findings_of(found, "MedicationStatement/s1")[0].value["since"] == "2025-01-31"
    assert findings_of(found, "MedicationRequest/order-1", "medication")[0].value["since"] == "2026-01-01"


@pytest.mark.parametrize(
    ("members", "state"),
    [
        ({"status": "completed", "effectiveDateTime": "2026-05-01"}, "past"),
        ({"status": "in-progress", "effectivePeriod": {"start": "2026-05-01"}}, "current"),
        ({"status": "in-progress", "effectivePeriod": {"start": "2020", "end": "2021"}}, "past"),
        ({"status": "completed", "occurenceDateTime": "2026-05-01"}, "past"),
        ({"status": "not-done"}, "not-done"),
        ({"status": "completed", "notGiven": True}, "not-done"),
    ],
)
def test_administrations_are_no_orders(members: dict[str, Any], state: str) -> None:
    resource = {
        "resourceType": "MedicationAdministration",
        "id": "a",
        "subject": SUBJECT,
        "medicationCodeableConcept": CLOPIDOGREL,
    }
    found = reading(bundle(PATIENT, {**resource, **members}))
    assert found.orders == ()
    assert findings_of(found, "MedicationAdministration/a")[0].value["state"] == state


@pytest.mark.parametrize(
    ("members", "state"),
    [
        ({"status": "completed", "whenHandedOver": "2026-05-20", "daysSupply": {"value": 30}}, "current"),
        ({"status": "completed", "whenHandedOver": "2026-01-20", "daysSupply": {"value": 30}}, "past"),
        ({"status": "completed"}, "past"),
        ({"status": "in-progress"}, "current"),
        ({"status": "cancelled"}, "void"),
        ({"status": "completed", "whenHandedOver": "2026-05-20", "daysSupply": {"value": "1e9"}}, "current"),
    ],
)
def test_dispenses_are_current_for_the_days_supplied(members: dict[str, Any], state: str) -> None:
    resource = {
        "resourceType": "MedicationDispense",
        "id": "d",
        "subject": SUBJECT,
        "medicationCodeableConcept": CLOPIDOGREL,
    }
    found = reading(bundle(PATIENT, {**resource, **members}))
    assert findings_of(found, "MedicationDispense/d")[0].value["state"] == state


def test_fhir_m14_dstu2_orders_are_orders() -> None:
    old = {
        "resourceType": "MedicationOrder",
        "id": "o",
        "status": "active",
        "patient": SUBJECT,
        "dateWritten": "2026-05-01",
        "medicationCodeableConcept": CLOPIDOGREL,
    }
    found = only(old)
    assert (found.state, found.drug.ingredients) == ("current", ("clopidogrel",))


def test_mi12_the_same_order_in_draft_and_prefetch_is_one_with_two_sources() -> None:
    request = {
        "hook": "order-sign",
        "context": {"patientId": "p1", "draftOrders": bundle(order())},
        "prefetch": {"meds": bundle(order(status="active"))},
    }
    found = reading(request)
    assert [one.state for one in found.orders] == ["draft"]
    assert [source.site for source in found.orders[0].also] == ["/prefetch/meds/entry/0/resource"]
    assert found.inputs[1].ignored == "duplicate-of"
