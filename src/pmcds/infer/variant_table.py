"""What gene files and the table of variants tell about names, transcripts and residues (VE-06, VE-09, VE-11)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pmcds.infer.protein import protein
from pmcds.infer.variant_predicates import Described, plain
from pmcds.model.genes import Gene


def of_accession(accession: str, genes: Mapping[str, Gene]) -> str | None:
    """The gene whose transcript or protein an accession is, its version left out."""
    bare = accession.split(".")[0]
    return next((name for name in sorted(genes) if bare in genes[name].transcripts), None)


def is_numbered(gene: Gene | None, accession: str | None) -> bool:
    """False if the accession is known to count otherwise than the gene file, or not known at all."""
    if gene is None or accession is None or not gene.transcripts:
        return True
    return gene.transcripts.get(accession.split(".")[0]) == "same"


def listed_gene(name: str, genes: Mapping[str, Gene]) -> str | None:
    """The one gene that lists this genomic name or identifier among the forms of a variant."""
    wanted = plain(name)
    found = [symbol for symbol in sorted(genes) if wanted in _forms(genes[symbol])]
    return found[0] if len(found) == 1 else None


def _forms(gene: Gene) -> Iterator[str]:
    for spec in gene.variants.values():
        for form in spec.get("same", ()):
            if ":c." not in form and not form.startswith(("p.", "c.", "g.")):
                yield plain(form)


def named_gene(text: str, genes: Mapping[str, Gene]) -> str | None:
    """The gene that a whole text stands for by itself, such as the usual name of a translocation."""
    said = text.lower()
    return next((name for name in sorted(genes) if said in _names(genes[name])), None)


def _names(gene: Gene) -> frozenset[str]:
    # In files of alleles every text names the gene, too.
    words = ("names",) if gene.key == "variant" else ("names", "texts")
    return frozenset(text.lower() for spec in gene.variants.values() for word in words for text in spec.get(word, ()))


def aliased(text: str, genes: Mapping[str, Gene]) -> str | None:
    """The gene that lists this older symbol."""
    return next((name for name in sorted(genes) if text in genes[name].extra.get("aliases", ())), None)


def misread(gene: Gene, variant: Described) -> bool:
    """True if a protein change names another residue at a place than the variants of the gene file do (VE-11)."""
    change = variant.protein
    if change is None or not variant.numbered or change.kind == "splice":
        return False
    known = {found.first: found.ref for name in gene.variants if (found := protein(name)) is not None}
    return known.get(change.first, change.ref) != change.ref
