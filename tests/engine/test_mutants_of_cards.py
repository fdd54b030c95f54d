"""Cards and memories: written for mutants that no other test of this room noticed (TB-05, seed 9)."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from pmcds.engine import Blank, Outcome, Phrasing, judge_patient
from pmcds.engine.beside import evidence_of
from pmcds.engine.blank import Batch, Question
from pmcds.engine.compose import _how_it_came
from pmcds.engine.match import _reasons
from pmcds.model import words
from pmcds.model.answers import Answer

from .build import GENE, OTHER, PHRASES, answer, text_of
from .test_lines import simple, situation
from .test_other_sources import cards_of, of_source

NONE = answer(GENE, word="unknown", reason="no-result")


def _came(answers: tuple[Answer, ...], *shown: Any) -> str | None:
    outcome: Any = SimpleNamespace(answers=answers)
    return _how_it_came(outcome, shown)


def _verdict(cases: int, *, cautious: bool = False) -> Any:
    return SimpleNamespace(
        cautious=cautious, possible=tuple(range(cases)), population=SimpleNamespace(used=(), needs=())
    )


def test_results_that_contradict_each_other_are_told_before_anything_else() -> None:
    torn = answer(GENE, word=words.CONFLICTING, reason="conflict")
    assert _came((torn,), _verdict(2, cautious=True)) == "conflict"


def test_two_cases_that_are_possible_are_told_as_several() -> None:
    assert [_came((), _verdict(cases)) for cases in (1, 2, 3)] == [None, "several", "several"]


def test_pg80_what_stands_beside_the_card_of_an_order_is_headed_as_other_sources() -> None:
    rules = [of_source("one", alerts="poor", clears="normal"), of_source("two", alerts="normal", clears="poor")]
    _, (shown,) = cards_of(rules, answer(GENE, "poor"))
    assert [block.heading for block in shown.detail if "sees no need" in " ".join(block.lines)] == ["Other sources"]


def test_what_another_source_says_of_another_drug_is_never_told_on_a_card() -> None:
    from pmcds.engine import Situation, judge_order, rank
    from pmcds.model.findings import DrugMatch, Supply

    from .build import order, ranking

    other = replace(of_source("two", alerts="normal", clears="poor"), drugs=("drugtwo",))
    both = order(drug=DrugMatch(("drugone", "drugtwo"), systemic=True, how="code"))
    poor = answer(GENE, "poor")
    told = Situation(answers={(GENE, "germline"): poor}, orders=(), supply=Supply())
    outcomes = judge_order(both, [of_source("one", alerts="poor", clears="normal"), other], told)
    assert [outcome.outcome for outcome in outcomes] == [words.ALERT, words.CLEAR]
    (shown,) = rank(outcomes, ranking(sources=("one", "two")))
    assert "TWO" not in text_of(shown)


def _outcome(**changes: Any) -> Outcome:
    return replace(judge_patient([simple(drugs=())], situation(NONE))[0], **changes)


def test_the_memory_of_one_rule_never_grows_without_end() -> None:
    known, made = Blank(), simple(drugs=())
    for number in range(3 * Blank.MOST):
        known.keep(made, False, (answer(GENE, word="unknown", reason=f"reason-{number}"),), _outcome())
        assert len(known._known[made]) <= Blank.MOST


def test_a_line_that_was_out_of_time_or_failed_is_never_kept_for_others() -> None:
    asked: dict[Question, Answer] = {(GENE, "germline"): NONE}
    for reason in ("deadline", "internal-error"):
        batch = Batch([((GENE, "germline"),)])
        batch.keep(0, batch.answers(asked), _outcome(reason=reason))
        assert batch.outcomes(batch.answers(asked)) == [None]


def test_a_line_without_a_rule_has_no_source_of_advice_and_loses_none_of_the_others() -> None:
    lines = (_outcome(rule=None), _outcome())
    assert evidence_of(lines) == evidence_of(lines[1:]) != ()


def test_an_answer_that_gives_no_reason_counts_as_a_result_that_nobody_could_read() -> None:
    assert _reasons([Answer(OTHER, (), words.UNREADABLE)], (words.UNREADABLE,), [0]) == ("unread-result",)


def test_the_population_of_a_guideline_is_told_in_plain_words() -> None:
    named = PHRASES["populations"]
    assert named and all(Phrasing(PHRASES).population(name) == text for name, text in named.items())
