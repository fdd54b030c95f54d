"""A gene file as a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Gene:
    """Alleles of one gene and what they mean.

    `key` is the kind of lookup key that rules ask for: phenotype, activity_score, allele or genotype. `method`
    is one of the closed list of `infer`: function-pair, sum-of-two, two-lowest, two-most-severe, presence,
    one-copy, x-copies, listed-alleles, none. `functions` maps an allele to its function, `activity` to its value
    as text ("0.5", "≥3.0", "n/a"); `phenotype_of` maps the sorted functions ("A + B") to a phenotype;
    `scores` lists (from, to or None, phenotype). Phenotypes are lower case. `words` maps words of a report (lower
    case) to a phenotype of this gene; `names` maps older or other allele names to the table's own.
    """

    symbol: str
    hgnc: str
    key: str
    method: str
    reference: str | None = None
    functions: Mapping[str, str] = field(default_factory=dict)
    activity: Mapping[str, str] = field(default_factory=dict)
    phenotype_of: Mapping[str, str] = field(default_factory=dict)
    scores: tuple[tuple[str, str | None, str], ...] = ()
    listed_alleles: tuple[str, ...] = ()
    defined_only: frozenset[str] = frozenset()
    names: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    changes: Mapping[str, Mapping[str, tuple[str, str]]] = field(default_factory=dict)
    variants: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)
