"""Scenes of laboratory values, tumors and of the person."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.evidence.bundles import Json
from tests.evidence.whole import component, concept, drug
from tests.fhir.material import PATIENT, SUBJECT
from tests.together.scenes import (
    CLINICAL,
    OTHER,
    VERIFICATION,
    Entries,
    Scene,
    beside,
    condition,
    entry,
    number,
    observation,
    scene,
    ways,
)

REFUTED = concept("refuted", VERIFICATION)


def scenes() -> Iterator[Scene]:
    """Filtration, potassium, a tumor's genes, its stain, and who the patient is."""
    yield scene("filtration and metformin", "laboratory/egfr/metformin", "metformin", _filtration())
    yield scene("potassium and spironolactone", "laboratory/potassium/spironolactone", "spironolactone", _potassium())
    lung = entry(condition("lung", "254637007"))
    yield scene("EGFR and osimertinib", "tumor/lung/order-osimertinib", "osimertinib", _egfr(), lung)
    yield scene("RAS and cetuximab", "tumor/colorectal/ras-wild-type-cetuximab", "cetuximab", _ras(),
                entry(condition("colon", "363406005")))  # fmt: skip
    yield scene("hepatitis B and rituximab", "laboratory/hepatitis-b/anti-cd20", "rituximab", _hepatitis())
    yield scene("who the patient is", "laboratory/egfr/metformin", "metformin", _person(),
                *(number("g", "98979-8", 20, "mL/min/{1.73_m2}")))  # fmt: skip
    yield scene("orders of metformin", "laboratory/egfr/metformin", "metformin", _orders(),
                *(number("g", "98979-8", 20, "mL/min/{1.73_m2}")))  # fmt: skip


def _filtration() -> dict[str, Entries]:
    unit = "mL/min/{1.73_m2}"
    low = number("g", "98979-8", 20, unit)[0]["resource"]
    part = {"code": concept("98979-8"), "valueQuantity": low["valueQuantity"]}
    return {
        "nothing": [],
        **{f"{value}": number(f"v{value}", "98979-8", value, unit) for value in (29, 30, 44, 45, 60, 90, 0, -1)},
        "older equation 20": number("o", "33914-3", 20, unit),
        "older equation 90": number("o2", "33914-3", 90, unit),
        "below 60": number("b", "98979-8", 60, unit, valueQuantity={"value": 60, "comparator": "<", "unit": unit}),
        "above 60": number("b2", "98979-8", 60, unit, valueQuantity={"value": 60, "comparator": ">", "unit": unit}),
        "20 per second": number("s", "98979-8", 20, "mL/s"),
        "20 without unit": number("n", "98979-8", 20, unit, valueQuantity={"value": 20}),
        "a range": number("r", "98979-8", 0, unit, valueQuantity=None,
                          valueRange={"low": {"value": 25}, "high": {"value": 50}}),
        "in words": number("w2", "98979-8", 0, unit, valueQuantity=None, valueString="20"),
        "of yesterday": number("y", "98979-8", 70, unit, effectiveDateTime="2026-05-31"),
        "of last year": number("ly", "98979-8", 70, unit, effectiveDateTime="2025-05-31"),
        "of creatinine, component": [entry(observation("c", concept("2160-0"), component=[part]))],
        "creatinine of 9": number("cr", "2160-0", 9, "mg/dL"),
        **ways(low),
    }  # fmt: skip


def _potassium() -> dict[str, Entries]:
    low = number("g", "2823-3", 3.9, "mmol/L")[0]["resource"]
    return {
        "nothing": [],
        **{f"{value}": number(f"v{value}", "2823-3", value, "mmol/L") for value in (3.0, 5.0, 5.1, 5.5, 5.6, 7.0)},
        "in mEq/L": number("m", "2823-3", 5.9, "meq/L"),
        "in blood": number("b", "6298-4", 5.9, "mmol/L"),
        "in urine": number("u", "2828-2", 59, "mmol/L"),
        "in mg/dL": number("mg", "2823-3", 20, "mg/dL"),
        "hemolysed": number("h", "2823-3", 6.2, "mmol/L", note=[{"text": "hemolysed"}]),
        "of yesterday": number("y", "2823-3", 4.0, "mmol/L", effectiveDateTime="2026-05-31"),
        "of last year": number("ly", "2823-3", 6.0, "mmol/L", effectiveDateTime="2025-05-31"),
        **ways(low),
    }


def _variant(ident: str, gene: str, change: str, answer: str = "LA9633-4", **members: Any) -> Json:
    parts = [
        *_gene(gene),
        {"code": concept("48005-3"), "valueCodeableConcept": {"text": change}},
        component("48002-0", "LA6684-0"),
    ]
    return observation(ident, concept("69548-6"), valueCodeableConcept=concept(answer), component=parts, **members)


