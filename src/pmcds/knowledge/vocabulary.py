"""What rule files can name: drugs, conditions, tumor types, measurements, genes and their values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import copy
from decimal import Decimal
from difflib import get_close_matches
from functools import cached_property
from typing import TYPE_CHECKING

from pmcds.knowledge.conditions import as_list
from pmcds.knowledge.scores import alleles, phenotypes, score_keys
from pmcds.model.answers import Subject
from pmcds.model.genes import Gene

if TYPE_CHECKING:
    from pmcds.knowledge.knowledge import Knowledge
    from pmcds.terminology import Terms

STATUS = ("present", "absent")
WILD_TYPE = "wild type"


class Vocabulary:
    """The names and values of one knowledge, with the nearest name for one that is wrong."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.genes: Mapping[str, Gene] = knowledge.genes
        self.terms: Terms = knowledge.terms
        self._observations = knowledge.term_documents("observations")
        self._markers = knowledge.term_documents("markers")
        self._drugs = knowledge.term_documents("drugs")
        self._more = knowledge.term_documents("drugs_more")

    def by_table(self, table: str | None) -> Vocabulary:
        """The same with genes as the tables of one source have them."""
        own = {gene.symbol: gene for gene in self.genes.values() if table and gene.table == table}
        if not own:
            return self
        other = copy(self)
        other.genes = {**self.genes, **own}
        return other

    def has_table(self, table: str) -> bool:
        """True if any gene file is a table of this name."""
        return any(gene.table == table for gene in self.genes.values())

    # Names

    def has_drug(self, name: str) -> bool:
        """True for the table's own name of a drug; a synonym is none."""
        term = self.terms.drug(name)
        return term is not None and term.name == name

    def near_drug(self, name: str) -> str:
        """The mend for a drug that is not known."""
        term = self.terms.drug(name)
        if term is not None:
            return f"write {term.name}"
        return nearest(name, self._drug_names) or "add it to cards/terms"

    @cached_property
    def _drug_names(self) -> frozenset[str]:
        from pmcds.terminology.tables import Table

        tables = (row[0] for document in self._drugs for row in Table.of(document))
        more = (str(name) for document in self._more for name in document.get("drugs") or ())
        return frozenset((*tables, *more))

    def names(self, kind: str) -> frozenset[str]:
        """All names of conditions or tumor types."""
        return self.terms.condition_names if kind == "condition" else self.terms.cancer_names

    @cached_property
    def _measured(self) -> Mapping[str, frozenset[str]]:
        found: dict[str, set[str]] = {"laboratory": set(), "biomarker": set()}
        for document in self._observations:
            for entry in (*(document.get("observations") or ()), *(document.get("names") or ())):
                role, name = str(entry.get("role")), entry.get("subject")
                if role in found and name:
                    found[role].add(str(name))
                    found[role] |= {f"{name} {scale}" for scale in self._scales(entry)}
        found["biomarker"].update(str(name) for document in self._markers for name in document.get("markers") or ())
        return {kind: frozenset(names) for kind, names in found.items()}

    def _scales(self, entry: Mapping[str, object]) -> set[str]:
        """Scores and assays of a marker, by which a rule may ask for one of them."""
        stated = {word for word in str(entry.get("assay", "")).split() if word}
        return stated | set(self.terms.scales) if entry.get("role") == "biomarker" else set()

    def measured(self, kind: str) -> frozenset[str]:
        """All names of laboratory values or of biomarkers."""
        return self._measured[kind]

    def has_gene(self, symbol: str) -> bool:
        """True if a gene file or the table of genes has this symbol."""
        return symbol in self.genes or self.terms.gene_named(symbol) == symbol

    def gene_of_allele(self, name: str) -> tuple[Gene | None, str]:
        """Gene and allele of "GENE*57:01" or "GENE rs123 T"; None if no gene file has the gene."""
        head, star, rest = name.partition("*")
        if star and head in self.genes:
            return self.genes[head], f"*{rest}"
        head, _, rest = name.partition(" ")
        return self.genes.get(head), rest.strip()

    # Values

    def domain(self, subject: Subject) -> tuple[str, ...] | None:
        """Every value that an answer about the subject can have, words apart; None if they are not a closed list."""
        kind, name = subject
        if kind in ("allele", "variant", "condition", "cancer", "medication", "ordered_with"):
            return STATUS
        if kind == "sex":
            return ("male", "female")
        if kind == "biomarker":
            return tuple(sorted(self._results(name))) or None
        gene = self.genes.get(name)
        if gene is None:
            return None
        if kind == "phenotype":
            return tuple(sorted(phenotypes(gene)))
        if kind == "activity_score":
            return score_keys(gene)
        return tuple(sorted(phenotypes(gene))) if kind == "genotype" and gene.key == "genotype" else None

    def _results(self, marker: str) -> set[str]:
        """The words that belong to one marker: "MARKER: word" in the terms."""
        found = {
            str(row["is"])
            for document in self._markers
            for row in (document.get("markers") or {}).get(marker, ())
            if "is" in row
        }
        for document in self._observations:
            for word in (*(document.get("words") or ()), *(document.get("answers") or {}).values()):
                head, colon, rest = str(word).partition(": ")
                if colon and head == marker:
                    found.add(rest)
        return found

    def misfit(self, subject: Subject) -> tuple[str, str] | None:
        """Why the gene cannot be asked for this kind of value (message, mend), or None if it can."""
        kind, name = subject
        gene = self.genes.get(name)
        if gene is None:
            return None
        if kind == "phenotype" and (gene.key in ("allele", "genotype") or not phenotypes(gene)):
            return f"{name} has no phenotypes", f"ask for {gene.key}"
        if kind == "activity_score" and not gene.activity:
            return f"{name} has no activity scores", f"ask for {gene.key}"
        if kind in ("diplotype", "genotype") and not alleles(gene):
            return f"{name} has no alleles", f"ask for {gene.key}"
        return None

    def is_diplotype(self, gene: Gene, text: str) -> bool:
        """True for "A/B" or one "A", of alleles of the gene's table."""
        known = alleles(gene)
        return text in known or any(
            text[:place] in known and text[place + 1 :] in known for place, sign in enumerate(text) if sign == "/"
        )

    def unit_of(self, subject: str) -> str | None:
        """The unit that answers about a measurement are given in."""
        stated = getattr(self.terms, "canonical_unit", None)
        return stated(subject) if stated is not None else self._first_units.get(subject)

    @cached_property
    def _first_units(self) -> Mapping[str, str]:
        found: dict[str, str] = {}
        for document in self._observations:
            for entry in document.get("observations") or ():
                if entry.get("unit") and entry.get("subject"):
                    found.setdefault(str(entry["subject"]), str(entry["unit"]))
        return found

    def unit_fits(self, unit: str, subject: str) -> tuple[str, str] | None:
        """Why a unit cannot be used for a measurement (message, mend), or None if it can."""
        own = self.unit_of(subject)
        known = self.terms.unit(unit)
        if known is None:
            return f"{unit} is not a unit that can be read", f"write {own}" if own else "write the UCUM code"
        if own is not None and self.terms.convert(Decimal(1), known, own, subject) is None:
            return f"{unit} cannot be converted for {subject}", f"write {own}"
        return None


def nearest(name: str, names: Iterable[str]) -> str:
    """ "did you mean ...?", or nothing if no name is near."""
    close = get_close_matches(name, sorted(names), 1, 0.7)
    return f"did you mean {close[0]}?" if close else ""


def listed(value: object) -> list[tuple[tuple[int, ...], str]]:
    """A value that may stand alone or in a list, each with the rest of its path."""
    if isinstance(value, (list, tuple)):
        return [((place,), str(part)) for place, part in enumerate(value)]
    return [((), str(part)) for part in as_list(value)]
