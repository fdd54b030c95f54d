"""Many rules at once: an outcome comes from memory only where every answer of its rule is the one it was made by."""

from __future__ import annotations

import pickle
from dataclasses import replace
from itertools import product
from threading import Thread

from pmcds.engine import Blank, judge_patient
from pmcds.engine.blank import Batch
from pmcds.model import words
from pmcds.model.findings import Supply

from .build import GENE, OTHER, answer
from .test_lines import simple, situation

NONE = answer(GENE, word="unknown", reason="no-result")
LOST = answer(GENE, word="unreadable", reason="unread-result")
OTHER_NONE = answer(OTHER, word="unknown", reason="no-result")
RULES = [simple(drugs=(), id="one"), simple(OTHER, drugs=(), id="two"), simple(drugs=(), id="three")]


def test_what_one_rule_was_told_never_answers_for_a_rule_that_was_told_otherwise() -> None:
    known = Blank()
    of_gene = (NONE, LOST, answer(GENE, "poor"), answer(GENE, "normal"))
    of_other = (OTHER_NONE, answer(OTHER, "poor"))
    for _ in range(3):
        for one, two in product(of_gene, of_other):
            found = judge_patient(RULES, situation(one, two, known=known))
            assert found == judge_patient(RULES, situation(one, two))


def test_an_outcome_by_an_input_is_never_kept_in_a_batch() -> None:
    batch = Batch([((GENE, "germline"),)])
    seen = {(GENE, "germline"): answer(GENE, "poor")}
    outcome = judge_patient(RULES[:1], situation(answer(GENE, "poor")))[0]
    assert batch.keep(0, batch.answers(seen), outcome) is outcome
    assert batch.outcomes(batch.answers(seen)) == [None]


def test_an_answer_that_differs_from_the_kept_one_never_replaces_it_under_the_outcomes_made_by_it() -> None:
    asked = ((GENE, "germline"),)
    batch = Batch([asked, asked])
    first, second = {(GENE, "germline"): NONE}, {(GENE, "germline"): LOST}
    by_first, by_second = (judge_patient(RULES[:1], situation(one))[0] for one in (NONE, LOST))
    batch.keep(0, batch.answers(first), by_first)
    batch.keep(1, batch.answers(second), by_second)
    assert batch.outcomes(batch.answers(first)) == [by_first, None]
    assert batch.outcomes(batch.answers(second)) == [None, None]


def test_what_was_supplied_and_whether_a_tumor_is_known_tell_batches_apart() -> None:
    known = Blank()
    for _ in range(2):
        for cancer, state in product((True, False), ("supplied", "truncated", "missing")):
            more = {"cancer_known": cancer, "supply": Supply(results=state)}
            found = judge_patient(RULES, situation(NONE, OTHER_NONE, known=known, **more))
            assert found == judge_patient(RULES, situation(NONE, OTHER_NONE, **more))


def test_threads_that_share_a_memory_never_get_the_outcome_of_other_answers() -> None:
    known = Blank()
    wrong: list[object] = []

    def work(one: object) -> None:
        expected = judge_patient(RULES, situation(one, OTHER_NONE))  # type: ignore[arg-type]
        for _ in range(200):
            found = judge_patient(RULES, situation(one, OTHER_NONE, known=known))  # type: ignore[arg-type]
            if found != expected:
                wrong.append(found)

    threads = [Thread(target=work, args=(one,)) for one in (NONE, LOST, replace(NONE), answer(GENE, "poor")) * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_verdicts_from_memory_never_differ_by_reason_or_by_what_was_known_by_name_only() -> None:
    known = Blank()
    told = [
        answer(GENE, "normal"),
        replace(answer(GENE, "normal"), by_name=True),
        replace(answer(GENE, "normal"), notes=("unread-result",)),
        replace(answer(GENE, "poor", "normal"), reason="indeterminate"),
        replace(answer(GENE, word="conflicting", reason="conflict"), alternatives=("poor", "normal")),
        replace(answer(GENE, word="conflicting", reason="later-result"), alternatives=("poor", "normal")),
        NONE,
        LOST,
    ]
    for _ in range(2):
        for one in told:
            found = judge_patient(RULES[:1], situation(one, known=known))
            assert found == judge_patient(RULES[:1], situation(one))
    clear = judge_patient(RULES[:1], situation(told[0], known=known))[0]
    doubted = [judge_patient(RULES[:1], situation(one, known=known))[0].outcome for one in told[1:3]]
    assert (clear.outcome, doubted) == (words.CLEAR, [words.CANNOT_TELL] * 2)


def test_a_copy_of_a_memory_begins_anew() -> None:
    known = Blank()
    found = judge_patient(RULES, situation(NONE, OTHER_NONE, known=known))
    assert judge_patient(RULES, situation(NONE, OTHER_NONE, known=pickle.loads(pickle.dumps(known)))) == found
