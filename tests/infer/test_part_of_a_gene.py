"""A test of some positions of a gene says nothing about the others (H18)."""

from __future__ import annotations

import pytest

from tests.infer.support import ask, finding, variant

KNOWN = {"c": "NM_000110.4:c.1905+1G>A"}
PARTS = ["regions", "ranges-examined", "region-description", "mutations-tested", "uncallable"]


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("kind", ["activity_score", "phenotype"])
def test_h18_a_coverage_of_a_part_never_makes_the_rest_of_the_gene_normal(kind: str, part: str) -> None:
    some = finding("coverage", None, {"genes": ("DPYD",), part: ("c.1905+1G>A",)}, at="c")
    absent = variant("DPYD", KNOWN, source_class="germline", status="absent", at="v")
    assert ask(kind, "DPYD", absent, some).keys == ()
    found = variant("DPYD", {**KNOWN, "zygosity": "heterozygous"}, source_class="germline", at="v")
    assert ask(kind, "DPYD", found, some).keys == ask(kind, "DPYD", found).keys


def test_a_coverage_of_the_whole_gene_does() -> None:
    whole = finding("coverage", None, {"genes": ("DPYD",)}, at="c")
    absent = variant("DPYD", KNOWN, source_class="germline", status="absent", at="v")
    assert ask("activity_score", "DPYD", absent, whole).keys == ("2.0",)
