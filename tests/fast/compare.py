"""The fast path beside the complete one: what nobody asks for is left unread in the first and read in the second.

`lean` is what everybody runs. `thorough` reads all the same and must give the same bytes of cards and ledger. `whole`
does not know what is asked: its cards and decision lines are the same, and an input line may differ only where the
lean one says `not-relevant` of something that the whole one does not use either; or where the whole one calls a
resource that neither uses the copy of another, which the lean one left unread.
"""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pmcds
from pmcds.knowledge import Knowledge
from tests.evidence.torture import EDITS, edited, nodes

NOW = datetime(2026, 6, 1, tzinfo=UTC)
Json = dict[str, Any]
LOINC, SNOMED = "http://loinc.org", "http://snomed.info/sct"
UCUM = "http://unitsofmeasure.org"
# Numbers over the limits in what nobody asks for are refused only where it is read.
_ONLY_WHERE_READ = ("exponent-too-large", "number-too-long")


class Thorough(pmcds.Engine):
    _thorough = True


class Whole(pmcds.Engine):
    def _asked(self, selection: Any) -> None:
        return None


@dataclass(frozen=True)
class Engines:
    lean: pmcds.Engine
    thorough: pmcds.Engine
    whole: pmcds.Engine

    @classmethod
    def of(cls, knowledge: Knowledge | None = None) -> Engines:
        knowledge = knowledge if knowledge is not None else Knowledge.bundled()
        return cls(pmcds.Engine(knowledge), Thorough(knowledge), Whole(knowledge))


def told(engine: pmcds.Engine, source: Any, **asked: Any) -> Mapping[str, Any]:
    """Cards and ledger, or the refusal."""
    try:
        result = engine.evaluate(source, now=NOW, **asked)
    except pmcds.InputError as error:
        return {"refused": error.code, "where": error.where}
    return {"response": result.to_dict(), "ledger": result.ledger.to_dict()}


def differences(engines: Engines, source: Any, **asked: Any) -> list[str]:
    """What differs between the paths; nothing may."""
    lean, thorough = told(engines.lean, source, **asked), told(engines.thorough, source, **asked)
    found = []
    if json.dumps(lean) != json.dumps(thorough):
        found.append(f"lean and thorough: {_first(lean, thorough)}")
    whole = told(engines.whole, source, **asked)
    if whole.get("refused") in _ONLY_WHERE_READ:
        return found
    if "ledger" not in lean or "ledger" not in whole:
        return found if lean == whole else [*found, f"lean and whole: {_first(lean, whole)}"]
    if json.dumps(lean["response"]) != json.dumps(whole["response"]):
        found.append(f"cards: {_first(lean['response'], whole['response'])}")
    if lean["ledger"]["orders"] != whole["ledger"]["orders"]:
        found.append(f"decisions: {_first(lean['ledger']['orders'], whole['ledger']['orders'])}")
    for mine, theirs in zip(lean["ledger"]["inputs"], whole["ledger"]["inputs"], strict=True):
        if mine != theirs and not _may_differ(mine, theirs):
            found.append(f"input: {mine} and {theirs}")
    return found


def _may_differ(mine: Mapping[str, Any], theirs: Mapping[str, Any]) -> bool:
    """Whether the line of a resource that nobody uses says less because something was left unread."""
    if "used" in mine or "used" in theirs:
        return False
    return mine["ignored"] == "not-relevant" or theirs["ignored"] == "duplicate-of"


def _first(one: Any, other: Any, place: str = "") -> str:
    """Where two values differ first."""
    if isinstance(one, dict) and isinstance(other, dict):
        for name in dict.fromkeys((*one, *other)):
            if one.get(name) != other.get(name):
                return _first(one.get(name), other.get(name), f"{place}/{name}")
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for number, (mine, theirs) in enumerate(zip(one, other, strict=True)):
            if mine != theirs:
                return _first(mine, theirs, f"{place}/{number}")
    return f"{place}: {one!r} and {other!r}"


# What fills a record


def _concept(system: str, code: str, display: str | None = None) -> Json:
    coding = {"system": system, "code": code, **({"display": display} if display else {})}
    return {"coding": [coding], **({"text": display} if display else {})}


def _observation(code: Json, **members: Any) -> Json:
    return {
        "resourceType": "Observation", "status": "final", "code": code, "effectiveDateTime": "2026-03-02", **members,
    }  # fmt: skip


