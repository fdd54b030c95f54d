"""Names of HLA alleles and GL strings (A1-A9): two fields, what is ambiguous, what is too coarse."""

from __future__ import annotations

import re
from typing import NamedTuple

PREFIX = "HLA-"
_NAME = re.compile(
    r"(?:HLA-)?(?P<locus>[A-Z][A-Z0-9]{0,4})\*(?P<fields>\d{1,4}(?::\d{2,4}){0,3})(?P<suffix>[NLSCAQGP])?", re.ASCII
)
# Several alleles behind one letter code of the NMDP registry.
_LETTER_CODE = re.compile(r"(?:HLA-)?(?P<locus>[A-Z][A-Z0-9]{0,4})\*(?P<first>\d{2,3}):(?P<code>[A-Z]{2,6})", re.ASCII)
_GROUP = frozenset("GP")
_RELEASE = re.compile(r"hla#[^#]*#", re.ASCII)
_FOUR_DIGITS = re.compile(r"\d{4}", re.ASCII)


class HlaAllele(NamedTuple):
    """One allele of a typing.

    `name` is the normal form with two fields and an expression suffix ("LOCUS*57:01", "LOCUS*24:09N"), or what is
    known of it; `reason` is resolution-too-low, value-unreadable or None.
    """

    locus: str | None
    name: str | None
    as_stated: str
    reason: str | None = None


def allele_of(text: str | None) -> HlaAllele | None:
    """The allele that a text names, or None if it is no HLA name at all."""
    if not text:
        return None
    stated = text.strip(" \"'")
    letters = _LETTER_CODE.fullmatch(stated)
    if letters:
        locus = PREFIX + letters["locus"]
        return HlaAllele(locus, f"{locus}*{letters['first']}:{letters['code']}", stated, "resolution-too-low")
    found = _NAME.fullmatch(stated)
    if not found:
        return None
    fields = found["fields"].split(":")
    if len(fields) == 1 and _FOUR_DIGITS.fullmatch(fields[0]):
        fields = [fields[0][:2], fields[0][2:]]  # written before 2010 without colons
    locus = PREFIX + found["locus"]
    suffix = found["suffix"] if found["suffix"] not in _GROUP else None
    if len(fields) == 1:
        return HlaAllele(locus, f"{locus}*{fields[0]}", stated, "resolution-too-low")
    return HlaAllele(locus, f"{locus}*{fields[0]}:{fields[1]}{suffix or ''}", stated)


def is_typing(text: str | None) -> bool:
    """True for a text that is an HLA allele or a GL string, for a locus written with its prefix or a field colon."""
    if not text:
        return False
    if _RELEASE.match(text) or text.startswith(PREFIX):
        return True
    found = _NAME.fullmatch(text.strip())
    return bool(_LETTER_CODE.fullmatch(text.strip()) or (found and ":" in found["fields"]))


def typing(text: str) -> tuple[HlaAllele, ...]:
    """The alleles of a GL string or of a single name, in the order stated (A4, T29).

    Members of an ambiguity are resolution-too-low, unless all of them are one allele at two fields; names that are
    malformed are value-unreadable.
    """
    body = _RELEASE.sub("", text.strip(), count=1)
    found: list[HlaAllele] = []
    for locus in body.split("^"):
        genotypes = [part for part in locus.split("|") if part]
        for genotype in genotypes:
            for copy in re.split(r"[+~]", genotype):
                found += _copy([name for name in copy.split("/") if name.strip()], open_genotype=len(genotypes) > 1)
    unique: dict[tuple[str | None, str], HlaAllele] = {}
    for allele in found:
        key = (allele.name, allele.as_stated if allele.name is None else "")
        known = unique.get(key)
        # Given unambiguously in one place counts more than as one of several in another.
        if known is None or (known.reason and not allele.reason):
            unique[key] = allele
    return tuple(unique.values())


def _copy(names: list[str], *, open_genotype: bool) -> list[HlaAllele]:
    read = [allele_of(name) or HlaAllele(None, None, name.strip(), "value-unreadable") for name in names]
    if len({allele.name for allele in read}) == 1 and not open_genotype:
        return read[:1]
    return [allele if allele.reason else allele._replace(reason="resolution-too-low") for allele in read]


def complete_loci(text: str) -> frozenset[str]:
    """Loci of which a typing gives both copies without any ambiguity: there, what is not named is absent (T30)."""
    found: set[str] = set()
    for locus in _RELEASE.sub("", text.strip(), count=1).split("^"):
        alleles = [allele_of(copy) for copy in locus.split("+")]
        names = {allele.locus for allele in alleles if allele is not None and allele.reason is None}
        if len(alleles) == 2 and None not in alleles and len(names) == 1 and all(a and not a.reason for a in alleles):
            found.update(name for name in names if name)
    return frozenset(found)
