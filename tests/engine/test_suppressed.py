"""A card is never shown as decided where an earlier case is silent for a result that is on file and cannot be used."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pmcds.engine.match import judge, slot_values
from pmcds.engine.outcome import Verdict
from pmcds.model import words
from pmcds.model.answers import Answer
from pmcds.model.rules import All, Atom, Case
from tests.evidence.bundles import resources
from tests.evidence.whole import evaluated, patient

from .build import GENE, OTHER, answer, card, case, population, rule

TWO = [GENE, OTHER]
POOR, BESIDE = Atom(GENE, frozenset({"poor"})), Atom(OTHER, frozenset({"present"}))


def _cases(*, first: bool = True) -> list[Case]:
    suppressed = case("suppressed", All((POOR, BESIDE)), TWO, silent="said elsewhere")
    due = case("due", POOR, TWO, card())
    return [suppressed, due] if first else [due, suppressed]


def _verdict(*answers: Answer, first: bool = True) -> Verdict:
    built = replace(population(_cases(first=first), TWO), suppressing=frozenset({1}))
    return judge(built, answers, slot_values(rule([built], TWO), answers))


@pytest.mark.parametrize("word", [words.UNREADABLE, words.WITHHELD])
def test_what_cannot_be_used_leaves_the_card_undecided(word: str) -> None:
    verdict = _verdict(answer(GENE, "poor"), answer(OTHER, word=word, reason="no-subject"))
    assert (verdict.outcome, verdict.reason, verdict.quiet) == (words.CANNOT_TELL, "no-subject", False)
    assert verdict.case is not None
    assert verdict.case.card is not None


@pytest.mark.parametrize("word", [words.UNKNOWN, words.INDETERMINATE])
def test_what_is_not_on_file_or_does_not_cover_it_takes_no_card_away(word: str) -> None:
    assert _verdict(answer(GENE, "poor"), answer(OTHER, word=word, reason="no-result")).outcome == words.ALERT


def test_only_an_earlier_case_hushes_and_only_where_it_would_hold() -> None:
    unread = answer(OTHER, word=words.UNREADABLE, reason="no-subject")
    assert _verdict(answer(GENE, "poor"), unread, first=False).outcome == words.ALERT
    assert _verdict(answer(GENE, "poor"), answer(OTHER, "absent")).outcome == words.ALERT
    assert _verdict(answer(GENE, "poor"), answer(OTHER, "present")).outcome == words.CLEAR


LEUKEMIAS = {
    "cml": "chronic myeloid leukemia",
    "all": "B-lymphoblastic leukemia or BCR-ABL1 mixed phenotype leukemia",
}


@pytest.mark.parametrize("rule", LEUKEMIAS)
@pytest.mark.parametrize("lost", ["subject", "valueCodeableConcept"])
def test_t315i_that_cannot_be_read_is_told_beside_the_drugs_that_it_resists(rule: str, lost: str) -> None:
    bundle = patient(cancer=[LEUKEMIAS[rule]], variant={"ABL1": ["BCR::ABL1", "T315I"]}, specimen="tissue")
    wanted = f"tumor/leukemia/bcr-abl1-{rule}"
    clear = [one for one in evaluated(bundle).ledger.orders if one.rule == wanted]
    assert [one.outcome for one in clear] == ["CLEAR"]
    resources(bundle, "Observation")[1][lost] = {"text": "???"} if lost != "subject" else {}
    result = evaluated(bundle)
    line = next(one for one in result.ledger.orders if one.rule == wanted)
    assert (line.outcome, line.quiet) == ("CANNOT-TELL", False)
    shown = [card for card in result.cards if card.summary.startswith("BCR::ABL1")]
    assert len(shown) == 1
    assert any("cannot be used may change this" in text for block in shown[0].detail for text in block.lines)
