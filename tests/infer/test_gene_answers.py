"""From several results of a gene to one answer: merge rules, precedence, sets, what is never called normal."""

from __future__ import annotations

from itertools import permutations

import pytest

from pmcds.model.findings import Finding, Supply
from tests.infer.support import allele, ask, finding, genes, genotype, phenotype, score, variant

TABLE = "CPIC diplotype table, 2026-10-11"


def test_a_diplotype_gives_the_phenotype_with_its_table_and_source() -> None:
    answer = ask("phenotype", "CYP2C19", genotype("CYP2C19", "*2/*2", at="a", date="2025-03-01"))
    assert answer.keys == ("poor metabolizer",)
    assert (answer.text, answer.table, answer.date) == ("*2/*2", TABLE, "2025-03-01")
    assert [source.resource for source in answer.sources] == ["Observation/a"]
    assert "source-class-default" in answer.notes


def test_a_diplotype_of_a_score_gene_gives_score_and_phenotype() -> None:
    result = genotype("CYP2D6", "*1/*4x2")
    assert ask("activity_score", "CYP2D6", result).keys == ("1.0",)
    assert ask("phenotype", "CYP2D6", result).keys == ("intermediate metabolizer",)
    assert ask("diplotype", "CYP2D6", result).keys == ("*1/*4x2",)


def test_two_haplotypes_of_their_own_resources_make_a_diplotype() -> None:
    one = finding("haplotype", "CYP2C9", {"allele": "*2", "as_stated": "*2"})
    two = finding("haplotype", "CYP2C9", {"allele": "*3", "as_stated": "*3"})
    answer = ask("activity_score", "CYP2C9", one, two)
    assert answer.keys == ("0.5",)
    assert len(answer.sources) == 2


def test_pg16_t69_one_allele_leaves_the_other_open_and_is_never_completed() -> None:
    one = finding("haplotype", "CYP2C19", {"allele": "*2", "as_stated": "*2"})
    answer = ask("phenotype", "CYP2C19", one)
    assert answer.word is None
    assert len(answer.keys) > 1
    assert answer.reason == "indeterminate"
    assert not answer.definite
    assert "normal metabolizer" not in answer.keys
    assert ask("diplotype", "CYP2C19", one).word == "indeterminate"


def test_nothing_is_no_result_and_never_normal() -> None:
    answer = ask("phenotype", "CYP2C19")
    assert (answer.word, answer.reason, answer.keys) == ("unknown", "no-result", ())


def test_mg1_equal_results_are_one_with_both_sources() -> None:
    one, two = genotype("CYP2C19", "*1/*2", at="a"), genotype("CYP2C19", "*1/*2", at="b")
    answer = ask("phenotype", "CYP2C19", one, two)
    assert answer.keys == ("intermediate metabolizer",)
    assert [source.resource for source in answer.sources] == ["Observation/a", "Observation/b"]
    assert not any(note.startswith("different") for note in answer.notes)


def test_mg2_h09_two_laboratories_that_disagree_are_a_conflict_whatever_their_dates() -> None:
    old = genotype("CYP2C19", "*1/*2", at="a", date="2019-05-01")
    new = genotype("CYP2C19", "*2/*2", at="b", date="2025-11-20")
    for order in ((old, new), (new, old)):
        answer = ask("phenotype", "CYP2C19", *order)
        assert (answer.word, answer.reason) == ("conflicting", "conflict")
        assert answer.alternatives == ("intermediate metabolizer", "poor metabolizer")
        assert len(answer.sources) == 2
    assert ask("phenotype", "CYP2C19", new).keys == ("poor metabolizer",)


def test_mg3_different_diplotypes_of_one_phenotype_are_usable_and_shown() -> None:
    one, two = genotype("CYP2C19", "*2/*2"), genotype("CYP2C19", "*3/*3")
    answer = ask("phenotype", "CYP2C19", one, two)
    assert answer.keys == ("poor metabolizer",)
    assert any(note.startswith("different diplotypes") for note in answer.notes)
    both = ask("diplotype", "CYP2C19", one, two)
    assert (both.word, both.alternatives) == ("conflicting", ("*2/*2", "*3/*3"))


