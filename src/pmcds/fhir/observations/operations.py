"""Answers of genomics operations without a resource: absent, but only in the scope of the question (A11, V23, T09)."""

from __future__ import annotations

from typing import Any

from pmcds.fhir.gates import labels
from pmcds.fhir.observations import hla, names
from pmcds.fhir.site import Opened, ReadContext, ReaderResult, Site
from pmcds.fhir.subjects import subjects
from pmcds.fhir.values import as_dicts, as_text
from pmcds.model.findings import Finding, InputNote, Source

_VARIANT_ASKED = ("variantItem", "variant")
_RANGE_ASKED = ("rangeItem", "range")
_HAPLOTYPE_ASKED = ("haplotypeItem", "haplotype")


def read_operations(opened: Opened, context: ReadContext) -> ReaderResult:
    """Findings of every Parameters resource."""
    findings: list[Finding] = []
    notes: list[InputNote] = []
    for site in opened.by_type("Parameters"):
        if subjects(opened, context).whose(site).reason == "other-patient":
            notes.append(InputNote(site.pointer, site.key, "other-patient"))
            continue
        found = _read(site, opened, context)
        findings += found
        notes.append(InputNote(site.pointer, site.key, None if found else "not-relevant"))
    return ReaderResult(tuple(findings), (), tuple(notes))


def _read(site: Site, opened: Opened, context: ReadContext) -> list[Finding]:
    found = []
    for place, parameter in enumerate(as_dicts((site.data or {}).get("parameter"))):
        parts = as_dicts(parameter.get("part"))
        if not any(part.get("name") == "presence" and part.get("valueBoolean") is False for part in parts):
            continue
        # With a resource the answer is that resource's.
        if any("resource" in part for part in parts):
            continue
        finding = _absent(site, f"{site.pointer}/parameter/{place}", parts, opened, context)
        if finding is not None:
            found.append(finding)
    return found


def _absent(
    site: Site, pointer: str, parts: list[dict[str, Any]], opened: Opened, context: ReadContext
) -> Finding | None:
    asked = _asked(parts, _HAPLOTYPE_ASKED)
    allele = hla.allele_of(asked) if asked else None
    if allele is not None:
        kind, subject = "allele", allele.name
        value: dict[str, Any] = {"allele": allele.name, "locus": allele.locus, "as_stated": asked}
    elif asked is None and (asked := _asked(parts, _VARIANT_ASKED)) is not None:
        kind, subject = "variant", None
        value = {"row": "variant", "scope": "variant", "as_stated": asked}
        spdi, change = names.spdi_of(asked), names.hgvs_of(asked)
        if spdi is not None:
            value["spdi"] = str(spdi)
        elif change is not None and change.kind != "p":
            value[change.kind] = names.dna(change)
    elif asked is None and (asked := _asked(parts, _RANGE_ASKED)) is not None:
        kind, subject = "variant", None
        value = {"row": "variant", "scope": "region", "region": asked, "as_stated": asked}
    else:
        return None
    whose = subjects(opened, context).whose(site)
    status, reason = "absent", "query-negative"
    if whose.reason == "no-subject":
        status, reason = "indeterminate", "no-subject"
    missing = ("patient",) if whose.reason or "single-patient-policy" in whose.notes else ()
    if labels(site.data or {}) & context.policy.withheld_labels:
        return Finding(kind, None, None, Source(site.key, site.pointer, pointer), "withheld", "security-label")
    return Finding(
        kind,
        subject,
        value,
        Source(site.key, site.pointer, pointer),
        status,
        reason,
        missing=missing,
        notes=whose.notes,
    )


def _asked(parts: list[dict[str, Any]], wanted: tuple[str, ...]) -> str | None:
    for part in parts:
        if part.get("name") in wanted:
            return as_text(part.get("valueString"))
    return None
