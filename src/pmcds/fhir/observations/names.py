"""Names of changes in DNA and protein as they stand in reports, in one spelling: HGVS, SPDI, dbSNP (VR1)."""

from __future__ import annotations

import re
from typing import NamedTuple

from pmcds.patterns import compiled_lazily

_HGVS = compiled_lazily(
    r"(?:(?P<accession>[A-Za-z]{2,4}_?\d+(?:\.\d+)?|(?:chr)?(?:\d{1,2}|X|Y|MT?))"
    r"(?:\((?P<gene>[A-Za-z0-9-]+)\))?:)?"
    r"(?P<kind>[cgmnp])\.(?P<body>\S+)",
    re.ASCII,
)
_SPDI = compiled_lazily(
    r"(?P<accession>[A-Z]{2}_\d+\.\d+):(?P<position>\d{1,12}):(?P<ref>[A-Z]*):(?P<alt>[A-Z]*)", re.ASCII
)
_CLINVAR_NAME = compiled_lazily(
    r"[A-Z]{2}_\d+(?:\.\d+)?\((?P<gene>[A-Za-z0-9-]+)\):[cgmnp]\.\S+(?: \(p\.[^()]+\))?.*", re.ASCII
)
_COMPOUND = compiled_lazily(
    r"(?P<accession>[A-Z]{2}_\d+(?:\.\d+)?)(?:\((?P<gene>[A-Za-z0-9-]+)\))?:(?P<body>[cg]\.\[[^\[\]]+\];\[[^\[\]]+\])",
    re.ASCII,
)
_RS = compiled_lazily(r"rs\d{1,12}", re.ASCII)
_DELETED_BASES = compiled_lazily(r"(del|dup)[ACGTNacgtn]+(?=ins|$)", re.ASCII)
_DELETED_COUNT = compiled_lazily(r"(del|dup)\d+$", re.ASCII)
_SHORT_PROTEIN = compiled_lazily(r"[A-Z*]\d+(?:[A-Z*=]|fs|del|dup|ins|_)", re.ASCII)
# Versions of the chromosome accessions 1 to 22, X, Y in GRCh37 (RefSeq); those of GRCh38 are one higher.
_GRCH37 = (10, 11, 11, 11, 9, 11, 13, 10, 11, 10, 9, 11, 10, 8, 9, 9, 10, 9, 9, 10, 8, 10, 10, 9)
CHROMOSOME = compiled_lazily(r"NC_\d{6}\.\d+", re.ASCII)

_LETTERS = {
    "A": "Ala", "R": "Arg", "N": "Asn", "D": "Asp", "C": "Cys", "Q": "Gln", "E": "Glu", "G": "Gly", "H": "His",
    "I": "Ile", "L": "Leu", "K": "Lys", "M": "Met", "F": "Phe", "P": "Pro", "S": "Ser", "T": "Thr", "W": "Trp",
    "Y": "Tyr", "V": "Val", "U": "Sec", "O": "Pyl", "*": "Ter", "X": "Ter",
}  # fmt: skip
_RESIDUE = "|".join(dict.fromkeys(_LETTERS.values()))
# Words inside a protein change that are no residues.
_PROTEIN_PART = compiled_lazily(
    rf"(?P<residue>{_RESIDUE})|(?P<word>delins|del|dup|ins|fs|ext|inv)|(?P<letter>[A-Z*])", re.ASCII
)


class Hgvs(NamedTuple):
    """An HGVS string taken apart: `kind` is c, g, m, n or p, `body` what follows the dot."""

    kind: str
    body: str
    accession: str | None = None
    gene: str | None = None


class Spdi(NamedTuple):
    """Sequence, 0-based position, deleted and inserted bases."""

    accession: str
    position: int
    ref: str
    alt: str

    def __str__(self) -> str:
        return f"{self.accession}:{self.position}:{self.ref}:{self.alt}"


