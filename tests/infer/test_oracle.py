"""Reported results against the keys that another program found for them (PG107); every difference is listed."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Iterator
from functools import cache

import pytest

from pmcds.model.findings import Finding
from tests.infer.support import allele, ask, genes, genotype, phenotype, score
from tests.shared import SHARED, needs_shared

# Why the other program differs: tables of 2025-11, an unprefixed name that it does not know, phenotype-only results
# that it drops, an unknown copy number that it calls indeterminate.
DIFFERENCES = {"NUDT15": 35, "TPMT": 20, "MT-RNR1": 26, "DPYD": 18, "RYR1": 18, "CYP2D6": 2}


@cache
def _compared() -> tuple[tuple[str, frozenset[str], frozenset[str]], ...]:
    """(gene, our keys, the keys of the other program) for each reported result."""
    return tuple((gene, frozenset(_keys(gene, parts)), frozenset(wanted)) for gene, parts, wanted in _outside())


def _outside() -> Iterator[tuple[str, list[str], set[str]]]:
    assert SHARED is not None
    with gzip.open(SHARED / "data" / "pgx" / "golden" / "oracle_outside.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            for stated in row["outside"]:
                gene, *parts = stated.split("\t")
                told = row["genes"].get(gene, {}).get("recommendation") or []
                yield gene, parts, {key.lower() for one in told for key in one["lookup"]}


def _findings(gene: str, parts: list[str]) -> Iterator[Finding]:
    diplotype, phenotype_text, score_text = [*parts, "", ""][:3]
    if diplotype and genes()[gene].method == "listed-alleles":
        for name in diplotype.split("/"):
            yield allele(f"{gene}{name}", at="typing", both=True)
    elif diplotype:
        yield genotype(gene, diplotype)
    if phenotype_text:
        yield phenotype(gene, phenotype_text)
    if score_text:
        yield score(gene, score_text)


def _keys(gene: str, parts: list[str]) -> set[str]:
    found = list(_findings(gene, parts))
    if genes()[gene].method == "listed-alleles":
        listed = [name for name in genes()[gene].listed_alleles if name != "*15:11"]
        answers = {name: ask("allele", f"{gene}{name}", *found).keys for name in listed}
        return {
            f"{name} {'positive' if keys == ('present',) else 'negative'}" for name, keys in answers.items() if keys
        }
    kind = {"activity_score": "activity_score", "genotype": "genotype"}.get(genes()[gene].key, "phenotype")
    answer = ask(kind, gene, *found)
    if answer.word == "indeterminate":
        return {"n/a" if kind == "activity_score" else "indeterminate"}
    return {str(key) for key in answer.keys} or {str(answer.word)}


@needs_shared
def test_pg107_keys_of_reported_results_differ_only_where_the_reason_is_known() -> None:
    different = Counter(gene for gene, ours, wanted in _compared() if ours != wanted)
    assert len(_compared()) == 1538
    assert dict(different) == DIFFERENCES


@pytest.mark.parametrize("gene", sorted(set(DIFFERENCES) - {"CYP2D6"}))
@needs_shared
def test_pg107_where_the_other_program_is_silent_we_are_not(gene: str) -> None:
    ours = [keys for name, keys, wanted in _compared() if name == gene and keys != wanted]
    assert ours
    assert all(keys and not keys & {"unknown", "unreadable"} for keys in ours)
