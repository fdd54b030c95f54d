"""The words and signs that laboratories write beside phenotypes, scores and diplotypes, one by one."""

from __future__ import annotations

import pytest

from pmcds.infer.diplotype import MOST, read_diplotype
from pmcds.infer.stated import read_phenotype, read_score
from pmcds.infer.tables import table_of
from tests.infer.support import genes, terms

CYP2C19, CYP2D6, DPYD = (table_of(genes()[name]) for name in ("CYP2C19", "CYP2D6", "DPYD"))


def phenotypes(text: str) -> tuple[set[str], str | None]:
    found = read_phenotype(CYP2C19, text, terms().phenotype_word)
    return {meaning.phenotype for meaning in found.meanings}, found.reason


@pytest.mark.parametrize(
    "text",
    [
        "predicted poor metabolizer", "phenotype: poor metabolizer", "status: poor metabolizer",
        "poor metabolizer status", "genotype: poor metabolizer", "gene: poor metabolizer", "CYP2C19 poor metabolizer",
        "poor metaboliser", "poor metabolizers", "Poor Metabolisers.", "predicted phenotype poor metabolizer", "PM",
    ],
)  # fmt: skip
def test_pg65_what_is_said_beside_a_phenotype_changes_nothing_of_it(text: str) -> None:
    assert phenotypes(text) == ({"poor metabolizer"}, None)


@pytest.mark.parametrize("text", ["ultra-rapid metabolizer", "ultra rapid metabolizer", "ultrarapid metabolizer", "UM"])
def test_pg65_each_spelling_of_ultrarapid_is_it(text: str) -> None:
    assert phenotypes(text) == ({"ultrarapid metabolizer"}, None)


@pytest.mark.parametrize(("word", "read"), [("likely", "likely"), ("possible", "possible"), ("probable", "likely")])
def test_pg65_a_qualified_phenotype_is_never_the_plain_one(word: str, read: str) -> None:
    found, reason = phenotypes(f"{word} poor metabolizer")
    assert "poor metabolizer" not in found
    assert found == ({f"{read} poor metabolizer"} if reason is None else set())
    assert reason is None or word == "possible"


@pytest.mark.parametrize("between", [" to ", " or ", " / ", "/", " - "])
def test_4_4_a_range_is_none_of_its_ends(between: str) -> None:
    assert phenotypes(f"poor metabolizer{between}intermediate metabolizer") == (set(), "phenotype-range")


@pytest.mark.parametrize("text", ["indeterminate", "uncertain", "unknown", "no call", "n/a", "not determined"])
def test_4_4_each_word_for_undecided_is_indeterminate_for_a_phenotype_and_a_score(text: str) -> None:
    assert phenotypes(text) == ({"indeterminate"}, None)
    assert {meaning.phenotype for meaning in read_score(CYP2D6, text).meanings} == {"indeterminate"}


@pytest.mark.parametrize(
    ("text", "score"),
    [("1", "1.0"), ("1.0", "1.0"), ("≥3", "≥3.0"), (">=3.0", "≥3.0"), ("≥ 3.0", "≥3.0"), (">3", "≥3.0")],
)
def test_pg1_a_score_keeps_its_sign(text: str, score: str) -> None:
    assert {meaning.score for meaning in read_score(CYP2D6, text).meanings} == {score}


def pairs(text: str) -> tuple[set[str], str | None]:
    found = read_diplotype(CYP2D6, text)
    return {"/".join(one) for one in found.candidates}, found.reason


@pytest.mark.parametrize(
    ("text", "possible", "reason"),
    [
        ("*1/*2", {"*1/*2"}, None), ("*1/*2 | *1/*4", {"*1/*2", "*1/*4"}, "phase-ambiguous"),
        ("*1/*2 or *1/*4", {"*1/*2", "*1/*4"}, "phase-ambiguous"),
        ("*1/*2 OR *1/*4", {"*1/*2", "*1/*4"}, "phase-ambiguous"),
        ("*1/*2x2", {"*1/*2x2"}, None), ("*1/*2X2", {"*1/*2x2"}, None), ("*1/*2x3", {"*1/*2x≥3"}, None),
        ("*1/*2x≥3", {"*1/*2x≥3"}, None), ("*1/*2xN", {"*1/*2x2", "*1/*2x≥3"}, "copy-number-unknown"),
        ("*1/*2xn", {"*1/*2x2", "*1/*2x≥3"}, "copy-number-unknown"), ("*1/*2x1", {"*1/*2"}, None),
        ("CYP2D6*1/*2", {"*1/*2"}, None), ("*2/*1", {"*1/*2"}, None),
    ],
)  # fmt: skip
def test_dn_pg20_each_sign_of_a_diplotype_is_read(text: str, possible: set[str], reason: str | None) -> None:
    assert pairs(text) == (possible, reason)


@pytest.mark.parametrize("count", ["xN", "xn", "x N", "XN", "x3", "x≥3"])
def test_t68_copies_of_nobody_knows_which_allele_leave_it_open(count: str) -> None:
    found, reason = pairs(f"(*1/*2){count}")
    assert reason == "copy-number-unknown"
    assert len(found) > 1


@pytest.mark.parametrize(
    "said", ["duplication", "dup", "gene duplication", "with duplication", "with gene duplication", "Dup"]
)
def test_pg22_a_duplication_is_never_left_out(said: str) -> None:
    found, reason = pairs(f"*1/*2 {said}")
    assert (reason, "*1/*2" in found) == ("copy-number-unknown", False)
    assert found


@pytest.mark.parametrize("said", ["heterozygous", "homozygous", "hemizygous", "Heterozygous"])
def test_dn_a_zygosity_in_parentheses_is_no_part_of_the_name(said: str) -> None:
    assert pairs(f"*1/*2 ({said})") == pairs("*1/*2")


def test_pg72_more_pairs_than_sixty_four_are_not_listed() -> None:
    assert MOST == 64
