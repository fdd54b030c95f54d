"""Metamorphic relations, group C: defined changes; and those of group A that are about requests and settings."""

from __future__ import annotations

import json
import random
import re
from dataclasses import replace
from functools import cache
from typing import Any, cast

import pmcds
from pmcds.fhir import Memory
from pmcds.knowledge import Knowledge
from pmcds.model import words
from tests.evidence.bundles import Json, decisions, face, outcomes, patient_id, resources, twin
from tests.evidence.goldens import NOW, Watched, also, engine, without, written
from tests.evidence.relations import Door, relation, same
from tests.evidence.relations_loss import decisive
from tests.reference import documents


def _lines(result: pmcds.Result) -> dict[tuple[str, str | None], Any]:
    return {(line.order, line.rule): line for line in result.ledger.orders}


@relation("M21", "H33")
def another_unit_of_the_dimension(door: Door, bundle: Json, rng: random.Random) -> bool:
    changed = twin(bundle)
    found = False
    for resource in resources(changed, "Observation"):
        quantity = resource.get("valueQuantity", {})
        if quantity.get("code") == "U/g{Hb}":
            text = str(quantity["value"])
            quantity.update(value=json.loads(f"{text}e3") if "." not in text else float(text) * 1000, code="mU/g{Hb}")
            quantity["unit"] = "mU/g{Hb}"
            found = True
    if found:
        assert outcomes(door(bundle)) == outcomes(door(changed))
    return found


@relation("M22", "H34")
def trailing_zeros(door: Door, bundle: Json, rng: random.Random) -> bool:
    text = json.dumps(bundle)
    changed = text
    for resource in resources(bundle, "Observation"):
        value = resource.get("valueQuantity", {}).get("value")
        if isinstance(value, (int, float)):
            zeros = f'"value": {value}' + ("00" if "." in str(value) else ".00")
            changed = re.sub(rf'"value": {re.escape(str(value))}(?=[,}}])', zeros, changed)
    if changed == text:
        return False
    assert outcomes(door(text.encode())) == outcomes(door(changed.encode()))
    return True


@relation("M24", "H05")
def wrapped_in_a_report(door: Door, bundle: Json, rng: random.Random) -> bool:
    results = resources(bundle, "Observation")
    own = {"reference": f"Patient/{patient_id(bundle)}"}
    # A report lends its subject to a result that has none, and misses a result that is somebody else's.
    if not results or resources(bundle, "DiagnosticReport") or any(result.get("subject") != own for result in results):
        return False
    changed = twin(bundle)
    report: Json = {
        "resourceType": "DiagnosticReport",
        "id": "wrapping",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "51969-4"}]},
        "subject": {"reference": f"Patient/{patient_id(bundle)}"},
        "result": [{"reference": f"Observation/{result['id']}"} for result in results],
    }
    changed["entry"].append({"fullUrl": "https://pmcds.invalid/DiagnosticReport/wrapping", "resource": report})
    one, other = door(bundle), door(changed)
    same(one, other, with_inputs=False)
    return True


@relation("M25", "H41")
def another_code_of_the_same_drug(door: Door, bundle: Json, rng: random.Random) -> bool:
    changed = twin(bundle)
    found = False
    for order in resources(changed, "MedicationRequest"):
        stated = order.get("medicationCodeableConcept", {})
        coding = next(iter(stated.get("coding", [])), None)
        match = engine().terms.recognize([(coding["system"], coding["code"], None)], None) if coding else None
        term = engine().terms.drug(match.ingredients[0]) if match is not None and len(match.ingredients) == 1 else None
        if term is None or match is None:
            continue
        system, code, display = rng.choice(term.codes)
        same_drug = engine().terms.recognize([(system, code, None)], None)
        if (same_drug.ingredients, same_drug.unmapped) == (
            match.ingredients,
            0,
        ) and same_drug.systemic == match.systemic:
            stated["coding"] = [{"system": system, "code": code, "display": display}]
            found = True
    if found:
        same(door(bundle), door(changed))
    return found


