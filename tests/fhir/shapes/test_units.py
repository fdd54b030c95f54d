"""Units as laboratories send them, read through whole resources; REG-01 to REG-06 are faults of other engines."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

import pmcds
from tests.fhir.observations.support import CARDS, UCUM, component, finding, gene, observation, protein, terms, variant
from tests.fhir.shapes.support import only

CREATININE, TMB, HBSAG = "2160-0", "94076-7", "32996-1"


def laboratory(quantity: dict[str, Any], code: str = CREATININE) -> Any:
    return only(observation(code, valueQuantity=quantity), "laboratory")


def test_reg_01_h33_a_unit_that_is_none_is_unreadable() -> None:
    found = laboratory({"value": 5, "unit": "pq/dL"})
    assert (found.status, found.reason, found.unit) == ("indeterminate", "unit-unreadable", None)


@pytest.mark.parametrize(("text", "code"), [("mg/dL", "umol/L"), ("nonsense", "umol/L"), ("", "umol/L")])
def test_reg_02_h33_the_code_decides_where_the_text_differs(text: str, code: str) -> None:
    assert laboratory({"value": 90, "unit": text, "system": UCUM, "code": code}).unit == code


def test_reg_03_h33_a_quantity_without_unit_is_never_compared() -> None:
    for quantity in (
        {"value": 1.2},
        {"value": 1.2, "system": UCUM},
        {"value": 1.2, "code": ""},
        {"value": 1.2, "unit": " "},
    ):
        assert laboratory(quantity).reason == "unit-unreadable", quantity


def test_reg_04_h33_equal_numbers_of_two_kinds_are_not_equal() -> None:
    assert terms().convert(Decimal(1), "cm", "g") is None
    assert terms().convert(Decimal(60), "mL/min", "mL/min/{1.73_m2}", "estimated glomerular filtration rate") is None


def test_reg_05_h33_tiny_values_stay_what_they_are() -> None:
    assert terms().convert(Decimal("0.000000001"), "ng/L", "kg/L") == Decimal("0.000000000000000000001")
    assert terms().convert(Decimal("1e-12"), "g/L", "g/L") == Decimal("1e-12")


def test_reg_06_h33_the_same_arbitrary_unit_on_both_sides_is_comparable() -> None:
    assert terms().convert(Decimal(5), "[IU]/mL", "[IU]/mL") == Decimal(5)
    assert terms().convert(Decimal(5), "[IU]/mL", "[IU]/L") == Decimal(5000)
    assert terms().convert(Decimal(5), "[IU]/mL", "ng/mL") is None


def spellings(unit: str) -> list[str]:
    import yaml

    held = yaml.load((CARDS / "terms" / "units.yaml").read_text(encoding="utf-8"), Loader=yaml.CBaseLoader)
    return [unit, *held["spellings"][unit]]


@pytest.mark.parametrize("unit", spellings("mut/Mb"))
def test_b01_t20_burden_in_all_its_spellings(unit: str) -> None:
    for quantity in ({"value": 12, "unit": unit}, {"value": 12, "system": UCUM, "code": unit}):
        found = only(observation(TMB, valueQuantity=quantity), "biomarker")
        assert (found.value["quantity"], found.unit, found.reason) == (Decimal(12), "mut/Mb", None)


@pytest.mark.parametrize("unit", ["mutations", "{mutations}", "count", "%", "mg/dL"])
def test_t20_a_count_or_another_quantity_is_no_rate(unit: str) -> None:
    found = only(observation(TMB, valueQuantity={"value": 12, "unit": unit}), "biomarker")
    assert (found.status, found.reason) == ("indeterminate", "unit-unreadable")


@pytest.mark.parametrize(
    ("quantity", "fraction", "missing"),
    [
        ({"value": 30.25, "unit": "%"}, "0.3025", False),
        ({"value": 30.25, "system": UCUM, "code": "%"}, "0.3025", False),
        ({"value": 0.066, "unit": "decimal"}, "0.066", False),
        ({"value": 0.066, "code": "1"}, "0.066", False),
        ({"value": 0.066}, "0.066", True),
        ({"value": 30}, "0.3", True),
    ],
)
def test_t19_allele_fractions_in_percent_and_as_fraction(
    quantity: dict[str, Any], fraction: str, missing: bool
) -> None:
    found = finding(variant(gene("BRAF"), protein("p.Val600Glu"), component("81258-6", quantity, name="valueQuantity")))
    assert found.value["vaf"] == Decimal(fraction)
    assert ("vaf-unit" in found.missing) is missing


@pytest.mark.parametrize(
    ("subject", "value", "unit", "to", "expected"),
    [
        ("creatinine", "88.4", "umol/L", "mg/dL", "0.99998080"),
        ("glucose", "7", "mmol/L", "mg/dL", "126.1092"),
        ("LDL cholesterol", "2.6", "mmol/L", "mg/dL", "100.53264"),
        ("uracil", "16", "ng/mL", "nmol/L", "142.7450"),
        ("bilirubin", "17.1", "umol/L", "mg/dL", "0.99979083"),
        ("urate", "360", "umol/L", "mg/dL", "6.052032"),
        ("potassium", "4.1", "meq/L", "mmol/L", "4.1"),
        ("HbA1c", "48", "mmol/mol", "%", "6.543040"),
    ],
)
def test_molar_and_mass_concentrations_by_analyte(subject: str, value: str, unit: str, to: str, expected: str) -> None:
    found = terms().convert(Decimal(value), unit, to, subject)
    assert found is not None
    assert abs(found - Decimal(expected)) < Decimal("0.0001")
    assert terms().convert(Decimal(value), unit, to, "another analyte") is None


# Units in which laboratories send what rules compare; the first is the one that rules are compiled to.
SENT = {
    "G6PD activity": ["U/g{Hb}", "U/g Hb", "nmol/min/g{Hb}"],
    "creatinine clearance": ["mL/min", "mL/s"],
    "estimated glomerular filtration rate": ["mL/min/{1.73_m2}", "mL/min/1.73 m2", "mL/s/{1.73_m2}"],
    "INR": ["1", "{INR}"],
    "potassium": ["mmol/L", "meq/L", "mEq/L"],
    "TMB": ["mut/Mb", "mutations/Mb"],
}


@pytest.mark.parametrize("subject", sorted(SENT))
def test_what_rules_compare_is_converted_from_every_usual_unit(subject: str) -> None:
    canonical = terms().canonical_unit(subject)
    assert canonical == SENT[subject][0]
    for stated in SENT[subject]:
        unit = terms().unit(None, None, stated)
        assert unit is not None, stated
        assert terms().convert(Decimal(10), unit, canonical, subject) is not None, stated


def test_every_measurement_of_a_rule_has_a_unit_and_stands_in_this_table() -> None:
    knowledge = pmcds.Knowledge.bundled()
    asked = {one.name for rule in knowledge.rules for one in rule.subjects if one.kind == "laboratory"}
    assert asked <= set(SENT), "add the units in which laboratories send it"
    assert all(knowledge.terms.canonical_unit(name) for name in asked)
