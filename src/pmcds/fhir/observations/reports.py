"""Genomic reports: what they state in codes, which results they list but do not bring, what is prose (E2-E6)."""

from __future__ import annotations

import re
from typing import Any

from pmcds.fhir.observations import hla
from pmcds.fhir.observations.answers import Answer, answer_of, short
from pmcds.fhir.observations.gene_results import presence, read_typing
from pmcds.fhir.observations.questions import known_system
from pmcds.fhir.observations.record import Record
from pmcds.fhir.observations.uncoded import mentions
from pmcds.fhir.site import Opened, ReadContext, ReaderResult, Site
from pmcds.fhir.subjects import subjects
from pmcds.fhir.values import as_dict, as_dicts, as_text, clean, codings, extension, texts
from pmcds.model.findings import Finding, InputNote
from pmcds.terminology import ObservationTerm

_GENETIC = frozenset({"GE", "genetics", "genomics"})
_TYPING = "hla-genotyping-results-glstring"
_TAG = re.compile(r"<[^<>]{0,2000}>")
_MAX_PROSE = 20_000


def read_reports(opened: Opened, context: ReadContext) -> ReaderResult:
    """Findings and notes of all DiagnosticReports; those of other fields are not relevant, their results are sites."""
    findings: list[Finding] = []
    notes: list[InputNote] = []
    for site in opened.by_type("DiagnosticReport"):
        found, ignored = _read(site, opened, context)
        findings += found
        notes.append(InputNote(site.pointer, site.key, ignored, None if ignored else "context"))
    return ReaderResult(tuple(findings), (), tuple(notes))


def _read(site: Site, opened: Opened, context: ReadContext) -> tuple[list[Finding], str | None]:
    if subjects(opened, context).whose(site).reason == "other-patient":
        return [], "other-patient"
    record = Record(site, opened, context, None, None)
    asked = _questions(record)
    if not _is_genomic(record, asked):
        return [], "not-relevant"
    if record.gate.reason == "security-label":
        return [record.finding("report", None, None)], None
    missing = [link.reference for link in record.links("result") if link.site is None or link.other_patient]
    allele = next((term for term in asked if term.role == "allele_presence"), None)
    found = [*_typing(record), *_conclusion(record, allele, missing)]
    found += _listed(record, missing)
    found += _prose(record)
    return found, None


def _questions(record: Record) -> list[ObservationTerm]:
    terms = record.context.terms
    found = [terms.observation(system, code) for system, code, _ in codings(record.data.get("code"))]
    return [term for term in found if term is not None]


def _is_genomic(record: Record, asked: list[ObservationTerm]) -> bool:
    """True by code, by category, or where a local code says nothing against it."""
    if any(term.role not in ("laboratory", "biomarker") for term in asked):
        return True
    if any(code in _GENETIC for _, code, _ in codings(record.data.get("category"))):
        return True
    members = codings(record.data.get("code"))
    known = any(known_system(record.context.terms, system) for system, code, _ in members if code)
    return bool(members) and not known and not record.data.get("category")


def _typing(record: Record) -> list[Finding]:
    """The GL string in the extension of the report (A6)."""
    stated = extension(record.data, _TYPING)
    if stated is None:
        return []
    inner = [stated, *as_dicts(stated.get("extension"))]
    text = next(
        (text for member in inner if (text := as_text(member.get("valueString"))) and hla.is_typing(text)), None
    )
    return read_typing(record, text) if text else []


def _conclusion(record: Record, allele: ObservationTerm | None, missing: list[str]) -> list[Finding]:
    """The coded conclusion: of one allele if the code names it (A10), else of the report as a whole (E5)."""
    stated = record.data.get("conclusionCode") or record.data.get("codedDiagnosis")
    answer = answer_of(record.context.terms, codings(stated), texts(stated)) if stated else Answer()
    if allele is not None:
        return _of_allele(record, allele, answer, missing)
    if answer.word is None:
        return []
    word = short(answer.word)
    result = {"present": "positive", "absent": "negative"}.get(word, word)
    return [record.finding("report", None, {"row": "interpretation", "result": result})]


def _of_allele(record: Record, term: ObservationTerm, answer: Answer, missing: list[str]) -> list[Finding]:
    named = hla.allele_of(term.subject)
    value = {"allele": term.subject, "locus": named.locus if named else None}
    if answer.stated is None:
        if not missing:
            return []
        return [record.finding("allele", term.subject, value, status="indeterminate", reason="not-supplied")]
    status, reason = presence(short(answer.word) if answer.word else None, answer.reason)
    return [
        record.finding(
            "allele",
            term.subject,
            value,
            status=status,
            reason=reason,
            missing=("observation",) if missing else (),
            notes=("from report summary",),
        )
    ]


def _listed(record: Record, missing: list[str]) -> list[Finding]:
    """Results that are listed but not there, and what is attached instead of results (E4, E6, T45)."""
    links = record.links("result")
    attached = [
        kind for form in as_dicts(record.data.get("presentedForm")) if (kind := as_text(form.get("contentType")))
    ]
    value: dict[str, Any] = {"row": "report"}
    if attached:
        value["attachment"] = attached[0]
    if missing:
        value |= {"listed": len(links), "supplied": len(links) - len(missing), "not_supplied": tuple(missing)}
        return [record.finding("report", None, value, status="indeterminate", reason="not-supplied")]
    if attached and not links and not as_text(record.data.get("conclusion")):
        return [record.finding("report", None, value, status="indeterminate", reason="attachment-only")]
    return []


def _prose(record: Record) -> list[Finding]:
    """Genes that the conclusion names; the narrative is looked at only where there is nothing else (E3, T46)."""
    text = clean(as_text(record.data.get("conclusion")))
    if text is None and not record.data.get("result") and not record.data.get("presentedForm"):
        text = clean(_TAG.sub(" ", (as_text(as_dict(record.data.get("text")).get("div")) or "")[:_MAX_PROSE]))
    if text is None:
        return []
    found = mentions(record, [text[:_MAX_PROSE]], "text-only")
    if found or "conclusion" not in record.data:
        return found
    value = {"row": "reported-text", "mentions": ()}
    return [record.finding("report", None, value, status="indeterminate", reason="text-only")]
