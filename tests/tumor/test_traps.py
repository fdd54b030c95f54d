"""Every trap of the tumor topics, named after its id, through the whole line (biomarkers.md 3, 4, 5, 9.2, 11.2)."""

from __future__ import annotations

from typing import Any

import pytest

import pmcds
from tests.tumor.support import answer, engine, line, result, tissue

LUNG, BOWEL, SKIN, BREAST = "non-small cell lung cancer", "colorectal cancer", "melanoma", "breast cancer"
CML = "chronic myeloid leukemia"
OPEN = "CANNOT-TELL(position-not-tested)"
NOTHING = "CANNOT-TELL(no-result)"
SCALE = "CANNOT-TELL(scale-mismatch)"
IMPRECISE = "CANNOT-TELL(tumor-type-imprecise)"
OTHER = "NOT-COVERED(indication-out-of-scope)"


def variants(cancer: str | None, **genes: Any) -> dict[str, Any]:
    return tissue(cancer, variant=genes)


def markers(cancer: str | None, marker: dict[str, Any], **genes: Any) -> dict[str, Any]:
    return tissue(cancer, biomarker=marker, **({"variant": genes} if genes else {}))


def name(text: str) -> str | None:
    parsed = pmcds.parse_variant(text)
    return parsed.canonical if parsed else None


def shown(patient: dict[str, Any], order: str | None = None) -> str:
    return " ".join(str(card) for card in result(patient, order).cards)


# Two-way safety traps of section 1


def test_section_1_colorectal_cancer_is_excluded_from_the_tissue_agnostic_braf_rule() -> None:
    assert line("any/braf-v600e", variants(BOWEL, BRAF=["V600E"])) == OTHER
    assert line("any/braf-v600e", variants("pancreatic adenocarcinoma", BRAF=["V600E"])) == "ALERT"


def test_section_1_kras_g12c_with_an_approved_pair_is_no_warning() -> None:
    patient = variants(BOWEL, KRAS=["G12C"], NRAS=["absent"])
    assert line("colorectal/ras-panitumumab", patient, ["panitumumab", "sotorasib"]) == "CLEAR"
    assert line("colorectal/ras-panitumumab", patient, "panitumumab") == "ALERT"
    assert line("colorectal/ras-cetuximab", patient, ["cetuximab", "adagrasib"]) == "CLEAR"
    assert line("colorectal/ras-cetuximab", patient, ["cetuximab", "sotorasib"]) == "ALERT"


def test_section_1_a_ret_mutation_is_no_ret_fusion() -> None:
    assert line("lung/ret-fusion", variants(LUNG, RET=["M918T"])) == OPEN
    assert line("thyroid/ret-mutation", variants("medullary thyroid cancer", RET=["KIF5B::RET"])).startswith("CANNOT")


def test_section_1_ntrk_g595r_is_no_fusion() -> None:
    assert line("any/ntrk-fusion", variants(LUNG, NTRK1=["G595R"])) == OPEN
    assert line("any/ntrk-fusion", variants(LUNG, NTRK3=["G623R"])) == OPEN


def test_section_1_alk_amplification_and_f1174l_are_no_rearrangement() -> None:
    assert line("lung/alk-rearrangement", variants(LUNG, ALK=["amplification"])) == OPEN
    assert line("lung/alk-rearrangement", variants(LUNG, ALK=["F1174L"])) == OPEN


def test_section_1_an_exon_19_insertion_is_no_deletion() -> None:
    assert line("lung/egfr-common", variants(LUNG, EGFR=["I740_K745dup"])) == OPEN
    assert line("lung/egfr-common", variants(LUNG, EGFR=["exon 19 insertion"])) == OPEN


@pytest.mark.parametrize("drug", ["mobocertinib", "infigratinib", "tazemetostat"])
def test_section_1_a_withdrawn_drug_is_never_suggested(drug: str) -> None:
    for patient in (
        variants(LUNG, EGFR=["D770_N771insSVD"]),
        variants("intrahepatic cholangiocarcinoma", FGFR2=["FGFR2-BICC1"]),
        variants("follicular lymphoma", EZH2=["Y646N"]),
    ):
        assert drug not in shown(patient).lower()


def test_section_1_ras_unknown_is_neither_mutant_nor_wild_type() -> None:
    assert line("colorectal/ras-panitumumab", tissue(BOWEL), "panitumumab") == NOTHING
    assert line("colorectal/ras-wild-type-panitumumab", tissue(BOWEL)) == NOTHING