def hgvs_of(text: str | None) -> Hgvs | None:
    """The one HGVS expression that a string is, or None."""
    found = _HGVS.fullmatch(text.strip()) if text else None
    if not found:
        return None
    return Hgvs(found["kind"], found["body"], found["accession"], found["gene"])


def hgvs_within(text: str | None) -> tuple[Hgvs, ...]:
    """Every HGVS expression of a composite such as "GENE:c.725G>A p.(Gly242Glu)" (V11)."""
    if not text or "." not in text:
        return ()
    found = []
    for word in re.split(r"[\s,;]+", text):
        inner = word.strip("()") if word.startswith("(p.") else word
        one = hgvs_of(inner)
        if one is None and ":" in inner:
            one = hgvs_of(inner.split(":", 1)[1])
        if one is not None:
            found.append(one)
    return tuple(found)


def spdi_of(text: str | None) -> Spdi | None:
    """The SPDI that a string is, or None."""
    found = _SPDI.fullmatch(text.strip()) if text else None
    return Spdi(found["accession"], int(found["position"]), found["ref"], found["alt"]) if found else None


def rs_of(text: str | None) -> str | None:
    """The dbSNP id that a string is, in lower case, or None."""
    stripped = text.strip().lower() if text else ""
    return stripped if _RS.fullmatch(stripped) else None


def clinvar_gene(text: str | None) -> str | None:
    """The gene in the parentheses of a ClinVar name, or None if the text is no such name."""
    found = _CLINVAR_NAME.fullmatch(text.strip()) if text else None
    return found["gene"] if found else None


def compound_of(text: str | None) -> tuple[str, str | None] | None:
    """A compound genotype in HGVS ("NM_1.2:c.[53A>G];[769G>A]") and its gene, wherever it stands in a text (G19)."""
    found = _COMPOUND.search(text) if text else None
    return (f"{found['accession']}:{found['body']}", found["gene"]) if found else None


def dna(change: Hgvs, accession: str | None = None) -> str:
    """A DNA change with its accession (or the one handed in), deleted and duplicated bases dropped."""
    body = _DELETED_COUNT.sub(r"\1", _DELETED_BASES.sub(r"\1", change.body))
    stated = change.accession or accession
    return f"{stated}:{change.kind}.{body}" if stated else f"{change.kind}.{body}"


def protein(body: str) -> str | None:
    """A protein change in three letters, without parentheses, `Ter` for a stop; None if it is not understood."""
    inner = body.strip().removeprefix("p.")
    if inner.startswith("(") and inner.endswith(")"):
        inner = inner[1:-1]
    if inner == "=":
        return "p.="
    if not inner or inner in ("?", "0", "0?"):
        return None
    inner = re.sub(r"[()\[\]]", "", inner)
    if re.search(_RESIDUE, inner):
        inner = inner.replace("*", "Ter")
        inner = re.sub(r"(?<=\d)X|(?<=fs)X", "Ter", inner)
    else:
        inner = _PROTEIN_PART.sub(lambda part: _LETTERS.get(part["letter"] or "", part.group()), inner)
    # "fsX12" and "fs*12" are "fsTer12"; a question mark of a prediction says nothing more.
    return "p." + inner


def build_of(accession: str) -> str | None:
    """The assembly that a versioned chromosome accession belongs to, GRCh37 or GRCh38, or None (VR5)."""
    if not CHROMOSOME.fullmatch(accession):
        return None
    number, version = int(accession[3:9]), int(accession[10:13])
    if not 1 <= number <= len(_GRCH37):
        return None
    return {_GRCH37[number - 1]: "GRCh37", _GRCH37[number - 1] + 1: "GRCh38"}.get(version)


def is_short_protein(text: str) -> bool:
    """True for a protein change without "p." ("V600E"), the last word of a text such as "GENE V600E"."""
    return bool(_SHORT_PROTEIN.match(text.split()[-1])) if text.split() else False


def is_unchanged(change: Hgvs) -> bool:
    """True for a DNA expression that says "same as the reference" (T01); "p.(=)" is a silent change, not this."""
    return change.kind != "p" and change.body.rstrip(")").endswith("=")
