"""From a diplotype to a phenotype, a score and the key that guideline rows use."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pmcds.errors import InputError
from pmcds.infer.diplotype import DiplotypeReading, read_diplotype
from pmcds.infer.methods import METHODS, Meaning, NoMeaning
from pmcds.infer.tables import GeneTable, table_of
from pmcds.model.genes import Gene
from pmcds.model.results import GeneResult


def phenotype(gene: Gene, diplotype: str) -> GeneResult:
    """What the diplotype means by the gene's table.

    Alleles may be in either order and in the usual spellings; every change of a name is in `notes`. Raises
    `InputError` with the code `not-a-diplotype`, `unknown-allele` (the table lacks it; the message names it and
    the table), `phase-ambiguous` or `copy-number-unknown` (several results are possible), or
    `no-phenotype-table`.
    """
    table = table_of(gene)
    first, _, second = diplotype.partition("/")
    one, two = table.own.get(first), table.own.get(second)
    if one is not None and two is not None:
        # The usual case, without any reading: both names are the table's own.
        ordered = table.ranks[first] <= table.ranks[second]
        known = table.meanings.get((one, two))
        if known is not None:
            return _told(table, diplotype if ordered else f"{second}/{first}", known, ())
        return _result(table, (first, second) if ordered else (second, first), ())
    status = _status(table, diplotype)
    if status is not None:
        return status
    reading = read_diplotype(table, diplotype)
    _refuse(table, reading)
    try:
        results = {table.meaning(candidate) for candidate in reading.candidates}
    except (NoMeaning, KeyError):
        raise InputError("no-phenotype-table", f"{gene.symbol} has no table for this") from None
    if len(results) > 1:
        reason = reading.reason or "phase-ambiguous"
        raise InputError(reason, f"{gene.symbol}: several results are possible", mend="state phase and copy number")
    return _result(table, reading.candidates[0], reading.notes)


def _refuse(table: GeneTable, reading: DiplotypeReading) -> None:
    symbol = table.gene.symbol
    if table.gene.method == "none":
        raise InputError("no-phenotype-table", f"{symbol} has no table from diplotype to phenotype")
    if reading.problem == "not-a-diplotype":
        raise InputError(
            "not-a-diplotype", f"this is not a diplotype of {symbol}", mend="write two alleles, with / between them"
        )
    if reading.unknown:
        raise InputError(
            "unknown-allele",
            f"{symbol} {', '.join(reading.unknown)} is not in the table ({table.version})",
            mend="check the name; a newer table may have it",
        )
    if reading.problem == "one-allele":
        raise InputError("not-a-diplotype", f"one allele of {symbol} says nothing about the other", mend="state both")


def _result(table: GeneTable, pair: tuple[str, ...], notes: tuple[str, ...]) -> GeneResult:
    try:
        meaning = table.meaning(pair)
    except (NoMeaning, KeyError):
        raise InputError("no-phenotype-table", f"{table.gene.symbol} has no table for this") from None
    return _told(table, "/".join(pair), meaning, notes)


def _told(table: GeneTable, diplotype: str, meaning: Meaning, notes: tuple[str, ...]) -> GeneResult:
    phenotype, score = meaning
    key = (score or "n/a") if table.scored else phenotype
    return GeneResult(table.gene.symbol, diplotype, phenotype, score, key, table.version, notes)


def _status(table: GeneTable, text: str) -> GeneResult | None:
    """A status of a listed allele ("*57:01 positive") is its own key."""
    allele, _, word = text.rpartition(" ")
    if word not in ("positive", "negative") or allele not in table.gene.listed_alleles:
        return None
    return GeneResult(table.gene.symbol, text, text, None, text, table.version)


def meanings_of(table: GeneTable, reading: DiplotypeReading) -> tuple[Meaning, ...]:
    """Every meaning that the known candidates leave open, in order; empty if the method does not fit."""
    unknown = set(reading.unknown)
    try:
        found = {table.meaning(pair) for pair in reading.candidates if not unknown.intersection(pair)}
    except (NoMeaning, KeyError):
        return ()
    return tuple(sorted(found, key=table.place))


def older_meanings(table: GeneTable, alleles: Sequence[str]) -> Iterator[tuple[str, Meaning]]:
    """(date of the change, meaning before it), from the newest change back (PG10)."""
    groups = {allele: table.group[allele] for allele in alleles}
    for date in sorted(table.gene.changes, reverse=True):
        changed = table.gene.changes[date]
        groups = {allele: changed[allele][0] if allele in changed else group for allele, group in groups.items()}
        if any(not group for group in groups.values()):
            return
        try:
            yield date, METHODS[table.gene.method](table.gene, [groups[allele] for allele in alleles])
        except (NoMeaning, KeyError):
            continue
