"""Every combination of answers reaches a case, and every case can be reached."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pmcds.knowledge.compiling import rule_of
from pmcds.knowledge.conditions import Reader
from pmcds.knowledge.cover import Covered, cover, numbers
from pmcds.model import words
from pmcds.model.answers import CLOSED_WORLD, Subject
from pmcds.model.rules import Rule
from tests.knowledge.cards import RULE, checked, meaning, only, stands, with_rule
from tests.work import calls

VALUES = ("poor", "intermediate", "normal")


def domain(subject: Subject) -> Sequence[str] | None:
    if subject.kind in ("phenotype",):
        return VALUES
    if subject.kind in ("allele", "variant", "condition"):
        return ("present", "absent")
    if subject.kind == "sex":
        return ("male", "female")
    return None


def rule(*cases: Mapping[str, Any], **more: Any) -> Rule:
    """A rule of these conditions; cases are numbered and silent unless they say otherwise."""
    document = {
        "rule": "a/b/c",
        "title": "t",
        "version": 1,
        "status": "active",
        "why": "w",
        "reviewed": {},
        "evidence": {},
        "ask": {"hooks": ["order-select"]},
        **more,
    }
    if cases:
        document["cases"] = [
            {"case": f"c{number}", "silent": "x", **({"if": case} if case else {})} for number, case in enumerate(cases)
        ]
    return rule_of(document, "a/b/c.yaml", Reader({}, lambda value, unit, subject: (value, unit)))


def covered(*cases: Mapping[str, Any]) -> Covered:
    (found,) = cover(rule(*cases), domain)
    return found


WORDS = {"phenotype": {"G": ["unknown", "indeterminate"]}}


def test_all_values_and_words_in_cases_are_whole() -> None:
    found = covered({"phenotype": {"G": ["poor", "intermediate"]}}, {"phenotype": {"G": "normal"}}, WORDS)
    assert (found.gaps, found.dead, found.complete) == ((), (), True)


def test_a_value_without_a_case_is_a_gap() -> None:
    assert covered({"phenotype": {"G": "poor"}}, WORDS).gaps == ("phenotype G intermediate or normal",)


def test_a_word_without_a_case_is_a_gap() -> None:
    found = covered({"phenotype": {"G": list(VALUES)}})
    assert found.gaps == ("phenotype G unknown or indeterminate",)


def test_conflicting_may_be_left_without_a_case() -> None:
    assert covered({"phenotype": {"G": list(VALUES)}}, WORDS).gaps == ()
    named = {"phenotype": {"G": "poor", "H": "poor"}}
    conflict = {"phenotype": {"G": "conflicting", "H": "poor"}}
    assert any("G conflicting" in gap for gap in covered(named, conflict).gaps)


def test_a_combination_without_a_case_names_each_subject() -> None:
    found = covered(
        {"phenotype": {"G": "poor"}},
        {"phenotype": {"G": ["intermediate", "normal", "unknown", "indeterminate"], "H": ["poor", "intermediate"]}},
        {"phenotype": {"G": ["intermediate", "normal", "unknown"], "H": ["normal", "unknown", "indeterminate"]}},
    )
    assert found.gaps == (
        "phenotype G indeterminate, phenotype H normal",
        "phenotype G indeterminate, phenotype H unknown or indeterminate",
    )


def test_a_case_that_others_take_is_dead_and_they_are_named() -> None:
    found = covered(
        {"phenotype": {"G": ["poor", "intermediate"]}},
        {"phenotype": {"G": "normal"}},
        {"phenotype": {"G": ["poor", "normal"]}},
        WORDS,
    )
    assert [(case.id, takers) for case, takers in found.dead] == [("c2", ("c0", "c1"))]


def test_a_case_that_can_never_hold_is_dead_without_takers() -> None:
    found = covered(
        {"phenotype": {"G": list(VALUES)}},
        {"all": [{"phenotype": {"G": "poor"}}, {"phenotype": {"G": "normal"}}]},
        WORDS,
    )
    assert [(case.id, takers) for case, takers in found.dead] == [("c1", ())]


def test_numbers_are_split_at_the_cut_offs() -> None:
    low = {"laboratory": {"L": {"below": 10, "unit": "x"}}}
    high = {"laboratory": {"L": {"above": 10, "unit": "x"}}}
    rest = {"laboratory": {"L": ["unknown", "indeterminate"]}}
    assert covered(low, high, rest).gaps == ("laboratory L 10",)
    assert covered(low, {"laboratory": {"L": {"at_least": 10, "unit": "x"}}}, rest).gaps == ()


def test_no_number_below_zero_is_asked_for() -> None:
    assert covered({"age": {"at_least": 0}}).gaps == ()
    assert [value.label for value in numbers([Decimal(2), Decimal(5)])] == [
        "below 2",
        "2",
        "between 2 and 5",
        "5",
        "above 5",
    ]


def test_a_closed_world_kind_has_no_unknown() -> None:
    assert covered({"condition": "a"}, {"not": {"condition": "a"}}).gaps == ()
    assert covered({"sex": "male"}, {"sex": "female"}).gaps == ()
    assert covered({"age": {"below": 18}}, {"age": {"at_least": 18}}).gaps == ()


def test_a_list_of_conditions_is_any_of_them() -> None:
    assert covered({"condition": ["a", "b"]}).gaps == ("condition a absent, condition b absent",)


def test_a_case_without_if_takes_every_value_but_no_word() -> None:
    assert covered({"phenotype": {"G": "poor"}}, {}).gaps == ("phenotype G unknown or indeterminate",)
    assert covered({"phenotype": {"G": "poor"}}, WORDS, {}).gaps == ()
    only_it = covered({"phenotype": {"G": [*VALUES, "unknown", "indeterminate"]}}, {})
    assert [case.id for case, _ in only_it.dead] == ["c1"]


def test_every_population_is_proven_for_itself() -> None:
    whole = [{"case": "a", "if": {"phenotype": {"G": [*VALUES, "unknown", "indeterminate"]}}, "silent": "x"}]
    part = [{"case": "b", "if": {"phenotype": {"G": list(VALUES)}}, "silent": "x"}]
    made = rule(
        populations=[
            {"population": "one", "when": {"condition": "a"}, "cases": whole},
            {"population": "two", "when": {"condition": "b"}, "cases": part},
        ]
    )
    assert [found.gaps for found in cover(made, domain)] == [(), ("phenotype G unknown or indeterminate",)]


def test_a_word_of_the_laboratory_is_a_value_where_a_case_names_it() -> None:
    numbers_only = {"laboratory": {"L": {"at_least": 0, "unit": "x"}}}
    rest = {"laboratory": {"L": ["unknown", "indeterminate"]}}
    words_too = {"laboratory": {"L": ["deficient", "normal"]}}
    found = covered(numbers_only, words_too, rest)
    assert (found.gaps, found.dead) == ((), ())
    assert covered(numbers_only, {"all": [words_too, {"condition": "c"}]}, rest).gaps != ()


def test_a_word_is_not_under_a_limit_because_it_is_not_over_it() -> None:
    over = {"laboratory": {"L": {"above": 10, "unit": "x"}}}
    rest = {"laboratory": {"L": ["unknown", "indeterminate"]}}
    deficient = {"all": [{"laboratory": {"L": "deficient"}}, {"condition": "c"}]}
    assert covered(over, deficient, {"not": over}, rest).gaps == ("laboratory L deficient, condition c absent",)


def test_hundreds_of_cells_are_no_work_for_minutes() -> None:
    genes = [[value] for value in (*VALUES, "unknown", "indeterminate")]
    cases = [{"phenotype": {"G": one, "H": two, "J": three}} for one, two, three in product(genes, repeat=3)]
    # About nine hundred thousand calls, a second; every pair of states would be many times as many.
    assert calls(lambda: covered(*cases, *cases)) < 1_500_000
    found = covered(*cases, *cases)
    assert found.gaps == ()
    assert len(found.dead) == len(cases) == 125


def test_thirty_variants_of_which_any_decides_are_no_work_for_minutes() -> None:
    names = [f"G{n} x" for n in range(30)]
    cases: list[dict[str, Any]] = [
        {"any": [{"variant": {name: "present"}} for name in names]},
        {"all": [{"variant": {name: "absent"}} for name in names]},
        {"any": [{"variant": {name: "unknown"}} for name in names]},
        {"any": [{"variant": {name: "indeterminate"}} for name in names]},
    ]
    assert calls(lambda: covered(*cases)) < 150_000
    found = covered(*cases)
    assert (found.gaps, found.dead, found.complete) == ((), (), True)


def test_too_many_combinations_are_said_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pmcds.knowledge.cover.STATES", 3)
    genes = [[value] for value in (*VALUES, "unknown", "indeterminate")]
    found = covered(*({"phenotype": {"G": one, "H": two}} for one, two in product(genes, repeat=2)))
    assert not found.complete


def test_the_check_tells_a_gap_and_a_dead_case_with_their_places(tmp_path: Path) -> None:
    changes = with_rule(("{GENEA: intermediate metabolizer}", "{GENEA: poor metabolizer}"))
    gap, dead = meaning(checked(tmp_path, changes))
    assert gap.message == "no case for phenotype GENEA intermediate metabolizer"
    assert stands(gap, changes[RULE], "cases:")
    assert dead.message == "case intermediate is never reached: poor above it take all of it"
    assert stands(dead, changes[RULE], "intermediate", after="case: poor")
    assert dead.mend == "move it up, or narrow the cases above"


def test_a_score_without_a_case_is_a_gap(tmp_path: Path) -> None:
    changes = with_rule(
        ("phenotype: GENEA}", "activity_score: GENEB}"),
        ("{phenotype: {GENEA: poor metabolizer}}", '{activity_score: {GENEB: "0.0"}}'),
        ("{phenotype: {GENEA: intermediate metabolizer}}", "{activity_score: {GENEB: {above: 0, at_most: 1}}}"),
        ("{phenotype: {GENEA: normal metabolizer}}", "{activity_score: {GENEB: {at_least: 1.5, at_most: 2}}}"),
        ("{phenotype: {GENEA: indeterminate}}", "{activity_score: {GENEB: indeterminate}}"),
        ("{phenotype: {GENEA: unknown}}", "{activity_score: {GENEB: unknown}}"),
    )
    assert only(checked(tmp_path, changes)).message == ("no case for activity score GENEB ≥3.0 or ≥3.5 or ≥4.0 or ≥6.0")


# The proof against brute force, on random small rules.

SUBJECTS = (Subject("phenotype", "G"), Subject("allele", "A*1"), Subject("condition", "c"), Subject("age", ""))
ATOMS = st.one_of(
    st.lists(st.sampled_from([*VALUES, "unknown", "indeterminate"]), min_size=1, max_size=3, unique=True).map(
        lambda values: {"phenotype": {"G": values}}
    ),
    st.sampled_from(["present", "absent", "unknown", "indeterminate"]).map(lambda value: {"allele": {"A*1": value}}),
    st.just({"condition": "c"}),
    st.sampled_from([{"at_least": 18}, {"below": 18}, {"above": 60}]).map(lambda limits: {"age": limits}),
)
CONDITIONS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        inner.map(lambda part: {"not": part}),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: {"any": parts}),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: {"all": parts}),
    ),
    max_leaves=5,
)


def environments(made: Rule) -> list[tuple[Any, ...]]:
    """Every environment of the rule, numbers at and between all cut-offs of these tests."""
    choices: list[Sequence[Any]] = []
    for subject in made.subjects:
        if subject.kind == "age":
            choices.append([Decimal(5), Decimal(18), Decimal(30), Decimal(60), Decimal(70)])
        else:
            own = list(domain(subject) or ())
            choices.append(own if subject.kind in CLOSED_WORLD else [*own, words.UNKNOWN, words.INDETERMINATE])
    return list(product(*choices))


@settings(max_examples=150, deadline=None)
@given(st.lists(CONDITIONS, min_size=1, max_size=4), st.booleans())
def test_the_proof_agrees_with_trying_everything(conditions: list[dict[str, Any]], otherwise: bool) -> None:
    made = rule(*conditions, *([{}] if otherwise else []))
    (found,) = cover(made, domain)
    cases = made.populations[0].cases
    reached, gap = set(), False
    for environment in environments(made):
        for case in cases:
            if case.condition is None and any(value in words.ANSWER_WORDS for value in environment):
                continue
            if case.test(environment):
                reached.add(case.id)
                break
        else:
            gap = True
    assert bool(found.gaps) is gap
    assert {case.id for case, _ in found.dead} == {case.id for case in cases} - reached


@pytest.mark.parametrize("cuts", [[], [Decimal(-5)], [Decimal(0), Decimal(1)]])
def test_a_number_stands_for_each_region(cuts: list[Decimal]) -> None:
    found = [value.value for value in numbers(cuts)]
    assert found == sorted(found)
    assert all(cut in found for cut in cuts)