@relation("M26", "H20")
def alleles_the_other_way_round(door: Door, bundle: Json, rng: random.Random) -> bool:
    changed = twin(bundle)
    found = False
    for resource in resources(changed, "Observation"):
        value = resource.get("valueCodeableConcept", {})
        for holder in (value, *value.get("coding", [])):
            for name in ("text", "code", "display"):
                text = str(holder.get(name, ""))
                gene, _, pair = text.rpartition(" ")
                if pair.count("/") == 1 and pair.startswith("*") and "+" not in pair and ":" not in pair:
                    holder[name] = f"{gene} {'/'.join(reversed(pair.split('/')))}".strip()
                    found = True
    if found:
        same(door(bundle), door(changed))
    return found


@relation("M27", "H32")
def administrative_gender(door: Door, bundle: Json, rng: random.Random) -> bool:
    if "G6PD" in json.dumps(bundle):
        return False
    changed = twin(bundle)
    resources(changed, "Patient")[0]["gender"] = rng.choice(["male", "female", "other", "unknown"])
    one, other = door(bundle), door(changed)
    assert outcomes(one) == outcomes(other)
    assert face(one) == face(other)
    return True


def _with_rules_of_now(other: Watched) -> Watched:
    """An engine that leaves out what the engine of this moment leaves out."""
    same_rules = without((), other)
    same_rules._left_out = engine()._left_out
    return same_rules


@cache
def _in_profile(profile: str) -> Watched:
    return Watched(engine().knowledge, pmcds.Settings(profile=profile))


@relation("M28")
def client_profile(door: Door, bundle: Json, rng: random.Random) -> bool:
    one = door(bundle)
    other = _with_rules_of_now(_in_profile(rng.choice(["epic", "crd", "sandbox"]))).evaluate(bundle, now=NOW)
    assert decisions(one) == decisions(other)
    assert face(one) == face(other)
    drawn, redrawn = one.to_dict()["cards"], other.to_dict()["cards"]
    key = [(card["summary"], card["indicator"], card["source"]["label"]) for card in drawn]
    assert key == [(card["summary"], card["indicator"], card["source"]["label"]) for card in redrawn]
    return True


@cache
def _one_gene_rules() -> list[tuple[str, str, str, list[str]]]:
    """(rule, drug, gene, phenotypes) of the rules that ask for the phenotype of one gene alone."""
    found = []
    for rule in documents.rules().values():
        know = rule["ask"].get("know", {})
        genes = documents.listed(know.get("phenotype", []))
        if not rule["rule"].endswith("/cpic"):
            continue  # other sources read the same results with tables of their own
        if list(know) == ["phenotype"] and len(genes) == 1 and "drug" in rule["ask"] and genes != ["G6PD"]:
            table = documents.genes()[genes[0]].get("phenotype_of", {}).values()
            drug = documents.listed(rule["ask"]["drug"])[0]
            found.append((rule["rule"], drug, genes[0], sorted(set(table) - {"indeterminate"})))
    return found


@relation("M50", "H09")
def second_result_that_disagrees(door: Door, bundle: Json, rng: random.Random) -> bool:
    stated = rng.choice(_one_gene_rules())
    if len(stated[3]) < 2:
        return False
    with also([stated[0]]):
        return _disagreeing(door, *stated, rng)


def _disagreeing(door: Door, rule: str, drug: str, gene: str, phenotypes: list[str], rng: random.Random) -> bool:

    def of(phenotype: str) -> Json:
        return written({"order": drug, "phenotype": {gene: phenotype}}, NOW)

    one, other = (of(phenotype) for phenotype in rng.sample(phenotypes, 2))
    second = next(entry["resource"] for entry in other["entry"] if entry["resource"]["resourceType"] == "Observation")
    second.update(id="second", effectiveDateTime="2025-01-07")
    found = []
    for place in (0, len(one["entry"])):
        mixed = twin(one)
        mixed["entry"].insert(place, {"resource": twin(second)})
        found.append(door(mixed))
    same(found[0], found[1])
    key = next(key for key in _lines(found[0]) if key[1] == rule)
    assert (_lines(found[0])[key].outcome, _lines(found[0])[key].reason) == (words.CANNOT_TELL, "conflict")
    void = {**twin(second), "status": "entered-in-error"}
    mixed = {**twin(one), "entry": [*twin(one)["entry"], {"resource": void}]}
    assert _lines(door(mixed))[key] == _lines(door(one))[key]
    return True


