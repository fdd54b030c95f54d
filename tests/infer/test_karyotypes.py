"""What karyotypes say about genes and markers: only what a table lists, and never an absence (F5, T28, CAT-17)."""

from __future__ import annotations

import pytest

from pmcds.infer.karyotypes import abnormalities
from pmcds.model.answers import Answer, Subject
from pmcds.model.findings import Finding
from tests.infer.support import finding, genes, terms
from tests.infer.test_variant_answers import told


def karyotype(iscn: str, **more: str) -> Finding:
    return finding("variant", None, {"row": "karyotype", "iscn": iscn}, **{"source_class": "somatic", **more})


def marker(name: str, *findings: Finding) -> Answer:
    from pmcds.infer import infer
    from pmcds.model.findings import Reading
    from tests.infer.support import NOW

    question = (Subject("biomarker", name), "somatic")
    return infer(Reading(findings), [question], genes=genes(), terms=terms(), now=NOW)[question]


def test_a_karyotype_is_taken_apart_by_clone_and_abnormality() -> None:
    text = "46,XY,t(9;22)(q34;q11.2),del(17)(p13)[18]/46,XY[2]"
    assert abnormalities(text) == ("t(9;22)(q34;q11.2)", "del(17)(p13)")
    assert abnormalities("46,XX[20]") == ()
    assert abnormalities(None) == abnormalities("t(9;22)" * 1000) == ()


def test_ve_07_a_listed_translocation_of_a_karyotype_is_the_fusion() -> None:
    found = karyotype("46,XY,t(9;22)(q34;q11.2)[20]")
    assert told(genes(), "ABL1 BCR::ABL1", found).keys == ("present",)
    assert told(genes(), "RARA PML::RARA", karyotype("46,XX,t(15;17)(q24;q21)[12]")).keys == ("present",)


@pytest.mark.parametrize(
    "iscn",
    [
        "46,XY,t(9;22)(q34;q99)[20]",  # T28: a band that does not exist
        "46,XY,?t(9;22)(q34;q11.2)[20]",
        "46,XY,t(9;11)(p22;q23)[20]",
        "46,XY[20]",
        "46,XY,der(22)t(9;22)(q34;q11.2)[3]",
    ],
)
def test_t28_what_no_table_lists_is_no_fusion(iscn: str) -> None:
    assert told(genes(), "ABL1 BCR::ABL1", karyotype(iscn)).keys == ()


def test_cat_17_a_karyotype_shows_a_lost_arm_and_never_its_absence() -> None:
    assert marker("del(17p)", karyotype("46,XY,del(17)(p13)[9]")).keys == ("positive",)
    assert marker("del(5q)", karyotype("46,XX,del(5)(q13q33)[14]")).keys == ("positive",)
    for iscn in ("46,XY[20]", "46,XY,del(17)(q21)[9]", "46,XY,?del(17)(p13)[9]", "46,XY,add(17)(p13)[9]"):
        assert marker("del(17p)", karyotype(iscn)).keys == (), iscn


def test_a_normal_karyotype_is_no_absence_of_a_fusion() -> None:
    normal = karyotype("46,XX[20]", status="absent")
    assert told(genes(), "ABL1 BCR::ABL1", normal).keys == ()
