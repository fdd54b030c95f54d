"""What must hold before any value of a resource counts: whose it is, its status, modifiers, dates.

A reader calls `gate(site, opened, context)` first and reads on only if `reason` is None. The order is: another
patient's resource (nothing of it counts), withheld, modifier, status, missing subject, focus, future date,
absent value.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from pmcds.fhir.site import Opened, ReadContext, Site
from pmcds.fhir.subjects import parse_reference, subjects
from pmcds.fhir.values import as_dict, as_dicts, as_list, codings, date_after, date_of, extension, reference_of

# Byte-exact (S1): what is not listed is unreadable.
FINAL = frozenset({"final", "amended", "corrected"})
FINAL_REPORT = FINAL | {"appended", "modified"}
NOT_FINAL = frozenset({"registered", "partial", "preliminary", "specimen-in-process"})
VOID = frozenset({"entered-in-error", "cancelled"})

GERMLINE = "germline"
MODIFIER = "modifierExtension"
_DATA_ABSENT = "data-absent-reason"


class Gate(NamedTuple):
    """Why a resource does not count, its date as stated, and what was noted.

    `reason` is None or a key of `words.BRIDGE`: other-patient, no-subject, security-label, modifier, void-status,
    status-unreadable, result-not-final, result-pending, focus-not-patient, future-dated, value-absent.
    """

    reason: str | None
    date: str | None = None
    notes: tuple[str, ...] = ()


def gate(site: Site, opened: Opened, context: ReadContext) -> Gate:
    """The first reason why an Observation or DiagnosticReport does not count, or None (S1-S4, S7, S9, S10)."""
    data = site.data
    if data is None:
        return Gate("unreadable")
    whose = subjects(opened, context).whose(site)
    if whose.reason == "other-patient":
        return Gate("other-patient", None)
    if labels(data) & context.policy.withheld_labels:
        return Gate("security-label", None)
    date = date_of(data)
    notes = whose.notes if date else (*whose.notes, "no-date")
    reason = (
        ("modifier" if modified(site) else None)
        or status_reason(data, report=site.type == "DiagnosticReport")
        or whose.reason
        or focus_reason(site, opened, context)
        or ("future-dated" if date_after(date, context.now) else None)
        or ("value-absent" if absent(data) else None)
    )
    return Gate(reason, date, notes)


def status_reason(data: Mapping[str, Any], *, report: bool = False) -> str | None:
    """Why the status of a result does not let it count, byte-exact, or None (S1, H04-H06)."""
    status = data.get("status")
    if not isinstance(status, str):
        return "status-unreadable"
    if status in (FINAL_REPORT if report else FINAL):
        return None
    if status == "registered":
        return "result-pending"
    if status in NOT_FINAL:
        return "result-not-final"
    return "void-status" if status in VOID else "status-unreadable"


def modified(site: Site) -> bool:
    """True if an unknown modifier or implicit rules stand anywhere in the resource; no modifier is known (S9, H49)."""
    if site.data is None or (site.raw is not None and MODIFIER.encode() not in site.raw and b"\\u" not in site.raw):
        return bool(site.data and as_list(site.data.get("implicitRules")))
    return bool(as_list(site.data.get("implicitRules"))) or _has_modifier(site.data)


def _has_modifier(element: dict[str, Any]) -> bool:
    # Contained resources are sites of their own, and text and meta say nothing about the value.
    stack: list[Any] = [element]
    while stack:
        node = stack.pop()
        if isinstance(node, dict):
            if MODIFIER in node and as_list(node[MODIFIER]):
                return True
            stack.extend(
                value for name, value in node.items() if isinstance(value, (dict, list)) and name not in _NOT_ON_PATH
            )
        else:
            stack.extend(member for member in node if isinstance(member, (dict, list)))
    return False


_NOT_ON_PATH = frozenset({"contained", "text", "meta"})


def focus_reason(site: Site, opened: Opened, context: ReadContext) -> str | None:
    """`focus-not-patient` if the resource is about a person or thing besides the patient (S4, H25).

    A focus on a disease, specimen or event of the record says what about the patient is meant, not who.
    """
    data = site.data or {}
    if "focus" not in data:
        return None
    whose = subjects(opened, context)
    for focus in as_list(data["focus"]):
        reference = reference_of(focus)
        if reference is None:
            return "focus-not-patient"
        target = opened.resolve(reference, site)
        parsed = parse_reference(reference)
        kind = target.type if target is not None else parsed.type if parsed is not None else None
        if kind in _OF_THE_PATIENT:
            if target is not None and whose.whose(target).reason == "other-patient":
                return "focus-not-patient"
        elif not whose.is_patient(reference, site):
            return "focus-not-patient"
    return None


# What belongs to the subject of a resource when it is its focus.
_OF_THE_PATIENT = frozenset(
    [
        "BodyStructure",
        "Condition",
        "DiagnosticReport",
        "Encounter",
        "EpisodeOfCare",
        "MedicationAdministration",
        "MedicationRequest",
        "MedicationStatement",
        "MolecularSequence",
        "Observation",
        "Procedure",
        "ServiceRequest",
        "Specimen",
    ]
)


def absent(element: Mapping[str, Any]) -> bool:
    """True if a reason is given why there is no value, beside the value or as the value (S3, T49)."""
    if "dataAbsentReason" in element and as_list(element["dataAbsentReason"]):
        return True
    concept = element.get("valueCodeableConcept")
    if concept is not None and any(
        system and system.rstrip("/").endswith(_DATA_ABSENT) for system, _, _ in codings(concept)
    ):
        return True
    for name in element:
        if name.startswith("_value") and extension(as_dict(element[name]), _DATA_ABSENT):
            return name[1:] not in element
    return False


def labels(data: Mapping[str, Any]) -> frozenset[str]:
    """Codes of the security labels of a resource, whatever their system (S10, K6)."""
    meta = data.get("meta")
    if not isinstance(meta, (dict, list)):
        return frozenset()
    members: Iterable[Any] = meta if isinstance(meta, list) else (meta,)
    return frozenset(
        code
        for member in members
        if isinstance(member, dict) and "security" in member
        for _, code, _ in codings(member["security"])
        if code
    )


def source_class(data: Mapping[str, Any], context: ReadContext) -> tuple[str | None, tuple[str, ...]]:
    """The source class that a result states (`germline`, `somatic`, `fetal` ...), and notes (S6).

    From the source-class component, else from the R4 extension for it; None if it is missing. Two that differ give
    None with the note `source-class-conflict`. It is never taken from the gene or from the allele fraction.
    """
    terms = context.terms
    found = []
    for component in as_dicts(data.get("component")):
        if any(terms.component(system, code) == "source-class" for system, code, _ in codings(component.get("code"))):
            found += [
                terms.answer(system, code) or "unknown"
                for system, code, _ in codings(component.get("valueCodeableConcept"))
                if code
            ]
    if not found:
        stated = extension(data, "observation-geneticsGenomicSourceClass")
        found = [
            terms.answer(system, code) or "unknown"
            for system, code, _ in codings((stated or {}).get("valueCodeableConcept"))
            if code
        ]
    kinds = sorted(set(found) - {"unknown"})
    if len(kinds) > 1:
        return None, ("source-class-conflict",)
    if not kinds:
        return None, ("source-class-unreadable",) if found else ()
    if kinds[0] != GERMLINE and kinds[0] in context.policy.germline_classes:
        return GERMLINE, (f"source class {kinds[0]} counts as {GERMLINE}",)
    return kinds[0], ()


def specimen_of(site: Site, opened: Opened, context: ReadContext) -> str | None:
    """What the sample was: tissue, plasma, blood, saliva, fetal, donor, or None (S5)."""
    data = site.data or {}
    for stated in as_list(data.get("specimen")):
        reference = reference_of(stated)
        target = opened.resolve(reference, site) if reference else None
        if target is not None and target.data is not None:
            kind = target.data.get("type")
            text = as_dict(kind).get("text")
            found = context.terms.specimen(codings(kind), text if isinstance(text, str) else None)
            if found:
                return found
        display = as_dict(stated).get("display")
        if isinstance(display, str) and (found := context.terms.specimen((), display)):
            return found
    return None
