"""Drugs taken now that change what a genotype predicts: counted, told, and never a way to lose an alert (PG86-PG91)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from pmcds.engine import Outcome, Situation, judge_order, rank
from pmcds.engine.modifiers import as_answers, of_others, spared, undefined, weighed, with_rule
from pmcds.model import words
from pmcds.model.answers import Answer, Modifier, Subject
from pmcds.model.findings import DrugMatch, Source, Supply
from pmcds.model.rules import Atom, Population, Rule

from .build import answer, card, case, order, population, ranking, rule, text_of

SCORE = Subject("activity_score", "GENE1")
PILL = Source("MedicationStatement/m", "/entry/7/resource")


def drug(name: str = "drugtwo", role: str = "inhibitor", strength: str = "strong", **more: Any) -> Modifier:
    return Modifier(name, role, strength, "LABEL", sources=(PILL,), **more)


def score_rule(alert: str = "0.0", clear: str = "2.0", **more: Any) -> Rule:
    cases = [
        case("alert", Atom(SCORE, frozenset({alert})), [SCORE], card()),
        case("clear", Atom(SCORE, frozenset({clear})), [SCORE], silent="ok"),
    ]
    return replace(rule([population(cases, [SCORE])], [SCORE]), **more)


def line(found: Answer, made: Rule | None = None, **changes: Any) -> Outcome:
    situation = Situation(answers={(SCORE, "germline"): found}, orders=(), supply=Supply())
    return judge_order(order(**changes), [made or score_rule()], situation)[0]


def told(outcome: Outcome) -> str:
    return text_of(rank([outcome], ranking())[0])


def test_pg87_a_strong_inhibitor_with_a_verified_rule_turns_a_normal_genotype_into_an_alert() -> None:
    ruled = drug(keys=("0.0",), factor="RULE")
    outcome = line(answer(SCORE, "2.0", text="*1/*1", modifiers=(ruled,)))
    assert outcome.outcome == words.ALERT
    text = told(outcome)
    assert "drugtwo, taken now, is a strong inhibitor of GENE1 (LABEL; RULE): with it the activity score counts" in text
    assert "as 0.0, instead of that of the genotype (GENE1 activity score 2.0)" in text
    assert "GENE1 activity score 0.0 with drugtwo" in text
    assert "*1/*1, 2.0 without drugtwo" in text


def test_pg87_the_card_says_what_holds_when_the_drug_is_stopped() -> None:
    outcome = line(answer(SCORE, "2.0", modifiers=(drug(keys=("0.0",), factor="RULE"),)))
    assert outcome.by_genotype is not None and outcome.by_genotype.outcome == words.CLEAR
    assert "Without drugtwo, by the genotype (GENE1 activity score 2.0): SRC advises no change." in told(outcome)


def test_pg87_the_advice_without_the_drug_is_told_where_the_genotype_alone_alerts_too() -> None:
    cases = [
        case("alert", Atom(SCORE, frozenset({"0.0"})), [SCORE], card()),
        case("watch", Atom(SCORE, frozenset({"2.0"})), [SCORE], card("monitor", "info", monitor="blood")),
    ]
    made = rule([population(cases, [SCORE])], [SCORE])
    outcome = line(answer(SCORE, "2.0", modifiers=(drug(keys=("0.0",), factor="RULE"),)), made)
    assert outcome.cases == ("alert",)
    assert "Without drugtwo, by the genotype (GENE1 activity score 2.0): SRC advises to monitor blood" in told(outcome)


def test_nothing_is_said_about_stopping_where_the_same_case_speaks_without_the_drug() -> None:
    made = score_rule()
    both = case("alert", Atom(SCORE, frozenset({"0.0", "2.0"})), [SCORE], card())
    made = replace(made, populations=(population([both], [SCORE]),))
    outcome = line(answer(SCORE, "2.0", modifiers=(drug(keys=("0.0",), factor="RULE"),)), made)
    assert outcome.outcome == words.ALERT
    assert "Without drugtwo" not in told(outcome)


def test_nothing_is_said_about_stopping_where_the_genotype_alone_decides_nothing() -> None:
    found = answer(SCORE, word="indeterminate", reason="indeterminate", modifiers=(drug(keys=("0.0",), factor="R"),))
    outcome = line(found)
    assert outcome.outcome == words.ALERT
    text = told(outcome)
    assert "Without drugtwo" not in text
    assert "with it the activity score counts as 0.0, whatever the genotype, which is not known." in text


def test_h46_a_drug_never_hides_the_alert_of_the_genotype() -> None:
    found = answer(SCORE, "2.0", modifiers=(drug(keys=("0.0",), factor="RULE"),))
    outcome = line(found, score_rule(alert="2.0", clear="0.0"))
    assert outcome.outcome == words.ALERT
    assert outcome.by_genotype is None
    text = told(outcome)
    assert "for which this source advises no change; what is said here is for the genotype" in text
    assert "Without drugtwo" not in text


def test_pg90_the_ordered_drug_is_no_modifier_of_its_own_rows() -> None:
    own, other = drug("drugone", keys=("0.0",)), drug("drugtwo")
    found = answer(SCORE, "2.0", modifiers=(own, other))
    assert of_others(found, order()).modifiers == (other,)
    assert of_others(found, None) is found
    assert of_others(answer(SCORE, "2.0", modifiers=(other,)), order()).modifiers == (other,)
    assert line(answer(SCORE, "2.0", modifiers=(own,))).outcome == words.CLEAR


def test_of_several_verified_rules_the_strongest_counts() -> None:
    weak, strong = drug("aaa", strength="moderate", keys=("1.0",)), drug("zzz", keys=("0.0",))
    changed = with_rule(answer(SCORE, "2.0", modifiers=(weak, strong)))
    assert (changed.keys, changed.with_drug) == (("0.0",), "zzz")
    assert PILL in changed.sources
    assert with_rule(answer(SCORE, "2.0", modifiers=(drug(),))).keys == ("2.0",)


def test_of_two_equally_strong_rules_the_first_name_counts_in_any_order() -> None:
    one, other = drug("aaa", keys=("1.0",)), drug("bbb", keys=("0.0",))
    for placed in ((one, other), (other, one)):
        assert with_rule(answer(SCORE, "2.0", modifiers=placed)).with_drug == "aaa"


def test_a_genotype_that_is_not_known_has_no_value_without_the_drug() -> None:
    found = answer(SCORE, word="unknown", reason="no-result", modifiers=(drug(keys=("0.0",)),))
    changed = with_rule(found)
    assert (changed.word, changed.reason, changed.keys, changed.text) == (None, None, ("0.0",), None)


def test_pg88_an_inhibitor_without_a_verified_rule_never_leaves_a_line_clear() -> None:
    outcome = line(answer(SCORE, "2.0", modifiers=(drug(),)))
    assert (outcome.outcome, outcome.reason) == (words.CANNOT_TELL, "interaction-undefined")
    shown = rank([outcome], ranking())
    assert [one.notice for one in shown] == [True]
    assert "drugtwo, taken now, is a strong inhibitor of GENE1 (LABEL)" in text_of(shown[0])


def test_an_inhibitor_without_a_verified_rule_is_told_beside_an_alert_and_changes_nothing() -> None:
    outcome = line(answer(SCORE, "0.0", modifiers=(drug(),)))
    assert (outcome.outcome, outcome.reason, outcome.also) == (words.ALERT, None, ())
    assert "its activity may be lower than the genotype predicts" in told(outcome)


def test_an_inhibitor_is_a_further_reason_where_nothing_could_be_told_anyway() -> None:
    outcome = line(answer(SCORE, "2.0", "0.0", reason="phase-ambiguous", modifiers=(drug(),)))
    assert (outcome.outcome, outcome.reason) == (words.CANNOT_TELL, "phase-ambiguous")
    assert outcome.also == ("interaction-undefined",)


def test_the_reason_of_an_undefined_interaction_is_not_told_twice() -> None:
    found = [answer(SCORE, "2.0", modifiers=(drug(),))]
    said = weighed(words.CANNOT_TELL, "interaction-undefined", ("no-result",), found)
    assert said == (words.CANNOT_TELL, "interaction-undefined", ("no-result",))
    said = weighed(words.CANNOT_TELL, "no-result", ("interaction-undefined",), found)
    assert said == (words.CANNOT_TELL, "no-result", ("interaction-undefined",))
    assert weighed(words.NOT_COVERED, "no-rule", (), found) == (words.NOT_COVERED, "no-rule", ())


def test_an_inducer_and_a_stopped_inhibitor_are_told_and_leave_the_line_clear() -> None:
    for quiet in (drug(role="inducer"), replace(drug(), sources=(), stopped="2026-05-25T10:00:00Z")):
        assert line(answer(SCORE, "2.0", modifiers=(quiet,))).outcome == words.CLEAR
    text = told(line(answer(SCORE, "0.0", modifiers=(drug(role="inducer"),))))
    assert "drugtwo, taken now, is a strong inducer of GENE1 (LABEL): its activity may be higher" in text
    text = told(line(answer(SCORE, "0.0", modifiers=(drug(stopped="2026-05-25T10:00:00Z"),))))
    assert "drugtwo, stopped on 2026-05-25, is a strong inhibitor of GENE1 (LABEL); its effect may last." in text


def test_a_rule_that_is_not_verified_is_told_and_never_used() -> None:
    outcome = line(answer(SCORE, "0.0", modifiers=(drug(supposed=("0.0", "0.5"), factor="DRAFT: times 0.5"),)))
    assert outcome.answers[0].keys == ("0.0",)
    assert "A rule that is not verified (DRAFT: times 0.5) would give 0.0 or 0.5." in told(outcome)


def test_a_drug_whose_rule_is_spared_is_never_told_as_a_rule_that_is_not_verified() -> None:
    found = line(
        answer(SCORE, "2.0", modifiers=(drug(keys=("0.0",), factor="RULE"),)), score_rule(alert="2.0", clear="0.0")
    )
    assert "not verified" not in told(found)


def test_sparing_keeps_what_was_told_only_and_empties_what_would_be_used() -> None:
    plain = answer(SCORE, "2.0")
    assert spared(plain) is plain
    ruled, other = drug(keys=("0.0",)), drug("other")
    kept = spared(replace(plain, modifiers=(ruled, other))).modifiers
    assert kept == (replace(ruled, keys=(), supposed=("0.0",), spared=True), other)


def test_undefined_are_inhibitors_taken_now_of_answers_that_no_verified_rule_changes() -> None:
    inhibitor = drug()
    assert undefined([answer(SCORE, "2.0", modifiers=(inhibitor,))] * 2) == (inhibitor,)
    assert undefined([answer(SCORE, "2.0", modifiers=(inhibitor, drug("other", keys=("0.0",))))]) == ()
    assert undefined([answer(SCORE, "2.0", modifiers=(drug(role="inducer"), drug(stopped="2026-05-25")))]) == ()


def test_the_ledger_names_where_a_drug_that_changed_the_value_was_read_and_no_stopped_one() -> None:
    taken, stopped = drug(keys=("0.0",)), drug("old", stopped="2026-05-25")
    assert [found.subject.name for found in as_answers([answer(SCORE, "2.0", modifiers=(taken, stopped))])] == [
        "drugtwo"
    ]
    outcome = line(answer(SCORE, "2.0", modifiers=(taken,)))
    assert PILL in {source for source, _ in outcome.evidence}


def test_of_a_combination_every_ordered_part_is_left_out() -> None:
    both = DrugMatch(("drugone", "drugtwo"), systemic=True, how="code")
    assert line(answer(SCORE, "2.0", modifiers=(drug(),)), drug=both).outcome == words.CLEAR


@pytest.mark.parametrize("strength", ["strong", "strong/moderate", "moderate", "weak"])
def test_every_strength_has_its_place(strength: str) -> None:
    found = answer(SCORE, "2.0", modifiers=(drug("x", strength=strength, keys=("1.0",)),))
    assert with_rule(found).with_drug == "x"


def test_pg87_the_advice_without_the_drug_is_told_for_every_situation() -> None:
    facts = [Subject("condition", name) for name in ("one", "two")]
    subjects = [SCORE, *facts]

    def situation_of(place: int, watch: str) -> Population:
        cases = [
            case("alert", Atom(SCORE, frozenset({"0.0"})), subjects, card()),
            case("watch", Atom(SCORE, frozenset({"2.0"})), subjects, card("monitor", "info", monitor=watch)),
        ]
        return population(cases, subjects, facts[place].name, Atom(facts[place], frozenset({"present"})))

    made = rule([situation_of(0, "blood"), situation_of(1, "pressure")], subjects)
    unsure = [Answer(fact, ("present", "absent"), reason="not-supplied") for fact in facts]
    known = {(a.subject, "germline"): a for a in (answer(SCORE, "2.0", modifiers=(drug(keys=("0.0",)),)), *unsure)}
    outcome = judge_order(order(), [made], Situation(answers=known, orders=(), supply=Supply()))[0]
    assert (
        "Without drugtwo, by the genotype (GENE1 activity score 2.0): SRC advises to monitor blood with drugone. "
        "SRC advises to monitor pressure with drugone."
    ) in told(outcome)
