"""What the words of a category ask of one variant: predicates whose residues and partners are data (VP-01 to VP-11).

Each predicate says yes, no, or (None) that the variant is not told well enough.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from pmcds.infer.protein import Change, Nucleotide, nucleotide, protein

YES, NO = True, False
_SPLICE = re.compile(r"c\.[-*]?\d{1,9}[+-][12](?!\d)")
_CODING = re.compile(r"c\.(\d{1,9})(?:_(\d{1,9}))?(delins|del|dup|ins)([ACGT]*)")
_SPAN = re.compile(r"c\.(\d{1,9})([+-]\d{1,9})?(?:_(\d{1,9})([+-]\d{1,9})?)?(del|dup|ins|[ACGT]>)")
_CHANGED = ("substitution", "delins", "deletion", "insertion", "duplication")


class Described(NamedTuple):
    """A variant as far as it is told: its names, parsed forms, phrase, and whether it is a fusion, with whom.

    `numbered` is false if its coding name counts along another transcript than the gene file does. `fraction` is the
    part of the reads that show it, from 0 to 1; `copies` how often the gene is there.
    """

    names: tuple[str, ...] = ()
    protein: Change | None = None
    nucleotide: Nucleotide | None = None
    phrase: str | None = None
    fusion: bool = False
    accession: str | None = None
    significance: str | None = None
    zygosity: str | None = None
    partners: tuple[str, ...] = ()
    numbered: bool = True
    specimen: str | None = None
    fraction: Decimal | None = None
    copies: Decimal | None = None

    @property
    def structural(self) -> bool:
        """True for a fusion or a phrase, which is no change of known residues or bases."""
        return self.fusion or (self.phrase is not None and self.protein is None and self.nucleotide is None)


Fits = bool | None
Predicate = Callable[[Any, Described], Fits]


def any_of(names: Sequence[str], variant: Described) -> Fits:
    """One of the listed variants; a coding name alone may be any change of its codon."""
    if own_names(variant).intersection(plain(name) for name in names):
        return YES
    if variant.protein is not None:
        return NO
    residues = {change.first for name in names if (change := protein(name)) is not None}
    return _by_codon(residues, variant)


def own_names(variant: Described) -> set[str]:
    """The names of a variant in normal form; a coding one without transcript only if numbered like the gene file."""
    own = {plain(name) for name in variant.names}
    if not variant.numbered:
        own = {name for name in own if not name.startswith("c.")}
    if variant.accession is not None and variant.nucleotide is not None:
        own.add(f"{variant.accession.split('.')[0]}:{variant.nucleotide.name}")
    return own


@lru_cache(maxsize=8192)
def plain(name: str) -> str:
    """A name without the version of its accession and in normal form.

    A coding name loses its transcript, unless `~` says that the transcript counts otherwise than the gene file.
    """
    if name.startswith("~"):
        return name[1:]
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
        if base.residue is None:
            return NO
        return NO if residues and variant.numbered and base.residue not in residues else None
    return NO if variant.structural or (base is None and variant.phrase is not None) else None


def codons(numbers: Sequence[str], variant: Described) -> Fits:
    """Any change of the protein at one of the residues (VP-02)."""
    wanted = {int(number) for number in numbers}
    change = variant.protein
    if change is None:
        return _by_codon(wanted, variant)
    inside = any(change.first <= number <= change.last for number in wanted)
    return inside and change.kind in _CHANGED


def within(limits: Sequence[str], variant: Described) -> Fits:
    """Any change of the protein whose residues lie inside the range."""
    return _inside(limits, variant, _CHANGED)


def missense(limits: Sequence[str], variant: Described) -> Fits:
    """One residue of the range exchanged for another."""
    return _inside(limits, variant, ("substitution",))


def frameshift_in(limits: Sequence[str], variant: Described) -> Fits:
    """A frameshift that begins inside the range."""
    return _inside(limits, variant, ("frameshift",))


def _inside(limits: Sequence[str], variant: Described, kinds: Sequence[str]) -> Fits:
    low, high = (int(limit) for limit in limits)
    change = variant.protein
    if change is None:
        return _by_codon(set(range(low, high + 1)), variant)
    return change.kind in kinds and low <= change.first and change.last <= high


def perhaps_codons(numbers: Sequence[str], variant: Described) -> Fits:
    """Not told for another change of these residues than the listed ones, no for everything else."""
    return None if codons(numbers, variant) in (YES, None) else NO


def perhaps_texts(texts: Sequence[str], variant: Described) -> Fits:
    """Not told where a report says only one of these phrases."""
    said = variant.phrase is not None and variant.phrase.lower() in {text.lower() for text in texts}
    return None if said else NO


def by_base(listed: Mapping[str, Sequence[str]], variant: Described) -> Fits:
    """A protein change that counts only if these bases made it; without the bases it is not told."""
    if variant.protein is None or variant.protein.name not in listed:
        wanted = {plain(name) for bases in listed.values() for name in bases}
        return YES if own_names(variant) & wanted else NO
    if variant.nucleotide is None:
        return None
    return variant.nucleotide.name in {plain(name) for name in listed[variant.protein.name]}


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
        return in_frame and "*" not in change.new and low <= change.first and change.last <= high and holds(
            change.kind, change.lost
        )  # fmt: skip
    base = variant.nucleotide
    if base is None or base.kind != "c":
        return NO if variant.phrase or variant.fusion else None
    return _net_of_bases(base, low, high, holds) if variant.numbered else None


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
    """An exon is skipped: a splice position beside it, a deletion over one, a legacy splice name (VP-05).

    `residues` are the exon's, `spans` its first and last base, each by one or several transcripts.
    """
    change = variant.protein
    if change is not None and change.kind == "splice":
        return any(int(low) <= change.first <= int(high) for low, high in _pairs(spec.get("residues", ())))
    if variant.nucleotide is not None:
        name = variant.nucleotide.name
        return any(_breaks(name, int(low), int(high)) for low, high in _pairs(spec.get("spans", ())))
    return NO if change is not None or variant.phrase or variant.fusion else None


def _pairs(ranges: Sequence[Any]) -> Sequence[Sequence[str]]:
    return [ranges] if ranges and isinstance(ranges[0], str) else ranges


def _breaks(name: str, first: int, last: int) -> bool:
    """A coding change that hits one of the two bases before or behind an exon, or takes the whole exon away."""
    match = _SPAN.match(name)
    if match is None:
        return False
    start = (int(match[1]), int(match[2] or 0))
    end = (int(match[3] or match[1]), int((match[4] if match[3] else match[2]) or 0))
    if match[5] in ("dup", "ins"):
        return False
    sites = ((first, -2), (first, -1), (last, 1), (last, 2))
    whole = match[5] == "del" and start <= (first, 0) and end >= (last, 0)
    return whole or any(start <= site <= end for site in sites)


def fusion(_: str, variant: Described) -> Fits:
    """A fusion or rearrangement with any partner (VP-09)."""
    return variant.fusion or variant.phrase in ("fusion", "rearrangement")


def fused_with(partners: Sequence[str], variant: Described) -> Fits:
    """A fusion with one of the partners; not told where the partner is not."""
    if not fusion("yes", variant):
        return NO
    if not variant.partners:
        return None
    return any(partner in partners for partner in variant.partners)


def amplification(_: str, variant: Described) -> Fits:
    """Called amplified by the laboratory; a gain is no amplification (VP-08)."""
    return variant.phrase == "amplification"


def copies(least: str, variant: Described) -> Fits:
    """So many copies of the gene or more; no call of the laboratory is needed, and none replaces the number (VP-08)."""
    return NO if variant.copies is None else variant.copies >= Decimal(least)


def loss(_: str, variant: Described) -> Fits:
    """Called lost or deleted as a whole by the laboratory."""
    return variant.phrase == "loss"


def mutation(_: str, variant: Described) -> Fits:
    """A change of residues or bases, no silent one, no fusion and no change of copies."""
    if variant.protein is not None:
        return variant.protein.kind != "synonymous"
    return YES if variant.nucleotide is not None or not variant.structural else NO


def called(wanted: Sequence[str], variant: Described) -> Fits:
    """A small change that the laboratory calls one of the words; not told where it calls it nothing (VP-11)."""
    return NO if not mutation("yes", variant) else one_of(wanted, variant.significance)


def one_of(wanted: Sequence[str] | str, stated: str | None) -> Fits:
    """A stated word is one of the wanted ones; what is not stated, or stated both ways, is not told (T41)."""
    if stated is None or stated == "conflicting":
        return None
    return stated in ([wanted] if isinstance(wanted, str) else wanted)


def share(limits: Mapping[str, str], fraction: Decimal | None) -> Fits:
    """The part of the reads lies within the limits; not told where the report gives none."""
    if fraction is None:
        return None
    return Decimal(limits.get("at_least", "0")) <= fraction <= Decimal(limits.get("at_most", "1"))


PREDICATES: Mapping[str, Predicate] = {
    "same": any_of,
    "any_of": any_of,
    "codons": codons,
    "within": within,
    "missense": missense,
    "frameshift_in": frameshift_in,
    "perhaps_codons": perhaps_codons,
    "perhaps_texts": perhaps_texts,
    "by_base": by_base,
    "loss_in": loss_in,
    "gain_in": gain_in,
    "duplication_in": duplication_in,
    "truncating": truncating,
    "skips": skips,
    "fusion": fusion,
    "fused_with": fused_with,
    "amplification": amplification,
    "copies": copies,
    "loss": loss,
    "mutation": mutation,
    "called": called,
}
