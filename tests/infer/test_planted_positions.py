"""Written after a planted fault that no test noticed: positions with fewer copies than the diplotype needs."""

from __future__ import annotations

import pytest

from pmcds.model.findings import Finding
from tests.infer.support import ask, genotype, variant


def _position(zygosity: str | None) -> Finding:
    if zygosity is None:
        return variant("CYP2C19", {"ids": ("rs4244285",)}, status="absent", source_class="germline")
    return variant("CYP2C19", {"ids": ("rs4244285",), "zygosity": zygosity}, source_class="germline")


@pytest.mark.parametrize(
    ("diplotype", "zygosity"), [("*2/*2", None), ("*2/*2", "heterozygous"), ("*1/*2", None), ("*1/*1", "heterozygous")]
)
def test_mg6_a_diplotype_never_stands_against_a_position_that_disproves_it(
    diplotype: str, zygosity: str | None
) -> None:
    answer = ask("phenotype", "CYP2C19", genotype("CYP2C19", diplotype), _position(zygosity))
    assert answer.word == "conflicting"
    assert "diplotype-variant-conflict" in answer.notes


@pytest.mark.parametrize(
    ("diplotype", "zygosity"),
    [("*2/*2", "homozygous"), ("*1/*2", "heterozygous"), ("*1/*1", None)],
)
def test_mg6_a_position_with_the_copies_of_the_diplotype_contradicts_nothing(
    diplotype: str, zygosity: str | None
) -> None:
    answer = ask("phenotype", "CYP2C19", genotype("CYP2C19", diplotype), _position(zygosity))
    assert answer.word is None
    assert "diplotype-variant-conflict" not in answer.notes
