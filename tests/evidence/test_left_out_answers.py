"""Between the request and the answer nothing is mixed up: other orders, the client's wishes, what a fetch came to."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

import pmcds
from pmcds.hooks import services_of
from tests.evidence.bundles import Json
from tests.evidence.goldens import NOW, engine, knowledge
from tests.evidence.whole import drug, patient, typed
from tests.fhir.material import PATIENT, bundle
from tests.hooks.examples import request

SLOW = typed("CYP2D6", "*4/*4", id="g6")
SEARCHED = dict.fromkeys(("reports", "medications", "statements", "conditions"))
NOBODY: Json = {"patient": PATIENT, "observations": bundle(), **SEARCHED}


def _answer(
    hook: str = "order-sign", context: Json | None = None, judge: pmcds.Engine | None = None, **changes: Any
) -> pmcds.Result:
    options = {name: changes.pop(name) for name in ("profile", "fetched", "deadline", "clock") if name in changes}
    stated = {"draftOrders": bundle(drug("codeine", id="1", status="draft")), **(context or {})}
    prefetch = changes.pop("prefetch", {"x": bundle(PATIENT, SLOW), **SEARCHED})
    asked = request(hook, stated, prefetch=prefetch, **changes)
    return (judge or engine()).answer(f"pmcds-{hook}", asked, now=NOW, **options)


def _said(result: pmcds.Result) -> set[tuple[str, str | None]]:
    return {(line.outcome, line.reason) for line in result.ledger.orders if line.drug}


def _actions(result: pmcds.Result) -> list[Json]:
    shown = result.to_dict()["cards"]
    return [act for card in shown for one in card.get("suggestions", ()) for act in one["actions"]]


# Drafts beside one another and beside the orders of the record: a pair of drugs is judged as a pair.


@cache
def _melanoma() -> tuple[Json, ...]:
    stated = patient(variant={"BRAF": ["p.Val600Lys"]}, cancer=["melanoma"], specimen="tissue")
    return tuple(entry["resource"] for entry in stated["entry"])


def _order(name: str, ident: str, status: str = "draft", **members: Any) -> Json:
    ordered = drug(name, id=ident, status=status)
    return {**ordered, "subject": {"reference": "Patient/patient-1"}, **members}


def _pair(drafts: list[Json], *, hook: str = "order-sign", context: Json | None = None, **prefetch: Any) -> Any:
    stated = {"patientId": "patient-1", "draftOrders": bundle(*drafts), **(context or {})}
    result = _answer(hook, stated, prefetch={"x": bundle(*_melanoma()), **SEARCHED, **prefetch})
    return {line.order: line.outcome for line in result.ledger.orders if line.rule == "tumor/melanoma/braf-v600e"}


FIRST, SECOND = _order("dabrafenib", "1"), _order("trametinib", "10")
KEY = "MedicationRequest/1"


def test_a_drug_is_judged_alone_where_nothing_is_ordered_beside_it() -> None:
    assert _pair([FIRST]) == {KEY: "ALERT"}
    nothing: list[Json] = [
        {**SECOND, "doNotPerform": True},
        {**SECOND, "status": "cancelled"},
        {**SECOND, "status": "entered-in-error"},
    ]
    for beside in nothing:
        for drafts in ([FIRST, beside], [beside, FIRST]):
            assert _pair(drafts) == {KEY: "ALERT"}, beside
    stopped: list[Json] = [
        {**SECOND, "status": "stopped"},
        {**SECOND, "status": "completed"},
        {**SECOND, "status": "active", "subject": {"reference": "Patient/patient-11"}},
        {**SECOND, "status": "active", "subject": {"reference": "Patient/patient"}},
        _order("trametinib", "10", "stopped", resourceType="MedicationStatement"),
    ]
    for beside in stopped:
        assert _pair([FIRST], medications=bundle(beside)) == {KEY: "ALERT"}, beside


@pytest.mark.parametrize("turned", [False, True])
def test_a_second_draft_counts_beside_the_first_wherever_it_stands_and_whether_or_not_it_is_selected(
    turned: bool,
) -> None:
    drafts = [SECOND, FIRST] if turned else [FIRST, SECOND]
    assert _pair(drafts) == {KEY: "CLEAR"}
    assert _pair(drafts, hook="order-select", context={"selections": [KEY]}) == {KEY: "CLEAR"}
    assert _pair(drafts, hook="order-select", context={"selections": ["MedicationRequest/10"]}) == {}
    third = _order("codeine", "101")
    assert _pair([*drafts, third]) == _pair([third, *drafts]) == {KEY: "CLEAR"}


@pytest.mark.parametrize("status", ["active", "on-hold", "draft"])
def test_an_order_of_the_record_counts_beside_the_draft_and_gets_no_line(status: str) -> None:
    record = bundle(_order("codeine", "8", "active"), {**SECOND, "status": status})
    assert _pair([FIRST], medications=record) == {KEY: "CLEAR"}
    assert _pair([FIRST], site_list=record) == {KEY: "CLEAR"}
    taken = _order("trametinib", "10", "active", resourceType="MedicationStatement")
    assert _pair([FIRST], statements=bundle(taken)) == {KEY: "CLEAR"}
    # The same id in another type is another order.
    assert _pair([FIRST], statements=bundle({**taken, "id": "1"})) == {KEY: "CLEAR"}


def test_orders_that_the_caller_names_are_judged_beside_one_another() -> None:
    source = bundle(*_melanoma())
    given: list[list[Any]] = [
        ["dabrafenib", "trametinib"],
        ["trametinib", "dabrafenib"],
        [FIRST, SECOND],
        ["codeine", SECOND, FIRST],
    ]
    for several in given:
        result = engine().evaluate(source, order=several, now=NOW)
        told = [line.outcome for line in result.ledger.orders if line.rule == "tumor/melanoma/braf-v600e"]
        assert told == ["CLEAR"], several
    alone = engine().evaluate(source, order="dabrafenib", now=NOW)
    assert "ALERT" in {line.outcome for line in alone.ledger.orders}


def test_dispatched_orders_are_judged_beside_one_another_and_beside_the_record() -> None:
    record = bundle({**FIRST, "status": "active"}, {**SECOND, "status": "active"})
    for named in ([KEY], [KEY, "MedicationRequest/10"], ["10", "1"]):
        found = _pair([], hook="order-dispatch", context={"dispatchedOrders": named}, medications=record)
        assert found == {KEY: "CLEAR"}


# What a fetch came to


@pytest.mark.parametrize(
    ("state", "reason"), [("fetched", "no-result"), ("incomplete", "truncated"), ("fetch-failed", "not-supplied")]
)
@pytest.mark.parametrize("key", ["observations", "reports"])
def test_what_a_fetch_came_to_decides_what_may_be_said(key: str, state: str, reason: str) -> None:
    for sent in (NOBODY, {name: value for name, value in NOBODY.items() if name != key}):
        result = _answer(prefetch=sent, fetched={key: state})
        assert _said(result) == {("CANNOT-TELL", reason)}
        assert result.ledger.prefetch[key] == state
    other = _answer(prefetch=NOBODY, fetched={"patient": state})
    assert _said(other) == {("CANNOT-TELL", "no-result")}
    found = _answer(prefetch={**NOBODY, "observations": bundle(SLOW)}, fetched={"reports": state})
    assert "ALERT" in {outcome for outcome, _ in _said(found)}


def test_orders_that_a_service_cannot_miss_are_412_through_the_door() -> None:
    rules = [rule for rule in engine().active_rules() if rule.drugs]
    [service] = [one for one in services_of(rules) if one.hook == "patient-view"]
    assert service.required == ("medications",)
    sent = {**NOBODY, "observations": bundle(SLOW), "medications": bundle(drug("codeine"))}
    asked = request("patient-view", prefetch=sent)
    assert "ALERT" in {outcome for outcome, _ in _said(engine().answer(service, asked, now=NOW))}
    for bad in ("<html>", {"resourceType": "OperationOutcome"}):
        refused = request("patient-view", prefetch={**sent, "medications": bad})
        with pytest.raises(pmcds.HookError) as error:
            engine().answer(service, refused, now=NOW)
        assert error.value.status == 412
    with pytest.raises(pmcds.HookError) as error:
        engine().answer(service, asked, fetched={"medications": "fetch-failed"}, now=NOW)
    assert error.value.status == 412
    del refused["prefetch"]["medications"]
    assert engine().answer(service, refused, fetched={"medications": "fetched"}, now=NOW).ledger


def test_a_service_answers_its_own_hook_and_no_other() -> None:
    for hook in ("order-select", "patient-view", "", None):
        with pytest.raises(pmcds.HookError) as error:
            engine().answer("pmcds-order-sign", request(str(hook)) | {"hook": hook}, now=NOW)
        assert error.value.status == 400
    for name in ("pmcds-", "order-sign", "PMCDS-order-sign", "pmcds-order-sign "):
        with pytest.raises(pmcds.HookError) as error:
            engine().answer(name, request("order-sign"), now=NOW)
        assert error.value.status == 404


# What the client is and wants


def _names(result: pmcds.Result) -> set[str]:
    return {note.partition(", ")[2] for row in result.notes for note in row["repairs"]}


def test_the_callers_profile_comes_before_the_requests_and_that_before_the_settings() -> None:
    crd = pmcds.Engine(knowledge(), pmcds.Settings(profile="crd"))
    hint = {"com.epic.cdshooks.request.fhir-version": "R4"}
    refusal = "the client takes no delete without a create"
    for judge, options, moved in (
        (engine(), {}, False), (engine(), {"profile": "crd"}, True), (crd, {}, True), (crd, {"extension": hint}, False),
        (crd, {"profile": "sandbox"}, False), (engine(), {"profile": "crd", "extension": hint}, True),
    ):  # fmt: skip
        result = _answer(judge=judge, **options)
        assert (refusal in _names(result)) is moved, options
        assert ("systemActions" in result.to_dict()) is moved
        assert [act["type"] for act in _actions(result)] == ([] if moved else ["delete"])
    with pytest.raises(pmcds.HookError):
        _answer(profile="nobody")


@pytest.mark.parametrize("version", ["DSTU2", "STU3", "R5", "3.0.2"])
def test_nothing_is_written_for_a_client_of_another_version(version: str) -> None:
    assert _actions(_answer())
    result = _answer(extension={"com.epic.cdshooks.request.fhir-version": version})
    assert _actions(result) == [] and result.to_dict()["cards"]
    assert "resources of this FHIR version are not written" in _names(result)


@pytest.mark.parametrize("stated", ["e1", "Encounter/e1", None])
def test_what_is_created_is_for_the_patient_and_the_encounter_of_the_call(stated: str | None) -> None:
    context: Json = {"draftOrders": bundle(drug("abacavir", id="1", status="draft")), "encounterId": stated}
    result = _answer(context=context, prefetch=NOBODY)
    created = [act["resource"] for act in _actions(result) if act["type"] == "create"]
    assert created
    for resource in created:
        assert resource["subject"] == {"reference": "Patient/p1"}
        assert resource.get("encounter") == ({"reference": "Encounter/e1"} if stated else None)


def test_notices_go_where_the_site_wants_them_and_advice_stays_a_card() -> None:
    drafts = {"draftOrders": bundle(drug("codeine", id="1", status="draft"), drug("zzyzx", id="2", status="draft"))}
    apart = pmcds.Engine(knowledge(), pmcds.Settings(notices="extension"))
    beside, held = _answer(context=drafts), _answer(context=drafts, judge=apart)
    assert beside.ledger == held.ledger and len(held.cards) == len(beside.cards) == 2
    shown = {card["summary"] for card in held.to_dict()["cards"]}
    assert shown == {card.summary for card in held.cards if not card.notice} and len(shown) == 1
    [told] = [value for key, value in held.to_dict()["extension"].items() if key.endswith("not-checked")]
    assert [row["lines"] for row in told] == [[{"order": "MedicationRequest/2"}]]
    assert "extension" not in beside.to_dict() and len(beside.to_dict()["cards"]) == 2


def test_a_card_that_was_shown_before_is_named_beside_the_notices() -> None:
    drafts = {"draftOrders": bundle(drug("codeine", id="1", status="draft"), drug("zzyzx", id="2", status="draft"))}
    result = _answer(context=drafts, judge=pmcds.Engine(knowledge(), pmcds.Settings(notices="extension")))
    mild = [card for card in result.cards if card.indicator != "critical"]
    again = result.to_dict(shown_before={card.uuid for card in mild})
    named = json.dumps(again["extension"])
    assert all(card.uuid in named for card in result.cards) and again["cards"] == []
    assert len(result.cards) == 2


def test_options_of_the_client_hold_cards_back_and_change_no_line() -> None:
    drafts = [drug(name, id=name, status="draft") for name in ("codeine", "zzyzx", "clopidogrel", "zzxyz")]
    context = {"draftOrders": bundle(*drafts)}
    whole = _answer(context=context)
    few = _answer(context=context, profile="crd", extension={"davinci-crd.configuration": {"max-cards": 1}})
    assert few.ledger == whole.ledger and few.cards == whole.cards
    assert len(few.to_dict()["cards"]) < len(whole.to_dict()["cards"])
    held = json.dumps(few.to_dict()["extension"])
    shown = {card["uuid"] for card in few.to_dict()["cards"]}
    assert all(card.uuid in held or card.uuid in shown for card in whole.cards)


@pytest.mark.parametrize(
    "hook", ["order-sign", "patient-view", "problem-list-item-create", "allergyintolerance-create"]
)
def test_only_rules_that_speak_in_the_hook_have_lines_and_all_of_them_do(hook: str) -> None:
    from pmcds.model.places import speaks

    record = {**NOBODY, "medications": bundle(drug("abacavir", id="1"), drug("dabrafenib", id="2"))}
    context: Json = {
        "draftOrders": bundle(drug("abacavir", id="3", status="draft"), drug("dabrafenib", id="4", status="draft"))
    }
    result = _answer(hook, context if hook == "order-sign" else {"draftOrders": None}, prefetch=record)
    speaking = [rule for rule in engine().active_rules() if speaks(rule, hook)]
    about = {rule.id for rule in speaking if not rule.drugs or {"abacavir", "dabrafenib"} & set(rule.drugs)}
    assert {line.rule for line in result.ledger.orders if line.rule} == about
    named = engine().evaluate(bundle(PATIENT), order=["abacavir", "dabrafenib"], hook=hook, now=NOW)
    every = {rule.id for rule in engine().active_rules() if {"abacavir", "dabrafenib"} & set(rule.drugs)}
    assert {line.rule for line in named.ledger.orders} == every


def test_a_deadline_of_a_call_is_told_on_every_line() -> None:
    drafts = {
        "draftOrders": bundle(drug("codeine", id="1", status="draft"), drug("clopidogrel", id="2", status="draft"))
    }
    late = _answer(context=drafts, deadline=0, clock=lambda: 5.0)
    assert _said(late) == {("CANNOT-TELL", "deadline")} and late.ledger.flags == ("deadline-hit",)
    assert {line.order for line in late.ledger.orders if line.drug} == {"MedicationRequest/1", "MedicationRequest/2"}
    in_time = _answer(context=drafts, deadline=1, clock=lambda: 5.0)
    assert in_time.ledger == replace(_answer(context=drafts).ledger)
