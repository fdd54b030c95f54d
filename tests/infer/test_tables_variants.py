"""Residues, codons, and the closed words of variant texts: each letter and each word, written out a second time."""

from __future__ import annotations

from itertools import product

import pytest

from pmcds.infer import parse_variant
from pmcds.infer.methods import METHODS
from pmcds.infer.protein import Change, nucleotide, protein
from pmcds.infer.sites import copies_of
from pmcds.infer.spelling import cleaned
from pmcds.infer.typed_alleles import typed
from pmcds.infer.variant_consistency import consistent
from pmcds.infer.variant_findings import significance_of
from pmcds.infer.variant_predicates import PREDICATES, Described
from tests.infer.support import ask, finding, genes, variant

# The codes of IUPAC, and the standard genetic code by residue.
RESIDUES = {
    "Ala": "A", "Arg": "R", "Asn": "N", "Asp": "D", "Cys": "C", "Gln": "Q", "Glu": "E", "Gly": "G", "His": "H",
    "Ile": "I", "Leu": "L", "Lys": "K", "Met": "M", "Phe": "F", "Pro": "P", "Ser": "S", "Thr": "T", "Trp": "W",
    "Tyr": "Y", "Val": "V",
}  # fmt: skip
CODONS = {
    "A": "GCT GCC GCA GCG", "R": "CGT CGC CGA CGG AGA AGG", "N": "AAT AAC", "D": "GAT GAC", "C": "TGT TGC",
    "Q": "CAA CAG", "E": "GAA GAG", "G": "GGT GGC GGA GGG", "H": "CAT CAC", "I": "ATT ATC ATA",
    "L": "TTA TTG CTT CTC CTA CTG", "K": "AAA AAG", "M": "ATG", "F": "TTT TTC", "P": "CCT CCC CCA CCG",
    "S": "TCT TCC TCA TCG AGT AGC", "T": "ACT ACC ACA ACG", "W": "TGG", "Y": "TAT TAC", "V": "GTT GTC GTA GTG",
    "*": "TAA TAG TGA",
}  # fmt: skip


@pytest.mark.parametrize("three", RESIDUES)
def test_ve01_one_letter_and_three_letters_are_one_residue(three: str) -> None:
    one = RESIDUES[three]
    other = "Ala" if three != "Ala" else "Gly"
    for text in (
        f"p.{three}12{other}",
        f"{one}12{RESIDUES[other]}",
        f"p.({three}12{other})",
        f"{three.upper()}12{other}",
    ):
        found = protein(text)
        assert found is not None and found.name == f"p.{three}12{other}", text
        assert (found.kind, found.ref, found.new) == ("substitution", one, RESIDUES[other])
    back = protein(f"p.{other}12{three}")
    assert back is not None and (back.name, back.new) == (f"p.{other}12{three}", one)
    for text in (f"p.{three}12Ter", f"{one}12*", f"{one}12X", f"p.{three}12*"):
        stop = protein(text)
        assert stop is not None and (stop.kind, stop.name) == ("nonsense", f"p.{three}12Ter"), text


def test_ve01_selenocysteine_is_a_residue_and_other_letters_are_none() -> None:
    found = protein("p.Sec12Ala")
    assert found is not None and found.ref == "U"
    assert [text for text in ("B12A", "J12A", "O12A", "Z12A", "Asx12Ala", "Xaa12Ala") if protein(text)] == []


