"""Metamorphic relations, group B: evidence goes away or becomes unreadable."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any, NamedTuple

import pmcds
from pmcds.model import words
from tests.evidence.bundles import Json, cards, decisions, patient_id, resources, twin, without_entry
from tests.evidence.relations import Door, relation


class Decisive(NamedTuple):
    """An ALERT that rests on one result alone: its line, and the result."""

    order: str
    rule: str
    result: Json


def decisive(door: Door, bundle: Json, rng: random.Random) -> Decisive | None:
    """An alert with one result as its only evidence, or None."""
    found = []
    by_key = {f"{r['resourceType']}/{r.get('id')}": r for r in resources(bundle, "Observation")}
    for line in door(bundle).ledger.orders:
        results = [key for key in line.evidence if key in by_key]
        if line.outcome == words.ALERT and len(results) == 1 and line.rule:
            found.append(Decisive(line.order, line.rule, by_key[results[0]]))
    return rng.choice(found) if found else None


def _edited(bundle: Json, target: Json, edit: Callable[[Json], Any]) -> Json:
    changed = twin(bundle)
    for resource in resources(changed, target["resourceType"]):
        if resource.get("id") == target.get("id"):
            edit(resource)
    return dict(changed)


def _line(result: pmcds.Result, case: Decisive) -> Any:
    return next(line for line in result.ledger.orders if (line.order, line.rule) == (case.order, case.rule))


def _ignored(result: pmcds.Result, case: Decisive) -> str | None:
    key = f"Observation/{case.result['id']}"
    return next(line.ignored for line in result.ledger.inputs if line.resource == key)


def _blurs(door: Door, bundle: Json, case: Decisive, edit: Callable[[Json], Any], reason: str) -> pmcds.Result:
    """The line is in doubt for the stated reason, and what cannot be told is shown."""
    after = door(_edited(bundle, case.result, edit))
    line = _line(after, case)
    gone = _line(door(without_entry(bundle, case.result)), case)
    if gone.outcome == words.ALERT:
        assert line.outcome in (words.ALERT, words.CANNOT_TELL), line
        return after
    assert line.outcome == words.CANNOT_TELL, line
    # A variant of which nothing may be read has no class of source either; the line may say that instead.
    assert {reason, "source-class-unknown"} & {line.reason, *line.also}, line
    assert not line.quiet or reason in words.QUIET_REASONS, line
    return after


def _absent(door: Door, bundle: Json, case: Decisive, edit: Callable[[Json], Any], ignored: str) -> None:
    """As if the result were not there, but for its own input line.

    A report that lists a void result says nothing more; one that lists somebody else's result misses its own.
    """
    left = without_entry(bundle, case.result)
    if ignored == "other-patient":
        left = twin(bundle)
        left["entry"] = [entry for entry in left["entry"] if entry["resource"] != case.result]
    after, gone = door(_edited(bundle, case.result, edit)), door(left)
    assert decisions(after) == decisions(gone), "decision lines"
    assert cards(after) == cards(gone), "cards"
    assert _ignored(after, case) == ignored


def _listed(bundle: Json, result: Json) -> bool:
    """True if a report lists the result: it then lends it its subject."""
    reports = resources(bundle, "DiagnosticReport")
    return any(one.get("reference") == f"Observation/{result['id']}" for r in reports for one in r.get("result", []))


def _loss(
    number: str, hazard: str, edit: Callable[[Json, random.Random], Any], reason: str, ignored: str | None
) -> None:
    """Register a relation that blurs the decisive result."""

    @relation(number, hazard)
    def check(door: Door, bundle: Json, rng: random.Random) -> bool:
        case = decisive(door, bundle, rng)
        if case is None or (number == "M34" and _listed(bundle, case.result)):
            return False
        after = _blurs(door, bundle, case, lambda resource: edit(resource, rng), reason)
        if ignored is not None:
            assert _ignored(after, case) == ignored, (_ignored(after, case), ignored)
        return True


_MODIFIER = [{"url": "http://example.org/not", "valueBoolean": True}]
_loss(
    "M31a", "H04", lambda r, rng: r.update(status=rng.choice(["preliminary", "partial"][:1])), "result-not-final", None
)
_loss("M31b", "H04", lambda r, rng: r.update(status="registered"), "result-pending", None)
_loss(
    "M32",
    "H06",
    lambda r, rng: r.update(
        status=rng.choice([None, "Final", "FINAL", "finalish", " final ", "\uff46inal", 1, ["final"]])
    ),
    "status-unreadable",
    "status-unreadable",
)
_loss("M34", "H02", lambda r, rng: r.pop("subject"), "no-subject", "no-subject")
_loss("M35", "H49", lambda r, rng: r.update(modifierExtension=_MODIFIER), "modifier", "modifier")
_loss("M48", "H48", lambda r, rng: r.update(effectiveDateTime="2027-06-01"), "future-dated", None)


@relation("M36", "H36")
def value_absent(door: Door, bundle: Json, rng: random.Random) -> bool:
    case = decisive(door, bundle, rng)
    if case is None or not any(name.startswith("value") for name in case.result):
        return False
    absent = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/data-absent-reason", "code": "error"}]}
    _blurs(door, bundle, case, lambda resource: resource.update(dataAbsentReason=absent), "value-absent")
    return True


@relation("M30", "H05")
def void_result(door: Door, bundle: Json, rng: random.Random) -> bool:
    case = decisive(door, bundle, rng)
    if case is None:
        return False
    status = rng.choice(["entered-in-error", "cancelled"])
    _absent(door, bundle, case, lambda resource: resource.update(status=status), "void-status")
    return True


@relation("M33", "H01")
def result_of_somebody_else(door: Door, bundle: Json, rng: random.Random) -> bool:
    case = decisive(door, bundle, rng)
    if case is None:
        return False
    me = patient_id(bundle)
    other = rng.choice([f"Patient/{me}{me}", f"Patient/x{me}", f"Patient/{me}1", f"https://other.example/Patient/{me}"])
    _absent(door, bundle, case, lambda resource: resource.update(subject={"reference": other}), "other-patient")
    return True


def _value_concept(resource: Json) -> Json | None:
    value = resource.get("valueCodeableConcept")
    return value if isinstance(value, dict) and value.get("coding") else None


@relation("M37", "H55")
def unknown_value_code(door: Door, bundle: Json, rng: random.Random) -> bool:
    case = decisive(door, bundle, rng)
    if case is None or _value_concept(case.result) is None:
        return False

    def edit(resource: Json) -> None:
        for coding in resource["valueCodeableConcept"]["coding"]:
            coding.update(code="LA0-0", display="zzz")
        resource["valueCodeableConcept"].pop("text", None)

    after = door(_edited(bundle, case.result, edit))
    line = _line(after, case)
    if line.outcome != words.ALERT:
        assert line.outcome == words.CANNOT_TELL, line
        assert line.reason != "no-result" or line.also, line
    return True


@relation("M38", "H35")
def result_code_without_system(door: Door, bundle: Json, rng: random.Random) -> bool:
    case = decisive(door, bundle, rng)
    if case is None:
        return False
    local = rng.choice([None, "http://example.org/local"])

    def edit(resource: Json) -> None:
        resource["code"] = {"coding": [{"system": local, "code": "q-1"}]}
        for component in resource.get("component", []):
            component["code"] = {"coding": [{"system": local, "code": "c-1"}]}

    after = door(_edited(bundle, case.result, edit))
    line = _line(after, case)
    if line.outcome != words.ALERT:
        assert line.outcome == words.CANNOT_TELL, line
        assert line.reason != "no-result" or line.also, line
        assert _ignored(after, case) in ("uncoded-result", "unknown-code"), _ignored(after, case)
    return True


@relation("M40", "H64")
def withheld_result(door: Door, bundle: Json, rng: random.Random) -> bool:
    case = decisive(door, bundle, rng)
    if case is None:
        return False
    label = {"security": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "GDIS"}]}
    after = door(_edited(bundle, case.result, lambda resource: resource.update(meta=label)))
    line = _line(after, case)
    assert line.outcome in (words.CANNOT_TELL, words.ALERT), line
    assert _ignored(after, case) == "withheld"

    def hollow(resource: Json) -> None:
        resource["meta"] = label
        for name in [name for name in resource if name.startswith(("value", "component", "interpretation"))]:
            resource[name] = rng.choice([[], {"text": "anything"}])

    other = door(_edited(bundle, case.result, hollow))
    assert decisions(after) == decisions(other), "decision lines"
    assert cards(after) == cards(other), "cards"
    return True


@relation("M41", "H42")
def drug_that_nobody_knows(door: Door, bundle: Json, rng: random.Random) -> bool:
    orders = [order for order in resources(bundle, "MedicationRequest") if "medicationCodeableConcept" in order]
    if not orders:
        return False
    order = rng.choice(orders)
    how = rng.choice(["text", "code", "reference"])

    def edit(resource: Json) -> None:
        del resource["medicationCodeableConcept"]
        if how == "reference":
            resource["medicationReference"] = {"reference": "Medication/nowhere"}
        elif how == "text":
            resource["medicationCodeableConcept"] = {"text": "zzyzx tablets"}
        else:
            resource["medicationCodeableConcept"] = {"coding": [{"system": "urn:local", "code": "4711"}]}

    after = door(_edited(bundle, order, edit))
    lines = [line for line in after.ledger.orders if line.order == f"MedicationRequest/{order['id']}"]
    assert [(line.rule, line.outcome) for line in lines] == [(None, words.CANNOT_TELL)], lines
    assert lines[0].reason == ("drug-unresolved" if how == "reference" else "drug-unrecognized"), lines
    return True


def _order_ends(number: str, hazard: str, edit: Callable[[Json, random.Random], str]) -> None:
    @relation(number, hazard)
    def check(door: Door, bundle: Json, rng: random.Random) -> bool:
        orders = resources(bundle, "MedicationRequest")
        if not orders:
            return False
        order = rng.choice(orders)
        wanted: list[str] = []
        after = door(_edited(bundle, order, lambda resource: wanted.append(edit(resource, rng))))
        key = f"MedicationRequest/{order['id']}"
        assert not [line for line in after.ledger.orders if line.order == key]
        assert not [card for card in after.cards if card.order == key]
        assert [line.ignored for line in after.ledger.inputs if line.resource == key] == wanted
        return True


def _ended(resource: Json, rng: random.Random) -> str:
    resource["status"] = rng.choice(["stopped", "cancelled", "completed", "entered-in-error"])
    return "void-status" if resource["status"] == "entered-in-error" else "not-current"


def _forbidden(resource: Json, rng: random.Random) -> str:
    resource["doNotPerform"] = True
    return "do-not-perform"


_order_ends("M42", "H39", _ended)
_order_ends("M43", "H39", _forbidden)


@relation("M45", "H50")
def cut_short(door: Door, bundle: Json, rng: random.Random) -> bool:
    changed = twin(bundle)
    how = rng.choice(["next", "total", "subsetted"])
    if how == "next":
        changed["link"] = [{"relation": "next", "url": "https://fhir.example.org/r4?page=2"}]
    elif how == "total":
        changed.update(type="searchset", total=len(changed["entry"]) + 5)
    else:
        tag = {"system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue", "code": "SUBSETTED"}
        changed["meta"] = {"tag": [tag]}
    before = {(line.order, line.rule): line for line in door(bundle).ledger.orders}
    for line in door(changed).ledger.orders:
        old = before[(line.order, line.rule)]
        if old.outcome == words.ALERT and line.outcome != words.ALERT:
            # A condition that may be missing leaves several cases open: the most cautious shows, the alert's is one.
            assert line.outcome == words.CANNOT_TELL and not line.quiet, (how, line)
            assert set(old.cases) <= set(line.cases), (how, line)
        if old.outcome == words.CANNOT_TELL and old.reason == "no-result":
            told = ("truncated", "step-limit")
            assert line.reason in told or "truncated" in line.also, (how, line)
            assert not line.quiet, (how, line)
    return True


@relation("M49", "H23")
def answer_that_is_not_present(door: Door, bundle: Json, rng: random.Random) -> bool:
    case = decisive(door, bundle, rng)
    value = _value_concept(case.result) if case is not None else None
    if case is None or value is None or value["coding"][0].get("code") != "LA9633-4":
        return False
    code, outcome, reason = rng.choice(
        [
            ("LA18198-4", words.CANNOT_TELL, "no-call"),
            ("LA11884-6", words.CANNOT_TELL, "indeterminate"),
            ("LA9634-2", "", ""),
        ]
    )
    concept = {"coding": [{"system": "http://loinc.org", "code": code}]}
    line = _line(
        door(_edited(bundle, case.result, lambda resource: resource.update(valueCodeableConcept=concept))), case
    )
    if outcome:
        assert line.outcome in (outcome, words.ALERT), line
        assert line.outcome == words.ALERT or reason in (line.reason, *line.also), line
    else:
        assert line.outcome in (words.CLEAR, words.CANNOT_TELL, words.ALERT), line
        assert not [x for x in line.evidence if x == f"Observation/{case.result['id']}" and line.outcome == words.ALERT]
    return True
