"""One line for each order and rule, whatever happens: what is known, what is open, and what each rests on."""

from __future__ import annotations

import pickle
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from pmcds.engine import Blank, Outcome, Situation, account, judge_order, judge_patient, questions, rank, read_set
from pmcds.model import words
from pmcds.model.answers import Answer, Interval, Subject
from pmcds.model.findings import DrugMatch, Order, Reading, Source, Supply
from pmcds.model.rules import Advice, Alternative, Atom, CardSpec, Rule

from .build import GENE, OTHER, SOURCE, answer, card, case, order, population, ranking, rule, text_of

TOGETHER = Subject("ordered_with", "drugtwo")
CANCER = Subject("cancer", "lung cancer")
STROKE = Subject("condition", "stroke")
CHART = Source("Condition/1", "/entry/5/resource")


def simple(subject: Subject = GENE, alert: str = "poor", **more: Any) -> Rule:
    cases = [
        case("alert", Atom(subject, frozenset({alert})), [subject], card()),
        case("else", None, [subject], silent="ok"),
    ]
    return replace(rule([population(cases, [subject])], [subject]), **more)


def situation(*answers: Answer, **more: Any) -> Situation:
    known = {(found.subject, "germline"): found for found in answers}
    return Situation(**{"answers": known, "orders": (), "supply": Supply(), **more})


def line(made: Rule, *answers: Answer, to: Order | None = None, **more: Any) -> Outcome:
    return judge_order(to or order(), [made], situation(*answers, **more))[0]


# What is ordered together


def second(**changes: Any) -> Order:
    place = Source("MedicationRequest/2", "/context/draftOrders/entry/1/resource")
    return order(key="MedicationRequest/2", drug=DrugMatch(("drugtwo",), how="code"), source=place, **changes)


def test_a_drug_ordered_beside_this_order_counts_and_is_named_as_evidence() -> None:
    made = simple(TOGETHER, "present")
    found = line(made, orders=(order(), second()))
    assert found.outcome == words.ALERT
    assert [source.resource for source, _ in found.evidence] == ["MedicationRequest/2"]
    assert line(made, orders=(order(),)).outcome == words.CLEAR


def test_an_order_is_never_ordered_together_with_itself() -> None:
    made = simple(Subject("ordered_with", "drugone"), "present")
    assert line(made, orders=(order(),)).outcome == words.CLEAR
    again = order(key="MedicationRequest/3")
    assert line(made, orders=(order(), again)).outcome == words.ALERT


def test_an_order_without_a_place_counts_beside_another_all_the_same() -> None:
    found = line(simple(TOGETHER, "present"), orders=(order(), replace(second(), source=None)))
    assert found.outcome == words.ALERT


def test_rules_about_the_patient_see_every_order() -> None:
    made = simple(TOGETHER, "present", drugs=())
    assert judge_patient([made], situation(orders=(second(),)))[0].outcome == words.ALERT
    assert judge_patient([made], situation(orders=()))[0].outcome == words.CLEAR


@pytest.mark.parametrize(
    ("state", "reason"), [("truncated", "truncated"), ("missing", "not-supplied"), ("error", "not-supplied")]
)
def test_a_drug_is_never_taken_as_not_ordered_while_the_orders_were_not_all_sent(state: str, reason: str) -> None:
    found = line(simple(TOGETHER, "present"), supply=Supply(medications=state))
    assert (found.outcome, found.reason) == (words.CANNOT_TELL, reason)


# Orders without a rule or a drug


def test_a_drug_without_a_rule_is_not_covered_and_one_whose_order_is_unclear_is_not_cleared() -> None:
    assert [(o.outcome, o.reason) for o in judge_order(order(), [], situation())] == [(words.NOT_COVERED, "no-rule")]
    unclear = order(problem="order-status-unreadable")
    assert [(o.outcome, o.reason) for o in judge_order(unclear, [], situation())] == [
        (words.CANNOT_TELL, "order-status-unreadable")
    ]
    assert line(simple(), answer(GENE, "poor"), to=unclear).reason == "order-status-unreadable"