def test_section_1_pd_l1_positive_is_no_score() -> None:
    patient = markers(LUNG, {"PD-L1": "positive"}, EGFR=["absent"], **{"ALK rearrangement": "absent"})
    assert line("lung/pdl1-tps-1", patient) == SCALE
    assert line("lung/pdl1-tps-50", patient).startswith("CANNOT-TELL")


# Three states


def test_st_01_a_named_variant_of_a_final_result_is_present() -> None:
    assert line("lung/kras-g12c", variants(LUNG, KRAS=["G12C"])) == "ALERT"


def test_st_02_a_negation_wins_over_the_name_of_the_variant() -> None:
    parsed = pmcds.parse_variant("BRAF V600E: Negative")
    assert parsed is not None
    assert parsed.negated
    assert line("melanoma/braf-v600e-single-agents", tissue(SKIN, variant={"BRAF V600E": "absent"})) == "CLEAR"


def test_st_03_no_result_is_never_absence() -> None:
    assert line("lung/kras-g12c", tissue(LUNG)) == NOTHING


def test_st_04_a_v600e_assay_says_nothing_about_v600k() -> None:
    patient = tissue(SKIN, variant={"BRAF p.Val600Glu": "absent"})
    assert line("melanoma/braf-v600e-or-v600k-pairs", patient) == OPEN
    assert line("melanoma/braf-wild-type", patient, "encorafenib") == OPEN


def test_st_05_a_negative_plasma_result_is_no_absence() -> None:
    plasma = {"cancer": [LUNG], "specimen": "plasma", "variant": {"KRAS": "absent"}}
    assert line("lung/kras-g12c", plasma) == OPEN
    assert line("lung/order-kras-g12c-inhibitors", plasma, "sotorasib") == OPEN


def test_st_06_a_gene_level_negative_covers_the_codons_of_the_gene_and_no_fusion() -> None:
    assert line("lung/kras-g12c", variants(LUNG, KRAS=["absent"])) == "CLEAR"
    assert line("lung/alk-rearrangement", variants(LUNG, ALK=["absent"])) == OPEN


def test_st_06_a_fish_negative_says_nothing_about_mutations() -> None:
    patient = tissue(LUNG, variant={"ALK rearrangement": "absent"})
    assert answer("variant", "ALK rearrangement", patient).keys == ("absent",)
    assert answer("variant", "ALK p.Leu1196Met", patient).keys == ()


# Reading of names


@pytest.mark.parametrize(
    "text",
    ["braf v600000932092039e", "BRAF V600E 33", "NP_004324.2:p.Glu600Val", "NC_000007.13:g.4T<A", "V600E", "test"],
)
def test_ve_11_what_must_not_be_read_is_not_read(text: str) -> None:
    assert name(text) is None


def test_ve_08_a_protein_name_that_the_bases_cannot_make_is_told() -> None:
    from pmcds.infer.protein import nucleotide, protein
    from pmcds.infer.variant_consistency import consistent
    from pmcds.infer.variant_predicates import Described

    wrong = Described((), protein("p.Arg1655Leu"), nucleotide("c.4964G>A"))
    right = Described((), protein("p.Val600Glu"), nucleotide("c.1799T>A"))
    assert not consistent(wrong)
    assert consistent(right)
    told = answer("variant", "BRAF p.Val600Glu", variants(None, BRAF=["c.1798G>A p.(Val600Glu)"]))
    assert told.word == "indeterminate"


# Isoforms and numbering


@pytest.mark.parametrize(
    ("trap", "text", "wanted"),
    [
        ("VT-01", "FGFR3 Y375C", "FGFR3:p.Tyr373Cys"), ("VT-05", "ABL1 Thr334Ile", "ABL1:p.Thr315Ile"),
        ("VT-05", "NM_007313.2:c.1001C>T", "ABL1:p.Thr315Ile"), ("VT-05", "NM_005157.5:c.944C>T", "ABL1:p.Thr315Ile"),
        ("VT-06", "NP_001365404.1:p.Val512Glu", "BRAF:p.Val600Glu"), ("VT-07", "H3 K27M", "H3-3A:p.Lys28Met"),
        ("VT-07", "HIST1H3B K27M", "H3C2:p.Lys28Met"), ("VT-08", "TTR V122I", "TTR:p.Val142Ile"),
        ("VT-08", "TTR V30M", "TTR:p.Val50Met"), ("VT-09", "F5 R506Q", "F5:p.Arg534Gln"),
        ("VT-09", "F2 G20210A", "F2:c.*97G>A"),
    ],
)  # fmt: skip
def test_vt_a_name_on_another_isoform_leads_to_one_row(trap: str, text: str, wanted: str) -> None:
    assert name(text) == wanted, trap