def test_mg5_a_phenotype_that_agrees_is_one_statement() -> None:
    answer = ask("phenotype", "CYP2C19", genotype("CYP2C19", "*2/*2"), phenotype("CYP2C19", "poor metabolizer"))
    assert answer.keys == ("poor metabolizer",)
    assert len(answer.sources) == 2


def test_pg62_h10_a_phenotype_that_contradicts_its_diplotype_decides_nothing() -> None:
    answer = ask("phenotype", "CYP2C19", genotype("CYP2C19", "*2/*2"), phenotype("CYP2C19", "normal metabolizer"))
    assert (answer.word, answer.reason) == ("conflicting", "genotype-phenotype-mismatch")
    assert answer.alternatives == ("normal metabolizer", "poor metabolizer")
    assert len(answer.sources) == 2


@pytest.mark.parametrize("gene", ["CYP2C19", "TPMT", "SLCO1B1", "UGT1A1"])
def test_h10_every_other_phenotype_beside_a_diplotype_is_a_mismatch(gene: str) -> None:
    known = sorted(set(genes()[gene].phenotype_of.values()) - {"indeterminate"})
    reference = next(a for a, f in genes()[gene].functions.items() if f == "Normal function")
    derived = ask("phenotype", gene, genotype(gene, f"{reference}/{reference}")).keys[0]
    for stated in known:
        answer = ask("phenotype", gene, genotype(gene, f"{reference}/{reference}"), phenotype(gene, stated))
        assert (answer.keys == (derived,)) is (stated == derived)
        assert stated == derived or answer.reason == "genotype-phenotype-mismatch"


def test_pg10_an_older_table_explains_an_older_phenotype() -> None:
    answer = ask(
        "phenotype",
        "TPMT",
        genotype("TPMT", "*1/*5"),
        phenotype("TPMT", "indeterminate", status="indeterminate", reason="indeterminate"),
    )
    assert answer.keys == ("intermediate metabolizer",)
    assert any(note.startswith("reclassified 2026-02-03") for note in answer.notes)
    answer = ask("activity_score", "CYP2D6", genotype("CYP2D6", "*1/*41"), score("CYP2D6", "1.5"))
    assert answer.keys == ("1.25",)
    assert any(note.startswith("reclassified 2022-11-08: 1.5") for note in answer.notes)


def test_pg63_an_unknown_allele_is_unreadable_and_names_itself() -> None:
    answer = ask("phenotype", "CYP2C19", genotype("CYP2C19", "*1/*40"))
    assert (answer.word, answer.reason, answer.keys) == ("unreadable", "unknown-allele", ())
    assert answer.text == "*1/*40"


def test_pg63_a_laboratory_phenotype_beside_an_unknown_allele_counts_but_is_marked() -> None:
    answer = ask("phenotype", "CYP2C19", genotype("CYP2C19", "*1/*40"), phenotype("CYP2C19", "poor metabolizer"))
    assert answer.keys == ("poor metabolizer",)
    assert {"laboratory-phenotype", "unknown-allele"} <= set(answer.notes)
    assert not answer.by_name
    assert answer.table is None


def test_pg63_a_laboratory_phenotype_beside_an_indeterminate_diplotype_is_a_mismatch_with_its_row() -> None:
    answer = ask("phenotype", "CYP2C19", genotype("CYP2C19", "*1/*12"), phenotype("CYP2C19", "poor metabolizer"))
    assert (answer.word, answer.reason) == ("conflicting", "genotype-phenotype-mismatch")
    assert answer.alternatives == ("poor metabolizer",)


def test_pg58_an_indeterminate_diplotype_is_indeterminate() -> None:
    assert ask("phenotype", "CYP2C19", genotype("CYP2C19", "*1/*12")).word == "indeterminate"
    answer = ask("activity_score", "CYP2D6", genotype("CYP2D6", "*1/*22"))
    assert (answer.word, answer.reason) == ("indeterminate", "indeterminate")


def test_pg64_a_newer_phenotype_text_does_not_overrule_an_older_diplotype() -> None:
    old = genotype("CYP2C19", "*2/*2", date="2015")
    new = phenotype("CYP2C19", "normal metabolizer", date="2025")
    assert ask("phenotype", "CYP2C19", old, new).word == "conflicting"


