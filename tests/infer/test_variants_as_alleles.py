"""Genes whose alleles are single variants: what is found never makes the rest normal, and no name stops the answers."""

from __future__ import annotations

from typing import Any

import pytest

import pmcds
from pmcds.infer import answer as answering
from pmcds.infer import infer
from pmcds.model.answers import Answer, Subject
from pmcds.model.findings import Finding, Reading
from tests.evidence.whole import GERMLINE, add, component, concept, engine, evaluated, patient
from tests.infer.support import NOW, finding, genotype, tables, terms, variant

SCORE, OWN = ("activity_score", "DPYD"), ("phenotype", "DPYD@dpwg")
COVERED = finding("coverage", None, {"genes": ("DPYD",)}, at="covered")
NO_FUNCTION, HARMLESS = "NM_000110.4:c.1905+1G>A", "NM_000110.4:c.46C>G"
RULES = ("pharmacogenomics/fluorouracil/cpic", "pharmacogenomics/fluorouracil/dpwg")


def told(*findings: Finding, of: tuple[tuple[str, str], ...] = (SCORE, OWN)) -> list[Answer]:
    questions = [(Subject(*one), None) for one in of]
    found = infer(Reading(findings), questions, genes=tables(), terms=terms(), now=NOW)
    return [found[question] for question in questions]


def found(at: str, coding: str | None = None, **more: Any) -> Finding:
    value = {"c": coding} if coding else {}
    value |= {name: more.pop(name) for name in ("zygosity", "ids", "text") if name in more}
    return variant("DPYD", value, source_class="germline", at=at, **more)


def not_called(coding: str) -> Finding:
    return found("open", coding, status="indeterminate", reason="no-call")


@pytest.mark.parametrize(
    "findings",
    [
        (COVERED, not_called(NO_FUNCTION)),
        (COVERED, found("a", HARMLESS), not_called(NO_FUNCTION)),
        (COVERED, found("a", HARMLESS), found("b", "NM_000110.4:c.1234A>T")),
        (COVERED, found("a", "NM_000110.4:c.1234A>T")),
        (COVERED, found("a", text="a change that nobody named")),
        (COVERED, found("a")),
        (found("a", HARMLESS, zygosity="homozygous"),),
        (found("a", HARMLESS, zygosity="homozygous"), not_called(NO_FUNCTION)),
        (found("a", HARMLESS), found("b", "NM_000110.4:c.62G>A")),
    ],
)
def test_pg48_pg49_what_is_left_open_is_never_the_reference(findings: tuple[Finding, ...]) -> None:
    for one in told(*findings):
        assert one.keys == ()
        assert (one.word, one.reason) in {("indeterminate", "no-call"), ("indeterminate", "position-not-tested")}


def test_pg24_a_harmless_variant_is_no_second_copy() -> None:
    score, _ = told(found("a", NO_FUNCTION, zygosity="heterozygous"), found("b", HARMLESS))
    assert (score.keys, score.reason) == (("0.0", "0.5", "1.0"), "position-not-tested")


def test_pg49_a_listed_variant_still_alerts_beside_one_without_a_call() -> None:
    open_at = not_called("NM_000110.4:c.1679T>G")
    one, _ = told(COVERED, found("a", NO_FUNCTION, zygosity="heterozygous"), open_at)
    assert (one.keys, one.reason) == (("0.0", "0.5", "1.0"), "position-not-tested")
    two, own = told(found("a", NO_FUNCTION, zygosity="homozygous"), open_at)
    assert (two.keys, own.keys) == (("0.0",), ("0.0 (poor metabolizer)",))


def test_what_was_covered_and_told_whole_is_the_reference() -> None:
    score, own = told(COVERED, found("a", NO_FUNCTION, zygosity="heterozygous"))
    assert (score.keys, own.keys) == (("1.0",), ("1.0 (intermediate metabolizer)",))
    # DPWG's table has no harmless variants: by it this one is not known.
    score, own = told(COVERED, found("a", HARMLESS))
    assert (score.keys, own.reason) == (("2.0",), "position-not-tested")
    absent = found("a", NO_FUNCTION, status="absent")
    assert [one.keys for one in told(COVERED, absent)] == [("2.0",), ("2.0 (normal metabolizer)",)]


