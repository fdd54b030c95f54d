"""Variant findings of one gene, joined with what was concluded about them (MG8)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from pmcds.infer.evidence import Index
from pmcds.infer.karyotypes import abnormalities
from pmcds.infer.protein import nucleotide, protein
from pmcds.infer.variant_classes import Described, resolved
from pmcds.infer.variant_names import Parsed, parse
from pmcds.infer.variant_table import is_numbered, listed_gene, of_accession
from pmcds.model.findings import Finding
from pmcds.model.genes import Gene

# Rows that describe a variant of their own; consequence and significance belong to the variant they link to.
_ROWS = frozenset({"variant", "fusion", "copy-number", "karyotype", "repeat"})
_FROM_CONSEQUENCE = ("p", "c")
_PATHOGENIC = frozenset({"pathogenic", "likely pathogenic"})
_BENIGN = frozenset({"benign", "likely benign"})
_PLACE_LENGTH = 12


def value_of(finding: Finding) -> Mapping[str, Any]:
    """The parts of a finding's value; empty if it has none."""
    return finding.value if isinstance(finding.value, Mapping) else {}


def variants_of(index: Index, symbol: str, genes: Mapping[str, Gene] | None = None) -> tuple[Finding, ...]:
    """Variant findings of a gene, fusions with it among them, with linked consequence and significance."""
    return _by_gene(index, genes or {}).get(symbol, ())


def _by_gene(index: Index, genes: Mapping[str, Gene]) -> Mapping[str, tuple[Finding, ...]]:
    # Without gene files, results that name no gene are left out.
    key = ("variants", bool(genes))
    known = index.cache.get(key)
    if isinstance(known, Mapping):
        return known
    found: dict[str, list[Finding]] = {}
    linked = _linked(index)
    for finding in index.all_of("variant"):
        if value_of(finding).get("row", "variant") in _ROWS:
            finding = _of_karyotype(finding, genes)
            joined = _joined(finding, linked.get(finding.source.resource, ()))
            for gene in dict.fromkeys(_genes(joined) or _genes_by_name(joined, genes)):
                found.setdefault(gene, []).append(joined)
        elif finding.status not in ("present", "ignored") and not value_of(finding).get("variant"):
            # A conclusion whose variant cannot be found may be about the one that is asked for.
            for gene in dict.fromkeys(_genes(finding)):
                found.setdefault(gene, []).append(finding)
    by_gene = {gene: tuple(findings) for gene, findings in found.items()}
    index.cache[key] = by_gene
    return by_gene


def _of_karyotype(finding: Finding, genes: Mapping[str, Gene]) -> Finding:
    """A karyotype with the abnormality that a gene file lists as its text; others name no gene (T28)."""
    seen = abnormalities(value_of(finding).get("iscn")) if value_of(finding).get("row") == "karyotype" else ()
    for one in seen:
        parsed = parse(one, genes)
        if parsed is not None and not genes.keys().isdisjoint({parsed.gene, parsed.partner}):
            return replace(finding, value={**value_of(finding), "text": one})
    return finding


def _linked(index: Index) -> Mapping[str, tuple[Finding, ...]]:
    """Consequence and significance rows by the key of the variant's resource."""
    linked: dict[str, tuple[Finding, ...]] = {}
    for finding in index.all_of("variant"):
        value = value_of(finding)
        if value.get("row", "variant") not in _ROWS:
            for key in value.get("variant", ()):
                linked[key] = (*linked.get(key, ()), finding)
    return linked


def _joined(finding: Finding, conclusions: tuple[Finding, ...]) -> Finding:
    if not conclusions:
        return finding
    value = dict(value_of(finding))
    significances: list[str] = list(value.get("significances", ()))
    for other in conclusions:
        more = value_of(other)
        if other.status != "present":
            continue
        for form in _FROM_CONSEQUENCE:
            if form in more:
                value.setdefault(form, more[form])
        if more.get("fusion") and value.get("row", "variant") == "variant":
            # Two genes are no ambiguity where the consequence is that both are one transcript (F4).
            value["row"] = "fusion"
            if finding.reason == "gene-ambiguous":
                finding = replace(finding, status="present", reason=None)
        if isinstance(more.get("significance"), str):
            significances.append(more["significance"])
    if significances:
        value["significances"] = tuple(sorted(set(significances)))
    sources = tuple(other.source for other in conclusions if other.status == "present")
    return replace(finding, value=value, also=(*finding.also, *sources))


def significance_of(value: Mapping[str, Any]) -> str | None:
    """The weakest term of one side; None if nothing is stated, "conflicting" if the sides differ (T39)."""
    stated = set(value.get("significances", ()))
    if not stated:
        return None
    for side, weaker in ((_PATHOGENIC, "likely pathogenic"), (_BENIGN, "likely benign")):
        if stated <= side:
            return weaker if weaker in stated else next(iter(stated))
    return "conflicting" if len(stated) > 1 else next(iter(stated))