def _unlabeled(ident: str, gene: str, change: str) -> Json:
    """A variant without a source class."""
    found = _variant(ident, gene, change)
    return {**found, "component": found["component"][:-1]}


def _panel(ident: str, gene: str, answer: str) -> Json:
    """The answer of a test of the whole gene."""
    parts = [*_gene(gene), component("48002-0", "LA6684-0")]
    return observation(ident, concept("69548-6"), valueCodeableConcept=concept(answer), component=parts)


def _gene(symbol: str) -> list[Json]:
    return [component("48018-6", "x") | {"valueCodeableConcept": {"text": symbol}}]


def _specimen(ident: str, word: str) -> Json:
    return {"resourceType": "Specimen", "id": ident, "subject": SUBJECT, "type": {"text": word}}


def _egfr() -> dict[str, Entries]:
    found = _variant("g", "EGFR", "p.Leu858Arg")
    of = {"specimen": {"reference": "Specimen/s"}}
    negative = observation("n", {"text": "EGFR mutation analysis"}, valueCodeableConcept={"text": "Negative"},
                           component=_gene("EGFR"))  # fmt: skip
    return {
        **beside("EGFR"),
        "p.Leu858Arg": [entry(_variant("v1", "EGFR", "p.Leu858Arg"))],
        "p.L858R": [entry(_variant("v2", "EGFR", "p.L858R"))],
        "p.Leu858Arg, source unknown": [entry(_unlabeled("v9", "EGFR", "p.Leu858Arg"))],
        "p.Leu858Arg, no call": [entry(_variant("v10", "EGFR", "p.Leu858Arg", "LA18198-4"))],
        "no variant in the panel": [entry(_panel("pn", "EGFR", "LA9634-2"))],
        "p.Leu858Arg absent": [entry(_variant("v3", "EGFR", "p.Leu858Arg", "LA9634-2"))],
        "p.Thr790Met": [entry(_variant("v4", "EGFR", "p.Thr790Met"))],
        "p.Glu746_Ala750del": [entry(_variant("v5", "EGFR", "p.Glu746_Ala750del"))],
        "p.Cys797Ser": [entry(_variant("v6", "EGFR", "p.Cys797Ser"))],
        "in plasma": [entry(_variant("v7", "EGFR", "p.Leu858Arg", **of)), entry(_specimen("s", "Plasma"))],
        "in tissue": [entry(_variant("v8", "EGFR", "p.Leu858Arg", **of)), entry(_specimen("s", "Tissue"))],
        "negative in plasma": [entry({**negative, **of}), entry(_specimen("s", "Plasma"))],
        "negative in tissue": [entry({**negative, **of}), entry(_specimen("s", "Tissue"))],
        "another cancer": [entry(condition("breast", "254837009"))],
        "lung cancer refuted": [entry(condition("l2", "254637007", verificationStatus=REFUTED))],
        "lung cancer resolved": [entry(condition("l3", "254637007", clinicalStatus=concept("resolved", CLINICAL)))],
        "lung cancer of a stranger": [entry(condition("l4", "254837009", subject={"reference": "Patient/p2"}))],
        **ways(found),
    }  # fmt: skip


def _ras() -> dict[str, Entries]:
    def panel(ident: str, gene: str, text: str) -> Entries:
        parts = [component("48018-6", "x") | {"valueCodeableConcept": {"text": gene}}]
        code = {"text": f"{gene} mutation analysis"}
        return [entry(observation(ident, code, component=parts, valueCodeableConcept={"text": text}))]

    return {
        **beside("KRAS"),
        "KRAS negative": panel("k", "KRAS", "Negative"),
        "KRAS wild type": panel("k2", "KRAS", "Wild type"),
        "NRAS negative": panel("n2", "NRAS", "Negative"),
        "NRAS wild type": panel("n3", "NRAS", "Wild type"),
        "BRAF negative": panel("b", "BRAF", "Negative"),
        "KRAS G12D": [entry(_variant("v1", "KRAS", "p.Gly12Asp"))],
        "KRAS G12D absent": [entry(_variant("v2", "KRAS", "p.Gly12Asp", "LA9634-2"))],
        "KRAS panel negative": [entry(_panel("pk", "KRAS", "LA9634-2"))],
        "NRAS panel negative": [entry(_panel("pn", "NRAS", "LA9634-2"))],
        "BRAF panel negative": [entry(_panel("pb", "BRAF", "LA9634-2"))],
        "KRAS G12C": [entry(_variant("v3", "KRAS", "p.Gly12Cys"))],
        "NRAS Q61K": [entry(_variant("v4", "NRAS", "p.Gln61Lys"))],
        "BRAF V600E": [entry(_variant("v5", "BRAF", "p.Val600Glu"))],
        "KRAS R68S": [entry(_variant("v6", "KRAS", "p.Arg68Ser"))],
    }