def test_a_code_that_a_complete_table_lacks_is_not_covered_and_any_other_unknown_drug_cannot_be_told() -> None:
    outside = judge_order(order(drug=DrugMatch(outside_tables=True)), [], situation())
    assert [(o.outcome, o.reason) for o in outside] == [(words.NOT_COVERED, "not-in-tables")]
    unknown = judge_order(order(drug=DrugMatch(), problem="something else"), [], situation())
    assert [(o.outcome, o.reason) for o in unknown] == [(words.CANNOT_TELL, "drug-unrecognized")]


def test_a_line_names_the_ingredient_that_its_rule_is_about() -> None:
    both = order(drug=DrugMatch(("drugtwo", "drugone"), how="code"))
    assert line(simple(), answer(GENE, "poor"), to=both).drug == "drugone"
    assert [o.drug for o in judge_order(both, [], situation())] == ["drugtwo + drugone"]


def test_a_product_whose_codes_contradict_each_other_is_never_cleared() -> None:
    torn = order(drug=DrugMatch(("drugone",), systemic=True, how="code", conflicting=True))
    found = line(simple(), answer(GENE, "normal"), to=torn)
    assert (found.outcome, found.reason) == (words.CANNOT_TELL, "conflict")
    assert line(simple(), answer(GENE, "poor"), to=torn).outcome == words.ALERT


def test_a_clear_or_alert_line_without_a_finding_rests_on_the_order() -> None:
    made = simple(STROKE, "present")
    found = line(made, Answer(STROKE, ("absent",)))
    assert (found.outcome, found.evidence) == (words.CLEAR, ((order().source, "order"),))
    assert line(made, Answer(STROKE, ("absent",)), to=replace(order(), source=None)).evidence == ()
    unknown = line(simple(), answer(GENE, word="unknown", reason="no-result"))
    assert (unknown.outcome, unknown.evidence) == (words.CANNOT_TELL, ())


# Routes


@pytest.mark.parametrize(
    ("systemic", "outcome", "facts"),
    [(True, "ALERT", ()), (None, "ALERT", ("route",)), (False, "NOT-COVERED", ())],
)
def test_only_a_form_that_is_certainly_local_is_out_of_scope_of_a_systemic_rule(
    systemic: bool | None, outcome: str, facts: tuple[str, ...]
) -> None:
    to = order(drug=DrugMatch(("drugone",), systemic=systemic, how="code"))
    found = line(simple(route="systemic"), answer(GENE, "poor"), to=to)
    assert (found.outcome, found.open_facts) == (outcome, facts)
    assert line(simple(), answer(GENE, "poor"), to=to).outcome == words.ALERT


# Tumor types


def tumor(keys: tuple[str, ...] = (), word: str | None = None, reason: str | None = None) -> Answer:
    return Answer(CANCER, keys, word, reason, sources=(CHART,))


def test_a_rule_for_a_tumor_speaks_about_that_tumor_only() -> None:
    made = simple(cancers=("lung cancer",))
    inside = line(made, answer(GENE, "poor"), tumor(("present",)), cancer_known=True)
    assert (inside.outcome, [a.subject for a in inside.scope]) == (words.ALERT, [CANCER])
    assert (CHART, "modifier") in inside.evidence
    outside = line(made, answer(GENE, "poor"), tumor(("absent",)), cancer_known=True)
    assert (outside.outcome, outside.reason, outside.scope) == (words.NOT_COVERED, "indication-out-of-scope", ())


@pytest.mark.parametrize(
    ("found", "known"),
    [
        (tumor(("absent",)), False),
        (tumor(("present", "absent"), reason="tumor-type-imprecise"), True),
        (tumor((), "indeterminate", "tumor-type-imprecise"), True),
    ],
)
def test_a_tumor_that_is_not_known_for_sure_neither_alerts_nor_clears(found: Answer, known: bool) -> None:
    made = simple(cancers=("lung cancer",))
    for key in ("poor", "normal"):
        told = line(made, answer(GENE, key), found, cancer_known=known)
        assert (told.outcome, told.reason) == (words.CANNOT_TELL, "tumor-type-imprecise")
        assert told.open_facts == ("cancer",)
        assert told.scope == ()


