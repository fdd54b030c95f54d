"""Requests are read leniently; what cannot be answered is refused without a value of the patient (R, A)."""

from __future__ import annotations

import json
import pickle
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pmcds.errors import HookError, InputError
from pmcds.hooks import HOOKS, HookRequest, parse_request, refusal, require, service_named
from pmcds.hooks.services import Service
from tests.hooks.examples import bundle, draft, parsed, request

AUTHORIZATION = {
    "access_token": "CANARY-TOKEN",
    "token_type": "Bearer",
    "expires_in": 300,
    "scope": "patient/*.rs",
    "subject": "pmcds",
}
SERVER = "https://ehr.example.org/fhir"


def _refusal(envelope: Any, **options: Any) -> HookError:
    with pytest.raises(HookError) as caught:
        parse_request(envelope, **options)
    outcome = caught.value.outcome
    assert outcome["resourceType"] == "OperationOutcome"
    assert outcome["issue"][0]["severity"] == "error"
    assert outcome["issue"][0]["diagnostics"]
    return caught.value


def _without(name: str, **changes: Any) -> dict[str, Any]:
    return {key: value for key, value in request(**changes).items() if key != name}


@pytest.mark.parametrize("hook", [None, "", 7, []])
def test_hooks_r02_hook_is_required(hook: Any) -> None:
    assert _refusal(request(hook=hook)).status == 400
    assert "/hook" in str(_refusal(_without("hook")))


def test_hooks_r03_another_hook_than_the_service_serves_is_400() -> None:
    error = _refusal(request("order-sign"), hook="order-select")
    assert error.status == 400
    assert "order-select" in str(error)


@pytest.mark.parametrize(
    "instance",
    ["test", "urn:uuid:d1577c69-dfbe-44ad-ba6d-3e05e953b2ea", "D1577C69-DFBE-44AD-BA6D-3E05E953B2EA", "html-test", "1"],
)
def test_hooks_r04_the_form_of_hook_instance_is_not_enforced(instance: str) -> None:
    assert parsed(hookInstance=instance).instance == instance


@pytest.mark.parametrize("instance", [None, "", 5])
def test_hooks_r04_hook_instance_is_required(instance: Any) -> None:
    assert _refusal(request(hookInstance=instance)).status == 400


@pytest.mark.parametrize("context", [None, [], "x"])
def test_hooks_r05_context_is_an_object(context: Any) -> None:
    assert _refusal(request() | {"context": context}).status == 400


def test_hooks_r06_a10_authorization_without_server_is_ignored_and_noted() -> None:
    found = parsed(fhirAuthorization=AUTHORIZATION)
    assert found.authorization is None
    assert any("fhirServer" in note for note in found.notes)


@pytest.mark.parametrize("prefetch", [None, [], "x", 1])
def test_hooks_r07_a_prefetch_that_is_no_object_counts_as_absent(prefetch: Any) -> None:
    found = parsed(prefetch=prefetch)
    assert set(found.prefetch_states.values()) == {"absent"}
    assert any("prefetch" in note for note in found.notes)


@pytest.mark.parametrize("body", [[], "x", None, 3])
def test_hooks_r09_a_body_that_is_no_object_is_400(body: Any) -> None:
    assert _refusal(body).status == 400


def test_hooks_r08_an_unknown_service_is_404() -> None:
    with pytest.raises(HookError) as caught:
        service_named("pmcds-nothing")
    assert caught.value.status == 404
    assert service_named("pmcds-order-sign").hook == "order-sign"


@pytest.mark.parametrize("patient", [None, "", "  ", [], {}])
def test_hooks_r12_patient_is_required(patient: Any) -> None:
    error = _refusal(request(context={"patientId": patient}))
    assert error.status == 400
    assert "/context/patientId" in str(error)


