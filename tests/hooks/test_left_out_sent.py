"""A record that is sent as a hook's request loses no order; feedback of any shape keeps its reason and its comment."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

import pmcds
from pmcds.hooks import parse_feedback, parse_request, request_from
from pmcds.hooks.conformance import check_message
from pmcds.hooks.table import HOOKS, SERVED_HOOKS

BUNDLES = Path(__file__).resolve().parents[2] / "examples" / "bundles"
PATIENT = "Patient/example"
DRAFTS_IN_BUNDLE = ("order-select", "order-sign", "medication-refill", "medication-prescribe", "order-review")
NO_ORDERS = ("patient-view", "encounter-start", "encounter-discharge", "appointment-book")
SOMETHING_NEW = ("problem-list-item-create", "allergyintolerance-create")


@pytest.fixture(scope="module")
def engine() -> pmcds.Engine:
    return pmcds.Engine()


def _order(ident: str, **changes: Any) -> dict[str, Any]:
    [found] = [entry["resource"] for entry in _record()["entry"] if entry["resource"].get("status") == "draft"]
    own: dict[str, Any] = copy.deepcopy(found)
    return own | {"id": ident} | changes


def _record(*more: dict[str, Any]) -> dict[str, Any]:
    bundle: dict[str, Any] = json.loads((BUNDLES / "clopidogrel-cyp2c19-poor.json").read_bytes())
    bundle["entry"] += [{"resource": resource} for resource in more]
    return bundle


def _kept(request: dict[str, Any]) -> list[tuple[str, str, str | None]]:
    resources = [entry["resource"] for entry in request["prefetch"]["record"]["entry"]]
    return [(one["resourceType"], one["id"], one.get("status")) for one in resources]


@pytest.mark.parametrize("hook", SERVED_HOOKS)
@pytest.mark.parametrize("several", [1, 3])
def test_every_hook_is_sent_as_a_request_that_passes_the_checklist(hook: str, several: int) -> None:
    record = _record(*(_order(f"more-{place}") for place in range(1, several)))
    request = request_from(record, hook, patient=PATIENT)
    assert check_message("request", json.dumps(request)) == []
    context = request["context"]
    assert [member.name for member in HOOKS[hook].members if member.required and member.name not in context] == []
    assert not any(member.name in context for member in HOOKS[hook].members if member.shape == "resources")
    assert parse_request(request).hook == hook


@pytest.mark.parametrize("hook", DRAFTS_IN_BUNDLE)
@pytest.mark.parametrize("given", [False, True])
def test_every_draft_is_in_question_and_none_stands_in_the_record_too(hook: str, given: bool) -> None:
    drafts = [_order("a"), _order("b"), _order("c")]
    record = _record() if given else _record(*drafts)
    own = [] if given else [_own()]
    request = request_from(record, hook, patient=PATIENT, orders=drafts if given else None)
    member = HOOKS[hook].orders
    assert member is not None
    sent = [entry["resource"] for entry in request["context"][member]["entry"]]
    assert [one["id"] for one in sent] == [*own, "a", "b", "c"]
    assert {one["status"] for one in sent} == {"draft"}
    assert not [one for one in _kept(request) if one[0] == "MedicationRequest" and one[2] == "draft"]
    selected = [f"MedicationRequest/{ident}" for ident in (*own, "a", "b", "c")]
    assert request["context"].get("selections") == (selected if hook == "order-select" else None)


def _own() -> str:
    [found] = [entry["resource"]["id"] for entry in _record()["entry"] if entry["resource"].get("status") == "draft"]
    return str(found)


def test_orders_that_are_sent_out_are_named_and_stand_active_in_the_record() -> None:
    drafts = [_order("a"), _order("b", status="draft")]
    request = request_from(_record(), "order-dispatch", patient=PATIENT, orders=drafts)
    assert request["context"]["dispatchedOrders"] == ["MedicationRequest/a", "MedicationRequest/b"]
    orders = [one for one in _kept(request) if one[0] == "MedicationRequest"]
    assert orders == [("MedicationRequest", "a", "active"), ("MedicationRequest", "b", "active")]
    assert [one["status"] for one in drafts] == ["draft", "draft"], "what was given is not changed"


@pytest.mark.parametrize("hook", [*DRAFTS_IN_BUNDLE, "medication-verify"])
def test_only_orders_that_are_sent_out_are_repeated_in_the_record(hook: str) -> None:
    request = request_from(_record(), hook, patient=PATIENT, orders=[_order("a")])
    assert "MedicationRequest" not in {kind for kind, _, _ in _kept(request)}


def test_the_order_that_is_verified_is_active() -> None:
    request = request_from(_record(), "medication-verify", patient=PATIENT)
    verified = request["context"]["medication"]
    assert (verified["id"], verified["status"]) == (_own(), "active")


@pytest.mark.parametrize("hook", [*NO_ORDERS, *SOMETHING_NEW])
def test_a_hook_without_orders_keeps_the_record_whole(hook: str) -> None:
    request = request_from(_record(), hook, patient=PATIENT)
    assert [entry["resource"] for entry in request["prefetch"]["record"]["entry"]] == [
        entry["resource"] for entry in _record()["entry"]
    ]


def test_what_is_new_is_the_patients_own() -> None:
    allergy = request_from(_record(), "allergyintolerance-create", patient=PATIENT)["context"]["allergyIntolerance"]
    assert allergy == {"resourceType": "AllergyIntolerance", "id": "example", "patient": {"reference": PATIENT}}
    conditions = request_from(_record(), "problem-list-item-create", patient=PATIENT)["context"]["conditions"]
    assert conditions == {"resourceType": "Bundle", "type": "collection", "entry": []}


@pytest.mark.parametrize("hook", [*DRAFTS_IN_BUNDLE, "order-dispatch", "medication-verify"])
def test_an_alert_is_the_same_whichever_hook_the_order_is_sent_in(engine: pmcds.Engine, hook: str) -> None:
    service = next(one for one in pmcds.hooks.services_of(engine.active_rules(), engine.terms) if one.hook == hook)
    request = request_from(_record(), hook, patient=PATIENT)
    result = engine.answer(service.id, json.dumps(request))
    assert "critical" in {card.indicator for card in result.cards}
    assert {line.order for line in result.ledger.orders if line.outcome == "ALERT"} == {f"MedicationRequest/{_own()}"}


# Feedback

OVERRIDDEN = {"card": "c", "outcome": "overridden", "outcomeTimestamp": "2026-01-11T10:05:31Z"}
PREFIX = "com.epic.cdshooks.feedback.overrideReason."
REASON = {"reason": {"system": "urn:x", "code": "tolerated", "display": "Tolerated"}, "userComment": "why"}
TOLD = ("urn:x", "tolerated", "Tolerated", "why")
NOTHING = (None, None, None, None)


def _told(**members: Any) -> tuple[Any, ...]:
    body = {"feedback": [OVERRIDDEN | members]}
    (one,) = parse_feedback(body, service="s", received="now").records
    assert one.outcome == "overridden"
    return one.reason_system, one.reason_code, one.reason_display, one.comment


@pytest.mark.parametrize("name", ["overrideReason", "overrideReasons"])
@pytest.mark.parametrize(
    ("given", "told"),
    [
        (REASON, TOLD),
        ([REASON], TOLD),
        ([None, "x", REASON], TOLD),
        ([REASON, {"userComment": "second"}], TOLD),
        (REASON | {"reason": {"coding": [REASON["reason"]]}}, TOLD),
        (REASON | {"reason": {"coding": [None, REASON["reason"], {"code": "second"}]}}, TOLD),
        (REASON | {"reason": {"coding": []}}, (None, None, None, "why")),
        (REASON | {"reason": "tolerated"}, (None, None, None, "why")),
        ({"userComment": "why"}, (None, None, None, "why")),
        ("tolerated", NOTHING),
        (["tolerated"], NOTHING),
        ([], NOTHING),
        ({}, NOTHING),
        (5, NOTHING),
        (True, NOTHING),
        (2.5, NOTHING),
    ],
)
def test_f10_a_reason_of_any_shape_is_kept_or_left_and_feedback_is_never_lost_with_it(
    name: str, given: Any, told: tuple[Any, ...]
) -> None:
    assert _told(**{name: given}) == told


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"Title": "T", "Display": "D", "Category": "C"}, ("T", "D")),
        ({"Title": "T"}, ("T", None)),
        ({"Category": "C"}, ("C", None)),
        ({"Category": "C", "Display": "D"}, ("C", "D")),
        ({"Title": " ", "Category": "C"}, ("C", None)),
        ({"Title": 5, "Category": "C"}, ("C", None)),
        ({"Display": "D"}, (None, "D")),
    ],
)
def test_f10_a_reason_that_stands_only_in_the_extension_is_never_lost(
    given: dict[str, Any], told: tuple[str | None, str | None]
) -> None:
    extension = {f"{PREFIX}reason{name}": value for name, value in given.items()}
    assert _told(overrideReasons={"extension": extension, "userComment": "why"}) == (PREFIX.rstrip("."), *told, "why")


@pytest.mark.parametrize("extension", [{}, {f"{PREFIX}reasonTitle": ""}, {"other": "x"}, [], "x", None])
def test_f10_an_extension_without_a_reason_gives_none_and_keeps_the_comment(extension: Any) -> None:
    assert _told(overrideReason={"extension": extension, "userComment": "why"}) == (None, None, None, "why")


@pytest.mark.parametrize("blank", ["", " ", "\n\t ", 5, None, ["x"], {"x": 1}])
def test_f10_a_blank_or_a_value_of_another_kind_never_counts_as_said(blank: Any) -> None:
    reason = {"reason": dict.fromkeys(("system", "code", "display"), blank), "userComment": blank}
    assert _told(overrideReason=reason) == NOTHING
    assert _told(overrideReason=None, overrideReasons=REASON) == TOLD


@pytest.mark.parametrize(
    ("suggestions", "kept"),
    [
        ([{"id": "a"}, {"id": "b"}], ["a", "b"]),
        (["a", "b"], ["a", "b"]),
        ({"id": "a"}, ["a"]),
        ("a", ["a"]),
        ([None, {"id": ""}, {"id": 5}, {"id": "b"}], ["b"]),
        ([{"id": "a"}, {"id": "x" * 1001}], ["a"]),
    ],
)
def test_f07_every_accepted_suggestion_with_an_id_is_a_record(suggestions: Any, kept: list[str]) -> None:
    accepted = OVERRIDDEN | {"outcome": "accepted", "acceptedSuggestions": suggestions}
    found = parse_feedback({"feedback": [accepted]}, service="s", received="now")
    assert [one.suggestion for one in found.records] == kept
    assert found.problems == ()


def test_f13_every_entry_is_read_and_every_one_that_cannot_be_is_told_by_its_place() -> None:
    entries = [OVERRIDDEN | {"card": f"c{place}"} for place in range(4)]
    entries[1], entries[3] = {"card": "c1"}, {"card": "c3", "outcome": "overridden"}
    found = parse_feedback({"feedback": entries}, service="s", received="now")
    assert [one.card for one in found.records] == ["c0", "c2"]
    assert [problem.partition(":")[0] for problem in found.problems] == ["/feedback/1", "/feedback/3"]
