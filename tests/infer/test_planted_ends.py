"""Written after planted faults that no test noticed: open ends, exchanges of equal length, a test under way."""

from __future__ import annotations

from decimal import Decimal

import pytest

from pmcds.model.answers import Interval
from tests.infer.support import ask, finding, genotype, variant


@pytest.mark.parametrize(
    ("comparator", "wanted"),
    [
        (">", Interval(Decimal("5.5"), None, "mmol/L", low_open=True)),
        (">=", Interval(Decimal("5.5"), None, "mmol/L")),
        ("<", Interval(None, Decimal("5.5"), "mmol/L", high_open=True)),
        ("<=", Interval(None, Decimal("5.5"), "mmol/L")),
    ],
)
@pytest.mark.parametrize("unit", ["mmol/L", "meq/L"])
def test_h33_h34_another_unit_never_moves_the_limit_into_or_out_of_a_value(
    comparator: str, wanted: Interval, unit: str
) -> None:
    told = {"loinc": "2823-3", "quantity": Decimal("5.5"), "comparator": comparator}
    answer = ask("laboratory", "potassium", finding("laboratory", "potassium", told, unit=unit))
    assert answer.keys == (wanted,)


@pytest.mark.parametrize(
    "change", ["p.Leu747_Ala750delinsProSerPheSer", "p.Glu746_Leu747delinsValPro", "p.Leu747delinsPro"]
)
@pytest.mark.parametrize("category", ["exon 19 deletion", "exon 19 deletion or L858R", "driver mutation"])
def test_vp03_an_exchange_without_net_loss_is_never_an_exon_19_deletion(change: str, category: str) -> None:
    found = variant("EGFR", {"p": change})
    assert ask("variant", f"EGFR {category}", found, origin="somatic").keys != ("present",)
    lost = variant("EGFR", {"p": "p.Glu746_Ala750del"})
    assert ask("variant", f"EGFR {category}", lost, origin="somatic").keys == ("present",)


@pytest.mark.parametrize("reason", ["value-unreadable", "status-unreadable", "unknown-code"])
def test_h35_h42_a_result_that_is_there_and_unread_never_counts_as_one_under_way(reason: str) -> None:
    unread = genotype("CYP2D6", "?", status="indeterminate", reason=reason)
    pending = genotype("CYP2D6", "", status="indeterminate", reason="result-pending")
    answer = ask("phenotype", "CYP2D6", unread, pending)
    assert (answer.word, answer.reason) == ("unreadable", reason)
    assert ask("phenotype", "CYP2D6", pending).reason == "result-pending"
