"""Which orders are in question: none is lost, none of another call or id is taken for it, each has its line."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations, product
from typing import Any

import pytest

import pmcds
from pmcds.hooks import HOOKS
from pmcds.model.findings import DrugMatch, InputNote, Order, Reading, Source, Supply
from pmcds.selection import Selection, judged_orders, named_orders
from tests.evidence.bundles import Json
from tests.evidence.goldens import NOW, engine
from tests.evidence.whole import drug, typed
from tests.fhir.material import PATIENT, bundle
from tests.hooks.examples import request

KINDS = ("results", "conditions", "medications", "allergies", "demographics")
STATES = ("supplied", "truncated", "missing", "error")
RECORD = ("patient-view", "encounter-start", "encounter-discharge", "appointment-book", "problem-list-item-create",
          "allergyintolerance-create")  # fmt: skip
DRAFTS = tuple(hook for hook in HOOKS if hook not in (*RECORD, "order-dispatch"))


def _order(key: str, *names: str, draft: bool = False, **changes: Any) -> Order:
    place = f"/context/draftOrders/{key}" if draft else f"/prefetch/medications/{key}"
    members: dict[str, Any] = {"state": "draft" if draft else "current", "source": Source(key, place)}
    members["resource"] = {"id": key, "drug": names, **{name: str(value) for name, value in changes.items()}}
    members |= {"key": key, "drug": DrugMatch(names, how="code")}
    return Order(**(members | changes))


def _keys(orders: list[Order], inputs: tuple[str, ...] = (), **selection: Any) -> list[str]:
    notes = tuple(InputNote(f"/{key}", key) for key in inputs)
    return [order.key for order in judged_orders(Reading(orders=tuple(orders), inputs=notes), Selection(**selection))]


# The supply


@pytest.mark.parametrize("kind", KINDS)
def test_of_two_states_of_the_same_data_the_worse_counts_for_these_data_alone(kind: str) -> None:
    for read, asked in product(STATES, STATES):
        reading = Reading(supply=Supply(**{kind: read}))
        found = Selection(supply=Supply(**{kind: asked})).supplied(reading).supply
        assert getattr(found, kind) == max(read, asked, key=STATES.index)
        assert {getattr(found, other) for other in KINDS if other != kind} == {"supplied"}
        assert Selection().supplied(reading) is reading


# Hooks about the record: live orders, the same drug once


@pytest.mark.parametrize("hook", [None, *RECORD])
def test_every_live_order_of_the_record_is_in_question_and_no_other(hook: str | None) -> None:
    states = {"draft": True, "current": True, "on-hold": True, "planned": True, "unknown": True, "past": False}
    for state, live in states.items():
        for draft in (True, False):
            orders = [_order("MedicationRequest/1", "a"), _order("MedicationRequest/2", "b", draft=draft, state=state)]
            assert ("MedicationRequest/2" in _keys(orders, hook=hook)) is live
            assert "MedicationRequest/1" in _keys(orders, hook=hook)


UNSURE: dict[str, dict[str, Any]] = {
    "a problem": {"problem": "order-modifier"}, "a drug nobody knows": {"drug": DrugMatch()},
    "a part nobody knows": {"drug": DrugMatch(("a",), unmapped=1)},
}  # fmt: skip


@pytest.mark.parametrize("what", list(UNSURE))
def test_an_order_of_which_something_is_not_known_is_never_merged_with_another(what: str) -> None:
    for changes in permutations(({}, UNSURE[what], UNSURE[what])):
        orders = [_order(f"MedicationRequest/{place}", "a", **one) for place, one in enumerate(changes)]
        assert len(_keys(orders)) == 3
    several = [_order(f"MedicationRequest/{place}", "a", **UNSURE[one]) for place, one in enumerate(UNSURE)]
    assert len(_keys([*several, _order("MedicationRequest/9", "a")])) == 4


def test_the_same_drug_is_judged_once_with_all_its_sources_and_others_apart() -> None:
    same = [_order(f"MedicationRequest/{place}", "a", "b") for place in range(3)]
    turned = _order("MedicationRequest/4", "b", "a")
    part, cream = _order("MedicationRequest/5", "a"), _order("MedicationRequest/6", "a", "b")
    cream = replace(cream, drug=replace(cream.drug, systemic=False))
    sure = replace(_order("MedicationRequest/7", "a", "b"), drug=replace(same[0].drug, systemic=True))
    bare = replace(_order("MedicationRequest/8", "a", "b"), source=None)
    found = judged_orders(Reading(orders=(*same, turned, part, cream, sure, bare)), Selection())
    assert [one.key for one in found] == [f"MedicationRequest/{place}" for place in (0, 5, 6, 7)]
    more = tuple(one.source for one in (same[1], same[2], turned))
    assert (found[0].source, found[0].also) == (same[0].source, more)
    assert {one.also for one in found[1:]} == {()}
    medication = Source("Medication/m", "/m")
    first, second = replace(same[0], also=(medication,)), replace(same[1], also=(medication,))
    [once] = judged_orders(Reading(orders=(second, first)), Selection())
    assert once.also == (medication, same[1].source, medication)


def test_the_place_of_orders_in_the_input_changes_nothing() -> None:
    orders = [_order(f"MedicationRequest/{one}", one) for one in "abc"] + [_order("MedicationRequest/d", "a")]
    for hook in (None, *RECORD):
        assert len({tuple(_keys(list(several), hook=hook)) for several in permutations(orders)}) == 1
    drafts = [_order(f"MedicationRequest/{one}", one, draft=True) for one in "abc"]
    for hook in DRAFTS:
        assert len({tuple(_keys(list(several), hook=hook)) for several in permutations(drafts)}) == 1


# Hooks about drafts


@pytest.mark.parametrize("hook", DRAFTS)
def test_every_draft_is_in_question_each_for_itself_and_no_order_of_the_record(hook: str) -> None:
    drafts = [_order(f"MedicationRequest/{place}", "a", draft=True) for place in range(3)]
    record = [_order("MedicationRequest/8", "a"), _order("MedicationRequest/9", "b", state="draft")]
    bare = replace(_order("MedicationRequest/7", "c"), source=None)
    kinds: tuple[dict[str, Any], ...] = ({"every_order": True, "selections": ("MedicationRequest/0",)}, {})
    for every in kinds:
        assert _keys([*drafts, *record, bare], hook=hook, **every) == [one.key for one in drafts]


@pytest.mark.parametrize("spelled", ["MedicationRequest/{}", "{}", "https://ehr.example.org/fhir/MedicationRequest/{}"])
def test_exactly_the_selected_drafts_are_in_question(spelled: str) -> None:
    idents = ("1", "10", "101", "01", "x1")
    orders = [_order(f"MedicationRequest/{one}", one, draft=True) for one in idents]
    for count in range(len(idents) + 1):
        chosen = tuple(spelled.format(one) for one in idents[:count])
        found = _keys([*orders, _order("MedicationRequest/1", "z")], hook="order-select", selections=chosen)
        assert sorted(found) == sorted(f"MedicationRequest/{one}" for one in idents[:count])


# Two orders under one key


@pytest.mark.parametrize("count", [2, 3])
@pytest.mark.parametrize("draft", [True, False])
def test_orders_under_one_key_keep_their_own_lines_under_keys_of_their_own(count: int, draft: bool) -> None:
    names = ("a", "b", "c")[:count]
    several = [_order("MedicationRequest/1", name, draft=draft) for name in names]
    others = [_order("MedicationRequest/10", "d", draft=draft), _order("MedicationRequest/2", "e", draft=draft)]
    hook = "order-sign" if draft else "patient-view"
    found = judged_orders(Reading(orders=(*several, *others)), Selection(hook=hook))
    keys = [one.key for one in found]
    assert len(set(keys)) == count + 2 and {"MedicationRequest/10", "MedicationRequest/2"} <= set(keys)
    told = {one.drug.ingredients: one.key for one in found if one.key.startswith("MedicationRequest/1#")}
    assert set(told) == {(name,) for name in names}
    again = judged_orders(Reading(orders=(*others, *several[::-1])), Selection(hook=hook))
    assert told.items() <= {one.drug.ingredients: one.key for one in again}.items()


def test_two_orders_of_one_id_in_a_record_are_both_judged() -> None:
    slow, poor = typed("CYP2D6", "*4/*4", id="g6"), typed("CYP2C19", "*2/*2")
    source = bundle(PATIENT, slow, poor, drug("codeine", id="1"), drug("clopidogrel", id="1"))
    result = engine().evaluate(source, now=NOW)
    alerts = {line.drug: line.order for line in result.ledger.orders if line.outcome == "ALERT" and line.drug}
    assert set(alerts) == {"codeine", "clopidogrel"}
    assert len(set(alerts.values())) == 2 and all(key.startswith("MedicationRequest/1#") for key in alerts.values())


# Orders that are dispatched


def test_orders_that_are_dispatched_are_found_wherever_they_stand_and_lost_ones_are_told() -> None:
    orders = [_order(f"MedicationRequest/{one}", one, draft=one == "1") for one in ("1", "10", "2", "3")]
    hook: dict[str, Any] = {"hook": "order-dispatch", "inputs": ("Patient/p1", "ServiceRequest/s", "Observation/o")}
    for names, found in (
        (("MedicationRequest/1",), ["MedicationRequest/1"]),
        (("1", "MedicationRequest/2"), ["MedicationRequest/1", "MedicationRequest/2"]),
        (("MedicationRequest/10", "10"), ["MedicationRequest/10"]),
        (("ServiceRequest/s", "ServiceRequest/t", "s", "NutritionOrder/1"), []),
        (("MedicationRequest/s", "MedicationOrder/1", "t"), ["MedicationOrder/1", "MedicationRequest/s", "t"]),
        # An id without a type that a result or the patient has as well is still an order's.
        (("o", "p1", "s"), ["o", "p1"]),
        (("Observation/o", "Patient/p1"), []),
        (("dispatchedOrders/0", "3", "dispatchedOrders/7"),
         ["MedicationRequest/3", "dispatchedOrders/0", "dispatchedOrders/7"]),
        ((), []),
    ):  # fmt: skip
        assert _keys(orders, selections=names, **hook) == found
        for order in judged_orders(Reading(orders=tuple(orders)), Selection(hook="order-dispatch", selections=names)):
            lost = order.key not in {one.key for one in orders}
            assert (order.state, order.problem) == (("unknown", "drug-unresolved") if lost else (order.state, None))
    assert _keys(orders, selections=None, **hook) == []


# Orders that the caller names


def test_orders_of_the_caller_keep_their_order_and_are_no_part_of_the_input() -> None:
    def by_name(name: str) -> Order:
        return Order(f"order:{name}", DrugMatch((name,)), label=name)

    def from_resource(given: Any) -> tuple[Order, ...]:
        return tuple(_order(f"MedicationRequest/{one}", one, also=(Source("x", "/x"),)) for one in given["drugs"])

    found = named_orders(["z", {"drugs": ("b", "a")}, "y", "z"], by_name, from_resource)
    assert [one.key for one in found] == ["order:z", "MedicationRequest/b", "MedicationRequest/a", "order:y"]
    assert {(one.source, one.also) for one in found} == {(None, ())}
    for bad in ([{"drugs": ()}], ["a", {"drugs": ()}], [{"drugs": ()}, "a"]):
        with pytest.raises(pmcds.InputError):
            named_orders(bad, by_name, from_resource)


def test_only_the_orders_of_the_caller_are_judged_whatever_stands_in_the_input() -> None:
    named = (_order("order:a", "a"),)
    for hook in (None, *HOOKS):
        orders = [_order("MedicationRequest/1", "b"), _order("MedicationRequest/2", "c", draft=True)]
        assert _keys(orders, named=named, hook=hook) == ["order:a"]
        assert _keys(orders, named=(), hook=hook) == []


# Through the door: drafts beside the orders of the record

POOR, SLOW = typed("CYP2C19", "*2/*2"), typed("CYP2D6", "*4/*4", id="g6")
SEARCHED = dict.fromkeys(("reports", "medications", "statements", "conditions"))


def _asked(hook: str, context: Json, **prefetch: Any) -> tuple[set[tuple[str, str | None]], pmcds.Result]:
    asked = request(hook, context, prefetch={"x": bundle(PATIENT, POOR, SLOW), **SEARCHED, **prefetch})
    result = engine().answer(f"pmcds-{hook}", asked, now=NOW)
    return {(line.order, line.drug) for line in result.ledger.orders if line.order != "@patient"}, result


def _draft(name: str, ident: str, **members: Any) -> Json:
    return drug(name, **{"id": ident, "status": "draft", **members})


@pytest.mark.parametrize("hook", [hook for hook in DRAFTS if hook != "order-select"])
def test_a_call_is_about_its_drafts_and_the_orders_of_the_record_stay_context(hook: str) -> None:
    record = bundle(drug("codeine", id="1"), drug("clopidogrel", id="2"))
    member = str(HOOKS[hook].orders)
    for names in (("clopidogrel",), ("clopidogrel", "clopidogrel"), ("codeine", "clopidogrel", "codeine")):
        drafts = [_draft(name, f"d{place}") for place, name in enumerate(names)]
        lines, result = _asked(hook, {member: bundle(*drafts)}, medications=record)
        assert lines == {(f"MedicationRequest/d{place}", name) for place, name in enumerate(names)}
        assert {line.outcome for line in result.ledger.orders if line.drug} == {"ALERT"}
        used = {entry.resource for entry in result.ledger.inputs if entry.used == "order"}
        assert used == {f"MedicationRequest/d{place}" for place in range(len(names))}


def test_a_draft_of_an_order_of_the_record_is_judged_as_it_stands_in_the_call() -> None:
    record = bundle(drug("codeine", id="1"), drug("codeine", id="10"))
    for name in ("clopidogrel", "codeine"):
        lines, result = _asked("order-sign", {"draftOrders": bundle(_draft(name, "1"))}, medications=record)
        assert lines == {("MedicationRequest/1", name)}
        assert all(line.outcome == "ALERT" for line in result.ledger.orders if line.drug)


@pytest.mark.parametrize(
    "chosen", [("MedicationRequest/1",), ("10",), ("urn:101", "MedicationRequest/1"), ("1", "10", "urn:101")]
)
def test_the_selected_drafts_are_judged_and_the_others_are_context(chosen: tuple[str, ...]) -> None:
    drafts = bundle(_draft("codeine", "1"), _draft("clopidogrel", "10"), _draft("codeine", "101"))
    for entry in drafts["entry"]:
        entry["fullUrl"] = f"urn:{entry['resource']['id']}"
    record = bundle(drug("clopidogrel", id="2"))
    lines, result = _asked("order-select", {"draftOrders": drafts, "selections": list(chosen)}, medications=record)
    wanted = {one.rpartition("/")[2].rpartition(":")[2] for one in chosen}
    assert {order for order, _ in lines} == {f"MedicationRequest/{one}" for one in wanted}
    assert result.notes == () or all(note["site"] for note in result.notes)


@pytest.mark.parametrize("named", ["MedicationRequest/9", "MedicationRequest/1/_history/2", "1", "9"])
def test_a_dispatched_order_is_judged_or_told_and_its_neighbors_are_not(named: str) -> None:
    record = bundle(drug("codeine", id="1"), drug("clopidogrel", id="10"), drug("abacavir", id="11"))
    lines, result = _asked("order-dispatch", {"dispatchedOrders": [named]}, medications=record)
    known = "9" not in named
    assert lines == {("MedicationRequest/1", "codeine")} if known else {(named, None)}
    assert len(lines) == 1 and result.cards
    assert result.complete is known
