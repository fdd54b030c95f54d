"""Hooks, prefetch states, types and signs, one by one: what each means for a request and for its answer."""

from __future__ import annotations

from typing import Any

import pytest

from pmcds.errors import InputError
from pmcds.hooks import parse_request, supply_of
from pmcds.hooks.escape import escape, shorten
from pmcds.hooks.outcome import refusal
from pmcds.hooks.prefetch import read_value
from pmcds.hooks.table import HOOKS, SERVED_HOOKS
from pmcds.model.places import ALIKE
from tests.hooks.examples import bundle

KINDS = ("results", "conditions", "medications", "allergies", "demographics")
DATA = {
    "Observation": "results", "DiagnosticReport": "results", "MolecularSequence": "results", "Sequence": "results",
    "Condition": "conditions", "MedicationRequest": "medications", "MedicationOrder": "medications",
    "MedicationStatement": "medications", "MedicationUsage": "medications", "AllergyIntolerance": "allergies",
    "Patient": "demographics",
}  # fmt: skip
# P20 and P6 to P18: what a state of a key means for the data that it asks for.
STATES = {
    "present": "supplied", "null": "supplied", "empty": "supplied", "fetched": "supplied",
    "absent": "missing", "error": "error", "fetch-failed": "error", "incomplete": "truncated",
}  # fmt: skip


@pytest.mark.parametrize("type_name", DATA)
def test_p20_the_state_of_a_key_is_that_of_the_data_of_its_type(type_name: str) -> None:
    for state, meaning in STATES.items():
        supply = supply_of({"key": state}, {"key": f"{type_name}?patient=x"})
        for kind in KINDS:
            assert getattr(supply, kind) == (meaning if kind == DATA[type_name] else "missing"), (state, kind)
        named = supply_of({"other": state}, {}, {"other": frozenset({type_name})})
        assert getattr(named, DATA[type_name]) == meaning, state


ORDER_OF_HARM = ("error", "missing", "truncated", "supplied")


def test_k3_of_two_keys_of_one_kind_the_worse_counts() -> None:
    templates = {"one": "Observation?patient=x", "two": "DiagnosticReport?patient=x"}
    for one in STATES:
        for two in STATES:
            worse = min(STATES[one], STATES[two], key=ORDER_OF_HARM.index)
            assert supply_of({"one": one, "two": two}, templates).results == worse


@pytest.mark.parametrize(
    ("value", "state"),
    [
        ({"resourceType": "OperationOutcome"}, "error"), ({"resourceType": ""}, "error"),
        ({"resourceType": "Observation"}, "present"),
        (bundle({"resourceType": "OperationOutcome", "issue": [{"severity": "fatal"}]}), "error"),
        (bundle({"resourceType": "OperationOutcome", "issue": [{"severity": "error"}]}), "error"),
        (bundle({"resourceType": "OperationOutcome", "issue": [{"severity": "warning"}]}), "empty"),
        (bundle({"resourceType": ""}), "error"), (bundle(bundle({"resourceType": "Observation"})), "present"),
        (bundle(bundle()), "empty"),
    ],
)  # fmt: skip
def test_p9_p10_what_is_no_result_of_a_search_is_never_taken_for_one(value: Any, state: str) -> None:
    assert read_value(value).state == state


# 3.1: the members of each hook: (required, others).
CONTEXT: dict[str, tuple[set[str], set[str]]] = {
    "patient-view": ({"userId", "patientId"}, {"encounterId"}),
    "order-select": ({"userId", "patientId", "selections", "draftOrders"}, {"encounterId"}),
    "order-sign": ({"userId", "patientId", "draftOrders"}, {"encounterId"}),
    "medication-refill": ({"patientId", "medications"}, {"userId", "encounterId"}),
    "medication-verify": ({"userId", "patientId", "medication"}, {"encounterId"}),
    "allergyintolerance-create": ({"userId", "patientId", "allergyIntolerance"}, {"encounterId"}),
    "problem-list-item-create": ({"userId", "patientId", "conditions"}, {"encounterId"}),
    "encounter-start": ({"userId", "patientId", "encounterId"}, set()),
    "encounter-discharge": ({"userId", "patientId", "encounterId"}, set()),
    "appointment-book": ({"userId", "patientId", "appointments"}, {"encounterId"}),
    "order-dispatch": ({"patientId", "dispatchedOrders", "performer"}, {"fulfillmentTasks"}),
    "medication-prescribe": ({"userId", "patientId", "medications"}, {"encounterId"}),
    "order-review": ({"userId", "patientId", "orders"}, {"encounterId"}),
}
ORDERS = {
    "order-select": "draftOrders", "order-sign": "draftOrders", "medication-refill": "medications",
    "medication-verify": "medication", "order-dispatch": "dispatchedOrders", "medication-prescribe": "medications",
    "order-review": "orders",
}  # fmt: skip


