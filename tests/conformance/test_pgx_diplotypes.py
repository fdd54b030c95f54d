"""Every published diplotype and every pair of the DPWG tables through the public doors (PG104, PG105)."""

from __future__ import annotations

import json
from collections import Counter
from itertools import combinations_with_replacement

import pmcds
from pmcds.infer import phenotype
from tests.conformance.pgx import data, engine, lines, shown
from tests.shared import needs_shared


@needs_shared
def test_pg104_every_published_diplotype_is_reproduced() -> None:
    rows: Counter[str] = Counter()
    equal: Counter[str] = Counter()
    for row in lines("diplotypes.jsonl.gz"):
        result = pmcds.phenotype(row["gene"], row["diplotype"])
        rows[row["gene"]] += 1
        same = (result.phenotype.lower(), result.activity_score) == (row["phenotype"].lower(), row["activity_score"])
        equal[row["gene"]] += same
    shown("diplotypes, equal of all", {gene: f"{equal[gene]} of {rows[gene]}" for gene in rows})
    assert equal == rows
    assert rows.total() == 112_563


@needs_shared
def test_pg105_every_pair_of_the_dpwg_tables_is_reproduced() -> None:
    tables = json.loads((data() / "dpwg_genes.json").read_text(encoding="utf-8"))
    rows: Counter[str] = Counter()
    equal: Counter[str] = Counter()
    for symbol, facts in tables.items():
        if symbol.startswith("_"):
            continue
        gene = engine().knowledge.genes[f"{symbol}@dpwg"]
        value = {allele: group for group, alleles in facts["values"].items() for allele in alleles}
        for pair in combinations_with_replacement(sorted(value), 2):
            key = facts["key_of"][" + ".join(sorted(value[allele] for allele in pair))]
            result = phenotype(gene, "/".join(pair))
            rows[symbol] += 1
            equal[symbol] += gene.published.get(result.lookup_key, result.lookup_key) == key
    shown("DPWG tables, equal of all", {gene: f"{equal[gene]} of {rows[gene]}" for gene in rows})
    assert equal == rows
    assert rows.total() == 1_598


@needs_shared
def test_keys_are_printed_as_the_guidelines_print_them() -> None:
    for row in lines("gene_results.jsonl"):
        gene = engine().knowledge.genes.get(row["gene"])
        if gene is not None and gene.published and row["phenotype"] not in (None, "Indeterminate", "No Result"):
            assert gene.published.get(row["phenotype"].lower()) == row["phenotype"], (row["gene"], row["phenotype"])