def _number(value: Any, unit: str) -> Json:
    return {"valueQuantity": {"value": value, "unit": unit, "system": UCUM, "code": unit}}


def _gene(symbol: str, hgnc: str, value: str, **members: Any) -> Json:
    named = _concept("http://www.genenames.org", hgnc, symbol)
    studied = {"code": _concept(LOINC, "48018-6"), "valueCodeableConcept": named}
    return _observation(
        _concept(LOINC, "84413-4", "Genotype display name"),
        valueCodeableConcept=_concept("http://www.pharmvar.org", value, value),
        component=[studied],
        **members,
    )


def _condition(code: Json, **members: Any) -> Json:
    return {"resourceType": "Condition", "clinicalStatus": {"coding": [{"code": "active"}]}, "code": code, **members}


EVERYDAY: tuple[Json, ...] = (
    _observation(_concept(LOINC, "2160-0", "Creatinine"), **_number(0.9, "mg/dL")),
    _observation(_concept(LOINC, "2823-3", "Potassium"), **_number(4.1, "mmol/L")),
    _observation(_concept(LOINC, "718-7", "Hemoglobin"), **_number(13.2, "g/dL")),
    _observation(_concept(LOINC, "29463-7", "Body weight"), **_number(70, "kg")),
    _observation(_concept(LOINC, "8867-4", "Heart rate"), **_number(61, "/min")),
    _observation(_concept(LOINC, "32546-4", "G6PD"), **_number(2.1, "U/g{Hb}")),
    _observation(_concept("https://local.example.org", "X1", "something"), valueString="positive"),
    _gene("CYP2C19", "HGNC:2621", "CYP2C19 *1/*17"),
    _gene("CYP2D6", "HGNC:2625", "CYP2D6 *4/*4"),
    _gene("NUDT15", "HGNC:23063", "NUDT15 *1/*3"),
    _gene("CYP2C9", "HGNC:2623", "CYP2C19 *2/*3"),
    _gene("ABCD9", "HGNC:99999", "*1/*2"),
    _gene("CYP3A5", "HGNC:2638", "CYP3A5 *3/*3", method=_concept(LOINC, "LA26398-0")),
    _condition(_concept(SNOMED, "38341003", "Hypertensive disorder")),
    _condition(_concept(SNOMED, "230690007", "Stroke")),
    _condition(_concept(SNOMED, "254837009", "Breast cancer")),
    _condition({"text": "Family history of stroke"}),
    _condition({"coding": [{"system": SNOMED, "code": "999999999"}]}),
    {"resourceType": "Procedure", "status": "completed", "code": _concept(SNOMED, "415070008", "PCI")},
    {"resourceType": "Encounter", "status": "finished"},
    {"resourceType": "DiagnosticReport", "status": "final", "code": _concept(LOINC, "51969-4")},
)


def _patient_of(bundle: Json) -> str | None:
    for entry in bundle.get("entry") or ():
        resource = entry.get("resource") if isinstance(entry, dict) else None
        if isinstance(resource, dict) and resource.get("resourceType") == "Patient" and resource.get("id"):
            return f"Patient/{resource['id']}"
    return None


def filled(bundle: Json, rng: random.Random, most: int = 8) -> Json:
    """The bundle with everyday resources of the same patient among its own."""
    patient = _patient_of(bundle)
    if patient is None or not isinstance(bundle.get("entry"), list):
        return bundle
    for number in range(rng.randint(0, most)):
        resource = copy.deepcopy(rng.choice(EVERYDAY)) | {"id": f"everyday-{number}", "subject": {"reference": patient}}
        bundle["entry"].insert(rng.randint(0, len(bundle["entry"])), {"resource": resource})
    return bundle


# What may be wrong with it


def _resources(bundle: Any) -> list[Json]:
    entries = bundle.get("entry") if isinstance(bundle, dict) else None
    listed = entries if isinstance(entries, list) else []
    found = [entry.get("resource") for entry in listed if isinstance(entry, dict)]
    return [resource for resource in found if isinstance(resource, dict)]


def _blank(bundle: Json, rng: random.Random) -> None:
    resources = _resources(bundle)
    if resources:
        resource = rng.choice(resources)
        places = list(nodes(resource))
        if places:
            edited(resource, rng.choice(places), rng.choice(EDITS))