@pytest.mark.parametrize(
    ("text", "kind", "name"),
    [
        ("p.Glu12fs", "frameshift", "p.Glu12fs"), ("E12fs*5", "frameshift", "p.Glu12fs"),
        ("p.Glu12ValfsTer9", "frameshift", "p.Glu12fs"), ("p.Glu12fsX", "frameshift", "p.Glu12fs"),
        ("p.Glu12fs*?", "frameshift", "p.Glu12fs"), ("E12_splice", "splice", "p.Glu12_splice"),
        ("p.Glu12_Ala14delinsVal", "delins", "p.Glu12_Ala14delinsVal"), ("E12>VA", "delins", "p.Glu12delinsValAla"),
        ("p.Glu12del", "deletion", "p.Glu12del"), ("E12_A14del", "deletion", "p.Glu12_Ala14del"),
        ("p.Glu12_Ala14dup", "duplication", "p.Glu12_Ala14dup"), ("E12dup", "duplication", "p.Glu12dup"),
        ("p.Glu12_Lys13insVal", "insertion", "p.Glu12_Lys13insVal"), ("p.Glu12=", "synonymous", "p.Glu12="),
        ("E12E", "synonymous", "p.Glu12="), ("p.Glu12Val", "substitution", "p.Glu12Val"),
    ],
)  # fmt: skip
def test_ve02_each_kind_of_protein_change_is_read_as_its_own(text: str, kind: str, name: str) -> None:
    found = protein(text)
    assert found is not None
    assert (found.kind, found.name) == (kind, name)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("c.12A>G", "c.12A>G"), ("c.12_13AC>GT", "c.12_13delinsGT"), ("c.12delAinsGT", "c.12delinsGT"),
        ("c.12_14del3insGT", "c.12_14delinsGT"), ("c.12delinsGT", "c.12delinsGT"), ("c.12del", "c.12del"),
        ("c.12_14delACG", "c.12_14del"), ("c.12_14del3", "c.12_14del"), ("c.12dupA", "c.12dup"),
        ("c.12_13insACG", "c.12_13insACG"), ("c.12=", "c.12="), ("g.12A>G", "g.12A>G"), ("m.12A>G", "m.12A>G"),
        ("n.12A>G", "n.12A>G"), ("c.12+1G>A", "c.12+1G>A"), ("c.-12G>A", "c.-12G>A"), ("c.*12G>A", "c.*12G>A"),
    ],
)  # fmt: skip
def test_ve04_each_kind_of_base_change_is_read_as_its_own(text: str, name: str) -> None:
    found = nucleotide(text)
    assert found is not None
    assert (found.name, found.reference) == (name, text.endswith("="))


def test_ve08_a_base_change_makes_exactly_the_residues_of_the_genetic_code() -> None:
    residue_of = {codon: one for one, codons in CODONS.items() for codon in codons.split()}
    assert len(residue_of) == 64
    for place, (old, new) in product(range(3), product("ACGT", repeat=2)):
        if old == new:
            continue
        made = {
            (residue_of[codon], residue_of[codon[:place] + new + codon[place + 1 :]])
            for codon in residue_of
            if codon[place] == old
        }
        base = nucleotide(f"c.{place + 1}{old}>{new}")
        for one, two in product(CODONS, repeat=2):
            if one != two and one != "*":
                kind = "nonsense" if two == "*" else "substitution"
                told = Described(protein=Change(kind, one, 1, 1, two, one), nucleotide=base)
                assert consistent(told) == ((one, two) in made), (place, old, new, one, two)


KNOWN = genes()


@pytest.mark.parametrize(
    "words",
    [
        "not detected", "not identified", "not found", "not present", "undetected", "none detected", "negative",
        "absent", "wild type", "wild-type", "wildtype", "WT", "Not Detected",
    ],
)  # fmt: skip
def test_ve_each_way_to_say_that_it_was_not_found_negates(words: str) -> None:
    for text in (f"BRAF V600E: {words}", f"BRAF p.Val600Glu {words}"):
        found = parse_variant(text, KNOWN)
        assert found is not None and found.negated, text


@pytest.mark.parametrize("word", ["detected", "identified", "found", "present", "mutation", "variant"])
def test_ve_no_before_what_was_looked_for_negates(word: str) -> None:
    found = parse_variant(f"no BRAF V600E {word}", KNOWN)
    assert found is not None and found.negated


@pytest.mark.parametrize(
    "word",
    [
        "detected", "identified", "found", "present", "positive", "mutation", "mutations", "mutated", "variant",
        "variants", "mutant", "heterozygous", "homozygous", "hemizygous", "het", "hom", "pathogenic",
        "likely pathogenic", "somatic", "germline", "Detected",
    ],
)  # fmt: skip
def test_ve_what_is_said_beside_a_variant_changes_nothing_of_it(word: str) -> None:
    found = parse_variant(f"BRAF V600E {word}", KNOWN)
    assert found is not None
    assert (found.gene, found.protein, found.negated) == ("BRAF", "p.Val600Glu", False)


