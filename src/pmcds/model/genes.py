"""A gene file as a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class Gene:
    """Alleles of one gene and what they mean.

    `key` is the kind of lookup key that rules ask for: phenotype, activity_score, allele or genotype. `method`
    is one of the closed list of `infer`: function-pair, sum-of-two, two-lowest, two-most-severe, presence,
    one-copy, x-copies, listed-alleles, none. `functions` maps an allele to its function, `activity` to its value
    as text ("0.5", "≥3.0", "n/a"); `phenotype_of` maps the sorted functions ("A + B") to a phenotype;
    `scores` lists (from, to or None, phenotype). Phenotypes are lower case. `words` maps words of a report (lower
    case) to a phenotype of this gene; `names` maps older or other allele names to the table's own. `transcripts` maps
    accessions without version to "same" or "other": whether they number residues and bases as the file does.
    """

    symbol: str
    hgnc: str
    key: str
    method: str
    reference: str | None = None
    functions: Mapping[str, str] = field(default_factory=dict)
    activity: Mapping[str, str] = field(default_factory=dict)
    phenotype_of: Mapping[str, str] = field(default_factory=dict)
    scores: tuple[tuple[str, str | None, str], ...] = ()
    listed_alleles: tuple[str, ...] = ()
    defined_only: frozenset[str] = frozenset()
    names: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    changes: Mapping[str, Mapping[str, tuple[str, str]]] = field(default_factory=dict)
    variants: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)
    transcripts: Mapping[str, str] = field(default_factory=dict)
    # Every phenotype of the gene's own table.
    vocabulary: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        told = (*self.phenotype_of.values(), *(phenotype for _, _, phenotype in self.scores))
        object.__setattr__(self, "vocabulary", frozenset(told))

    @property
    def table(self) -> str | None:
        """Whose own table this is, where it is not the one that every source without its own is read by."""
        table: str | None = self.extra.get("table")
        return table

    @property
    def published(self) -> Mapping[str, str]:
        """Keys as guidelines print them, where they differ from those of the file."""
        published: Mapping[str, str] = self.extra.get("published", {})
        return published


_FIELDS = frozenset(
    {
        "gene", "hgnc", "key", "method", "reference", "functions", "activity_values", "phenotype_of",
        "score_to_phenotype", "listed_alleles", "defined_but_not_in_table", "names", "words", "versions", "changes",
        "variants",
    }
)  # fmt: skip


def gene_of(doc: Mapping[str, Any]) -> Gene:
    """The gene that a parsed gene file describes; members that are not fields of `Gene` stand in `extra`."""
    return Gene(
        symbol=doc["gene"],
        hgnc=doc["hgnc"],
        key=doc["key"],
        method=doc["method"],
        reference=doc.get("reference"),
        functions=_by_member(doc.get("functions")),
        activity=_by_member(doc.get("activity_values")),
        phenotype_of=dict(doc.get("phenotype_of") or {}),
        scores=tuple((step["from"], step.get("to"), step["phenotype"]) for step in doc.get("score_to_phenotype") or ()),
        listed_alleles=tuple(doc.get("listed_alleles") or ()),
        defined_only=frozenset(doc.get("defined_but_not_in_table") or ()),
        names=dict(doc.get("names") or {}),
        words={words.lower(): phenotype for words, phenotype in (doc.get("words") or {}).items()},
        versions=dict(doc.get("versions") or {}),
        changes={
            date: {allele: (old, new) for allele, (old, new) in alleles.items()}
            for date, alleles in (doc.get("changes") or {}).items()
        },
        variants=dict(doc.get("variants") or {}),
        extra={name: value for name, value in doc.items() if name not in _FIELDS},
    )


def with_forms(genes: Mapping[str, Gene], table: str) -> dict[str, Gene]:
    """The genes with the forms of the table of variants; rows of genes or variants that no file names are left out.

    The table has tab-separated columns gene, variant, form, source; in the rows of an accession the variant is `=`
    (numbered as the gene file) or `~` (numbered otherwise).
    """
    rows = [line.split("\t") for line in table.splitlines() if line and not line.startswith("#")][1:]
    forms: dict[tuple[str, str], list[str]] = {}
    for gene, variant, form, *_ in rows:
        forms.setdefault((gene, variant), []).append(form)
    return {symbol: _extended(gene, forms) for symbol, gene in genes.items()}


def _extended(gene: Gene, forms: Mapping[tuple[str, str], list[str]]) -> Gene:
    signs = {"=": "same", "~": "other"}
    transcripts = {form: word for sign, word in signs.items() for form in forms.get((gene.symbol, sign), ())}
    variants = {}
    for name, spec in gene.variants.items():
        added = [_marked(form, transcripts) for form in forms.get((gene.symbol, name), ())]
        variants[name] = {**spec, "same": [*spec["same"], *added]} if "same" in spec else spec
    return replace(gene, variants=variants, transcripts={**gene.transcripts, **transcripts})


def _marked(form: str, transcripts: Mapping[str, str]) -> str:
    """A coding form of a transcript that counts otherwise keeps its transcript, marked with `~`."""
    accession, _, change = form.rpartition(":")
    bare = accession.split(".")[0]
    return f"~{bare}:{change}" if change.startswith("c.") and transcripts.get(bare) == "other" else form


def _by_member(groups: Mapping[str, Any] | None) -> dict[str, str]:
    return {member: group for group, members in (groups or {}).items() for member in members}