def test_t33_pg67_a_term_of_another_gene_contradicts_alleles_and_is_unreadable_alone() -> None:
    foreign = phenotype("CYP2D6", "rapid metabolizer")
    alone = ask("activity_score", "CYP2D6", foreign)
    assert (alone.word, alone.reason) == ("unreadable", "unknown-code")
    answer = ask("activity_score", "CYP2C9", genotype("CYP2C9", "*2/*5"), phenotype("CYP2C9", "rapid metabolizer"))
    assert (answer.word, answer.reason, answer.alternatives) == ("conflicting", "genotype-phenotype-mismatch", ("1.0",))


@pytest.mark.parametrize(
    ("gene", "stated", "wanted"),
    [
        ("CYP2D6", "intermediate metabolizer", ("0.25", "0.5", "0.75", "1.0")),
        ("CYP2C9", "intermediate metabolizer", ("1.0", "1.5")),
        ("DPYD", "poor metabolizer", ("0.0", "0.5")),
    ],
)
def test_pg68_a_phenotype_alone_stands_for_all_its_scores(gene: str, stated: str, wanted: tuple[str, ...]) -> None:
    answer = ask("activity_score", gene, phenotype(gene, stated))
    assert answer.keys == wanted
    assert answer.reason == "indeterminate"
    assert ask("phenotype", gene, phenotype(gene, stated)).definite


def test_pg68_ultrarapid_stands_for_the_scores_with_a_sign_too() -> None:
    keys = ask("activity_score", "CYP2D6", phenotype("CYP2D6", "ultrarapid metabolizer")).keys
    assert keys[0] == "2.5"
    assert "≥6.0" in keys


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("1", "1.0"), ("1.00", "1.0"), (">=3", "≥3.0"), ("≥3", "≥3.0"), (">3", "≥3.0"), ("3", "3.0"), ("0.25", "0.25")],
)
def test_pg1_scores_are_read_in_every_spelling(text: str, wanted: str) -> None:
    answer = ask("activity_score", "CYP2D6", score("CYP2D6", text))
    assert answer.keys == (wanted,)


@pytest.mark.parametrize("text", ["1.1", "7.0", "<1", "one", "1e400", ""])
def test_pg69_a_score_that_the_gene_does_not_have_is_unreadable(text: str) -> None:
    answer = ask("activity_score", "CYP2D6", score("CYP2D6", text))
    assert (answer.word, answer.reason) == ("unreadable", "value-unreadable")


def test_a_score_gives_the_phenotype_and_confirms_it() -> None:
    assert ask("phenotype", "CYP2D6", score("CYP2D6", "0.5")).keys == ("intermediate metabolizer",)
    both = ask("activity_score", "CYP2D6", score("CYP2D6", "0.5"), phenotype("CYP2D6", "intermediate metabolizer"))
    assert both.keys == ("0.5",)
    against = ask("activity_score", "CYP2D6", score("CYP2D6", "0.5"), phenotype("CYP2D6", "normal metabolizer"))
    assert against.word == "conflicting"


def test_pg70_an_open_phase_is_a_set_with_its_reason() -> None:
    text = genotype("TPMT", "*1/*3A or *3B/*3C", status="indeterminate", reason="phase-ambiguous")
    answer = ask("phenotype", "TPMT", text)
    assert answer.keys == ("intermediate metabolizer", "poor metabolizer")
    assert answer.reason == "phase-ambiguous"


def test_pg70_a_set_that_agrees_is_definite() -> None:
    assert ask("phenotype", "CYP2C19", genotype("CYP2C19", "*1/*2 or *1/*3")).definite


def test_h21_an_open_copy_number_is_a_set() -> None:
    answer = ask("activity_score", "CYP2D6", genotype("CYP2D6", "*1/*2xN"))
    assert answer.keys == ("3.0", "≥4.0")
    assert answer.reason == "copy-number-unknown"
    unassigned = genotype("CYP2D6", "(*1/*41)x3", status="indeterminate", reason="copy-number-unknown")
    assert ask("activity_score", "CYP2D6", unassigned).keys == ("1.5", "2.25")