def _hepatitis() -> dict[str, Entries]:
    def told(ident: str, code: str, text: str) -> Entries:
        return [entry(observation(ident, concept(code), valueCodeableConcept={"text": text}))]

    antigen, antibody = "5196-1", "13952-7"
    return {
        "nothing": [],
        **{f"HBsAg {text}": told(f"a{text[0]}", antigen, text) for text in ("Negative", "Positive", "Indeterminate")},
        **{f"anti-HBc {text}": told(f"c{text[0]}", antibody, text) for text in ("Negative", "Positive", "Reactive")},
        "anti-HBc without answer": told("cx", antibody, "see report"),
        "HBsAg not final": [entry({**told("ap", antigen, "Positive")[0]["resource"], "status": "preliminary"})],
        "infection on the list": [entry(condition("hb", "61977001"))],
        "infection refuted": [entry(condition("hb2", "61977001", verificationStatus=REFUTED))],
    }


def _person() -> dict[str, Entries]:
    """Another Patient, or the same one said otherwise, beside the one who is there."""
    second = {**PATIENT, "gender": "male"}
    replaced = {"type": "replaced-by", "other": {"reference": "Patient/p2"}}
    result = number("h", "98979-8", 90, "mL/min/{1.73_m2}")[0]["resource"]
    return {
        "nothing": [],
        "a second patient": [entry({"resourceType": "Patient", "id": "p2"})],
        "the same once more": [entry(PATIENT)],
        "the same with another sex": [entry(second)],
        "the same of another server": [entry(PATIENT, f"{OTHER}/Patient/p1")],
        "id in capitals": [entry({**PATIENT, "id": "P1"})],
        "born later": [entry({**PATIENT, "birthDate": "2020-05-17"})],
        "replaced by another": [entry({**PATIENT, "link": [replaced]})],
        "not active": [entry({**PATIENT, "active": False})],
        "a relative": [entry({"resourceType": "RelatedPerson", "id": "p1", "patient": SUBJECT})],
        "a result of p2": [entry({**result, "subject": {"reference": "Patient/p2"}})],
        "a result of P1": [entry({**result, "subject": {"reference": "Patient/P1"}})],
        "a result of p1 elsewhere": [entry({**result, "subject": {"reference": f"{OTHER}/Patient/p1"}})],
        "a result of p1 by uuid": [entry({**result, "subject": {"reference": "urn:uuid:0f1e"}})],
        "a result of a display": [entry({**result, "subject": {"display": "p1"}})],
        "a result of an identifier": [entry({**result, "subject": {"identifier": {"value": "p1"}}})],
        "a result of a contained patient": [entry({**result, "subject": {"reference": "#p"},
                                                   "contained": [{"resourceType": "Patient", "id": "p"}]})],
    }  # fmt: skip


def _orders() -> dict[str, Entries]:
    """A second order of the drug beside the first."""
    again = drug("metformin", id="o2")
    ways_of = {
        "draft": {"status": "draft"}, "on hold": {"status": "on-hold"}, "completed": {"status": "completed"},
        "void": {"status": "entered-in-error"}, "unknown": {"status": "unknown"}, "a proposal": {"intent": "proposal"},
        "same id, draft": {"id": "o", "status": "draft"}, "id in capitals": {"id": "O"},
        "of a stranger": {"subject": {"reference": "Patient/p2"}}, "of nobody": {"subject": None},
        "not to be done": {"doNotPerform": True}, "with a modifier": {"modifierExtension": [{"url": "urn:x"}]},
        "by a code": {"medicationCodeableConcept": concept("6809", "http://www.nlm.nih.gov/research/umls/rxnorm")},
        "of a product": {"medicationCodeableConcept": {"text": "Janumet 50 mg / 1000 mg tablet"}},
        "of two drugs": {"medicationCodeableConcept": {"text": "metformin / zzyzxine"}},
        "of another drug": {"medicationCodeableConcept": {"text": "cetirizine"}},
        "of an unknown drug": {"medicationCodeableConcept": {"text": "zzyzxine"}},
        "of nothing": {"medicationCodeableConcept": None},
        "of a lost Medication": {"medicationCodeableConcept": None,
                                 "medicationReference": {"reference": "Medication/none"}},
        "prior": {"id": "o3", "priorPrescription": {"reference": "MedicationRequest/o"}},
    }  # fmt: skip
    found: dict[str, Entries] = {"nothing": []}
    for name, members in ways_of.items():
        stated = {key: value for key, value in {**again, **members}.items() if value is not None}
        found[name] = [entry(stated)]
    return found
