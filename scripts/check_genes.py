#!/usr/bin/env python3
"""Compare cards/genes with the reference data, gene by gene, and derive every published diplotype row; the same for
the tables that DPWG rows were written for (cards/genes/dpwg).

    python scripts/check_genes.py [--data DIR] [--json FILE]

Exit status 1 if a fact differs or a row is not reproduced. With --json the counts are written as evidence.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import sys
from collections.abc import Iterator, Mapping
from itertools import combinations_with_replacement
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src"))

from pmcds.errors import InputError  # noqa: E402
from pmcds.infer import phenotype  # noqa: E402
from pmcds.model.gene_tables import genes_of  # noqa: E402
from pmcds.model.genes import Gene  # noqa: E402


def gene_files() -> dict[str, Gene]:
    """Every gene file, every scalar as text; a source's own table by "GENE@table"."""
    paths = sorted((ROOT / "cards" / "genes").rglob("*.yaml"))
    return genes_of(yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CBaseLoader) for path in paths)


def differences(gene: Gene, facts: Mapping[str, Any]) -> Iterator[str]:
    """Facts of the reference data that the gene file does not have."""
    if gene.hgnc != facts["hgnc"]:
        yield "hgnc"
    if gene.reference != facts.get("reference"):
        yield "reference"
    if dict(gene.functions) != _by_member(facts.get("functions")):
        yield "functions"
    if dict(gene.activity) != _by_member(facts.get("activity_values")):
        yield "activity values"
    told = {pair: text.lower() for pair, text in (facts.get("phenotype_of") or {}).items()}
    if {pair: text.lower() for pair, text in gene.phenotype_of.items()} != told:
        yield "phenotypes"
    steps = tuple((s["from"], s["to"], s["phenotype"].lower()) for s in facts.get("score_to_phenotype") or ())
    if gene.scores != steps:
        yield "scores"
    if gene.defined_only != frozenset(facts.get("defined_but_not_in_table") or ()):
        yield "defined only"
    listed = set(facts.get("listed_alleles") or ())
    if listed - set(gene.listed_alleles):
        yield "listed alleles"
    for date, alleles in (facts.get("changes") or {}).items():
        if dict(gene.changes.get(date, {})) != {name: (old or "", new or "") for name, (old, new) in alleles.items()}:
            yield f"changes of {date}"


def _by_member(groups: Mapping[str, Any] | None) -> dict[str, str]:
    return {member: group for group, members in (groups or {}).items() for member in members}


def reproduces(gene: Gene, row: Mapping[str, Any]) -> bool:
    """True if the library gives the row's phenotype and score."""
    try:
        result = phenotype(gene, row["diplotype"])
    except InputError:
        return False
    return result.phenotype.lower() == row["phenotype"].lower() and result.activity_score == row["activity_score"]


def own_rows(facts: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """(diplotype, key, phenotype) of every pair of alleles of a source's own table."""
    value = _by_member(facts["values"])
    for pair in combinations_with_replacement(sorted(value), 2):
        key = facts["key_of"][" + ".join(sorted(value[allele] for allele in pair))]
        told = facts["phenotype_of_key"]
        yield "/".join(pair), key, key if told == "same" else told[key]


def own_table(gene: Gene, facts: Mapping[str, Any]) -> tuple[int, int]:
    """(rows that the library derives, rows) of a source's own table."""
    rows = list(own_rows(facts))
    equal = 0
    for diplotype, key, phenotype_word in rows:
        result = phenotype(gene, diplotype)
        printed = gene.published.get(result.lookup_key, result.lookup_key)
        equal += (printed, result.phenotype.lower()) == (key, phenotype_word.lower())
    return equal, len(rows)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", help="folder with genes.json and diplotypes.jsonl.gz")
    parser.add_argument("--json", help="write the counts to this file")
    arguments = parser.parse_args()
    shared = os.environ.get("PMCDS_SHARED")
    folder = (
        Path(arguments.data) if arguments.data else (Path(shared) if shared else ROOT.parent / "shared") / "data/pgx"
    )
    reference = json.loads((folder / "genes.json").read_text(encoding="utf-8"))
    genes = gene_files()
    rows: dict[str, int] = {}
    good: dict[str, int] = {}
    with gzip.open(folder / "diplotypes.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            name = row["gene"]
            rows[name] = rows.get(name, 0) + 1
            good[name] = good.get(name, 0) + reproduces(genes[name], row)
    failed = False
    for name in sorted(symbol for symbol in reference if not symbol.startswith("_")):
        wrong = list(differences(genes[name], reference[name])) if name in genes else ["no file"]
        failed = failed or bool(wrong) or good.get(name, 0) != rows.get(name, 0)
        told = f"facts differ: {', '.join(wrong)}" if wrong else "facts equal"
        sys.stdout.write(f"{name:9} {good.get(name, 0):6} of {rows.get(name, 0):6} rows  {told}\n")
    sys.stdout.write(f"total     {sum(good.values()):6} of {sum(rows.values()):6} rows, {len(genes)} files\n")
    for name, facts in json.loads((folder / "dpwg_genes.json").read_text(encoding="utf-8")).items():
        if not name.startswith("_"):
            label = f"{name}@dpwg"
            good[label], rows[label] = own_table(genes[label], facts)
            failed = failed or good[label] != rows[label]
            sys.stdout.write(f"{label:13} {good[label]:6} of {rows[label]:6} rows\n")
    own = [name for name in rows if "@" in name]
    sys.stdout.write(f"DPWG      {sum(good[n] for n in own):6} of {sum(rows[n] for n in own):6} rows\n")
    if arguments.json:
        counts = {name: {"rows": rows[name], "equal": good[name]} for name in sorted(rows)}
        Path(arguments.json).write_text(json.dumps(counts, indent=1) + "\n", encoding="utf-8")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
