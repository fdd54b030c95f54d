"""What may stand side by side in a record, scene by scene: a patient, an order, and things of which two are put in.

Each thing is a list of entries by name. All names of a scene are about the same question.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.evidence.bundles import Json
from tests.evidence.whole import LOINC, component, concept, drug, typed
from tests.fhir.material import PATIENT, SUBJECT

Entries = list[Json]
SNOMED = "http://snomed.info/sct"
REPLACES = "http://hl7.org/fhir/StructureDefinition/observation-replaces"
OTHER = "https://other.example.org/fhir"
CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
VERIFICATION = "http://terminology.hl7.org/CodeSystem/condition-ver-status"


@dataclass(frozen=True)
class Scene:
    """A name, the rule whose line is on record, what is always there, and the things that may be there."""

    name: str
    rule: str
    always: tuple[Json, ...]
    things: Mapping[str, Entries]


def entry(resource: Json, full_url: str | None = None) -> Json:
    """An entry of a Bundle."""
    return {"resource": resource} if full_url is None else {"fullUrl": full_url, "resource": resource}


def observation(ident: str, code: Json, **members: Any) -> Json:
    """A final result of patient p1."""
    stated = {"resourceType": "Observation", "id": ident, "status": "final", "code": code, "subject": SUBJECT,
              "effectiveDateTime": "2026-03-02"}  # fmt: skip
    return {name: value for name, value in {**stated, **members}.items() if value is not None}


def condition(ident: str, code: str, **members: Any) -> Json:
    """An active, confirmed disease."""
    stated = {"resourceType": "Condition", "id": ident, "subject": SUBJECT, "code": concept(code, SNOMED),
              "clinicalStatus": concept("active", CLINICAL),
              "verificationStatus": concept("confirmed", VERIFICATION)}  # fmt: skip
    return {name: value for name, value in {**stated, **members}.items() if value is not None}


def ways(result: Json) -> dict[str, Entries]:
    """Ways in which one result reaches a record, or does not count: identity, status, person, date, source."""
    own: Json = {**result, "id": "w"}
    kept = {name: value for name, value in own.items() if name != "subject"}
    ident = {"identifier": [{"system": "urn:lab", "value": "1"}]}
    stranger = {"resourceType": "Patient", "id": "p2"}
    parts = own.get("component", [])
    odd = {"extension": [{"url": REPLACES, "valueReference": {"reference": "Observation/g"}}]}
    report: Json = {"resourceType": "DiagnosticReport", "id": "r", "code": concept("51969-4"), "subject": SUBJECT,
                    "result": [{"reference": "Observation/w"}]}  # fmt: skip
    return {
        "under another id": [entry(own)],
        "id in capitals": [entry({**own, "id": "G"})],
        "same id": [entry({**own, "id": "g"})],
        "same id, version 2": [entry({**own, "id": "g", "meta": {"versionId": "2"}})],
        "same id, void": [entry({**own, "id": "g", "status": "entered-in-error", "meta": {"versionId": "2"}})],
        "same id, of another server": [entry({**own, "id": "g"}, f"{OTHER}/Observation/g")],
        "one identifier, later": [entry({**own, **ident, "effectiveDateTime": "2026-04-02"})],
        "one identifier, corrected": [entry({**own, **ident, "status": "corrected", "issued": "2026-03-09"})],
        "replaces g": [entry({**own, **odd})],
        "not final": [entry({**own, "status": "preliminary"})],
        "registered": [entry({**own, "status": "registered"})],
        "cancelled": [entry({**own, "status": "cancelled"})],
        "void": [entry({**own, "status": "entered-in-error"})],
        "odd status": [entry({**own, "status": "Final"})],
        "amended": [entry({**own, "status": "amended"})],
        "of a stranger": [entry({**own, "subject": {"reference": "Patient/p2"}}), entry(stranger)],
        "of nobody": [entry(kept)],
        "of a group": [entry({**own, "subject": {"reference": "Group/p1"}})],
        "about a relative": [entry({**own, "focus": [{"reference": "RelatedPerson/m"}]})],
        "of the patient elsewhere": [entry({**own, "subject": {"reference": f"{OTHER}/Patient/p1"}})],
        "of version 1 of the patient": [entry({**own, "subject": {"reference": "Patient/p1/_history/1"}})],
        "without date": [entry({k: v for k, v in own.items() if k != "effectiveDateTime"})],
        "of the future": [entry({**own, "effectiveDateTime": "2026-12-02"})],
        "twenty years old": [entry({**own, "effectiveDateTime": "2006-03-02"})],
        "somatic": [entry({**own, "component": [*parts, component("48002-0", "LA6684-0")]})],
        "germline": [entry({**own, "component": [*parts, component("48002-0", "LA6683-2")]})],
        "with a modifier": [entry({**own, "modifierExtension": [{"url": "urn:x", "valueBoolean": True}]})],
        "in a final report": [entry({**report, "status": "final"}), entry(kept)],
        "in a void report": [entry({**report, "status": "entered-in-error"}), entry(own)],
        "in an early report": [entry({**report, "status": "preliminary"}), entry(own)],
        "derived from w": [entry(own), entry({**own, "id": "v", "derivedFrom": [{"reference": "Observation/w"}]})],
    }  # fmt: skip


def beside(gene: str) -> dict[str, Entries]:
    """What is said of a gene or a person without an allele."""
    said = concept("84413-4") | {"text": f"{gene} genotype"}
    named = [component("48018-6", "x") | {"valueCodeableConcept": {"text": gene}}]
    test: Json = {"resourceType": "ServiceRequest", "id": "t", "status": "active", "intent": "order",
                  "subject": SUBJECT, "code": {"text": f"{gene} genotyping"}}  # fmt: skip
    transplant = {"resourceType": "Procedure", "id": "bmt", "status": "completed", "subject": SUBJECT,
                  "code": concept("23719005", SNOMED), "performedDateTime": "2020-01-01"}  # fmt: skip
    consent = {"resourceType": "Consent", "id": "no", "status": "active", "patient": SUBJECT,
               "scope": concept("patient-privacy"), "category": [concept("59284-0")],
               "provision": {"type": "deny", "class": [{"code": "Observation"}]}}  # fmt: skip
    absent = {"dataAbsentReason": concept("error")}
    unknown: Json = {"text": "see report"}
    return {
        "nothing": [],
        "no call": [entry(observation("n", said, component=named, valueCodeableConcept={"text": "no call"}))],
        "indeterminate": [
            entry(observation("n", said, component=named, valueCodeableConcept={"text": "indeterminate"}))
        ],
        "see report": [entry(observation("n", said, component=named, valueCodeableConcept=unknown))],
        "no value": [entry(observation("n", said, component=named, **absent))],
        "unknown allele": [entry(typed(gene, "*1/*999", id="n"))],
        "negative": [entry(observation("n", said, component=named, valueCodeableConcept={"text": "Negative"}))],
        "positive": [entry(observation("n", said, component=named, valueCodeableConcept={"text": "Positive"}))],
        "a test on its way": [entry(test)],
        "a test that is not to be done": [entry({**test, "doNotPerform": True})],
        "a test taken back": [entry({**test, "status": "revoked"})],
        "a transplant": [entry(transplant)],
        "consent denied": [entry(consent)],
    }


def phenotype(gene: str, text: str, ident: str = "ph") -> Entries:
    """A metabolizer word."""
    named = [component("48018-6", "x") | {"valueCodeableConcept": {"text": gene}}]
    return [entry(observation(ident, concept("53040-2"), component=named, valueCodeableConcept={"text": text}))]


def dbsnp(gene: str, rs: str, answer: str, zygosity: str | None = None, ident: str = "rs") -> Entries:
    """A variant that was looked for by its rs number."""
    parts = [component("48018-6", "x") | {"valueCodeableConcept": {"text": gene}},
             {"code": concept("81255-2"), "valueCodeableConcept": {"text": rs}}]  # fmt: skip
    parts += [component("53034-5", zygosity)] if zygosity else []
    return [entry(observation(ident, concept("69548-6"), component=parts, valueCodeableConcept=concept(answer)))]


def genotype(gene: str, *alleles: str) -> dict[str, Entries]:
    """Diplotypes under ids of their own."""
    return {one: [entry(typed(gene, one, id=f"d{place}"))] for place, one in enumerate(alleles)}


def taken(text: str, status: str, kind: str = "MedicationStatement", **members: Any) -> Entries:
    """A drug on the list."""
    stated = {"resourceType": kind, "id": "m", "status": status, "subject": SUBJECT, **members}
    return [entry({**stated, "medicationCodeableConcept": {"text": text}})]


def scene(name: str, rule: str, ordered: str, things: Mapping[str, Entries], *always: Json) -> Scene:
    """A scene of an order."""
    return Scene(name, rule, (entry(PATIENT), entry(drug(ordered)), *always), things)


def number(ident: str, code: str, value: Any, unit: str, **members: Any) -> Entries:
    """A measurement."""
    quantity = {"value": value, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit}
    return [entry(observation(ident, concept(code), **{"valueQuantity": quantity, **members}))]


def scenes() -> Iterator[Scene]:
    """All scenes; the further ones are written down by family."""
    from tests.together import genes, others

    yield from genes.scenes()
    yield from others.scenes()


__all__ = ["LOINC", "Entries", "Scene", "scenes"]
