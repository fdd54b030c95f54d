"""Copies of a gene that are counted apart from its alleles: one more than are named belongs to either of them (PG22).

A laboratory may report "*1/*2" and, in a component or a result of its own, three copies of the gene: that is no normal
metabolizer by two copies.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from pmcds.infer.evidence import Seen
from pmcds.infer.tables import GeneTable
from pmcds.infer.variant_findings import value_of
from pmcds.model.findings import Finding

# Whose copies are inherited by their kind, as those of a genotype are.
_UNLABELED = "source-class-unknown"
# Where one copy, or another number of them, is the rule, a count says nothing about the alleles.
OTHER_COPIES = frozenset({"one-copy", "x-copies"})
_REPEATED = re.compile(r"[xX](\d{1,2})\Z")
_GAINED = frozenset({"gain", "amplification"})


def counts_in(variants: Seen) -> tuple[Finding, ...]:
    """The results that count the copies of a gene, inherited or without a source class."""
    unlabeled = (finding for state, finding in variants.others if state.reason == _UNLABELED)
    return tuple(one for one in (*variants.usable, *unlabeled) if _counts(one))


def with_copies(table: GeneTable, finding: Finding, counts: Sequence[Finding]) -> Finding | None:
    """A genotype as it reads with the copies that were counted, or None where these leave it open.

    "*1/*2" with three copies is "(*1/*2)x3"; alleles with copies of their own, fewer than were counted, are open.
    """
    text = finding.value
    if not counts or finding.kind != "genotype" or not isinstance(text, str) or table.gene.method in OTHER_COPIES:
        return finding
    sides = [side.strip() for side in text.split("/")]
    if len(sides) == 1:
        return finding  # one allele leaves the other open anyway
    if any(_is_unread(one) for one in counts):
        return None
    if len(sides) > 2:
        return None if more_than_two(counts) else finding
    named = sum(_named(side) for side in sides)
    counted = [_number(one) for one in counts]
    most = max((number for number in counted if number is not None), default=0)
    if None not in counted and most <= named:
        # Two equal alleles of which there is one copy: the other one may be missing.
        return None if most == 1 and sides[0] == sides[1] else finding
    if not all(_is_plain(side) for side in sides):
        return None
    return replace(finding, value=f"({text})x{'3' if counted == [3] else 'N'}")


def more_than_two(counts: Iterable[Finding]) -> bool:
    """True if more copies were counted than two alleles are, or may have been."""
    numbers = [None if _is_unread(one) else _number(one) for one in counts]
    return any(number is None or number > 2 for number in numbers)


def _is_unread(finding: Finding) -> bool:
    return value_of(finding).get("copies") == {}


def _counts(finding: Finding) -> bool:
    return finding.status == "present" and value_of(finding).get("row") == "copy-number" and _number(finding) != 2


def _number(finding: Finding) -> int | None:
    """Whole copies, as an array counts them in fractions; None where only a gain or a limit is told."""
    value: Any = value_of(finding)
    if isinstance(value.get("copies"), Decimal):
        return int(value["copies"].to_integral_value())
    return 1 if value.get("copies") is None and value.get("state") not in _GAINED else None


def _is_plain(side: str) -> bool:
    return "+" not in side and _REPEATED.search(side) is None


def _named(side: str) -> int:
    """Copies that one side names: those of a tandem, or so many of one allele."""
    parts: Iterable[str] = side.split("+")
    repeated = [_REPEATED.search(part.strip()) for part in parts]
    return sum(int(found[1]) if found else 1 for found in repeated)
