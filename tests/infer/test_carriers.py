"""Single alleles: present, proven absent by both copies, or not told (PG39-PG43, A5-A12, H31)."""

from __future__ import annotations

import pytest

from tests.infer.support import allele, ask, finding, genotype, variant

B5701 = "HLA-B*57:01"


def test_pg39_an_allele_is_there_if_either_copy_has_it() -> None:
    assert ask("allele", B5701, allele("HLA-B*57:01:01:01"), allele("HLA-B*08:01")).keys == ("present",)
    assert ask("allele", B5701, allele(B5701)).keys == ("present",)


def test_pg39_absent_only_if_both_copies_are_known_and_neither_is_it() -> None:
    assert ask("allele", B5701, allele("HLA-B*08:01"), allele("HLA-B*44:02")).keys == ("absent",)
    assert ask("allele", B5701, allele("HLA-B*08:01", both=True)).keys == ("absent",)


def test_one_copy_alone_does_not_exclude_anything() -> None:
    answer = ask("allele", B5701, allele("HLA-B*08:01"))
    assert (answer.word, answer.reason) == ("unknown", "no-result")


def test_pg40_the_status_of_one_allele_says_nothing_about_another() -> None:
    negative = allele(B5701, "absent")
    assert ask("allele", B5701, negative).keys == ("absent",)
    assert ask("allele", "HLA-B*58:01", negative).reason == "no-result"
    assert ask("allele", "HLA-B*58:01").reason == "no-result"


@pytest.mark.parametrize("near", ["HLA-B*57:03", "HLA-B*57:01N", "HLA-B*57:11", "HLA-A*57:01", "HLA-B*58:01"])
def test_t31_a_similar_name_is_another_allele(near: str) -> None:
    assert ask("allele", B5701, allele(near)).keys != ("present",)


def test_h31_low_resolution_that_includes_the_allele_decides_nothing() -> None:
    low = allele("HLA-B*57", "indeterminate", reason="resolution-too-low")
    answer = ask("allele", B5701, low)
    assert (answer.word, answer.reason) == ("indeterminate", "resolution-too-low")
    assert ask("allele", B5701, low, allele("HLA-B*08:01")).reason == "resolution-too-low"


def test_h31_low_resolution_that_excludes_the_allele_excludes_it() -> None:
    low = [allele(name, "indeterminate", reason="resolution-too-low") for name in ("HLA-B*08", "HLA-B*44")]
    assert ask("allele", B5701, *low).keys == ("absent",)


def test_t29_an_ambiguous_typing_decides_nothing() -> None:
    members = [
        allele(name, "indeterminate", reason="resolution-too-low", at="gl") for name in ("HLA-B*57:01", "HLA-B*57:03")
    ]
    assert ask("allele", B5701, *members).reason == "resolution-too-low"
    assert ask("allele", B5701, *members, allele("HLA-B*08:01")).reason == "resolution-too-low"


def test_a_positive_and_a_negative_result_are_a_conflict() -> None:
    answer = ask("allele", B5701, allele(B5701, at="a"), allele(B5701, "absent", at="b"))
    assert (answer.word, answer.reason) == ("conflicting", "conflict")
    assert answer.alternatives == ("present", "absent")


def test_a_full_typing_without_the_allele_contradicts_a_positive_status() -> None:
    typing = [allele("HLA-B*08:01", both=True, at="gl"), allele("HLA-B*44:02", both=True, at="gl")]
    assert ask("allele", B5701, *typing, allele(B5701, at="status")).word == "conflicting"


def test_a8_an_older_name_without_colon_is_two_plus_two_digits() -> None:
    assert ask("allele", B5701, allele("HLA-B*5701")).keys == ("present",)


def test_an_unread_typing_of_the_locus_is_not_no_result() -> None:
    unread = finding("allele", "HLA-B", None, status="indeterminate", reason="value-unreadable")
    assert ask("allele", B5701, unread).word == "unreadable"


def test_h64_withheld_alleles_tell_nothing() -> None:
    hidden = finding("allele", "HLA-B", None, status="withheld", reason="security-label")
    assert ask("allele", B5701, hidden).word == "withheld"


