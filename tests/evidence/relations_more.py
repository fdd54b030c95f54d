"""Metamorphic relations on results that a rule test states: source class, unit, limits, and where the value stands."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any

from pmcds.model import words
from pmcds.model.rules import Rule
from tests.evidence.bundles import Json, outcomes, resources, twin
from tests.evidence.goldens import NOW, also, engine, whole, written
from tests.evidence.relations import Door, relation
from tests.evidence.relations_loss import _edited, _line, _value_concept, decisive
from tests.evidence.whole import SOMATIC, component, concept

_GENOMIC = ("48018-6", "84413-4", "53040-2", "51963-7", "69548-6", "79716-7", "79718-3", "104667-1")


@relation("M39", "H11")
def result_of_the_tumor(door: Door, bundle: Json, rng: random.Random) -> bool:
    """A germline rule does as if a result that says it is somatic were not there."""
    case = decisive(door, bundle, rng)
    rule = next((r for r in engine().active_rules() if case is not None and r.id == case.rule), None)
    if case is None or rule is None or rule.origin != "germline" or _value_concept(case.result) is None:
        return False
    codes = {coding.get("code") for coding in case.result["code"].get("coding", [])}
    if any(part.get("code", {}).get("coding", [{}])[0].get("code") == "48002-0" for part in _parts(case.result)):
        return False
    if not codes & set(_GENOMIC):
        return False
    after = door(_edited(bundle, case.result, lambda r: r.setdefault("component", []).append(_somatic())))
    line = _line(after, case)
    assert line.outcome != words.CLEAR, line
    assert f"Observation/{case.result['id']}" not in line.evidence, line
    return True


def _somatic() -> Json:
    return component("48002-0", SOMATIC)


def _parts(result: Json) -> list[Json]:
    return [part for part in result.get("component", []) if isinstance(part, dict)]


@cache
def _measured() -> tuple[tuple[Rule, dict[str, Any], str, datetime], ...]:
    """Rules with limits of a laboratory value, a patient with one, and the value's name."""
    found = []
    for rule in whole().active_rules():
        named = {subject.name for place, subject in enumerate(rule.subjects) if place in rule.cuts}
        stated = whole().knowledge.tests.get(rule.id, {})
        for test in stated.get("tests", ()):
            values = test["patient"].get("laboratory", {})
            for name in named & set(values):
                if isinstance(values[name], dict) and values[name].get("unit") and "hook" not in test:
                    now = str(test.get("now") or stated.get("now") or NOW.isoformat()).replace("Z", "+00:00")
                    found.append((rule, test["patient"], name, datetime.fromisoformat(now)))
    return tuple(found)


def _with_value(patient: dict[str, Any], name: str, value: Decimal, unit: str) -> dict[str, Any]:
    laboratory = {**patient["laboratory"], name: {"value": str(value), "unit": unit}}
    return {**patient, "laboratory": laboratory}


@relation("M55", "H34")
def value_across_a_limit(door: Door, bundle: Json, rng: random.Random) -> bool:
    """Between two neighboring limits of a rule nothing changes, whatever the value is."""
    rule, patient, name, now = rng.choice(_measured())
    subject = next(s for place, s in enumerate(rule.subjects) if s.name == name and place in rule.cuts)
    cuts = sorted(rule.cuts[rule.subjects.index(subject)])
    unit = next(_units(rule, name), None)
    if unit is None:
        return False
    place = rng.randrange(len(cuts) + 1)
    low = cuts[place - 1] if place else cuts[0] / 2
    high = cuts[place] if place < len(cuts) else cuts[-1] * Decimal("1.2")
    if low >= high:
        return False
    told = []
    for _ in range(2):
        share = Decimal(rng.randrange(1, 1000)) / 1000
        source = written(_with_value(patient, name, low + (high - low) * share, unit), now)
        with also([rule.id]):
            result = door(source, now=now)
        told.append([(x.order, x.outcome, x.reason, x.cases) for x in result.ledger.orders if x.rule == rule.id])
    assert told[0] == told[1], (rule.id, name, low, high)
    return True


