"""Guideline rows as data: one for each possible key, with the keys as printed, and none that does not apply."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from pmcds.engine import Situation, judge_order, recommendations
from pmcds.model.answers import Answer, Interval, Subject
from pmcds.model.findings import DrugMatch, Supply
from pmcds.model.genes import Gene
from pmcds.model.results import Recommendation
from pmcds.model.rules import Atom, Case, Rule
from tests.infer.support import genes

from .build import GENE, OTHER, answer, card, case, order, population, rule

SCORE = Subject("activity_score", "GENE1")
ALLELE = Subject("allele", "GENE3*57:01")
SPOKEN = Subject("allele", "GENE4 risk allele")


def row(made: Case, **more: object) -> Case:
    return replace(made, row=True, **more)  # type: ignore[arg-type]


def rows_of(made: Rule, *answers: Answer, known: dict[str, Gene] | None = None) -> tuple[Recommendation, ...]:
    situation = Situation(answers={(a.subject, "germline"): a for a in answers}, orders=(), supply=Supply())
    return recommendations(judge_order(order(), [made], situation), known or {})


def two_rows(subject: Subject = GENE, first: str = "poor", second: str = "normal") -> Rule:
    cases = [
        row(case("low", Atom(subject, frozenset({first})), [subject], card()), strength="Strong"),
        row(case("high", Atom(subject, frozenset({second})), [subject], silent="ok"), flags=("dosing-information",)),
        case("rest", Atom(subject, frozenset({"unknown"})), [subject], card("test-first", "info", test="a test")),
    ]
    return rule([population(cases, [subject])], [subject])


def test_a_row_that_applies_is_given_with_its_key_strength_and_flags() -> None:
    found = rows_of(two_rows(), answer(GENE, "normal"))
    assert [(r.lookup, r.case, r.drug, r.population) for r in found] == [
        ({"GENE1": "normal"}, "high", "drugone", "general")
    ]
    assert (found[0].dosing_information, found[0].alternate_drug, found[0].other_guidance) == (True, False, False)
    assert rows_of(two_rows(), answer(GENE, "poor"))[0].strength == "Strong"


def test_every_possible_key_gives_its_own_row_once() -> None:
    found = rows_of(two_rows(), answer(GENE, "poor", "normal", reason="phase-ambiguous"))
    assert [(r.lookup["GENE1"], r.case) for r in found] == [("poor", "low"), ("normal", "high")]


def test_the_strength_of_the_card_goes_before_that_of_the_row() -> None:
    made = row(case("low", Atom(GENE, frozenset({"poor"})), [GENE], replace(card(), strength="Optional")))
    with_both = rule([population([replace(made, strength="Strong")], [GENE])], [GENE])
    assert rows_of(with_both, answer(GENE, "poor"))[0].strength == "Optional"


def test_a_patient_without_a_result_has_no_row() -> None:
    unknown = answer(GENE, word="unknown", reason="no-result")
    assert rows_of(two_rows(), unknown) == ()
    open_row = row(case("open", Atom(GENE, frozenset({"unknown"})), [GENE], silent="none"))
    assert rows_of(rule([population([open_row], [GENE])], [GENE]), unknown) == ()


def test_a_case_of_our_own_is_no_row_of_a_guideline() -> None:
    cases = [
        row(case("low", Atom(GENE, frozenset({"poor"})), [GENE], card())),
        case("own", Atom(GENE, frozenset({"normal"})), [GENE], silent="ok"),
    ]
    made = rule([population(cases, [GENE])], [GENE])
    assert rows_of(made, answer(GENE, "normal")) == ()
    both = rows_of(made, answer(GENE, "poor", "normal", "gap", reason="phase-ambiguous"))
    assert [r.case for r in both] == ["low"]


def test_lines_without_a_drug_or_a_rule_or_answers_have_no_row() -> None:
    unmapped = order(drug=DrugMatch(("drugone",), unmapped=1, how="code"))
    situation = Situation(answers={}, orders=(), supply=Supply(), late=lambda: True)
    assert recommendations(judge_order(unmapped, [two_rows()], situation), {}) == ()


def test_an_untested_gene_of_the_row_is_printed_as_no_result() -> None:
    both = [GENE, OTHER]
    cases = [row(case("low", Atom(GENE, frozenset({"poor"})), both, card()))]
    cases.append(row(case("other", Atom(OTHER, frozenset({"poor"})), both, card())))
    made = rule([population(cases, both)], both)
    found = rows_of(made, answer(GENE, "poor"), answer(OTHER, word="unknown", reason="no-result"))
    assert [dict(r.lookup) for r in found] == [{"GENE1": "poor", "GENE2": "No Result"}]


def test_an_allele_is_printed_as_positive_or_negative_of_its_gene() -> None:
    found = rows_of(two_rows(ALLELE, "present", "absent"), Answer(ALLELE, ("present",)))
    assert dict(found[0].lookup) == {"GENE3": "*57:01 positive"}
    found = rows_of(two_rows(ALLELE, "present", "absent"), Answer(ALLELE, ("absent",)))
    assert dict(found[0].lookup) == {"GENE3": "*57:01 negative"}
    found = rows_of(two_rows(SPOKEN, "present", "absent"), Answer(SPOKEN, ("present",)))
    assert dict(found[0].lookup) == {"GENE4": "risk allele positive"}


def test_two_alleles_of_one_gene_are_printed_together() -> None:
    second = Subject("allele", "GENE3*58:01")
    both = [ALLELE, second]
    cases = [
        row(case("one", Atom(ALLELE, frozenset({"present"})), both, card())),
        row(case("two", Atom(second, frozenset({"present"})), both, card())),
    ]
    fits = replace(cases[0], named=frozenset({0, 1}))
    made = rule([population([fits, cases[1]], both)], both)
    found = rows_of(made, Answer(ALLELE, ("present",)), Answer(second, ("absent",)))
    assert dict(found[0].lookup) == {"GENE3": "*57:01 positive; *58:01 negative"}


def test_where_a_gene_is_asked_for_in_two_ways_the_row_that_spoke_decides_the_key() -> None:
    both = [GENE, SCORE]
    cases = [
        row(case("score", Atom(SCORE, frozenset({"0.0"})), both, card())),
        row(case("word", Atom(GENE, frozenset({"poor"})), both, card())),
    ]
    made = rule([population(cases, both)], both)
    assert dict(rows_of(made, answer(GENE, "poor"), Answer(SCORE, ("0.0",)))[0].lookup) == {"GENE1": "0.0"}
    assert dict(rows_of(made, answer(GENE, "poor"), Answer(SCORE, ("1.0",)))[0].lookup) == {"GENE1": "poor"}


def test_keys_are_printed_as_the_guideline_of_the_gene_prints_them() -> None:
    known = next(gene for gene in genes().values() if "poor metabolizer" in gene.published)
    subject = Subject("phenotype", known.symbol)
    made = two_rows(subject, "poor metabolizer", "indeterminate")
    assert dict(rows_of(made, answer(subject, "poor metabolizer"), known=genes())[0].lookup) == {
        known.symbol: known.published["poor metabolizer"]
    }


def test_an_indeterminate_result_is_printed_as_its_kind_prints_it() -> None:
    unclear = {"word": "indeterminate", "reason": "indeterminate"}
    for subject, told in ((GENE, "Indeterminate"), (SCORE, "n/a")):
        found = rows_of(two_rows(subject, "x", "indeterminate"), answer(subject, **unclear))  # type: ignore[arg-type]
        assert dict(found[0].lookup) == {"GENE1": told}


def test_what_is_no_gene_is_no_key_of_a_row() -> None:
    lab = Subject("laboratory", "enzyme")
    both = [GENE, lab]
    condition = Atom(GENE, frozenset({"poor"}))
    cases = [row(replace(case("low", condition, both, card()), named=frozenset({0, 1})))]
    made = rule([replace(population(cases, both), used=(0, 1))], both, cuts={1: (Decimal(3),)})
    found = rows_of(made, answer(GENE, "poor"), Answer(lab, (Interval(Decimal(1), Decimal(9)),), reason="x"))
    assert [dict(r.lookup) for r in found] == [{"GENE1": "poor"}]


def test_the_population_of_a_row_is_named_only_where_the_guideline_has_several() -> None:
    age = Subject("condition", "pregnancy")
    subjects = [GENE, age]
    cases = [row(case("low", Atom(GENE, frozenset({"poor"})), subjects, card()))]
    made = rule([population(cases, subjects, "pregnant", Atom(age, frozenset({"present"})))], subjects)
    assert rows_of(made, answer(GENE, "poor"), Answer(age, ("present",)))[0].population == "pregnant"
