"""Orders for tests that have no result yet: something is under way, and nothing is suggested twice (E11)."""

from __future__ import annotations

import re
from typing import Any

from pmcds.fhir.conditions import folded
from pmcds.fhir.gates import labels, modified
from pmcds.fhir.site import Opened, ReadContext, ReaderResult, Site
from pmcds.fhir.subjects import subjects
from pmcds.fhir.values import clean, codings, concept_of, date_of, label_of
from pmcds.model.findings import Finding, InputNote, Source

TYPES = ("ServiceRequest", "ProcedureRequest", "DiagnosticOrder")
_STATES = {
    "draft": "draft",
    "active": "current",
    "requested": "current",
    "in-progress": "current",
    "on-hold": "on-hold",
    "completed": "past",
    "ended": "past",
    "revoked": "void",
    "cancelled": "void",
    "entered-in-error": "void",
}
_PENDING = frozenset({"draft", "current", "on-hold", "planned"})
_WORD = re.compile(r"[A-Z][A-Z0-9]*(?:-[A-Z0-9]+)?", re.ASCII)


def read_test_orders(opened: Opened, context: ReadContext) -> ReaderResult:
    """A finding for each order of a genomic test, with the gene if one is named."""
    findings: list[Finding] = []
    notes: list[InputNote] = []
    for type_name in TYPES:
        for site in opened.by_type(type_name):
            whose = subjects(opened, context).whose(site).reason
            if whose == "other-patient":
                notes.append(InputNote(site.pointer, site.key, whose))
            elif labels(site.data or {}) & context.policy.withheld_labels:
                notes.append(InputNote(site.pointer, site.key, "withheld"))
            else:
                findings.extend(_read_one(site, context, whose))
    return ReaderResult(tuple(findings), notes=tuple(notes))


def _read_one(site: Site, context: ReadContext, whose: str | None) -> list[Finding]:
    data = site.data or {}
    concept = concept_of(data.get("code"))
    stated = codings(concept)
    terms = [context.terms.observation(system, code) for system, code, _ in stated]
    known = [term for term in terms if term is not None and term.role != "laboratory"]
    genes = sorted({term.subject for term in known if term.subject} or _genes(stated, label_of(concept), context))
    if not known and not genes:
        return []
    state = _STATES.get(data["status"], "unknown") if isinstance(data.get("status"), str) else "unknown"
    if state == "current" and data.get("intent") in ("proposal", "plan", "option"):
        state = "planned"
    value: dict[str, Any] = {"codes": folded(stated, context), "state": state}
    status, reason = _verdict(state, data)
    if modified(site):
        status, reason = "indeterminate", "modifier"
    elif whose is not None and status == "present":
        status, reason = "indeterminate", whose
    source = Source(site.key, site.pointer, site.pointer)
    date = date_of(data, ("occurrence",), ("authoredOn",))
    return [
        Finding("test_order", gene, value, source, status=status, reason=reason, date=date) for gene in genes or (None,)
    ]


def _verdict(state: str, data: dict[str, Any]) -> tuple[str, str | None]:
    if data.get("doNotPerform") is True:
        return "ignored", "do-not-perform"
    if state in _PENDING:
        return "present", None
    if state == "past":
        return "ignored", "not-current"
    return ("ignored", "void-status") if state == "void" else ("indeterminate", "status-unreadable")


def _genes(
    stated: tuple[tuple[str | None, str | None, str | None], ...], label: str | None, context: ReadContext
) -> set[str]:
    """Genes that the words of the order name."""
    texts = [text for text in (label, *(clean(display) for _, _, display in stated)) if text]
    found = {context.terms.gene_named(word) for text in texts for word in _WORD.findall(text)}
    return {gene for gene in found if gene is not None and gene in context.genes}
