"""Results that state bases or variants instead of allele names (PG26, PG31, PG42, T36)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pmcds.infer.spelling import cleaned, without_symbol
from pmcds.infer.tables import GeneTable
from pmcds.model.findings import Finding
from pmcds.patterns import compiled_lazily

_BASES = compiled_lazily(r"(?:(rs\d{1,12}|-?\d{1,6}) ?:? ?)?([ACGT]) ?[/|]? ?([ACGT])\Z")
_RS = compiled_lazily(r"rs\d{1,12}\Z")
_SUBSTITUTION = compiled_lazily(r"(N[CGM]_\d+\.\d+):[gcm]\.(\d+)([ACGT]+)>([ACGT]+)\Z")
_SPDI = compiled_lazily(r"(N[CGM]_\d+\.\d+):(\d{1,12}):([ACGT]*):([ACGT]*)\Z")
_COPIES = {"homozygous": 2, "hemizygous": 1, "heterozygous": 1}


def read_site(table: GeneTable, text: str) -> tuple[str, ...] | None:
    """The two alleles that the bases of the gene's one deciding variant stand for, or None.

    Only bases that the gene file lists count; either strand may be stated where the file lists both.
    """
    site = table.gene.extra.get("site")
    if not site:
        return None
    match = _BASES.match(without_symbol(table.gene.symbol, cleaned(text)).strip())
    if match is None or (match[1] or site["id"]) not in (site["id"], *site.get("names", ())):
        return None
    if match[1] is None and site.get("inferred"):
        return None
    alleles = [site["bases"].get(match[place]) for place in (2, 3)]
    known = [allele for allele in alleles if allele is not None]
    return table.ordered(known) if len(known) == 2 else None


def positions(finding: Finding) -> Iterator[str]:
    """Every way in which a variant finding names its position: rs number, HGVS, SPDI as HGVS."""
    value: Any = finding.value
    if not isinstance(value, Mapping):
        return
    yield from (str(name) for name in value.get("ids", ()) if _RS.match(str(name)))
    for form in ("g", "c"):
        if isinstance(value.get(form), str):
            yield value[form]
    spdi = _SPDI.match(value["spdi"]) if isinstance(value.get("spdi"), str) else None
    if spdi and len(spdi[3]) == len(spdi[4]) == 1:
        yield f"{spdi[1]}:g.{int(spdi[2]) + 1}{spdi[3]}>{spdi[4]}"


def place_of(form: str) -> tuple[str, int] | None:
    """Sequence and position of a single-base change, whatever the new base."""
    match = _SUBSTITUTION.match(form)
    return (match[1], int(match[2])) if match and len(match[3]) == 1 else None


def copies_of(finding: Finding) -> int | None:
    """How many copies carry the variant: 0 if absent, 1 or 2 by zygosity, None if it is not told."""
    if finding.status == "absent":
        return 0
    value: Any = finding.value
    return _COPIES.get(str(value.get("zygosity"))) if isinstance(value, Mapping) else None


def variant_alleles(
    table: GeneTable, findings: Sequence[Finding]
) -> tuple[tuple[str, ...], tuple[Finding, ...], tuple[str, ...]] | None:
    """(alleles found, once for each copy; findings; notes), or None if the gene's alleles are no single variants."""
    known = _single_variants(table)
    if not known:
        return None
    alleles: list[str] = []
    used: dict[int, Finding] = {}
    linked: dict[str, Finding] = {}
    pair = table.gene.extra.get("linked", {})
    for finding in findings:
        names = tuple(positions(finding))
        stated = _ids(table, names)
        member = next((part for part in ("decides", "tags") if pair and stated.intersection(pair[part])), None)
        if member:
            linked[member] = used[id(finding)] = finding
            continue
        allele = next((known[name] for name in _forms(names) if name in known), None)
        if allele is None:
            continue
        used[id(finding)] = finding
        if finding.status == "present" and allele not in alleles:
            alleles += [allele] * (copies_of(finding) or 1)
    more, notes = _linked(pair, linked)
    return table.ordered([*alleles, *more]), tuple(used.values()), notes


def _linked(pair: Mapping[str, Any], found: Mapping[str, Finding]) -> tuple[list[str], tuple[str, ...]]:
    """Two linked positions: the deciding one counts, the tagging one alone is to be confirmed (PG26)."""
    deciding, tagging = (_copies(found.get(part)) for part in ("decides", "tags"))
    if deciding is None and tagging is None:
        return [], ()
    if deciding is None:
        return [pair["both"]] * (tagging or 0), (f"{pair['decides'][0]} not tested: confirm it",) if tagging else ()
    if tagging is None:
        return [pair["alone"]] * deciding, ()
    both = min(deciding, tagging)
    surplus = (f"more copies of {pair['tags'][0]} than of {pair['decides'][0]}",) if tagging > deciding else ()
    return [pair["both"]] * both + [pair["alone"]] * (deciding - both), surplus


def _copies(finding: Finding | None) -> int | None:
    if finding is None:
        return None
    copies = copies_of(finding)
    return 1 if copies is None else copies


def _single_variants(table: GeneTable) -> Mapping[str, str]:
    """Names of variants that by themselves are an allele: coding names, and positions that define one allele."""
    known: Mapping[str, str] | None = table.derived.get("single variants")
    if known is None:
        known = table.derived["single variants"] = _find_single_variants(table)
    return known


def _find_single_variants(table: GeneTable) -> Mapping[str, str]:
    definitions: Mapping[str, str] = table.gene.extra.get("definitions", {})
    named = {name: allele for name, allele in table.names.items() if name.startswith(("c.", "m."))}
    if not named:
        return {}
    forms: Mapping[str, Sequence[str]] = table.gene.extra.get("positions", {})
    for allele, text in definitions.items():
        parts = text.split()
        # A source's own table shares the positions of the main file, not all of its alleles.
        if allele in table.group and len(parts) == 1 and not parts[0].endswith("?"):
            name = parts[0].split("=")[0]
            named.update(dict.fromkeys((name, *forms.get(name, ())), allele))
    return named


def _forms(names: Sequence[str]) -> Iterator[str]:
    for name in names:
        yield name
        _, colon, change = name.rpartition(":")
        if colon and change.startswith(("c.", "m.")):
            yield change


def _ids(table: GeneTable, names: Sequence[str]) -> frozenset[str]:
    """Names of positions, and coding changes, that these forms stand for."""
    forms: Mapping[str, Sequence[str]] = table.gene.extra.get("positions", {})
    stated = tuple(_forms(names))
    return frozenset(stated) | {name for name, known in forms.items() if any(form in known for form in stated)}