def test_a_tumor_that_is_not_known_for_sure_is_a_further_reason_and_told_on_the_card() -> None:
    cases = [
        case("a", Atom(GENE, frozenset({"poor"})), [GENE], card()),
        case("b", Atom(GENE, frozenset({"normal"})), [GENE], silent="ok"),
    ]
    made = replace(rule([population(cases, [GENE])], [GENE]), cancers=("lung cancer",))
    found = line(made, answer(GENE, "poor", "normal", reason="phase-ambiguous"), tumor(("absent",)))
    assert (found.reason, found.also) == ("phase-ambiguous", ("tumor-type-imprecise",))
    shown = rank([found], ranking())[0]
    assert "tumor type not confirmed" in shown.summary
    assert "The tumor type could not be confirmed from the record." in text_of(shown)


# What a line rests on


def test_an_absent_condition_that_excludes_nothing_is_context_and_a_present_one_an_exclusion() -> None:
    spec = CardSpec("critical", (Advice("avoid", (Alternative("drugtwo", (STROKE,)),)),))
    cases = [case("alert", Atom(GENE, frozenset({"poor"})), [GENE], spec)]
    made = rule([population(cases, [GENE])], [GENE])
    present = line(made, answer(GENE, "poor"), Answer(STROKE, ("present",), sources=(CHART,)))
    assert (CHART, "exclusion") in present.evidence
    absent = line(made, answer(GENE, "poor"), Answer(STROKE, ("absent",), sources=(CHART,)))
    assert (CHART, "context") in absent.context and CHART not in {source for source, _ in absent.evidence}
    assert [a.subject for a in absent.exceptions] == [STROKE]


def test_an_age_is_evidence_about_the_patient_and_an_open_fact_is_no_evidence() -> None:
    age = Subject("age", "")
    adult = Atom(age, at_least=Decimal(18))
    cases = [case("adult", adult, [age], card()), case("child", Atom(age, below=Decimal(18)), [age], silent="ok")]
    made = rule([population(cases, [age])], [age], cuts={0: (Decimal(18),)})
    person = Source("Patient/p1", "/entry/0/resource")
    years = Answer(age, (Interval(Decimal(40), Decimal(40), "a"),), sources=(person,))
    assert line(made, years).evidence == ((person, "patient"),)
    unsure = Answer(age, (Interval(Decimal(17), None, "a"), Interval(Decimal(18), None, "a")), sources=(person,))
    found = line(made, replace(unsure, reason="age-straddles-limit"))
    assert (found.evidence, found.context) == ((), ((person, "context"),))


def test_a_copy_that_does_not_count_is_no_evidence() -> None:
    found = line(simple(), answer(GENE, "poor"), ignored=frozenset({SOURCE.site}))
    assert found.evidence == ((order().source, "order"),)


def test_an_unreadable_result_is_context_and_a_contradiction_is_evidence() -> None:
    unread = line(simple(), Answer(GENE, (), "unreadable", "unread-result", (SOURCE,)))
    assert (unread.evidence, unread.context) == ((), ((SOURCE, "context"),))
    torn = line(simple(), Answer(GENE, (), "conflicting", "conflict", (SOURCE,), alternatives=("poor", "normal")))
    assert torn.evidence == ((SOURCE, "decisive"),)


def test_an_alert_rests_on_the_genes_that_it_names_and_a_clear_line_on_every_gene_that_could_have_alerted() -> None:
    both = [GENE, OTHER]
    here, there = SOURCE, Source("Observation/2", "/entry/2/resource")
    cases = [
        case("a", Atom(GENE, frozenset({"poor"})), both, card()),
        case("b", Atom(OTHER, frozenset({"poor"})), both, card()),
        case("c", Atom(GENE, frozenset({"normal"})), both, silent="ok"),
    ]
    made = rule([population(cases, both)], both)
    other = Answer(OTHER, ("normal",), sources=(there,))
    assert line(made, answer(GENE, "poor"), other).evidence == ((here, "decisive"),)
    assert line(made, answer(GENE, "normal"), other).evidence == ((here, "decisive"), (there, "decisive"))