def test_pg51_a_laboratory_phenotype_narrows_its_own_open_phase() -> None:
    text = genotype("TPMT", "*1/*3A or *3B/*3C", status="indeterminate", reason="phase-ambiguous")
    assert ask("phenotype", "TPMT", text, phenotype("TPMT", "intermediate metabolizer")).keys == (
        "intermediate metabolizer",
    )


@pytest.mark.parametrize(
    ("status", "reason", "word", "line"),
    [
        ("indeterminate", "result-not-final", "indeterminate", "result-not-final"),
        ("indeterminate", "result-pending", "unknown", "result-pending"),
        ("indeterminate", "status-unreadable", "unreadable", "status-unreadable"),
        ("indeterminate", "no-subject", "unreadable", "no-subject"),
        ("indeterminate", "value-unreadable", "unreadable", "value-unreadable"),
        ("ignored", "value-absent", "unreadable", "value-absent"),
        ("indeterminate", "no-call", "indeterminate", "no-call"),
        ("indeterminate", "future-dated", "indeterminate", "future-dated"),
        ("indeterminate", "text-only", "unreadable", "unread-result"),
        ("conflicting", "code-display", "conflicting", "conflict"),
        ("ignored", "void-status", "unknown", "no-result"),
        ("ignored", "other-patient", "unknown", "no-result"),
        ("ignored", "superseded-by", "unknown", "no-result"),
    ],
)
def test_the_bridge_of_reasons_decides_what_a_lone_finding_means(
    status: str, reason: str, word: str, line: str
) -> None:
    answer = ask("phenotype", "CYP2C19", genotype("CYP2C19", "*2/*2", status=status, reason=reason))
    assert (answer.word, answer.reason) == (word, line)


def test_mg7_a_preliminary_result_does_not_contradict_a_final_one() -> None:
    final = genotype("CYP2C19", "*1/*1", at="final")
    early = genotype("CYP2C19", "*2/*2", at="early", status="indeterminate", reason="result-not-final")
    answer = ask("phenotype", "CYP2C19", final, early)
    assert answer.keys == ("normal metabolizer",)
    assert "also result-not-final" in answer.notes


def test_t05_a_result_that_contradicts_itself_speaks_against_the_others() -> None:
    good = genotype("CYP2D6", "*1/*1")
    bad = phenotype("CYP2D6", "poor metabolizer", status="conflicting", reason="code-display")
    assert ask("activity_score", "CYP2D6", good, bad).word == "conflicting"


def test_h04_an_open_order_is_pending_and_only_for_its_gene() -> None:
    order = finding("test_order", "CYP2D6", {"state": "current"})
    assert ask("activity_score", "CYP2D6", order).reason == "result-pending"
    assert ask("phenotype", "CYP2C19", order).reason == "no-result"


def test_h35_an_unread_input_that_could_be_the_result_is_not_no_result() -> None:
    answer = ask("phenotype", "CYP2C19", finding("report", "CYP2C19", None, status="indeterminate", reason="text-only"))
    assert (answer.word, answer.reason) == ("unreadable", "unread-result")
    answer = ask(
        "phenotype", "CYP2C19", finding("phenotype", None, None, status="indeterminate", reason="uncoded-result")
    )
    assert (answer.word, answer.reason) == ("unreadable", "unread-result")
    answer = ask("phenotype", "CYP2C19", finding("report", "CYP2D6", None, status="indeterminate", reason="text-only"))
    assert answer.reason == "no-result"


def test_h37_a_report_that_only_summarizes_is_not_no_result() -> None:
    answer = ask(
        "phenotype", "CYP2C19", finding("report", None, None, status="indeterminate", reason="attachment-only")
    )
    assert (answer.word, answer.reason) == ("unreadable", "summary-only")


@pytest.mark.parametrize(
    ("state", "reason"), [("missing", "not-supplied"), ("error", "not-supplied"), ("truncated", "truncated")]
)
def test_h50_what_was_not_supplied_is_never_no_result(state: str, reason: str) -> None:
    answer = ask("phenotype", "CYP2C19", supply=Supply(results=state))
    assert (answer.word, answer.reason) == ("unreadable", reason)
    there = ask("phenotype", "CYP2C19", genotype("CYP2C19", "*2/*2"), supply=Supply(results=state))
    assert there.keys == ("poor metabolizer",)