@pytest.mark.parametrize("hook", [hook.name for hook in HOOKS.values() if hook.orders])
def test_hooks_r12_withheld_orders_are_412(hook: str) -> None:
    member = HOOKS[hook].orders
    for changes in ({}, {member: None}):
        envelope = {"hook": hook, "hookInstance": "x", "context": {"patientId": "p1", **changes}}
        error = _refusal(envelope)
        assert error.status == 412
        assert f"/context/{member}" in str(error)


@pytest.mark.parametrize("orders", ["Bundle", 4, True, {}, {"resourceType": "Bundle", "entry": "x"}, {"entry": 0}])
def test_hooks_r12_orders_of_another_type_are_400(orders: Any) -> None:
    assert _refusal(request(context={"draftOrders": orders})).status == 400


@pytest.mark.parametrize(
    "orders",
    [
        bundle(draft()),
        {"resourceType": "Bundle", "entry": [{"resource": draft()}]},
        {"entry": [{"resource": draft()}]},
        [draft()],
        [{"resource": draft()}],
        draft(),
        {"resource": draft()},
        bundle(),
        bundle(None, {}, 3, {"resourceType": 7}),
        {"resourceType": "Bundle", "entry": {"resource": draft()}},
        bundle(bundle(draft())),
    ],
)
def test_hooks_r17_odd_shapes_of_orders_never_fail_the_call(orders: Any) -> None:
    for hook in ("order-sign", "order-select"):
        assert parsed(hook, {"draftOrders": orders}).order_members == ("draftOrders",)


@pytest.mark.parametrize(
    ("hook", "sent", "note"),
    [
        ("medication-verify", "medication", False),
        ("medication-verify", "order", True),
        ("medication-refill", "medications", False),
        ("medication-prescribe", "medications", False),
        ("order-review", "orders", False),
        ("order-dispatch", "dispatchedOrders", False),
        ("order-dispatch", "order", True),
    ],
)
def test_hooks_r14_members_under_the_names_that_examples_print(hook: str, sent: str, note: bool) -> None:
    value = ["ServiceRequest/1"] if hook == "order-dispatch" else {"resource": draft()}
    found = parse_request({"hook": hook, "hookInstance": "x", "context": {"patientId": "p1", sent: value}})
    assert found.order_members == (sent,)
    assert bool(found.notes) is note
    assert found.user is None


def test_hooks_r14_order_dispatch_names_its_orders() -> None:
    context = {"patientId": "p1", "dispatchedOrders": ["ServiceRequest/1", "bad", 4], "performer": "Organization/2"}
    found = parse_request({"hook": "order-dispatch", "hookInstance": "x", "context": context})
    # What names nothing that can be looked for keeps its place: it is told, never passed over.
    assert found.selections == ("ServiceRequest/1", "bad", "dispatchedOrders/2")
    assert not found.every_order


@pytest.mark.parametrize(
    "hook", ["patient-view", "encounter-start", "encounter-discharge", "appointment-book", "allergyintolerance-create"]
)
def test_hooks_hooks_without_orders_need_none(hook: str) -> None:
    found = parse_request({"hook": hook, "hookInstance": "x", "context": {"patientId": "p1"}})
    assert found.order_members == ()
    assert found.patient == "Patient/p1"


def test_hooks_an_organizations_own_hook_finds_orders_by_type() -> None:
    context = {"patientId": "p1", "things": bundle(draft()), "other": {"resourceType": "Patient", "id": "x"}, "n": 3}
    found = parse_request({"hook": "org.example.x", "hookInstance": "x", "context": context})
    assert found.order_members == ("things",)
    bare = parse_request({"hook": "org.example.x", "hookInstance": "x", "context": {}})
    assert bare.patient is None
    assert bare.notes


@pytest.mark.parametrize(
    ("sent", "read"),
    [("p1", "Patient/p1"), ("Patient/p1", "Patient/p1"), (f"{SERVER}/Patient/p1", "Patient/p1"), (12, "Patient/12")],
)
def test_hooks_r15_patient_may_carry_its_type(sent: Any, read: str) -> None:
    assert parsed("patient-view", {"patientId": sent}).patient == read


