"""Every hook of the table is served: the same orders and the same record are judged alike wherever they come up."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

import pmcds
from pmcds.errors import HookError
from pmcds.hooks import HOOKS, SERVED_HOOKS, check_message, request_from, services_of
from pmcds.model.answers import Subject
from pmcds.model.places import ALIKE, speaks
from tests.hooks.test_services import _rule

BUNDLES = Path(__file__).resolve().parents[2] / "examples" / "bundles"
ORDERS = ("order-select", "order-sign", *(hook for hook, alike in ALIKE.items() if alike.hook == "order-sign"))
RECORD = ("encounter-start", "encounter-discharge", "appointment-book")
NEW = ("problem-list-item-create", "allergyintolerance-create")


@pytest.fixture(scope="module")
def engine() -> pmcds.Engine:
    return pmcds.Engine()


def _bundle(name: str = "clopidogrel-cyp2c19-poor", *, active: bool = False) -> dict[str, Any]:
    bundle: dict[str, Any] = json.loads((BUNDLES / f"{name}.json").read_bytes())
    for entry in bundle["entry"]:
        if active and entry["resource"].get("status") == "draft":
            entry["resource"]["status"] = "active"
    return bundle


def _answer(engine: pmcds.Engine, hook: str, bundle: dict[str, Any]) -> Any:
    request = request_from(bundle, hook, patient="Patient/example")
    return engine.answer(f"pmcds-{hook}", json.dumps(request))


def _said(result: Any) -> list[str]:
    return [card["summary"] for card in result.to_dict()["cards"]]


def test_every_hook_of_the_table_has_a_service_of_its_own(engine: pmcds.Engine) -> None:
    offered = engine.services()["services"]
    assert {service["hook"] for service in offered} == set(HOOKS) == set(SERVED_HOOKS)
    assert len({service["id"] for service in offered}) == len(HOOKS)


@pytest.mark.parametrize("hook", HOOKS)
def test_the_request_of_each_hook_is_sound_and_its_answer_conforms(engine: pmcds.Engine, hook: str) -> None:
    request = request_from(_bundle(), hook, patient="Patient/example")
    assert [v for v in check_message("request", request) if v.level == "M"] == []
    response = engine.respond(f"pmcds-{hook}", json.dumps(request))
    assert check_message("response", json.dumps(response)) == []


@pytest.mark.parametrize("hook", ORDERS)
def test_an_order_gets_the_same_advice_in_every_hook_about_orders(engine: pmcds.Engine, hook: str) -> None:
    assert _said(_answer(engine, hook, _bundle())) == _said(_answer(engine, "order-sign", _bundle())) != []


@pytest.mark.parametrize("hook", RECORD)
def test_a_record_gets_the_same_advice_in_every_hook_about_the_record(engine: pmcds.Engine, hook: str) -> None:
    record = _bundle(active=True)
    assert _said(_answer(engine, hook, record)) == _said(_answer(engine, "patient-view", record)) != []


def test_a_new_problem_brings_up_rules_that_read_problems_and_no_others(engine: pmcds.Engine) -> None:
    melanoma = _bundle("dabrafenib-braf-v600e-melanoma")
    spoke = {line.rule for line in _answer(engine, NEW[0], melanoma).ledger.orders if line.rule}
    rules = {rule.id: rule for rule in engine.active_rules()}
    assert spoke
    assert all(
        rules[rule].cancers or {"condition", "cancer"} & {s.kind for s in rules[rule].subjects} for rule in spoke
    )


def test_a_new_allergy_brings_up_rules_that_read_alleles_and_no_others(engine: pmcds.Engine) -> None:
    record = _bundle("abacavir-hla-b-5701-present", active=True)
    result = _answer(engine, NEW[1], record)
    rules = {rule.id: rule for rule in engine.active_rules()}
    spoke = {line.rule for line in result.ledger.orders if line.rule}
    assert spoke and all("allele" in {s.kind for s in rules[rule].subjects} for rule in spoke)
    assert _said(result) == _said(_answer(engine, "patient-view", record)) != []


def test_a_rule_may_ask_for_any_hook_by_name() -> None:
    named = _rule(hooks=("allergyintolerance-create",))
    assert speaks(named, "allergyintolerance-create") and not speaks(named, "patient-view")
    assert [service.hook for service in services_of([named])] == ["allergyintolerance-create"]


@pytest.mark.parametrize(("kind", "hook"), [("condition", NEW[0]), ("cancer", NEW[0]), ("allele", NEW[1])])
def test_what_a_rule_reads_decides_where_something_new_concerns_it(kind: str, hook: str) -> None:
    assert speaks(_rule(Subject(kind, "x")), hook)
    assert not speaks(_rule(Subject("phenotype", "x")), hook)
    assert not speaks(_rule(Subject(kind, "x"), hooks=("order-sign",)), hook)


def test_a_hook_that_is_in_no_table_is_refused_clearly(engine: pmcds.Engine) -> None:
    request = {"hook": "org.example.coffee", "hookInstance": "x", "context": {"patientId": "p"}}
    with pytest.raises(HookError) as refused:
        engine.respond("pmcds-order-sign", request)
    assert refused.value.status == 400
    assert "does not serve this hook" in json.dumps(refused.value.outcome)
    with pytest.raises(HookError) as unknown:
        engine.respond("org.example.coffee", request)
    assert unknown.value.status == 404


# order-dispatch names orders, it does not bring them.


def _dispatch(engine: pmcds.Engine, *named: Any, **changes: Any) -> Any:
    request = request_from(_bundle(), "order-dispatch", patient="Patient/example")
    request["context"] |= {"dispatchedOrders": list(named)} | changes
    return engine.answer("pmcds-order-dispatch", json.dumps(request))


def test_order_dispatch_judges_the_orders_it_names_and_no_others(engine: pmcds.Engine) -> None:
    result = _dispatch(engine, "MedicationRequest/clopidogrel")
    assert {line.order for line in result.ledger.orders} == {"MedicationRequest/clopidogrel"}
    assert _dispatch(engine, "ServiceRequest/1").ledger.orders == ()


def test_order_dispatch_tells_of_a_drug_order_that_nobody_sent(engine: pmcds.Engine) -> None:
    result = _dispatch(engine, "MedicationRequest/elsewhere")
    [line] = result.ledger.orders
    assert (line.order, line.outcome, line.reason) == ("MedicationRequest/elsewhere", "CANNOT-TELL", "drug-unresolved")
    assert len(_said(result)) == 1, "never a silent empty answer"


def test_order_dispatch_takes_a_bare_id_for_the_order_of_that_id(engine: pmcds.Engine) -> None:
    result = _dispatch(engine, "clopidogrel")
    assert {line.order for line in result.ledger.orders} == {"MedicationRequest/clopidogrel"}
    assert result.cards


@pytest.mark.parametrize("named", ["elsewhere", "urn:uuid:4d1b3c5e-0000-4000-8000-0", "#contained", 5, {"a": 1}])
def test_order_dispatch_is_never_silent_about_a_name_that_leads_nowhere(engine: pmcds.Engine, named: Any) -> None:
    for several in ([named], ["MedicationRequest/clopidogrel", named]):
        result = _dispatch(engine, *several)
        lost = [line for line in result.ledger.orders if line.reason == "drug-unresolved"]
        assert [line.outcome for line in lost] == ["CANNOT-TELL"]
        assert not result.complete
        assert any("could not" in card.summary or "checks" in card.summary for card in result.cards)


def test_order_dispatch_never_deletes_an_order_that_is_on_record(engine: pmcds.Engine) -> None:
    cards = _dispatch(engine, "MedicationRequest/clopidogrel").to_dict()["cards"]
    assert cards and not any("suggestions" in card for card in cards)


def test_CR11_order_dispatch_reads_the_older_names(engine: pmcds.Engine) -> None:
    request = request_from(_bundle(), "order-dispatch", patient="Patient/example")
    named = request["context"].pop("dispatchedOrders")
    older = copy.deepcopy(request)
    older["context"] |= {"order": named[0], "task": {"resourceType": "Task"}}
    result = engine.answer("pmcds-order-dispatch", json.dumps(older))
    assert {line.order for line in result.ledger.orders} == set(named)


# What was repaired, dropped or moved is told.


def test_R12_notes_of_the_request_reach_the_result(engine: pmcds.Engine) -> None:
    request = request_from(_bundle(), "order-select", patient="Patient/example")
    request["context"]["selections"] = ["MedicationRequest/elsewhere"]
    notes = engine.answer("pmcds-order-select", json.dumps(request)).notes
    assert {"site": "", "repairs": ["selections name no draft; all drafts are in question"]} in notes


def test_what_a_profile_moved_or_dropped_reaches_the_notes_and_no_ledger(engine: pmcds.Engine) -> None:
    request = json.dumps(request_from(_bundle(), "order-sign", patient="Patient/example"))
    plain, dropped = (engine.answer("pmcds-order-sign", request, profile=name) for name in ("generic", "crd"))
    old = json.loads(request)
    old["extension"] = {"com.epic.cdshooks.request.fhir-version": "STU3"}
    moved = engine.answer("pmcds-order-sign", json.dumps(old))
    assert plain.notes == ()
    cards = {f"card {card.uuid}" for card in moved.cards}
    rows = [row for row in moved.notes if row["site"] in cards]
    assert any("became text" in text for row in rows for text in row["repairs"])
    assert plain.ledger == dropped.ledger == moved.ledger
    assert "became text" in json.dumps(moved.report()["notes"])


def test_K07_P04_paths_as_tokens_are_sent_only_on_request(engine: pmcds.Engine) -> None:
    usual = services_of(engine.active_rules(), engine.terms)
    newest = services_of(engine.active_rules(), engine.terms, newest=True)
    assert not any("(" in template for service in usual for template in service.prefetch.values())
    paths = {service.hook: service.prefetch["drugs"] for service in newest if "drugs" in service.prefetch}
    assert set(paths) == {"order-select", "order-sign", "medication-refill", "medication-prescribe", "order-review"}
    from pmcds.hooks import discovery

    for version, broken in (("3.0.0", set()), ("2.0.1", {"P4"})):
        found = check_message("discovery", json.dumps(discovery(newest, version=version)))
        assert {violation.rule for violation in found} == broken


@pytest.mark.parametrize(
    "token",
    [
        "context.draftOrders.entry.resource.ofType(MedicationRequest).medication.resolve().id",
        "%patient.managingOrganization.resolve().id | context.encounterId.x",
        "today() - 90 days",
    ],
)
def test_P04_what_the_newest_specification_knows_is_known(token: str) -> None:
    from pmcds.hooks.check_discovery import check_template

    assert list(check_template(f"Medication?_id={{{{{token}}}}}", "order-sign", newest=True)) == []
    assert list(check_template("Medication?_id={{context.x.where(y)}}", "order-sign", newest=True)) != []
