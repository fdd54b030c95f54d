"""Variant observations: each is one small variant, one structural change, an absence, or nothing that can be told."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pmcds.fhir.observations import names, structure, variant
from pmcds.fhir.observations.gene_results import read_gene_result
from pmcds.fhir.observations.genes import Named
from pmcds.fhir.observations.implications import read_significance
from pmcds.fhir.observations.record import Record
from pmcds.fhir.observations.variant import Change
from pmcds.model.findings import Finding


def read_variant(record: Record) -> list[Finding]:
    """The findings of a variant observation of any release: the general code, per-gene codes, the R4 panel code."""
    asked = record.term.kind if record.term else None
    if asked == "panel" and variant.star_value(record):
        return read_gene_result(record, "haplotype")
    if asked == "panel" and record.components.get("significance"):
        return read_significance(record)
    change = variant.change_of(record)
    genes, conflict = variant.variant_genes(record, change)
    if asked in ("mutations", "tested", "presence"):
        return _by_gene_code(record, change, genes, asked)
    kind = structure.kind_of(record, change, genes)
    if kind == "container":
        members = tuple(link.site.key if link.site else link.reference for link in record.links("hasMember"))
        value: dict[str, Any] = {"row": "variant", "members": members}
        complex_type = record.stated("complex-type")
        if complex_type and complex_type[0].shown:
            value["complex_type"] = complex_type[0].shown
        found = record.finding("variant", None, value, status="ignored", reason="container")
        return [replace(found, missing=tuple(name for name in found.missing if name == "patient"))]
    status, reason = variant.presence_of(record, change, genes)
    if kind == "karyotype":
        return [_karyotype(record, status, reason)]
    if conflict and status in ("present", "absent"):
        status, reason = "conflicting", conflict
    if status == "absent" and reason is None and (len(genes) > 1 or (genes and genes[0].doubtful)):
        return variant.absent_everywhere(record, change, genes)
    own = [_one(record, change, genes, kind, status, reason)]
    said = status == "present" and record.components.get("significance")
    return [*own, *read_significance(record, own=True)] if said else own


def _one(
    record: Record, change: Change, genes: tuple[Named, ...], kind: str, status: str, reason: str | None
) -> Finding:
    missing = list(dict.fromkeys(change.missing))
    subject = genes[0].symbol if len(genes) == 1 else None
    if kind == "fusion":
        subject, value = structure.fusion_of(record, change, genes)
        worse = None
    elif kind == "copy-number":
        value, worse = structure.copy_number_of(record, change)
    elif kind == "repeat":
        value, worse = structure.repeats_of(record, change)
    else:
        value, worse = {"row": "variant", **change.parts}, None
    if kind != "fusion":
        if len(genes) > 1:
            value["genes"] = tuple(gene.symbol for gene in genes)
            if status == "present":
                status, reason = "indeterminate", "gene-ambiguous"
        elif not genes:
            missing.append("gene")
        if kind == "variant" and status in ("present", "indeterminate") and not _identified(change, status):
            missing.append("variant")
    if status == "present" and worse:
        status, reason = "conflicting", worse
    if status == "absent" and reason is None:
        value["scope"] = variant.scope_of(change)
    if reason == "value-absent":
        value = (
            {"row": "variant", "loinc": next(iter(variant.codes_of(record)), None), **value}
            if not change.named
            else value
        )
    return record.finding(
        "variant",
        subject,
        value,
        status=status,
        reason=reason,
        missing=tuple(missing),
        notes=tuple(change.notes),
        origin=True,
    )


def _identified(change: Change, status: str) -> bool:
    """A region with a change type names a category of changes; a region alone names nothing (V10, V15)."""
    if change.named or "region" in change.parts or status == "indeterminate":
        return True
    return "dna_region" in change.parts and "type" in change.parts


def _karyotype(record: Record, status: str, reason: str | None) -> Finding:
    value, normal = structure.karyotype_of(record)
    if status == "present" and normal:
        status, reason = "absent", "normal-karyotype"
    return record.finding("variant", None, value, status=status, reason=reason, origin=True)


def _by_gene_code(record: Record, change: Change, genes: tuple[Named, ...], asked: str) -> list[Finding]:
    """A per-gene code whose value is a presence answer or the change itself (V20)."""
    subject = genes[0].symbol if len(genes) == 1 else None
    told = variant.stated_variant(record)
    if told is not None:
        for one in (names.hgvs_of(told),) if names.hgvs_of(told) else names.hgvs_within(told):
            if one is not None:
                change.parts["p" if one.kind == "p" else one.kind] = (
                    names.protein(one.body) if one.kind == "p" else names.dna(one)
                )
                change.genes += [one.gene] if one.gene else []
        if not change.small:
            change.parts["text"] = told
        status, reason = variant.presence_of_stated(record, change, genes, told)
        _, conflict = variant.variant_genes(record, change)
        if conflict and status == "present":
            status, reason = "conflicting", conflict
        return [_one(record, change, genes, "variant", status, reason)]
    if asked == "presence" and record.term is not None:
        # `says` of the code names the one change that it asks for.
        says = getattr(record.term, "says", None)
        if says:
            change.parts.setdefault("p" if says.startswith("p.") else "text", says)
    status, reason = variant.presence_of(record, change, genes)
    if reason == "value-absent":
        value = {"row": "variant", "loinc": next(iter(variant.codes_of(record)), None)}
        found = record.finding("variant", subject, value, status=status, reason=reason)
        return [found]
    return [_one(record, change, genes, "variant", status, reason)]
