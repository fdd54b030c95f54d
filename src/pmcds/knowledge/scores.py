"""The activity scores that a gene can have, and those that lie within limits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from itertools import combinations_with_replacement
from typing import Any

from pmcds.model.genes import Gene

AT_LEAST = "≥"
_NO_VALUE = "n/a"


def score_text(number: Decimal, *, open_above: bool = False) -> str:
    """A score as a key: at least one decimal, and the sign where it is a lower bound."""
    text = format(number.normalize(), "f")
    return (AT_LEAST if open_above else "") + (text if "." in text else f"{text}.0")


def score_keys(gene: Gene) -> tuple[str, ...]:
    """Every sum of two activity values of the gene, smallest first."""
    values = sorted(set(gene.activity.values()) - {_NO_VALUE})
    sums = set()
    for one, other in combinations_with_replacement(values, 2):
        total = Decimal(one.removeprefix(AT_LEAST)) + Decimal(other.removeprefix(AT_LEAST))
        sums.add((total, AT_LEAST in one or AT_LEAST in other))
    return tuple(score_text(total, open_above=sign) for total, sign in sorted(sums))


def scores_within(keys: Iterable[str], limits: Mapping[str, Any]) -> frozenset[str]:
    """The scores within limits: a lower bound ("≥3.0") fits lower limits only, since it may be any higher score."""
    return frozenset(key for key in keys if _fits(key, limits))


def _fits(key: str, limits: Mapping[str, Any]) -> bool:
    number = Decimal(key.removeprefix(AT_LEAST))
    if key.startswith(AT_LEAST) and ("at_most" in limits or "below" in limits):
        return False
    return (
        ("at_least" not in limits or number >= limits["at_least"])
        and ("above" not in limits or number > limits["above"])
        and ("at_most" not in limits or number <= limits["at_most"])
        and ("below" not in limits or number < limits["below"])
    )


def phenotypes(gene: Gene) -> frozenset[str]:
    """The phenotypes of the gene; indeterminate is a word, not one of them."""
    found = {*gene.phenotype_of.values(), *(phenotype for _, _, phenotype in gene.scores), *gene.words.values()}
    return frozenset(found) - {"indeterminate"}


def alleles(gene: Gene) -> frozenset[str]:
    """Every name of an allele that the gene file knows."""
    carried = gene.extra.get("carried_by", {})
    return frozenset({*gene.functions, *gene.activity, *gene.listed_alleles, *gene.defined_only, *gene.names, *carried})
