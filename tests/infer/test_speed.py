"""Figures of the reference document (PG112); measured, so only on request."""

from __future__ import annotations

import time
from itertools import combinations_with_replacement

import pytest

from pmcds.infer import infer
from pmcds.infer import phenotype as phenotype_of
from pmcds.model.answers import Subject
from pmcds.model.findings import Reading
from tests.infer.support import NOW, genes, genotype, terms

PATIENT = {
    "CYP2D6": "*1/*4", "CYP2C19": "*1/*2", "CYP2C9": "*1/*3", "TPMT": "*1/*3A", "NUDT15": "*1/*3",
    "DPYD": "Reference/Reference",
    "SLCO1B1": "*1/*5", "UGT1A1": "*1/*28", "CYP2B6": "*1/*6", "CYP3A5": "*3/*3",
}  # fmt: skip


@pytest.mark.slow
def test_pg112_one_gene_takes_less_than_five_microseconds() -> None:
    gene = genes()["CYP2D6"]
    pairs = [f"{one}/{two}" for one, two in combinations_with_replacement(sorted(gene.activity), 2)]
    best = min(_seconds(lambda: [phenotype_of(gene, pair) for pair in pairs]) for _ in range(5)) / len(pairs)
    assert best < 5e-6


@pytest.mark.slow
def test_all_genes_of_a_patient_are_answered_within_two_milliseconds() -> None:
    reading = Reading(tuple(genotype(gene, text) for gene, text in PATIENT.items()))
    questions = [(Subject("phenotype", gene), "germline") for gene in PATIENT]
    best = min(_seconds(lambda: infer(reading, questions, genes=genes(), terms=terms(), now=NOW)) for _ in range(20))
    assert best < 2e-3


def _seconds(work: object) -> float:
    begin = time.process_time()
    work()  # type: ignore[operator]
    return time.process_time() - begin
