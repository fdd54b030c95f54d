"""Conditions and procedures of every release, stages, family histories, allergies and predicted risks."""

from __future__ import annotations

from collections.abc import Iterator

from tests.evidence.bundles import Json
from tests.evidence.whole import concept
from tests.fhir.material import RXNORM, SUBJECT

SNOMED = "http://snomed.info/sct"
LOCAL = {"system": "urn:local", "code": "7"}
STROKE, MELANOMA = concept("230690007", SNOMED), concept("372244006", SNOMED)
TRANSPLANT = concept("18027006", SNOMED)
EPIC = "https://open.epic.com/FHIR/StructureDefinition/condition-category"


def diseases() -> Iterator[tuple[str, list[Json]]]:
    """Each input by name."""
    yield "condition", [_condition(STROKE, recordedDate="2024-03-02")]
    yield (
        "condition-r5",
        [_condition(MELANOMA, onsetPeriod={"end": "2024-03-02"}, bodySite=[concept("39607008", SNOMED)])],
    )
    yield "condition-stu3", [_condition_stu3()]
    yield "condition-dstu2", [_condition_dstu2()]
    yield "condition-ended", [_condition(STROKE, clinicalStatus=None, abatementPeriod={"end": "2025-01-01"})]
    yield "condition-in-remission", [_condition(MELANOMA, clinicalStatus={"coding": [LOCAL, {"code": "remission"}]})]
    yield "condition-of-two-codes", [_condition({"coding": [LOCAL, *STROKE["coding"], *MELANOMA["coding"]]})]
    yield "conditions-in-words", _in_words()
    yield "indicators", _indicators()
    yield "procedure", [_procedure(performedDateTime="2020-02-02")]
    yield "procedure-r5", [_procedure(occurrencePeriod={"start": "2020-02-02", "end": "2020-02-03"})]
    yield "procedure-stu3", [_procedure(notDone=False, performedPeriod={"end": "2020-02-03"})]
    yield "procedure-dstu2", [{**_procedure(notPerformed=False), "patient": SUBJECT}]
    yield "stages", _stages()
    yield "family", [_family()]
    yield "allergy", [_allergy()]
    yield "allergy-dstu2", [_allergy_dstu2()]
    yield "allergies-in-words", _allergies_in_words()
    yield "risk", [_risk()]


def _condition(disease: Json, **members: object) -> Json:
    stated = {
        "resourceType": "Condition", "id": "c", "clinicalStatus": {"coding": [LOCAL, {"code": "active"}]},
        "verificationStatus": {"coding": [LOCAL, {"code": "confirmed"}]},
        "code": {"coding": [LOCAL, *disease["coding"]]}, "subject": SUBJECT,
        "category": [concept("problem-list-item")], **members,
    }  # fmt: skip
    return {name: value for name, value in stated.items() if value is not None}


def _condition_stu3() -> Json:
    return {
        "resourceType": "Condition", "id": "c", "clinicalStatus": "active", "verificationStatus": "confirmed",
        "code": STROKE, "subject": SUBJECT, "assertedDate": "2024-03-02", "abatementBoolean": False,
    }  # fmt: skip


def _condition_dstu2() -> Json:
    return {
        "resourceType": "Condition", "id": "c", "verificationStatus": "confirmed", "code": STROKE, "patient": SUBJECT,
        "dateRecorded": "2024-03-02", "abatementDateTime": "2025-02-02",
    }  # fmt: skip


def _in_words() -> list[Json]:
    texts = (
        "Stroke",
        "Family history of breast cancer",
        "History of stroke",
        "Lung cancer",
        "CYP2C19 poor metabolizer",
    )
    conditions = [_condition(STROKE, code={"text": text}, id=f"c{place}") for place, text in enumerate(texts)]
    shown = {"coding": [LOCAL, {"system": "urn:local", "code": "8", "display": "FH: breast cancer"}]}
    unknown = {"coding": [{"system": SNOMED, "code": "1", "display": "Something rare"}]}
    return [*conditions, _condition(shown, id="shown", code=shown), _condition(unknown, id="unknown", code=unknown)]


