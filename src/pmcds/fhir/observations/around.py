"""What stands around results: phase, tested genes, overall interpretation (G18, E5, E8)."""

from __future__ import annotations

from typing import Any

from pmcds.fhir.observations.answers import answer_in, interpretation_of, short
from pmcds.fhir.observations.genes import genes_of
from pmcds.fhir.observations.record import Record
from pmcds.model.findings import Finding


def read_phase(record: Record) -> list[Finding]:
    """Whether the linked variants lie on one copy."""
    answer = answer_in(record.context.terms, record.data)
    links = record.links()
    of = tuple(link.site.key for link in links if link.site is not None and not link.other_patient)
    value: dict[str, Any] = {"phase": answer.word, "of": of}
    if answer.word in ("cis", "trans"):
        return [record.finding("phase", None, value)]
    reason = answer.reason or "indeterminate"
    return [record.finding("phase", None, value, status="indeterminate", reason=reason)]


def read_coverage(record: Record) -> list[Finding]:
    """Genes and regions that were tested; several genes may be codings of one concept (T62)."""
    terms = record.context.terms
    genes = [gene for stated in record.stated("gene") for gene in genes_of(terms, stated.codings, stated.text)]
    value: dict[str, Any] = {"genes": tuple(dict.fromkeys(gene.symbol for gene in genes))}
    for carried in ("ranges-examined", "region-description", "mutations-tested", "uncallable"):
        words = tuple(shown for stated in record.stated(carried) if (shown := stated.shown))
        if words:
            value[carried] = words
    if any(gene.doubtful for gene in genes):
        return [record.finding("coverage", None, value, status="conflicting", reason="code-display")]
    return [record.finding("coverage", None, value)]


def read_interpretation(record: Record) -> list[Finding]:
    """The overall interpretation of a report: shown, never evidence for one gene (E5)."""
    answer = answer_in(record.context.terms, record.data)
    word = short(answer.word) if answer.word else interpretation_of(record.context.terms, record.data)
    result = {"present": "positive", "absent": "negative"}.get(word or "", word)
    value = {"row": "interpretation", "result": result}
    if result is None:
        reason = answer.reason or "value-absent"
        return [record.finding("report", None, value, status="indeterminate", reason=reason)]
    return [record.finding("report", None, value)]
