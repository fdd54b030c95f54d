"""How far an absence reaches for each kind of change, and that no answer is kept which rests on anything read."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from pmcds.infer import infer
from pmcds.infer.blank import Blank
from pmcds.infer.karyotypes import abnormalities
from pmcds.model.answers import Subject
from pmcds.model.findings import Finding, InputNote, Reading
from pmcds.model.genes import Gene
from tests.infer.support import NOW, ask, finding, genes, terms, variant

# A category of each kind, and the kind of test that sees it.
SPECS: dict[str, tuple[dict[str, Any], str]] = {
    "a mutation": ({"mutation": "yes"}, "small"), "a fusion": ({"fusion": "yes"}, "fusion"),
    "a fusion with it": ({"fused_with": ["EML4"]}, "fusion"), "amplified": ({"amplification": "yes"}, "copies"),
    "many copies": ({"copies": {"at_least": "6"}}, "copies"), "lost": ({"loss": "yes"}, "copies"),
}  # fmt: skip


def known() -> dict[str, Gene]:
    specs = {name: spec for name, (spec, _) in SPECS.items()}
    return {**genes(), "ALK": replace(genes()["ALK"], variants=specs)}


@pytest.mark.parametrize("name", SPECS)
@pytest.mark.parametrize(("row", "sees"), [("variant", "small"), ("fusion", "fusion"), ("copy-number", "copies")])
def test_vr7_st04_an_absence_reaches_only_what_a_test_of_its_kind_can_see(name: str, row: str, sees: str) -> None:
    nothing = variant("ALK", {"row": row, "scope": "gene"}, status="absent")
    found = ask("variant", f"ALK {name}", nothing, origin="somatic", known=known())
    assert (found.keys == ("absent",)) == (SPECS[name][1] == sees)
    assert found.keys in ((), ("absent",))


@pytest.mark.parametrize("name", SPECS)
def test_st04_a_coverage_of_the_gene_excludes_small_changes_only(name: str) -> None:
    covered = finding("coverage", None, {"genes": ("ALK",)}, at="c", source_class="somatic")
    found = ask("variant", f"ALK {name}", covered, origin="somatic", known=known())
    assert (found.keys == ("absent",)) == (SPECS[name][1] == "small")


# Each kind of finding, about a subject of a question, about another one, and about nobody knows what.
KINDS = (
    "genotype", "haplotype", "phenotype", "activity_score", "allele", "variant", "biomarker", "laboratory", "condition",
    "cancer", "medication", "order", "allergy", "family_history", "polygenic_score", "consent", "demographic", "report",
    "test_order", "implication", "phase", "coverage",
)  # fmt: skip
QUESTIONS = [
    (Subject("variant", "BRAF p.Val600Glu"), "somatic"), (Subject("variant", "ALK EML4::ALK"), "somatic"),
    (Subject("variant", "ALK fusion"), "somatic"), (Subject("biomarker", "TMB"), "somatic"),
    (Subject("condition", "stroke"), None),
    (Subject("cancer", "melanoma"), None), (Subject("phenotype", "CYP2C19"), "germline"),
    (Subject("diplotype", "CYP2C19"), "germline"), (Subject("genotype", "CYP2C19"), "germline"),
    (Subject("activity_score", "CYP2D6"), "germline"), (Subject("laboratory", "potassium"), None),
]  # fmt: skip


def told(reading: Reading, blank: Blank) -> Any:
    return infer(reading, QUESTIONS, genes=genes(), terms=terms(), now=NOW, blank=blank)


@pytest.mark.parametrize("kind", KINDS)
def test_lc16_an_answer_about_nothing_is_never_given_where_something_was_read(kind: str) -> None:
    blank: Blank = {}
    told(Reading(()), blank)
    told(Reading((finding("demographic", "sex", "male"),)), blank)
    for subject in ("CYP2C19", "BRAF", "ALK", "TMB", "stroke", "melanoma", "potassium", "EML4::ALK", "else", None):
        for status, reason in (("present", None), ("indeterminate", "text-only"), ("withheld", "consent-denied")):
            one = finding(kind, subject, None, status=status, reason=reason, at="x", source_class="somatic")
            reading = Reading((one,))
            assert told(reading, blank) == told(reading, {}), (subject, status)
            again = Reading((replace(one, source_class="germline"),))
            assert told(again, blank) == told(again, {}), (subject, status)


@pytest.mark.parametrize("word", ["unreadable", "no-resource", "entry-error", "not-relevant"])
def test_lc16_an_answer_about_nothing_is_never_given_where_something_could_not_be_read(word: str) -> None:
    blank: Blank = {}
    told(Reading(()), blank)
    reading = Reading((), (), (InputNote("/entry/0", "X/1", word),))
    assert told(reading, blank) == told(reading, {})


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("46,XY,t(9;22)(q34;q11.2)[20]", ("t(9;22)(q34;q11.2)",)),
        ("46,XX,inv(16)(p13q22)[cp12]", ("inv(16)(p13q22)",)),
        ("46,XX,t(8;21)(q22;q22)/46,XX", ("t(8;21)(q22;q22)",)),
        ("46,XX,?del(5)(q13q33)", ("?del(5)(q13q33)",)),
        ("46,XX", ()),
    ],
)
def test_f5_the_cells_behind_an_abnormality_are_no_part_of_it(text: str, parts: tuple[str, ...]) -> None:
    assert abnormalities(text) == parts


def test_t28_a_karyotype_that_a_gene_file_lists_is_seen_by_its_question() -> None:
    karyotype: Finding = variant(None, {"row": "karyotype", "iscn": "46,XY,t(9;22)(q34;q11.2)[20]"})
    assert ask("variant", "ABL1 BCR::ABL1", karyotype, origin="somatic").keys == ("present",)
    other: Finding = variant(None, {"row": "karyotype", "iscn": "46,XY,t(8;21)(q22;q22)[20]"})
    assert ask("variant", "ABL1 BCR::ABL1", other, origin="somatic").keys == ()


def test_st04_a_coverage_never_excludes_that_an_exon_is_skipped() -> None:
    specs = {"skips it": {"skips": {"residues": ["10", "20"], "spans": ["28", "60"]}}}
    own = {**genes(), "ALK": replace(genes()["ALK"], variants=specs)}
    covered = finding("coverage", None, {"genes": ("ALK",)}, at="c", source_class="somatic")
    assert ask("variant", "ALK skips it", covered, origin="somatic", known=own).keys == ()