def test_h64_withheld_data_hide_every_result_of_their_kind_that_is_not_there() -> None:
    hidden = genotype("CYP2C19", "", status="withheld", reason="security-label")
    for name in ("CYP2C19", "TPMT"):
        answer = ask("phenotype", name, hidden)
        assert (answer.word, answer.reason, answer.sources) == ("withheld", "withheld", ())


def test_lc24_what_is_withheld_makes_no_difference() -> None:
    other = genotype("TPMT", "*1/*1")
    for question in ("CYP2C19", "TPMT"):
        told = {
            repr(ask("phenotype", question, other, hidden))
            for hidden in (
                genotype("CYP2C19", "*1/*1", status="withheld", reason="security-label"),
                phenotype("TPMT", "poor metabolizer", status="withheld", reason="consent-denied"),
            )
        }
        assert len(told) == 1


def test_h11_a_tumor_result_is_as_if_it_were_not_there() -> None:
    tumor = genotype("DPYD", "*2A/*2A", source_class="somatic")
    assert ask("activity_score", "DPYD", tumor).reason == "no-result"
    own = genotype("DPYD", "Reference/Reference", source_class="germline", at="b")
    assert ask("activity_score", "DPYD", tumor, own).keys == ("2.0",)


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"source_class": "fetal"}, "specimen-not-patient"),
        ({"specimen": "plasma"}, "specimen-not-patient"),
        ({"specimen": "donor"}, "donor-blood"),
    ],
)
def test_h16_h26_results_that_are_not_of_the_patients_own_body_never_count(more: dict[str, str], reason: str) -> None:
    answer = ask("phenotype", "CYP2C19", genotype("CYP2C19", "*1/*1", **more))
    assert (answer.word, answer.reason) == ("unreadable", reason)


def test_h48_a_result_from_the_future_decides_nothing() -> None:
    assert ask("phenotype", "CYP2C19", genotype("CYP2C19", "*1/*1", date="2027-01-01")).reason == "future-dated"
    assert ask("phenotype", "CYP2C19", genotype("CYP2C19", "*1/*1", date="2026-06-01")).definite
    assert ask("phenotype", "CYP2C19", genotype("CYP2C19", "*1/*1", date="2026-06-01T00:01:00Z")).definite


def test_mg10_a_match_by_name_is_marked_until_a_coded_result_agrees() -> None:
    named = phenotype("CYP2C19", "normal metabolizer", matched="name")
    assert ask("phenotype", "CYP2C19", named).by_name
    assert not ask("phenotype", "CYP2C19", named, genotype("CYP2C19", "*1/*1")).by_name


def test_pg42_bases_on_either_strand_are_one_genotype() -> None:
    for text in ("rs9923231 C/T", "rs9923231 G/A", "GA", "A/G", "-1639 G/A"):
        assert ask("genotype", "VKORC1", genotype("VKORC1", text)).keys == ("-1639 AG",)
    assert ask("genotype", "VKORC1", genotype("VKORC1", "rs9923231 T/T")).keys == ("-1639 AA",)
    assert ask("genotype", "VKORC1", genotype("VKORC1", "rs1234 C/T")).word == "unreadable"


def test_pg31_one_variant_names_star_alleles_only_where_the_gene_file_says_so() -> None:
    answer = ask("phenotype", "SLCO1B1", genotype("SLCO1B1", "rs4149056 T/C"))
    assert answer.keys == ("decreased function",)
    assert "inferred from rs4149056" in answer.notes
    assert ask("phenotype", "CYP2C19", genotype("CYP2C19", "rs4244285 G/A")).word == "unreadable"


def test_pg33_h32_sex_decides_how_an_x_linked_label_is_read() -> None:
    male, female = finding("demographic", "sex", "male"), finding("demographic", "sex", "female")
    one, twice = genotype("G6PD", "A- 202A_376G"), genotype("G6PD", "A- 202A_376G/A- 202A_376G")
    assert ask("phenotype", "G6PD", one, male).keys == ("deficient",)
    assert ask("phenotype", "G6PD", twice, male).keys == ("deficient",)
    assert ask("phenotype", "G6PD", genotype("G6PD", "A- 202A_376G/B (reference)"), male).word == "conflicting"
    assert ask("phenotype", "G6PD", genotype("G6PD", "A- 202A_376G/B (reference)"), female).keys == ("variable",)
    open_to = ask("phenotype", "G6PD", one, female)
    assert not open_to.definite
    unknown = ask("phenotype", "G6PD", one)
    assert unknown.reason == "sex-unknown"
    assert {"deficient", "variable"} <= set(unknown.keys)


