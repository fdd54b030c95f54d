"""Allergies and intolerances: context that never makes or removes a genomic alert (I1-I4, H47)."""

from __future__ import annotations

import re
from typing import Any

from pmcds.fhir.conditions import CLINICAL, VERIFICATION, folded, status_of
from pmcds.fhir.gates import labels, modified
from pmcds.fhir.site import Opened, ReadContext, ReaderResult, Site
from pmcds.fhir.subjects import subjects
from pmcds.fhir.values import as_dicts, code_of, codings, date_of, label_of, texts
from pmcds.model.findings import Finding, InputNote, Source

# "No known allergy", "no known drug allergy" and the like, where the code is not listed.
_NONE_KNOWN = re.compile(r"no known\b", re.IGNORECASE)


def read_allergies(opened: Opened, context: ReadContext) -> ReaderResult:
    """One finding for each AllergyIntolerance; "no known" codes are absent in their scope."""
    findings: list[Finding] = []
    notes: list[InputNote] = []
    for site in opened.by_type("AllergyIntolerance"):
        whose = subjects(opened, context).whose(site).reason
        if whose == "other-patient":
            notes.append(InputNote(site.pointer, site.key, whose))
        elif labels(site.data or {}) & context.policy.withheld_labels:
            notes.append(InputNote(site.pointer, site.key, "withheld"))
        else:
            finding = _read_one(site, context, whose)
            if finding is not None:
                findings.append(finding)
    return ReaderResult(tuple(findings), notes=tuple(notes))


def _read_one(site: Site, context: ReadContext, whose: str | None) -> Finding | None:
    data = site.data or {}
    concept = data.get("code") or data.get("substance")
    if not concept:
        concept = next(
            (reaction["substance"] for reaction in as_dicts(data.get("reaction")) if reaction.get("substance")), None
        )
    found, label = codings(concept), label_of(concept)
    value: dict[str, Any] = {"codes": folded(found, context)}
    for name, member in (("clinical", "clinicalStatus"), ("verification", "verificationStatus"), ("type", "type"),
                         ("criticality", "criticality")):  # fmt: skip
        code = code_of(data.get(member))
        if code is not None:
            value[name] = code
    status, reason = _verdict(data)
    subject: str | None = label
    words = [text for text in (label, *(display for _, _, display in found)) if text]
    if any(context.terms.answer(system, code) == "none known" for system, code, _ in found) or any(
        _NONE_KNOWN.match(text) for text in words
    ):
        subject, value["as_stated"] = None, label
        if status == "present":
            status = "absent"
    else:
        match = context.terms.recognize(found, texts(concept))
        if match.ingredients and not match.conflicting:
            subject = " + ".join(match.ingredients)
    if modified(site):
        status, reason = "indeterminate", "modifier"
    elif whose is not None and status != "ignored":
        status, reason = "indeterminate", whose
    source = Source(site.key, site.pointer, site.pointer)
    date = date_of(data, ("onset",), ("recordedDate", "assertedDate", "dateRecorded"))
    matched = None if any(code for _, code, _ in found) else "name"
    return Finding("allergy", subject, value, source, status=status, reason=reason, date=date, matched=matched)


def _verdict(data: dict[str, Any]) -> tuple[str, str | None]:
    # DSTU2 has one status for both.
    verification = status_of(data.get("verificationStatus"), VERIFICATION) or code_of(data.get("status"))
    clinical = status_of(data.get("clinicalStatus"), CLINICAL)
    if verification == "entered-in-error":
        return "ignored", "void-status"
    if verification == "refuted":
        return "ignored", "refuted"
    if clinical in ("resolved", "inactive") or verification in ("resolved", "inactive"):
        return "absent", "resolved"
    if verification in ("unconfirmed", "presumed"):
        return "indeterminate", "unconfirmed"
    return "present", None
