"""Written after a planted fault that no test noticed: a filtration rate per second was read as one per minute."""

from __future__ import annotations

from decimal import Decimal

import pytest

from pmcds.terminology import Terms


@pytest.mark.parametrize(
    ("value", "unit", "to", "wanted"),
    [
        ("1.2", "mL/s/{1.73_m2}", "mL/min/{1.73_m2}", "72"),
        ("72", "mL/min/{1.73_m2}", "mL/s/{1.73_m2}", "1.2"),
        ("45", "mL/min/1.73.m2", "mL/min/{1.73_m2}", "45"),
        ("1.2", "mL/s", "mL/min", "72"),
        ("3", "L/h", "mL/min", "50"),
    ],
)
def test_h33_a_rate_is_the_same_by_second_minute_and_hour(
    terms: Terms, value: str, unit: str, to: str, wanted: str
) -> None:
    assert terms.convert(Decimal(value), unit, to, "estimated glomerular filtration rate") == Decimal(wanted)


def test_h33_a_rate_per_body_surface_is_never_a_plain_one(terms: Terms) -> None:
    assert terms.convert(Decimal("1.2"), "mL/s/{1.73_m2}", "mL/min", "creatinine clearance") is None
