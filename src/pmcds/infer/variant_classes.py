"""Named variants and categories of a gene file (VP-01 to VP-11); the predicates stand in `variant_predicates`.

A gene file writes under `variants`, for each name that rules may ask for, one or several of

    same:        other forms of one variant (c., g., rs number, legacy names); the table of variants adds to them
    any_of:      names of variants
    codons:      any change of the protein at these residues, `except` some
    perhaps_codons: residues at which another change than the listed ones leaves the question open
    within, missense, frameshift_in, loss_in, gain_in, duplication_in: [first, last] residues
    by_base:     {p. name: [c. names]}  a protein change that counts only if made by these bases
    truncating:  "yes"          nonsense, frameshift, splice position
    skips:       {residues: [first, last], spans: [first base, last base]} of an exon
    fusion, amplification, loss, mutation: "yes"; fused_with: [partners]
    copies:      "6"            so many copies of the gene or more, called amplified or not
    called:      words of the laboratory, any of which makes a small change one of the category
    either:      [subjects]     one of these, of any gene; it stands alone
    of, unless_known: categories of the gene; the first one, and absent once the second is known; they stand alone
    plasma:      "negative"     all that is known of the gene is a negative result from plasma; it stands alone

of which any may hold, and `texts`, the phrases of reports (`names`: those that name the gene, too). `significance`
(words that the laboratory must have used), `zygosity`, `specimen` and `fraction` ({at_least: "0.4", at_most: "0.6"} of
the reads) narrow it down, and `not_specimen` takes results of one specimen out; with these alone every variant of the
gene counts. `origin` asks for results of the germline
or of the tumor, whatever the rule's own origin.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pmcds.infer.protein import protein
from pmcds.infer.variant_predicates import NO, PREDICATES, YES, Described, Fits, any_of, one_of, share
from pmcds.model.genes import Gene

__all__ = ["Described", "Fits", "classes_of", "fits", "resolved", "same_as"]


def fits(name: str, spec: Mapping[str, Any], variant: Described) -> Fits:
    """Whether the variant is of this name or category: yes, no, or not told."""
    narrowed = [one_of(spec[word], stated) for word, stated in _stated(variant) if word in spec]
    narrowed += [share(spec["fraction"], variant.fraction)] if "fraction" in spec else []
    narrowed += [variant.specimen != spec["not_specimen"]] if "not_specimen" in spec else []
    if spec.get("except") and any_of(spec["except"], variant):
        return NO
    identity = YES if _is_said(name, spec, variant) else _identity(name, spec, variant, bool(narrowed))
    parts = (identity, *narrowed)
    return NO if NO in parts else None if None in parts else YES


def _is_said(name: str, spec: Mapping[str, Any], variant: Described) -> bool:
    said = {text.lower() for text in (name, *spec.get("texts", ()), *spec.get("names", ()))}
    said -= {text.lower() for text in spec.get("perhaps_texts", ())}
    return variant.phrase is not None and variant.phrase.lower() in said


def _identity(name: str, spec: Mapping[str, Any], variant: Described, narrowed: bool) -> Fits:
    # The name of a single variant counts among its own forms.
    found = [
        predicate([name, *spec[word]] if word == "same" else spec[word], variant)
        for word, predicate in PREDICATES.items()
        if word in spec
    ]
    if not found:
        found = [YES] if narrowed else [any_of([name], variant)]
    return YES if YES in found else None if None in found else NO


def _stated(variant: Described) -> tuple[tuple[str, str | None], ...]:
    return ("significance", variant.significance), ("zygosity", variant.zygosity), ("specimen", variant.specimen)


def same_as(gene: Gene, variant: Described) -> str | None:
    """The canonical name of a variant that the gene file lists with other forms, or None."""
    for name in sorted(gene.variants):
        spec = gene.variants[name]
        if "same" in spec and fits(name, spec, variant):
            return name
    return None


def resolved(gene: Gene | None, variant: Described) -> Described:
    """The variant under its canonical name, too, where the gene file or the table lists the form that it is told in."""
    name = same_as(gene, variant) if gene is not None else None
    change = protein(name) if name is not None else None
    if name is None or change is None or change == variant.protein:
        return variant
    return variant._replace(names=(*variant.names, name), protein=change, numbered=True)


def classes_of(gene: Gene, variant: Described) -> tuple[str, ...]:
    """The categories of the gene file that hold, by name."""
    return tuple(
        name
        for name in sorted(gene.variants)
        if not {"same", "either", "plasma", "of"} & set(gene.variants[name])
        and fits(name, gene.variants[name], variant)
    )
