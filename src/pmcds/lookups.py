"""Single questions that need no patient: a phenotype, a variant, a drug."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pmcds import infer
from pmcds.errors import InputError
from pmcds.knowledge import Knowledge
from pmcds.model.findings import DrugMatch
from pmcds.model.results import GeneResult, Variant

_bundled: list[Knowledge] = []


def _knowledge() -> Knowledge:
    """The bundled knowledge, loaded once for the small doors below."""
    if not _bundled:
        _bundled.append(Knowledge.bundled())
    return _bundled[0]


def phenotype(gene: str, diplotype: str) -> GeneResult:
    """What a diplotype means: `phenotype("GENE", "*1/*4x2")`.

    Raises InputError if the gene, an allele or the notation is not known.
    """
    genes = _knowledge().genes
    if gene not in genes:
        raise InputError("unknown-gene", "the gene is not covered", mend=f"one of {', '.join(sorted(genes))}")
    return infer.phenotype(genes[gene], diplotype)


def parse_variant(text: str) -> Variant | None:
    """A variant from everyday or HGVS text, or None if it is none: `parse_variant("GENE p.(Val600Glu)")`."""
    return infer.parse_variant(text, _knowledge().genes)


def recognize_drug(drug: str | Mapping[str, Any]) -> DrugMatch:
    """What a drug name, a Coding or a CodeableConcept means."""
    terms = _knowledge().terms
    if isinstance(drug, str):
        return terms.recognize((), drug)
    codings = drug.get("coding") or [drug]
    triples = [(c.get("system"), c.get("code"), c.get("display")) for c in codings if isinstance(c, Mapping)]
    return terms.recognize(triples, drug.get("text"))
