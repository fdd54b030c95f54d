"""Variants as reports write them: everyday names, HGVS, fusions, a closed list of phrases (VE-01 to VE-12).

Anything that no form fits is no variant: nothing is guessed, and there is no reference sequence to check against.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from pmcds.infer.protein import Change, Nucleotide, nucleotide, protein
from pmcds.infer.spelling import cleaned
from pmcds.infer.variant_classes import Described, classes_of, resolved, same_as
from pmcds.infer.variant_table import aliased, is_numbered, listed_gene, misread, named_gene, of_accession
from pmcds.model.genes import Gene
from pmcds.model.results import Variant
from pmcds.patterns import compiled_lazily

LONGEST = 200

_NEGATIVE = compiled_lazily(
    r"\b(?:not detected|not identified|not found|not present|undetected|none detected|negative|absent|wild[- ]?type)\b"
    r"|\bno (?=.*\b(?:detected|identified|found|present|mutation|variant)\b)|\bWT\Z",
    re.IGNORECASE,
)
_SAID_BESIDE = compiled_lazily(
    r"\b(?:detected|identified|found|present|positive|mutations?|mutated|variants?|mutant|heterozygous|homozygous|"
    r"hemizygous|het|hom|pathogenic|likely pathogenic|somatic|germline)\b",
    re.IGNORECASE,
)
_SYMBOL = compiled_lazily(r"[A-Za-z][A-Za-z0-9]{1,14}(?:-[A-Za-z0-9]{1,6})?")
_ACCESSION = compiled_lazily(
    r"(?P<accession>(?:N[CGMPR]_|LRG_|ENS[A-Z]{0,4}[PTG])\d{3,15}(?:\.\d{1,3})?)(?:\((?P<gene>[^()\s]{1,20})\))?:"
)
_CHROMOSOME = compiled_lazily(
    r"(?:chr)?(?P<chromosome>\d{1,2}|X|Y|M|MT)(?::g?\.?|-)(?P<at>\d{1,9})-?(?P<ref>[ACGT]{1,50})[>-](?P<alt>[ACGT]{1,50})"
    r"(?: ?\((?:GRCh|hg)\d{2}\))?\Z",
    re.IGNORECASE,
)
_SHARE = compiled_lazily(r" ?\((?:AR|VAF|allelic ratio|allele fraction)[^()]{0,40}\)", re.IGNORECASE)
_CODON = compiled_lazily(r"(?:codon |[A-Z](?=\d\d))(?P<codon>\d{1,5})\Z")
_IDENTIFIER = compiled_lazily(r"(?:rs|CA|clinvar:)\d{1,12}\Z")
_FUSION = compiled_lazily(
    r"(?P<one>\S+?) ?(?:::|--|>>|/|:|-) ?(?P<two>\S+?)(?: (?:gene )?(?:fusion|rearrangement))?"
    r"(?: [EeVv]?\d+;[A-Za-z]?\d+)?\Z"
)
_MARKED = compiled_lazily(r"::|--|>>|\S[-/]\S+ (?:gene )?(?:fusion|rearrangement)\Z", re.IGNORECASE)
_KARYOTYPE = compiled_lazily(r"(?:t|inv|del|ins|dup)\([0-9XY]{1,2}(?:;[0-9XY]{1,2})*\)(?:\([pq0-9.;]{1,40}\))?\Z")
_EXON = compiled_lazily(
    r"(?:exon|ex)[ .-]?(?P<exon>\d{1,3})[ .-]?"
    r"(?P<what>deletions?|del|insertions?|ins|skipping|skip|duplications?|dup)\Z",
    re.IGNORECASE,
)
_SHORT_EXON = compiled_lazily(r"(?P<exon>\d{1,3})(?P<what>del|ins)\Z", re.IGNORECASE)
_EXON_WORD = {"del": "deletion", "ins": "insertion", "ski": "skipping", "dup": "duplication"}
_PHRASES = (
    ("amplification", compiled_lazily(r"(?:gene )?(?:amplification|amplified|amp)\Z", re.IGNORECASE)),
    ("gain", compiled_lazily(r"(?:copy[- ]number )?gain\Z", re.IGNORECASE)),
    ("loss", compiled_lazily(r"(?:copy[- ]number |homozygous )?loss\Z|(?:whole )?gene deletion\Z", re.IGNORECASE)),
    ("fusion", compiled_lazily(r"(?:gene )?fusion\Z", re.IGNORECASE)),
    ("rearrangement", compiled_lazily(r"(?:gene )?(?:rearrangement|rearranged|translocation|FISH)\Z", re.IGNORECASE)),
    ("internal tandem duplication", compiled_lazily(r"ITD\Z|internal tandem duplications?\Z", re.IGNORECASE)),
)


class Parsed(NamedTuple):
    """A variant text taken apart; `protein` and `nucleotide` are parsed forms, `phrase` one of the closed phrases."""

    gene: str | None = None
    protein: Change | None = None
    nucleotide: Nucleotide | None = None
    accession: str | None = None
    genomic: str | None = None
    phrase: str | None = None
    partner: str | None = None
    identifier: str | None = None
    negated: bool = False
    zygosity: str | None = None


def parse_variant(text: str, genes: Mapping[str, Gene] | None = None) -> Variant | None:
    """The variant that a text names, or None if no known form fits.

    "GENE p.(Val600Glu)", "GENE V600E", "NM_000000.1:c.1799T>A", "GENE exon 19 deletion", "ONE::OTHER" and
    "GENE V600E: not detected" are examples. With `genes`, equivalent forms lead to one canonical name and
    `categories` lists the gene file's categories that hold.
    """
    parsed = parse(text, genes)
    if parsed is None:
        return None
    known = genes or {}
    named = [known[name] for name in (parsed.gene, parsed.partner) if name and name in known]
    gene = known.get(parsed.gene or "")
    described = described_of(parsed, gene)
    if gene is not None and misread(gene, described):
        return None
    canonical = same_as(gene, described) if gene is not None else None
    told = [(one, resolved(one, described_of(parsed, one))) for one in named]
    categories = tuple(dict.fromkeys(name for one, variant in told for name in classes_of(one, variant)))
    fused = next((name for name in categories if "::" in name), None)
    change = parsed.protein.name if parsed.protein else None
    base = parsed.nucleotide
    coding = _with_accession(parsed, base) if base and base.kind in "cn" else None
    genomic = parsed.genomic or (_with_accession(parsed, base) if base and base.kind in "gm" else None)
    return Variant(
        gene=parsed.gene,
        protein=change,
        coding=coding,
        genomic=genomic,
        kind=_kind(parsed),
        negated=parsed.negated,
        canonical=f"{parsed.gene}:{canonical}" if canonical else fused or _canonical(parsed, change, coding, genomic),
        categories=categories,
    )


def described_of(parsed: Parsed, gene: Gene | None = None) -> Described:
    """The parts that categories of the gene look at."""
    names = [parsed.protein.name] if parsed.protein else []
    if parsed.nucleotide:
        # A place on a chromosome means nothing without the sequence that it is counted on.
        base = parsed.nucleotide.name
        names.append(f"{parsed.accession}:{base}" if parsed.accession and parsed.nucleotide.kind in "gm" else base)
    names += [name for name in (parsed.genomic, parsed.identifier) if name]
    sides = [side for side in (parsed.gene, parsed.partner) if parsed.partner and side not in ("?", None)]
    partners = tuple(side for side in sides if side is not None and (gene is None or side != gene.symbol))
    return Described(
        tuple(names), parsed.protein, parsed.nucleotide, parsed.phrase, parsed.partner not in (None, parsed.gene),
        parsed.accession, zygosity=parsed.zygosity, partners=partners, numbered=is_numbered(gene, parsed.accession),
    )  # fmt: skip


def parse(text: str, genes: Mapping[str, Gene] | None = None, gene: str | None = None) -> Parsed | None:
    """The parts of a variant text; `gene` is that of the result, where the text itself names none."""
    if not text or len(text) > LONGEST:
        return None
    text = cleaned(text)
    negated = _NEGATIVE.search(text) is not None
    core = " ".join(_NEGATIVE.sub(" ", _SHARE.sub("", text)).split()).strip(" :,;-")
    parsed = _listed(core, genes or {}, gene)
    core = " ".join(_SAID_BESIDE.sub(" ", core).split()).strip(" :,;-")
    parsed = parsed or (_whole(core, genes or {}, gene) if core else None)
    if parsed is None:
        return None
    bare = parsed == Parsed(gene=parsed.gene)
    if bare and not negated:
        return None
    return parsed._replace(negated=negated, zygosity=parsed.zygosity or _zygosity(text))


def _listed(text: str, genes: Mapping[str, Gene], gene: str | None) -> Parsed | None:
    """A text that the gene lists as a whole, with its symbol in front or not."""
    head, _, rest = text.partition(" ")
    symbol = _symbol(head, genes) if rest else None
    for name, said in ((symbol, rest), (gene, text)):
        if name is not None and name in genes and said.lower() in _texts(genes[name]):
            return Parsed(name, phrase=said)
    return None


def _zygosity(text: str) -> str | None:
    said = {word.lower() for word in re.findall(r"\b(homozygous|heterozygous|hemizygous)\b", text, re.IGNORECASE)}
    return said.pop() if len(said) == 1 else None


def _whole(text: str, genes: Mapping[str, Gene], gene: str | None) -> Parsed | None:
    accession = _ACCESSION.match(text)
    if accession is not None:
        return _after_accession(accession, text[accession.end() :], gene, genes)
    if _IDENTIFIER.match(text):
        return Parsed(gene=gene or listed_gene(text, genes), identifier=text)
    place = _CHROMOSOME.match(text)
    if place is not None and place["ref"].upper() == place["alt"].upper():
        return None
    if place is not None:
        chromosome = place["chromosome"].upper()
        name = f"{chromosome}:g.{place['at']}{place['ref'].upper()}>{place['alt'].upper()}"
        return Parsed(gene=gene or listed_gene(name, genes), genomic=name)
    if gene is not None:
        known = _change(text, gene, genes)
        if known is not None:
            return known
    listed = named_gene(text, genes)
    if listed is not None:
        return Parsed(gene=listed, phrase=text)
    if _KARYOTYPE.match(text):
        return Parsed(gene=gene, phrase=text)
    fused = _fusion(text, genes) if _MARKED.search(text) else None
    if fused is not None:
        return fused
    for sign in (" ", ":", "-"):
        head, found, rest = text.partition(sign)
        symbol = _symbol(head, genes) if found and rest.strip(" :") else None
        known = _change(rest.strip(" :"), symbol, genes) if symbol is not None else None
        if known is not None:
            return known
    fused = _fusion(text, genes)
    if fused is not None:
        return fused
    symbol = _symbol(text, genes)
    return None if symbol is None else Parsed(gene=symbol)


def _after_accession(accession: re.Match[str], rest: str, gene: str | None, genes: Mapping[str, Gene]) -> Parsed | None:
    """`NM_...:c.1799T>A (p.Val600Glu)`: the first form decides, a second one in parentheses is its protein change."""
    form, _, more = rest.partition(" ")
    found = accession["gene"] or gene or of_accession(accession["accession"], genes)
    if found is None and form.startswith("g."):
        found = listed_gene(accession.string, genes)
    if form.startswith(("p.", "(p.")):
        change = protein(form)
        return None if change is None or more else Parsed(found, change, None, accession["accession"])
    base = nucleotide(form)
    if base is None:
        return None
    change = protein(more.strip("()")) if more else None
    return None if more and change is None else Parsed(found, change, base, accession["accession"])


def _texts(gene: Gene) -> frozenset[str]:
    said = [text for spec in gene.variants.values() for word in ("texts", "names") for text in spec.get(word, ())]
    said += [name for name, spec in gene.variants.items() if "same" not in spec]
    return frozenset(text.lower() for text in said)


def _change(text: str, gene: str, genes: Mapping[str, Gene]) -> Parsed | None:
    """A change of a known gene: protein, nucleotides, both, one on both copies, or a phrase."""
    if gene in genes and text.lower() in _texts(genes[gene]):
        return Parsed(gene, phrase=text)
    one, _, two = text.partition(" ")
    both = one.count("/") == 1 and not two and len(set(one.split("/"))) == 1
    one = one.split("/")[0] if both else one
    first, second = _form(one, gene), (_form(two.strip(), gene) if two else None)
    first = first._replace(zygosity="homozygous") if both and first is not None else first
    if first is not None and not two:
        return first
    if first is not None and second is not None:
        protein_change, base = first.protein or second.protein, first.nucleotide or second.nucleotide
        if protein_change is not None and base is not None:
            return first._replace(protein=protein_change, nucleotide=base)
    phrase = _phrase(text, gene)
    if phrase is not None:
        return phrase
    fused = _fusion(text, genes)
    return fused if fused is not None and gene in (fused.gene, fused.partner) else None


def _form(text: str, gene: str) -> Parsed | None:
    if text.startswith("(") and text.endswith(")"):
        text = text[1:-1]
    change = protein(text)
    if change is not None:
        return Parsed(gene, change)
    base = nucleotide(text)
    return None if base is None else Parsed(gene, None, base)


def _phrase(text: str, gene: str) -> Parsed | None:
    exon = _EXON.match(text) or _SHORT_EXON.match(text)
    if exon is not None:
        return Parsed(gene, phrase=f"exon {int(exon['exon'])} {_EXON_WORD[exon['what'].lower()[:3]]}")
    codon = _CODON.match(text)
    if codon is not None:
        return Parsed(gene, phrase=f"codon {int(codon['codon'])}")
    for phrase, pattern in _PHRASES:
        if pattern.match(text):
            return Parsed(gene, phrase=phrase)
    return None


def _symbol(text: str, genes: Mapping[str, Gene]) -> str | None:
    """A gene symbol; a change such as V600E is none."""
    if text in genes:
        return text
    if (known := aliased(text, genes)) is not None:
        return known
    if not _SYMBOL.fullmatch(text) or protein(text) is not None:
        return None
    plain = text.replace("orf", "ORF")
    return text.upper() if text.islower() else text if plain.isupper() else None


def _fusion(text: str, genes: Mapping[str, Gene]) -> Parsed | None:
    match = _FUSION.match(text)
    if match is None or text.split(" ")[0] in genes:
        return None
    one, two = match["one"], match["two"]
    marked = _MARKED.search(text) is not None
    unknown = ("?", "v", "V")
    first = None if one in unknown else _symbol(one, genes)
    second = None if two in unknown else _symbol(two, genes)
    if first is not None and first == second:
        return Parsed(first, phrase="change inside the gene")
    if "::" in text and (first or one in unknown) and (second or two in unknown) and (first or second):
        return Parsed(first or second, phrase="fusion", partner=(second if first else None) or "?")
    if first is None or second is None or (not marked and min(len(one), len(two)) < 3):
        return None
    if genes and not marked and first not in genes and second not in genes:
        # A colon or hyphen between two words that no file knows may be anything.
        return None
    return Parsed(first, phrase="fusion", partner=second)


def _with_accession(parsed: Parsed, base: Nucleotide) -> str:
    return f"{parsed.accession}:{base.name}" if parsed.accession else base.name


def _kind(parsed: Parsed) -> str:
    if parsed.partner:
        return "fusion"
    if parsed.protein is not None:
        return parsed.protein.kind
    if parsed.nucleotide is not None:
        change = parsed.nucleotide.name
        words = (
            ("delins", "delins"),
            ("del", "deletion"),
            ("dup", "duplication"),
            ("ins", "insertion"),
            (">", "substitution"),
        )
        return next((kind for sign, kind in words if sign in change), "synonymous")
    if parsed.genomic is not None:
        return "substitution"
    return parsed.phrase or ("identifier" if parsed.identifier else "gene")


def _canonical(parsed: Parsed, change: str | None, coding: str | None, genomic: str | None) -> str:
    if parsed.partner:
        return f"{parsed.gene}::{parsed.partner}"
    if parsed.identifier:
        return parsed.identifier
    name = change or coding or genomic or parsed.phrase
    if name is None:
        return parsed.gene or ""
    if ":" in name:
        return name if parsed.gene is None or parsed.nucleotide is None else f"{parsed.gene}:{parsed.nucleotide.name}"
    return f"{parsed.gene or parsed.accession}:{name}" if parsed.gene or parsed.accession else name
