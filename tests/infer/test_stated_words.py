"""Phenotypes and scores as laboratories state them: read whole, or not at all; never folded into a stronger one."""

from __future__ import annotations

import pytest

from pmcds.infer.spelling import LONGEST
from pmcds.infer.stated import read_phenotype, read_score
from pmcds.infer.tables import INDETERMINATE, table_of
from pmcds.model import words
from tests.infer.support import ask, finding, genes, phenotype, score, tables, terms

TABLE = table_of(genes()["CYP2C19"])


def read(text: str) -> tuple[tuple[str, ...], str | None]:
    stated = read_phenotype(TABLE, text, terms().phenotype_word)
    return tuple(dict.fromkeys(meaning.phenotype for meaning in stated.meanings)), stated.reason


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Poor metabolizer", "poor metabolizer"),
        ("CYP2C19 Poor Metaboliser", "poor metabolizer"),
        ("Predicted phenotype: Ultra-rapid metabolizer.", "ultrarapid metabolizer"),
        ("likely poor metabolizer", "likely poor metabolizer"),
        ("probable poor metabolizer", "likely poor metabolizer"),
        ("Likely intermediate metabolizer", "likely intermediate metabolizer"),
    ],
)
def test_pg65_the_words_of_a_laboratory_are_read_as_the_term_that_they_state(text: str, told: str) -> None:
    assert read(text) == ((told,), None)


@pytest.mark.parametrize("text", ["Indeterminate", "uncertain", "Unknown", "no call", "N/A", "not determined"])
def test_what_the_laboratory_leaves_open_is_indeterminate_and_never_normal(text: str) -> None:
    assert read(text) == ((INDETERMINATE.phenotype,), None)
    assert read_score(TABLE, text).meanings == (INDETERMINATE,)
    answer = ask("phenotype", "CYP2C19", phenotype("CYP2C19", text))
    assert answer.word == words.INDETERMINATE


def test_pg3_likely_is_never_read_as_the_plain_phenotype() -> None:
    for text in ("likely poor metabolizer", "possible poor metabolizer", "probable poor metabolizer"):
        meanings, _ = read(text)
        assert "poor metabolizer" not in meanings


def test_a_qualifier_before_what_is_no_term_is_not_readable() -> None:
    assert read("likely something") == ((), "value-unreadable")
    assert read("possible normal metabolizer")[1] == "term-not-of-gene"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Intermediate to poor metabolizer", "phenotype-range"),
        ("poor metabolizer or intermediate metabolizer", "phenotype-range"),
        ("poor metabolizer/normal metabolizer", "phenotype-range"),
        ("one thing or another", "value-unreadable"),
        ("nothing that is known", "value-unreadable"),
        ("poor function", "term-not-of-gene"),
    ],
)
def test_a_range_or_words_of_another_gene_are_told_as_such(text: str, reason: str) -> None:
    assert read(text) == ((), reason)
    assert ask("phenotype", "CYP2C19", phenotype("CYP2C19", text)).keys == ()


def test_a_text_that_is_too_long_is_never_searched() -> None:
    assert read("poor metabolizer" + " " * LONGEST) == ((), "value-unreadable")
    assert read("poor metabolizer".ljust(LONGEST)) == (("poor metabolizer",), None)


def test_words_and_scores_that_leave_several_keys_open_give_every_one_of_them() -> None:
    known = next(gene for gene in tables().values() if gene.extra.get("stands_for"))
    table = table_of(known)
    for text, keys in known.extra["stands_for"].items():
        read_as = read_score(table, text) if text[0].isdigit() else read_phenotype(table, text, lambda word: None)
        assert [meaning.phenotype for meaning in read_as.meanings] == [
            meaning.phenotype for meaning in table.all_meanings() if meaning.phenotype in keys
        ]
        assert len(read_as.meanings) == len(keys)


def test_the_words_that_a_gene_file_lists_are_read_as_its_terms() -> None:
    listed = [(gene, text, term) for gene in genes().values() for text, term in gene.words.items()]
    assert listed
    for gene, text, term in listed:
        stated = read_phenotype(table_of(gene), text, terms().phenotype_word)
        if term == "indeterminate":
            assert stated.meanings == (INDETERMINATE,)
        elif term in table_of(gene).phenotypes:
            assert {meaning.phenotype for meaning in stated.meanings} == {term}


def test_indeterminate_in_the_words_of_the_terms_is_indeterminate() -> None:
    stated = read_phenotype(TABLE, "something", lambda text: "indeterminate")
    assert stated.meanings == (INDETERMINATE,)


@pytest.mark.parametrize(
    ("text", "told"), [("0.5", "0.5"), ("2", "2.0"), ("≥3.0", "≥3.0"), (">3.0", "≥3.0"), ("1.50", "1.5")]
)
def test_pg1_a_score_is_read_with_its_sign(text: str, told: str) -> None:
    stated = read_score(table_of(genes()["CYP2D6"]), text)
    assert [meaning.score for meaning in stated.meanings] == [told]


@pytest.mark.parametrize("text", ["0.7", "<1", "1 or 2", "one", "-1", "9999"])
def test_pg69_a_score_that_the_gene_does_not_have_is_not_read(text: str) -> None:
    assert read_score(table_of(genes()["CYP2D6"]), text).reason == "value-unreadable"
    assert ask("activity_score", "CYP2D6", score("CYP2D6", text)).word == words.UNREADABLE


def test_a_result_without_any_text_is_not_readable() -> None:
    for kind in ("genotype", "phenotype", "activity_score"):
        answer = ask("phenotype", "CYP2D6", finding(kind, "CYP2D6", {"value": 1}))
        assert (answer.word, answer.reason) == (words.UNREADABLE, "value-unreadable")


@pytest.mark.parametrize("text", ["poor metabolizerx", "xpoor metabolizer", "poor metabolizer x", "a poor metabolizer"])
def test_a_word_with_anything_more_in_it_is_never_read_as_the_term(text: str) -> None:
    assert read(text) == ((), "value-unreadable")
