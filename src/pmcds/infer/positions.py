"""A diplotype compared with the variants of the same gene (MG6, T02).

Positions that are not stated contradict nothing and prove nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement

from pmcds.infer.claims import Claim, GeneEvidence
from pmcds.infer.methods import Meaning
from pmcds.infer.sites import copies_of, place_of, positions
from pmcds.infer.tables import GeneTable
from pmcds.model.findings import Finding

# More alleles that fit are not listed one by one.
_LISTED = 6


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A diplotype claim that the stated positions contradict, and what they would mean instead."""

    claim: Claim
    text: str
    meanings: tuple[Meaning, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Defined:
    """How often a position's variant can occur on one copy with this allele: at least, and at most."""

    surely: frozenset[str]
    perhaps: frozenset[str]


def disagreement(evidence: GeneEvidence) -> Disagreement | None:
    """The first diplotype that contradicts the variants, or None."""
    table = evidence.table
    definitions = _definitions(table)
    if not definitions or not evidence.variants:
        return None
    claims = [claim for claim in evidence.of("diplotype") if _has_pairs(claim, definitions)]
    stated = list(_stated(table, evidence.variants)) if claims else []
    own = {id(finding) for claim in claims for finding in claim.findings}
    stated = [one for one in stated if id(one[3]) not in own]
    for claim in claims:
        if not any(_fits(definitions, alleles, stated) for alleles in claim.alleles):
            possible = [allele for allele in definitions if _may_fit(definitions[allele], stated)]
            pairs = [pair for pair in combinations_with_replacement(possible, 2) if _fits(definitions, pair, stated)]
            meanings = {table.meaning(pair) for pair in pairs}
            findings = tuple(finding for _, _, _, finding in stated)
            return Disagreement(claim, _text(table, pairs, stated), tuple(sorted(meanings, key=table.place)), findings)
    return None


def allowed(evidence: GeneEvidence) -> tuple[tuple[Meaning, ...], tuple[Finding, ...]]:
    """What the variants can mean, by every pair of alleles that fits them, and these; empty if none was found."""
    table = evidence.table
    definitions = _definitions(table)
    stated = list(_stated(table, evidence.variants)) if definitions else []
    if not any(least for _, least, _, _ in stated):
        return (), ()
    possible = [allele for allele in definitions if _may_fit(definitions[allele], stated)]
    pairs = (pair for pair in combinations_with_replacement(possible, 2) if _fits(definitions, pair, stated))
    meanings = {table.meaning(pair) for pair in pairs}
    return tuple(sorted(meanings, key=table.place)), tuple(finding for _, _, _, finding in stated)


def _has_pairs(claim: Claim, definitions: Mapping[str, Defined]) -> bool:
    return not claim.partial and all(
        len(alleles) == 2 and all(allele in definitions for allele in alleles) for alleles in claim.alleles
    )


def _definitions(table: GeneTable) -> Mapping[str, Defined]:
    prepared: Mapping[str, Defined] | None = table.derived.get("definitions")
    if prepared is None:
        prepared = table.derived["definitions"] = _prepare(table)
    return prepared


def _prepare(table: GeneTable) -> Mapping[str, Defined]:
    texts: Mapping[str, str] = table.gene.extra.get("definitions", {})
    if not texts:
        return {}
    known = {allele: _defined(text) for allele, text in texts.items() if allele in table.group}
    if table.gene.reference:
        known.setdefault(table.gene.reference, Defined(frozenset(), frozenset()))
    return known


def _defined(text: str) -> Defined:
    parts = text.split()
    # A part with "=" names one of several changes of the position: without the new base it may be that or another.
    surely = frozenset(part for part in parts if not part.endswith("?") and "=" not in part)
    perhaps = frozenset(part.rstrip("?").split("=")[0] for part in parts) - surely
    return Defined(surely, perhaps)


Stated = tuple[str, int, int, Finding]


def _stated(table: GeneTable, variants: Sequence[Finding]) -> Iterator[Stated]:
    """(position, least and most copies of the variant, finding) for each position that a variant finding states."""
    if "positions" not in table.derived:
        table.derived["positions"] = _forms(table)
    exact, places = table.derived["positions"]
    for finding in variants:
        for form in positions(finding):
            name = exact.get(form)
            if name is None and (place := place_of(form)) in places and place is not None:
                name = places[place] if finding.status == "absent" else None
            if name is not None:
                copies = copies_of(finding)
                yield name, copies if copies is not None else 1, copies if copies is not None else 2, finding
                break


def _forms(table: GeneTable) -> tuple[Mapping[str, str], Mapping[tuple[str, int], str]]:
    """(form of a position: its name, sequence and position of a single base: its name)."""
    forms: Mapping[str, Sequence[str]] = table.gene.extra.get("positions", {})
    exact = {form: name for name, known in forms.items() for form in (name, *known)}
    places = {place: name for name, known in forms.items() for form in known if (place := place_of(form))}
    return exact, places


def _fits(definitions: Mapping[str, Defined], alleles: Sequence[str], stated: Sequence[Stated]) -> bool:
    both = [definitions[allele] for allele in alleles]
    for name, low, high, _ in stated:
        least = sum(name in one.surely for one in both)
        most = least + sum(name in one.perhaps for one in both)
        if most < low or least > high:
            return False
    return True


def _may_fit(one: Defined, stated: Sequence[Stated]) -> bool:
    """True unless the allele by itself has more, or even with any partner fewer, copies than a position states."""
    return all(
        (name in one.surely) <= high and low - 1 <= (name in one.surely or name in one.perhaps)
        for name, low, high, _ in stated
    )


def _text(table: GeneTable, pairs: Sequence[tuple[str, ...]], stated: Sequence[Stated]) -> str:
    """The diplotypes that the positions allow; if they are many, the positions themselves."""
    if 0 < len(pairs) <= _LISTED:
        return " or ".join("/".join(table.ordered(pair)) for pair in pairs)
    found = sorted(f"{name} {_COPIES[low, high]}" for name, low, high, _ in stated)
    return ", ".join(found[:_LISTED])


_COPIES = {(0, 0): "absent", (1, 1): "heterozygous", (2, 2): "homozygous", (1, 2): "present"}