@pytest.mark.parametrize(
    "share", ["(AR 0.7)", "(VAF 12 %)", "(allelic ratio 0.7)", "(allele fraction: 0.12)", "(vaf 3)"]
)
def test_ve_a_share_of_the_reads_is_no_part_of_the_name(share: str) -> None:
    found = parse_variant(f"BRAF V600E {share}", KNOWN)
    assert found is not None and found.protein == "p.Val600Glu"


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("exon 19 deletion", "exon 19 deletion"), ("exon 19 deletions", "exon 19 deletion"),
        ("exon 19 del", "exon 19 deletion"), ("ex19del", "exon 19 deletion"), ("19del", "exon 19 deletion"),
        ("exon 20 insertion", "exon 20 insertion"), ("exon 20 insertions", "exon 20 insertion"),
        ("exon 20 ins", "exon 20 insertion"), ("ex20ins", "exon 20 insertion"), ("20ins", "exon 20 insertion"),
        ("exon 14 skipping", "exon 14 skipping"), ("exon 14 skip", "exon 14 skipping"),
        ("exon 18 duplication", "exon 18 duplication"), ("exon 18 duplications", "exon 18 duplication"),
        ("exon 18 dup", "exon 18 duplication"), ("codon 12", "codon 12"), ("G12", "codon 12"),
        ("amplification", "amplification"), ("gene amplification", "amplification"), ("amplified", "amplification"),
        ("amp", "amplification"), ("gain", "gain"), ("copy number gain", "gain"), ("copy-number gain", "gain"),
        ("loss", "loss"), ("copy number loss", "loss"), ("homozygous loss", "loss"), ("gene deletion", "loss"),
        ("whole gene deletion", "loss"), ("fusion", "fusion"), ("gene fusion", "fusion"),
        ("rearrangement", "rearrangement"), ("gene rearrangement", "rearrangement"), ("rearranged", "rearrangement"),
        ("translocation", "rearrangement"), ("FISH", "rearrangement"), ("ITD", "internal tandem duplication"),
        ("internal tandem duplication", "internal tandem duplication"),
        ("internal tandem duplications", "internal tandem duplication"), ("Amplification", "amplification"),
    ],
)  # fmt: skip
def test_ve_each_phrase_for_a_change_of_a_gene_is_read_as_one_kind(text: str, phrase: str) -> None:
    # A symbol that no gene file has: nothing but the closed list of phrases can read it.
    found = parse_variant(f"ABCD1 {text}")
    assert found is not None
    assert (found.gene, found.kind) == ("ABCD1", phrase)


@pytest.mark.parametrize(
    "text", ["EML4::ALK", "EML4--ALK", "EML4>>ALK", "EML4-ALK fusion", "EML4/ALK gene fusion", "EML4-ALK rearrangement",
             "EML4-ALK gene rearrangement", "EML4::ALK E13;A20", "EML4-ALK"]
)  # fmt: skip
def test_ve_each_sign_between_two_genes_makes_one_fusion(text: str) -> None:
    found = parse_variant(text, KNOWN)
    assert found is not None
    assert (found.kind, found.canonical) == ("fusion", "EML4::ALK")


@pytest.mark.parametrize(
    "text", ["t(9;22)(q34;q11)", "inv(16)(p13q22)", "del(17)(p13)", "ins(5;2)(p14;q32)", "dup(1)(q21)"]
)
def test_ve_each_kind_of_abnormality_of_chromosomes_is_kept_as_it_is_written(text: str) -> None:
    found = parse_variant(text)
    assert found is not None and found.kind == text


@pytest.mark.parametrize(("text", "canonical"), [("rs113488022", "rs113488022"), ("CA123643", "CA123643"),
                                                 ("clinvar:13961", "clinvar:13961")])  # fmt: skip