def test_hooks_r15_encounter_may_carry_its_type_and_the_user_may_lack_it() -> None:
    assert parsed(context={"encounterId": "Encounter/e1"}).encounter == "Encounter/e1"
    assert parsed(context={"encounterId": "e1"}).encounter == "Encounter/e1"
    assert parsed(context={"encounterId": None}).encounter is None
    assert parsed(context={"userId": "u1"}).user == "u1"
    assert parsed(context={"userId": 5}).user is None


@pytest.mark.parametrize(
    "subject", ["Patient/p2", "Patient/p11", "Patient/p", "Patient/P1", f"{SERVER}/Patient/p2", "urn:uuid:2"]
)
@pytest.mark.parametrize("name", ["subject", "patient"])
def test_hooks_r16_an_order_for_another_patient_is_refused(subject: str, name: str) -> None:
    resource = draft(subject=None) | {name: {"reference": subject}}
    drafts = bundle(resource)
    drafts["entry"].append({"fullUrl": "urn:uuid:2", "resource": {"resourceType": "Patient", "id": "p2"}})
    error = _refusal(request(context={"draftOrders": drafts}))
    assert error.status == 400
    assert "p2" not in str(error)
    assert "p1" not in str(error)


@pytest.mark.parametrize(
    "subject", ["Patient/p1", f"{SERVER}/Patient/p1", f"{SERVER}/Patient/p1/_history/2", "#p", "Group/g", "urn:uuid:1"]
)
def test_hooks_r16_the_same_patient_in_other_words_is_accepted(subject: str) -> None:
    drafts = bundle(draft(subject={"reference": subject}))
    drafts["entry"].append({"fullUrl": "urn:uuid:1", "resource": {"resourceType": "Patient", "id": "p1"}})
    assert parsed(context={"draftOrders": drafts}).patient == "Patient/p1"


@pytest.mark.parametrize("wrapped", [False, True])
def test_hooks_r16_another_patient_as_prefetch_value_is_refused(wrapped: bool) -> None:
    other: Any = {"resourceType": "Patient", "id": "p2"}
    error = _refusal(request(prefetch={"patient": {"resource": other} if wrapped else other}))
    assert error.status == 400
    assert "/prefetch/patient" in str(error)


def test_hooks_r16_other_patients_inside_a_bundle_do_not_fail_the_call() -> None:
    prefetch = {"all": bundle({"resourceType": "Patient", "id": "p2"}, draft(subject={"reference": "Patient/p2"}))}
    assert parsed(prefetch=prefetch).patient == "Patient/p1"


@pytest.mark.parametrize(
    ("selections", "read", "every"),
    [
        (["MedicationRequest/103"], ("MedicationRequest/103",), False),
        (["103"], ("MedicationRequest/103",), False),
        ([f"{SERVER}/MedicationRequest/103"], ("MedicationRequest/103",), False),
        (["urn:uuid:103"], ("MedicationRequest/103",), False),
        (["MedicationRequest/103", "MedicationRequest/103"], ("MedicationRequest/103",), False),
        (["NutritionOrder/5"], ("NutritionOrder/5",), False),
        ([], (), True),
        (None, (), True),
        ("MedicationRequest/103", (), True),
        (["MedicationRequest/10"], (), True),
        (["MedicationRequest/1030", 4, ""], (), True),
        (["MedicationRequest/103", "MedicationRequest/9"], ("MedicationRequest/103",), False),
    ],
)
def test_hooks_order_select_judges_what_was_selected_else_every_draft(
    selections: Any, read: tuple[str, ...], every: bool
) -> None:
    drafts = bundle(draft(), draft(id="104"), {"resourceType": "NutritionOrder", "id": "5"})
    drafts["entry"][0]["fullUrl"] = "urn:uuid:103"
    found = parsed("order-select", {"draftOrders": drafts, "selections": selections})
    assert (found.selections, found.every_order) == (read, every)
    assert bool(found.notes) is (every or selections == ["MedicationRequest/103", "MedicationRequest/9"])


