"""Metamorphic relations, group A: what changes nothing. Each has its id from the specification of the battery."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pmcds
from tests.evidence.bundles import (
    Json,
    cards,
    concepts,
    decisions,
    face,
    inputs,
    outcomes,
    patient_id,
    resources,
    shuffled,
    texts,
    twin,
    walk,
)

# A check gets an engine's door, a bundle and a source of chance; it returns False where it does not apply.
Door = Callable[..., pmcds.Result]
Check = Callable[[Door, Json, random.Random], bool]


@dataclass(frozen=True)
class Relation:
    """A relation by id; `hazard` is what it guards against."""

    id: str
    check: Check
    hazard: str = ""


REGISTRY: dict[str, Relation] = {}


def relation(number: str, hazard: str = "") -> Callable[[Check], Check]:
    """Register a check under its id."""

    def register(check: Check) -> Check:
        REGISTRY[number] = Relation(number, check, hazard)
        return check

    return register


def same(one: pmcds.Result, other: pmcds.Result, *, with_inputs: bool = True, with_cards: bool = True) -> None:
    """Cards, decision lines and (by resource, not by position) input lines are equal."""
    assert decisions(one) == decisions(other), "decision lines"
    if with_cards:
        assert cards(one) == cards(other), "cards"
    if with_inputs:
        assert inputs(one) == inputs(other), "input lines"


@relation("M01")
def white_space_and_key_order(door: Door, bundle: Json, rng: random.Random) -> bool:
    moved = shuffled(bundle, rng)
    text = json.dumps(moved, indent=rng.choice([None, 1, 7]), ensure_ascii=rng.random() < 0.5)
    one, other = door(bundle), door(text.encode())
    same(one, other)
    assert one.ledger.to_dict() == other.ledger.to_dict()
    return True


@relation("M02", "H35")
def order_of_codings(door: Door, bundle: Json, rng: random.Random) -> bool:
    moved = twin(bundle)
    walk(moved, lambda item: rng.shuffle(item["coding"]) if isinstance(item.get("coding"), list) else None)
    same(door(bundle), door(moved))
    return True


@relation("M03")
def order_of_entries(door: Door, bundle: Json, rng: random.Random) -> bool:
    moved = twin(bundle)
    rng.shuffle(moved["entry"])
    same(door(bundle), door(moved))
    return True


@relation("M04", "H01")
def unread_resources(door: Door, bundle: Json, rng: random.Random) -> bool:
    subject = {"reference": f"Patient/{patient_id(bundle)}"}
    extra = twin(bundle)
    count = rng.randrange(1, 4)
    for place in range(count):
        kind = rng.choice(["Encounter", "Appointment", "Observation"])
        resource: Json = {"resourceType": kind, "id": f"x{place}", "status": "final", "subject": subject}
        if kind == "Observation":
            resource["code"] = {"coding": [{"system": "http://loinc.org", "code": "8302-2"}]}
            resource["category"] = [{"coding": [{"code": "vital-signs"}]}]
            resource["valueQuantity"] = {"value": 180, "unit": "cm"}
        extra["entry"].insert(rng.randrange(len(extra["entry"]) + 1), {"resource": resource})
    one, other = door(bundle), door(extra)
    same(one, other, with_inputs=False)
    added = [line for line in other.ledger.inputs if line.resource.split("/")[-1].startswith("x")]
    assert len(added) == count
    assert {line.ignored for line in added} <= {"type-not-read", "not-relevant"}
    return True


def _with_stranger(bundle: Json) -> Json:
    me = patient_id(bundle)
    mixed = twin(bundle)
    for place, entry in enumerate(json.loads(json.dumps(bundle).replace(f"Patient/{me}", "Patient/somebody"))["entry"]):
        resource = entry["resource"]
        if resource["resourceType"] in ("Organization", "Medication", "Practitioner"):
            continue
        resource["id"] = "somebody" if resource["resourceType"] == "Patient" else f"stranger{place}"
        mixed["entry"].append({"resource": resource})
    return dict(mixed)


@relation("M05", "H01")
def another_patients_record(door: Door, bundle: Json, rng: random.Random) -> bool:
    one = door(bundle)
    other = door(_with_stranger(bundle), patient=f"Patient/{patient_id(bundle)}")
    same(one, other, with_inputs=False)
    assert "multi-patient-input" in other.ledger.flags
    assert "stranger" not in cards(other)
    assert not [line for line in other.ledger.inputs if "stranger" in line.resource and line.used]
    return True


@relation("M06", "H01")
def what_the_stranger_has_does_not_matter(door: Door, bundle: Json, rng: random.Random) -> bool:
    mixed = _with_stranger(bundle)
    noise = twin(mixed)
    for resource in resources(noise):
        if resource.get("subject", resource.get("patient")) != {"reference": "Patient/somebody"}:
            continue
        for name in list(resource):
            if name not in ("resourceType", "id", "subject", "patient", "contained"):
                resource[name] = rng.choice([None, 0, "noise", [], {"coding": [{"code": "x"}]}, [{"a": [1]}]])
    patient = f"Patient/{patient_id(bundle)}"
    same(door(mixed, patient=patient), door(noise, patient=patient), with_inputs=False)
    return True


@relation("M07", "H50")
def pages(door: Door, bundle: Json, rng: random.Random) -> bool:
    if len(bundle["entry"]) < 2:
        return False
    cut = rng.randrange(1, len(bundle["entry"]))
    head = {key: value for key, value in bundle.items() if key not in ("entry", "link", "total")}
    parts = [{**head, "entry": bundle["entry"][:cut]}, {**head, "entry": bundle["entry"][cut:]}]
    nested = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": part} for part in parts]}
    same(door(bundle), door(nested))
    return True


@relation("M08", "H08")
def repeated_entry(door: Door, bundle: Json, rng: random.Random) -> bool:
    times = rng.randrange(1, 4)
    repeated = twin(bundle)
    repeated["entry"] += [twin(rng.choice(bundle["entry"]))] * times
    one, other = door(bundle), door(repeated)
    same(one, other, with_inputs=False)
    extra = {line.ignored for line in other.ledger.inputs[-times:]}
    # Of a stranger's entry the copy is a stranger's too.
    assert extra <= {"duplicate-of", "not-relevant", "type-not-read", "other-patient"}, extra
    return True


@relation("M10", "H53")
def style_of_references(door: Door, bundle: Json, rng: random.Random) -> bool:
    bases = {e["fullUrl"].rsplit("/", 2)[0] for e in bundle["entry"] if str(e.get("fullUrl", "")).startswith("https")}
    if len(bases) != 1:
        return False
    base = bases.pop()
    style = rng.choice(["absolute", "versioned"])

    def restyle(name: str, text: str) -> str:
        if name != "reference" or not re.fullmatch(r"[A-Z][A-Za-z]+/[\w.-]+", text):
            return text
        return f"{base}/{text}" if style == "absolute" else f"{text}/_history/1"

    same(door(bundle), door(texts(bundle, restyle)))
    return True


@relation("M11", "H54")
def shape_of_orders(door: Door, bundle: Json, rng: random.Random) -> bool:
    changed = twin(bundle)
    found = False
    for resource in resources(changed, "MedicationRequest", "MedicationStatement"):
        if "medicationCodeableConcept" in resource:
            resource["medication"] = {"concept": resource.pop("medicationCodeableConcept")}
            found = True
    if found:
        same(door(bundle), door(changed))
    return found


@relation("M12", "H52")
def type_of_bundle(door: Door, bundle: Json, rng: random.Random) -> bool:
    changed = {**twin(bundle), "type": rng.choice(["searchset", "collection", "batch-response", "document", "message"])}
    if changed["type"] == "batch-response":
        for entry in changed["entry"]:
            entry["response"] = {"status": "200 OK"}
    same(door(bundle), door(changed))
    return True


@relation("M13", "H35")
def unknown_system_beside_a_known_one(door: Door, bundle: Json, rng: random.Random) -> bool:
    changed = twin(bundle)
    several = list(concepts(changed))
    if not several:
        return False
    concept = rng.choice(several)
    concept["coding"].insert(rng.randrange(2), {"system": "http://example.org/local", "code": "x-17"})
    same(door(bundle), door(changed))
    return True


@relation("M14", "H35")
def words_beside_codes(door: Door, bundle: Json, rng: random.Random) -> bool:
    changed = twin(bundle)
    for resource in resources(changed):
        resource["text"] = {"status": "generated", "div": "<div>something else</div>"}
        if resource["resourceType"] != "Patient":
            resource["note"] = [{"text": "seen by the ward"}]
    for resource in resources(changed, "Condition", "Specimen"):
        for concept in concepts(resource):
            concept["text"] = "as coded"
    same(door(bundle), door(changed))
    return True


@relation("M16")
def null_and_unknown_members(door: Door, bundle: Json, rng: random.Random) -> bool:
    changed = twin(bundle)
    for resource in resources(changed):
        resource[rng.choice(["language", "extension", "implicitRules", "supportingInfo"])] = None
        resource["x-unknown"] = rng.choice([{"a": 1}, [1, 2], "text", True])
    same(door(bundle), door(changed))
    return True


@relation("M17")
def meta(door: Door, bundle: Json, rng: random.Random) -> bool:
    changed = twin(bundle)
    for resource in resources(changed):
        resource["meta"] = {
            "lastUpdated": f"2026-0{rng.randrange(1, 6)}-11T08:00:00Z",
            "profile": ["http://example.org/StructureDefinition/any"],
            "tag": [{"system": "http://example.org", "code": "blue"}],
        }
    same(door(bundle), door(changed))
    return True


@relation("M18", "H60")
def renamed_ids(door: Door, bundle: Json, rng: random.Random) -> bool:
    ids = {resource["id"]: f"r{place}-{rng.randrange(10**6)}" for place, resource in enumerate(resources(bundle))}
    if len(ids) != len(resources(bundle)):
        return False

    def rename(name: str, text: str) -> str:
        if name == "id":
            return ids.get(text, text)
        if name in ("reference", "fullUrl") and text.split("/")[-1] in ids:
            return "/".join([*text.split("/")[:-1], ids[text.split("/")[-1]]])
        return text

    def back(text: str) -> str:
        for old, new in ids.items():
            text = text.replace(new, old)
        return text

    one, other = door(bundle), door(texts(bundle, rename))

    def told(result: pmcds.Result) -> list[str]:
        lines = [{**line.to_dict(), "evidence": sorted(map(back, line.evidence))} for line in result.ledger.orders]
        return sorted(back(json.dumps(line, sort_keys=True)) for line in lines)

    assert told(one) == told(other)
    assert sorted(rest for _, *rest in face(one)) == sorted(rest for _, *rest in face(other))
    return True


@relation("M19", "H45")
def four_hundred_years_later(door: Door, bundle: Json, rng: random.Random) -> bool:
    def later(name: str, text: str) -> str:
        return re.sub(r"^(\d{4})(?=-\d\d)", lambda year: str(int(year[0]) + 400), text)

    from tests.evidence.goldens import NOW

    one = door(bundle)
    other = door(texts(bundle, later), now=NOW + timedelta(days=146_097))
    assert outcomes(one) == outcomes(other)
    assert face(one) == face(other)
    return True


@relation("M20", "H45")
def same_instant_elsewhere(door: Door, bundle: Json, rng: random.Random) -> bool:
    hours = timedelta(hours=rng.choice([-11, -5, 3, 9]))
    found: list[str] = []

    def elsewhere(name: str, text: str) -> str:
        if not re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:]+(Z|[+-]\d\d:\d\d)", text):
            return text
        instant = datetime.fromisoformat(text.replace("Z", "+00:00"))
        sign, minutes = ("-" if hours < timedelta(0) else "+"), abs(int(hours.total_seconds())) // 60
        found.append(text)
        return (instant.replace(tzinfo=None) - (instant.utcoffset() or timedelta(0)) + hours).isoformat() + (
            f"{sign}{minutes // 60:02}:{minutes % 60:02}"
        )

    changed: Any = texts(bundle, elsewhere)
    if not found:
        return False
    one, other = door(bundle), door(changed)
    assert outcomes(one) == outcomes(other)
    assert face(one) == face(other)
    return True
