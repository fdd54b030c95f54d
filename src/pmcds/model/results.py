"""Values of the smaller doors: guideline rows that apply, gene results, variants."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Recommendation:
    """One guideline row that applies to the patient.

    `lookup` has one key for each gene; `strength` is printed as the guideline gives it.
    """

    source: str
    drug: str
    lookup: Mapping[str, str]
    population: str | None
    strength: str | None
    dosing_information: bool
    alternate_drug: bool
    other_guidance: bool
    rule: str
    case: str


@dataclass(frozen=True, slots=True)
class GeneResult:
    """What a diplotype of one gene means.

    `activity_score` is text with at least one decimal and "≥" where the table has it, or None. `lookup_key` is
    the guideline key: the score for score genes, else the phenotype.
    """

    gene: str
    diplotype: str
    phenotype: str
    activity_score: str | None
    lookup_key: str
    version: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Variant:
    """A variant as parsed from text. `canonical` is for example "GENE:p.Val600Glu"."""

    gene: str | None
    protein: str | None
    coding: str | None
    genomic: str | None
    kind: str
    negated: bool
    canonical: str
    categories: tuple[str, ...] = ()
