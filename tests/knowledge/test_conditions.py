"""Conditions: the closures mean what the tree says, and a word is never proof."""

from __future__ import annotations

import gzip
import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pmcds.knowledge.conditions import Reader, atoms, compiled, holds, pushed
from pmcds.knowledge.scores import alleles, phenotypes, score_keys, scores_within
from pmcds.model import words
from pmcds.model.answers import Subject
from pmcds.model.genes import Gene, gene_of
from pmcds.model.rules import All, Atom, Condition, Either, Not
from tests.shared import SHARED, needs_shared

SUBJECTS = (
    Subject("phenotype", "G"),
    Subject("allele", "H"),
    Subject("condition", "c"),
    Subject("laboratory", "L"),
    Subject("age", ""),
)
PLACES = {subject: place for place, subject in enumerate(SUBJECTS)}
WORDS = sorted(words.ANSWER_WORDS)
TEXTS = ["poor", "normal", "present", "absent", *WORDS]
NUMBERS = [Decimal(number) for number in ("0", "1", "1.5", "2", "10")]

texts = st.builds(
    Atom, st.sampled_from(SUBJECTS[:3]), st.lists(st.sampled_from(TEXTS), min_size=1, max_size=3).map(frozenset)
)
limits = st.one_of(st.none(), st.sampled_from(NUMBERS))
numeric = st.builds(Atom, st.sampled_from(SUBJECTS[3:]), st.just(frozenset()), limits, limits, limits, limits).filter(
    lambda atom: atom.numeric
)
conditions: st.SearchStrategy[Condition] = st.recursive(
    st.one_of(texts, numeric),
    lambda inner: st.one_of(
        inner.map(Not),
        st.lists(inner, min_size=1, max_size=4).map(lambda parts: All(tuple(parts))),
        st.lists(inner, min_size=1, max_size=4).map(lambda parts: Either(tuple(parts))),
    ),
    max_leaves=8,
)
environments = st.tuples(
    *[st.sampled_from([*TEXTS, None])] * 3, *[st.sampled_from([*NUMBERS, *WORDS, "absent", None])] * 2
)


@settings(max_examples=400, deadline=None)
@given(conditions, environments, st.booleans())
def test_the_closure_agrees_with_the_tree(condition: Condition, environment: Any, proven: bool) -> None:
    test = compiled(condition, PLACES, proven=proven)
    assert test(environment) is holds(condition, PLACES, environment, proven=proven)


@settings(max_examples=200, deadline=None)
@given(conditions, environments)
def test_what_is_proven_holds(condition: Condition, environment: Any) -> None:
    """`proven` only takes away: a case that is proven is also reached."""
    if compiled(condition, PLACES, proven=True)(environment):
        assert compiled(condition, PLACES)(environment)


@settings(max_examples=200, deadline=None)
@given(conditions, st.sampled_from([*WORDS, None]))
def test_nothing_is_proven_by_words_alone(condition: Condition, word: str | None) -> None:
    assert not compiled(condition, PLACES, proven=True)((word,) * len(SUBJECTS))


@settings(max_examples=200, deadline=None)
@given(conditions)
def test_not_stands_in_front_of_atoms_only(condition: Condition) -> None:
    def legal(part: Condition) -> bool:
        if isinstance(part, Atom):
            return True
        if isinstance(part, Not):
            return isinstance(part.part, Atom)
        return all(legal(inner) for inner in part.parts)

    assert legal(pushed(condition))
    assert sorted(map(repr, atoms(pushed(condition)))) == sorted(map(repr, atoms(condition)))


@pytest.mark.parametrize("word", WORDS)
def test_not_over_a_result_is_false_where_the_result_is_not_known(word: str) -> None:
    gene = Not(Atom(SUBJECTS[0], frozenset({"poor"})))
    assert not compiled(gene, PLACES)((word, None, None, None, None))
    assert compiled(gene, PLACES)(("normal", None, None, None, None))
    both = Not(All((Atom(SUBJECTS[0], frozenset({"poor"})), Atom(SUBJECTS[1], frozenset({"present"})))))
    assert not compiled(both, PLACES)((word, "present", None, None, None))
    assert compiled(both, PLACES)((word, "absent", None, None, None))


