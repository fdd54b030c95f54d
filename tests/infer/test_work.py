"""How much work an answer takes (PG112); microseconds are measured by benchmarks/rules.py."""

from __future__ import annotations

from itertools import combinations_with_replacement

from pmcds.infer import infer
from pmcds.infer import phenotype as phenotype_of
from pmcds.model.answers import Subject
from pmcds.model.findings import Reading
from tests.infer.support import NOW, genes, genotype, terms
from tests.work import calls

PATIENT = {
    "CYP2D6": "*1/*4", "CYP2C19": "*1/*2", "CYP2C9": "*1/*3", "TPMT": "*1/*3A", "NUDT15": "*1/*3",
    "DPYD": "Reference/Reference",
    "SLCO1B1": "*1/*5", "UGT1A1": "*1/*28", "CYP2B6": "*1/*6", "CYP3A5": "*3/*3",
}  # fmt: skip


def test_pg112_a_diplotype_is_looked_up_in_a_dozen_calls() -> None:
    gene = genes()["CYP2D6"]
    pairs = [f"{one}/{two}" for one, two in combinations_with_replacement(sorted(gene.activity), 2)]

    def work() -> None:
        for pair in pairs:
            phenotype_of(gene, pair)

    work()  # tables are made once
    assert calls(work) <= 12 * len(pairs)


def test_all_genes_of_a_patient_are_answered_in_a_few_thousand_calls() -> None:
    reading = Reading(tuple(genotype(gene, text) for gene, text in PATIENT.items()))
    questions = [(Subject("phenotype", gene), "germline") for gene in PATIENT]

    def work() -> None:
        infer(reading, questions, genes=genes(), terms=terms(), now=NOW)

    work()
    assert calls(work) <= 4_000
