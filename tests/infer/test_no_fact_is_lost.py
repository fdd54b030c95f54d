"""Doubts that a record raises are kept: what nobody could read, what is not dated, not named, or not certain."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from itertools import product
from typing import Any

import pytest

from pmcds.errors import InputError
from pmcds.infer import infer, phenotype
from pmcds.infer.alleles import read_allele
from pmcds.infer.blank import _SITUATIONS, MOST
from pmcds.infer.dates import later, span
from pmcds.infer.donors import by_donor
from pmcds.infer.evidence import State, worst
from pmcds.infer.methods import METHODS, NoMeaning
from pmcds.infer.tables import _MANY, table_of
from pmcds.model import words
from pmcds.model.answers import Interval, Subject
from pmcds.model.findings import Finding, InputNote, Reading, Source, Supply
from tests.infer.support import NOW, allele, ask, finding, genes, genotype, terms, variant
from tests.infer.support import phenotype as stated

UNREAD = InputNote("/entry/9/resource", "Observation/9", ignored="unreadable")


# What nobody could read


@pytest.mark.parametrize(
    ("ignored", "reason"),
    [("unreadable", "unread-result"), ("no-resource", "unread-result"), ("entry-error", "entry-error")],
)
def test_a_resource_that_nobody_could_read_may_be_the_condition_that_is_asked_for(ignored: str, reason: str) -> None:
    note = InputNote(UNREAD.site, UNREAD.resource, ignored=ignored)
    answer = ask("condition", "stroke", inputs=(note,))
    assert (answer.keys, answer.reason) == (("present", "absent"), reason)
    assert [source.resource for source in answer.sources] == ["Observation/9"]
    assert ask("phenotype", "CYP2C19", inputs=(note,)).word == words.UNREADABLE


def test_a_resource_that_was_read_or_understood_raises_no_doubt() -> None:
    told = finding("condition", "asthma", {}, at="9")
    at = replace(told, source=Source("Observation/9", UNREAD.site, UNREAD.site))
    assert ask("condition", "stroke", at, inputs=(UNREAD,)).keys == ("absent",)
    understood = InputNote(UNREAD.site, UNREAD.resource, ignored="other-patient")
    assert ask("condition", "stroke", inputs=(understood,)).keys == ("absent",)


def test_a_report_about_nothing_known_is_no_unread_resource() -> None:
    report = finding("report", None, {"row": "report"})
    assert ask("condition", "stroke", report).keys == ("absent",)
    assert ask("condition", "stroke", finding("report", None, "text")).keys == ("absent",)


def test_a_condition_that_is_not_certain_for_us_raises_a_doubt_and_a_pending_one_none() -> None:
    unclear = finding("condition", None, {}, status="indeterminate", reason="unconfirmed")
    assert ask("condition", "stroke", unclear).keys == ("absent",)
    torn = finding("condition", None, {}, status="conflicting")
    assert ask("condition", "stroke", torn).keys == ("present", "absent")


# What is not certain


@pytest.mark.parametrize(
    ("status", "keys", "reason"),
    [
        ("ignored", ("absent",), None),
        ("indeterminate", ("present", "absent"), "indeterminate"),
        ("conflicting", ("present", "absent"), "conflict"),
    ],
)
def test_a_finding_without_a_reason_counts_by_its_status(
    status: str, keys: tuple[str, ...], reason: str | None
) -> None:
    answer = ask("condition", "stroke", finding("condition", "stroke", {}, status=status))
    assert (answer.keys, answer.reason) == (keys, reason)


def test_a_conclusion_about_a_variant_that_is_missing_is_no_unread_result() -> None:
    for row in ("significance", "consequence"):
        told = finding("variant", None, {"row": row}, status="indeterminate", reason="gene-unresolved")
        assert ask("variant", "EGFR L858R", told, origin="somatic").reason == "no-result"
    told = finding("variant", None, {"row": "variant"}, status="indeterminate", reason="gene-unresolved")
    assert ask("variant", "EGFR L858R", told, origin="somatic").reason != "no-result"


def test_no_state_that_says_nothing_decides() -> None:
    nothing = (State(None, ""), finding("condition", "stroke"))
    assert worst([nothing]) is None
    assert worst([]) is None
    pending = (State(words.UNKNOWN, "result-pending"), finding("condition", "asthma"))
    assert worst([nothing, pending]) == (pending[0], (pending[1],))


def test_a_withheld_patient_is_neither_young_nor_old_nor_of_one_sex() -> None:
    hidden = finding("demographic", None, None, status="withheld", reason="withheld")
    for kind in ("age", "sex"):
        assert ask(kind, "", hidden).word == words.WITHHELD
    shown = finding("demographic", "birth_date", "1990-01-01")
    assert ask("age", "", hidden, shown).keys != ()


def test_a_withheld_drug_was_taken_for_nobody_knows_how_long() -> None:
    hidden = finding("medication", None, None, status="withheld", reason="withheld")
    answer = ask("taken_for", "carbamazepine", hidden)
    assert (answer.keys, answer.word) == ((), words.WITHHELD)


def test_a_demographic_fact_that_does_not_count_is_no_age() -> None:
    void = finding("demographic", "birth_date", "1990-01-01", status="ignored", reason="void-status")
    answer = ask("age", "", void)
    assert answer.keys == (Interval(None, None, "a"),)
    assert answer.reason == "not-supplied"


def test_only_times_in_which_a_drug_is_taken_count() -> None:
    taken = finding("medication", "carbamazepine", {"state": "current", "since": "2026-01-01"}, at="a")
    old = finding("medication", "carbamazepine", {"state": "past", "since": "2010-01-01"}, at="b")
    void = finding(
        "medication", "carbamazepine", {"since": "2010-01-01"}, at="c", status="ignored", reason="void-status"
    )
    answer = ask("taken_for", "carbamazepine", taken, old, void)
    assert answer.keys == (Interval(Decimal(5), Decimal(5), "mo"),)


# Dates


def test_an_instant_without_a_zone_may_be_that_time_anywhere_on_earth() -> None:
    found = span("2026-03-02T10:00:00")
    assert found is not None
    assert (found.low, found.high) == (datetime(2026, 3, 1, 20, tzinfo=UTC), datetime(2026, 3, 2, 22, 0, 1, tzinfo=UTC))
    assert not later("2026-03-02T20:00:00", "2026-03-02T10:00:00Z")
    assert later("2026-03-05T00:00:00", "2026-03-02T10:00:00Z")


@pytest.mark.parametrize(
    "text", ["0001-01-01T00:00:00+14:00", "9999-12-31", "2026-03-02T25:00:00Z", "2026-03-02T10:61:00Z"]
)
def test_a_date_outside_of_the_calendar_is_no_date(text: str) -> None:
    assert span(text) is None


def test_a_transplant_or_a_sample_without_a_date_may_belong_together() -> None:
    undated = finding("condition", "allogeneic stem cell transplant", {})
    result = genotype("CYP2C19", "*2/*2", date="2026-01-01", specimen="blood")
    kept = by_donor(Reading((undated, result)), genes(), terms(), NOW)
    assert isinstance(kept, Reading)


# Alleles


def test_one_copy_of_an_allele_is_that_allele() -> None:
    answer = ask("diplotype", "CYP2D6", genotype("CYP2D6", "*1x1/*4"))
    assert answer.keys == ("*1/*4",)


def test_copies_over_both_alleles_of_which_one_is_unknown_are_unknown() -> None:
    answer = ask("activity_score", "CYP2D6", genotype("CYP2D6", "*1/*999 x3"))
    assert (answer.word, answer.reason) == (words.UNREADABLE, "unknown-allele")
    assert ask("activity_score", "CYP2D6", genotype("CYP2D6", "(*1/*999)xN")).word == words.UNREADABLE


def test_of_several_variants_on_one_copy_an_unknown_one_makes_the_copy_unknown() -> None:
    read = read_allele(table_of(genes()["DPYD"]), "c.1905+1G>A (*2A); c.9999A>G")
    assert read is not None and (read.options, read.unknown) == ((), "c.9999A>G")
    answer = ask("phenotype", "DPYD", genotype("DPYD", "c.2846A>T; c.9999A>G/Reference"))
    assert answer.word == words.UNREADABLE


def test_words_that_are_no_alleles_are_not_told_as_unknown_alleles() -> None:
    answer = ask("phenotype", "DPYD", genotype("DPYD", "abc/def"))
    assert (answer.word, answer.reason) == (words.UNREADABLE, "value-unreadable")
    answer = ask("phenotype", "DPYD", genotype("DPYD", "c.9999A>G/Reference"))
    assert answer.reason == "unknown-allele"


def test_an_unknown_allele_alone_leaves_the_gene_unreadable() -> None:
    one = finding("haplotype", "CYP2C19", {"allele": "*999"})
    assert ask("phenotype", "CYP2C19", one).word == words.UNREADABLE
    assert ask("diplotype", "CYP2C19", one).keys == ()


@pytest.mark.parametrize("sex", ["male", "female", None])
def test_an_unknown_allele_of_an_x_linked_gene_is_unknown_in_either_sex(sex: str | None) -> None:
    facts = () if sex is None else (finding("demographic", "sex", sex),)
    answer = ask("phenotype", "G6PD", genotype("G6PD", "Nosuch allele/B (reference)"), *facts)
    assert answer.word == words.UNREADABLE


def test_an_allele_result_without_a_name_adds_nothing_and_is_told() -> None:
    nameless = finding("haplotype", "CYP2C9", {"value": 1}, at="x")
    one = finding("haplotype", "CYP2C9", {"allele": "*2"}, at="y")
    two = finding("haplotype", "CYP2C9", {"allele": "*3"}, at="z")
    assert ask("activity_score", "CYP2C9", one, two).keys == ("0.5",)
    assert ask("activity_score", "CYP2C9", nameless, one, two).keys == ("0.5",)
    assert ask("activity_score", "CYP2C9", nameless).word == words.UNREADABLE


def test_three_different_alleles_of_which_none_can_be_read_give_nothing() -> None:
    strange = [finding("haplotype", "CYP2C9", {"allele": name}) for name in ("one", "two", "three")]
    assert ask("phenotype", "CYP2C9", *strange).word == words.UNREADABLE
    assert ask("phenotype", "CYP2C9", *strange[:2]).word == words.UNREADABLE


def test_a_carried_allele_beside_a_result_without_it_is_a_contradiction() -> None:
    with_it, without = genotype("CYP2C9", "*1/*3", at="a"), genotype("CYP2C9", "*1/*1", at="b")
    answer = ask("allele", "CYP2C9*3", with_it, without)
    assert (answer.word, answer.reason, answer.alternatives) == (words.CONFLICTING, "conflict", ("present", "absent"))
    assert len(answer.sources) == 2


def test_a_typed_allele_that_is_no_name_is_never_answered() -> None:
    answer = ask("allele", "HLA-B*", allele("HLA-B*57:01"))
    assert answer.keys == ()


def test_a_phenotype_alone_says_nothing_about_the_alleles() -> None:
    answer = ask("diplotype", "CYP2C19", stated("CYP2C19", "poor metabolizer"))
    assert (answer.word, answer.reason, answer.sources) == (words.UNKNOWN, "no-result", ())


def test_two_diplotypes_of_which_one_has_an_unknown_allele_are_never_told_as_one() -> None:
    answer = ask("diplotype", "CYP2C19", genotype("CYP2C19", "*1/*2"), genotype("CYP2C19", "*1/*999"))
    assert (answer.word, answer.reason) == (words.UNREADABLE, "unknown-allele")


# Tables and memory


def test_two_alleles_that_no_method_can_add_up_are_refused() -> None:
    known = genes()
    for name in ("sum-of-two", "two-lowest", "two-most-severe", "function-pair"):
        gene = next(gene for gene in known.values() if gene.method == name)
        values = list({**dict.fromkeys(gene.activity.values()), **dict.fromkeys(gene.functions.values())})
        with pytest.raises(NoMeaning, match="alleles are needed"):
            METHODS[name](gene, values[:1])


def test_a_score_without_a_phenotype_is_refused() -> None:
    gene = next(gene for gene in genes().values() if gene.method == "sum-of-two")
    gap = replace(gene, scores=gene.scores[:1])
    with pytest.raises(NoMeaning, match="no phenotype"):
        METHODS["sum-of-two"](gap, ["9.0", "9.0"])


def test_a_diplotype_that_the_method_cannot_read_is_refused_by_name() -> None:
    with pytest.raises(InputError) as refused:
        phenotype(genes()["CYP2C19"], "*2")
    assert refused.value.code == "not-a-diplotype"


def test_the_memory_of_tables_never_gives_the_table_of_another_gene() -> None:
    one = genes()["CYP2C19"]
    first = table_of(one)
    for _ in range(_MANY + 1):
        copy = replace(one)
        assert table_of(copy).gene is copy
    again = table_of(one)
    assert again.gene is one and again.meaning(("*1", "*2")) == first.meaning(("*1", "*2"))


def test_the_memory_of_blank_answers_keeps_no_more_than_its_share_and_nothing_of_a_patient() -> None:
    blank: Any = {}
    subjects = [(Subject("biomarker", f"marker {number}"), "somatic") for number in range(MOST + 1)]
    infer(Reading(), subjects, genes=genes(), terms=terms(), now=NOW, blank=blank)
    assert all(0 < len(known) <= MOST for known in blank.values())
    blank = {}
    told = Finding("condition", "stroke", {}, finding("condition", "x").source)
    asked = [(Subject("condition", "stroke"), None)]
    infer(Reading((told,)), asked, genes=genes(), terms=terms(), now=NOW, blank=blank)
    assert not any(blank.values())


def test_what_was_sent_of_one_patient_never_answers_for_another_however_many_there_are() -> None:
    blank: Any = {}
    states = ("supplied", "missing", "error", "truncated")
    asked = [(Subject("condition", "stroke"), None), (Subject("biomarker", "MSI"), "somatic")]
    for _ in range(2):
        for one, two, three in product(states, repeat=3):
            reading = Reading(supply=Supply(results=one, conditions=two, allergies=three))
            found = infer(reading, asked, genes=genes(), terms=terms(), now=NOW, blank=blank)
            assert found == infer(reading, asked, genes=genes(), terms=terms(), now=NOW)
    assert 0 < len(blank) <= _SITUATIONS


def test_a_further_situation_takes_no_other_from_the_memory() -> None:
    blank: Any = {}
    asked = [(Subject("condition", "stroke"), None)]
    for state in ("supplied", "missing", "error"):
        infer(Reading(supply=Supply(conditions=state)), asked, genes=genes(), terms=terms(), now=NOW, blank=blank)
    assert len(blank) == 3


def test_a_word_of_the_question_that_was_read_about_is_never_answered_from_memory() -> None:
    blank: Any = {}
    questions = [
        (Subject("biomarker", "EGFR expression"), "somatic"),
        (Subject("variant", "EGFR amplification"), "somatic"),
    ]
    told = variant("EGFR", {"p": "L858R"})
    for reading in (Reading(), Reading((told,))):
        found = infer(reading, questions, genes=genes(), terms=terms(), now=NOW, blank=blank)
        fresh = infer(reading, questions, genes=genes(), terms=terms(), now=NOW)
        assert found == fresh
    aside = finding("genotype", "EGFR", "*1/*1")
    found = infer(Reading((aside,)), questions[:1], genes=genes(), terms=terms(), now=NOW, blank=blank)
    assert found[questions[0]].word is not None


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("2026-03-02T10:00Z", "2026-03-02T10:00:00", "2026-03-02T10:01:00"),
        ("2026-03-02T10:00:30Z", "2026-03-02T10:00:30", "2026-03-02T10:00:31"),
        ("2026-03-02T10:00:60Z", "2026-03-02T10:00:59", "2026-03-02T10:01:00"),
        ("2026-03-02T10:00:59Z", "2026-03-02T10:00:59", "2026-03-02T10:01:00"),
        ("2026-03-02T10:00:00+05:30", "2026-03-02T04:30:00", "2026-03-02T04:30:01"),
        ("2026-03-02T10:00:00-05:30", "2026-03-02T15:30:00", "2026-03-02T15:30:01"),
    ],
)
def test_an_instant_lasts_as_long_as_it_is_told_exactly(text: str, low: str, high: str) -> None:
    found = span(text)
    assert found is not None
    assert [one.replace(tzinfo=None).isoformat() for one in found] == [low, high]


def test_h35_a_measurement_that_only_its_laboratory_names_may_be_any_analyte() -> None:
    told = {"quantity": Decimal(5)}
    named = finding("laboratory", "K serum", told, status="indeterminate", reason="uncoded-result")
    answer = ask("laboratory", "potassium", named)
    assert (answer.word, answer.keys) == (words.UNREADABLE, ())
    assert ask("phenotype", "CYP2C19", named).reason == "no-result"