@relation("M51", "H07")
def corrected_version(door: Door, bundle: Json, rng: random.Random) -> bool:
    case = decisive(door, bundle, rng)
    if case is None or resources(bundle, "DiagnosticReport"):
        return False
    older = {**twin(case.result), "issued": "2026-01-01T00:00:00Z", "meta": {"versionId": "1"}}
    newer = {**older, "status": "corrected", "issued": "2026-01-03T00:00:00Z", "meta": {"versionId": "2"}}
    alone, both = twin(bundle), twin(bundle)
    for changed, versions in ((alone, [newer]), (both, rng.sample([older, newer], 2))):
        place = next(i for i, e in enumerate(changed["entry"]) if e["resource"] == case.result)
        url = changed["entry"][place].get("fullUrl")
        changed["entry"][place : place + 1] = [{"fullUrl": url, "resource": version} for version in versions]
    one, other = door(alone), door(both)
    assert outcomes(one) == outcomes(other)
    assert sorted(line.ignored or "" for line in other.ledger.inputs).count("superseded-by") == 1
    return True


@relation("M52", "H38")
def one_order_more(door: Door, bundle: Json, rng: random.Random) -> bool:
    drugs = sorted(engine().knowledge.drugs)
    drug = rng.choice(drugs)
    taken = {name for order in door(bundle).ledger.orders for name in (order.drug or "").split(" + ")}
    combined = ("dabrafenib", "trametinib", "vemurafenib", "cobimetinib")
    genes = engine().knowledge.genes.values()
    # The draft of an inhibitor leaves nothing clear that it would change.
    inhibitors = {row["drug"] for gene in genes for row in gene.extra.get("modulators", ())}
    if drug in (*taken, *combined, *inhibitors) or "melanoma" in json.dumps(bundle):
        return False
    with also(rule.id for rule in engine().knowledge.rules_for(drug)):
        return _one_more(door, bundle, drug)


def _one_more(door: Door, bundle: Json, drug: str) -> bool:
    changed = twin(bundle)
    term = engine().terms.drug(drug)
    if term is None or not term.codes:
        return False
    system, code, display = term.codes[0]
    order: Json = {
        "resourceType": "MedicationRequest",
        "id": "one-more",
        "status": "draft",
        "intent": "order",
        "subject": {"reference": f"Patient/{patient_id(bundle)}"},
        "medicationCodeableConcept": {"coding": [{"system": system, "code": code, "display": display}]},
    }
    changed["entry"].append({"resource": order})
    one, other = door(bundle), door(changed)
    before, after = _lines(one), _lines(other)
    assert {key: line for key, line in after.items() if key[0] != "MedicationRequest/one-more"} == before
    assert [key for key in after if key[0] == "MedicationRequest/one-more"]
    return True


@relation("M56")
def fields_that_no_rule_reads(door: Door, bundle: Json, rng: random.Random) -> bool:
    changed = twin(bundle)
    patient = resources(changed, "Patient")[0]
    patient[rng.choice(["name", "address", "telecom", "maritalStatus", "photo"])] = rng.choice(
        [[], [{"text": "zz"}], "?"]
    )
    for resource in resources(changed, "Observation", "Condition", "MedicationRequest"):
        resource[rng.choice(["recorder", "requester", "encounter", "asserter"])] = {"display": "zz"}
    same(door(bundle), door(changed))
    return True


@relation("M57", "H66")
def one_rule_less(door: Door, bundle: Json, rng: random.Random) -> bool:
    one = door(bundle)
    ruled = sorted({line.rule for line in one.ledger.orders if line.rule and line.order != "@patient"})
    if not ruled:
        return False
    gone = rng.choice(ruled)
    other = without({gone}).evaluate(bundle, now=NOW)
    before, after = _lines(one), _lines(other)
    assert gone not in {rule for _, rule in after}
    assert {key: line for key, line in before.items() if key[1] != gone} == {
        key: line for key, line in after.items() if key[1] is not None or key in before
    }
    return True