def test_of_two_populations_an_alert_rests_on_the_one_that_alerts() -> None:
    both = [GENE, OTHER]
    there = Source("Observation/2", "/entry/2/resource")
    one = population([case("a", Atom(GENE, frozenset({"poor"})), both, card())], both, "one")
    two = population(
        [
            case("b", Atom(OTHER, frozenset({"poor"})), both, card()),
            case("c", Atom(OTHER, frozenset({"normal"})), both, silent="ok"),
        ],
        both,
        "two",
    )
    found = line(rule([one, two], both), answer(GENE, "poor"), Answer(OTHER, ("normal",), sources=(there,)))
    assert found.outcome == words.ALERT
    assert found.evidence == ((SOURCE, "decisive"),)
    assert found.cases == ("one: a", "two: c")


# What is asked


def test_a_rule_asks_for_its_subjects_its_tumors_and_what_forbids_its_alternatives() -> None:
    unless = (STROKE, TOGETHER)
    spec = CardSpec("critical", (Advice("avoid", (Alternative("drugtwo", unless),)),))
    cases = [
        case("alert", Atom(GENE, frozenset({"poor"})), [GENE, TOGETHER], spec),
        case("calm", Atom(GENE, frozenset({"normal"})), [GENE, TOGETHER], silent="ok"),
    ]
    made = replace(rule([population(cases, [GENE, TOGETHER])], [GENE, TOGETHER]), cancers=("lung cancer",))
    assert questions([made]) == ((GENE, "germline"), (CANCER, "germline"), (STROKE, "germline"))
    assert read_set(made) == (GENE, CANCER, STROKE)


def test_the_read_set_names_what_decides_between_populations() -> None:
    when = Atom(STROKE, frozenset({"present"}))
    cases = [case("alert", Atom(GENE, frozenset({"poor"})), [GENE, STROKE], card())]
    made = rule([population(cases, [GENE, STROKE], "one", when)], [GENE, STROKE])
    object.__setattr__(made, "subjects", (GENE,))
    assert STROKE in read_set(made)


# Patients of whom nothing is known


def test_an_outcome_without_any_input_is_worked_out_once() -> None:
    known = Blank()
    made = simple(drugs=())
    unknown = answer(GENE, word="unknown", reason="no-result")
    first = judge_patient([made], situation(unknown, known=known))[0]
    assert judge_patient([made], situation(unknown, known=known))[0] is first
    other = judge_patient([made], situation(unknown, known=known, cancer_known=True))[0]
    assert other is not first and other == first


def test_an_outcome_that_rests_on_an_input_is_never_remembered_for_another_patient() -> None:
    known = Blank()
    made = simple(drugs=())
    unknown = answer(GENE, word="unknown", reason="no-result")
    first = judge_patient([made], situation(answer(GENE, "poor"), known=known))[0]
    second = judge_patient([made], situation(unknown, known=known))[0]
    third = judge_patient([made], situation(answer(GENE, "poor"), known=known))[0]
    assert (first.outcome, second.outcome, third.outcome) == (words.ALERT, words.CANNOT_TELL, words.ALERT)
    assert third is not first


def test_what_is_ordered_for_one_patient_is_never_remembered_for_another() -> None:
    known = Blank()
    spec = CardSpec("critical", (Advice("avoid", (Alternative("drugtwo", (TOGETHER,)),)),))
    unknown = answer(GENE, word="unknown", reason="no-result")
    cases = [case("alert", Atom(GENE, frozenset({"unknown"})), [GENE], spec)]
    exception = replace(rule([population(cases, [GENE])], [GENE]), drugs=())
    for made in (simple(TOGETHER, "present", drugs=()), exception):
        with_it, without = (
            judge_patient([made], situation(unknown, known=known, orders=orders))[0] for orders in ((second(),), ())
        )
        assert with_it != without


def test_a_deadline_that_has_passed_is_never_answered_from_memory_nor_remembered() -> None:
    known = Blank()
    made = simple(drugs=())
    unknown = answer(GENE, word="unknown", reason="no-result")
    late = situation(unknown, known=known, late=lambda: True)
    assert judge_patient([made], late)[0].reason == "deadline"
    assert judge_patient([made], situation(unknown, known=known, late=lambda: False))[0].reason == "no-result"
    assert judge_patient([made], late)[0].reason == "deadline"