def test_vt_02_met_d1228n_has_no_offset_but_in_the_table() -> None:
    assert name("MET D1228N") == "MET:p.Asp1228Asn"
    assert name("MET D1246N") == "MET:p.Asp1246Asn"


def test_vt_05_t315a_is_not_t315i_and_the_other_numbering_is_no_other_residue() -> None:
    assert line("leukemia/abl1-t315i", variants(CML, ABL1=["T315A"])) == "CLEAR"
    assert name("NM_005157.5:c.1001C>T") != "ABL1:p.Thr315Ile"


def test_vt_10_exon_14_is_counted_on_both_transcripts() -> None:
    for change in ("c.3028+1G>A", "c.3082+1G>T", "c.2888-1G>C", "c.2942-2A>G", "X1010_splice", "D1028_splice"):
        assert line("lung/met-exon-14-skipping", variants(LUNG, MET=[change])) == "ALERT", change


def test_vt_11_no_digit_is_mended() -> None:
    assert name("EZH2 A862G") == "EZH2:p.Ala862Gly"
    assert name("EZH2 A682G") == "EZH2:p.Ala682Gly"


def test_vt_12_e545d_counts_by_its_bases_only() -> None:
    breast = {"ER": "positive", "PR": "negative", "HER2": "1+"}
    for change, wanted in (
        ("E545D", "CANNOT-TELL(indeterminate)"),
        ("c.1635G>T p.(Glu545Asp)", "ALERT"),
        ("c.1635G>C p.(Glu545Asp)", OPEN),
    ):
        assert line("breast/pik3ca-alpelisib", markers(BREAST, breast, PIK3CA=[change])) == wanted, change


def test_vt_13_two_rows_are_not_joined_to_one_change_of_two_bases() -> None:
    patient = variants(SKIN, BRAF=["c.1798G>A", "c.1799T>A"])
    assert answer("variant", "BRAF p.Val600Lys", patient).keys != ("present",)


# Categories


@pytest.mark.parametrize("change", ["I740_K745dup", "L747P", "K745fs", "V769_D770insASV", "c.2235_2248del"])
def test_cat_01_what_is_no_exon_19_deletion(change: str) -> None:
    assert line("lung/egfr-common", variants(LUNG, EGFR=[change])).startswith("CANNOT-TELL")


def test_cat_02_fqea_is_an_exon_20_insertion_without_the_caution() -> None:
    patient = variants(LUNG, EGFR=["A763_Y764insFQEA"])
    assert line("lung/egfr-exon-20-insertion", patient) == "ALERT"
    assert line("lung/egfr-exon-20-insertion-caution", patient, "gefitinib") == OPEN
    assert line("lung/egfr-exon-20-insertion", variants(LUNG, EGFR=["T790M"])) == OPEN


def test_cat_03_what_is_no_exon_14_skipping() -> None:
    for change in ("amplification", "Y1003F", "p.Asp1010His"):
        assert line("lung/met-exon-14-skipping", variants(LUNG, MET=[change])) == OPEN, change


def test_cat_04_l858m_is_not_l858r_and_silent_is_no_change() -> None:
    assert line("lung/egfr-t790m", variants(LUNG, EGFR=["p.Thr790="])) == OPEN
    assert answer("variant", "EGFR p.Leu858Arg", variants(LUNG, EGFR=["L858M"])).keys == ("absent",)


def test_cat_05_v600r_never_for_e_or_k_and_k601e_is_no_wild_type() -> None:
    assert line("melanoma/braf-v600e-or-v600k-pairs", variants(SKIN, BRAF=["V600R"])) == "CLEAR"
    assert line("melanoma/braf-v600-atezolizumab", variants(SKIN, BRAF=["V600R"])) == "ALERT"
    for change in ("K601E", "G469A", "D594G"):
        assert line("melanoma/braf-wild-type", variants(SKIN, BRAF=[change]), "encorafenib") == OPEN, change


