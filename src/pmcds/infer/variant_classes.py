"""Named variants and categories of a gene file: generic predicates, whose genes and numbers are data (VP-01 to VP-10).

A gene file writes under `variants`, for each name that rules may ask for, one of

    same:        other forms of one variant (c., g., rs number, legacy names)
    any_of:      names of variants
    codons:      any change of the protein at these residues, `except` some
    loss_in:     [first, last]  in-frame net loss of residues inside the range
    gain_in:     [first, last]  in-frame net gain of residues inside the range
    duplication_in: [first, last]
    truncating:  "yes"          nonsense, frameshift, splice position
    skips:       {residues: [first, last], sites: [c. positions]}
    fusion, amplification: "yes"

and with any of them `texts`, the phrases of reports; `significance` (words that the laboratory must have used) and
`zygosity` narrow it down. With one of these two alone every variant of the gene counts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from pmcds.infer.protein import Change, Nucleotide, nucleotide, protein
from pmcds.model.genes import Gene

YES, NO = True, False
_SPLICE = re.compile(r"c\.[-*]?\d+[+-][12](?!\d)")
_CODING = re.compile(r"c\.(\d+)(?:_(\d+))?(delins|del|dup|ins)([ACGT]*)")


class Described(NamedTuple):
    """A variant as far as it is told: its names, parsed forms, phrase, and whether it is a fusion."""

    names: tuple[str, ...] = ()
    protein: Change | None = None
    nucleotide: Nucleotide | None = None
    phrase: str | None = None
    fusion: bool = False
    accession: str | None = None
    significance: str | None = None
    zygosity: str | None = None


Fits = bool | None
Predicate = Callable[[Any, Described], Fits]


def any_of(names: Sequence[str], variant: Described) -> Fits:
    """One of the listed variants; a coding name alone may be any change of its codon."""
    wanted = [_plain(name) for name in names]
    own = {_plain(name) for name in variant.names}
    if own.intersection(wanted):
        return YES
    if variant.protein is not None:
        return NO
    residues = {change.first for name in names if (change := protein(name)) is not None}
    return _by_codon(residues, variant)


def _plain(name: str) -> str:
    """A name without the version of its accession and in normal form."""
    head, colon, change = name.rpartition(":")
    parsed = protein(change) if change.startswith("p.") or not colon else None
    if parsed is not None:
        return parsed.name
    base = nucleotide(change)
    text = base.name if base is not None else change
    if base is not None and base.kind in "cn":
        return text
    return f"{head.split('.')[0] if base is None else head}:{text}" if colon else text


def _by_codon(residues: set[int], variant: Described) -> Fits:
    """Without a protein form: no if the coding position lies in another codon, else not told."""
    base = variant.nucleotide
    if base is not None and base.kind == "c":
        if base.residue is None or (residues and base.residue not in residues):
            return NO
        return None
    if variant.phrase is not None:
        return NO
    return None


def codons(numbers: Sequence[str], variant: Described) -> Fits:
    """Any change of the protein at one of the residues (VP-02)."""
    wanted = {int(number) for number in numbers}
    change = variant.protein
    if change is None:
        return _by_codon(wanted, variant)
    inside = any(change.first <= number <= change.last for number in wanted)
    return inside and change.kind in ("substitution", "delins", "deletion", "insertion", "duplication")


def loss_in(limits: Sequence[str], variant: Described) -> Fits:
    """In-frame net loss of residues, both ends inside the range (VP-03)."""
    return _net(limits, variant, lambda kind, lost: lost > 0, slack=0)


def gain_in(limits: Sequence[str], variant: Described) -> Fits:
    """In-frame net gain of residues; an insertion may have its left flank one before the range (VP-04)."""
    return _net(limits, variant, lambda kind, lost: lost < 0, slack=1)


def duplication_in(limits: Sequence[str], variant: Described) -> Fits:
    """In-frame duplication or insertion inside the range (VP-10)."""
    return _net(limits, variant, lambda kind, lost: lost < 0 and kind != "deletion", slack=1)


def _net(limits: Sequence[str], variant: Described, holds: Callable[[str, int], bool], slack: int) -> Fits:
    low, high = (int(limit) for limit in limits)
    change = variant.protein
    if change is not None:
        low -= slack if change.kind == "insertion" else 0
        in_frame = change.kind in ("deletion", "insertion", "duplication", "delins")
        return in_frame and low <= change.first and change.last <= high and holds(change.kind, change.lost)
    base = variant.nucleotide
    if base is None or base.kind != "c":
        return NO if variant.phrase or variant.fusion else None
    return _net_of_bases(base, low, high, holds)


def _net_of_bases(base: Nucleotide, low: int, high: int, holds: Callable[[str, int], bool]) -> Fits:
    """The same by bases: what is removed less what is inserted, a multiple of three."""
    match = _CODING.fullmatch(base.name)
    if match is None:
        return NO
    first, last = int(match[1]), int(match[2] or match[1])
    length, added = last - first + 1, len(match[4])
    kind, net = {
        "del": ("deletion", length), "delins": ("delins", length - added),
        "dup": ("duplication", -length), "ins": ("insertion", -added),
    }[match[3]]  # fmt: skip
    inside = 3 * (low - 1) < first <= last <= 3 * high
    return inside and net % 3 == 0 and holds(kind, net // 3)


def truncating(_: str, variant: Described) -> Fits:
    """Nonsense, frameshift, or a canonical splice position (VP-06)."""
    if variant.protein is not None:
        return variant.protein.kind in ("nonsense", "frameshift") or _splice(variant)
    if variant.nucleotide is None:
        return NO if variant.phrase or variant.fusion else None
    return YES if _splice(variant) else None


def _splice(variant: Described) -> bool:
    return variant.nucleotide is not None and _SPLICE.match(variant.nucleotide.name) is not None


def skips(spec: Mapping[str, Any], variant: Described) -> Fits:
    """An exon is skipped: a listed splice position, a legacy splice name inside the residues (VP-05)."""
    change = variant.protein
    if change is not None and change.kind == "splice":
        ranges = spec.get("residues", ())
        pairs = [ranges] if ranges and isinstance(ranges[0], str) else ranges
        return any(int(low) <= change.first <= int(high) for low, high in pairs)
    if variant.nucleotide is not None:
        return any(variant.nucleotide.name.startswith(f"c.{site}") for site in spec.get("sites", ())) or None
    return NO if change is not None or variant.phrase or variant.fusion else None


def fusion(_: str, variant: Described) -> Fits:
    """A fusion or rearrangement with any partner (VP-09)."""
    return variant.fusion or variant.phrase in ("fusion", "rearrangement")


def amplification(_: str, variant: Described) -> Fits:
    """Called amplified by the laboratory; a gain is no amplification (VP-08)."""
    return variant.phrase == "amplification"


PREDICATES: Mapping[str, Predicate] = {
    "same": any_of,
    "any_of": any_of,
    "codons": codons,
    "loss_in": loss_in,
    "gain_in": gain_in,
    "duplication_in": duplication_in,
    "truncating": truncating,
    "skips": skips,
    "fusion": fusion,
    "amplification": amplification,
}


def fits(name: str, spec: Mapping[str, Any], variant: Described) -> Fits:
    """Whether the variant is of this name or category: yes, no, or not told."""
    if variant.phrase is not None and variant.phrase.lower() in {t.lower() for t in (name, *spec.get("texts", ()))}:
        return YES
    if spec.get("except") and any_of(spec["except"], variant):
        return NO
    # The name of a single variant counts among its own forms.
    found = [
        predicate([name, *spec[word]] if word == "same" else spec[word], variant)
        for word, predicate in PREDICATES.items()
        if word in spec
    ]
    narrowed = [_one_of(spec[word], stated) for word, stated in _stated(variant) if word in spec]
    if not found:
        found = [YES] if narrowed else [any_of([name], variant)]
    identity = YES if YES in found else None if None in found else NO
    parts = (identity, *narrowed)
    return NO if NO in parts else None if None in parts else YES


def _stated(variant: Described) -> tuple[tuple[str, str | None], ...]:
    return (("significance", variant.significance), ("zygosity", variant.zygosity))


def _one_of(wanted: Sequence[str] | str, stated: str | None) -> Fits:
    """A stated word is one of the wanted ones; what is not stated, or stated both ways, is not told (T41)."""
    if stated is None or stated == "conflicting":
        return None
    return stated in ([wanted] if isinstance(wanted, str) else wanted)


def same_as(gene: Gene, variant: Described) -> str | None:
    """The canonical name of a variant that the gene file lists with other forms, or None."""
    for name in sorted(gene.variants):
        spec = gene.variants[name]
        if "same" in spec and fits(name, spec, variant):
            return name
    return None


def classes_of(gene: Gene, variant: Described) -> tuple[str, ...]:
    """The categories of the gene file that hold, by name."""
    return tuple(
        name
        for name in sorted(gene.variants)
        if "same" not in gene.variants[name] and fits(name, gene.variants[name], variant)
    )