def _units(rule: Rule, name: str) -> Iterator[str]:
    """The unit in which the rule's limits were written (they are compiled into it)."""
    from pmcds.engine.match import atoms

    for population in rule.populations:
        for case in population.cases:
            for atom in atoms(case.condition):
                if atom.subject.name == name and atom.unit:
                    yield atom.unit


@relation("M47", "H33")
def unit_that_does_not_fit(door: Door, bundle: Json, rng: random.Random) -> bool:
    """A number whose unit is of another dimension is not used, and that is told."""
    rule, patient, _, now = rng.choice(_measured())
    with also([rule.id]):
        return _unit_does_not_fit(door, rule, written(patient, now), now)


def _unit_does_not_fit(door: Door, rule: Rule, source: Json, now: datetime) -> bool:
    results = [r for r in resources(source, "Observation") if "valueQuantity" in r]
    before = {(x.order, x.rule): x for x in door(source, now=now).ledger.orders}
    used = {key: x for key, x in before.items() if x.rule == rule.id and x.outcome in (words.ALERT, words.CLEAR)}
    own = {f"Observation/{result['id']}" for result in results}
    # A rule that a diagnosis or another result decides needs no number.
    used = {key: line for key, line in used.items() if set(line.evidence) <= own}
    if len(results) != 1 or not used:
        return False
    changed = twin(source)
    for result in resources(changed, "Observation"):
        if "valueQuantity" in result:
            result["valueQuantity"].update(code="m", unit="m", system="http://unitsofmeasure.org")
    after = {(x.order, x.rule): x for x in door(changed, now=now).ledger.orders}
    for key in used:
        line = after[key]
        assert line.outcome == words.CANNOT_TELL and not line.quiet, line
        assert "unit-unreadable" in (line.reason, *line.also), line
    return True


@relation("M23", "H36")
def value_in_a_member_of_a_panel(door: Door, bundle: Json, rng: random.Random) -> bool:
    """A result that a panel lists as its member says what it says alone."""
    results = resources(bundle, "Observation")
    if not results:
        return False
    changed = twin(bundle)
    chosen = rng.choice(resources(changed, "Observation"))
    panel: Json = {
        "resourceType": "Observation",
        "id": "panel-of-one",
        "status": "final",
        "subject": chosen.get("subject"),
        "category": chosen.get("category"),
        "code": concept("local-panel", "http://example.org/panels"),
        "hasMember": [{"reference": f"Observation/{chosen.get('id')}"}],
    }
    changed["entry"].append({"resource": {name: value for name, value in panel.items() if value is not None}})
    old, new = outcomes(door(bundle)), outcomes(door(changed))
    alerts = [line for line in old if line[2] == words.ALERT]
    assert [line for line in new if line[2] == words.ALERT] == alerts, "a member of a panel lost its alert"
    assert not {line[:2] for line in new if line[2] == words.CLEAR} - {
        line[:2] for line in old if line[2] == words.CLEAR
    }
    return True


@relation("M54", "H41")
def combination(door: Door, bundle: Json, rng: random.Random) -> bool:
    orders = resources(bundle, "MedicationRequest")
    if len(orders) != 1 or resources(bundle, "MedicationStatement") or "melanoma" in json.dumps(bundle):
        return False
    text = rng.choice(["hydrocodone / ibuprofen", "codeine / ibuprofen"])
    match = engine().terms.recognize((), text)
    if len(match.ingredients) != 2 or match.unmapped:
        return False
    with also(rule.id for drug in match.ingredients for rule in engine().knowledge.rules_for(drug)):
        return _combined_lines(door, bundle, text, match.ingredients)


def _combined_lines(door: Door, bundle: Json, text: str, ingredients: tuple[str, ...]) -> bool:
    orders = resources(bundle, "MedicationRequest")
    found: dict[str, dict[str | None, tuple[str, str | None]]] = {}
    for name in (text, *ingredients):
        changed = twin(bundle)
        resources(changed, "MedicationRequest")[0]["medicationCodeableConcept"] = {"text": name}
        key = f"MedicationRequest/{orders[0]['id']}"
        lines = [line for line in door(changed).ledger.orders if line.order == key]
        found[name] = {line.rule: (line.outcome, line.reason) for line in lines}
    one, other = ingredients
    assert found[text] == {**found[one], **found[other]}
    return True
