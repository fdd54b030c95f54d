"""Tests that mutants asked for which no other test noticed (TB-05)."""

from __future__ import annotations

import pytest

from pmcds.engine.match import judge, slot_values
from pmcds.model import words
from pmcds.model.answers import Subject
from pmcds.model.findings import Finding, Reading, Source
from pmcds.model.rules import All, Atom
from tests.engine.build import GENE, OTHER, answer, card, case, population, rule
from tests.infer.support import NOW, genes, terms


def test_reasons_of_every_open_gene_are_told_beside_the_first() -> None:
    both = All((Atom(GENE, frozenset({"poor"})), Atom(OTHER, frozenset({"poor"}))))
    cases = [
        case("both", both, [GENE, OTHER], card()),
        case("else", Atom(GENE, frozenset({"normal"})), [GENE, OTHER], card("use-alternative", "warning")),
        case("rest", None, [GENE, OTHER], silent="nothing to do"),
    ]
    built = population(cases, [GENE, OTHER])
    answers = (
        answer(GENE, "poor", "normal", reason="phase-ambiguous"),
        answer(OTHER, "poor", "normal", reason="copy-number-unknown"),
    )
    verdict = judge(built, answers, slot_values(rule([built], [GENE, OTHER]), answers))
    assert verdict.outcome == words.CANNOT_TELL
    assert set(verdict.reasons) >= {"phase-ambiguous", "copy-number-unknown"}
    assert len(verdict.reasons) == len(set(verdict.reasons))


@pytest.mark.parametrize("kind", ["sex", "age"])
def test_a_withheld_patient_has_neither_sex_nor_age(kind: str) -> None:
    from pmcds.infer import infer

    source = Source("Patient/p", "/entry/0/resource", "/entry/0/resource")
    hidden = Finding("demographic", None, None, source, status="withheld", reason="withheld")
    question = (Subject(kind, ""), None)
    found = infer(Reading((hidden,)), [question], genes=genes(), terms=terms(), now=NOW)[question]
    assert (found.word, found.reason, found.sources) == ("withheld", "withheld", ())


def test_two_phenotypes_that_differ_are_a_conflict_and_no_mismatch() -> None:
    from pmcds.infer import infer

    def told(value: str, number: int) -> Finding:
        place = f"/entry/{number}/resource"
        return Finding("phenotype", "CYP2C19", value, Source(f"Observation/o{number}", place, place))

    question = (Subject("phenotype", "CYP2C19"), "germline")
    reading = Reading((told("poor metabolizer", 0), told("normal metabolizer", 1)))
    found = infer(reading, [question], genes=genes(), terms=terms(), now=NOW)[question]
    assert (found.word, found.reason) == ("conflicting", "conflict")