def _genes(finding: Finding) -> list[str]:
    named = finding.subject.split("::") if finding.subject else []
    return [*named, *(str(gene) for gene in value_of(finding).get("genes", ()))]


def _genes_by_name(finding: Finding, genes: Mapping[str, Gene]) -> list[str]:
    """The gene of a result that names none, from its accession, its place, or a text that stands for one gene."""
    value = value_of(finding)
    coding = value.get("c")
    told = of_accession(coding.rpartition(":")[0], genes) if isinstance(coding, str) and ":" in coding else None
    places = [value.get("g"), _of_spdi(value.get("spdi")), *value.get("ids", ())]
    found = (listed_gene(place, genes) for place in places if isinstance(place, str))
    told = told or next((gene for gene in found if gene), None)
    text = value.get("text")
    if told is None and isinstance(text, str):
        parsed = parse(text, genes)
        return [side for side in (parsed.gene, parsed.partner) if side] if parsed is not None else []
    return [told] if told is not None else []


def described(finding: Finding, symbol: str, genes: Mapping[str, Gene]) -> Described:
    """The variant of a finding, from every form that the report gives, under its canonical name where one is listed."""
    value = value_of(finding)
    gene = genes.get(symbol)
    change = protein(value["p"]) if isinstance(value.get("p"), str) else None
    coding = value.get("c") if isinstance(value.get("c"), str) else None
    base = nucleotide(coding.rpartition(":")[2]) if coding else None
    accession = coding.rpartition(":")[0] or None if coding else None
    parsed = parse(value["text"], genes, symbol) if isinstance(value.get("text"), str) else None
    denied = parsed is not None and parsed.negated and finding.status == "present"
    if denied:
        # "Not detected" beside the answer "present": what was found, nobody can tell.
        parsed = None
    if parsed is not None and not parsed.negated:
        change, base = change or parsed.protein, base or parsed.nucleotide
        accession = accession or parsed.accession
    names = [form for form in (value.get("p"), coding, value.get("g")) if isinstance(form, str)]
    names += [str(name) for name in value.get("ids", ())]
    names += [change.name] if change is not None else []
    names += [spdi] if (spdi := _of_spdi(value.get("spdi"))) is not None else []
    names += [parsed.genomic] if parsed is not None and parsed.genomic and not parsed.negated else []
    partners = _partners(finding, symbol, parsed)
    found = Described(
        tuple(dict.fromkeys(names)), change, base, _phrase(value) or (parsed.phrase if parsed else None),
        not denied and _is_fusion(finding, symbol, partners), accession,
        significance=significance_of(value), zygosity=value.get("zygosity"), partners=partners,
        numbered=is_numbered(gene, accession), specimen=finding.specimen,
        fraction=_number(value.get("vaf")), copies=_number(value.get("copies")),
    )  # fmt: skip
    return resolved(gene, found)


def _number(value: Any) -> Decimal | None:
    return value if isinstance(value, Decimal) else None


def _partners(finding: Finding, symbol: str, parsed: Parsed | None) -> tuple[str, ...]:
    """The other genes of a fusion, as the report names them."""
    sides = [side for side in (finding.subject or "").split("::") if "::" in (finding.subject or "")]
    sides += [str(side) for side in value_of(finding).get("genes", ())]
    sides += [side for side in (parsed.gene, parsed.partner) if side] if parsed is not None and parsed.partner else []
    return tuple(dict.fromkeys(side for side in sides if side not in ("", "?", symbol)))


def _is_fusion(finding: Finding, symbol: str, partners: Sequence[str]) -> bool:
    """A fusion row; the same gene twice is a change inside the gene (VP-09)."""
    sides = (finding.subject or "").split("::")
    if len(sides) == 2 and sides[0] == sides[1]:
        return False
    return len(sides) == 2 or value_of(finding).get("row") == "fusion" or bool(partners)


def _of_spdi(text: Any) -> str | None:
    """The genomic name of an exchange of one base that is told as SPDI."""
    if not isinstance(text, str) or text.count(":") != 3:
        return None
    accession, place, old, new = text.split(":")
    single = len(old) == len(new) == 1 and place.isdigit() and len(place) <= _PLACE_LENGTH
    return f"{accession}:g.{int(place) + 1}{old}>{new}" if single else None


def _phrase(value: Mapping[str, Any]) -> str | None:
    """What exon and kind of change, or a copy state, say together (V10)."""
    state = value.get("state")
    if state in ("amplification", "gain", "loss"):
        return str(state)
    regions = value.get("dna_region", ())
    kind = str(value.get("type", "")).lower()
    word = next((word for word in ("deletion", "insertion", "duplication") if word in kind), None)
    region = " ".join(str(regions[0]).lower().replace("#", "").split()) if len(regions) == 1 else ""
    return f"{region} {word}" if word and region.startswith("exon") else None