@pytest.mark.parametrize("name", CONTEXT)
def test_3_1_each_hook_has_the_context_of_its_page_and_is_served(name: str) -> None:
    hook = HOOKS[name]
    assert hook.name == name
    required = {member.name for member in hook.members if member.required}
    assert (required, {member.name for member in hook.members} - required) == CONTEXT[name]
    assert hook.orders == ORDERS.get(name)
    not_drafts = ("medication-verify", "order-dispatch")
    assert hook.drafts == (name in ORDERS and name not in not_drafts)
    assert name in SERVED_HOOKS


def test_3_1_no_other_hook_is_known_and_none_is_served_twice() -> None:
    assert set(HOOKS) == set(CONTEXT)
    assert sorted(SERVED_HOOKS) == sorted(CONTEXT)


# 3.2: in which hooks rules of another hook speak too.
@pytest.mark.parametrize(
    ("hook", "of", "reads"),
    [
        ("order-dispatch", "order-sign", None), ("medication-refill", "order-sign", None),
        ("medication-verify", "order-sign", None), ("medication-prescribe", "order-sign", None),
        ("order-review", "order-sign", None), ("encounter-start", "patient-view", None),
        ("encounter-discharge", "patient-view", None), ("appointment-book", "patient-view", None),
        ("problem-list-item-create", "patient-view", {"condition", "cancer"}),
        ("allergyintolerance-create", "patient-view", {"allele"}),
    ],
)  # fmt: skip
def test_3_2_a_hook_in_which_the_same_is_in_question_hears_the_same_rules(
    hook: str, of: str, reads: set[str] | None
) -> None:
    assert (ALIKE[hook].hook, ALIKE[hook].reads) == (of, reads)
    assert len(ALIKE) == 10


def request(hook: str, member: str, *orders: dict[str, Any], **members: Any) -> dict[str, Any]:
    context = {"patientId": "p1", "userId": "Practitioner/1", member: bundle(*orders)}
    return {"hook": hook, "hookInstance": "i", "context": context, **members}


@pytest.mark.parametrize(("type_name", "version"), [("MedicationOrder", "DSTU2"), ("ProcedureRequest", "STU3"),
                                                    ("MedicationRequest", "R4"), ("ServiceRequest", "R4")])  # fmt: skip
def test_k8_an_old_type_tells_the_version_of_the_request(type_name: str, version: str) -> None:
    order = {"resourceType": type_name, "id": "o", "subject": {"reference": "Patient/p1"}}
    assert parse_request(request("order-sign", "draftOrders", order)).fhir_version == version


ORDER_TYPES = (
    "MedicationRequest", "MedicationOrder", "ServiceRequest", "ProcedureRequest", "NutritionOrder", "DeviceRequest",
    "VisionPrescription", "CommunicationRequest", "SupplyRequest", "Task",
)  # fmt: skip


@pytest.mark.parametrize("type_name", [*ORDER_TYPES, "Observation", "Condition", "Appointment"])
def test_3_1_a_hook_that_nobody_knows_finds_its_orders_by_their_type(type_name: str) -> None:
    order = {"resourceType": type_name, "id": "o", "subject": {"reference": "Patient/p1"}}
    found = parse_request(request("org.example.own", "things", order))
    assert found.order_members == (("things",) if type_name in ORDER_TYPES else ())


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("too-large", 413), ("too-many-entries", 413), ("too-many-results", 413), ("string-too-long", 413),
        ("patient-needed", 400), ("not-json", 400), ("too-deep", 400), ("duplicate-key", 400),
    ],
)  # fmt: skip
def test_1_5_what_is_over_a_size_is_413_and_what_is_malformed_is_400(code: str, status: int) -> None:
    assert refusal(InputError(code, "x"))[0] == status


def test_md4_each_sign_of_markdown_is_shown_and_never_read() -> None:
    for sign in "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~":
        assert escape(f"a{sign}b").replace("\u2060", "") == f"a\\{sign}b"


@pytest.mark.parametrize(
    "word", ["no", "not", "never", "without", "avoid", "unless", "except", "nor", "neither", "cannot"]
)
def test_c1_a_cut_never_loses_a_word_that_turns_the_sentence_round(word: str) -> None:
    text = f"{'Something long about a drug and a gene ' * 4}{word} given to this patient at all"
    assert word in shorten(text).split()


@pytest.mark.parametrize(
    ("type_name", "token"),
    [
        ("Practitioner", "userPractitionerId"),
        ("PractitionerRole", "userPractitionerRoleId"),
        ("Patient", "userPatientId"),
        ("RelatedPerson", "userRelatedPersonId"),
    ],
)
def test_p3_the_token_of_the_user_is_filled_only_for_a_user_of_its_type(type_name: str, token: str) -> None:
    context = {"patientId": "p1", "userId": f"{type_name}/u7", "encounterId": "e1"}
    sent = {"hook": "patient-view", "hookInstance": "i", "context": context}
    found = {name: value for name, value in parse_request(sent).tokens.items() if name.startswith("user")}
    assert found == {token: "u7"}
