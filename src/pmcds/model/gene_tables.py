"""Tables of a source of its own: the same gene with other alleles, values and phenotypes.

Such a gene goes by the name "GENE@table"; its symbol is the plain one, by which results name it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from pmcds.model.genes import Gene, gene_of

AT = "@"
# Where alleles lie, how reports spell them, and what inhibits the enzyme does not depend on the table.
_SHARED = ("positions", "definitions", "linked", "site", "modulators", "modulation")


def named(symbol: str, table: str | None) -> str:
    """The name of a gene by a table: "GENE@table", or the symbol."""
    return f"{symbol}{AT}{table}" if table else symbol


def plain(name: str) -> str:
    """The symbol of a gene by any table."""
    return name.partition(AT)[0]


def genes_of(documents: Iterable[Mapping[str, Any]]) -> dict[str, Gene]:
    """Genes by name, of parsed gene files; of two with the same name the later one counts."""
    found = {named(gene.symbol, gene.table): gene for gene in map(gene_of, documents)}
    return {name: _completed(gene, found.get(gene.symbol)) for name, gene in sorted(found.items())}


def _completed(gene: Gene, base: Gene | None) -> Gene:
    """A table with the spellings and positions of the gene's main file, as far as its own alleles go."""
    if gene.table is None or base is None:
        return gene
    own = {*gene.functions, *gene.activity, *gene.listed_alleles}
    names = {other: allele for other, allele in base.names.items() if allele in own and other not in own}
    shared = {part: base.extra[part] for part in _SHARED if part in base.extra}
    return replace(
        gene,
        reference=gene.reference or (base.reference if base.reference in own else None),
        names={**names, **gene.names},
        extra={**shared, **gene.extra},
    )