def _indicators() -> list[Json]:
    category = [concept("problem-list-item"), concept("genomics", EPIC)]
    texts = ("CYP2C19 Poor Metabolizer", "HLA-B*57:01 Positive", "HLA-B*57:01 Negative", "BRCA1 something")
    return [
        _condition(STROKE, code={"text": text}, id=f"i{place}", category=category, onsetDateTime="2025-05-05")
        for place, text in enumerate(texts)
    ]


def _procedure(**members: object) -> Json:
    code = {"coding": [LOCAL, *TRANSPLANT["coding"]]}
    return {"resourceType": "Procedure", "id": "p", "status": "completed", "code": code, "subject": SUBJECT, **members}


def _stages() -> list[Json]:
    common = {"resourceType": "Observation", "status": "final", "subject": SUBJECT, "effectiveDateTime": "2026-03-02"}
    morphology = concept("372244006", SNOMED)
    return [
        {**common, "id": "s", "code": concept("21908-9"), "valueCodeableConcept": {
            "coding": [LOCAL, {"system": SNOMED, "code": "2640006", "display": "Clinical stage IV"}]}},
        {**common, "id": "t", "code": concept("21908-9"), "valueString": "stage IIIC"},
        {**common, "id": "m", "code": concept("31206-6"), "valueCodeableConcept": morphology},
    ]  # fmt: skip


def _family() -> Json:
    degree = {"url": "http://x.example/StructureDefinition/degree/", "valueCodeableConcept": {"text": "first"}}
    return {
        "resourceType": "FamilyMemberHistory", "id": "f", "status": "completed", "patient": SUBJECT,
        "relationship": {"coding": [{"code": "MTH", "display": "mother"}], "extension": [degree]},
        "date": "2025-01-01", "condition": [
            {"code": STROKE, "onsetAge": {"value": 40, "unit": "years", "code": "a"}},
            {"code": {"text": "breast cancer"}, "onsetAge": {"value": 50, "unit": "years"}},
        ],
        "extension": [{"url": "http://x.example/StructureDefinition/side", "valueString": "maternal"}],
    }  # fmt: skip


def _allergy() -> Json:
    return {
        "resourceType": "AllergyIntolerance", "id": "a", "patient": SUBJECT, "type": "allergy", "criticality": "high",
        "clinicalStatus": {"coding": [LOCAL, {"code": "active"}]}, "recordedDate": "2024-03-02",
        "verificationStatus": {"coding": [LOCAL, {"code": "confirmed"}]},
        "code": {"coding": [LOCAL, *concept("1191", RXNORM)["coding"]]},
    }  # fmt: skip


def _allergy_dstu2() -> Json:
    return {
        "resourceType": "AllergyIntolerance", "id": "a", "patient": SUBJECT, "status": "active",
        "recordedDate": "2024-03-02", "onset": "2023-03-02", "substance": concept("1191", RXNORM),
    }  # fmt: skip


def _allergies_in_words() -> list[Json]:
    return [
        {"resourceType": "AllergyIntolerance", "id": "none", "patient": SUBJECT, "assertedDate": "2024-03-02",
         "code": {"text": "No known drug allergies"}},
        {"resourceType": "AllergyIntolerance", "id": "coded", "patient": SUBJECT, "code": concept("716186003", SNOMED)},
        {"resourceType": "AllergyIntolerance", "id": "reaction", "patient": SUBJECT, "onsetDateTime": "2023-03-02",
         "reaction": [{"description": "rash"}, {"substance": {"text": "codeine"}}]},
    ]  # fmt: skip


def _risk() -> Json:
    return {
        "resourceType": "RiskAssessment", "id": "r", "status": "final", "subject": SUBJECT,
        "occurrencePeriod": {"start": "2026-02-02"}, "condition": {"text": "stroke"}, "prediction": [
            {"outcome": STROKE, "probabilityDecimal": "0.25", "relativeRisk": "1.5",
             "whenRange": {"high": {"value": 70}}},
            {"qualitativeRisk": concept("high"), "probabilityRange": {"low": {"value": 1}, "high": {"value": 5}}},
        ],
    }  # fmt: skip