def test_cat_06_hras_and_other_codons_are_no_ras_mutation() -> None:
    wild = {"KRAS": "absent", "NRAS": "absent", "HRAS": ["G12D"]}
    assert line("colorectal/ras-panitumumab", tissue(BOWEL, variant=wild), "panitumumab") == "CLEAR"
    for change in ("A18D", "Q22K"):
        patient = variants(BOWEL, KRAS=[change], NRAS=["absent"])
        assert line("colorectal/ras-panitumumab", patient, "panitumumab") == OPEN, change


def test_cat_07_kras_alone_is_not_ras_wild_type() -> None:
    assert line("colorectal/ras-wild-type-panitumumab", variants(BOWEL, KRAS=["absent"])) == NOTHING
    codons = tissue(BOWEL, variant={"KRAS codons 12 and 13": "absent", "NRAS": "absent"})
    assert line("colorectal/ras-wild-type-panitumumab", codons) == OPEN


def test_cat_08_g12d_is_not_g12c() -> None:
    assert line("lung/kras-g12c", variants(LUNG, KRAS=["G12D"])) == "CLEAR"


def test_cat_09_s310f_is_no_kinase_domain_and_amplification_no_mutation() -> None:
    luad = "non-squamous non-small cell lung cancer"
    assert line("lung/erbb2-kinase-domain", variants(luad, ERBB2=["p.Ser310Phe pathogenic"])) == OPEN
    assert line("lung/erbb2-activating", variants(LUNG, ERBB2=["amplification"])) == OPEN


def test_cat_10_n345k_is_not_on_the_list_of_eleven() -> None:
    breast = {"ER": "positive", "PR": "negative", "HER2": "0"}
    assert line("breast/pik3ca-alpelisib", markers(BREAST, breast, PIK3CA=["N345K"])) == OPEN


def test_cat_11_esr1_amplification_and_fusion_do_not_match() -> None:
    breast = {"ER": "positive", "HER2": "0"}
    for change in ("amplification", "ESR1-CCDC170", "S309F"):
        assert line("breast/esr1-elacestrant", markers(BREAST, breast, ESR1=[change])) == OPEN, change


def test_cat_12_another_change_of_codon_132_is_open() -> None:
    patient = variants("acute myeloid leukemia", IDH1=["R132P"])
    assert line("leukemia/idh1", patient) == "CANNOT-TELL(indeterminate)"


def test_cat_13_another_flt3_variant_is_no_itd_or_tkd() -> None:
    aml = "acute myeloid leukemia"
    assert line("leukemia/flt3-gilteritinib", variants(aml, FLT3=["T227M"])) == OPEN
    assert line("leukemia/flt3-itd-quizartinib", variants(aml, FLT3=["D835Y"])) == OPEN


def test_cat_14_fgfr2_is_not_fgfr3() -> None:
    assert line("bladder/fgfr3", variants("urothelial carcinoma", FGFR2=["p.Ser252Trp"])) == NOTHING
    assert line("bladder/fgfr3", variants("urothelial carcinoma", FGFR3=["K650E"])) == OPEN


def test_cat_15_d842i_is_exon_18_and_not_d842v() -> None:
    patient = variants("gastrointestinal stromal tumor", PDGFRA=["D842I"])
    assert line("gist/pdgfra-exon-18", patient) == "ALERT"
    assert line("gist/pdgfra-d842v-imatinib", patient, "imatinib") == "CLEAR"


def test_cat_16_point_mutations_amplification_and_tandem_duplication_are_no_fusion() -> None:
    aml = "acute myeloid leukemia"
    assert line("leukemia/kmt2a", variants(aml, KMT2A=["KMT2A-PTD"])) == OPEN
    assert line("leukemia/kmt2a", variants(aml, KMT2A=["KMT2A::KMT2A"])) != "ALERT"
    assert line("leukemia/kmt2a", variants(aml, KMT2A=["MLLT3::KMT2A"])) == "ALERT"
    assert line("leukemia/pml-rara", variants("acute promyelocytic leukemia", RARA=["ZBTB16-RARA"])) == OPEN


def test_cat_17_a_tp53_mutation_is_no_17p_deletion() -> None:
    patient = variants("chronic lymphocytic leukemia", TP53=["p.Arg175His"])
    assert line("leukemia/del-17p", patient) == NOTHING


