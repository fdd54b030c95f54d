"""The Patient: birth date and sex, and which Patient it is (O13)."""

from __future__ import annotations

from pmcds.errors import InputError
from pmcds.fhir.gates import modified
from pmcds.fhir.site import Opened, ReadContext, ReaderResult, Site
from pmcds.fhir.subjects import base_of, parse_reference, subjects
from pmcds.fhir.values import code_of, date_after, reference_of, span_of
from pmcds.model.findings import Finding, InputNote, Source

_SEX = frozenset({"male", "female"})
# Types whose subject tells who the patient is where no Patient resource was sent.
_WITH_SUBJECT = frozenset(
    [
        "AllergyIntolerance",
        "Condition",
        "Consent",
        "DiagnosticReport",
        "FamilyMemberHistory",
        "MedicationAdministration",
        "MedicationDispense",
        "MedicationOrder",
        "MedicationRequest",
        "MedicationStatement",
        "MedicationUsage",
        "Observation",
        "Procedure",
        "RiskAssessment",
        "ServiceRequest",
    ]
)


def read_patients(opened: Opened, context: ReadContext) -> ReaderResult:
    """Birth date and sex of the patient in question; other Patients are other-patient."""
    findings: list[Finding] = []
    notes: list[InputNote] = []
    for site in opened.by_type("Patient"):
        if not is_this_patient(site, opened, context):
            notes.append(InputNote(site.pointer, site.key, "other-patient"))
        elif modified(site):
            notes.append(InputNote(site.pointer, site.key, "modifier"))
        else:
            findings.extend(_demographics(site, context))
            notes.append(InputNote(site.pointer, site.key, None, "patient"))
    return ReaderResult(tuple(findings), notes=tuple(notes))


def is_this_patient(site: Site, opened: Opened, context: ReadContext) -> bool:
    """True if a Patient resource is the patient in question."""
    if context.patient is None:
        return False
    parsed = parse_reference(context.patient)
    if parsed is None:
        return context.patient in (site.key, site.full_url)
    if site.key != f"{parsed.type}/{parsed.id}":
        return False
    return site.origin == "contained" or subjects(opened, context).is_patient(site.key, site)


def _demographics(site: Site, context: ReadContext) -> list[Finding]:
    data = site.data or {}
    source = Source(site.key, site.pointer, site.pointer)
    found = []
    stated = data.get("birthDate")
    if isinstance(stated, str) and stated:
        # Older samples have a time inside the birth date; the day is what counts (R12).
        text = stated if span_of(stated) else stated[:10]
        if span_of(text) and not date_after(text, context.now):
            notes = () if text == stated else ("R12",)
            found.append(Finding("demographic", "birth_date", text, source, notes=notes))
        else:
            found.append(
                Finding("demographic", "birth_date", None, source, status="indeterminate", reason="value-unreadable")
            )
    gender = code_of(data.get("gender"))
    if gender is not None:
        found.append(Finding("demographic", "sex", gender if gender in _SEX else "unknown", source))
    return found


def patient_of(opened: Opened, context: ReadContext) -> str | None:
    """The patient in question: stated, else the only Patient of the input, else the only subject named.

    Raises InputError if there are several and none is stated.
    """
    if context.patient is not None:
        stated = _stated(context.patient)
        if not (context.policy.bases or context.fhir_server or opened.fhir_server):
            _check_servers(stated, opened)
        return stated
    found: dict[tuple[str, str | None], Site] = {}
    for site in opened.by_type("Patient"):
        found.setdefault((site.key, base_of(site)), site)
    if len({site.origin == "contained" for site in found.values()}) > 1:
        # A contained Patient is an anonymous subject of one resource, not the patient of the record.
        found = {key: site for key, site in found.items() if site.origin != "contained"}
    if len(found) > 1:
        raise _needed()
    if found:
        return next(iter(found))[0]
    named = _named(opened)
    if len(named) > 1:
        raise _needed()
    return next(iter(named), None)


def _needed() -> InputError:
    return InputError(
        "patient-needed", "the input holds several patients", mend="say which one is meant with `patient=`"
    )


def _check_servers(patient: str, opened: Opened) -> None:
    """Refuse an id that Patients of several servers have, where nobody says which server is meant (H53)."""
    patients = [site for site in opened.by_type("Patient") if site.key == patient and site.origin != "contained"]
    if len({base_of(site) for site in patients} - {None}) > 1:
        raise InputError(
            "patient-needed",
            "Patients of several servers have the id of the patient",
            mend="name the patient by its whole URL, or state the server of the client",
        )


def _stated(patient: str) -> str:
    if "/" in patient or patient.startswith("urn:"):
        return patient
    return f"Patient/{patient}"


def _named(opened: Opened) -> list[str]:
    """The patients that subjects name, each once."""
    found: dict[tuple[str, str | None], str] = {}
    for site in opened.sites:
        if site.type not in _WITH_SUBJECT or site.problem is not None:
            continue
        stated = site.outline
        reference = reference_of(stated.get("subject")) or reference_of(stated.get("patient"))
        if reference is None or reference[0] == "#":
            continue
        parsed = parse_reference(reference)
        if parsed is None:
            found.setdefault((reference, None), reference)
        elif parsed.type == "Patient":
            base = parsed.base or base_of(site)
            text = f"Patient/{parsed.id}"
            found.setdefault((text, base), text if parsed.base is None else f"{parsed.base}/{text}")
    return list(found.values())
