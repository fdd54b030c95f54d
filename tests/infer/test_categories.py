"""What a category of variants holds: yes, no, or not told; never yes for a neighbor (VP-01 to VP-11, VE-08, FX-04)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from pmcds.infer import parse_variant
from pmcds.infer import variant_predicates as predicates
from pmcds.infer.protein import nucleotide, protein
from pmcds.infer.variant_classes import classes_of, fits, resolved, same_as
from pmcds.infer.variant_consistency import consistent, near_miss
from pmcds.infer.variant_findings import described
from pmcds.infer.variant_names import parse
from pmcds.infer.variant_predicates import Described
from tests.infer.support import ask, finding, genes, variant

FUSED = Described(fusion=True, partners=("BCR",))


def told(*, p: str | None = None, c: str | None = None, **more: Any) -> Described:
    change, base = protein(p) if p else None, nucleotide(c) if c else None
    assert (p is None) == (change is None)
    assert (c is None) == (base is None)
    names = tuple(name for name in (p, c) if name)
    return Described(names, change, base, **more)


# Ranges of residues


@pytest.mark.parametrize(
    ("change", "holds"),
    [
        ("p.Trp288CysfsTer12", True),
        ("p.Leu286fs", True),
        ("p.Glu294fs", True),
        ("p.Leu285fs", False),
        ("p.Arg295fs", False),
        ("p.Trp288Cys", False),
        ("p.Trp288Ter", False),
    ],
)
def test_a_frameshift_category_holds_frameshifts_that_begin_in_its_range_only(change: str, holds: bool) -> None:
    assert predicates.frameshift_in(["286", "294"], told(p=change)) is holds


@pytest.mark.parametrize(
    ("change", "holds"),
    [
        ("p.Gly12Cys", True),
        ("p.Gly12_Gly13insAla", True),
        ("p.Gly12=", False),
        ("p.Gly12fs", False),
        ("p.Gly13Asp", False),
    ],
)
def test_a_codon_category_holds_changes_of_its_residue_only(change: str, holds: bool) -> None:
    variant_told = told(p=change)
    assert bool(predicates.codons(["12"], variant_told)) is holds
    perhaps = predicates.perhaps_codons(["12"], variant_told)
    assert perhaps is (None if holds else False)


def test_a_coding_change_alone_may_be_in_its_codon_and_is_never_in_another() -> None:
    assert predicates.codons(["12"], told(c="c.35G>A")) is None
    assert predicates.codons(["12"], told(c="c.38G>A")) is False
    assert predicates.codons(["12"], told(c="c.38G>A", numbered=False)) is None
    assert predicates.codons(["12"], told(c="c.40+1G>A")) is False
    assert predicates.codons(["12"], Described(phrase="amplification")) is False
    assert predicates.codons(["12"], Described(phrase="exon 2 mutation")) is False
    assert predicates.codons(["12"], Described()) is None
    assert predicates.any_of(["p.Gly12Cys"], told(c="c.34G>T")) is None


@pytest.mark.parametrize(
    ("change", "holds"),
    [
        ("p.Gly12Cys", True),
        ("p.Gly9Cys", False),
        ("p.Gly12_Gly13del", False),
        ("p.Gly12fs", False),
        ("p.Gly12Ter", False),
    ],
)
def test_a_missense_category_holds_exchanges_of_one_residue_for_another_only(change: str, holds: bool) -> None:
    assert predicates.missense(["10", "20"], told(p=change)) is holds


# Bases that decide


LISTED = {"p.His1047Arg": ["c.3140A>G"]}


def test_a_change_that_counts_by_its_bases_is_not_told_without_them() -> None:
    assert predicates.by_base(LISTED, told(p="p.His1047Arg", c="c.3140A>G")) is True
    assert predicates.by_base(LISTED, told(p="p.His1047Arg", c="c.3140A>T")) is False
    assert predicates.by_base(LISTED, told(p="p.His1047Arg")) is None
    assert predicates.by_base(LISTED, told(c="c.3140A>G")) is True
    assert predicates.by_base(LISTED, told(c="c.3140A>T")) is False
    assert predicates.by_base(LISTED, told(p="p.His1047Leu")) is False


# Skipped exons


EXON = {"residues": ["963", "1010"], "spans": ["2888", "3028"]}


@pytest.mark.parametrize(
    ("change", "skipped"),
    [
        ("c.3028+1G>T", True),
        ("c.3028+2T>C", True),
        ("c.2888-1G>A", True),
        ("c.2888-2A>G", True),
        ("c.3028+3A>G", False),
        ("c.2888-3C>G", False),
        ("c.2888_3028del", True),
        ("c.2887_3029del", True),
        ("c.2888_3027del", False),
        ("c.2888-5_2890del", True),
        ("c.2888-1_2888dup", False),
        ("c.3028+1_3028+2insA", False),
        ("c.2900A>G", False),
        ("c.-5A>G", False),
    ],
)
def test_vp05_an_exon_is_skipped_only_by_its_splice_sites_or_its_whole_deletion(change: str, skipped: bool) -> None:
    assert predicates.skips(EXON, told(c=change)) is skipped


def test_a_legacy_splice_name_skips_the_exon_of_its_residue() -> None:
    assert predicates.skips(EXON, told(p="p.X1010_splice")) is True
    assert predicates.skips(EXON, told(p="p.X1011_splice")) is False
    assert predicates.skips(EXON, told(p="p.X963_splice")) is True
    assert predicates.skips(EXON, told(p="p.X962_splice")) is False
    assert predicates.skips({}, told(p="p.X1010_splice")) is False


def test_what_is_not_told_by_bases_may_skip_and_other_findings_do_not() -> None:
    assert predicates.skips(EXON, Described()) is None
    assert predicates.skips(EXON, told(p="p.Gly12Cys")) is False
    assert predicates.skips(EXON, Described(phrase="amplification")) is False
    assert predicates.skips(EXON, Described(fusion=True)) is False


# Fusions and copies


def test_a_fusion_category_holds_its_partners_only() -> None:
    assert predicates.fused_with(["BCR"], FUSED) is True
    assert predicates.fused_with(["ETV6"], FUSED) is False
    assert predicates.fused_with(["BCR"], Described(fusion=True)) is None
    assert predicates.fused_with(["BCR"], Described(phrase="rearrangement")) is None
    assert predicates.fused_with(["BCR"], told(p="p.Gly12Cys")) is False


def test_a_loss_is_no_amplification_and_a_gain_is_neither() -> None:
    for phrase in ("loss", "amplification", "gain", "deletion", None):
        assert predicates.loss("yes", Described(phrase=phrase)) is (phrase == "loss")
        assert predicates.amplification("yes", Described(phrase=phrase)) is (phrase == "amplification")
    assert predicates.copies("6", Described(copies=Decimal(6))) is True
    assert predicates.copies("6", Described(copies=Decimal("5.9"))) is False
    assert predicates.copies("6", Described(phrase="amplification")) is False


@pytest.mark.parametrize(
    ("change", "holds"),
    [
        ("p.Gly12Cys", True),
        ("p.Gly12Ter", True),
        ("p.Gly12=", False),
    ],
)
def test_a_silent_change_is_no_mutation(change: str, holds: bool) -> None:
    assert predicates.mutation("yes", told(p=change)) is holds


def test_a_fusion_or_a_change_of_copies_is_no_mutation_and_a_coding_change_is_one() -> None:
    assert predicates.mutation("yes", FUSED) is False
    assert predicates.mutation("yes", Described(phrase="amplification")) is False
    assert predicates.mutation("yes", told(c="c.35G>A")) is True
    assert predicates.mutation("yes", Described()) is True


@pytest.mark.parametrize(
    ("described", "holds"),
    [
        (told(p="p.Gly12Ter"), True),
        (told(p="p.Gly12fs"), True),
        (told(p="p.Gly12Cys"), False),
        (told(p="p.Gly12Cys", c="c.34+1G>T"), True),
        (told(c="c.34+1G>T"), True),
        (told(c="c.34-2A>T"), True),
        (told(c="c.34+3G>T"), None),
        (told(c="c.34G>T"), None),
        (Described(), None),
        (Described(phrase="amplification"), False),
        (FUSED, False),
    ],
)
def test_vp06_a_truncating_change_is_told_by_its_protein_or_its_splice_site(described: Described, holds: Any) -> None:
    assert predicates.truncating("yes", described) is holds


def test_the_share_of_the_reads_decides_at_its_limits_and_not_without_a_number() -> None:
    limits = {"at_least": "0.3", "at_most": "0.7"}
    for number, holds in (("0.3", True), ("0.7", True), ("0.29", False), ("0.71", False)):
        assert predicates.share(limits, Decimal(number)) is holds
    assert predicates.share({}, Decimal(1)) is True
    assert predicates.share({}, Decimal("1.01")) is False
    assert predicates.share(limits, None) is None


def test_what_the_laboratory_calls_a_variant_counts_and_what_it_calls_both_ways_does_not() -> None:
    assert predicates.called(["pathogenic"], told(p="p.Gly12Cys", significance="pathogenic")) is True
    assert predicates.called(["pathogenic"], told(p="p.Gly12Cys", significance="benign")) is False
    assert predicates.called(["pathogenic"], told(p="p.Gly12Cys", significance="conflicting")) is None
    assert predicates.called(["pathogenic"], told(p="p.Gly12Cys")) is None
    assert predicates.called(["pathogenic"], FUSED) is False
    assert predicates.one_of("pathogenic", "pathogenic") is True


def test_a_phrase_that_may_mean_more_than_the_category_is_not_told() -> None:
    assert predicates.perhaps_texts(["Exon 20 mutation"], Described(phrase="exon 20 mutation")) is None
    assert predicates.perhaps_texts(["Exon 20 mutation"], Described(phrase="exon 19 deletion")) is False
    assert predicates.perhaps_texts(["Exon 20 mutation"], Described()) is False


@pytest.mark.parametrize(
    ("described", "loss", "gain", "duplication"),
    [
        (told(p="p.Glu746_Ala750del"), True, False, False),
        (told(p="p.Glu746_Ala750delinsIlePro"), True, False, False),
        (told(p="p.Ala750_Thr751insGlyPro"), False, True, True),
        (told(p="p.Glu746_Ala750dup"), False, True, True),
        (told(p="p.Glu746Ter"), False, False, False),
        (told(p="p.Glu746_Ala750delinsTer"), False, False, False),
        (told(p="p.Glu746Gly"), False, False, False),
        (told(p="p.Glu700_Ala750del"), False, False, False),
        (told(c="c.2236_2250del"), True, False, False),
        (told(c="c.2236_2249del"), False, False, False),
        (told(c="c.2236del"), False, False, False),
        (told(c="c.2236dup"), False, False, False),
        (told(c="c.2185_2283del"), True, False, False),
        (told(c="c.2184_2283del"), False, False, False),
        (told(c="c.2185_2286del"), False, False, False),
        (told(c="c.2236_2250dup"), False, True, True),
        (told(c="c.2236_2237insAAA"), False, True, True),
        (told(c="c.2236_2250delinsAAA"), True, False, False),
        (told(c="c.2236G>A"), False, False, False),
        (told(c="c.2236_2250del", numbered=False), None, None, None),
        (Described(phrase="amplification"), False, False, False),
        (Described(fusion=True), False, False, False),
        (Described(), None, None, None),
    ],
)
def test_vp03_only_a_net_loss_in_frame_inside_the_range_is_a_loss_and_only_a_gain_a_gain(
    described: Described, loss: Any, gain: Any, duplication: Any
) -> None:
    limits = ["729", "761"]
    assert predicates.loss_in(limits, described) is loss
    assert predicates.gain_in(limits, described) is gain
    assert predicates.duplication_in(limits, described) is duplication


# Names of one variant


def test_the_version_of_an_accession_is_no_part_of_a_name_and_another_numbering_is() -> None:
    assert predicates.plain("NM_004333.4:c.1799T>A") == predicates.plain("c.1799T>A") == "c.1799T>A"
    # The version of a chromosome names the build: without it the place is another one.
    assert predicates.plain("NC_000007.14:g.140753336A>T") != predicates.plain("NC_000007.13:g.140753336A>T")
    assert predicates.plain("~NM_004333:c.1799T>A") == "NM_004333:c.1799T>A"
    assert predicates.plain("NP_004324.2:p.Val600Glu") == predicates.plain("V600E") == "p.Val600Glu"
    assert predicates.plain("X:unclear") == "X:unclear"
    assert predicates.plain("rs113488022") == "rs113488022"


def test_a_coding_name_of_another_numbering_is_no_name_of_the_gene_file() -> None:
    there = told(c="c.1799T>A", numbered=False, accession="NM_000001.2")
    assert predicates.own_names(there) == {"NM_000001:c.1799T>A"}
    assert "c.1799T>A" in predicates.own_names(told(c="c.1799T>A"))


# Protein and coding name


def test_ve08_a_coding_name_that_cannot_make_the_protein_is_inconsistent() -> None:
    assert consistent(told(p="p.Val600Glu", c="c.1799T>A"))
    assert not consistent(told(p="p.Val600Glu", c="c.1799T>G"))
    assert not consistent(told(p="p.Val600Glu", c="c.1802T>A", accession="NM_004333.4"))
    assert consistent(told(p="p.Val600Glu", c="c.1802T>A"))
    assert consistent(told(p="p.Val600Glu", c="c.1799T>G", accession="NM_1", numbered=False))
    assert consistent(told(p="p.Val600Glu", c="c.1798_1799delinsAA"))
    assert consistent(told(p="p.Val600del", c="c.1799T>G"))
    assert consistent(told(p="p.Val600Glu"))


def test_fx04_a_near_miss_is_told_in_our_words_for_what_it_is() -> None:
    other = "another change of the gene"
    assert near_miss("p.Gly12Cys", told(p="p.Gly12Asp")) == "another change of the same residue"
    assert near_miss("p.Gly12Cys", told(p="p.Gly13Asp")) not in ("another change of the same residue", "")
    assert near_miss("V600", Described(fusion=True)) == "a fusion of the gene is another finding"
    for phrase in ("amplification", "gain", "loss"):
        assert near_miss("V600", Described(phrase=phrase)) == "a change of the number of copies is another finding"
    benign = near_miss("pathogenic variant", told(p="p.Gly13Asp", significance="likely benign"))
    assert benign == "the laboratory does not call the variant pathogenic"
    assert near_miss("pathogenic variant", told(p="p.Gly13Asp", significance="likely pathogenic")) != benign
    assert near_miss("V600", Described(phrase="something")) == other


# Names as told


def test_a_legacy_splice_name_keeps_its_sign_and_a_lost_stop_is_a_stop() -> None:
    splice, stop = protein("p.X1010_splice"), protein("p.X288Cys")
    assert splice is not None and (splice.ref, splice.name) == ("X", "p.X1010_splice")
    assert stop is not None and stop.ref == "*"
    small = protein("p.x1010_splice")
    assert small is not None and small.ref == "X"
    residue = protein("p.Asp1010_splice")
    assert residue is not None and residue.ref == "D"


@pytest.mark.parametrize(
    ("text", "gene"),
    [
        ("EGFRvIII", "EGFR"),
        ("Philadelphia chromosome", "ABL1"),
        ("Factor V Leiden", "F5"),
        ("Prothrombin 20210A", "F2"),
    ],
)
def test_a_name_that_stands_for_one_gene_needs_no_symbol(text: str, gene: str) -> None:
    found = parse_variant(text, genes())
    assert found is not None and found.gene == gene


def test_a_phrase_that_many_genes_share_stands_for_none() -> None:
    found = parse_variant("rearrangement", genes())
    assert found is None or found.gene is None


@pytest.mark.parametrize("text", ["p.Gly12Gly", "G12G", "p.Gly12="])
def test_an_exchange_of_a_residue_for_itself_is_silent(text: str) -> None:
    change = protein(text)
    assert change is not None and change.kind == "synonymous"


@pytest.mark.parametrize(
    "text", ["p.Gly12GlyAla", "p.Gly12", "p.Xyz12Cys", "p.Gly0Cys", "p.Gly13_Gly12del", "p.12Cys", ""]
)
def test_what_is_no_change_of_a_protein_is_never_read_as_one(text: str) -> None:
    change = protein(text)
    assert change is None or change.kind not in ("substitution", "nonsense")


def test_a_position_that_does_not_change_is_no_variant() -> None:
    assert parse("chr7:140753336A>A", genes()) is None
    found = parse("chr7:140753336A>T", genes())
    assert found is not None and found.genomic == "7:g.140753336A>T"


def test_two_proteins_or_two_coding_names_side_by_side_are_no_single_change() -> None:
    assert parse("p.Gly12Cys p.Gly13Asp", genes(), "KRAS") is None
    both = parse("p.Val600Glu c.1799T>A", genes(), "BRAF")
    assert both is not None and both.protein is not None and both.nucleotide is not None


def test_a_gene_fused_with_itself_is_a_change_inside_the_gene_and_no_fusion() -> None:
    found = parse("KMT2A::KMT2A", genes())
    assert found is not None and (found.phrase, found.partner) == ("change inside the gene", None)
    result = finding("variant", "KMT2A::KMT2A", {"row": "fusion"}, source_class="somatic")
    assert ask("variant", "KMT2A rearrangement", result, origin="somatic").keys != ("present",)


def test_categories_of_a_variant_are_those_of_its_gene_that_hold() -> None:
    gene = genes()["BRAF"]
    found = classes_of(gene, told(p="p.Val600Glu"))
    assert "V600 mutation" in found
    assert classes_of(gene, told(p="p.Gly469Ala")) != found
    assert same_as(gene, Described(names=("nothing",))) is None
    bare = Described(names=("nothing",))
    assert resolved(gene, bare) is bare and resolved(None, bare) is bare


def test_what_is_excepted_from_a_category_is_never_in_it() -> None:
    spec = {"codons": ["12"], "except": ["p.Gly12Cys"]}
    assert fits("any", spec, told(p="p.Gly12Asp")) is True
    assert fits("any", spec, told(p="p.Gly12Cys")) is False


# Significance


@pytest.mark.parametrize(
    ("stated", "holds"),
    [
        (("pathogenic",), ("present",)),
        (("likely pathogenic", "pathogenic"), ("present",)),
        (("uncertain significance",), ()),
        (("pathogenic", "benign"), ()),
        (("pathogenic", "uncertain significance"), ()),
    ],
)
def test_t39_a_variant_that_is_called_both_ways_is_neither(stated: tuple[str, ...], holds: tuple[str, ...]) -> None:
    told_so = variant("BRCA1", {"c": "NM_007294.4:c.68_69del", "significances": stated}, source_class="germline")
    assert ask("variant", "BRCA1 pathogenic variant", told_so).keys == holds


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("BRAF p.Val600Glu", "substitution"),
        ("EGFR p.Glu746_Ala750del", "deletion"),
        ("EGFR p.Glu746_Ala750delinsIle", "delins"),
        ("EGFR p.Ala763_Tyr764insPheGln", "insertion"),
        ("EGFR p.Ser768_Asp770dup", "duplication"),
        ("NPM1 p.Trp288fs", "frameshift"),
        ("BRCA1 p.Arg1443Ter", "nonsense"),
        ("BRCA1 p.Arg1443=", "synonymous"),
        ("MET p.X1010_splice", "splice"),
        ("BRAF c.1799T>A", "substitution"),
        ("EGFR c.2236_2250del", "deletion"),
        ("BRAF c.1799_1800dup", "duplication"),
        ("BRAF c.1799_1800insA", "insertion"),
        ("BRAF c.1798_1799delinsAA", "delins"),
        ("BRAF c.1799=", "synonymous"),
        ("EML4::ALK fusion", "fusion"),
        ("EGFR amplification", "amplification"),
        ("EGFR exon 19 deletion", "exon 19 deletion"),
        ("rs4244285", "identifier"),
        ("del(5)(q13q33)", "del(5)(q13q33)"),
        ("chr7:140753336A>T", "substitution"),
    ],
)
def test_every_variant_is_told_with_its_kind(text: str, kind: str) -> None:
    found = parse_variant(text, genes())
    assert found is not None and found.kind == kind


@pytest.mark.parametrize("kind", ["deletion", "insertion", "duplication"])
def test_a_region_with_a_type_of_change_is_the_phrase_of_both(kind: str) -> None:
    result = variant("EGFR", {"dna_region": ("Exon 19",), "type": f"inframe_{kind}"})
    assert described(result, "EGFR", genes()).phrase == f"exon 19 {kind}"


@pytest.mark.parametrize(
    ("change", "lost"),
    [
        ("p.Glu746del", 1),
        ("p.Glu746_Ala750del", 5),
        ("p.Leu747_Ala750delinsPro", 3),
        ("p.Glu746_Leu747delinsValPro", 0),
        ("p.Asp770dup", -1),
        ("p.Val769_Asp770insAlaSerVal", -3),
        ("p.Leu858Arg", 0),
    ],
)
def test_a_change_loses_what_it_removes_less_what_it_inserts(change: str, lost: int) -> None:
    found = protein(change)
    assert found is not None and found.lost == lost
    assert predicates.loss_in(["729", "861"], told(p=change)) is (lost > 0)
    assert predicates.gain_in(["729", "861"], told(p=change)) is (lost < 0)


@pytest.mark.parametrize("kind", ["deletion", "insertion", "duplication"])
def test_another_change_of_an_exon_is_known_to_be_none_of_one_residue(kind: str) -> None:
    of_exon = variant("EGFR", {"dna_region": ("Exon 20",), "type": kind})
    answer = ask("variant", "EGFR p.Leu858Arg", of_exon, origin="somatic")
    assert (answer.keys, answer.notes) == ((), ("near miss: another change of the gene",))
    untold = variant("EGFR", {"dna_region": ("Exon 20",), "type": "sequence alteration"})
    assert ask("variant", "EGFR p.Leu858Arg", untold, origin="somatic").notes == ()


def test_what_asks_for_several_genes_or_results_is_no_category_of_one_variant() -> None:
    asks = {"either", "plasma", "of"}
    combined = [(gene, name) for gene in genes().values() for name, spec in gene.variants.items() if asks & set(spec)]
    assert combined
    for gene, name in combined:
        found = parse_variant(f"{gene.symbol} {name}", genes())
        assert found is None or name not in found.categories
