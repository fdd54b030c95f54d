"""The closed list of methods: how the groups of a person's alleles give a phenotype or a score.

A group is what the gene file says about one allele: its activity value, its function, or what it carries.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from pmcds.model.genes import Gene

AT_LEAST = "≥"


class Meaning(NamedTuple):
    """A phenotype in the gene's words, and its activity score where the gene has scores."""

    phenotype: str
    score: str | None


Method = Callable[[Gene, Sequence[str]], Meaning]


class NoMeaning(ValueError):
    """The number of alleles does not fit the method."""


def score_text(score: str) -> str:
    """A score with its sign and at least one decimal: "1" and "1.00" are "1.0"."""
    sign = AT_LEAST if score.startswith(AT_LEAST) else ""
    text = format(Decimal(score.removeprefix(AT_LEAST)).normalize(), "f")
    return sign + (text if "." in text else f"{text}.0")


def sum_of_two(gene: Gene, values: Sequence[str]) -> Meaning:
    """The sum of two activity values; one without a value makes it indeterminate, a sign is passed on (PG17)."""
    _count(values, 2)
    if "n/a" in values:
        return Meaning("indeterminate", None)
    total = sum((Decimal(value.removeprefix(AT_LEAST)) for value in values), Decimal(0))
    sign = AT_LEAST if any(value.startswith(AT_LEAST) for value in values) else ""
    for low, high, phenotype in gene.scores:
        if total >= Decimal(low) and (high is None or total <= Decimal(high)):
            return Meaning(phenotype, score_text(f"{sign}{total}"))
    raise NoMeaning("the gene file gives no phenotype for this score")


def two_lowest(gene: Gene, values: Sequence[str]) -> Meaning:
    """The sum of the two lowest values of all variants found (PG24)."""
    if len(values) < 2:
        raise NoMeaning("two alleles are needed")
    return sum_of_two(gene, sorted(values, key=Decimal)[:2])


def function_pair(gene: Gene, functions: Sequence[str]) -> Meaning:
    """The phenotype of two functions; only the gene's own table decides (PG9, PG28)."""
    _count(functions, 2)
    return Meaning(gene.phenotype_of[" + ".join(sorted(functions))], None)


def two_most_severe(gene: Gene, functions: Sequence[str]) -> Meaning:
    """The function pair of the two most severe variants found (PG45)."""
    if len(functions) < 2:
        raise NoMeaning("two alleles are needed")
    severity: Sequence[str] = gene.extra["severity"]
    return function_pair(gene, sorted(functions, key=severity.index)[:2])


def one_copy(gene: Gene, functions: Sequence[str]) -> Meaning:
    """The phenotype of the most severe of the variants on the one copy (PG36)."""
    severity: Sequence[str] = gene.extra["severity"]
    return Meaning(gene.phenotype_of[min(functions, key=severity.index)], None)


def x_copies(gene: Gene, functions: Sequence[str]) -> Meaning:
    """One X copy: its function decides; two: their pair (PG32)."""
    return Meaning(gene.phenotype_of[" + ".join(sorted(functions))], None)


def presence(gene: Gene, carried: Sequence[str]) -> Meaning:
    """Positive if at least one copy carries what is listed."""
    name = gene.listed_alleles[0]
    return Meaning(f"{name} {'positive' if name in carried else 'negative'}", None)


def listed_alleles(gene: Gene, alleles: Sequence[str]) -> Meaning:
    """The status of each listed allele, all known from both copies (PG39, PG40)."""
    _count(alleles, 2)
    statuses = (f"{name} {'positive' if name in alleles else 'negative'}" for name in gene.listed_alleles)
    return Meaning("; ".join(statuses), None)


def no_table(gene: Gene, groups: Sequence[str]) -> Meaning:
    """The gene has no phenotypes."""
    raise NoMeaning("the gene file has no phenotype table")


def _count(groups: Sequence[str], wanted: int) -> None:
    if len(groups) != wanted:
        raise NoMeaning(f"{wanted} alleles are needed")


METHODS: Mapping[str, Method] = {
    "function-pair": function_pair,
    "sum-of-two": sum_of_two,
    "two-lowest": two_lowest,
    "two-most-severe": two_most_severe,
    "presence": presence,
    "one-copy": one_copy,
    "x-copies": x_copies,
    "listed-alleles": listed_alleles,
    "none": no_table,
}