def test_a_case_reached_through_a_word_is_not_proven() -> None:
    condition = Atom(SUBJECTS[0], frozenset({"poor", "unknown"}))
    assert compiled(condition, PLACES)(("unknown",))
    assert not compiled(condition, PLACES, proven=True)(("unknown",))
    assert compiled(condition, PLACES, proven=True)(("poor",))


def test_absence_of_a_drug_is_less_than_any_limit_but_text_is_not() -> None:
    """`not: {taken_for: ...}` holds for zero months; a text is no number."""
    atom = Atom(SUBJECTS[3], frozenset(), above=Decimal(3))
    assert compiled(Not(atom), PLACES)((None, None, None, Decimal(0), None))
    assert not compiled(atom, PLACES)((None, None, None, "high", None))


# Reading

GENES = {
    "G": gene_of(
        {
            "gene": "G",
            "hgnc": "HGNC:1",
            "key": "activity_score",
            "method": "sum-of-two",
            "activity_values": {"0.0": ["*4"], "0.25": ["*9"], "1.0": ["*1"], "≥3.0": ["*1x≥3"], "n/a": ["*7"]},
        }
    )
}


def read(document: dict[str, Any]) -> Condition:
    return Reader(GENES, lambda value, unit, subject: (value * 10, "dL")).condition(document)


def test_the_keys_of_a_condition_hold_together_and_a_list_is_any_of_them() -> None:
    assert read({"phenotype": {"G": ["a", "b"], "H": "c"}, "condition": ["x", "y"]}) == All(
        (
            All((Atom(Subject("phenotype", "G"), frozenset("ab")), Atom(Subject("phenotype", "H"), frozenset("c")))),
            Either(tuple(Atom(Subject("condition", name), frozenset({"present"})) for name in "xy")),
        )
    )


def test_age_is_in_years_and_time_in_months() -> None:
    assert read({"age": {"at_least": 18}}) == Atom(Subject("age", ""), at_least=Decimal(18), unit="a")
    assert read({"taken_for": {"d": {"above": 1, "unit": "a"}}}) == Atom(
        Subject("taken_for", "d"), above=Decimal(12), unit="mo"
    )


def test_limits_of_a_measurement_are_in_the_unit_of_the_answers() -> None:
    assert read({"laboratory": {"L": {"above": Decimal("1.5"), "unit": "L"}}}) == Atom(
        Subject("laboratory", "L"), above=Decimal("15.0"), unit="dL"
    )


def test_limits_of_a_score_are_the_scores_of_the_gene_that_fit() -> None:
    def scores(**limits: object) -> frozenset[str]:
        atom = read({"activity_score": {"G": limits}})
        assert isinstance(atom, Atom)
        return atom.values

    assert scores(below=1) == {"0.0", "0.25", "0.5"}
    assert scores(at_least=1, at_most=2) == {"1.0", "1.25", "2.0"}
    assert scores(at_least=3) == {"≥3.0", "≥3.25", "≥4.0", "≥6.0"}
    assert scores(above=3) == {"≥3.25", "≥4.0", "≥6.0"}
    # A score of 3 or more may be any higher one: no upper limit holds for it.
    assert scores(at_least=3, at_most=5) == frozenset()


def test_a_score_is_written_with_a_decimal() -> None:
    assert score_keys(GENES["G"])[:4] == ("0.0", "0.25", "0.5", "1.0")


@needs_shared
def test_scores_phenotypes_and_alleles_are_those_of_the_published_diplotypes() -> None:
    assert SHARED is not None
    facts = json.loads((SHARED / "data" / "pgx" / "genes.json").read_text(encoding="utf-8"))
    scores: dict[str, set[str]] = {}
    with gzip.open(SHARED / "data" / "pgx" / "diplotypes.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            if row.get("score"):
                scores.setdefault(row["gene"], set()).add(row["score"])
    for symbol, published in scores.items():
        values = {allele: value for value, names in facts[symbol]["activity_values"].items() for allele in names}
        gene = Gene(symbol, "", "activity_score", "sum-of-two", activity=values)
        assert published - {"n/a"} <= set(score_keys(gene)), symbol
        assert set(score_keys(gene)) - published <= {"≥6.0"} | set(score_keys(gene)) - published
        assert alleles(gene) == set(values)
    assert phenotypes(Gene("X", "", "phenotype", "x", phenotype_of={"a": "indeterminate", "b": "poor"})) == {"poor"}
    assert scores_within(("0.5", "1.0"), {"at_most": Decimal("0.5")}) == {"0.5"}
