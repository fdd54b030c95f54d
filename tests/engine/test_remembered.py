"""What the phrases remember is of rules alone: nothing of a patient stays, and no card depends on it."""

from __future__ import annotations

import pickle
from dataclasses import replace

import pytest

from pmcds.engine import Outcome, Phrasing, Ranking, Situation, judge_order, phrasing, rank
from pmcds.model.answers import Answer, Subject
from pmcds.model.cards import Card
from pmcds.model.findings import Source, Supply
from pmcds.model.rules import Advice, Alternative, Atom, CardSpec, Rule
from tests.work import calls

from .build import GENE, PHRASES, Drugs, answer, case, order, population, rule

STROKE = Subject("condition", "stroke")
SEEN = Source("Observation/CANARY1", "/entry/7/resource", "/entry/7/resource", "CANARY2 Laboratory")


def _rule(name: str = "family/drugone/src") -> Rule:
    advice = Advice("avoid", (Alternative("drugtwo", (STROKE,)), Alternative("drugthree")))
    cases = [
        case("poor", Atom(GENE, frozenset({"poor"})), [GENE], CardSpec("critical", (advice,))),
        case("normal", Atom(GENE, frozenset({"normal"})), [GENE], silent="ok"),
    ]
    return rule([population(cases, [GENE])], [GENE], name=name)


def _lines(rules: list[Rule], stroke: Answer, date: str = "2026-03-02") -> tuple[Outcome, ...]:
    poor = replace(answer(GENE, "poor", date=date, text="*CANARY3/*2"), sources=(SEEN,))
    situation = Situation(
        answers={(GENE, "germline"): poor, (STROKE, "germline"): stroke, (STROKE, None): stroke},
        orders=(),
        supply=Supply(),
    )
    return judge_order(order(), rules, situation)


def _ranking(words: Phrasing) -> Ranking:
    return Ranking(words, Drugs(), sources=("src",), patient="Patient/CANARY4", snapshot="abc")  # type: ignore[arg-type]


STROKES = [
    Answer(STROKE, ("present",), sources=(Source("Condition/CANARY5", "/entry/8/resource"),)),
    Answer(STROKE, ("absent",)),
    Answer(STROKE, word="unknown", reason="not-supplied"),
]


def _cards(words: Phrasing, rules: list[Rule], stroke: Answer, **more: str) -> tuple[Card, ...]:
    return rank(_lines(rules, stroke, **more), _ranking(words))


def test_nothing_of_a_patient_is_remembered() -> None:
    words, rules = Phrasing(PHRASES), [_rule()]
    for stroke in STROKES:
        cards = _cards(words, rules, stroke)
        assert "CANARY3" in repr(cards)
    assert words._known
    assert "CANARY" not in repr(words._known)


@pytest.mark.parametrize("order_of", [STROKES, STROKES[::-1]])
def test_no_card_depends_on_what_was_remembered_of_others(order_of: list[Answer]) -> None:
    words, rules = Phrasing(PHRASES), [_rule()]
    for stroke in (*order_of, *order_of):
        for date in ("2026-03-02", "2025-01-01"):
            fresh = _cards(Phrasing(PHRASES, remember=False), rules, stroke, date=date)
            assert repr(_cards(words, rules, stroke, date=date)) == repr(fresh)


def test_an_alternative_that_one_patient_must_not_have_is_still_offered_to_the_next() -> None:
    words, rules = Phrasing(PHRASES), [_rule()]
    said = ["drugtwo" in _cards(words, rules, stroke)[0].summary for stroke in STROKES]
    assert said == [False, True, True]


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(phrasing, "REMEMBERED", 8)
    words = Phrasing(PHRASES)
    for number in range(40):
        _cards(words, [_rule(f"family/drugone/src{number}")], STROKES[1])
    assert len(words._known) <= 8


def test_nothing_is_remembered_where_it_is_switched_off() -> None:
    words = Phrasing(PHRASES, remember=False)
    _cards(words, [_rule()], STROKES[1])
    assert not words._known
    assert not pickle.loads(pickle.dumps(words))._remember


def test_what_is_remembered_does_not_travel_with_an_engine() -> None:
    words = Phrasing(PHRASES)
    _cards(words, [_rule()], STROKES[1])
    again = pickle.loads(pickle.dumps(words))
    assert not again._known
    assert again.notice("conflict") == words.notice("conflict")


def test_a_card_of_a_rule_that_spoke_before_takes_little_work() -> None:
    words, rules = Phrasing(PHRASES), [_rule()]
    outcomes, by = _lines(rules, STROKES[1]), _ranking(words)
    rank(outcomes, by)
    assert calls(lambda: rank(outcomes, by)) < 240
