"""Units: written for a mutant that no other test of this room noticed (TB-05, seed 9)."""

from __future__ import annotations

from pmcds.terminology.units import Units


def test_a_unit_of_another_system_is_read_by_its_listed_code_and_by_no_other() -> None:
    units = Units({"kinds": {"amount": {"mmol/L": "1"}}, "codes": {"snomed:1": "mmol/L"}}, {})
    assert units.unit("1", "snomed", None) == "mmol/L"
    assert units.unit("2", "snomed", "mmol/L") is None