def test_ve_each_kind_of_identifier_is_one(text: str, canonical: str) -> None:
    found = parse_variant(text)
    assert found is not None and (found.kind, found.canonical) == ("identifier", canonical)


@pytest.mark.parametrize(
    ("sign", "plain"),
    [("\u2217", "*"), ("\uff0a", "*"), ("\u00d7", "x"), ("\u2a7e", "≥"), ("\u2010", "-"), ("\u2011", "-"),
     ("&ge;", "≥"), (">=", "≥"), ("=>", "≥")],
)  # fmt: skip
def test_pg13_each_other_way_to_write_a_sign_is_the_sign(sign: str, plain: str) -> None:
    assert cleaned(f"a{sign}b") == f"a{plain}b"


@pytest.mark.parametrize(
    ("zygosity", "copies"),
    [("homozygous", 2), ("heterozygous", 1), ("hemizygous", 1), ("mosaic", None), (None, None)],
)
def test_h22_a_zygosity_is_so_many_copies(zygosity: str | None, copies: int | None) -> None:
    value = {"zygosity": zygosity} if zygosity else {}
    assert copies_of(finding("variant", "X", value)) == copies
    assert copies_of(finding("variant", "X", value, status="absent")) == 0


@pytest.mark.parametrize("suffix", "NLSQAC")
def test_a9_a_suffix_makes_another_allele_and_a_group_does_not(suffix: str) -> None:
    for text, name in ((f"*24:09{suffix}", f"*24:09{suffix}"), (f"24:09:01{suffix}", f"*24:09{suffix}"),
                       (f"2409{suffix}", f"*24:09{suffix}")):  # fmt: skip
        found = typed(text)
        assert found is not None and (found.name, found.exact) == (name, True), text
    for letter in "GP":
        found = typed(f"*24:09:01{letter}")
        assert found is not None and found.name == "*24:09"


SIDES = {"pathogenic": 1, "likely pathogenic": 1, "benign": 3, "likely benign": 3, "uncertain significance": 2}


def test_t39_of_two_significances_of_one_side_the_weaker_counts_and_of_two_sides_none() -> None:
    for one, two in product(SIDES, repeat=2):
        expected = one if one == two else "conflicting"
        if one != two and SIDES[one] == SIDES[two]:
            expected = "likely pathogenic" if SIDES[one] == 1 else "likely benign"
        assert significance_of({"significances": (one, two)}) == expected


def test_the_methods_and_predicates_of_gene_files_do_what_their_names_say() -> None:
    assert {name: method.__name__ for name, method in METHODS.items()} == {
        "function-pair": "function_pair", "sum-of-two": "sum_of_two", "two-lowest": "two_lowest",
        "two-most-severe": "two_most_severe", "presence": "presence", "one-copy": "one_copy", "x-copies": "x_copies",
        "listed-alleles": "listed_alleles", "none": "no_table",
    }  # fmt: skip
    same = (
        "any_of", "codons", "within", "missense", "frameshift_in", "perhaps_codons", "perhaps_texts", "by_base",
        "loss_in", "gain_in", "duplication_in", "truncating", "skips", "fusion", "fused_with", "amplification",
        "copies", "loss", "mutation", "called",
    )  # fmt: skip
    assert {name: each.__name__ for name, each in PREDICATES.items()} == {"same": "any_of", **{n: n for n in same}}


@pytest.mark.parametrize("row", ["variant", "fusion", "copy-number", "repeat"])
def test_mg8_each_row_that_is_a_variant_of_its_own_is_seen_by_a_question_about_its_gene(row: str) -> None:
    told = variant("ALK", {"row": row, "genes": ("ALK",)}, status="indeterminate", reason="no-call")
    assert ask("variant", "ALK fusion", told, origin="somatic").reason == "no-call"
    conclusion = variant("ALK", {"row": "significance", "significance": "pathogenic", "variant": ("Observation/v",)})
    assert ask("variant", "ALK fusion", conclusion, origin="somatic").reason == "no-result"