def test_pg75_a_star_allele_is_asked_by_its_whole_name() -> None:
    result = genotype("CYP2C9", "*1/*5")
    assert ask("allele", "CYP2C9*5", result).keys == ("present",)
    assert ask("allele", "CYP2C9*8", result).keys == ("absent",)
    assert ask("allele", "CYP2C9*5").reason == "no-result"


def test_t69_one_stated_allele_proves_itself_and_excludes_nothing() -> None:
    one = finding("haplotype", "CYP2C9", {"allele": "*5", "as_stated": "*5"})
    assert ask("allele", "CYP2C9*5", one).keys == ("present",)
    assert ask("allele", "CYP2C9*8", one).word == "indeterminate"


def test_an_open_phase_proves_only_what_all_candidates_have() -> None:
    text = genotype("TPMT", "*1/*3A or *3B/*3C", status="indeterminate", reason="phase-ambiguous")
    assert ask("allele", "TPMT*3A", text).word == "indeterminate"
    assert ask("allele", "TPMT*2", text).keys == ("absent",)


def test_an_allele_that_the_table_lacks_does_not_prove_that_others_are_absent() -> None:
    assert ask("allele", "CYP2C9*5", genotype("CYP2C9", "*1/*76")).word != "absent"
    assert ask("allele", "CYP2C9*5", genotype("CYP2C9", "*1/*76")).keys == ()
    assert ask("allele", "CYP2C9*5", genotype("CYP2C9", "*5/*76")).keys == ("present",)


def test_pg43_a_variant_is_asked_by_the_alleles_that_carry_it() -> None:
    for name in ("*1/*3", "*4/*2", "*22/*1", "rs2108622 C/T"):
        assert ask("allele", "CYP4F2 rs2108622 T", genotype("CYP4F2", name)).keys == ("present",)
    assert ask("allele", "CYP4F2 rs2108622 T", genotype("CYP4F2", "*1/*2")).keys == ("absent",)


def test_carriers_of_a_named_variant() -> None:
    name = "F5 Factor V Leiden"
    assert ask("allele", name, genotype("F5", "rs6025 C/T")).keys == ("present",)
    assert ask("allele", name, genotype("F5", "rs6025 C/C")).keys == ("absent",)
    assert ask("allele", name, genotype("F5", "Factor V Leiden")).keys == ("present",)


def test_a_gene_without_a_file_is_no_result() -> None:
    assert ask("allele", "HLA-DRB1*13:02").reason == "no-result"


@pytest.mark.parametrize("name", ["c.1601G>A", "c.1691G>A"])
def test_a_variant_of_the_very_site_answers_for_the_allele(name: str) -> None:
    """A laboratory may report the change instead of the allele's name."""
    leiden = variant("F5", {"c": name}, source_class="germline")
    assert ask("allele", "F5 Factor V Leiden", leiden).keys == ("present",)


def test_a_variant_that_was_looked_for_and_not_found_excludes_the_allele() -> None:
    absent = variant("F5", {"c": "c.1601G>A"}, source_class="germline", status="absent")
    assert ask("allele", "F5 Factor V Leiden", absent).keys == ("absent",)


def test_another_variant_of_the_gene_says_nothing_about_the_allele() -> None:
    other = variant("F5", {"c": "c.3980A>G"}, source_class="germline")
    assert ask("allele", "F5 Factor V Leiden", other).keys == ()


def test_a_variant_against_the_genotype_is_a_conflict() -> None:
    absent = variant("F5", {"c": "c.1601G>A"}, source_class="germline", status="absent")
    carrier = genotype("F5", "rs6025 Factor V Leiden (T)/rs6025 reference (C)")
    assert ask("allele", "F5 Factor V Leiden", absent, carrier).word == "conflicting"


@pytest.mark.parametrize("unclear", ["HLA-B*57", "HLA-B*15:02"])
def test_a_result_that_may_be_the_asked_allele_is_never_excluded_by_a_full_typing(unclear: str) -> None:
    ambiguous = allele(unclear, "indeterminate", reason="resolution-too-low")
    typed = allele("HLA-B*08:01", both=True)
    assert ask("allele", B5701, typed).keys == ("absent",)
    for found in ((ambiguous,), (ambiguous, typed)):
        answer = ask("allele", B5701, *found)
        assert (answer.keys, answer.word, answer.reason) == ((), "indeterminate", "resolution-too-low")
