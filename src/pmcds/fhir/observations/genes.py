"""Which gene a result is about: every statement is collected, and none is preferred by rank (4.2, GV1-GV6)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from pmcds.fhir.observations import hla, names
from pmcds.fhir.observations.questions import known_system
from pmcds.fhir.observations.record import Record, record_of, stated_in
from pmcds.fhir.observations.stars import gene_before_star
from pmcds.fhir.values import Coding, clean, extension
from pmcds.terminology import Terms

_SYMBOL = re.compile(r"[A-Z][A-Z0-9]{1,9}(?:orf\d+)?(?:-[A-Z0-9]{1,6})*", re.ASCII)
_TOKEN = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*", re.ASCII)
_HGNC_NUMBER = re.compile(r"(?:HGNC:)?(\d{1,6})", re.ASCII)
_LINK_DEPTH = 3
_OF_GENES = frozenset({"genotype", "haplotype", "phenotype", "activity_score", "allele_presence"})


class Named(NamedTuple):
    """A gene as one concept states it; `doubtful` if its code and its display name different known genes (T03)."""

    symbol: str
    doubtful: bool = False


class Verdict(NamedTuple):
    """The gene of a result, or why it cannot be told.

    `reason` is gene-conflict, code-display, gene-ambiguous, gene-unresolved, link-other-patient or None; `matched` is
    "name" if only the words of the question tell it; `genes` are all that were named.
    """

    symbol: str | None
    reason: str | None = None
    matched: str | None = None
    genes: tuple[str, ...] = ()

    @property
    def status(self) -> str:
        """Status of a finding about this gene."""
        if self.reason in ("gene-conflict", "code-display", "link-other-patient"):
            return "conflicting"
        return "indeterminate" if self.reason else "present"

    @property
    def notes(self) -> tuple[str, ...]:
        """All genes that were named, where they contradict each other or do not decide."""
        return (f"genes named: {', '.join(self.genes)}",) if self.reason is not None and self.genes else ()

    @property
    def missing(self) -> tuple[str, ...]:
        """`gene` where no gene could be told."""
        return ("gene",) if self.reason in ("gene-ambiguous", "gene-unresolved") else ()


def genes_of(terms: Terms, members: Iterable[Coding], text: str | None = None) -> tuple[Named, ...]:
    """The genes of one concept, once each: several codings of one gene are one gene, several genes several (T62)."""
    found: dict[str, bool] = {}
    for system, code, display in members:
        gene = _gene_of(terms, system, code, clean(display))
        if gene is not None:
            found[gene.symbol] = found.get(gene.symbol, False) or gene.doubtful
    if not found and text:
        symbol = terms.gene_named(text) or (text if _SYMBOL.fullmatch(text) else None)
        if symbol:
            found[symbol] = False
    return tuple(Named(symbol, doubtful) for symbol, doubtful in found.items())


def _gene_of(terms: Terms, system: str | None, code: str | None, display: str | None) -> Named | None:
    by_code = terms.gene(system, code) if system and code else None
    named = (terms.gene_named(display) or terms.gene_named(display.upper())) if display else None
    if named and by_code and by_code != named:
        return Named(named, doubtful=True)
    if named and by_code is None and system and code and terms.fold(system) == "hgnc":
        number, known = _HGNC_NUMBER.fullmatch(code), _HGNC_NUMBER.fullmatch(terms.gene_id(named) or "")
        if number and known and number[1] != known[1]:
            return Named(named, doubtful=True)
    symbol = by_code or named
    if symbol is None and not _may_hold_gene(terms, system):
        return None
    if symbol is None and code:
        inner = code.rsplit("#", 1)[-1]
        symbol = terms.gene_named(inner)
        if (
            symbol is None
            and (display is None or display == inner)
            and _SYMBOL.fullmatch(inner)
            and not _HGNC_NUMBER.fullmatch(inner)
        ):
            symbol = inner
    if symbol is None and display and _SYMBOL.fullmatch(display):
        symbol = display
    return Named(symbol) if symbol else None


def _may_hold_gene(terms: Terms, system: str | None) -> bool:
    """False for a known system of something else than genes: what looks like a symbol there is none."""
    return terms.fold(system) in (None, "hgnc", "ncbigene") or not known_system(terms, system)


def genes_stated(record: Record) -> tuple[Named, ...]:
    """Genes of the gene components and of the R4 extension (GV1, GV2)."""
    terms = record.context.terms
    found = [gene for stated in record.stated("gene") for gene in genes_of(terms, stated.codings, stated.text)]
    older = extension(record.data, "observation-geneticsGene")
    if older is not None:
        stated = stated_in(older)
        found += genes_of(terms, stated.codings, stated.text)
    merged: dict[str, bool] = {}
    for gene in found:
        merged[gene.symbol] = merged.get(gene.symbol, False) or gene.doubtful
    return tuple(Named(symbol, doubtful) for symbol, doubtful in merged.items())


def genes_in(terms: Terms, texts: Iterable[str]) -> tuple[str, ...]:
    """Genes that values name: before a star, as locus of an allele, in an accession, or as first word (GV3)."""
    found: list[str] = []
    for text in texts:
        if hla.is_typing(text):
            found += [allele.locus for allele in hla.typing(text) if allele.locus]
            continue
        compound = names.compound_of(text)
        symbol = gene_before_star(text) or (compound[1] if compound else None) or names.clinvar_gene(text)
        if symbol is None and (change := names.hgvs_of(text)) is not None:
            symbol = change.gene
        if symbol is None:
            first = _TOKEN.match(text)
            known = terms.gene_named(first.group()) if first else None
            symbol = known if known and first and known == first.group() else None
        if symbol:
            found.append(terms.gene_named(symbol) or symbol)
    return tuple(dict.fromkeys(found))


def genes_named(terms: Terms, text: str | None) -> tuple[str, ...]:
    """Symbols that stand as words in a text, exactly as the gene is called (GV5, E3)."""
    if not text:
        return ()
    tokens = dict.fromkeys(_TOKEN.findall(text))
    return tuple(token for token in tokens if terms.gene_named(token) == token)


def linked_genes(record: Record, depth: int = 0) -> tuple[tuple[str, ...], str | None]:
    """Genes of the resources that this one is derived from (GV4), and `link-other-patient` if a link does not hold."""
    found: dict[str, None] = {}
    reason = None
    for link in record.links():
        if link.other_patient:
            reason = "link-other-patient"
        elif link.site is not None and link.site.type == "Observation" and depth < _LINK_DEPTH:
            found.update(dict.fromkeys(_genes_of_link(record_of(link.site, record.opened, record.context), depth)))
    return tuple(found), reason


def _genes_of_link(other: Record, depth: int) -> tuple[str, ...]:
    own = tuple(gene.symbol for gene in genes_stated(other))
    in_value = genes_in(other.context.terms, (*_value_strings(other), *other.words("variation")))
    told = told_by_value(own, in_value) or in_value
    if not told and other.term is not None and other.term.subject:
        told = (_locus(other.term.subject),) if other.term.role in _OF_GENES else ()
    if told:
        return told
    further = linked_genes(other, depth + 1)[0]
    return _with_table(other, further) if other.term is not None and other.term.role in _OF_GENES else further


def _with_table(record: Record, symbols: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(symbol for symbol in symbols if symbol in record.context.genes)


def told_by_value(own: tuple[str, ...], in_value: tuple[str, ...]) -> tuple[str, ...]:
    """The genes of the components, or the one of them that the value names (G8, T32)."""
    both = tuple(symbol for symbol in own if symbol in in_value)
    return both if len(own) > 1 and len(both) == 1 else own


def _value_strings(record: Record) -> tuple[str, ...]:
    stated = stated_in(record.data)
    return (*stated.strings, *(display for _, _, display in stated.codings if display))


def which_gene(record: Record, in_value: tuple[str, ...] = (), *, stars: bool = False) -> Verdict:
    """The gene that all statements agree on (4.2).

    With `stars` a linked gene counts only if its table has alleles: a variant's gene says nothing about a star name
    (T38).
    """
    own = genes_stated(record)
    told = told_by_value(tuple(gene.symbol for gene in own), in_value)
    if len(told) > 1:
        return Verdict(None, "gene-ambiguous", genes=told)
    linked, broken = linked_genes(record)
    if stars and not told and not in_value:
        linked = _with_table(record, linked)
    asked = record.term.subject if record.term and record.matched is None else None
    by_code: tuple[str, ...] = (_locus(asked),) if asked else ()
    worded = tuple(
        dict.fromkeys(name for text in record.question() for name in genes_named(record.context.terms, text))
    )
    strong = dict.fromkeys((*told, *in_value, *by_code))
    if len(strong) > 1 or (strong and worded and not set(worded) & set(strong)):
        return Verdict(None, "gene-conflict", genes=tuple(dict.fromkeys((*strong, *worded))))
    if strong:
        symbol = next(iter(strong))
        if linked and set(linked) != {symbol}:
            return Verdict(None, "gene-conflict", genes=(symbol, *linked))
        doubtful = any(gene.doubtful for gene in own if gene.symbol == symbol)
        return Verdict(symbol, "code-display" if doubtful else None, genes=(symbol,))
    if len(worded) == 1 and (not linked or set(linked) == set(worded)):
        return Verdict(worded[0], matched="name", genes=worded)
    if worded:
        return Verdict(None, "gene-conflict" if linked else "gene-ambiguous", genes=(*worded, *linked))
    if len(linked) == 1:
        return Verdict(linked[0], genes=linked)
    if linked:
        return Verdict(None, "gene-ambiguous", genes=linked)
    return Verdict(None, broken or "gene-unresolved")


def _locus(subject: str) -> str:
    allele = hla.allele_of(subject)
    return allele.locus if allele is not None and allele.locus else subject
