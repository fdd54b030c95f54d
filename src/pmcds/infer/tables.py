"""A gene file, prepared for look-up: names to alleles, alleles to groups, groups to a meaning."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import combinations_with_replacement
from typing import Any, NamedTuple

from pmcds.infer.methods import METHODS, Meaning, NoMeaning, score_text
from pmcds.infer.spelling import folded
from pmcds.model.genes import Gene

INDETERMINATE = Meaning("indeterminate", None)


class Rank(NamedTuple):
    """Where an allele stands in a diplotype: numbered names by number, then all others by text."""

    unnumbered: bool
    number: int
    text: str


_NUMBERED = re.compile(r"(?:\*|[cgm]\.)(\d{1,9})")


def rank(allele: str) -> Rank:
    """The place of an allele among others (DN4)."""
    numbered = _NUMBERED.match(allele)
    return Rank(numbered is None, int(numbered[1]) if numbered else 0, allele)


@dataclass(frozen=True, slots=True, eq=False)
class GeneTable:
    """A gene with everything that follows from its file.

    `group` is what the method works on: an allele's value, its function, or what it carries. `own` is the same
    without names that are shown as another; `names` and `folded` map every accepted spelling to the table's name.
    `meanings` and `derived` hold what was worked out from the file alone.
    """

    gene: Gene
    group: Mapping[str, str]
    names: Mapping[str, str]
    folded: Mapping[str, str]
    own: Mapping[str, str]
    ranks: Mapping[str, Rank]
    phenotypes: frozenset[str]
    scores: tuple[str, ...]
    phenotype_of_score: Mapping[str, str]
    labels: bool
    scored: bool
    version: str
    meanings: dict[tuple[str, ...], Meaning] = field(default_factory=dict)
    derived: dict[str, Any] = field(default_factory=dict)

    def meaning(self, alleles: Sequence[str]) -> Meaning:
        """What known alleles give, by the method of the gene."""
        group = self.group
        groups = tuple(group.get(allele, allele) for allele in alleles)
        meaning = self.meanings.get(groups)
        if meaning is None:
            # At most one entry for each pair of functions or values: the table stays small.
            meaning = self.meanings[groups] = METHODS[self.gene.method](self.gene, groups)
        return meaning

    def as_reference(self, allele: str) -> bool:
        """True if an allele works like the reference."""
        return self.gene.reference is not None and self.group.get(allele) == self.group.get(self.gene.reference)

    def allele(self, name: str) -> str | None:
        """The table's name for an exact or differently written name, or None."""
        return self.names.get(name) or self.folded.get(folded(name))

    def ordered(self, alleles: Iterable[str]) -> tuple[str, ...]:
        """Alleles in the order of a diplotype."""
        ranks = self.ranks
        return tuple(sorted(alleles, key=lambda allele: ranks.get(allele) or rank(allele)))

    def key(self, meaning: Meaning) -> str:
        """The key that guideline rows use."""
        return (meaning.score or "n/a") if self.scored else meaning.phenotype

    def all_meanings(self) -> tuple[Meaning, ...]:
        """Every meaning that two alleles of the table can have, without indeterminate."""
        if self.scored:
            return tuple(Meaning(self.phenotype_of_score[score], score) for score in self.scores)
        return tuple(Meaning(phenotype, None) for phenotype in sorted(self.phenotypes - {"indeterminate"}))

    def with_partner(self, alleles: Sequence[str]) -> tuple[Meaning, ...]:
        """Every meaning that is possible if the other copy is not known."""
        first = next(iter(alleles))
        partners = {self.group[allele]: allele for allele in sorted(self.own)}
        found = {self.meaning((first, partner)) for partner in partners.values()}
        return tuple(sorted(found, key=lambda meaning: self.place(meaning)))

    def place(self, meaning: Meaning) -> tuple[bool, Decimal, str]:
        """Order of meanings: by score, then by phenotype, indeterminate last."""
        number = Decimal(meaning.score.lstrip("≥")) if meaning.score else Decimal(0)
        return (meaning == INDETERMINATE, number, meaning.score or meaning.phenotype)


# One entry for each gene value in use; a strong reference keeps the id from being used again.
_TABLES: dict[int, tuple[Gene, GeneTable]] = {}
_MANY = 512


def table_of(gene: Gene) -> GeneTable:
    """The prepared table of this gene, built once."""
    known = _TABLES.get(id(gene))
    if known is not None:
        return known[1]
    table = _build(gene)
    if len(_TABLES) >= _MANY:
        _TABLES.clear()
    _TABLES[id(gene)] = (gene, table)
    return table


def _build(gene: Gene) -> GeneTable:
    group = _groups(gene)
    names = {**{allele: allele for allele in group}, **gene.names}
    phenotype_of_score = _scores(gene, group) if gene.method in ("sum-of-two", "two-lowest") else {}
    spellings: dict[str, str | None] = {}
    for other, allele in names.items():
        short = folded(other)
        # Two alleles that differ in case or blanks only are told apart by the exact name or not at all.
        spellings[short] = allele if spellings.get(short, allele) == allele else None
    return GeneTable(
        gene=gene,
        group=group,
        names=names,
        folded={short: allele for short, allele in spellings.items() if allele is not None},
        own={allele: part for allele, part in group.items() if allele not in gene.names},
        ranks={allele: rank(allele) for allele in group},
        phenotypes=frozenset(gene.phenotype_of.values()) | frozenset(step[2] for step in gene.scores),
        scores=tuple(phenotype_of_score),
        phenotype_of_score=phenotype_of_score,
        labels=any(not re.match(r"\*|[cgm]\.|rs\d", allele) for allele in group if allele != gene.reference),
        scored=gene.key == "activity_score",
        version=gene.versions.get("diplotypes") or gene.versions.get("allele_definitions") or "",
    )


def _groups(gene: Gene) -> dict[str, str]:
    if gene.activity:
        return dict(gene.activity)
    if gene.method != "presence":
        return dict(gene.functions)
    carried = {allele: name for name, alleles in gene.extra.get("carried_by", {}).items() for allele in alleles}
    bases = gene.extra.get("site", {}).get("bases", {}).values()
    return {allele: carried.get(allele, "") for allele in [*gene.functions, *bases]}


def _scores(gene: Gene, group: Mapping[str, str]) -> dict[str, str]:
    """Every score that two alleles can have, in order, with its phenotype."""
    values = sorted({value for value in group.values() if value != "n/a"})
    found = [meaning for pair in combinations_with_replacement(values, 2) for meaning in _meaning(gene, pair)]
    by_score = {meaning.score: meaning.phenotype for meaning in found if meaning.score is not None}
    ordered = sorted(by_score, key=lambda score: (Decimal(score.lstrip("≥")), score))
    return {score_text(score): by_score[score] for score in ordered}


def _meaning(gene: Gene, pair: Sequence[str]) -> Iterator[Meaning]:
    """The meaning of two values; none in a gap of the file, which must not stop the answers about other genes."""
    try:
        yield METHODS[gene.method](gene, pair)
    except NoMeaning:
        return
