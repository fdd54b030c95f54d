"""Whether the protein and the coding name of a variant can belong together (VE-08); near misses in words (FX-04)."""

from __future__ import annotations

import re

from pmcds.infer.protein import Change, Nucleotide, protein
from pmcds.infer.variant_predicates import Described

# The genetic code, codons in the order TCAG of each base.
_BASES = "TCAG"
_CODE = "FFLLSSSSYY**CC*WLLLLPPPPHHQQRRRRIIIMTTTTNNKKSSRRVVVVAAAADDEEGGGG"
_RESIDUE = {
    one + two + three: _CODE[16 * place + 4 * middle + last]
    for place, one in enumerate(_BASES)
    for middle, two in enumerate(_BASES)
    for last, three in enumerate(_BASES)
}
_EXCHANGE = re.compile(r"c\.(\d{1,9})([ACGT])>([ACGT])")
INCONSISTENT = "the protein and the coding name do not belong together"


def consistent(variant: Described) -> bool:
    """False if the coding change cannot make the protein change; True where that cannot be told."""
    change, base = variant.protein, variant.nucleotide
    if change is None or base is None or base.kind != "c" or change.kind not in ("substitution", "nonsense"):
        return True
    if variant.accession is not None and not variant.numbered:
        return True
    if base.residue is not None and variant.accession is not None and base.residue != change.first:
        return False
    return _makes(base, change)


def _makes(base: Nucleotide, change: Change) -> bool:
    """True if some codon of the old residue becomes one of the new residue by exchanging this base."""
    found = _EXCHANGE.fullmatch(base.name)
    if found is None:
        return True
    place = (int(found[1]) - 1) % 3
    return any(
        residue == change.ref
        and codon[place] == found[2]
        and _RESIDUE[codon[:place] + found[3] + codon[place + 1 :]] == change.new
        for codon, residue in _RESIDUE.items()
    )


def near_miss(name: str, variant: Described) -> str:
    """Why a variant of the gene is not the one that is asked for, in words that name no text of the report."""
    asked, told = protein(name), variant.protein
    if variant.fusion:
        return "a fusion of the gene is another finding"
    if variant.phrase in ("amplification", "gain", "loss"):
        return "a change of the number of copies is another finding"
    if told is not None and asked is not None and told.first == asked.first:
        return "another change of the same residue"
    if variant.significance is not None and "pathogenic" not in variant.significance:
        return "the laboratory does not call the variant pathogenic"
    if told is not None:
        return _KINDS.get(told.kind, "another change of the gene")
    return "another change of the gene"


_KINDS = {
    "substitution": "another substitution of the gene",
    "deletion": "a deletion that is not the one asked for",
    "insertion": "an insertion that is not the one asked for",
    "duplication": "a duplication that is not the one asked for",
    "delins": "another deletion with insertion",
    "frameshift": "a frameshift",
    "nonsense": "a stop of the protein",
    "splice": "a change beside another exon",
    "synonymous": "a silent change",
}


def other_at_residue(name: str, names: tuple[str, ...], variant: Described) -> bool:
    """True if the residue of every change that is asked for was read, and was exchanged for another one.

    What was exchanged for one residue is not exchanged for another (a decision of this library; the report of a
    second change at the residue would be a finding of its own). A deletion or insertion there proves nothing.
    """
    told = variant.protein
    if told is None or told.kind != "substitution" or not variant.numbered:
        return False
    asked = [change for text in (names or (name,)) if (change := protein(text)) is not None]
    place = (told.kind, told.first, told.ref)
    return bool(asked) and all(
        (change.kind, change.first, change.ref) == place and change.new != told.new for change in asked
    )
