"""Family history: what relatives have or had; never a fact about the patient's own genes (H1, H2, H25)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pmcds.fhir.conditions import folded
from pmcds.fhir.gates import labels, modified
from pmcds.fhir.site import Opened, ReadContext, ReaderResult, Site
from pmcds.fhir.subjects import subjects
from pmcds.fhir.values import as_dict, as_dicts, as_text, codings, date_of, decimal_of, label_of, value_of
from pmcds.model.findings import Finding, InputNote, Source


def read_families(opened: Opened, context: ReadContext) -> ReaderResult:
    """One finding for each disease of a FamilyMemberHistory."""
    findings: list[Finding] = []
    notes: list[InputNote] = []
    for site in opened.by_type("FamilyMemberHistory"):
        whose = subjects(opened, context).whose(site).reason
        if whose == "other-patient":
            notes.append(InputNote(site.pointer, site.key, whose))
            continue
        if labels(site.data or {}) & context.policy.withheld_labels:
            notes.append(InputNote(site.pointer, site.key, "withheld"))
            continue
        findings.extend(_diseases(site, context, whose))
        notes.append(InputNote(site.pointer, site.key, "family-member"))
    return ReaderResult(tuple(findings), notes=tuple(notes))


def _diseases(site: Site, context: ReadContext, whose: str | None) -> list[Finding]:
    data = site.data or {}
    status: str = "present"
    reason: str | None = None
    if data.get("status") == "entered-in-error":
        status, reason = "ignored", "void-status"
    elif modified(site):
        status, reason = "indeterminate", "modifier"
    elif data.get("status") not in ("partial", "completed", "health-unknown"):
        status, reason = "indeterminate", "status-unreadable"
    elif whose is not None:
        status, reason = "indeterminate", whose
    relative = label_of(data.get("relationship"))
    extensions = _extensions(data)
    found = []
    for condition in as_dicts(data.get("condition")):
        concept = condition.get("code")
        stated = codings(concept)
        match = context.terms.conditions(stated, label_of(concept))
        subject = next(iter((*match.cancers, *match.names)), None) or label_of(concept)
        value: dict[str, Any] = {"codes": folded(stated, context)}
        if relative is not None:
            value["relative"] = relative
        age = _onset(condition)
        if age is not None:
            value["onset_age"] = age
        if extensions:
            value["extensions"] = extensions
        source = Source(site.key, site.pointer, site.pointer)
        date = date_of(data, (), ("date",))
        found.append(Finding("family_history", subject, value, source, status=status, reason=reason, date=date))
    return found


def _extensions(data: Mapping[str, Any]) -> dict[str, str]:
    """The words of the extensions of the relative, such as the degree of relationship, by the end of their URL (H2)."""
    found = {}
    for member in (*as_dicts(data.get("extension")), *as_dicts(as_dict(data.get("relationship")).get("extension"))):
        url, value = member.get("url"), value_of(member)
        shown = label_of(value) if isinstance(value, (dict, list)) else as_text(value)
        if isinstance(url, str) and shown:
            found[url.split("|", 1)[0].rstrip("/").rsplit("/", 1)[-1]] = shown
    return found


def _onset(condition: Mapping[str, Any]) -> Any:
    """The age in years at which it began, if it is stated in years."""
    age = as_dict(condition.get("onsetAge"))
    unit = age.get("code") or age.get("unit")
    return decimal_of(age.get("value")) if unit in ("a", "yr", "year", "years") else None
