"""A diplotype as reports write it, read as one or several pairs of alleles of the gene's table."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TypeVar

from pmcds.infer.alleles import AlleleReading, read_allele
from pmcds.infer.spelling import LONGEST, cleaned, without_symbol
from pmcds.infer.tables import GeneTable

_CANDIDATES = re.compile(r"\s*\|\s*|\s+or\s+", re.IGNORECASE)
_TOTAL = re.compile(r"\((.+)\)\s*[xX]\s*(N|n|≥?\d{1,3})\Z")
_DUPLICATED = re.compile(r"(.+?)[\s,]+(?:with\s+)?(?:gene\s+)?(?:duplication|dup)\Z", re.IGNORECASE)
_ZYGOSITY = re.compile(r"\s*\((?:heterozygous|homozygous|hemizygous)\)\Z", re.IGNORECASE)

Item = TypeVar("Item")

# Readings of so many short texts are remembered for each gene: they are names of alleles.
_SHORT, _KNOWN = 24, 512
# More pairs than this are not listed (PG72).
MOST = 64


@dataclass(frozen=True, slots=True)
class DiplotypeReading:
    """What a diplotype text may mean.

    `candidates` are the possible pairs (single alleles where one copy is stated), in order; `unknown` the alleles
    that the table lacks. `reason` says why there are several: phase-ambiguous or copy-number-unknown. `problem`
    is None, "not-a-diplotype" or "one-allele".
    """

    candidates: tuple[tuple[str, ...], ...] = ()
    unknown: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    reason: str | None = None
    problem: str | None = None

    @property
    def text(self) -> str:
        """The candidates in normal form."""
        return " or ".join("/".join(candidate) for candidate in self.candidates)


NOTHING = DiplotypeReading(problem="not-a-diplotype")


def read_diplotype(table: GeneTable, text: str) -> DiplotypeReading:
    """Every pair of alleles that the text leaves open (DN1-DN8, PG13, PG20-PG22, PG34)."""
    if not text or len(text) > LONGEST:
        return NOTHING
    known: dict[str, DiplotypeReading] = table.derived.setdefault("diplotypes", {})
    found = known.get(text)
    if found is None:
        found = _read_diplotype(table, text)
        if len(text) <= _SHORT and len(known) < _KNOWN:
            known[text] = found
    return found


def _read_diplotype(table: GeneTable, text: str) -> DiplotypeReading:
    text = _ZYGOSITY.sub("", cleaned(text))
    duplicated = _duplicated(table, text)
    if duplicated is not None:
        return duplicated
    whole = _pair(table, text)
    if whole.problem is None or (whole.problem == "one-allele" and not whole.unknown):
        return whole
    several = _CANDIDATES.split(text)
    if len(several) > 1:
        return _any_of([_pair(table, part) for part in several], "phase-ambiguous")
    return whole


def _duplicated(table: GeneTable, text: str) -> DiplotypeReading | None:
    """Copies that are not assigned to one of the two alleles: the set over both (PG22)."""
    stated = without_symbol(table.gene.symbol, text).strip()
    total = _TOTAL.match(stated)
    duplicated = None if total else _DUPLICATED.match(stated)
    found = total or duplicated
    if found is None:
        return None
    plain = _pair(table, found[1])
    if plain.problem is not None or plain.unknown or len(plain.candidates) != 1:
        return plain if plain.unknown else None
    first, second = plain.candidates[0]
    # Three copies in all are one more of either allele; any other total leaves the number open.
    copies = "N" if total and total[2] != "3" else "2"
    readings = [
        _both(table, _read(table, f"{first}x{copies}"), _read(table, second)),
        _both(table, _read(table, first), _read(table, f"{second}x{copies}")),
    ]
    return _any_of(readings, "copy-number-unknown")


def _read(table: GeneTable, text: str) -> AlleleReading:
    return read_allele(table, text) or AlleleReading((), text)


def _any_of(readings: Sequence[DiplotypeReading], reason: str) -> DiplotypeReading:
    if any(reading.problem == "not-a-diplotype" for reading in readings):
        return NOTHING
    candidates = _unique(candidate for reading in readings for candidate in reading.candidates)
    return DiplotypeReading(
        candidates,
        _unique(name for reading in readings for name in reading.unknown),
        _unique(note for reading in readings for note in reading.notes),
        next((reading.reason for reading in readings if reading.reason), reason) if len(candidates) > 1 else None,
        next((reading.problem for reading in readings if reading.problem), None),
    )


def _unique(items: Iterable[Item]) -> tuple[Item, ...]:
    return tuple(dict.fromkeys(items))


def _pair(table: GeneTable, text: str) -> DiplotypeReading:
    """One diplotype or one allele, without alternatives of the whole."""
    if table.allele(without_symbol(table.gene.symbol, text).strip()) is not None:
        return _one(table, _read(table, text))
    sides = _split(table, text)
    if sides is None:
        only = None if "/" in text else read_allele(table, text)
        return NOTHING if only is None else _one(table, only)
    readings = [read_allele(table, side) for side in sides]
    first, second = readings
    return NOTHING if first is None or second is None else _both(table, first, second)


def _one(table: GeneTable, reading: AlleleReading) -> DiplotypeReading:
    single = table.gene.method in ("one-copy", "x-copies")
    names = reading.options or (reading.unknown or "",)
    return DiplotypeReading(
        tuple((name,) for name in names),
        (reading.unknown,) if reading.unknown else (),
        reading.notes,
        "copy-number-unknown" if len(reading.options) > 1 else None,
        None if single else "one-allele",
    )


def _both(table: GeneTable, first: AlleleReading, second: AlleleReading) -> DiplotypeReading:
    firsts = first.options or (first.unknown or "",)
    seconds = second.options or (second.unknown or "",)
    candidates = _unique(table.ordered(pair) for pair in product(firsts, seconds))
    return DiplotypeReading(
        candidates[:MOST],
        tuple(sorted({name for name in (first.unknown, second.unknown) if name})),
        _unique((*first.notes, *second.notes)),
        "copy-number-unknown" if len(candidates) > 1 else None,
    )


def _split(table: GeneTable, text: str) -> tuple[str, str] | None:
    """The two sides at the `/` that leaves two known names, else at the only `/` outside parentheses (DN2, PG34)."""
    places = list(_slashes(text))
    if not places:
        return None
    sides = [(text[:place].strip(), text[place + 1 :].strip()) for place in places]
    if len(sides) > 1:
        for first, second in sides:
            if all(_is_known(table, side) for side in (first, second)):
                return first, second
        return None
    return sides[0] if all(sides[0]) else None


def _is_known(table: GeneTable, text: str) -> bool:
    reading = read_allele(table, text)
    return reading is not None and reading.unknown is None


def _slashes(text: str) -> Iterator[int]:
    depth = 0
    for place, sign in enumerate(text):
        depth += (sign in "([") - (sign in ")]")
        if sign == "/" and depth <= 0:
            yield place