def test_cat_18_uncertain_variants_and_ppp2r2a_never_match() -> None:
    prostate = "prostate cancer"
    assert line("prostate/hrr-olaparib", variants(prostate, PPP2R2A=["p.Arg100Ter pathogenic"])) == NOTHING
    assert line("prostate/hrr-olaparib", variants(prostate, ATM=["p.Arg3008Cys uncertain significance"])) != "ALERT"
    somatic = markers(BREAST, {"HER2": "0"}, BRCA1=["p.Cys61Gly pathogenic"])
    assert line("breast/germline-brca-metastatic", somatic) != "ALERT"


@pytest.mark.parametrize(
    ("results", "positive", "low", "third"),
    [
        ({"HER2": "3+"}, "ALERT", "CLEAR", "ALERT"),
        ({"HER2": "2+", "HER2 FISH": "positive"}, "ALERT", "CLEAR", "CLEAR"),
        ({"HER2": "2+", "HER2 FISH": "negative"}, "CLEAR", "ALERT", "CLEAR"),
        ({"HER2": "2+"}, "CANNOT-TELL(indeterminate)", "CANNOT-TELL(indeterminate)", "CLEAR"),
        ({"HER2": "1+"}, "CLEAR", "ALERT", "CLEAR"),
        ({"HER2": "0"}, "CLEAR", "CLEAR", "CLEAR"),
        ({"HER2": "positive"}, "ALERT", "CLEAR", SCALE),
        ({"HER2": "present"}, SCALE, SCALE, SCALE),
    ],
)
def test_cat_19_her2_states(results: dict[str, Any], positive: str, low: str, third: str) -> None:
    assert line("breast/her2-positive", markers(BREAST, results)) == positive
    assert line("breast/her2-low", markers(BREAST, results)) == low
    assert line("any/her2-ihc-3", markers(BREAST, results)) == third


def test_cat_19_one_plus_with_a_positive_hybridization_is_a_conflict() -> None:
    patient = markers(BREAST, {"HER2": "1+", "HER2 FISH": "positive"})
    assert line("breast/her2-positive", patient) == "CANNOT-TELL(conflict)"


def test_cat_20_scores_are_not_converted_and_a_bound_may_straddle() -> None:
    clean = {"EGFR": "absent", "ALK rearrangement": "absent", "ROS1 rearrangement": "absent"}
    tps = {"PD-L1 TPS": {"quantity": "60", "unit": "%"}}
    assert line("head-neck/pdl1-cps-1", markers("head and neck squamous cell carcinoma", tps)) == SCALE
    below = {"PD-L1 TPS": {"quantity": "1", "unit": "%", "comparator": "<"}}
    assert line("lung/pdl1-tps-1", markers(LUNG, below, **clean)) == "CLEAR"
    assert line("lung/pdl1-tps-50", markers(LUNG, below, **clean)) == "CLEAR"
    over = {"PD-L1 TPS": {"quantity": "1", "unit": "%", "comparator": ">="}}
    assert line("lung/pdl1-tps-50", markers(LUNG, over, **clean)) == "CANNOT-TELL(value-straddles-threshold)"


def test_cat_21_msi_low_is_absent_and_some_labels_name_dmmr_only() -> None:
    uterus = "endometrial carcinoma"
    assert line("any/msi-high", markers("pancreatic adenocarcinoma", {"MSI": "low"})) == "CLEAR"
    assert line("endometrial/dmmr", markers(uterus, {"MSI": "high"})) == NOTHING
    assert line("endometrial/msi-high-or-dmmr", markers(uterus, {"MSI": "high"})) == "ALERT"


def test_cat_22_tmb_9_99_is_below_and_a_category_proves_nothing() -> None:
    tumor = "pancreatic adenocarcinoma"
    for value, wanted in (("9.99", "CLEAR"), ("10", "ALERT"), ("10.01", "ALERT")):
        patient = markers(tumor, {"TMB": {"quantity": value, "unit": "mut/Mb"}})
        assert line("any/tmb-high", patient) == wanted, value
    assert line("any/tmb-high", markers(tumor, {"TMB": "high"})) == SCALE


def test_cat_23_a_bare_genomic_score_is_no_call() -> None:
    ovary = "ovarian, fallopian tube or primary peritoneal cancer"
    negative = {"BRCA1": ["absent"], "BRCA2": ["absent"]}
    assert line("ovarian/hrd-olaparib-bevacizumab", markers(ovary, {"HRD": {"quantity": "55"}}, **negative)) == SCALE
    assert line("ovarian/hrd-olaparib-bevacizumab", variants(ovary, BRCA1=["p.Cys61Gly pathogenic"])) == "ALERT"