@relation("M58", "H59")
def deadline(door: Door, bundle: Json, rng: random.Random) -> bool:
    unlimited = door(bundle)
    steps = rng.randrange(0, len(unlimited.ledger.orders) + 2)
    ticks = iter([0.0] + [0.0] * steps + [9.0] * 999)
    limited = door(bundle, deadline=1.0, clock=lambda: next(ticks))
    for line, other in zip(unlimited.ledger.orders, limited.ledger.orders, strict=True):
        assert other == line or (other.outcome, other.reason) == (words.CANNOT_TELL, "deadline"), other
    assert len(unlimited.ledger.inputs) == len(limited.ledger.inputs)
    late = any(line.reason == "deadline" for line in limited.ledger.orders)
    assert late == ("deadline-hit" in limited.ledger.flags)
    return True


class _Raising:
    """A knowledge in which one rule fails whenever it is judged; all else is that of the knowledge behind it."""

    def __init__(self, behind: Knowledge, failing: str) -> None:
        self.behind, self.failing = behind, failing

    def __getattr__(self, name: str) -> Any:
        return getattr(self.behind, name)

    def rules_for(self, drug: str) -> tuple[Any, ...]:
        return tuple(self._broken(rule) for rule in self.behind.rules_for(drug))

    def _broken(self, rule: Any) -> Any:
        if rule.id != self.failing:
            return rule

        def fail(environment: Any) -> bool:
            raise ZeroDivisionError("on purpose")

        cases = tuple(replace(case, test=fail) for case in rule.populations[0].cases)
        return replace(rule, populations=(replace(rule.populations[0], cases=cases, when=None, condition=None),))


@relation("M59", "H58")
def one_rule_fails(door: Door, bundle: Json, rng: random.Random) -> bool:
    one = door(bundle)
    ruled = sorted({line.rule for line in one.ledger.orders if line.rule and line.order != "@patient"})
    if not ruled:
        return False
    knowledge = _Raising(engine().knowledge, rng.choice(ruled))
    failing = without(())
    failing.knowledge = cast(Knowledge, knowledge)
    failing._questions = Memory()  # which rules a drug has is remembered
    other = failing.evaluate(bundle, now=NOW)
    for line, found in zip(one.ledger.orders, other.ledger.orders, strict=True):
        if line.rule != knowledge.failing:
            assert line == found
        elif found.outcome != words.NOT_COVERED:
            assert (found.outcome, found.reason) == (words.CANNOT_TELL, "internal-error"), found
            assert any((found.order, found.rule) in card.lines for card in other.cards)
    return True


@relation("M60", "S20")
def the_same_again(door: Door, bundle: Json, rng: random.Random) -> bool:
    one = door(bundle)
    assert json.dumps(one.report()) == json.dumps(door(twin(bundle)).report())
    return True


@cache
def _reloaded() -> Watched:
    return Watched(Knowledge.bundled())


@relation("M61", "H56")
def reloaded_rules(door: Door, bundle: Json, rng: random.Random) -> bool:
    one, other = door(bundle), _with_rules_of_now(_reloaded()).evaluate(bundle, now=NOW)
    assert one.snapshot == other.snapshot
    assert json.dumps(one.report()) == json.dumps(other.report())
    return True


@relation("M53", "H57")
def two_packs(door: Door, bundle: Json, rng: random.Random) -> bool:
    everything = [rule.id for rule in engine().active_rules()]
    left = frozenset(rng.sample(everything, len(everything) // 2))
    halves = []
    for out in (left, frozenset(everything) - left):
        halves.append(_lines(without(out).evaluate(bundle, now=NOW)))
    whole = _lines(door(bundle))
    ruled = {key: line for half in halves for key, line in half.items() if key[1] is not None}
    assert ruled == {key: line for key, line in whole.items() if key[1] is not None}
    for key, line in whole.items():
        if key[1] is None:
            assert all(half[key] == line for half in halves)
    return True
