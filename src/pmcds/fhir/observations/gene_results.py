"""Genotypes, haplotypes, phenotypes, activity scores and HLA typings (G1-G32, A1-A9).

What a value is decides how it is read, not what the code asks: exporters send diplotypes under phenotype codes and
phenotypes in components (G12, G28).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from pmcds.fhir.gates import absent
from pmcds.fhir.observations import hla, names, stars
from pmcds.fhir.observations.answers import answer_in, answer_of, interpretation_of, short
from pmcds.fhir.observations.genes import Verdict, genes_in, genes_stated, which_gene
from pmcds.fhir.observations.numbers import copies_in, number_in, plain, score_of
from pmcds.fhir.observations.phenotype import Phenotype, phenotype_in, phenotype_of
from pmcds.fhir.observations.record import Record, stated_in
from pmcds.fhir.values import clean, codings, texts, values_of
from pmcds.model.findings import Finding

_PLACES = {
    "genotype": "genotype",
    "haplotype": "haplotype",
    "phenotype": "phenotype",
    "activity-score": "activity_score",
}
GENE_ROLES = frozenset({"genotype", "haplotype", "phenotype", "activity_score"})
# A haplotype keeps the name that the report gives it where the gene has no allele table, or the name says the gene.
_PLAIN_NAME = re.compile(r"[A-Za-z][A-Za-z0-9._-]{0,19}", re.ASCII)


class Place(NamedTuple):
    """One value of the resource: what it was asked for, and the element that holds it."""

    asked: str
    element: Mapping[str, Any]

    def strings(self) -> tuple[str, ...]:
        """Codes, displays and texts that could hold a name, in the order in which they are believed."""
        found: list[str | None] = []
        for value in values_of(self.element).values():
            members = codings(value)
            found += [code for _, code, _ in members]
            found += [clean(display) for _, _, display in members]
            found.append(texts(value))
        return tuple(dict.fromkeys(text for text in found if text))


def read_gene_result(record: Record, asked: str | None = None) -> list[Finding]:
    """Every gene result of an Observation; one without any value is value-absent.

    `asked` is what the value is read as where the code itself asks for no gene result.
    """
    asked = asked or (record.term.role if record.term else "")
    places = [place for place in _places(record, asked) if not absent(place.element) and values_of(place.element)]
    if not places:
        verdict = which_gene(record, stars=asked in ("genotype", "haplotype"))
        return [_unread(record, asked if asked in GENE_ROLES else "genotype", verdict, "value-absent")]
    in_value = tuple(
        dict.fromkeys(gene for place in places for gene in genes_in(record.context.terms, place.strings()))
    )
    found = [finding for place in places for finding in _read(record, place, in_value)]
    return [*found, *_copies(record, found)]


def _copies(record: Record, found: list[Finding]) -> Iterator[Finding]:
    """The copies of the gene that a component counts beside its alleles (N1): who infers decides whose they are."""
    genes = dict.fromkeys(finding.subject for finding in found if finding.kind in ("genotype", "haplotype"))
    gene = next(iter(genes)) if len(genes) == 1 else None
    for copies in copies_in(record.components.get("copy-number", ()), record.context.terms) if gene else ():
        yield record.finding("variant", gene, {"row": "copy-number", "copies": copies})


def has_gene_components(record: Record) -> bool:
    """True if a component holds a gene result, whatever the resource itself asks (G12)."""
    return any(carried in record.components for carried in _PLACES)


def _places(record: Record, asked: str) -> Iterator[Place]:
    if asked in GENE_ROLES:
        yield Place(asked, record.data)
    for carried, asked in _PLACES.items():
        for component in record.components.get(carried, ()):
            yield Place(asked, component)


def _read(record: Record, place: Place, in_value: tuple[str, ...]) -> list[Finding]:
    strings = place.strings()
    typed = next((text for text in strings if hla.is_typing(text)), None) or _without_locus(record, strings)
    if typed is not None:
        return read_typing(record, typed)
    if place.asked == "activity_score":
        return [_score(record, place, in_value)]
    if place.asked == "phenotype" and phenotype_of(answer_in(record.context.terms, place.element)) is not None:
        return [_phenotype(record, place, in_value)]
    star = _genotype(record, place, strings, in_value)
    if star is not None:
        return [star]
    if place.asked == "phenotype" or place.element is not record.data:
        return [_phenotype(record, place, in_value)]
    worded = _phenotype(record, place, in_value)
    if worded.reason != "value-unreadable":
        return [worded]
    verdict = which_gene(record, in_value, stars=True)
    kind = "haplotype" if place.asked == "haplotype" else "genotype"
    return [_unread(record, kind, verdict, "value-unreadable")]


def _without_locus(record: Record, strings: tuple[str, ...]) -> str | None:
    """An allele written as "*57:01" beside a component that names its locus."""
    own = [gene.symbol for gene in genes_stated(record) if gene.symbol.startswith(hla.PREFIX)]
    named = [
        own[0] + text for text in strings if len(own) == 1 and text.startswith("*") and hla.is_typing(own[0] + text)
    ]
    return next((text for text in named if hla.allele_of(text)), None)


def _genotype(record: Record, place: Place, strings: tuple[str, ...], in_value: tuple[str, ...]) -> Finding | None:
    verdict = which_gene(record, in_value, stars=True)
    gene = record.context.genes.get(verdict.symbol or "")
    read = [(text, stars.stated(text, gene, verdict.symbol)) for text in strings]
    told = [(text, one) for text, one in read if one.form is not None]
    if not told:
        return _other_genotype(record, place, strings, verdict)
    text, one = told[0]
    values = {other.value for _, other in told if other.form == one.form}
    conflict = "code-display" if len(values) > 1 else None
    status, reason = verdict.status, verdict.reason
    if reason is None and (conflict or one.reason):
        status, reason = ("conflicting", conflict) if conflict else ("indeterminate", one.reason)
    if one.form == "allele":
        value: Any = {"allele": one.value, "as_stated": _as_stated(place, text)}
        kind = "haplotype"
    else:
        value, kind = one.value, "genotype"
    return record.finding(
        kind, verdict.symbol, value, status=status, reason=reason, matched=verdict.matched, missing=verdict.missing,
        notes=(*one.notes, *verdict.notes),
    )  # fmt: skip


def _other_genotype(record: Record, place: Place, strings: tuple[str, ...], verdict: Verdict) -> Finding | None:
    compound = next((found for text in strings if (found := names.compound_of(text))), None)
    if compound is not None:
        return record.finding(
            "genotype",
            verdict.symbol,
            compound[0],
            status=verdict.status,
            reason=verdict.reason,
            missing=verdict.missing,
        )
    shown = stated_in(place.element).shown
    if place.asked != "haplotype" or verdict.symbol is None or shown is None or not _PLAIN_NAME.fullmatch(shown):
        return None
    if verdict.symbol in record.context.genes and not shown.startswith(verdict.symbol):
        return None
    value = {"allele": shown, "as_stated": shown}
    return record.finding("haplotype", verdict.symbol, value, status=verdict.status, reason=verdict.reason)


def _as_stated(place: Place, text: str) -> str:
    """Code and display of an opaque allele id, else the text that was read (G11)."""
    for value in values_of(place.element).values():
        for _, code, display in codings(value):
            if code and display and clean(display) == text and not text.startswith(code):
                return text if code.isdigit() else f"{code} {text}"
    return text


def _phenotype(record: Record, place: Place, in_value: tuple[str, ...]) -> Finding:
    verdict = which_gene(record, in_value)
    read = phenotype_at(record, place.element, verdict.symbol)
    status, reason = verdict.status, verdict.reason
    if reason is None or (read.reason and status != "conflicting"):
        status, reason = read.status, read.reason
    return record.finding(
        "phenotype", verdict.symbol, read.word, status=status, reason=reason, matched=verdict.matched,
        missing=verdict.missing, notes=verdict.notes,
    )  # fmt: skip


def phenotype_at(record: Record, element: Mapping[str, Any], symbol: str | None) -> Phenotype:
    """The phenotype of one value: by its code, else by its words."""
    context = record.context
    coded = phenotype_of(answer_in(context.terms, element))
    if coded is not None:
        return coded
    stated = stated_in(element)
    gene = context.genes.get(symbol or "")
    for text in (stated.text, *(clean(display) for _, _, display in stated.codings)):
        if text:
            read = phenotype_in(text, gene, context.terms, context.genes)
            if read.reason != "value-unreadable":
                return read
    return Phenotype(None, "value-unreadable")


def _score(record: Record, place: Place, in_value: tuple[str, ...]) -> Finding:
    verdict = which_gene(record, in_value)
    number = number_in(place.element, record.context.terms)
    if number is not None and number.quantity is not None:
        score: str | None = (number.comparator or "") + plain(number.quantity)
    else:
        score = next((found for text in place.strings() if (found := score_of(text))), None)
    status, reason = verdict.status, verdict.reason
    if score is None and reason is None:
        status, reason = "indeterminate", "value-unreadable"
    return record.finding(
        "activity_score", verdict.symbol, score, status=status, reason=reason, matched=verdict.matched,
        missing=verdict.missing, notes=verdict.notes,
    )  # fmt: skip


def _unread(record: Record, kind: str, verdict: Verdict, reason: str) -> Finding:
    status = "ignored" if reason == "value-absent" else "indeterminate"
    return record.finding(kind, verdict.symbol, None, status=status, reason=reason, matched=verdict.matched)


def read_typing(record: Record, text: str) -> list[Finding]:
    """One finding for each allele of a typing; the locus is that of the name (A1-A6, A8, A9, T29-T31).

    A typing may have many loci: each is compared with what else names a gene, never with its neighbours.
    """
    alleles = hla.typing(text)
    complete = hla.complete_loci(text)
    elsewhere = {allele.locus for allele in alleles if _is_of_another_gene(record, allele.locus)}
    found = []
    for allele in alleles:
        status, reason = ("indeterminate", allele.reason) if allele.reason else ("present", None)
        if allele.locus in elsewhere:
            status, reason = "conflicting", "gene-conflict"
        if allele.name is None:
            found.append(record.finding("allele", None, {"as_stated": allele.as_stated}, status=status, reason=reason))
            continue
        value = {"allele": allele.name, "locus": allele.locus, "as_stated": allele.as_stated}
        if allele.locus in complete:
            value["typing"] = "both copies"
        found.append(_allele(record, allele.name, value, status, reason))
    return found


def _is_of_another_gene(record: Record, locus: str | None) -> bool:
    """True if the gene that components state is not this locus."""
    if record.term is None:
        return False
    verdict = which_gene(record, (locus,) if locus else ())
    return verdict.reason == "gene-conflict" and locus not in verdict.genes[:1]


def _allele(record: Record, name: str, value: dict[str, Any], status: str, reason: str | None) -> Finding:
    finding = record.finding("allele", name, value, status=status, reason=reason)
    if finding.status != "withheld":
        return finding
    # The name of the allele would tell what was withheld (H64): the locus stays.
    return record.finding("allele", value.get("locus"), None)


def read_presence(record: Record) -> list[Finding]:
    """An allele that the question names, present or absent by value or interpretation (A7)."""
    terms = record.context.terms
    subject = record.term.subject if record.term else None
    allele = hla.allele_of(subject)
    value = {"allele": subject, "locus": allele.locus if allele else None}
    typed = next((text for text in Place("allele", record.data).strings() if hla.is_typing(text)), None)
    if typed is not None:
        return read_typing(record, typed)
    answer = answer_in(terms, record.data)
    interpreted = interpretation_of(terms, record.data)
    word = short(answer.word) if answer.word else (interpreted if answer.stated is None else None)
    status, reason = presence(word, answer.reason)
    if status in ("present", "absent") and interpreted in ("present", "absent") and interpreted != status:
        status, reason = "conflicting", "value-conflict"
    return [record.finding("allele", subject, value, status=status, reason=reason)]


def presence(word: str | None, reason: str | None = None) -> tuple[str, str | None]:
    """Status and reason for the answer to "is it there?"."""
    if reason in ("code-display", "value-conflict"):
        return "conflicting", reason
    if word in ("present", "absent"):
        return word, None
    if word in ("no-call", "indeterminate"):
        return "indeterminate", word
    return ("indeterminate", "unknown-code") if reason or word else ("ignored", "value-absent")


def answer_words(record: Record, carried: str) -> list[str]:
    """Normal words of the coded answers of each component that carries this; unknown ones are left out."""
    terms = record.context.terms
    found = [answer_of(terms, stated.codings, stated.text).word for stated in record.stated(carried)]
    return [word for word in found if word]