def test_cat_24_a_resistance_mutation_speaks_of_its_drugs_only() -> None:
    patient = variants(LUNG, EGFR=["T790M"])
    assert line("lung/egfr-t790m-resistance", patient, "erlotinib") == "ALERT"
    assert line("lung/egfr-t790m-resistance", patient, "osimertinib") == ""
    assert line("lung/egfr-t790m-resistance", tissue(LUNG), "erlotinib") == NOTHING


# Tumor types


@pytest.mark.parametrize("node", ["MEL", "HNMUCM", "ARMM", "ESMM", "URMM", "VMM", "PCNSM", "CM"])
def test_tt_01_melanoma_lives_in_many_places(node: str) -> None:
    assert types("oncotree", node)[0] >= {"melanoma"}


def types(system: str, code: str) -> tuple[set[str], set[str]]:
    terms = engine().terms
    match = terms.conditions([(terms.address(system), code, None)])
    return set(match.cancers), set(match.imprecise)


def test_tt_01_uveal_melanoma_is_not_included() -> None:
    assert "melanoma" not in types("oncotree", "UM")[0]


@pytest.mark.parametrize(
    ("trap", "system", "code", "cancer", "wanted"),
    [
        ("TT-02", "oncotree", "IMTB", "inflammatory myofibroblastic tumor", "is"),
        ("TT-02", "oncotree", "IMTL", "inflammatory myofibroblastic tumor", "is"),
        ("TT-03", "oncotree", "HGSFT", "ovarian, fallopian tube or primary peritoneal cancer", "is"),
        ("TT-03", "oncotree", "OVARY", "ovarian, fallopian tube or primary peritoneal cancer", "may be"),
        ("TT-04", "oncotree", "PANET", "pancreatic adenocarcinoma", "is not"),
        ("TT-05", "oncotree", "RAML", "renal cell carcinoma", "is not"),
        ("TT-06", "oncotree", "GB", "diffuse midline glioma", "is not"),
        ("TT-07", "oncotree", "ASTR3", "grade 2 astrocytoma or oligodendroglioma", "is not"),
        ("TT-07", "oncotree", "ASTR", "grade 2 astrocytoma or oligodendroglioma", "may be"),
        ("TT-08", "oncotree", "BLLBCRABL1L", "B-lymphoblastic leukemia or BCR-ABL1 mixed phenotype leukemia", "is not"),
        ("TT-09", "oncotree", "ALCLALKN", "ALK-positive anaplastic large cell lymphoma", "is not"),
        ("TT-09", "oncotree", "ALCL", "ALK-positive anaplastic large cell lymphoma", "may be"),
        ("TT-10", "icd10cm", "C22.0", "intrahepatic cholangiocarcinoma", "is not"),
        ("TT-10", "icd10cm", "C22.1", "intrahepatic cholangiocarcinoma", "is"),
        ("TT-11", "icd10cm", "C17.9", "colorectal cancer", "is not"),
        ("TT-11", "icd10cm", "C21.0", "colorectal cancer", "is not"),
        ("TT-11", "icd10cm", "C18.1", "colorectal cancer", "is not"),
        ("TT-12", "icd10cm", "C34.90", "non-small cell lung cancer", "may be"),
        ("TT-13", "icd10cm", "C43.9", "melanoma", "is"),
        ("TT-13", "icd10cm", "C49.A0", "gastrointestinal stromal tumor", "is"),
        ("TT-14", "oncotree", "GB", "glioblastoma", "is"),
        ("TT-16", "oncotree", "BRCA", "breast cancer", "is"),
        ("TT-17", "oncotree", "HDCN", "Erdheim-Chester disease", "may be"),
        ("TT-18", "oncotree", "MCD", "aggressive systemic mastocytosis", "may be"),
        ("TT-19", "oncotree", "AML", "solid tumor", "is not"),
        ("TT-19", "oncotree", "SRCCR", "solid tumor other than colorectal", "is not"),
        ("TT-19", "oncotree", "BOWEL", "solid tumor other than colorectal", "may be"),
        ("TT-20", "icd10cm", "C79.31", "solid tumor", "is not"),
        ("TT-20", "icd10cm", "D05.1", "breast cancer", "is not"),
        ("TT-21", "icd10cm", "C53.9", "cervical cancer", "is"),
        ("TT-21", "icd10cm", "C25.9", "pancreatic adenocarcinoma", "may be"),
    ],
)  # fmt: skip
def test_tt_where_a_diagnosis_stands(trap: str, system: str, code: str, cancer: str, wanted: str) -> None:
    sure, perhaps = types(system, code)
    found = "is" if cancer in sure else "may be" if cancer in perhaps else "is not"
    assert found == wanted, trap


