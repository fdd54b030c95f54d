"""The account names every input: what it was used for, or why it does not count; nothing sent is passed over."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pmcds.engine import Situation, account, judge_order
from pmcds.model import words
from pmcds.model.answers import Answer, Subject
from pmcds.model.findings import DrugMatch, Finding, InputNote, Reading, Source, Supply
from pmcds.model.ledger import InputLine, Ledger
from pmcds.model.rules import Atom, Rule

from .build import GENE, SOURCE, answer, card, case, order, population, rule

PLACE = Source("Observation/9", "/entry/9/resource", "/entry/9/resource")


def poor_rule(subject: Subject = GENE) -> Rule:
    cases = [
        case("poor", Atom(subject, frozenset({"poor"})), [subject], card()),
        case("rest", None, [subject], silent="ok"),
    ]
    return rule([population(cases, [subject])], [subject])


def ledger(
    *notes: InputNote, findings: tuple[Finding, ...] = (), answers: tuple[Answer, ...] = (answer(GENE, "poor"),)
) -> Ledger:
    situation = Situation(answers={(a.subject, "germline"): a for a in answers}, orders=(), supply=Supply())
    outcomes = judge_order(order(), [poor_rule(answers[0].subject)], situation)
    reading = Reading(findings, (), notes)
    return account(reading, outcomes, judged=(order(),), snapshot="abc")


def note(source: Source = PLACE, **more: str) -> InputNote:
    return InputNote(source.site, source.resource, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("reason", words.IGNORED_REASONS)
def test_lc02_every_input_that_does_not_count_is_listed_with_its_reason(reason: str) -> None:
    assert ledger(note(ignored=reason)).inputs == (InputLine(PLACE.site, PLACE.resource, ignored=reason),)


def test_results_of_another_patient_are_listed_as_such_and_never_passed_over() -> None:
    sent = [note(), note(Source("Observation/8", "/entry/8/resource"), ignored="other-patient")]
    told = ledger(*sent).inputs
    assert len(told) == len(sent)
    assert told[1] == InputLine("/entry/8/resource", "Observation/8", ignored="other-patient")


def test_a_site_that_was_refused_is_never_told_as_used() -> None:
    assert ledger(note(SOURCE, ignored="duplicate-of")).inputs[0].used is None


def test_what_a_line_rests_on_is_told_with_its_role() -> None:
    told = ledger(note(SOURCE), note(order().source), note(role="patient"), note())  # type: ignore[arg-type]
    assert [(line.used, line.ignored) for line in told.inputs] == [
        ("decisive", None),
        ("order", None),
        ("patient", None),
        (None, "not-relevant"),
    ]


def test_of_several_roles_the_most_telling_is_told() -> None:
    situation = Situation(answers={(GENE, "germline"): answer(GENE, "poor")}, orders=(), supply=Supply())
    outcome = judge_order(order(), [poor_rule()], situation)[0]
    for pairs in (("context", "decisive"), ("decisive", "context"), ("exclusion", "decisive")):
        of_two = replace(outcome, evidence=tuple((PLACE, role) for role in pairs))
        assert account(Reading((), (), (note(),)), [of_two], judged=(), snapshot="x").inputs[0].used == "decisive"


def test_an_order_that_is_not_judged_is_context_and_its_copies_too() -> None:
    copy = Source("MedicationRequest/1", "/entry/11/resource")
    other = order(key="MedicationRequest/2", source=PLACE, also=(copy,), drug=DrugMatch(("x",)))
    bare = order(key="order:y", source=None)
    told = account(Reading((), (other, bare), (note(), note(copy))), [], judged=(), snapshot="x").inputs
    assert [line.used for line in told] == ["context", "context"]
    told = account(Reading((), (other,), (note(), note(copy))), [], judged=(other,), snapshot="x").inputs
    assert [line.used for line in told] == ["order", "order"]


def test_a_result_that_could_not_be_understood_is_told_with_the_reason_of_its_finding() -> None:
    findings = (
        Finding("genotype", "GENE9", None, PLACE, status="ignored", reason="value-unreadable"),
        Finding("genotype", "GENE9", None, PLACE, status="ignored", reason="no-subject"),
    )
    assert ledger(note(), findings=findings).inputs[0].ignored == "value-unreadable"
    calm = (replace(findings[0], reason="unknown-allele"), replace(findings[0], reason=None))
    assert ledger(note(), findings=calm).inputs[0].ignored == "not-relevant"


def tumor_result(gene: str | None, source_class: str | None) -> tuple[Finding, ...]:
    return (Finding("variant", gene, {"row": "variant"}, PLACE, source_class=source_class),)


@pytest.mark.parametrize(
    ("asked", "gene", "source_class", "told"),
    [
        ("GENE1", "GENE1", "somatic", "source-class-mismatch"),
        ("GENE1", "GENE1", "likely somatic", "source-class-mismatch"),
        ("GENE1", "GENE1", "germline", "not-relevant"),
        ("GENE1", "GENE1", "likely germline", "not-relevant"),
        ("GENE1", "GENE1", None, "not-relevant"),
        ("GENE1", "GENE2", "somatic", "not-relevant"),
        ("GENE1", None, "somatic", "not-relevant"),
        ("GENE1*57:01", "GENE1", "somatic", "source-class-mismatch"),
        ("GENE1 c.1A>G", "GENE1", "somatic", "source-class-mismatch"),
        ("GENE1::GENE2 fusion", "GENE2", "somatic", "source-class-mismatch"),
    ],
)
def test_h11_a_result_of_the_tumor_is_told_as_such_where_only_inherited_ones_are_asked_for(
    asked: str, gene: str | None, source_class: str | None, told: str
) -> None:
    subject = Subject("phenotype", asked)
    found = ledger(note(), findings=tumor_result(gene, source_class), answers=(answer(subject, "normal"),))
    assert found.inputs[0].ignored == told


def test_a_result_that_is_no_genomic_one_has_no_source_to_mismatch() -> None:
    sugar = (Finding("laboratory", "GENE1", None, PLACE, source_class="somatic"),)
    assert ledger(note(), findings=sugar).inputs[0].ignored == "not-relevant"


def test_the_account_names_snapshot_flags_once_and_what_was_prefetched() -> None:
    reading = Reading((), (), (), flags=("one", "two"))
    found = account(reading, [], judged=(), snapshot="abc", flags=("two", "three"), prefetch={"key": "missing"})
    assert (found.snapshot, found.flags, found.prefetch) == ("abc", ("one", "two", "three"), {"key": "missing"})
    assert account(reading, [], judged=(), snapshot="abc").prefetch == {}


def test_each_outcome_is_one_line_with_its_evidence_sorted_and_its_cases() -> None:
    situation = Situation(answers={(GENE, "germline"): answer(GENE, "poor")}, orders=(), supply=Supply())
    outcome = judge_order(order(drug=DrugMatch(("drugone",), unmapped=1, how="code")), [poor_rule()], situation)
    first = replace(outcome[0], evidence=((Source("b/2", "/2"), "decisive"), (Source("a/1", "/1"), "decisive")))
    lines = account(Reading(), [first, outcome[1]], judged=(), snapshot="x").orders
    assert (lines[0].evidence, lines[0].cases, lines[0].rule) == (("a/1", "b/2"), ("poor",), "family/drugone/src")
    assert (lines[1].rule, lines[1].outcome, lines[1].evidence) == (None, words.CANNOT_TELL, ())