def test_what_could_not_be_worked_out_is_never_remembered() -> None:
    known = Blank()
    made = simple(drugs=())
    whole = made.populations
    unknown = answer(GENE, word="unknown", reason="no-result")
    object.__setattr__(made, "populations", ())
    assert judge_patient([made], situation(unknown, known=known))[0].reason == "internal-error"
    object.__setattr__(made, "populations", whole)
    assert judge_patient([made], situation(unknown, known=known))[0].reason == "no-result"


def test_a_question_that_nobody_answered_is_an_error_of_its_own_line_only() -> None:
    lines = judge_patient([simple(drugs=()), simple(OTHER, drugs=())], situation(answer(OTHER, "poor")))
    assert [(o.outcome, o.reason) for o in lines] == [(words.CANNOT_TELL, "internal-error"), (words.ALERT, None)]


def test_a_small_memory_begins_anew_and_never_gives_the_outcome_of_another_rule() -> None:
    known = Blank(1)
    unknown = answer(GENE, word="unknown", reason="no-result")
    rules = [simple(drugs=(), id=name) for name in ("one", "two", "three")]
    for _ in range(2):
        found = judge_patient(rules, situation(unknown, known=known))
        assert [o.rule.id for o in found if o.rule is not None] == ["one", "two", "three"]
    again = pickle.loads(pickle.dumps(known))
    assert again.size == 1
    assert judge_patient(rules, situation(unknown, known=again)) == found


def test_different_answers_about_nothing_on_file_are_told_apart_however_many_there_are() -> None:
    known = Blank()
    made = simple(drugs=())
    reasons = [*words.CANNOT_TELL_REASONS[7:27]]
    for _ in range(2):
        for reason in reasons:
            unread = answer(GENE, word="unreadable", reason=reason)
            assert judge_patient([made], situation(unread, known=known))[0].reason == reason


def test_about_the_patient_a_merely_possible_case_is_shown_only_if_something_on_file_bears_on_it() -> None:
    cases = [
        case("a", Atom(STROKE, frozenset({"present"})), [STROKE], card()),
        case("b", Atom(STROKE, frozenset({"absent"})), [STROKE], silent="ok"),
    ]
    made = replace(rule([population(cases, [STROKE])], [STROKE]), drugs=())
    unsure = Answer(STROKE, ("present", "absent"), reason="not-supplied")
    bare = judge_patient([made], situation(unsure))[0]
    assert (bare.outcome, bare.shown) == (words.CANNOT_TELL, ())
    seen = judge_patient([made], situation(replace(unsure, sources=(CHART,))))[0]
    assert [verdict.case.id for verdict in seen.shown if verdict.case] == ["a"]
    assert [v.case.id for v in line(replace(made, drugs=("drugone",)), unsure).shown if v.case] == ["a"]


def test_a_rule_that_raises_says_which_kind_of_error_and_nothing_of_the_patient() -> None:
    made = simple()
    object.__setattr__(made, "populations", ())
    found = line(made, answer(GENE, "poor"))
    assert (found.outcome, found.reason, found.error) == (words.CANNOT_TELL, "internal-error", "ValueError")
    assert "poor" not in (found.error or "")


@pytest.mark.parametrize("size", [2, 8])
def test_the_account_of_a_remembered_outcome_is_the_account_that_would_be_written_anew(size: int) -> None:
    known = Blank(size)
    unknown = answer(GENE, word="unknown", reason="no-result")
    rules = [simple(drugs=(), id=name) for name in ("one", "two", "three")]
    for _ in range(2):
        blank = judge_patient(rules, situation(unknown, known=known))
        seen = judge_patient(rules, situation(answer(GENE, "poor"), known=known))
        outcomes = (*blank, *seen, line(simple(), answer(GENE, "poor")))
        fresh = account(Reading(), outcomes, judged=(), snapshot="x").orders
        assert account(Reading(), outcomes, judged=(), snapshot="x", lines_of=known.lines).orders == fresh
        assert [told.rule for told in fresh[:3]] == ["one", "two", "three"]