def _dpyd(change: str, zygosity: str = "heterozygous", **more: str) -> Finding:
    return variant("DPYD", {"c": f"NM_000110.4:{change}", "zygosity": zygosity}, source_class="germline", **more)


def test_a_found_variant_of_a_gene_named_by_variants_is_never_no_result() -> None:
    answer = ask("activity_score", "DPYD", _dpyd("c.1905+1G>A"))
    assert answer.keys == ("0.0", "0.5", "1.0")
    assert answer.reason == "position-not-tested"


def test_pg24_two_unphased_variants_are_presumed_on_different_copies() -> None:
    answer = ask("activity_score", "DPYD", _dpyd("c.1905+1G>A"), _dpyd("c.2846A>T"))
    assert answer.keys == ("0.5",)
    assert "presumed on different copies" in answer.notes
    assert ask("activity_score", "DPYD", _dpyd("c.2846A>T", "homozygous")).keys == ("1.0",)


def test_pg24_missing_places_are_reference_only_where_the_gene_was_covered() -> None:
    covered = finding("coverage", None, {"genes": ("DPYD",)})
    assert ask("activity_score", "DPYD", _dpyd("c.1905+1G>A"), covered).keys == ("1.0",)


@pytest.mark.parametrize(
    ("intronic", "exonic", "wanted"),
    [
        ("heterozygous", None, ("0.5", "1.0", "1.5")),
        ("homozygous", None, ("1.0",)),
        ("homozygous", "homozygous", ("1.0",)),
        ("homozygous", "heterozygous", ("1.0",)),
        (None, "homozygous", ("1.0",)),
        ("absent", "homozygous", ()),
    ],
)
def test_pg26_the_intronic_position_decides_over_the_exonic_one(
    intronic: str | None, exonic: str | None, wanted: tuple[str, ...]
) -> None:
    found = []
    for name, copies in (("rs75017182", intronic), ("rs56038477", exonic)):
        if copies == "absent":
            found.append(variant("DPYD", {"ids": (name,)}, status="absent", source_class="germline"))
        elif copies:
            found.append(variant("DPYD", {"ids": (name,), "zygosity": copies}, source_class="germline"))
    answer = ask("activity_score", "DPYD", *found)
    assert answer.keys == wanted
    # The exonic position alone suggests the intronic one: that is to be confirmed.
    assert ("rs75017182 not tested: confirm it" in answer.notes) is (intronic is None)


def test_pg45_a_listed_variant_proves_susceptibility_whatever_the_other_copy_is() -> None:
    found = variant("RYR1", {"c": "NM_000540.3:c.103T>C", "zygosity": "heterozygous"}, source_class="germline")
    assert ask("phenotype", "RYR1", found).keys == ("malignant hyperthermia susceptibility",)


def test_pg23_star_alleles_are_never_made_from_small_variants() -> None:
    found = variant("CYP2D6", {"ids": ("rs3892097",), "zygosity": "homozygous"}, source_class="germline")
    answer = ask("activity_score", "CYP2D6", found)
    assert (answer.word, answer.reason) == ("indeterminate", "position-not-tested")


def test_pg48_reference_calls_alone_are_no_normal_phenotype() -> None:
    call = variant("DPYD", {"ids": ("rs3918290",)}, status="absent", reason="reference-call", source_class="germline")
    assert ask("activity_score", "DPYD", call).word == "indeterminate"


def _site(rs: str, zygosity: str | None) -> Finding:
    if zygosity is None:
        return variant("CYP2C19", {"ids": (rs,)}, status="absent", reason="reference-call", source_class="germline")
    return variant("CYP2C19", {"ids": (rs,), "zygosity": zygosity}, source_class="germline")


