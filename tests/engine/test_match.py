"""What a case means: three-way knowledge, sets of possible keys, populations."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from pmcds.engine.match import (
    STEP_LIMIT,
    atoms,
    combine,
    environments,
    judge,
    possible_values,
    slot_values,
    speaking,
)
from pmcds.model import words
from pmcds.model.answers import Answer, Interval, Subject
from pmcds.model.rules import All, Atom, Case, Either, Not

from .build import GENE, OTHER, answer, card, case, population, rule

POOR = Atom(GENE, frozenset({"poor"}))
NORMAL = Atom(GENE, frozenset({"normal"}))
UNKNOWN = Atom(GENE, frozenset({"unknown"}))
PRESENT = frozenset({"present"})
ONE = [GENE]
TWO = [GENE, OTHER]


def simple() -> list:  # type: ignore[type-arg]
    return [
        case("poor", POOR, ONE, card()),
        case("normal", NORMAL, ONE, silent="standard dose"),
        case("untested", UNKNOWN, ONE, card("test-first", "info", test="a test")),
    ]


def verdict_of(*answers: Answer, cases: list | None = None, subjects: list | None = None):  # type: ignore[no-untyped-def,type-arg]
    places = subjects or ONE
    built = population(cases or simple(), places)
    made = rule([built], places)
    return judge(built, answers, slot_values(made, answers))


def test_a_proven_card_case_alerts() -> None:
    assert verdict_of(answer(GENE, "poor")).outcome == words.ALERT


def test_a_silent_case_clears_with_its_id_as_reason() -> None:
    verdict = verdict_of(answer(GENE, "normal"))
    assert (verdict.outcome, verdict.reason) == (words.CLEAR, "normal")


def test_a_case_for_unknown_never_alerts_and_never_clears() -> None:
    verdict = verdict_of(answer(GENE, word="unknown", reason="no-result"))
    assert (verdict.outcome, verdict.reason, verdict.quiet) == (words.CANNOT_TELL, "no-result", False)
    assert verdict.case is not None and verdict.case.id == "untested"


def test_a_silent_case_for_unknown_is_quiet() -> None:
    cases = [*simple()[:2], case("untested", UNKNOWN, ONE, silent="not needed")]
    verdict = verdict_of(answer(GENE, word="unknown", reason="result-pending"), cases=cases)
    assert (verdict.outcome, verdict.reason, verdict.quiet) == (words.CANNOT_TELL, "result-pending", True)


def test_an_unreadable_result_has_no_case() -> None:
    verdict = verdict_of(answer(GENE, word="unreadable", reason="unknown-allele"))
    assert (verdict.outcome, verdict.reason, verdict.case) == (words.CANNOT_TELL, "unknown-allele", None)


def test_a_silent_case_does_not_clear_while_a_gene_of_a_card_case_is_untested() -> None:
    cases = [
        case("poor", Either((POOR, Atom(OTHER, frozenset({"poor"})))), TWO, card()),
        case("normal", NORMAL, TWO, silent="standard dose"),
        case("rest", Atom(OTHER, frozenset({"normal"})), TWO, silent="standard dose"),
    ]
    verdict = verdict_of(
        answer(GENE, "normal"), answer(OTHER, word="unknown", reason="no-result"), cases=cases, subjects=TWO
    )
    assert (verdict.outcome, verdict.reason, verdict.quiet) == (words.CANNOT_TELL, "no-result", False)


def test_one_proven_gene_alerts_although_the_other_is_unreadable() -> None:
    cases = [case("poor", Either((POOR, Atom(OTHER, frozenset({"poor"})))), TWO, card())]
    verdict = verdict_of(
        answer(GENE, "poor"), answer(OTHER, word="unreadable", reason="unread-result"), cases=cases, subjects=TWO
    )
    assert verdict.outcome == words.ALERT
    assert verdict.reasons == ("unread-result",)


def test_a_case_reached_through_a_word_and_a_proven_part_is_proven() -> None:
    cases = [case("either", Either((POOR, Atom(OTHER, frozenset({"unknown"})))), TWO, card())]
    verdict = verdict_of(
        answer(GENE, "poor"), answer(OTHER, word="unknown", reason="no-result"), cases=cases, subjects=TWO
    )
    assert verdict.outcome == words.ALERT


def test_the_same_advice_for_every_possible_key_stands() -> None:
    cases = [
        case("poor", Atom(GENE, frozenset({"poor"})), ONE, card()),
        case("likely", Atom(GENE, frozenset({"likely poor"})), ONE, card()),
    ]
    verdict = verdict_of(answer(GENE, "poor", "likely poor", reason="phase-ambiguous"), cases=cases)
    assert verdict.outcome == words.ALERT
    assert [each.id for each in verdict.possible] == ["poor", "likely"]


def test_different_advice_for_possible_keys_is_undecided_and_shows_the_most_cautious() -> None:
    verdict = verdict_of(answer(GENE, "normal", "poor", reason="phase-ambiguous"))
    assert (verdict.outcome, verdict.reason, verdict.cautious) == (words.CANNOT_TELL, "phase-ambiguous", True)
    assert verdict.case is not None and verdict.case.id == "poor"


def test_a_conflict_shows_the_cautious_side_and_decides_nothing() -> None:
    conflict = answer(GENE, word="conflicting", reason="genotype-phenotype-mismatch", alternatives=("poor", "normal"))
    verdict = verdict_of(conflict)
    assert (verdict.outcome, verdict.reason) == (words.CANNOT_TELL, "genotype-phenotype-mismatch")
    assert verdict.case is not None and verdict.case.id == "poor"


def test_a_conflict_of_two_alerts_with_one_advice_still_decides_nothing() -> None:
    cases = [case("poor", Atom(GENE, frozenset({"poor", "likely poor"})), ONE, card())]
    conflict = answer(GENE, word="conflicting", reason="conflict", alternatives=("poor", "likely poor"))
    assert verdict_of(conflict, cases=cases).outcome == words.CANNOT_TELL


def test_a_name_match_alerts_but_never_clears() -> None:
    assert verdict_of(answer(GENE, "poor", by_name=True)).outcome == words.ALERT
    verdict = verdict_of(answer(GENE, "normal", by_name=True))
    assert (verdict.outcome, verdict.reason) == (words.CANNOT_TELL, "unread-result")


def test_a_laboratory_phenotype_for_an_unknown_allele_never_clears() -> None:
    verdict = verdict_of(answer(GENE, "normal", notes=("unknown-allele",)))
    assert (verdict.outcome, verdict.reason) == (words.CANNOT_TELL, "unknown-allele")


def test_an_uncertain_case_is_undecided_with_its_card() -> None:
    cases = [case("reference", NORMAL, ONE, card("inform", "info"), uncertain=True)]
    verdict = verdict_of(answer(GENE, "normal"), cases=cases)
    assert (verdict.outcome, verdict.reason) == (words.CANNOT_TELL, "indeterminate")
    assert verdict.case is not None


def test_everything_else_does_not_speak_about_what_could_not_be_told() -> None:
    cases = [case("poor", POOR, ONE, card()), case("else", None, ONE, card("inform", "info"))]
    assert verdict_of(answer(GENE, word="unreadable", reason="no-subject"), cases=cases).outcome == words.CANNOT_TELL
    assert verdict_of(answer(GENE, "normal"), cases=cases).outcome == words.ALERT


def test_everything_else_does_not_speak_about_a_word_in_the_place_of_a_number() -> None:
    lab = Subject("laboratory", "potassium")
    high = Atom(lab, above=Decimal(5))
    cases = [case("high", high, [lab], card()), case("else", None, [lab], silent="fine")]
    word = verdict_of(answer(lab, "deficient"), cases=cases, subjects=[lab])
    assert (word.outcome, word.reason) == ("CANNOT-TELL", "scale-mismatch")


def test_too_many_combinations_are_told() -> None:
    subjects = [Subject("condition", f"c{place}") for place in range(7)]
    cases = [case("all", All(tuple(Atom(s, frozenset({"present"})) for s in subjects)), subjects, card())]
    answers = [Answer(s, ("present", "absent"), reason="not-supplied") for s in subjects]
    assert verdict_of(*answers, cases=cases, subjects=subjects).reason == "step-limit"


def test_a_number_on_both_sides_of_a_limit_is_undecided() -> None:
    lab = Subject("laboratory", "enzyme")
    cases = [
        case("low", Atom(lab, below=Decimal(3)), [lab], card()),
        case("rest", Atom(lab, at_least=Decimal(3)), [lab], silent="enough"),
    ]
    built = population(cases, [lab])
    made = rule([built], [lab], cuts={0: (Decimal(3),)})
    unsure = Answer(lab, (Interval(None, Decimal(5), "U"),), reason="value-straddles-threshold")
    verdict = judge(built, [unsure], slot_values(made, [unsure]))
    assert (verdict.outcome, verdict.reason) == (words.CANNOT_TELL, "value-straddles-threshold")


def test_representatives_reach_each_side_and_the_limit_itself() -> None:
    lab = Subject("laboratory", "enzyme")
    cuts = (Decimal(3),)

    def values(interval: Interval) -> set[str]:
        return {
            "below" if value < 3 else "at" if value == 3 else "above"
            for value in possible_values(Answer(lab, (interval,)), cuts)
            if isinstance(value, Decimal)
        }

    assert values(Interval(Decimal(3), Decimal(3))) == {"at"}
    assert values(Interval(None, Decimal(3), high_open=True)) == {"below"}
    assert values(Interval(None, Decimal(3))) == {"below", "at"}
    assert values(Interval(Decimal(3), None, low_open=True)) == {"above"}
    assert values(Interval(None, None)) == {"below", "at", "above"}
    assert values(Interval(Decimal(1), Decimal(2))) == {"below"}


def populations() -> list:  # type: ignore[type-arg]
    first, second = Subject("condition", "first"), Subject("condition", "second")
    subjects = [GENE, first, second]
    return [
        subjects,
        population(
            [case("poor", POOR, subjects, card()), case("normal", NORMAL, subjects, silent="ok")],
            subjects,
            "one",
            Atom(first, frozenset({"present"})),
        ),
        population(
            [case("any", Atom(GENE, frozenset({"poor", "normal"})), subjects, silent="ok")],
            subjects,
            "two",
            Atom(second, frozenset({"present"})),
        ),
    ]


def test_a_proven_population_speaks_alone_and_none_proven_lets_all_speak() -> None:
    subjects, one, two = populations()
    made = rule([one, two], subjects)

    def who(first: tuple[str, ...], second: tuple[str, ...]) -> list[str | None]:
        answers = [answer(GENE, "poor"), Answer(subjects[1], first), Answer(subjects[2], second)]
        return [population.name for population in speaking(made, slot_values(made, answers))[0]]

    assert who(("present",), ("absent",)) == ["one"]
    assert who(("absent",), ("present",)) == ["two"]
    assert who(("absent",), ("absent",)) == ["one", "two"]
    assert who(("present", "absent"), ("absent",)) == ["one", "two"]


def test_a_population_whose_facts_are_too_many_to_try_is_never_taken_as_proven() -> None:
    facts = [Subject("condition", f"c{place}") for place in range(7)]
    subjects = [GENE, *facts]
    every = All(tuple(Atom(fact, frozenset({"present"})) for fact in facts))
    rare = population([case("any", NORMAL, subjects, silent="ok")], subjects, "rare", every)
    usual = population([case("poor", POOR, subjects, card())], subjects, "usual", Not(Atom(facts[0], PRESENT)))
    made = rule([rare, usual], subjects)
    answers = [answer(GENE, "poor"), *(Answer(fact, ("present", "absent"), reason="not-supplied") for fact in facts)]
    speaks, proven = speaking(made, slot_values(made, answers))
    assert (proven, [one.name for one in speaks]) == (False, ["rare", "usual"])


def test_a_population_of_those_without_a_condition_speaks_where_it_is_absent() -> None:
    fact = Subject("condition", "first")
    subjects = [GENE, fact]
    without = population([case("poor", POOR, subjects, card())], subjects, "without", Not(Atom(fact, PRESENT)))
    assert list(atoms(without.condition)) == [Atom(fact, PRESENT)]
    made = rule([without, population([case("poor", POOR, subjects, card())], subjects, "all")], subjects)
    for keys, who in ((("absent",), ["without", "all"]), (("present",), ["all"]), (("present", "absent"), ["all"])):
        answers = [answer(GENE, "poor"), Answer(fact, keys)]
        assert [one.name for one in speaking(made, slot_values(made, answers))[0]] == who


def test_several_possible_keys_clear_only_if_every_one_of_them_needs_no_change() -> None:
    cases = [*simple(), case("rapid", Atom(GENE, frozenset({"rapid"})), ONE, silent="standard dose")]
    calm = verdict_of(answer(GENE, "normal", "rapid", reason="phase-ambiguous"), cases=cases)
    assert (calm.outcome, [one.id for one in calm.possible]) == (words.CLEAR, ["normal", "rapid"])
    torn = verdict_of(answer(GENE, "normal", "poor", reason="phase-ambiguous"), cases=cases)
    assert torn.outcome == words.CANNOT_TELL


def test_two_possible_keys_that_cannot_be_told_for_different_reasons_are_not_one_answer() -> None:
    cases = [
        case("reference", NORMAL, TWO, card("inform", "info"), uncertain=True),
        case("both", All((POOR, Atom(OTHER, frozenset({"poor"})))), TWO, card()),
    ]
    verdict = verdict_of(
        answer(GENE, "normal", "poor", reason="phase-ambiguous"),
        answer(OTHER, word="unknown", reason="no-result"),
        cases=cases,
        subjects=TWO,
    )
    assert (verdict.outcome, verdict.reason, verdict.cautious) == (words.CANNOT_TELL, "phase-ambiguous", True)
    assert set(verdict.reasons) == {"phase-ambiguous", "no-result", "indeterminate"}


def test_of_several_cases_with_one_advice_the_weakest_strength_speaks() -> None:
    def graded(name: str, key: str, strength: str | None) -> Case:
        return replace(case(name, Atom(GENE, frozenset({key})), ONE, card()), strength=strength)

    every = [graded("a", "one", "Strong"), graded("b", "two", "Moderate"), graded("c", "three", "Optional")]
    cases = [*every, graded("d", "four", None)]
    for keys, spoke in ((("one", "two"), "b"), (("one", "two", "three"), "c"), (("one", "four", "three"), "d")):
        verdict = verdict_of(answer(GENE, *keys, reason="phase-ambiguous"), cases=cases)
        assert verdict.outcome == words.ALERT
        assert verdict.case is not None and verdict.case.id == spoke


def test_lc05_a_result_that_could_not_be_read_is_never_kept_quiet_because_another_is_merely_missing() -> None:
    cases = [
        case("poor", Either((POOR, Atom(OTHER, frozenset({"poor"})))), TWO, card()),
        case(
            "untested", All((UNKNOWN, Atom(OTHER, frozenset({"unknown", "indeterminate"})))), TWO, silent="not needed"
        ),
    ]
    missing = answer(GENE, word="unknown", reason="no-result")
    unclear = answer(OTHER, word="indeterminate", reason="indeterminate")
    loud = verdict_of(missing, unclear, cases=cases, subjects=TWO)
    assert (loud.outcome, loud.quiet) == (words.CANNOT_TELL, False)
    assert set(loud.reasons) == {"no-result", "indeterminate"}
    calm = verdict_of(missing, answer(OTHER, word="unknown", reason="result-pending"), cases=cases, subjects=TWO)
    assert (calm.outcome, calm.quiet) == (words.CANNOT_TELL, True)


def test_a_rule_without_a_population_has_nothing_to_combine() -> None:
    with pytest.raises(ValueError, match="at least one population"):
        combine([])


def test_taking_a_condition_away_never_turns_an_alert_into_clear() -> None:
    subjects, one, two = populations()
    made = rule([one, two], subjects)
    for first in (("present",), ("absent",)):
        answers = [answer(GENE, "poor"), Answer(subjects[1], first), Answer(subjects[2], ("absent",))]
        values = slot_values(made, answers)
        outcome, *_ = combine([judge(p, answers, values) for p in speaking(made, values)[0]])
        assert outcome == words.ALERT


def test_a_result_that_is_not_final_is_not_told_as_indeterminate_advice() -> None:
    cases = [
        *simple()[:2],
        case("indeterminate", Atom(GENE, frozenset({"indeterminate"})), ONE, card("inform", "info")),
    ]
    uncertain = verdict_of(answer(GENE, word="indeterminate", reason="indeterminate"), cases=cases)
    assert uncertain.case is not None
    early = verdict_of(answer(GENE, word="indeterminate", reason="result-not-final"), cases=cases)
    assert (early.outcome, early.reason, early.case) == (words.CANNOT_TELL, "result-not-final", None)


def test_a_word_stays_the_value_of_an_answer_whatever_else_was_thought_of() -> None:
    conflict = answer(GENE, word="conflicting", reason="conflict")
    assert possible_values(conflict, ()) == ("conflicting",)
    assert possible_values(replace(conflict, alternatives=("poor", "normal")), ()) == ("poor", "normal")
    unread = answer(GENE, word="unreadable", reason="unknown-allele", alternatives=("poor", "normal"))
    assert possible_values(unread, ()) == ("unreadable",)


def test_as_many_combinations_as_the_limit_are_tried_and_one_more_is_not() -> None:
    eight = tuple(str(number) for number in range(8))
    tried = environments([0, 1], [eight, eight])
    assert tried is not None and len(set(tried)) == STEP_LIMIT == 64
    assert environments([0, 1], [eight, (*eight, "8")]) is None
    assert environments([0], [("poor",), eight]) == [("poor", "0")]
