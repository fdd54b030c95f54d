"""Stages, histology and history of a cancer that stand in Observations (C6-C9)."""

from __future__ import annotations

import re
from typing import Any

from pmcds.fhir.conditions import folded
from pmcds.fhir.gates import gate
from pmcds.fhir.observations.questions import questions as questions_of
from pmcds.fhir.site import Opened, ReadContext, ReaderResult, Site
from pmcds.fhir.values import clean, codings, label_of
from pmcds.model.findings import Finding, InputNote, Source
from pmcds.terminology import ObservationTerm

_ROLES = frozenset({"staging", "morphology", "history"})
_STAGE = re.compile(r"(?:[0IVX]+[A-D]?[0-9]?|[0-4][A-D]?|[A-E]|[cpyra]*[TNM](?:[0-4X]|is|a)[a-d0-9]*)", re.ASCII)
_STATUS = {"void-status": "ignored", "value-absent": "ignored", "other-patient": "ignored"}


def read_stages(opened: Opened, context: ReadContext) -> ReaderResult:
    """A condition finding for each Observation whose code asks for a stage, a morphology, or is a history itself."""
    findings: list[Finding] = []
    notes: list[InputNote] = []
    questions = questions_of(opened, context)
    for site in opened.by_type("Observation"):
        terms = questions.terms_of(site)
        term = next((term for term in terms if term.role in _ROLES), None) if terms else None
        if term is None:
            continue
        data = site.data or {}
        verdict = gate(site, opened, context)
        if verdict.reason == "other-patient":
            notes.append(InputNote(site.pointer, site.key, "other-patient"))
            continue
        status, reason = "present", None
        value = _value(site, term, context)
        if verdict.reason is not None:
            status, reason = _STATUS.get(verdict.reason, "indeterminate"), verdict.reason
        elif term.role == "staging" and value["stage"] is None:
            status, reason = "indeterminate", "value-unreadable"
        elif term.role == "morphology" and not context.terms.conditions(codings(data.get("valueCodeableConcept"))).how:
            status, reason = "indeterminate", "unknown-code"
        subject = term.subject or label_of(data.get("valueCodeableConcept")) or label_of(data.get("code"))
        source = Source(site.key, site.pointer, site.pointer)
        findings.append(Finding("condition", subject, value, source, status, reason, date=verdict.date))
        notes.append(InputNote(site.pointer, site.key, None, "context"))
    return ReaderResult(tuple(findings), notes=tuple(notes))


def _value(site: Site, term: ObservationTerm, context: ReadContext) -> dict[str, Any]:
    data = site.data or {}
    concept = data.get("valueCodeableConcept")
    stated = codings(data.get("code") if term.role == "history" else concept)
    value: dict[str, Any] = {"role": term.role, "codes": folded(stated, context)}
    if term.role == "staging":
        words = [clean(display) for _, _, display in stated] + [label_of(concept), clean(data.get("valueString"))]
        value["stage"] = next((stage for word in words if word and (stage := _stage(word))), None)
    return value


def _stage(text: str) -> str | None:
    """The stage at the end of its name ("... stage IIIC (qualifier value)"), or None."""
    words = text.replace("(qualifier value)", "").split()
    return words[-1] if words and _STAGE.fullmatch(words[-1]) else None
