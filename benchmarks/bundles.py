"""Bundles from a seed: one patient, N everyday resources, 15 gene results, 10 orders."""

from __future__ import annotations

import json
import random
from typing import Any

LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
UCUM = "http://unitsofmeasure.org"

LABORATORY = (
    ("718-7", "Hemoglobin [Mass/volume] in Blood", 8.5, 17.5, "g/dL"),
    ("2160-0", "Creatinine [Mass/volume] in Serum or Plasma", 0.5, 2.1, "mg/dL"),
    ("2823-3", "Potassium [Moles/volume] in Serum or Plasma", 3.1, 5.6, "mmol/L"),
    ("2951-2", "Sodium [Moles/volume] in Serum or Plasma", 128, 148, "mmol/L"),
    ("6690-2", "Leukocytes [#/volume] in Blood by Automated count", 2.1, 14.9, "10*3/uL"),
    ("777-3", "Platelets [#/volume] in Blood by Automated count", 90, 450, "10*3/uL"),
    ("4548-4", "Hemoglobin A1c/Hemoglobin.total in Blood", 4.8, 9.9, "%"),
    ("8867-4", "Heart rate", 48, 120, "/min"),
    ("29463-7", "Body weight", 45, 120, "kg"),
)
CONDITIONS = (
    ("38341003", "Hypertensive disorder, systemic arterial"),
    ("44054006", "Diabetes mellitus type 2"),
    ("195662009", "Acute viral pharyngitis"),
    ("40055000", "Chronic sinusitis"),
    ("162864005", "Body mass index 30+ - obesity"),
)
GENES = (
    ("CYP2C19", "HGNC:2621", "*2/*2"),
    ("CYP2D6", "HGNC:2625", "*1/*2x3"),
    ("CYP2C9", "HGNC:2623", "*1/*3"),
    ("CYP3A5", "HGNC:2638", "*3/*3"),
    ("CYP2B6", "HGNC:2615", "*1/*6"),
    ("TPMT", "HGNC:12014", "*1/*3A"),
    ("NUDT15", "HGNC:23063", "*1/*3"),
    ("DPYD", "HGNC:3012", "Reference/Reference"),
    ("SLCO1B1", "HGNC:10959", "*1/*5"),
    ("UGT1A1", "HGNC:12530", "*1/*28"),
    ("CYP4F2", "HGNC:2645", "*1/*3"),
    ("NAT2", "HGNC:7646", "*4/*5"),
    ("ABCG2", "HGNC:74", "rs2231142 reference (G)/rs2231142 reference (G)"),
    ("G6PD", "HGNC:4057", "B (reference)/B (reference)"),
    ("RYR1", "HGNC:10483", "Reference/Reference"),
)
DRUGS = (
    ("309362", "clopidogrel 75 MG Oral Tablet"),
    ("197931", "mercaptopurine 50 MG Oral Tablet"),
    ("2670", "codeine"),
    ("239177", "fluorouracil 50 MG/ML Injectable Solution"),
    ("314076", "lisinopril 10 MG Oral Tablet"),
    ("310798", "hydrochlorothiazide 25 MG Oral Tablet"),
    ("860975", "24 HR metformin hydrochloride 500 MG Extended Release Oral Tablet"),
    ("243670", "aspirin 81 MG Oral Tablet"),
    ("198440", "acetaminophen 500 MG Oral Tablet"),
    ("308136", "amlodipine 2.5 MG Oral Tablet"),
)


def bundle(resources: int, seed: int = 20261126) -> bytes:
    """A collection Bundle with this many everyday resources, as bytes; the same seed gives the same bytes."""
    dice = random.Random(f"{seed}/{resources}")
    held: list[dict[str, Any]] = [_patient()]
    held += [_everyday(dice, place) for place in range(resources)]
    held += [_gene_result(dice, place, *gene) for place, gene in enumerate(GENES)]
    held += [_order(dice, place, *drug) for place, drug in enumerate(DRUGS)]
    first, rest = held[0], held[1:]
    dice.shuffle(rest)
    entries = [
        {"fullUrl": f"https://fhir.example.org/r4/{r['resourceType']}/{r['id']}", "resource": r} for r in [first, *rest]
    ]
    return json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}).encode()


def _concept(system: str, code: str, display: str) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code, "display": display}], "text": display}


def _patient() -> dict[str, Any]:
    return {
        "resourceType": "Patient",
        "id": "p1",
        "name": [{"family": "Benchmark", "given": ["Made", "Up"]}],
        "gender": "female",
        "birthDate": "1961-05-17",
    }


def _common(kind: str, name: str, dice: random.Random) -> dict[str, Any]:
    """What records carry besides their content: identifiers, provenance, narrative."""
    day = f"20{dice.randint(18, 25)}-{dice.randint(1, 12):02d}-{dice.randint(1, 28):02d}T08:15:00+01:00"
    identifier = f"{dice.getrandbits(64):016x}"
    return {
        "resourceType": kind,
        "id": name,
        "meta": {
            "versionId": str(dice.randint(1, 5)),
            "lastUpdated": day,
            "source": f"https://source.example.org/feed/{identifier}",
            "profile": [f"http://hl7.org/fhir/us/core/StructureDefinition/us-core-{kind.lower()}"],
        },
        "text": {
            "status": "generated",
            "div": f'<div xmlns="http://www.w3.org/1999/xhtml"><p>Entry {identifier} of this record.</p></div>',
        },
        "identifier": [{"use": "official", "system": "https://record.example.org/id", "value": identifier}],
    }


