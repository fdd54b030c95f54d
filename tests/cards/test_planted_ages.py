"""Written after a planted fault that no test noticed: a chart for adults that began at twelve years."""

from __future__ import annotations

import pytest

from pmcds import Engine, Patient

_ADULTS, _CHILDREN = "Adults", "Children"


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine()


@pytest.mark.parametrize(
    ("age", "speaks"), [(11, _CHILDREN), (12, _CHILDREN), (13, _CHILDREN), (17, _CHILDREN), (18, _ADULTS)]
)
def test_a_dosing_chart_never_speaks_to_the_other_side_of_eighteen_years(engine: Engine, age: int, speaks: str) -> None:
    site = "rs9923231 reference (C)/rs9923231 variant (T)"
    patient = Patient(age=age, diplotype={"CYP2C9": "*1/*2", "VKORC1": site})
    lines = [
        line
        for line in engine.evaluate(patient, order="warfarin").ledger.orders
        if line.rule == "pharmacogenomics/warfarin/cpic"
    ]
    assert lines
    assert all(case.startswith(speaks) for line in lines for case in line.cases)
    assert any(line.cases for line in lines)
