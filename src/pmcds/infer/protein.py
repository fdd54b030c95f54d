"""Protein and nucleotide changes as text, read into their parts (VE-01, VE-02, VE-04)."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from pmcds.patterns import compiled_lazily

THREE = {
    "A": "Ala", "R": "Arg", "N": "Asn", "D": "Asp", "C": "Cys", "Q": "Gln", "E": "Glu", "G": "Gly", "H": "His",
    "I": "Ile", "L": "Leu", "K": "Lys", "M": "Met", "F": "Phe", "P": "Pro", "S": "Ser", "T": "Thr", "W": "Trp",
    "Y": "Tyr", "V": "Val", "U": "Sec", "*": "Ter",
}  # fmt: skip
ONE = {three.upper(): one for one, three in THREE.items()}

_RESIDUE = r"(?:[A-Za-z]{3}|[A-Za-z*])"
_PLACE = rf"(?P<ref>{_RESIDUE})(?P<first>\d{{1,5}})"
_RANGE = rf"{_PLACE}(?:_(?P<ref2>{_RESIDUE})(?P<last>\d{{1,5}}))?"
_SEQUENCE = r"[A-Za-z*]{0,120}"
_PROTEIN = (
    ("frameshift", compiled_lazily(rf"{_PLACE}(?:{_RESIDUE})??fs(?:(?:Ter|\*|X)(?:\d{{1,5}}|\?)?)?", re.IGNORECASE)),
    ("splice", compiled_lazily(rf"{_PLACE}_splice", re.IGNORECASE)),
    ("delins", compiled_lazily(rf"{_RANGE}(?:del{_SEQUENCE}ins|>)(?P<new>[A-Za-z*]{{1,120}})", re.IGNORECASE)),
    ("deletion", compiled_lazily(rf"{_RANGE}del(?P<old>{_SEQUENCE})", re.IGNORECASE)),
    ("duplication", compiled_lazily(rf"{_RANGE}dup(?P<old>{_SEQUENCE})", re.IGNORECASE)),
    ("insertion", compiled_lazily(rf"{_RANGE}ins(?P<new>[A-Za-z*]{{1,120}})", re.IGNORECASE)),
    ("synonymous", compiled_lazily(rf"{_PLACE}=")),
    ("substitution", compiled_lazily(rf"{_PLACE}(?P<new>{_RESIDUE})", re.IGNORECASE)),
)

_AT = r"[-*]?\d{1,9}(?:[+-]\d{1,9})?"
_SPAN = rf"(?P<first>{_AT})(?:_(?P<last>{_AT}))?"
_NUCLEOTIDE = compiled_lazily(
    rf"(?P<kind>[cgmn])\.{_SPAN}(?:"
    r"(?P<ref>[ACGT]{1,100})>(?P<alt>[ACGT]{1,100})"
    r"|del(?:[ACGT]{0,100}|\d{0,6})ins(?P<delins>[ACGT]{1,200})"
    r"|(?P<plain>del|dup)(?:[ACGT]{0,200}|\d{0,6})"
    r"|ins(?P<ins>[ACGT]{1,200})"
    r"|(?P<same>=))"
)


class Change(NamedTuple):
    """A protein change: its kind, the residues it covers (one letter), and the new residues."""

    kind: str
    ref: str
    first: int
    last: int
    new: str = ""
    end: str = ""

    @property
    def name(self) -> str:
        """The HGVS form in three letters, without parentheses."""
        place = f"{THREE[self.ref]}{self.first}" if self.ref in THREE else f"X{self.first}"
        if self.last != self.first:
            place += f"_{THREE[self.end]}{self.last}"
        new = "".join(THREE[letter] for letter in self.new)
        endings = {
            "frameshift": "fs", "splice": "_splice", "deletion": "del", "duplication": "dup", "synonymous": "=",
            "insertion": f"ins{new}", "delins": f"delins{new}",
        }  # fmt: skip
        return f"p.{place}{endings.get(self.kind, new)}"

    @property
    def lost(self) -> int:
        """Residues lost, net: negative if more are inserted than removed."""
        length = self.last - self.first + 1
        if self.kind == "insertion":
            return -len(self.new)
        if self.kind == "duplication":
            return -length
        return length - len(self.new) if self.kind in ("deletion", "delins") else 0


@lru_cache(maxsize=8192)
def protein(text: str) -> Change | None:
    """The protein change, in one or three letters, or None; parentheses and `p.` may be there or not."""
    body = text.strip()
    body = body.removeprefix("p.").strip() if body.startswith("p.") else body
    if body.startswith("(") and body.endswith(")"):
        body = body[1:-1]
    body = body.removeprefix("p.")
    for kind, pattern in _PROTEIN:
        match = pattern.fullmatch(body)
        if match is not None:
            return _change(kind, match.groupdict())
    return None


def _change(kind: str, parts: dict[str, str | None]) -> Change | None:
    first = int(parts["first"] or 0)
    last = int(parts.get("last") or first)
    ref = "X" if kind == "splice" and parts["ref"] in ("X", "x") else _letters(parts["ref"] or "")
    end = _letters(parts["ref2"] or "") if parts.get("ref2") else ref
    new = _letters(parts.get("new") or "")
    if not ref or not end or new is None or first < 1 or last < first:
        return None
    if kind == "substitution" and (len(new) != 1 or new == ref):
        return Change("synonymous", ref, first, first) if new == ref else None
    if kind == "insertion" and last != first + 1:
        return None
    old = _letters(parts.get("old") or "")
    if old is None or (old and (len(old) != last - first + 1 or old[0] != ref or old[-1] != end)):
        return None
    if kind == "substitution" and new == "*":
        kind = "nonsense"
    return Change(kind, ref, first, last, new, end)


def _letters(text: str) -> str | None:
    """Residues in one letter each, or None if one of them is none."""
    if len(text) % 3 == 0:
        three = [text[place : place + 3].upper() for place in range(0, len(text), 3)]
        if all(part in ONE for part in three):
            return "".join(ONE[part] for part in three)
    if not (text.isupper() or text.islower() or text == "*"):
        return None
    letters = text.upper().replace("X", "*")
    return letters if all(letter in THREE for letter in letters) else None


class Nucleotide(NamedTuple):
    """A coding or genomic change without its sequence; `first` is the first position as written."""

    kind: str
    name: str
    first: str
    reference: bool

    @property
    def residue(self) -> int | None:
        """The codon that a coding position belongs to, or None outside the coding sequence."""
        if self.kind != "c" or not self.first.isdigit():
            return None
        return (int(self.first) + 2) // 3


@lru_cache(maxsize=8192)
def nucleotide(text: str) -> Nucleotide | None:
    """The change, with bases after `del` and `dup` dropped and `delXinsY` written `delinsY`; None if it is none."""
    match = _NUCLEOTIDE.fullmatch(text.strip().strip("()"))
    if match is None:
        return None
    place = match["first"] + (f"_{match['last']}" if match["last"] else "")
    ref, alt = match["ref"], match["alt"]
    if ref and len(ref) == len(alt) == 1 and not match["last"]:
        change = f"{ref}>{alt}"
    elif ref:
        change = f"delins{alt}"
    elif match["delins"]:
        change = f"delins{match['delins']}"
    else:
        change = match["plain"] or (f"ins{match['ins']}" if match["ins"] else "=")
    kind = match["kind"]
    return Nucleotide(
        kind, f"{kind}.{place}{change}", match["first"], bool(match["same"]) or (ref == alt and bool(ref))
    )