def _again(bundle: Json, rng: random.Random) -> None:
    """A copy, another version, or the same content under another id."""
    resources = _resources(bundle)
    if resources:
        twin = copy.deepcopy(rng.choice(resources))
        change = rng.choice(("same", "id", "status", "code", "version"))
        if change == "id":
            twin["id"] = "again"
        elif change == "status":
            twin["status"] = rng.choice(("entered-in-error", "amended", "preliminary", "cancelled"))
        elif change == "code":
            twin["code"] = copy.deepcopy(rng.choice(EVERYDAY).get("code"))
        elif change == "version":
            twin["meta"] = {"versionId": str(rng.randint(1, 9)), "lastUpdated": "2026-04-01T00:00:00Z"}
        bundle["entry"].insert(rng.randint(0, len(bundle["entry"])), {"resource": twin})


def _swap(bundle: Json, rng: random.Random) -> None:
    """A member of one resource in another."""
    resources = _resources(bundle)
    if len(resources) > 1:
        one, other = rng.sample(resources, 2)
        name = rng.choice([name for name in other if name != "resourceType"] or ["id"])
        if name in other:
            one[name] = copy.deepcopy(other[name])


_ADDED: tuple[Json, ...] = (
    {"status": "preliminary"},
    {"status": "entered-in-error"},
    {"modifierExtension": [{"url": "https://example.org/not", "valueBoolean": True}]},
    {"extension": [{"url": "https://example.org/what", "valueString": "ever"}]},
    {"subject": {"reference": "Patient/somebody-else"}},
    {"subject": None},
    {"meta": {"security": [{"code": "GDIS"}]}},
    {"meta": {"security": [{"code": "R"}]}},
    {"effectiveDateTime": "2031-01-01"},
    {"dataAbsentReason": {"coding": [{"code": "unknown"}]}},
    {"valueQuantity": {"value": 1e300, "code": "mg/dL", "system": UCUM}},
    {"valueQuantity": {"value": 7, "unit": "furlong"}},
    {"focus": [{"reference": "RelatedPerson/mother"}]},
    {"derivedFrom": [{"reference": "Observation/everyday-0"}]},
    {"interpretation": [{"coding": [{"code": "POS"}]}]},
    {"identifier": [{"system": "urn:x", "value": "1"}]},
    {"code": {"text": "CYP2C19 genotype"}},
    {"code": None},
    {"category": [{"coding": [{"code": "genomics"}]}]},
    {"verificationStatus": {"coding": [{"code": "refuted"}]}},
    {"contained": [{"resourceType": "Specimen", "id": "s", "type": {"text": "saliva"}}]},
)


def _add(bundle: Json, rng: random.Random) -> None:
    resources = _resources(bundle)
    if resources:
        rng.choice(resources).update(copy.deepcopy(rng.choice(_ADDED)))


def _consent(bundle: Json, rng: random.Random) -> None:
    if isinstance(bundle, dict) and isinstance(bundle.get("entry"), list):
        consent = {
            "resourceType": "Consent",
            "id": "consent",
            "status": "active",
            "patient": {"reference": _patient_of(bundle)},
            "provision": {"type": "deny", "securityLabel": [{"code": "GDIS"}]},
        }
        bundle["entry"].append({"resource": consent})


_Change = Callable[[Json, random.Random], None]
_CHANGES: tuple[_Change, ...] = (_blank, _blank, _blank, _add, _add, _again, _swap, _consent)


def mutated(bundle: Json, rng: random.Random) -> Json:
    """The bundle, filled, with up to four things wrong."""
    bundle = filled(bundle, rng)
    for _ in range(rng.randint(0, 4)):
        rng.choice(_CHANGES if rng.random() < 0.9 else (_consent,))(bundle, rng)
    return bundle


def mutants(texts: list[str], count: int, seed: int, first: int = 0) -> Iterator[tuple[int, Any, Mapping[str, Any]]]:
    """(number, source, arguments): sources are bytes, now and then dicts."""
    for number in range(first, count):
        rng = random.Random(f"{seed}/{number}")
        changed = mutated(json.loads(rng.choice(texts)), rng)
        asked = rng.choice(({"order": "clopidogrel"}, {"hook": "patient-view"}, *({},) * 8))
        separators = (",", ":") if rng.random() < 0.5 else None
        yield number, changed if rng.random() < 0.15 else json.dumps(changed, separators=separators).encode(), asked
