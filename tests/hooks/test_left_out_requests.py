"""What a request says is never read half: every order, reference, token and state of a key counts."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from pmcds.errors import HookError
from pmcds.hooks import HOOKS, HookRequest, check_message, parse_request, require, service_named, with_states
from pmcds.hooks.prefetch import fill
from pmcds.hooks.services import TEMPLATES, Service
from pmcds.hooks.shapes import Placed, resources_in, subject_reference, typed_id, whole_number
from pmcds.hooks.table import ANYONE, PRACTITIONERS
from tests.hooks.examples import bundle, draft, parsed, request

SERVER = "https://ehr.example.org/fhir"
PERSON = {"resourceType": "Patient", "id": "p1"}


def _dispatch(*named: Any, **context: Any) -> HookRequest:
    stated = {"patientId": "p1", "dispatchedOrders": list(named), "performer": "Organization/2", **context}
    return parse_request({"hook": "order-dispatch", "hookInstance": "x", "context": stated})


@pytest.mark.parametrize(
    ("named", "read"),
    [
        ("MedicationRequest/1", "MedicationRequest/1"),
        ("MedicationRequest/1/_history/3", "MedicationRequest/1"),
        (f"{SERVER}/MedicationRequest/1", "MedicationRequest/1"),
        (f"{SERVER}/MedicationRequest/1/_history/3", "MedicationRequest/1"),
        ("1", "1"),
        ("a-b.C", "a-b.C"),
        ("urn:uuid:1", "dispatchedOrders/1"),
        ("#1", "dispatchedOrders/1"),
        ("", "dispatchedOrders/1"),
        ("1 ", "dispatchedOrders/1"),
        (1, "dispatchedOrders/1"),
        (None, "dispatchedOrders/1"),
        ({"reference": "MedicationRequest/1"}, "dispatchedOrders/1"),
        (["MedicationRequest/1"], "dispatchedOrders/1"),
    ],
)
def test_an_order_that_is_dispatched_is_known_by_every_spelling_and_never_dropped(named: Any, read: str) -> None:
    found = _dispatch("ServiceRequest/9", named)
    assert found.selections == ("ServiceRequest/9", read)
    assert not found.every_order


def test_orders_that_are_dispatched_are_each_told_once_and_in_their_order() -> None:
    names = ["MedicationRequest/2", "MedicationRequest/1", f"{SERVER}/MedicationRequest/2", 7, 8]
    found = _dispatch(*names).selections
    assert found == ("MedicationRequest/2", "MedicationRequest/1", "dispatchedOrders/3", "dispatchedOrders/4")


@pytest.mark.parametrize("text", ["MedicationRequest/103", "103"])
def test_one_order_that_stands_alone_is_dispatched_as_in_a_list(text: str) -> None:
    context = {"patientId": "p1", "performer": "Organization/2"}
    for name in ("dispatchedOrders", "order"):
        envelope = {"hook": "order-dispatch", "hookInstance": "x", "context": {**context, name: text}}
        assert parse_request(envelope).selections == (text,)


# Selections: ids that begin or end alike are not the same, whatever the spelling.

DRAFTS = ("10", "103", "1030", "3", "x103")


@pytest.mark.parametrize("ident", DRAFTS)
@pytest.mark.parametrize(
    "spelled",
    ["{}", "MedicationRequest/{}", "MedicationRequest/{}/_history/2", SERVER + "/MedicationRequest/{}", "urn:draft:{}",
     SERVER + "/MedicationRequest/{}/_history/1"],
)  # fmt: skip
def test_a_selection_never_means_a_draft_whose_id_only_begins_or_ends_alike(ident: str, spelled: str) -> None:
    drafts = bundle(*(draft(id=one) for one in DRAFTS))
    for entry in drafts["entry"]:
        entry["fullUrl"] = f"urn:draft:{entry['resource']['id']}"
    for others in ([], ["MedicationRequest/10"]):
        selections = [*others, spelled.format(ident)]
        found = parsed("order-select", {"draftOrders": drafts, "selections": selections})
        assert set(found.selections) == {*others, f"MedicationRequest/{ident}"}
        assert not found.every_order and found.notes == ()


def test_every_draft_that_is_selected_is_in_question_and_no_other() -> None:
    drafts = bundle(*(draft(id=one) for one in DRAFTS))
    for count in range(1, len(DRAFTS)):
        for chosen in (DRAFTS[:count], DRAFTS[-count:]):
            selections = [f"MedicationRequest/{one}" for one in chosen]
            found = parsed("order-select", {"draftOrders": drafts, "selections": selections})
            assert found.selections == tuple(selections)


@pytest.mark.parametrize("ident", [None, "", 103, [], {}])
def test_a_draft_whose_id_is_no_text_may_be_the_one_that_is_meant(ident: Any) -> None:
    placed = Placed(draft(id=ident), None)
    assert (placed.id, placed.key) == (None, None)
    drafts = bundle(draft(id="7"), draft(id=ident))
    lost = parsed("order-select", {"draftOrders": drafts, "selections": ["MedicationRequest/7", "9"]})
    assert lost.every_order and lost.notes
    found = parsed("order-select", {"draftOrders": drafts, "selections": ["MedicationRequest/7"]})
    assert (found.selections, found.every_order) == (("MedicationRequest/7",), False)


@pytest.mark.parametrize("hook", [hook for hook in HOOKS if hook not in ("order-select", "order-dispatch")])
def test_selections_of_another_hook_never_hide_an_order(hook: str) -> None:
    member = HOOKS[hook].orders
    orders = {member: bundle(draft(), draft(id="104"))} if member else {}
    found = parsed(hook, {**orders, "selections": ["MedicationRequest/104"]})
    assert (found.selections, found.every_order) == ((), True)


# Shapes


def test_resources_are_found_in_every_shape_and_a_list_resource_is_no_bundle() -> None:
    listed = {"resourceType": "List", "entry": [{"item": {"reference": "MedicationRequest/1"}}]}
    for value in (listed, [listed], {"resource": listed}, bundle(listed), {"entry": [listed]}):
        assert [placed.type for placed in resources_in(value)] == ["List"]
    held = {"resourceType": "Binary", "resource": draft()}
    assert [placed.type for placed in resources_in(held)] == ["Binary"]
    several = [draft(), {"resource": draft(id="2")}, bundle(draft(id="3"), bundle(draft(id="4")))]
    assert [placed.id for placed in resources_in(several)] == ["103", "2", "3", "4"]


def test_a_resource_keeps_the_address_of_its_own_entry_and_of_no_other() -> None:
    entries = [{"fullUrl": f"urn:{n}", "resource": draft(id=n)} for n in "ab"] + [{"resource": draft(id="c")}]
    found = {placed.id: placed.full_url for placed in resources_in({"entry": entries})}
    assert found == {"a": "urn:a", "b": "urn:b", "c": None}
    assert [p.full_url for p in resources_in({"fullUrl": 5, "resource": draft()})] == [None]


OTHER = {"reference": "Patient/p2"}


@pytest.mark.parametrize(
    "subject", [None, "Patient/p1", 5, [], ["Patient/p1"], {}, {"reference": None}, {"reference": 1}]
)
def test_a_subject_that_is_no_reference_never_hides_whose_an_order_is(subject: Any) -> None:
    resource = draft(subject=subject)
    assert subject_reference(resource) is None
    assert subject_reference({**resource, "patient": OTHER}) == "Patient/p2"
    with pytest.raises(HookError) as refused:
        parsed(context={"draftOrders": bundle(draft(id="1"), {**resource, "patient": OTHER})})
    assert refused.value.status == 400
    assert parsed(context={"draftOrders": bundle(resource)}).patient == "Patient/p1"


@pytest.mark.parametrize("place", [0, 1, 2])
@pytest.mark.parametrize("hook", [hook for hook in HOOKS if HOOKS[hook].orders and hook != "order-dispatch"])
def test_an_order_of_another_patient_is_refused_wherever_it_stands(hook: str, place: int) -> None:
    orders = [draft(id=str(number)) for number in range(3)]
    orders[place]["subject"] = OTHER
    with pytest.raises(HookError) as refused:
        parsed(hook, {HOOKS[hook].orders: bundle(*orders)})
    assert refused.value.status == 400


@pytest.mark.parametrize("key", ["patient", "somebody"])
@pytest.mark.parametrize("ident", ["p2", "p11", "p", "P1", "xp1", 1])
def test_the_patient_of_any_prefetch_key_is_never_another(key: str, ident: Any) -> None:
    prefetch = {"first": PERSON, key: {**PERSON, "id": ident}}
    with pytest.raises(HookError) as refused:
        parsed("patient-view", prefetch=prefetch)
    assert refused.value.status == 400


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (0, 0), (3, 3), (3.0, 3), (Decimal(3), 3), (Decimal("3.0"), 3), (Decimal("3E+2"), 300), ("3", 3), ("007", 7),
        (999_999_999, 999_999_999), ("999999999", 999_999_999),
        (True, None), (False, None), (-1, None), (3.5, None), (Decimal("3.5"), None), ("3.0", None), ("-3", None),
        ("", None), ("٣", None), ("²", None), (10**9, None), ("1000000000", None), (float("inf"), None),
        (float("nan"), None), (Decimal("Infinity"), None), (Decimal("NaN"), None), (Decimal("sNaN"), None),
        (None, None), ([], None), ({}, None), ([3], None),
    ],
)  # fmt: skip
def test_a_total_is_a_whole_number_or_none(value: Any, number: int | None) -> None:
    assert whole_number(value) == number
    assert whole_number(value).__class__ in (int, None.__class__)


@pytest.mark.parametrize("total", [2, 2.0, Decimal(2), "2"])
def test_a_page_is_never_whole_while_its_total_says_more_whatever_kind_of_number(total: Any) -> None:
    for value, state in ((bundle(draft()), "incomplete"), (bundle(draft(), draft(id="2")), "present")):
        assert parsed(prefetch={"medications": {**value, "total": total}}).prefetch_states["medications"] == state


# Tokens


@pytest.mark.parametrize("hook", list(HOOKS))
def test_ids_go_into_queries_without_their_types_in_every_hook(hook: str) -> None:
    member = HOOKS[hook].orders
    orders = {member: "MedicationRequest/1" if hook == "order-dispatch" else bundle(draft())} if member else {}
    for patient, encounter in (("p1", "e1"), ("Patient/p1", "Encounter/e1"), (f"{SERVER}/Patient/p1", "x/y/e1")):
        found = parsed(hook, {"patientId": patient, "encounterId": encounter, "userId": "Practitioner/u1", **orders})
        assert found.tokens["context.patientId"] == "p1"
        assert fill(TEMPLATES["conditions"], found.tokens) == "Condition?patient=p1"
        if "encounterId" in HOOKS[hook].tokens:
            assert found.tokens["context.encounterId"] == "e1"
        assert set(found.tokens) - {"userPractitionerId"} <= {f"context.{name}" for name in HOOKS[hook].tokens}


@pytest.mark.parametrize("value", ["Practitioner/u1", "u1"])
def test_a_token_of_the_user_is_the_context_member_as_it_was_sent(value: str) -> None:
    found = parsed(context={"userId": value})
    assert found.tokens["context.userId"] == value
    assert found.tokens.get("userPractitionerId") == (None if value == "u1" else "u1")


@pytest.mark.parametrize("value", [None, "", 5, []])
def test_a_member_without_text_is_no_token(value: Any) -> None:
    found = parsed(context={"encounterId": value})
    assert "context.encounterId" not in found.tokens


def test_an_id_keeps_its_own_type_whatever_else_it_names() -> None:
    assert typed_id("Encounter/p1", "Patient") == "Patient/Encounter/p1"
    assert typed_id(True, "Patient") is None
    assert typed_id(7, "Patient") == "Patient/7"
    assert typed_id("Patient/p1/_history/2", "Patient") == "Patient/p1"


# Keys that someone else looked for

KINDS = {"patient": "demographics", "medications": "medications", "observations": "results", "conditions": "conditions"}


@pytest.mark.parametrize(
    ("state", "meaning"), [("fetched", "supplied"), ("incomplete", "truncated"), ("fetch-failed", "error")]
)
@pytest.mark.parametrize("key", list(KINDS))
def test_what_a_fetch_came_to_counts_for_its_key_and_leaves_the_others(key: str, state: str, meaning: str) -> None:
    templates = {name: TEMPLATES[name] for name in KINDS}
    sent = parse_request(request("patient-view"), templates=templates)
    found = with_states(sent, {key: state}, templates)
    assert found.prefetch_states == {name: state if name == key else "absent" for name in templates}
    for name, kind in KINDS.items():
        assert getattr(found.supply, kind) == (meaning if name == key else "missing")
    assert sent.prefetch_states[key] == "absent"


@pytest.mark.parametrize(
    ("state", "code"), [("fetch-failed", "not-found"), ("absent", "incomplete"), ("error", "incomplete")]
)
def test_orders_that_could_not_be_fetched_are_412_and_what_was_fetched_is_answered(state: str, code: str) -> None:
    templates = {"medications": TEMPLATES["medications"], "patient": TEMPLATES["patient"]}
    service = Service("s", "patient-view", "t", "d", templates, ("medications",))
    sent = parse_request(request("patient-view"), templates=templates)
    with pytest.raises(HookError) as refused:
        require(with_states(sent, {"medications": state}, templates), service)
    assert (refused.value.status, refused.value.outcome["issue"][0]["code"]) == (412, code)
    for good in ("fetched", "incomplete", "null", "empty", "present"):
        require(with_states(sent, {"medications": good, "patient": "fetch-failed"}, templates), service)


# The table, and services by their names


@pytest.mark.parametrize("hook", list(HOOKS))
def test_each_hook_knows_who_may_call_it(hook: str) -> None:
    users = [member for member in HOOKS[hook].members if member.shape == "user"]
    anyone = hook in ("patient-view", "appointment-book")
    assert [member.types for member in users] == (
        [] if hook == "order-dispatch" else [ANYONE if anyone else PRACTITIONERS]
    )
    assert [member.name for member in users] == ["userId"] * len(users)
    assert all(member.token and member.required is (hook != "medication-refill") for member in users)


@pytest.mark.parametrize(
    ("user", "sound"), [("Practitioner/1", True), ("PractitionerRole/1", True), ("Patient/1", False)]
)
def test_the_type_of_the_user_is_looked_at_where_requests_are_checked(user: str, sound: bool) -> None:
    broken = [v for v in check_message("request", request("order-sign", {"userId": user})) if "userId" in str(v)]
    assert (broken == []) is sound


def test_a_service_is_looked_for_among_those_that_are_offered_and_nowhere_else() -> None:
    own = Service("pmcds-order-sign", "order-sign", "own", "d", {"a": "Observation?x=y"}, ("a",))
    assert service_named("pmcds-order-sign", [own]) is own
    assert service_named("pmcds-order-sign").prefetch == TEMPLATES
    for offered in ([], [own]):
        with pytest.raises(HookError) as refused:
            service_named("pmcds-patient-view", offered)
        assert refused.value.status == 404
        assert refused.value.outcome["issue"][0]["code"] == "not-found"
        assert "see the discovery document" in str(refused.value.outcome)
