"""A text that says "not detected" beside the answer "present" is never a finding, and never says what was found."""

from __future__ import annotations

import pytest

from tests.tumor.support import line, tissue

LUNG = "non-small cell lung cancer"
PHRASES = [
    ("lung/egfr-uncommon", LUNG, "EGFR", "G719X"),
    ("lung/egfr-common", LUNG, "EGFR", "exon 19 deletion"),
    ("leukemia/idh2", "acute myeloid leukemia", "IDH2", "R172 mutation"),
    ("lung/alk-rearrangement", LUNG, "ALK", "rearrangement"),
    ("lung/met-exon-14-skipping", LUNG, "MET", "exon 14 skipping"),
    ("lung/kras-g12c", LUNG, "KRAS", "G12C"),
]


@pytest.mark.parametrize(("rule", "cancer", "gene", "text"), PHRASES)
@pytest.mark.parametrize("words", ["{} not detected", "{}: negative", "no {} found: absent"])
def test_a_text_that_says_not_detected_is_never_a_finding(
    rule: str, cancer: str, gene: str, text: str, words: str
) -> None:
    told = line(rule, tissue(cancer, variant={gene: [words.format(text)]}))
    assert told.startswith("CANNOT-TELL")


@pytest.mark.parametrize(("rule", "cancer", "gene", "text"), PHRASES)
def test_the_same_text_without_the_denial_is_one(rule: str, cancer: str, gene: str, text: str) -> None:
    assert line(rule, tissue(cancer, variant={gene: [text]})) == "ALERT"


@pytest.mark.parametrize(("rule", "cancer", "gene", "text"), PHRASES)
def test_the_answer_absent_still_says_what_was_not_found(rule: str, cancer: str, gene: str, text: str) -> None:
    assert line(rule, tissue(cancer, variant={f"{gene} {text}": "absent"})) != "ALERT"