def _everyday(dice: random.Random, place: int) -> dict[str, Any]:
    pick = dice.random()
    if pick < 0.6:
        return _laboratory(dice, place)
    return _condition(dice, place) if pick < 0.8 else _encounter(dice, place)


def _laboratory(dice: random.Random, place: int) -> dict[str, Any]:
    code, display, low, high, unit = dice.choice(LABORATORY)
    value = round(dice.uniform(low, high), 2)
    resource = _common("Observation", f"lab-{place}", dice)
    return resource | {
        "status": "final",
        "category": [
            _concept("http://terminology.hl7.org/CodeSystem/observation-category", "laboratory", "Laboratory"),
        ],
        "code": _concept(LOINC, code, display),
        "subject": {"reference": "Patient/p1"},
        "encounter": {"reference": f"Encounter/e-{place % 40}"},
        "effectiveDateTime": resource["meta"]["lastUpdated"],
        "issued": resource["meta"]["lastUpdated"],
        "performer": [{"reference": "Organization/laboratory", "display": "Example Laboratory"}],
        "valueQuantity": {"value": value, "unit": unit, "system": UCUM, "code": unit},
        "referenceRange": [
            {
                "low": {"value": low, "unit": unit, "system": UCUM, "code": unit},
                "high": {"value": high, "unit": unit, "system": UCUM, "code": unit},
            }
        ],
    }


def _condition(dice: random.Random, place: int) -> dict[str, Any]:
    resource = _common("Condition", f"condition-{place}", dice)
    status = "http://terminology.hl7.org/CodeSystem/condition"
    return resource | {
        "clinicalStatus": _concept(f"{status}-clinical", "active", "Active"),
        "verificationStatus": _concept(f"{status}-ver-status", "confirmed", "Confirmed"),
        "category": [_concept(f"{status}-category", "problem-list-item", "Problem List Item")],
        "code": _concept(SNOMED, *dice.choice(CONDITIONS)),
        "subject": {"reference": "Patient/p1"},
        "encounter": {"reference": f"Encounter/e-{place % 40}"},
        "onsetDateTime": resource["meta"]["lastUpdated"],
        "recordedDate": resource["meta"]["lastUpdated"],
        "note": [{"text": "Reviewed at the last visit; the patient knows about it and has a written plan at home."}],
    }


def _encounter(dice: random.Random, place: int) -> dict[str, Any]:
    resource = _common("Encounter", f"e-{place}", dice)
    return resource | {
        "status": "finished",
        "class": {
            "system": "http://terminology.hl7.org/CodeSystem/v3-ActCode",
            "code": "AMB",
            "display": "ambulatory",
        },
        "type": [_concept(SNOMED, "162673000", "General examination of patient")],
        "subject": {"reference": "Patient/p1", "display": "Made Up Benchmark"},
        "participant": [
            {
                "type": [_concept("http://terminology.hl7.org/CodeSystem/v3-ParticipationType", "PPRF", "performer")],
                "individual": {"reference": f"Practitioner/{dice.randint(1, 30)}", "display": "Dr. Example"},
            }
        ],
        "period": {"start": resource["meta"]["lastUpdated"], "end": resource["meta"]["lastUpdated"]},
        "serviceProvider": {"reference": "Organization/hospital", "display": "Example Hospital"},
    }


def _gene_result(dice: random.Random, place: int, gene: str, hgnc: str, diplotype: str) -> dict[str, Any]:
    value = f"{gene} {diplotype}"
    return _common("Observation", f"gene-{place}", dice) | {
        "status": "final",
        "category": [
            _concept("http://terminology.hl7.org/CodeSystem/observation-category", "laboratory", "Laboratory"),
            _concept("http://terminology.hl7.org/CodeSystem/v2-0074", "GE", "Genetics"),
        ],
        "code": _concept(LOINC, "84413-4", "Genotype display name"),
        "subject": {"reference": "Patient/p1"},
        "effectiveDateTime": "2026-03-02",
        "performer": [{"reference": "Organization/laboratory", "display": "Example Laboratory"}],
        "valueCodeableConcept": _concept("http://www.pharmvar.org", value, value),
        "component": [
            {
                "code": _concept(LOINC, "48018-6", "Gene studied [ID]"),
                "valueCodeableConcept": _concept("http://www.genenames.org", hgnc, gene),
            }
        ],
    }


def _order(dice: random.Random, place: int, code: str, name: str) -> dict[str, Any]:
    return _common("MedicationRequest", f"order-{place}", dice) | {
        "status": "active",
        "intent": "order",
        "medicationCodeableConcept": _concept(RXNORM, code, name),
        "subject": {"reference": "Patient/p1"},
        "authoredOn": "2026-03-05",
        "requester": {"reference": "Practitioner/1", "display": "Dr. Example"},
        "dosageInstruction": [{"text": "as directed", "route": _concept(SNOMED, "26643006", "Oral route")}],
    }
