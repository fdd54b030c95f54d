"""From allele names to a phenotype, a score and a key: one test for each trap of the reference document."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmcds.errors import InputError
from pmcds.infer import METHODS
from pmcds.infer import phenotype as phenotype_of
from pmcds.infer.diplotype import read_diplotype
from pmcds.infer.phenotype import meanings_of
from pmcds.infer.tables import table_of
from pmcds.model.results import GeneResult
from tests.infer.support import genes


def result(gene: str, diplotype: str) -> GeneResult:
    return phenotype_of(genes()[gene], diplotype)


def key(gene: str, diplotype: str) -> str:
    return result(gene, diplotype).lookup_key


def refused(gene: str, diplotype: str) -> str:
    with pytest.raises(InputError) as caught:
        result(gene, diplotype)
    return caught.value.code


def possible(gene: str, text: str) -> set[str]:
    table = table_of(genes()[gene])
    return {table.key(meaning) for meaning in meanings_of(table, read_diplotype(table, text))}


def test_pg1_a_score_has_at_least_one_decimal_and_the_sign_of_the_table() -> None:
    assert result("CYP2D6", "*1/*4").activity_score == "1.0"
    assert result("CYP2D6", "*1x≥3/*4").activity_score == "≥3.0"
    for sign in (">=", "=>", "&ge;", "\u2a7e"):
        assert result("CYP2D6", f"*1x{sign}3/*4").activity_score == "≥3.0"


def test_pg3_n_a_and_indeterminate_are_one_meaning_with_the_key_of_the_table() -> None:
    found = result("CYP2D6", "*1/*22")
    assert (found.phenotype, found.activity_score, found.lookup_key) == ("indeterminate", None, "n/a")
    assert key("CYP2C19", "*1/*12") == "indeterminate"


def test_pg3_likely_phenotypes_are_values_of_their_own() -> None:
    assert key("CYP2C19", "*2/*9") == "likely poor metabolizer"


def test_pg6_the_table_and_its_date_come_with_the_result() -> None:
    assert result("CYP2C19", "*1/*2").version == "CPIC diplotype table, 2026-10-11"


@pytest.mark.parametrize(
    ("gene", "diplotype", "wanted"),
    [
        ("TPMT", "*1/*5", "intermediate metabolizer"),
        ("TPMT", "*8/*3A", "intermediate metabolizer"),
        ("TPMT", "*8/*8", "intermediate metabolizer"),
        ("TPMT", "*1/*8", "normal metabolizer"),
        ("NUDT15", "*1/*5", "normal metabolizer"),
        ("NUDT15", "*3/*5", "poor metabolizer"),
        ("NUDT15", "*5/*5", "intermediate metabolizer"),
    ],
)
def test_pg8_the_tables_are_those_after_the_change_of_2026(gene: str, diplotype: str, wanted: str) -> None:
    assert key(gene, diplotype) == wanted


def test_pg8_a_sub_allele_of_nudt15_is_shown_under_its_present_name() -> None:
    found = result("NUDT15", "*1/*2")
    assert found.diplotype == "*1/*3"
    assert found.notes == ("read *2 as *3",)


def test_pg9_only_the_pair_table_decides_what_decreased_means() -> None:
    assert key("TPMT", "*8/*2") == "intermediate metabolizer"
    assert key("NUDT15", "*5/*3") == "poor metabolizer"


@pytest.mark.parametrize(
    ("gene", "stated", "present"),
    [
        ("SLCO1B1", "*1A/*1B", "*1/*37"),
        ("SLCO1B1", "*17/*46", "*15/*45"),
        ("SLCO1B1", "*45.001/*45.002", "*45/*45"),
        ("CYP2D6", "*57/*1", "*1/*36"),
        ("CYP2B6", "*16/*1", "*1/*18"),
        ("CYP2C19", "*1A/*1B", "*1/*38"),
        ("G6PD", "Telti/Kobe", "Telti, Kobe"),
        ("MT-RNR1", "m.930A>G", "m.930G>A"),
    ],
)
def test_pg11_names_that_moved_are_read_and_noted(gene: str, stated: str, present: str) -> None:
    found = result(gene, stated)
    assert found.diplotype == present
    assert found.notes


@pytest.mark.parametrize("removed", ["*3", "*7", "*12", "*13", "*38"])
def test_pg11_names_that_were_removed_have_no_successor(removed: str) -> None:
    assert refused("SLCO1B1", f"*1/{removed}") == "unknown-allele"


@pytest.mark.parametrize("variant", ["c.1209C>G", "c.7522C>G", "c.14387A>G", "c.14693T>C"])
def test_pg12_variants_that_older_tables_called_associated_are_uncertain(variant: str) -> None:
    assert key("RYR1", f"Reference/{variant}") == "uncertain susceptibility"


@pytest.mark.parametrize(
    ("gene", "stated", "wanted"),
    [
        ("CYP2C19", "CYP2C19*2/*17", "*2/*17"),
        ("CYP2C19", "CYP2C19 *2 / CYP2C19 *17", "*2/*17"),
        ("CYP2D6", "CYP2D6_*1/*1", "*1/*1"),
        ("CYP2D6", '"CYP2D6*4.024 / *1.001"', "*1/*4"),
        ("CYP2D6", "*36 + *10/*10", "*10/*36+*10"),
        ("CYP2D6", "*10/*68+*4", "*10/*68+*4"),
        ("UGT1A1", "*80 + *28/*1", "*1/*80+*28"),
        ("TPMT", "*3a/*1", "*1/*3A"),
        ("DPYD", "*1/*2A", "c.1905+1G>A (*2A)/Reference"),
        ("DPYD", "c.1905+1G>A/Reference", "c.1905+1G>A (*2A)/Reference"),
        ("DPYD", "WT/HapB3", "c.1129-5923C>G, c.1236G>A (HapB3)/Reference"),
        ("CYP2C19", "\u22172/\u22172", "*2/*2"),
    ],
)
def test_pg13_spellings_of_one_diplotype_lead_to_one_form(gene: str, stated: str, wanted: str) -> None:
    assert result(gene, stated).diplotype == wanted


@pytest.mark.parametrize(
    ("gene", "unknown"),
    [("CYP2B6", "*50"), ("CYP2C19", "*40"), ("CYP2C9", "*76"), ("CYP2D6", "*150"), ("NAT2", "*70"), ("CYP3A4", "*2")],
)
def test_pg14_an_allele_without_a_function_is_named_and_never_indeterminate(gene: str, unknown: str) -> None:
    with pytest.raises(InputError) as caught:
        result(gene, f"*1/{unknown}")
    assert caught.value.code == "unknown-allele"
    assert unknown in caught.value.message
    assert table_of(genes()[gene]).version in caught.value.message


def test_pg15_membership_is_by_whole_name() -> None:
    assert refused("TPMT", "*1/*100") == "unknown-allele"
    assert key("TPMT", "*10/*10") == "poor metabolizer"


def test_pg16_one_allele_is_no_diplotype() -> None:
    assert refused("CYP2C19", "*2") == "not-a-diplotype"


@pytest.mark.parametrize(
    ("diplotype", "score", "phenotype"),
    [
        ("*1/*4", "1.0", "intermediate metabolizer"),
        ("*1/*41", "1.25", "normal metabolizer"),
        ("*4/*10", "0.25", "intermediate metabolizer"),
        ("*1x2/*4", "2.0", "normal metabolizer"),
        ("*1x2/*9", "2.25", "normal metabolizer"),
        ("*1x2/*17", "2.5", "ultrarapid metabolizer"),
        ("*1x4/*4", "≥3.0", "ultrarapid metabolizer"),
        ("*36+*10/*10", "0.5", "intermediate metabolizer"),
        ("*1x≥3/*10", "≥3.25", "ultrarapid metabolizer"),
        ("*1x≥3/*2x≥3", "≥6.0", "ultrarapid metabolizer"),
    ],
)
def test_pg17_pg18_sums_of_two_values(diplotype: str, score: str, phenotype: str) -> None:
    found = result("CYP2D6", diplotype)
    assert (found.activity_score, found.phenotype) == (score, phenotype)


def test_pg17_one_allele_without_a_value_makes_the_pair_indeterminate() -> None:
    assert key("CYP2D6", "*4/*22") == "n/a"
    assert key("CYP2C9", "*1/*7") == "n/a"


@pytest.mark.parametrize(
    ("diplotype", "score"), [("*2/*2", "1.0"), ("*1/*3", "1.0"), ("*1/*2", "1.5"), ("*2/*3", "0.5")]
)
def test_pg18_the_second_scored_gene_has_its_own_limits(diplotype: str, score: str) -> None:
    wanted = "poor metabolizer" if score == "0.5" else "intermediate metabolizer"
    assert (result("CYP2C9", diplotype).activity_score, result("CYP2C9", diplotype).phenotype) == (score, wanted)


@pytest.mark.parametrize(
    ("allele", "score"),
    [
        ("*9", "0.25"), ("*10", "0.25"), ("*41", "0.25"), ("*41x3", "0.75"), ("*36+*10", "0.25"), ("*9x2", "0.5"),
        ("*10x2", "0.5"), ("*41x2", "0.5"), ("*17x2", "1.0"), ("*29x2", "1.0"), ("*4x≥3", "0.0"),
    ],
)  # fmt: skip
def test_pg19_values_that_other_tools_get_wrong(allele: str, score: str) -> None:
    assert result("CYP2D6", f"{allele}/*5").activity_score == score


def test_pg20_three_or_more_copies_only_where_the_table_lists_them() -> None:
    assert result("CYP2D6", "*2x5/*5").diplotype == "*2x≥3/*5"
    assert result("CYP2D6", "*41x3/*5").diplotype == "*5/*41x3"
    assert refused("CYP2D6", "*41x4/*5") == "unknown-allele"
    assert refused("CYP2D6", "*9x3/*5") == "unknown-allele"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("*1xN/*4", {"2.0", "≥3.0"}), ("*2xN/*2", {"3.0", "≥4.0"}), ("*4xN/*1", {"1.0"}), ("*3xN/*1", {"1.0"}),
        ("*35xN/*1", {"3.0"}), ("*36xN/*1", {"1.0"}), ("*43xN/*1", {"n/a"}),
    ],
)  # fmt: skip
def test_pg21_an_unknown_copy_number_is_a_set(text: str, wanted: set[str]) -> None:
    assert possible("CYP2D6", text) == wanted


def test_pg21_a_set_that_does_not_agree_is_refused_by_its_reason() -> None:
    assert refused("CYP2D6", "*1/*2xN") == "copy-number-unknown"
    assert key("CYP2D6", "*4xN/*1") == "1.0"


@pytest.mark.parametrize("text", ["*1/*41 duplication", "*1/*41 dup", "(*1/*41)x3"])
def test_pg22_an_unassigned_duplication_is_the_set_over_both_alleles(text: str) -> None:
    assert possible("CYP2D6", text) == {"2.25", "1.5"}
    assert refused("CYP2D6", text) == "copy-number-unknown"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("*2A/c.2846A>T", "0.5"), ("[c.1905+1G>A (*2A) + c.2846A>T]/Reference", "1.0"), ("*9A/c.2846A>T", "1.5"),
        ("HapB3/HapB3", "1.0"), ("c.2846A>T/c.2846A>T", "1.0"), ("Reference/Reference", "2.0"),
    ],
)  # fmt: skip
def test_pg24_pg27_the_two_lowest_values_and_the_lowest_of_one_strand(text: str, wanted: str) -> None:
    assert result("DPYD", text).activity_score == wanted


@pytest.mark.parametrize(
    ("gene", "diplotype", "wanted"),
    [
        ("CYP2C19", "*17/*2", "intermediate metabolizer"),
        ("CYP2C19", "*1/*9", "likely intermediate metabolizer"),
        ("CYP2C19", "*9/*17", "likely intermediate metabolizer"),
        ("CYP2C19", "*9/*9", "likely intermediate metabolizer"),
        ("CYP2C19", "*2/*9", "likely poor metabolizer"),
        ("CYP2C19", "*38/*38", "normal metabolizer"),
        ("CYP2B6", "*1/*4", "rapid metabolizer"),
        ("CYP2B6", "*4/*4", "ultrarapid metabolizer"),
        ("CYP2B6", "*6/*6", "poor metabolizer"),
        ("CYP3A5", "*1/*9", "possible intermediate metabolizer"),
        ("TPMT", "*3A/*9", "possible intermediate metabolizer"),
        ("TPMT", "*1/*9", "indeterminate"),
        ("UGT1A1", "*1/*36", "normal metabolizer"),
        ("UGT1A1", "*28/*36", "intermediate metabolizer"),
        ("NAT2", "*4/*5", "intermediate metabolizer"),
        ("ABCG2", "rs2231142 variant (T)/rs2231142 variant (T)", "poor function"),
    ],
)
def test_pg28_function_pairs(gene: str, diplotype: str, wanted: str) -> None:
    assert key(gene, diplotype) == wanted


def test_pg29_uncertain_beside_anything_is_what_the_table_says() -> None:
    assert key("SLCO1B1", "*5/*19") == "possible decreased function"
    assert key("SLCO1B1", "*1/*19") == "indeterminate"


def test_pg30_increased_beside_no_function_is_decreased() -> None:
    assert key("SLCO1B1", "*5/*14") == "decreased function"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("A- 202A_376G", "deficient"), ("B (reference)", "normal"), ("B (reference)/A- 202A_376G", "variable"),
        ("Mediterranean/Mediterranean", "deficient"), ("Aachen/Aachen", "deficient with cnsha"), ("Gond/A",
        "indeterminate"),
    ],
)  # fmt: skip
def test_pg32_one_or_two_x_copies(text: str, wanted: str) -> None:
    assert key("G6PD", text) == wanted


def test_pg34_labels_with_blanks_commas_and_slashes_are_split_where_two_known_ones_are_left() -> None:
    long = "Mediterranean, Dallas, Panama, Sassari, Cagliari, Birmingham"
    assert result("G6PD", f"{long}/Union,Maewo, Chinese-2, Kalo").diplotype == f"{long}/Union,Maewo, Chinese-2, Kalo"
    assert result("G6PD", "Telti/Kobe/A").diplotype == "A/Telti, Kobe"
    assert key("G6PD", "Mediterranean Haplotype") == "deficient"
    assert refused("G6PD", "Atlantis/A") == "unknown-allele"


@pytest.mark.parametrize("text", ["1555A>G", "m.1555A>G", "MT-RNR1 m.1555A>G"])
def test_pg36_the_prefix_of_a_mitochondrial_variant_may_be_missing(text: str) -> None:
    assert key("MT-RNR1", text) == "increased risk of aminoglycoside-induced hearing loss"


def test_pg36_of_several_variants_on_one_copy_the_most_severe_counts() -> None:
    assert key("MT-RNR1", "m.827A>G + m.1555A>G") == "increased risk of aminoglycoside-induced hearing loss"
    assert key("MT-RNR1", "m.827A>G; m.663A>G") == "uncertain risk of aminoglycoside-induced hearing loss"


def test_pg37_a_combined_name_is_one_allele() -> None:
    assert key("UGT1A1", "*1/*80") == "indeterminate"
    assert key("UGT1A1", "*1/*80+*28") == "intermediate metabolizer"


def test_pg39_a_typing_gives_the_status_of_every_listed_allele() -> None:
    found = result("HLA-B", "HLA-B*57:01:01:01/HLA-B*08:01")
    assert "*57:01 positive" in found.phenotype
    assert "*58:01 negative" in found.phenotype
    assert key("HLA-B", "*57:01 positive") == "*57:01 positive"


@pytest.mark.parametrize("text", ["B*57/B*08:01", "*57:01", "57/08"])
def test_pg39_low_resolution_types_nothing(text: str) -> None:
    assert refused("HLA-B", text) in ("unknown-allele", "not-a-diplotype")


def test_pg43_the_variant_counts_not_the_star_name() -> None:
    for carrier in ("*3", "*4", "*22"):
        assert key("CYP4F2", f"*1/{carrier}") == "rs2108622 T positive"
    assert key("CYP4F2", "*1/*2") == "rs2108622 T negative"


def test_pg44_pg45_one_listed_variant_is_enough() -> None:
    assert key("CFTR", "G551D/ivacaftor non-responsive CFTR sequence") == "ivacaftor responsive in cf patients"
    assert key("RYR1", "c.103T>C/Reference") == "malignant hyperthermia susceptibility"
    assert key("CACNA1S", "c.520C>T/c.3257G>A") == "malignant hyperthermia susceptibility"
    assert key("RYR1", "Reference/Reference") == "uncertain susceptibility"


def test_pg53_research_names_are_not_in_the_table() -> None:
    assert refused("CYP2C19", "[*2 + *17]/*1") == "unknown-allele"
    assert refused("CYP2C19", "*1/g.94781859G>A") == "unknown-allele"


def test_a_gene_without_a_table_says_so() -> None:
    assert refused("IFNL3", "rs12979860 reference (C)/rs12979860 variant (T)") == "no-phenotype-table"


def test_two_or_more_candidates_are_usable_only_if_they_mean_the_same() -> None:
    assert key("CYP2C19", "*1/*2 or *1/*3") == "intermediate metabolizer"
    assert refused("TPMT", "*1/*3A|*3B/*3C") == "phase-ambiguous"


@pytest.mark.parametrize(
    "text", ["", "hello", "/", "*1/", "poor metabolizer", "*1/*2/*3", "x" * 5000, "*1/\x00", "1/2/3/4"]
)
def test_what_is_no_diplotype_is_refused_with_one_code(text: str) -> None:
    assert refused("CYP2C19", text) == "not-a-diplotype"


def test_the_message_names_no_patient_but_the_allele_that_was_asked() -> None:
    with pytest.raises(InputError) as caught:
        result("CYP2C19", "free text of a note")
    assert "free text" not in str(caught.value)


PAIRS = st.sampled_from(sorted(genes())).flatmap(
    lambda name: st.tuples(
        st.just(name),
        st.sampled_from(sorted(genes()[name].activity or genes()[name].functions) or ["*57:01", "*08:01"]),
        st.sampled_from(sorted(genes()[name].activity or genes()[name].functions) or ["*57:01", "*08:01"]),
    )
)


def _told(gene: str, text: str) -> Any:
    try:
        found = result(gene, text)
    except InputError as error:
        return error.code
    return found.diplotype, found.phenotype, found.activity_score, found.lookup_key


@given(PAIRS)
def test_pg111_the_order_of_the_alleles_does_not_matter(triple: tuple[str, str, str]) -> None:
    gene, one, two = triple
    if genes()[gene].method != "one-copy":
        assert _told(gene, f"{one}/{two}") == _told(gene, f"{two}/{one}")


@given(PAIRS)
def test_blanks_and_the_gene_in_front_change_nothing(triple: tuple[str, str, str]) -> None:
    gene, one, two = triple
    if genes()[gene].method != "one-copy":
        assert _told(gene, f"{gene} {one} / {gene} {two}") == _told(gene, f"{one}/{two}")


@given(PAIRS)
def test_a_result_read_again_is_the_same_result(triple: tuple[str, str, str]) -> None:
    gene, one, two = triple
    told = _told(gene, f"{one}/{two}")
    if isinstance(told, tuple):
        assert _told(gene, told[0]) == told


@given(st.sampled_from(sorted(genes())), st.text(max_size=60))
def test_any_text_gives_a_result_or_one_error(gene: str, text: str) -> None:
    assert _told(gene, text)


def test_the_list_of_methods_is_closed() -> None:
    assert set(METHODS) == {
        "function-pair", "sum-of-two", "two-lowest", "two-most-severe", "presence", "one-copy", "x-copies",
        "listed-alleles", "none",
    }  # fmt: skip


def test_pg39_a_typed_pair_is_told_as_the_status_of_each_listed_allele() -> None:
    listed = genes()["HLA-B"].listed_alleles
    for pair, carried in (
        ("*57:01/*07:02", {"*57:01"}),
        ("*15:02/*58:01", {"*15:02", "*58:01"}),
        ("*07:02/*08:01", set()),
    ):
        told = [f"{name} {'positive' if name in carried else 'negative'}" for name in listed]
        assert key("HLA-B", pair) == "; ".join(told)