@pytest.mark.parametrize("name", sorted(name for name, gene in tables().items() if gene.extra.get("positions")))
def test_no_name_of_a_position_stops_the_answers(name: str) -> None:
    gene = tables()[name]
    kinds = ("phenotype", "activity_score", "diplotype", "genotype")
    asked = tuple((kind, name) for kind in kinds)
    for identifier, forms in gene.extra["positions"].items():
        value = {"ids": (identifier,), "zygosity": "heterozygous"} if identifier.startswith("rs") else {"g": forms[0]}
        one = variant(gene.symbol, value, source_class="germline", at="v")
        reasons = {answer.reason for answer in told(one, of=asked)}
        assert "internal-error" not in reasons, identifier


@pytest.mark.parametrize("identifier", ["rs1801265", "rs115232898", "rs3918290"])
def test_a_variant_by_its_rs_number_never_stops_an_evaluation(identifier: str) -> None:
    parts = [
        {"code": concept("48018-6"), "valueCodeableConcept": {"text": "DPYD"}},
        {"code": concept("81255-2"), "valueCodeableConcept": concept(identifier, "http://www.ncbi.nlm.nih.gov/snp")},
        component("48002-0", GERMLINE),
    ]
    result = {"resourceType": "Observation", "id": "o", "status": "final", "code": concept("69548-6")}
    bundle = patient(order="fluorouracil")
    add(bundle, {**result, "valueCodeableConcept": concept("LA9633-4"), "component": parts})
    lines = {one.rule: (one.outcome, one.reason) for one in evaluated(bundle).ledger.orders}
    assert {lines[rule] for rule in RULES} == {("CANNOT-TELL", "position-not-tested")}


def test_h58_a_defect_in_one_question_never_reaches_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    gather = answering.gather

    def broken(table: Any, *rest: Any) -> Any:
        if table.gene.symbol == "DPYD":
            raise ValueError
        return gather(table, *rest)

    monkeypatch.setattr(answering, "gather", broken)
    first, second = told(
        genotype("DPYD", "Reference/Reference"), genotype("CYP2D6", "*4/*4"), of=(SCORE, ("phenotype", "CYP2D6"))
    )
    assert (first.keys, first.word, first.reason) == ((), "unreadable", "internal-error")
    assert second.keys == ("poor metabolizer",)
    bundle = patient(order="fluorouracil", diplotype={"DPYD": "Reference/Reference"})
    shown = engine().evaluate(bundle, now=NOW)
    lines = {one.rule: (one.outcome, one.reason) for one in shown.ledger.orders}
    assert {lines[rule] for rule in RULES} == {("CANNOT-TELL", "internal-error")}
    assert shown.cards


def test_h58_a_defect_in_the_look_at_a_list_never_counts_as_not_on_it(monkeypatch: pytest.MonkeyPatch) -> None:
    patients = [
        patient(order="clopidogrel", diplotype={"CYP2C19": "*2/*2"}, condition=["acute coronary syndrome"]),
        patient(order="ciprofloxacin", condition=["Marfan syndrome"]),
    ]
    loud = [
        {(one.order, one.rule) for one in evaluated(bundle).ledger.orders if one.outcome != "CLEAR" and not one.quiet}
        for bundle in patients
    ]

    def broken(*_: Any) -> Any:
        raise ValueError

    monkeypatch.setattr(answering, "named_answer", broken)
    judge = pmcds.Engine(engine().knowledge)
    for bundle, before in zip(patients, loud, strict=True):
        lines = {(one.order, one.rule): one for one in judge.evaluate(bundle, now=NOW).ledger.orders}
        about_orders = [key for key in before if key[0] != "@patient"]
        assert about_orders
        for key in about_orders:
            assert lines[key].outcome in ("ALERT", "CANNOT-TELL"), key
            assert not lines[key].quiet, key
