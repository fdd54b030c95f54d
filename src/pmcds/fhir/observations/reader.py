"""From Observations to findings: which reader reads which question, and one note for each resource."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from pmcds.errors import InputError
from pmcds.fhir.limits import check_count
from pmcds.fhir.observations.around import read_coverage, read_interpretation, read_phase
from pmcds.fhir.observations.biomarkers import read_biomarker
from pmcds.fhir.observations.gene_results import GENE_ROLES, has_gene_components, read_gene_result, read_presence
from pmcds.fhir.observations.implications import read_consequence, read_implication, read_significance
from pmcds.fhir.observations.known import Known
from pmcds.fhir.observations.laboratory import read_laboratory, read_parts
from pmcds.fhir.observations.operations import read_operations
from pmcds.fhir.observations.questions import questions
from pmcds.fhir.observations.record import Record, record_of
from pmcds.fhir.observations.reports import read_reports
from pmcds.fhir.observations.uncoded import read_uncoded
from pmcds.fhir.observations.variants import read_variant
from pmcds.fhir.site import Opened, ReadContext, ReaderResult, Site
from pmcds.fhir.subjects import subjects
from pmcds.fhir.values import as_dicts, reference_of
from pmcds.model.findings import Finding, InputNote

_READERS: dict[str, Callable[[Record], list[Finding]]] = {
    "genotype": read_gene_result,
    "haplotype": read_gene_result,
    "phenotype": read_gene_result,
    "activity_score": read_gene_result,
    "allele_presence": read_presence,
    "variant": read_variant,
    "implication": read_implication,
    "significance": read_significance,
    "consequence": read_consequence,
    "biomarker": read_biomarker,
    "laboratory": read_laboratory,
    "phase": read_phase,
    "coverage": read_coverage,
    "interpretation": read_interpretation,
}


def read_observations(opened: Opened, context: ReadContext) -> ReaderResult:
    """Findings and notes of Observations, of reports, and of Parameters that answer a question without a resource."""
    findings: list[Finding] = []
    notes: list[InputNote] = []
    asked, whose = questions(opened, context), subjects(opened, context)
    known, failed = Known(opened, context), False
    sites, most = opened.by_type("Observation"), context.limits.results
    # Without a question (people want to see everything) nothing is refused: an evaluation with one came before.
    if context.asked is not None and len(sites) > most:
        questioned = (asked.of(site) for site in sites)
        check_count(sum(not one.foreign and not one.unasked for one in questioned), most, "results")
    for site in sites:
        if whose.whose(site).reason == "other-patient":
            notes.append(InputNote(site.pointer, site.key, "other-patient"))
            continue
        question = asked.of(site)
        if question.foreign:
            notes.append(InputNote(site.pointer, site.key, "not-relevant"))
            continue
        said = known.said(site, question)
        unasked = (question.unasked if said is None else known.unasked(said)) and opened.leave(site)
        if unasked and not context.thorough:
            continue
        stated = known.read(site, said) if said is not None else None
        try:
            found, ignored = _read(site, opened, context) if stated is None else (stated, None)
        except (InputError, RecursionError):
            raise
        except Exception:
            # One that this reader cannot bear never takes the results beside it away.
            failed = True
            notes.append(InputNote(site.pointer, site.key, "unreadable"))
            continue
        if not unasked and known.unasked(found) and opened.leave(site) and not context.thorough:
            # As on the quick path: what more members the resource has may not tell whether rules ask for it.
            continue
        findings += found
        notes.append(InputNote(site.pointer, site.key, ignored))
    others = (read_reports(opened, context), read_operations(opened, context))
    return ReaderResult(
        (*_doubted(findings, opened), *(finding for other in others for finding in other.findings)),
        (),
        (*notes, *(note for other in others for note in other.notes)),
        failed,
    )


def _read(site: Site, opened: Opened, context: ReadContext) -> tuple[list[Finding], str | None]:
    record = record_of(site, opened, context)
    term = record.term
    if has_gene_components(record) and (term is None or term.role not in _READERS):
        return read_gene_result(record), None
    if term is None:
        parts = read_parts(record)
        return (parts, None) if parts else read_uncoded(record)
    reader = _READERS.get(term.role)
    if reader is None:
        return [], "not-relevant"
    found = reader(record)
    if term.role not in GENE_ROLES and has_gene_components(record):
        found = [*(one for one in found if one.reason != "value-absent"), *read_gene_result(record)]
    return found, None if found else "not-relevant"


def _doubted(findings: list[Finding], opened: Opened) -> list[Finding]:
    """Earlier results that a later negative one follows are conflicting where both are supplied (T26)."""
    later = [finding for finding in findings if finding.reason == "later-result"]
    if not later:
        return findings
    doubted = set()
    by_pointer = {site.pointer: site for site in opened.by_type("Observation")}
    for finding in later:
        site = by_pointer.get(finding.source.site)
        for member in as_dicts((site.data or {}).get("extension")) if site else ():
            reference = reference_of(member.get("valueReference"))
            if site and reference and str(member.get("url", "")).endswith("observation-sequelTo"):
                target = opened.resolve(reference, site)
                if target is not None:
                    doubted.add(target.pointer)
    return [
        replace(finding, status="conflicting", reason="later-result")
        if finding.source.site in doubted and finding.status == "present"
        else finding
        for finding in findings
    ]