def test_mg6_t02_a_diplotype_against_its_own_variants_is_usable_only_if_every_reading_means_the_same() -> None:
    reported = genotype("CYP2C19", "*2/*2")
    same = ask("phenotype", "CYP2C19", reported, _site("rs4986893", "homozygous"), _site("rs4244285", None))
    assert same.keys == ("poor metabolizer",)
    assert "diplotype-variant-conflict" in same.notes
    other = ask("phenotype", "CYP2C19", reported, _site("rs12248560", "homozygous"), _site("rs4244285", None))
    assert (other.word, other.reason) == ("conflicting", "conflict")
    assert "poor metabolizer" in other.alternatives


def test_mg6_positions_that_are_not_stated_contradict_nothing() -> None:
    answer = ask("phenotype", "CYP2C19", genotype("CYP2C19", "*1/*2"), _site("rs4244285", "heterozygous"))
    assert "diplotype-variant-conflict" not in answer.notes


def test_mg6_positions_on_the_older_build_and_as_spdi_are_compared_too() -> None:
    site = {"spdi": "NC_000010.10:96541615:G:G"}
    call = variant("CYP2C19", site, status="absent", reason="reference-call", source_class="germline")
    star3 = variant("CYP2C19", {"g": "NC_000010.10:g.96540410G>A", "zygosity": "homozygous"}, source_class="germline")
    answer = ask("phenotype", "CYP2C19", genotype("CYP2C19", "*2/*2"), call, star3)
    assert answer.keys == ("poor metabolizer",)
    assert "variants: *3/*3" in answer.notes


def test_lc13_the_order_of_the_findings_changes_nothing() -> None:
    found = (
        genotype("CYP2C19", "*2/*2", at="a", date="2020-01-01"),
        phenotype("CYP2C19", "normal metabolizer", at="b", matched="name"),
        genotype("CYP2C19", "*1/*2", at="c", status="indeterminate", reason="result-not-final"),
        score("CYP2C19", "1", at="d"),
    )
    assert len({repr(ask("phenotype", "CYP2C19", *order)) for order in permutations(found)}) == 1


def test_a_gene_without_a_file_is_no_result() -> None:
    assert ask("phenotype", "NOGENE1").reason == "no-result"


def test_adding_a_result_of_another_gene_changes_nothing() -> None:
    own = genotype("CYP2C19", "*2/*2")
    assert ask("phenotype", "CYP2C19", own) == ask(
        "phenotype", "CYP2C19", own, genotype("TPMT", "*1/*1"), allele("HLA-B*57:01")
    )


def test_one_label_of_a_gene_with_one_copy_is_its_whole_result() -> None:
    def label(gene: str, name: str) -> Finding:
        return finding("haplotype", gene, {"allele": name, "as_stated": name})

    increased = "increased risk of aminoglycoside-induced hearing loss"
    assert ask("phenotype", "MT-RNR1", label("MT-RNR1", "m.1555A>G")).keys == (increased,)
    two = ask("phenotype", "MT-RNR1", label("MT-RNR1", "m.1555A>G"), label("MT-RNR1", "m.827A>G"))
    assert increased in two.keys
    male = finding("demographic", "sex", "male")
    assert ask("phenotype", "G6PD", label("G6PD", "A- 202A_376G"), male).keys == ("deficient",)
    assert ask("phenotype", "G6PD", label("G6PD", "A- 202A_376G")).reason == "sex-unknown"


def test_a_single_allele_confirms_or_contradicts_the_diplotype_beside_it() -> None:
    stated = genotype("CYP2C9", "*1/*2")
    inside = finding("haplotype", "CYP2C9", {"allele": "*2", "as_stated": "*2"})
    outside = finding("haplotype", "CYP2C9", {"allele": "*3", "as_stated": "*3"})
    assert ask("activity_score", "CYP2C9", stated, inside).keys == ("1.5",)
    assert ask("activity_score", "CYP2C9", stated, outside).word == "conflicting"


def test_a_single_allele_that_cannot_be_read_is_not_no_result() -> None:
    unread = finding("haplotype", "CYP2C9", {"allele": "something", "as_stated": "something"})
    answer = ask("activity_score", "CYP2C9", unread)
    assert (answer.word, answer.reason) == ("unreadable", "value-unreadable")
