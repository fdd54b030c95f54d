"""Which elements of FHIR resources answer which kind of question, and which of them describe the person."""

from __future__ import annotations

from collections.abc import Mapping

_CONDITION = ("Condition.code", "Condition.clinicalStatus", "Condition.verificationStatus", "Procedure.code")
_MEDICATION = ("MedicationRequest", "MedicationStatement", "MedicationAdministration", "MedicationDispense")
_RESULT = ("Observation", "DiagnosticReport")
_TUMOR = (*_CONDITION, "Condition.stage", "Specimen.type")
_ELEMENTS: dict[str, tuple[str, ...]] = {
    "sex": ("Patient.gender",),
    "age": ("Patient.birthDate",),
    "condition": _CONDITION,
    "cancer": _TUMOR,
    "medication": _MEDICATION,
    "taken_for": _MEDICATION,
    "ordered_with": _MEDICATION,
}
_CORE = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-"

# What is said of the person besides results: the elements whose reading is the use of it (ONC source attributes).
OF_THE_PERSON: Mapping[str, tuple[str, ...]] = {
    "race": (f"Patient.extension({_CORE}race)",),
    "ethnicity": (f"Patient.extension({_CORE}ethnicity)",),
    "language": ("Patient.communication", "Patient.language"),
    "sexual_orientation": (f"Observation({_CORE}observation-sexual-orientation)",),
    "gender_identity": (
        f"Patient.extension({_CORE}genderIdentity)",
        "Patient.extension(http://hl7.org/fhir/StructureDefinition/individual-genderIdentity)",
    ),
    "sex": ("Patient.gender", f"Patient.extension({_CORE}birthsex)", f"Patient.extension({_CORE}individual-sex)"),
    "birth_date": ("Patient.birthDate",),
    "social_determinants": ("Observation.category(sdoh)", "Condition.category(sdoh)"),
    "health_status": (
        "Observation.category(functional-status)",
        "Observation.category(disability-status)",
        "Observation.category(cognitive-status)",
    ),
}


def elements(kind: str) -> tuple[str, ...]:
    """The elements that are read to answer a question of this kind."""
    return _ELEMENTS.get(kind, _RESULT)
