"""Metamorphic relations that need a CDS Hooks request: selections, prefetch keys and what was not supplied."""

from __future__ import annotations

import random
from typing import Any

import pmcds
from pmcds.model import words
from tests.evidence.bundles import Json, cards, decisions, patient_id, resources, twin
from tests.evidence.goldens import NOW, engine
from tests.evidence.relations import Door, relation
from tests.laws import check_laws

KEYS = {
    "Observation": "observations",
    "DiagnosticReport": "reports",
    "Condition": "conditions",
    "MedicationStatement": "statements",
    "MedicationRequest": "medications",
}


def _nothing() -> Json:
    return {"resourceType": "Bundle", "type": "searchset", "entry": []}


def request_of(bundle: Json, hook: str, *, selected: list[str] | None = None) -> Json:
    """A request: medication orders as drafts, everything else as prefetch, one key for each type."""
    drafts = [entry for entry in bundle["entry"] if entry["resource"]["resourceType"] == "MedicationRequest"]
    for entry in drafts:
        entry["resource"]["status"] = "draft"
    prefetch: Json = {key: _nothing() for key in KEYS.values()}
    for entry in bundle["entry"]:
        kind = entry["resource"]["resourceType"]
        if kind == "Patient":
            prefetch["patient"] = entry["resource"]
        elif kind != "MedicationRequest":
            prefetch.setdefault(KEYS.get(kind, kind.lower()), _nothing())["entry"].append(entry)
    context: Json = {
        "userId": "Practitioner/1",
        "patientId": patient_id(bundle),
        "draftOrders": {"resourceType": "Bundle", "type": "collection", "entry": drafts},
    }
    if hook == "order-select":
        keys = [f"MedicationRequest/{entry['resource']['id']}" for entry in drafts]
        context["selections"] = selected if selected is not None else keys
    instance = "00000000-0000-4000-8000-000000000000"
    request: Json = {"hook": hook, "hookInstance": instance, "context": context, "prefetch": prefetch}
    urls = {str(entry["fullUrl"]).rsplit("/", 2)[0] for entry in bundle["entry"] if "fullUrl" in entry}
    if urls:
        request["fhirServer"] = min(urls)
    return request


def answer(request: Json) -> pmcds.Result:
    """The result behind the response; every law is checked."""
    result = engine().result_of(request, NOW, request["hook"])
    check_laws(engine(), result, hook=request["hook"])
    return result


def _hook(rng: random.Random) -> str:
    return rng.choice(["order-select", "order-sign"])


def _has_orders(bundle: Json) -> bool:
    return bool(resources(bundle, "MedicationRequest"))


@relation("M09", "H08")
def the_same_resource_under_another_key(door: Door, bundle: Json, rng: random.Random) -> bool:
    results = resources(bundle, "Observation", "Condition")
    if not _has_orders(bundle) or not results:
        return False
    request = request_of(twin(bundle), _hook(rng))
    changed = twin(request)
    copied = twin(rng.choice(results))
    changed["prefetch"]["other"] = {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": copied}]}
    one, other = answer(request), answer(changed)
    assert decisions(one) == decisions(other)
    assert cards(one) == cards(other)
    copies = [line.ignored for line in other.ledger.inputs if line.site.startswith("/prefetch/other")]
    own = {line.ignored for line in one.ledger.inputs if line.resource == f"{copied['resourceType']}/{copied['id']}"}
    assert set(copies) <= {"duplicate-of", "not-relevant"} | own, copies
    return True


@relation("M15", "H51")
def renamed_keys(door: Door, bundle: Json, rng: random.Random) -> bool:
    if not _has_orders(bundle):
        return False
    request = request_of(twin(bundle), _hook(rng))
    # What holds nothing is known by its name only.
    renamed = {
        f"k{place}" if "entry" not in value or value["entry"] else name: value
        for place, (name, value) in enumerate(request["prefetch"].items())
    }
    changed = {**request, "prefetch": renamed}
    one, other = answer(request), answer(changed)
    assert decisions(one) == decisions(other)
    assert cards(one) == cards(other)
    return True


@relation("M44", "H38")
def one_order_not_selected(door: Door, bundle: Json, rng: random.Random) -> bool:
    keys = [f"MedicationRequest/{order['id']}" for order in resources(bundle, "MedicationRequest")]
    if len(keys) < 2:
        return False
    gone = rng.choice(keys)
    kept = [key for key in keys if key != gone]
    one = answer(request_of(twin(bundle), "order-select"))
    other = answer(request_of(twin(bundle), "order-select", selected=kept))
    before = {(line.order, line.rule): line for line in one.ledger.orders}
    after = {(line.order, line.rule): line for line in other.ledger.orders}
    assert after == {key: line for key, line in before.items() if key[0] != gone}
    assert not [card for card in other.cards if card.order == gone]
    assert next(line.used for line in other.ledger.inputs if line.resource == gone) in ("context", "modifier")
    return True


@relation("M46", "H51")
def what_a_key_holds(door: Door, bundle: Json, rng: random.Random) -> bool:
    if not _has_orders(bundle) or not resources(bundle, "Observation"):
        return False
    request = request_of(twin(bundle), _hook(rng))

    def holding(value: Any) -> pmcds.Result:
        changed = twin(request)
        changed["prefetch"]["observations"] = value
        return answer(changed)

    outcome = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "exception"}]}
    empty: Json = {"resourceType": "Bundle", "type": "searchset", "total": 0}
    none, nothing, failed, odd = (holding(value) for value in (None, empty, outcome, rng.choice(["<html>", 7, [], {}])))
    assert decisions(none) == decisions(nothing)
    assert cards(none) == cards(nothing)
    for result in (failed, odd):
        for line in result.ledger.orders:
            # What another key holds still decides.
            elsewhere = line.evidence and not any(key.startswith("Observation") for key in line.evidence)
            assert line.outcome != words.CLEAR or elsewhere, line
            assert line.reason != "no-result", line
            assert not line.quiet, line
    return True
