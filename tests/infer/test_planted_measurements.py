"""Written after planted faults that no test noticed: what a newer result leaves in doubt is no older certainty."""

from __future__ import annotations

from decimal import Decimal

import pytest

from pmcds.model.findings import Finding
from tests.infer.support import ask, finding


def potassium(value: str, date: str, **more: str) -> Finding:
    told = {"loinc": "2823-3", "quantity": Decimal(value)}
    return finding("laboratory", "potassium", told, unit="mmol/L", date=date, at=date, **more)


@pytest.mark.parametrize("reason", ["implausible", "value-conflict", "code-display"])
def test_lc10_an_older_value_never_speaks_for_a_newer_one_that_contradicts_itself(reason: str) -> None:
    newer = potassium("40", "2026-05-20", status="conflicting", reason=reason)
    answer = ask("laboratory", "potassium", potassium("4.0", "2026-05-01"), newer)
    assert (answer.keys, answer.word) == ((), "conflicting")


@pytest.mark.parametrize("other", ["unknown", "other"])
@pytest.mark.parametrize("known", ["male", "female"])
def test_a_sex_that_another_record_does_not_confirm_stays_open(known: str, other: str) -> None:
    two = (finding("demographic", "sex", known, at="a"), finding("demographic", "sex", other, at="b"))
    answer = ask("sex", "", *two)
    assert (answer.keys, answer.reason) == (("male", "female"), "sex-unknown")