def test_hooks_a_selection_that_may_mean_a_draft_without_id_selects_all() -> None:
    drafts = bundle(draft(), draft(id=None))
    selections = ["MedicationRequest/103", "MedicationRequest/9"]
    assert parsed("order-select", {"draftOrders": drafts, "selections": selections}).every_order


@pytest.mark.parametrize(
    ("changes", "granted"),
    [
        ({}, True),
        ({"token_type": "bearer"}, True),
        ({"expires_in": "300"}, True),
        ({"expires_in": Decimal(300)}, True),
        ({"patient": "p1"}, True),
        ({"patient": "Patient/p1"}, True),
        ({"access_token": None}, False),
        ({"access_token": ""}, False),
        ({"token_type": "mac"}, False),
        ({"expires_in": None}, False),
        ({"expires_in": "soon"}, False),
        ({"expires_in": True}, False),
        ({"expires_in": -1}, False),
        ({"scope": None}, False),
        ({"subject": 4}, False),
        ({"patient": "p2"}, False),
    ],
)
def test_hooks_a01_to_a10_odd_authorization_is_ignored_and_the_call_goes_on(
    changes: dict[str, Any], granted: bool
) -> None:
    found = parsed(fhirServer=SERVER, fhirAuthorization=AUTHORIZATION | changes)
    assert (found.authorization is not None) is granted
    if not granted:
        assert any("fhirAuthorization was ignored" in note for note in found.notes)


@pytest.mark.parametrize("stated", ["token", [AUTHORIZATION], 4])
def test_hooks_a10_authorization_that_is_no_object(stated: Any) -> None:
    assert parsed(fhirServer=SERVER, fhirAuthorization=stated).authorization is None


def test_hooks_a06_a_patient_scope_without_patient_is_noted() -> None:
    assert any("patient scopes" in note for note in parsed(fhirServer=SERVER, fhirAuthorization=AUTHORIZATION).notes)


def test_hooks_a07_the_token_is_in_no_text() -> None:
    found = parsed(fhirServer=SERVER, fhirAuthorization=AUTHORIZATION)
    assert found.authorization is not None
    assert found.authorization.access_token == "CANARY-TOKEN"
    for text in (repr(found), str(found), repr(found.authorization), *found.notes):
        assert "CANARY" not in text
    error = _refusal(request(context={"patientId": None}, fhirServer=SERVER, fhirAuthorization=AUTHORIZATION))
    assert "CANARY" not in str(error) + json.dumps(error.outcome)


def test_hooks_h08_c17_no_value_of_the_patient_in_text() -> None:
    found = parsed(context={"patientId": "CANARY1", "userId": "Practitioner/CANARY2", "draftOrders": bundle()})
    assert "CANARY" not in repr(found)


def _refused_once(hook: Any) -> HookError:
    return _refusal(hook)


def test_hooks_h08_names_that_could_carry_a_value_are_not_repeated() -> None:
    key = "Jane Canary, born 1970"
    error = _refused_once(request(prefetch={key: {"resourceType": "Patient", "id": "p2"}}))
    assert "Canary" not in str(error)


def test_hooks_x06_an_extension_that_is_an_array_is_ignored_and_noted() -> None:
    found = parsed(extension=[{"com.epic.cdshooks.request.fhir-version": "STU3"}])
    assert (found.profile, found.fhir_version) == (None, "R4")
    assert any("extension" in note for note in found.notes)


def test_hooks_x07_unknown_members_are_ignored() -> None:
    assert parsed(color="red", context={"more": [1, {"a": None}]}).notes == ()


@pytest.mark.parametrize(
    ("stated", "version"),
    [
        ("R4", "R4"),
        ("4.0.1", "R4"),
        ("STU3", "STU3"),
        ("3.0.2", "STU3"),
        ("DSTU2", "DSTU2"),
        ("1.0.2", "DSTU2"),
        ("R5", "R5"),
    ],
)
def test_hooks_k08_ep01_the_version_that_the_request_states(stated: str, version: str) -> None:
    found = parsed(extension={"com.epic.cdshooks.request.fhir-version": stated})
    assert found.fhir_version == version
    assert found.profile == "epic"


