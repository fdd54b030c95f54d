"""One allele name as reports write it, read as a name of the gene's table."""

from __future__ import annotations

import re
from typing import NamedTuple

from pmcds.infer.spelling import joined, without_symbol
from pmcds.infer.tables import GeneTable
from pmcds.infer.typed_alleles import typed

_COPIES = re.compile(r"(.+?)[xX](N|n|≥?\d{1,3})\Z")
_SUBALLELE = re.compile(r"(\*\d+[A-Za-z]*)\.\d+")
_WELL_FORMED = re.compile(r"\*\d\S*\Z|\*\w+\+\S+\Z|[cgmnp]\.|rs\d|N[CGMP]_|\[")
_SEVERAL = re.compile(r"\s\+\s|;\s*")


class AlleleReading(NamedTuple):
    """The table's names that the text may mean (several if the copy number is not told), or `unknown`."""

    options: tuple[str, ...]
    unknown: str | None = None
    notes: tuple[str, ...] = ()


def read_allele(table: GeneTable, text: str) -> AlleleReading | None:
    """The allele, or None if the text is no allele name at all; `unknown` is a name that the table lacks (PG14)."""
    stated = without_symbol(table.gene.symbol, text).strip()
    if not stated:
        return None
    if table.gene.method == "listed-alleles":
        return _typed(stated)
    known = _known(table, stated)
    if known is not None:
        return known
    short = joined(stated)
    for name in dict.fromkeys((short, f"m.{short}", _core(short))):
        known = _known(table, name)
        if known is not None:
            return known._replace(notes=(f"read {stated} as {known.options[0]}",))
    copies = _COPIES.match(_core(short))
    if copies:
        return _with_copies(table, copies[1], copies[2].upper(), stated)
    together = _one_strand(table, stated)
    if together is not None:
        return together
    if _WELL_FORMED.match(short) or stated in table.gene.defined_only or table.labels:
        return AlleleReading((), _core(short) if stated.startswith("*") else stated)
    return None


def _typed(stated: str) -> AlleleReading | None:
    """A typed allele is known whether or not it is listed; below two fields it is not told which one it is."""
    found = typed(joined(stated))
    if found is None:
        return None
    if not found.exact:
        return AlleleReading((), stated)
    return AlleleReading((found.name,), None, () if found.name == stated else (f"read {stated} as {found.name}",))


def _known(table: GeneTable, name: str) -> AlleleReading | None:
    allele = table.allele(name)
    if allele is None:
        return None
    return AlleleReading((allele,), None, () if allele == name else (f"read {name} as {allele}",))


def _core(name: str) -> str:
    """A sub-allele has the function of its core allele (T61)."""
    return _SUBALLELE.sub(r"\1", name)


def _with_copies(table: GeneTable, base: str, count: str, stated: str) -> AlleleReading:
    """A name with a copy number: as written, as "3 or more", or the set of what it may be (PG20, PG21)."""
    if count == "N":
        options = tuple(name for name in (f"{base}x2", f"{base}x≥3") if name in table.own)
        return AlleleReading(options, None if options else stated, (f"copy number of {stated} not stated",))
    number = int(count.lstrip("≥"))
    if number == 1 and not count.startswith("≥") and table.allele(base):
        return AlleleReading((str(table.allele(base)),), None, (f"read {stated} as {base}",))
    for name in (f"{base}x{count}", f"{base}x≥3" if number >= 3 else ""):
        if name in table.own:
            return AlleleReading((name,), None, () if name == stated else (f"read {stated} as {name}",))
    return AlleleReading((), f"{base}x{count}")


def _one_strand(table: GeneTable, stated: str) -> AlleleReading | None:
    """Several variants on one copy: the one with the lowest value or the most severe function counts (PG24)."""
    parts = [part.strip(" []") for part in _SEVERAL.split(stated)]
    severity = table.gene.extra.get("severity") or (sorted(set(table.group.values())) if table.gene.activity else ())
    if len(parts) < 2 or not severity or any(not part or part.startswith("*") for part in parts):
        return None
    alleles = [table.allele(part) for part in parts]
    known = [allele for allele in alleles if allele is not None]
    if len(known) < len(parts):
        missing = next(part for part, allele in zip(parts, alleles, strict=True) if allele is None)
        return AlleleReading((), missing)
    worst = min(known, key=lambda allele: (severity.index(table.group[allele]), table.ranks[allele]))
    return AlleleReading((worst,), None, (f"{', '.join(known)} on one copy: {worst} counts",))
