"""Genes, dates and drugs taken: written for mutants that no other test of this room noticed (TB-05, seed 9)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from pmcds.infer import conflicts, diplotype
from pmcds.infer import tables as prepared
from pmcds.infer.dates import span
from pmcds.infer.diplotype import read_diplotype
from pmcds.infer.positions import _LISTED, _text
from pmcds.infer.spelling import LONGEST
from pmcds.infer.tables import INDETERMINATE, table_of
from pmcds.model.findings import DrugMatch, Finding, Order, Reading, Source
from tests.infer.support import allele, ask, finding, genes, genotype, phenotype, tables


def test_an_order_that_is_active_is_the_evidence_of_the_drug_that_is_taken() -> None:
    source = Source("MedicationRequest/other", "/entry/1/resource")
    taken = Order(
        "MedicationRequest/other", DrugMatch(("warfarin",), systemic=True, how="code"), "active", source=source
    )
    answer = ask("medication", "warfarin", orders=(taken,), origin=None)
    assert (answer.keys, answer.sources) == (("present",), (source,))


def test_a_medication_without_a_state_is_taken_now() -> None:
    assert ask(
        "medication", "warfarin", finding("medication", "warfarin", {"since": "2025-01-01"}), origin=None
    ).keys == ("present",)


def test_pg62_an_indeterminate_phenotype_is_told_in_the_words_of_the_report() -> None:
    stated = phenotype("CYP2C19", "indeterminate", status="indeterminate", reason="indeterminate")
    (one,) = conflicts(Reading((genotype("CYP2C19", "*2/*2"), stated)), genes())
    assert one.value["between"][1] == "reported phenotype indeterminate"


def test_a_table_without_a_version_names_none() -> None:
    assert table_of(replace(genes()["CYP2C19"], versions={})).version == ""


def test_an_allele_result_that_nobody_can_read_leaves_the_asked_allele_open() -> None:
    unread = finding("allele", "HLA-B", {"locus": "HLA-B"}, status="unreadable", reason="value-unreadable")
    answer = ask("allele", "HLA-B*57:01", unread, allele("HLA-B*08:01"), allele("HLA-B*44:02"))
    assert (answer.keys, answer.reason) == ((), "value-unreadable")


def test_positions_that_allow_many_diplotypes_are_told_themselves() -> None:
    pairs = [("*1", "*2")] * (_LISTED + 1)
    told = _text(table_of(genes()["CYP2C19"]), pairs, [("rs4244285", 1, 1, ())])  # type: ignore[list-item]
    assert told == "rs4244285 heterozygous"


def test_what_is_reported_beside_alleles_of_an_own_table_is_no_evidence_of_their_meaning() -> None:
    result, stated = genotype("DPYD", "Reference/c.2846A>T"), phenotype("DPYD", "intermediate metabolizer")
    own = ask("phenotype", "DPYD@dpwg", result, stated, known=tables())
    assert (own.word, own.sources) == (None, (result.source,))


def test_the_memory_of_tables_never_grows_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prepared, "_MANY", 2)
    monkeypatch.setattr(prepared, "_TABLES", {})
    for number in range(5):
        table_of(replace(genes()["CYP2C19"], versions={"diplotypes": str(number)}))
        assert len(prepared._TABLES) <= 2


def test_a_day_without_a_zone_ends_when_it_ends_anywhere_on_earth() -> None:
    found = span("2026-01-01")
    assert found is not None
    assert (found.low, found.high) == (datetime(2025, 12, 31, 10, tzinfo=UTC), datetime(2026, 1, 2, 12, tzinfo=UTC))


def test_two_carriers_of_an_allele_are_told_one_after_the_other() -> None:
    answer = ask("allele", "CYP2C9*5", genotype("CYP2C9", "*1/*5", at="a"), genotype("CYP2C9", "*5/*5", at="b"))
    assert (answer.keys, answer.text) == (("present",), "*1/*5; *5/*5")


def test_alleles_alone_are_not_told_from_a_phenotype() -> None:
    answer = ask("diplotype", "CYP2C19", phenotype("CYP2C19", "poor metabolizer"))
    assert (answer.word, answer.reason) == ("unknown", "no-result")


def test_a_diplotype_of_several_meanings_is_told_with_each_of_them_against_a_phenotype() -> None:
    (one,) = conflicts(
        Reading((genotype("CYP2C19", "*1/*2 or *2/*2"), phenotype("CYP2C19", "rapid metabolizer"))), genes()
    )
    assert "intermediate metabolizer or poor metabolizer" in one.value["between"][0]


def test_g10_single_alleles_beside_a_diplotype_never_make_a_second_one() -> None:
    both = genotype("CYP2C19", "*1/*2")
    single = finding("haplotype", "CYP2C19", "*2")
    assert ask("diplotype", "CYP2C19", both, single).keys == ask("diplotype", "CYP2C19", both).keys


def test_one_allele_found_beside_a_diplotype_never_opens_what_the_diplotype_excludes() -> None:
    both, single = genotype("CYP2C9", "*1/*2"), finding("haplotype", "CYP2C9", "*2")
    assert ask("allele", "CYP2C9*5", both, single).keys == ("absent",)


def test_alleles_that_do_not_carry_what_is_listed_carry_nothing() -> None:
    for gene in genes().values():
        if gene.method == "presence":
            assert set(table_of(gene).group.values()) <= {"", *gene.listed_alleles}


def test_a_text_of_the_greatest_length_is_read_and_a_longer_one_never() -> None:
    table = table_of(genes()["CYP2C19"])
    text = "*1/*2".ljust(LONGEST)
    assert read_diplotype(table, text).candidates == (("*1", "*2"),)
    assert read_diplotype(table, f"{text} ").candidates == ()


def test_one_allele_among_the_alternatives_is_said_to_be_no_diplotype() -> None:
    table = table_of(genes()["CYP2C19"])
    assert read_diplotype(table, "*1/*2 or *17").problem == "one-allele"


def test_the_memory_of_diplotypes_never_grows_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diplotype, "_KNOWN", 2)
    table = prepared._build(genes()["CYP2C19"])
    for number in range(1, 9):
        read_diplotype(table, f"*1/*{number}")
    assert len(table.derived["diplotypes"]) <= 2


def test_values_of_a_test_without_a_unit_of_its_own_are_compared_in_that_of_the_first() -> None:
    def told(unit: str, value: str) -> Finding:
        number = {"quantity": Decimal(value)}
        return finding("laboratory", "nothing known", number, unit=unit, date="2026-01-01", at=unit)

    answer = ask("laboratory", "nothing known", told("mg/dL", "1"), told("mg/L", "10"))
    assert (answer.word, len(answer.keys)) == (None, 1)


def test_an_indeterminate_meaning_stands_last() -> None:
    table = table_of(genes()["CYP2C19"])
    meanings = [INDETERMINATE, *(table.meaning(pair) for pair in (("*1", "*1"), ("*2", "*2")))]
    assert sorted(meanings, key=table.place)[-1] == INDETERMINATE
