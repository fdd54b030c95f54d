"""What the tests of this room read: terms and genes, resources in a few words, an independent walker."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pmcds.fhir import Opened, Policy, ReadContext, open_input, read
from pmcds.model.findings import Finding, InputNote, Reading
from tests.fhir.observations.support import genes, terms
from tests.shared import SHARED

NOW = datetime(2026, 6, 1, tzinfo=UTC)
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
LOINC = "http://loinc.org"


def context(patient: str | None = None, **policy: Any) -> ReadContext:
    """A context at the fixed time of the tests."""
    return ReadContext(terms=terms(), genes=genes(), patient=patient, now=NOW, policy=Policy(**policy))


def reading(source: Any, patient: str | None = None, **policy: Any) -> Reading:
    """Open and read."""
    opened = open_input(source)
    return read(opened, context(patient or opened.patient, **policy))


def bundle(*resources: Any, kind: str = "collection", **members: Any) -> dict[str, Any]:
    """A Bundle of these resources."""
    return {"resourceType": "Bundle", "type": kind, **members, "entry": [{"resource": one} for one in resources]}


PATIENT: dict[str, Any] = {"resourceType": "Patient", "id": "p1", "gender": "female", "birthDate": "1961-05-17"}
SUBJECT = {"reference": "Patient/p1"}


def order(ident: str = "order-1", **members: Any) -> dict[str, Any]:
    """A draft order of clopidogrel."""
    concept = {"coding": [{"system": RXNORM, "code": "309362", "display": "clopidogrel 75 MG Oral Tablet"}]}
    stated = {
        "resourceType": "MedicationRequest",
        "id": ident,
        "status": "draft",
        "intent": "order",
        "subject": SUBJECT,
        "medicationCodeableConcept": concept,
        **members,
    }
    return {name: value for name, value in stated.items() if value is not None}


def creatinine(ident: str = "creat", value: Any = "0.9", **members: Any) -> dict[str, Any]:
    """A final laboratory value."""
    stated = {
        "resourceType": "Observation",
        "id": ident,
        "status": "final",
        "category": [{"coding": [{"code": "laboratory"}]}],
        "code": {"coding": [{"system": LOINC, "code": "2160-0"}]},
        "subject": SUBJECT,
        "effectiveDateTime": "2026-03-02",
        "valueQuantity": {"value": value, "system": "http://unitsofmeasure.org", "code": "mg/dL"},
        **members,
    }
    return {name: value for name, value in stated.items() if value is not None}


def condition(ident: str = "c1", code: str = "230690007", **members: Any) -> dict[str, Any]:
    """An active, confirmed disease (stroke)."""
    stated = {
        "resourceType": "Condition",
        "id": ident,
        "clinicalStatus": {"coding": [{"code": "active"}]},
        "verificationStatus": {"coding": [{"code": "confirmed"}]},
        "code": {"coding": [{"system": "http://snomed.info/sct", "code": code}]},
        "subject": SUBJECT,
        **members,
    }
    return {name: value for name, value in stated.items() if value is not None}


def note_of(found: Reading, resource: str) -> InputNote:
    """The first note of a resource."""
    return next(note for note in found.inputs if note.resource == resource)


def findings_of(found: Reading, resource: str, kind: str | None = None) -> list[Finding]:
    """Findings of one resource, of one kind if given."""
    return [f for f in found.findings if f.source.resource == resource and kind in (None, f.kind)]


def corpus(*folders: str) -> list[Path]:
    """Every JSON file of the reference corpus, or of some of its folders."""
    if SHARED is None:
        return []
    root = SHARED / "data" / "fhir"
    places = [root / folder for folder in folders] if folders else [root]
    return sorted(path for place in places for path in place.rglob("*.json"))


def requests() -> list[Path]:
    """Every CDS Hooks request of the reference corpus."""
    return sorted((SHARED / "data" / "cds-hooks" / "requests").glob("*.json")) if SHARED is not None else []


def rows() -> list[dict[str, Any]]:
    """The rows of expected-findings.jsonl."""
    assert SHARED is not None
    text = (SHARED / "data" / "fhir" / "expected-findings.jsonl").read_text("utf-8")
    return [json.loads(line) for line in text.splitlines() if line]


def walk(value: Any) -> Iterator[str]:
    """Pointers of all sites, found by the definition of a site and nothing else."""
    if isinstance(value, list):
        for place, member in enumerate(value):
            yield from _entry(member, f"/{place}")
    elif isinstance(value, dict) and "resourceType" not in value and {"hook", "context", "prefetch"} & set(value):
        for part in ("context", "prefetch"):
            for name, member in (value.get(part) or {}).items():
                if part == "context" or not isinstance(member, list):
                    yield from _member(member, f"/{part}/{name}")
    elif isinstance(value, dict) and value:
        yield from _resource(value, "")


def _member(value: Any, pointer: str) -> Iterator[str]:
    if isinstance(value, list):
        for place, member in enumerate(value):
            yield from _member(member, f"{pointer}/{place}")
    elif isinstance(value, dict) and ("resourceType" in value or "entry" in value):
        yield from _resource(value, pointer)
    elif isinstance(value, dict) and isinstance(value.get("resource"), dict):
        yield from _resource(value["resource"], f"{pointer}/resource")


def _entry(entry: Any, pointer: str) -> Iterator[str]:
    resource = entry.get("resource") if isinstance(entry, dict) else None
    if isinstance(entry, dict) and "resourceType" in entry:
        yield from _resource(entry, pointer)
    elif isinstance(resource, dict) and resource:
        yield from _resource(resource, f"{pointer}/resource")
    else:
        yield pointer


def _resource(value: Any, pointer: str) -> Iterator[str]:
    if not isinstance(value, dict):
        return
    if value.get("resourceType") == "Bundle" or ("resourceType" not in value and "entry" in value):
        for place, entry in enumerate(value.get("entry") or []):
            yield from _entry(entry, f"{pointer}/entry/{place}")
        return
    yield pointer
    for place, inner in enumerate(value.get("contained") or []):
        yield from _resource(inner, f"{pointer}/contained/{place}")
    if value.get("resourceType") == "Parameters":
        yield from _parameters(value.get("parameter"), f"{pointer}/parameter")


def _parameters(parameters: Any, pointer: str) -> Iterator[str]:
    for place, parameter in enumerate(parameters or []):
        yield from _resource(parameter.get("resource"), f"{pointer}/{place}/resource")
        yield from _parameters(parameter.get("part"), f"{pointer}/{place}/part")


def opened_from(path: Path) -> Opened:
    """A file of the corpus, opened from its bytes."""
    return open_input(path.read_bytes())