def test_tt_15_a_diagnosis_that_names_a_marker_is_no_result() -> None:
    assert line("leukemia/bcr-abl1-cml", {"cancer": [CML]}) == NOTHING
    assert line("leukemia/abl1-t315i", {"cancer": [CML]}) == NOTHING


def test_tt_07_without_a_tumor_type_nothing_is_decided() -> None:
    assert line("lung/kras-g12c", variants(None, KRAS=["G12C"])) == IMPRECISE


# Near misses of fixtures


def test_fx_04_a_near_miss_is_told_with_its_reason() -> None:
    found = answer("variant", "BRAF p.Val600Glu", variants(SKIN, BRAF=["V600K"]))
    assert found.keys == ("absent",)
    assert any(note.startswith("near miss: another change of the same residue") for note in found.notes)
    open_one = answer("variant", "RET fusion", variants(LUNG, RET=["M918T"]))
    assert any(note.startswith("near miss") for note in open_one.notes)


def test_fx_04_the_card_says_why_it_is_a_near_miss() -> None:
    assert "near miss" in shown(variants(SKIN, BRAF=["V600K"]), "dabrafenib")


def test_fx_09_every_notation_of_a_hotspot_gives_the_same_outcome() -> None:
    for change in (
        "V600E", "p.V600E", "p.Val600Glu", "p.(Val600Glu)", "c.1799T>A", "NM_004333.4:c.1799T>A",
        "NC_000007.14:g.140753336A>T", "NC_000007.13:g.140453136A>T", "VAL600GLU", "NP_004324.2:p.Val600Glu",
    ):  # fmt: skip
        assert line("melanoma/braf-v600e-single-agents", variants(SKIN, BRAF=[change])) == "ALERT", change


def test_fx_10_a_negative_report_with_the_name_in_its_text_is_clear() -> None:
    assert line("lung/kras-g12c", tissue(LUNG, variant={"KRAS G12C": "absent"})) == "CLEAR"


# Circulating tumor DNA


def test_ct_01_a_negative_plasma_result_asks_for_tissue() -> None:
    plasma = {"cancer": [LUNG], "specimen": "plasma", "variant": {"EGFR": "absent"}}
    assert line("liquid-biopsy/plasma-negative", plasma) == "ALERT"
    assert line("liquid-biopsy/plasma-negative", variants(LUNG, EGFR=["absent"])).startswith("CANNOT-TELL")


def test_ct_04_a_positive_plasma_result_counts() -> None:
    plasma = {"cancer": [LUNG], "specimen": "plasma", "variant": {"KRAS": ["G12C"]}}
    assert line("lung/kras-g12c", plasma) == "ALERT"


def test_ct_05_the_t790m_rule_says_what_plasma_leaves_open() -> None:
    rule = engine().knowledge.rule("tumor/lung/egfr-t790m")
    assert rule is not None
    assert "P200010" in (rule.limits or "")


# Orders


def test_a_co_ordered_pair_with_v600k_is_within_the_label() -> None:
    patient = variants(SKIN, BRAF=["V600K"])
    assert line("melanoma/braf-v600e", patient, ["dabrafenib", "trametinib"]) == "CLEAR"
    assert line("melanoma/braf-v600e", patient, "dabrafenib") == "ALERT"


def test_a_targeted_drug_without_a_result_suggests_the_test() -> None:
    found = result(tissue(LUNG), "osimertinib")
    assert line("lung/order-osimertinib", tissue(LUNG), "osimertinib") == NOTHING
    assert any("EGFR" in str(card.suggestions) for card in found.cards)


def test_unknown_kit_status_lies_inside_the_labeled_population() -> None:
    asm = {"cancer": ["aggressive systemic mastocytosis"]}
    found = [one for one in result(asm, "imatinib").ledger.orders if one.rule == "tumor/mastocytosis/kit-d816v"]
    assert [(one.outcome, one.quiet) for one in found] == [("CANNOT-TELL", True)]
