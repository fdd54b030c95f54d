"""Diplotypes and alleles in star notation, and the other names that a gene file knows (DN1-DN8)."""

from __future__ import annotations

import re
from typing import NamedTuple

from pmcds.model.genes import Gene
from pmcds.patterns import compiled_lazily

_ALLELE = compiled_lazily(
    r"\*(?P<number>\d{1,4})(?P<letters>[A-WYZ]?[A-WYZa-wyz]?)(?P<sub>\.\d{1,4})?(?P<copies>x(?:N|n|[≥>]?=?\d{1,2}\+?))?"
)
_UNASSIGNED = compiled_lazily(r"\((?P<inner>[^()]+)\)\s*[x×](?:N|n|[≥>]?=?\d{1,2})")
_GENE_BEFORE_STAR = compiled_lazily(r"(?P<gene>[A-Z][A-Z0-9-]{1,11})[ _:]*(?=\*)")
_BASE_PAIR = compiled_lazily(
    r"(?:(?P<site>rs\d{1,12})[ :]*)?(?P<one>[ACGT]{1,50}|del|ins|-)[/|>](?P<two>[ACGT]{1,50}|del|ins|-)"
)
# Classic names: a letter and a number for each allele.
_CLASSIC_PAIR = compiled_lazily(r"(?P<one>[a-zε]\d)[/ ]+(?P<two>[a-zε]\d)", re.IGNORECASE)
_ALTERNATIVES = compiled_lazily(r"\s*\|\s*|\s+or\s+|\s*;\s*")


class Stated(NamedTuple):
    """What a genotype text says.

    `form` is diplotype, allele, genotype (nucleotides, classic names) or None if it was not understood; `value` the
    normal form; `reason` why it is no more than indeterminate; `notes` what was changed on the way.
    """

    form: str | None
    value: str | None = None
    reason: str | None = None
    notes: tuple[str, ...] = ()


NOT_UNDERSTOOD = Stated(None, None, "value-unreadable")


def gene_before_star(text: str | None) -> str | None:
    """The symbol that stands directly before the first star ("GENE*2/*2", "GENE_*1/*1"), or None."""
    found = _GENE_BEFORE_STAR.search(text) if text else None
    return found["gene"] if found else None


def bare(text: str, symbol: str | None) -> str:
    """A genotype text without its gene, quotes and blanks (DN1)."""
    stripped = text.replace('"', "").replace("'", "")
    for name in {symbol, gene_before_star(stripped)} - {None}:
        stripped = re.sub(rf"(?<![A-Za-z0-9]){re.escape(str(name))}(?![A-Za-z0-9-])[ _:]*", "", stripped)
    return stripped.strip(" _:,")


def stated(text: str | None, gene: Gene | None = None, symbol: str | None = None) -> Stated:
    """The diplotype, allele or nucleotides that a text is (DN1-DN8); form None for anything else."""
    if not text or len(text) > 400:
        return NOT_UNDERSTOOD
    inner = bare(text, symbol or (gene.symbol if gene else None))
    if not inner:
        return NOT_UNDERSTOOD
    candidates = [part for part in _ALTERNATIVES.split(inner) if part]
    if len(candidates) > 1:
        return _alternatives(candidates, gene)
    return _one(inner, gene)


def _alternatives(candidates: list[str], gene: Gene | None) -> Stated:
    read = [_one(candidate, gene) for candidate in candidates]
    if any(one.form != "diplotype" or one.reason for one in read):
        return NOT_UNDERSTOOD
    values = sorted({str(one.value) for one in read}, key=_by_number)
    if len(values) == 1:
        return read[0]
    return Stated("diplotype", " or ".join(values), "phase-ambiguous")


def _one(text: str, gene: Gene | None) -> Stated:
    unassigned = _UNASSIGNED.fullmatch(text)
    if unassigned:
        inner = _one(unassigned["inner"], gene)
        if inner.form == "diplotype":
            return Stated(
                "diplotype",
                f"({inner.value})" + text[unassigned.end("inner") + 1 :].replace(" ", ""),
                "copy-number-unknown",
            )
        return NOT_UNDERSTOOD
    sides = split(text)
    if len(sides) == 2:
        read = [_side(side, gene) for side in sides]
        if None not in read:
            names = sorted((str(name) for name in read), key=_by_number)
            value = "/".join(names)
            return Stated("diplotype", value, notes=_changed(text, value))
    if len(sides) == 1 and (name := _side(text, gene)) is not None:
        return Stated("allele", name, notes=_changed(text, name))
    return _other(text)


def split(text: str) -> list[str]:
    """The sides of a diplotype: divided at the slashes that stand outside parentheses (DN2)."""
    sides, depth, start = [], 0, 0
    for place, character in enumerate(text):
        if character == "(":
            depth += 1
        elif character == ")":
            depth -= 1
        elif character == "/" and depth == 0:
            sides.append(text[start:place].strip())
            start = place + 1
    return [*sides, text[start:].strip()]


def _side(text: str, gene: Gene | None) -> str | None:
    """One allele, or alleles in cis joined by "+", in their normal form; None if it is none."""
    known = _known(text, gene)
    if known is not None:
        return known
    parts = [part.strip() for part in text.split("+")]
    read = [_star(part, gene) for part in parts]
    return "+".join(str(part) for part in read) if None not in read else None


def _star(text: str, gene: Gene | None) -> str | None:
    found = _ALLELE.fullmatch(text.replace(" ", ""))
    if not found:
        return None
    name = "*" + found["number"].lstrip("0").rjust(1, "0") + found["letters"]
    # A suballele keeps its name only where the gene file gives it a function of its own (T61).
    if found["sub"] and gene is not None and name + found["sub"] in gene.functions:
        name += found["sub"]
    copies = found["copies"] or ""
    return name + copies.replace("n", "N").replace(">=", "≥")


def _known(text: str, gene: Gene | None) -> str | None:
    """A name that the gene file has, kept as the report writes it: the aliases belong to `infer` (G7)."""
    if gene is None or text.startswith("*"):
        return None
    tables = (gene.functions, gene.activity, gene.names, gene.listed_alleles, gene.defined_only)
    if any(text in names for names in tables):
        return text
    folded = text.casefold()
    return next((name for names in tables for name in names if name.casefold() == folded), None)


def _other(text: str) -> Stated:
    pair = _BASE_PAIR.fullmatch(text)
    if pair:
        value = f"{pair['one']}/{pair['two']}"
        return Stated("genotype", f"{pair['site']} {value}" if pair["site"] else value)
    classic = _CLASSIC_PAIR.fullmatch(text)
    if classic:
        return Stated("genotype", f"{classic['one']}/{classic['two']}")
    return NOT_UNDERSTOOD


def _by_number(name: str) -> tuple[int, str]:
    found = re.match(r"\(?\*(\d{1,4})", name)
    return (int(found[1]), name) if found else (10_000, name.casefold())


def _changed(text: str, value: str) -> tuple[str, ...]:
    compact = text.replace(" ", "").replace("_", "")
    return () if compact == value.replace(" ", "") else (f"stated as {text}",)
