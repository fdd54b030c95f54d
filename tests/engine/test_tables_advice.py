"""The closed lists that decide what leads, what is offered, what is told once: written out here a second time."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from pmcds.engine import EVERY_GROUP, judge_patient, rank
from pmcds.engine.beside import essence
from pmcds.engine.ledger import account
from pmcds.engine.match import STEP_LIMIT
from pmcds.engine.modifiers import with_rule
from pmcds.model.answers import CLOSED_WORLD, NUMERIC, Answer, Modifier, Subject
from pmcds.model.findings import KINDS, RESULT_KINDS, Finding, InputNote, Reading, Source
from pmcds.model.rules import ACTION_RANK, ACTIONS, INDICATORS, Advice, Alternative, Atom, CardSpec, Rule

from .build import GENE, answer, card, case, population, ranking, rule
from .test_lines import line, simple, situation

# From the most to the least cautious: what leads a card of several possible cases.
CAUTIOUS_FIRST = (
    "avoid", "not-indicated", "resistant", "use-alternative", "consider-alternative", "reduce-dose", "limit-dose",
    "start-low", "increase-dose", "adjust-dose", "extend-interval", "shorten-interval", "measure-first", "test-first",
    "confirm-first", "refer", "caution", "monitor", "inform", "no-recommendation", "indicated", "standard-dose",
)  # fmt: skip


def test_actions_are_ordered_from_the_most_to_the_least_cautious() -> None:
    assert ACTIONS == CAUTIOUS_FIRST
    assert sorted(ACTION_RANK, key=ACTION_RANK.__getitem__) == list(CAUTIOUS_FIRST)
    assert sorted(ACTION_RANK.values()) == list(range(len(CAUTIOUS_FIRST)))
    assert INDICATORS == ("info", "warning", "critical")


@pytest.mark.parametrize("place", range(len(CAUTIOUS_FIRST) - 1))
def test_of_two_possible_cases_the_more_cautious_leads(place: int) -> None:
    more, less = CAUTIOUS_FIRST[place], CAUTIOUS_FIRST[place + 1]
    cases = [
        case("less", Atom(GENE, frozenset({"one"})), [GENE], card(less, "warning")),
        case("more", Atom(GENE, frozenset({"two"})), [GENE], card(more, "warning")),
    ]
    made = rule([population(cases, [GENE])], [GENE])
    found = line(made, answer(GENE, "one", "two", reason="phase-ambiguous"))
    assert [one.action for one in rank([found], ranking())] == [more]


@pytest.mark.parametrize("action", CAUTIOUS_FIRST)
def test_what_is_watched_is_no_difference_between_sources_and_everything_else_is(action: str) -> None:
    assert essence([Advice(action)]) == (frozenset() if action in ("monitor", "inform") else {(action,)})


@pytest.mark.parametrize(
    ("name", "differs"),
    [("by_percent", True), ("to_percent", True), ("dose", True), ("at_most", True), ("interval", True),
     ("duration", False), ("test", False), ("monitor", False), ("drug_class", False), ("note", False)],
)  # fmt: skip
def test_a_number_of_the_dose_is_a_difference_between_sources_and_a_remark_is_none(name: str, differs: bool) -> None:
    one, two = (essence([Advice("reduce-dose", (), {name: value})]) for value in ("1", "2"))
    assert (one != two) == differs


@pytest.mark.parametrize("action", CAUTIOUS_FIRST)
def test_lc28_only_some_advice_removes_an_order_or_orders_a_test(action: str) -> None:
    spec = CardSpec("critical", (Advice(action, (), {"test": "a test"}),))
    made = rule([population([case("a", Atom(GENE, frozenset({"x"})), [GENE], spec)], [GENE])], [GENE])
    (found,) = rank([line(made, answer(GENE, "x"))], ranking())
    offered = {type(one).__name__ for one in found.suggestions}
    removes = action in ("avoid", "not-indicated", "resistant")
    tests = action in ("test-first", "measure-first", "confirm-first")
    assert offered == ({"Remove"} if removes else set()) | ({"OrderTest"} if tests else set())


ROLES = ("decisive", "modifier", "exclusion", "order", "patient", "context")


def test_of_several_roles_of_an_input_the_most_telling_is_shown() -> None:
    place = Source("Observation/1", "/entry/0/resource")
    reading = Reading((), (), (InputNote(place.site, place.resource, None),))
    for first, one in enumerate(ROLES):
        for two in ROLES[first:]:
            for pair in ((one, two), (two, one)):
                used: Any = SimpleNamespace(evidence=[(place, role) for role in pair], context=(), rule=None)
                ledger = account(reading, [used], judged=(), snapshot="s", lines_of=lambda outcomes: ())
                assert [each.used for each in ledger.inputs] == [one], pair


@pytest.mark.parametrize(
    ("reason", "once"),
    [
        ("not-supplied", True), ("truncated", True), ("entry-error", True), ("deadline", True),
        ("unread-result", False), ("conflict", False), ("internal-error", False), ("step-limit", False),
        ("unknown-allele", False),
    ],
)  # fmt: skip
def test_only_what_is_the_same_for_every_check_is_told_once(reason: str, once: bool) -> None:
    lines = []
    for number in range(7):
        made = replace(simple(), id=f"r{number}", title=f"Rule {number}")
        found = line(made, answer(GENE, word="unreadable", reason="unread-result"))
        lines.append(replace(found, reason=reason))
    (told,) = rank(lines, ranking())
    text = "\n".join(each for block in told.detail for each in block.lines)
    assert (text.count("Rule ") == 0) == once


STRENGTHS = ("strong", "strong/moderate", "moderate", "weak")


def test_pg87_of_several_drugs_the_strongest_counts_whatever_its_name() -> None:
    for first, one in enumerate(STRENGTHS):
        for two in STRENGTHS[first + 1 :]:
            both = (
                Modifier("b", "inhibitor", one, "S", keys=(one,)),
                Modifier("a", "inhibitor", two, "S", keys=(two,)),
            )
            for modifiers in (both, both[::-1]):
                found = with_rule(Answer(GENE, ("normal",), modifiers=modifiers))
                assert (found.keys, found.with_drug) == ((one,), "b")


def test_the_groups_of_cards_that_ask_for_a_test_are_two() -> None:
    assert {"required", "recommended"} == EVERY_GROUP


def test_which_kinds_are_closed_world_numeric_and_results() -> None:
    assert {"condition", "cancer", "medication", "ordered_with", "taken_for", "age", "sex"} == CLOSED_WORLD
    assert {"laboratory", "age", "taken_for"} == NUMERIC
    results = {"genotype", "haplotype", "phenotype", "activity_score", "allele", "variant", "biomarker", "laboratory"}
    assert results == RESULT_KINDS
    assert results | {
        "condition", "cancer", "medication", "order", "allergy", "family_history", "polygenic_score", "consent",
        "demographic", "report", "test_order", "implication", "phase", "coverage",
    } == KINDS  # fmt: skip


def test_so_many_combinations_of_values_are_tried_and_no_more() -> None:
    assert STEP_LIMIT == 64


@pytest.mark.parametrize(
    "kind", ["genotype", "haplotype", "phenotype", "activity_score", "allele", "variant", "biomarker"]
)
def test_h11_a_result_of_the_other_source_class_has_that_reason_on_its_line(kind: str) -> None:
    place = Source("Observation/1", "/entry/0/resource")
    told = Finding(kind, "GENE1", "x", place, source_class="somatic")
    reading = Reading((told,), (), (InputNote(place.site, place.resource, None),))
    ledger = account(reading, [line(simple(), answer(GENE, "normal"))], judged=(), snapshot="s")
    assert [(each.used, each.ignored) for each in ledger.inputs] == [(None, "source-class-mismatch")]


@pytest.mark.parametrize(
    ("kind", "value", "one"),
    [
        ("variant", "present", True), ("biomarker", "high", True), ("allele", "present", True),
        ("laboratory", "low", True), ("condition", "present", False), ("sex", "male", False),
        ("variant", "absent", False),
    ],
)  # fmt: skip
def test_card20_offers_join_in_one_card_only_about_one_result(kind: str, value: str, one: bool) -> None:
    subject = Subject(kind, "GENE1*57:01" if kind == "allele" else "x")

    def about(name: str) -> Rule:
        spec = CardSpec("info", (Advice("indicated", (Alternative(f"drug{name}"),)),))
        there = case("on", Atom(subject, frozenset({value})), [subject], spec)
        return rule([population([there], [subject])], [subject], drugs=(), name=name)

    known = {(subject, "germline"): answer(subject, value)}
    cards = rank(judge_patient([about("a"), about("b")], situation(answers=known)), ranking())
    assert len(cards) == (1 if one else 2)
