"""Written after planted faults that no test noticed: a residue was lost from a category that labels name."""

from __future__ import annotations

import pytest

from tests.infer.support import ask, variant

# One exchange for each codon of exons 2, 3 and 4 that the companion diagnostics name.
RAS = ["p.Gly12Asp", "p.Gly13Asp", "p.Ala59Thr", "p.Gln61His", "p.Lys117Asn", "p.Ala146Thr"]
KINASE_DOMAIN = ["p.Asp835Tyr", "p.Ile836Met"]
FLT3 = ["kinase domain mutation", "internal tandem duplication or kinase domain mutation"]


@pytest.mark.parametrize("gene", ["KRAS", "NRAS"])
@pytest.mark.parametrize("change", RAS)
def test_a_change_at_each_codon_of_the_ras_test_is_a_ras_mutation(gene: str, change: str) -> None:
    found = variant(gene, {"p": change})
    assert ask("variant", f"{gene} RAS mutation", found, origin="somatic").keys == ("present",)
    assert ask("variant", "KRAS RAS mutation of KRAS or NRAS", found, origin="somatic").keys == ("present",)


@pytest.mark.parametrize("category", FLT3)
@pytest.mark.parametrize("change", KINASE_DOMAIN)
def test_each_residue_of_the_flt3_test_counts_for_every_category_of_it(category: str, change: str) -> None:
    assert ask("variant", f"FLT3 {category}", variant("FLT3", {"p": change}), origin="somatic").keys == ("present",)