def test_hooks_k08_setting_then_types_then_r4() -> None:
    old = {"draftOrders": bundle({"resourceType": "MedicationOrder", "id": "1"})}
    assert parsed(context=old).fhir_version == "DSTU2"
    assert parse_request(request(context=old), fhir_version="STU3").fhir_version == "STU3"
    assert parsed(prefetch={"x": bundle({"resourceType": "ProcedureRequest"})}).fhir_version == "STU3"
    assert parsed().fhir_version == "R4"


def test_hooks_k05_412_only_for_keys_that_the_service_cannot_miss() -> None:
    templates = {
        "medications": "MedicationRequest?patient={{context.patientId}}",
        "patient": "Patient/{{context.patientId}}",
    }
    service = Service("pmcds-patient-view", "patient-view", "t", "d", templates, ("medications",))

    def asked(**prefetch: Any) -> HookRequest:
        return parse_request(request("patient-view", prefetch=prefetch), templates=templates)

    for good in (None, bundle(), bundle(draft())):
        require(asked(medications=good), service)
    require(asked(renamed=bundle(draft())), service)
    for bad in ({}, {"medications": "<html>"}, {"medications": {"resourceType": "OperationOutcome"}}):
        with pytest.raises(HookError) as caught:
            require(asked(**bad), service)
        assert caught.value.status == 412
        assert caught.value.outcome["issue"][0]["code"] == "incomplete"
        assert "medications" in str(caught.value)


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("too-large", 413),
        ("too-many-entries", 413),
        ("too-many-results", 413),
        ("too-many-medications", 413),
        ("too-many-orders", 413),
        ("string-too-long", 413),
        ("too-deep", 400),
        ("duplicate-key", 400),
    ],
)
def test_hooks_h04_refused_input_has_a_status(code: str, status: int) -> None:
    found, outcome = refusal(InputError(code, "the input is refused", where="/a", mend="send less"))
    assert found == status
    assert outcome["issue"][0]["diagnostics"] == "the input is refused at /a: send less"


def test_hooks_errors_and_requests_pickle() -> None:
    error = _refusal(request(context={"patientId": None}))
    again = pickle.loads(pickle.dumps(error))
    assert (again.status, again.outcome) == (error.status, error.outcome)
    assert pickle.loads(pickle.dumps(parsed())) == parsed()


_NAMES = [
    *("resourceType", "entry", "resource", "response", "status", "id", "hook", "hookInstance", "context", "prefetch"),
    *("patientId", "draftOrders", "selections", "subject", "reference", "link", "total", "search", "mode", "extension"),
    *("fhirAuthorization", "scope", "x"),
]
_PLAIN = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
_JSON = st.recursive(
    _PLAIN | st.sampled_from(["Bundle", "Patient", "order-sign"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_NAMES), inner, max_size=5),
    max_leaves=12,
)


def _status(envelope: Any) -> int:
    try:
        return 200 if isinstance(parse_request(envelope), HookRequest) else 0
    except HookError as error:
        return error.status


@settings(max_examples=150, deadline=None)
@given(_JSON, _JSON, _JSON, st.sampled_from([*HOOKS, "org.example.x"]))
def test_hooks_lc27_any_json_gives_a_request_or_a_hook_error(context: Any, prefetch: Any, rest: Any, hook: str) -> None:
    usual = {"hook": hook, "hookInstance": "x", "context": context, "prefetch": prefetch, "extension": rest}
    known = {"context": {"patientId": "p1", "draftOrders": context, "medications": prefetch, "selections": rest}}
    for envelope in (rest, usual, usual | known, usual | {"fhirServer": SERVER, "fhirAuthorization": rest} | known):
        assert _status(envelope) in (200, 400, 412)
