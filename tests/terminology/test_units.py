"""Units: read only what is listed, convert only inside one kind, exactly."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from pmcds.terminology import Terms
from pmcds.terminology.units import Units

UCUM = "http://unitsofmeasure.org"


@pytest.mark.parametrize(
    ("code", "system", "text", "unit"),
    [
        ("g/dL", UCUM, "g/dl", "g/dL"),  # the code counts
        ("10*9/L", UCUM, "x10*9/L", "10*9/L"),
        ("mg/dL", UCUM, "mmol/L", "mg/dL"),
        ("g/dl", UCUM, None, "g/dL"),  # a listed spelling in the place of the code
        (None, None, "g/dl", "g/dL"),
        (None, None, "U/g Hb", "U/g{Hb}"),
        (None, None, "mut/Mb", "mut/Mb"),
        ("1/1000000{Base}", UCUM, "Mutations/Megabase", "mut/Mb"),
        ("v/Mb", UCUM, None, "mut/Mb"),
        ("258813002", "http://snomed.info/sct", "mmol/L", "mmol/L"),
        ("mL/min/{1.73_m2}", UCUM, None, "mL/min/{1.73_m2}"),
        (None, None, "mL/min/1.73m2", "mL/min/{1.73_m2}"),
        ("pq/dL", UCUM, "mg/dL", None),  # an unknown code is not replaced by the text
        (None, None, "pq/dL", None),
        (None, None, "mutations", None),
        ("mg/dL", "http://example.org/units", "mg/dL", None),
        (None, None, None, None),
        ("", "", "", None),
        (None, None, "MG/dl", None),  # case counts
    ],
)
def test_a_unit_is_read_by_its_code_else_by_a_listed_spelling(
    terms: Terms, code: str | None, system: str | None, text: str | None, unit: str | None
) -> None:
    assert terms.unit(code, system, text) == unit


@pytest.mark.parametrize(
    ("value", "unit", "to", "subject", "expected"),
    [
        ("10", "mg/dL", "g/L", None, "0.1"),
        ("4.2", "10*3/uL", "10*9/L", None, "4.2"),
        ("4200", "/uL", "10*3/uL", None, "4.2"),
        ("1.0", "mg/dL", "umol/L", "creatinine", "88.40169731258840169731258840169731"),
        ("5.5", "mmol/L", "mg/dL", "glucose", "99.0858"),
        ("190", "mg/dL", "mmol/L", "LDL cholesterol", "4.913826991910289036"),
        ("16", "ng/mL", "ug/L", "uracil", "16"),
        ("4.0", "meq/L", "mmol/L", "potassium", "4"),
        ("30", "mg/g", "mg/mmol", "urine albumin-to-creatinine ratio", "3.3936"),
        ("48", "mmol/mol", "%", "HbA1c", "6.54304"),
        ("2", "{INR}", "1", "INR", "2"),
        ("0.5", "1", "%", None, "50"),
        ("98.6", "[degF]", "Cel", None, "37"),
        ("1", "[lb_av]", "kg", None, "0.45359237"),
        ("0.0000001", "g/dL", "g/L", None, "0.000001"),
        ("12", "[IU]/mL", "[iU]/mL", None, "12"),
        ("12", "mo", "a", None, "1"),
        ("7.5", "U/g{Hb}", "U/g{Hb}", None, "7.5"),
    ],
)
def test_conversion_is_exact(terms: Terms, value: str, unit: str, to: str, subject: str | None, expected: str) -> None:
    converted = terms.convert(Decimal(value), unit, to, subject)
    assert converted is not None
    assert abs(converted - Decimal(expected)) < Decimal("1e-14")
    if len(expected) < 12:
        assert converted == Decimal(expected)


@pytest.mark.parametrize(
    ("unit", "to", "subject"),
    [
        ("cm", "g", None),  # REG-04: equal numbers of two kinds are not equal
        ("mg/dL", "mmol/L", None),  # without the analyte there is no molar mass
        ("mg/dL", "nmol/L", "lipoprotein(a)"),  # two scales that no factor joins
        ("mL/min", "mL/min/{1.73_m2}", None),
        ("U/g{Hb}", "U/10*12{RBC}", "G6PD activity"),
        ("U/L", "[IU]/L", None),
        ("pq/dL", "mg/dL", None),
        ("mg/dL", "pq/dL", None),
        ("pq/dL", "pq/dL", None),
        ("d", "mo", None),
        ("mut/Mb", "%", None),
    ],
)
def test_different_kinds_are_never_converted(terms: Terms, unit: str, to: str, subject: str | None) -> None:
    assert terms.convert(Decimal(5), unit, to, subject) is None


@pytest.mark.parametrize("value", ["1e999999", "-1e999999", "NaN", "Infinity", "1e-999999", "1" * 60])
def test_unbounded_numbers_are_refused_without_work(terms: Terms, value: str) -> None:
    assert terms.convert(Decimal(value), "mg/dL", "g/L") is None


def test_tiny_values_are_not_rounded_to_zero(terms: Terms) -> None:
    small = terms.convert(Decimal("0.000000001"), "pg/mL", "g/L")
    assert small == Decimal("1e-18")


@pytest.mark.parametrize("kind", ["mass concentration", "number concentration", "rate", "temperature", "mass ratio"])
def test_there_and_back_is_the_same(terms: Terms, docs: dict[str, Any], kind: str) -> None:
    units = list(docs["units"]["kinds"][kind])
    for start in units:
        for end in units:
            there = terms.convert(Decimal("7.25"), start, end)
            assert there is not None
            back = terms.convert(there, end, start)
            assert back is not None
            assert abs(back - Decimal("7.25")) < Decimal("1e-20")


def test_every_spelling_leads_to_an_accepted_unit(terms: Terms, docs: dict[str, Any]) -> None:
    accepted = {code for units in docs["units"]["kinds"].values() for code in units}
    for code, spellings in docs["units"]["spellings"].items():
        assert code in accepted
        for spelling in spellings:
            assert terms.unit(None, None, spelling) == code, spelling
            assert spelling not in accepted, spelling


def test_units_of_the_observation_table_are_accepted(terms: Terms, docs: dict[str, Any]) -> None:
    for entry in docs["observations"]["observations"]:
        if "unit" in entry:
            assert terms.unit(entry["unit"], UCUM) == entry["unit"]


def test_implausible_values_are_told(terms: Terms) -> None:
    assert terms.plausible("hemoglobin", Decimal(14), "g/dL")
    assert terms.plausible("hemoglobin", Decimal(140), "g/L")
    assert not terms.plausible("hemoglobin", Decimal(140), "g/dL")
    assert terms.plausible("nothing known", Decimal(-1), "g/dL")
    assert terms.plausible("hemoglobin", Decimal(140), None)


def test_a_result_with_more_digits_than_can_be_told_is_no_number() -> None:
    many = "1" * 190 + "0" * 20
    document = {"kinds": {"amount": {"one": "1", "many": many, "third": "1/3"}}}
    assert Units(document, {}).convert(Decimal(1), "many", "one", None) is None
    third = Units(document, {}).convert(Decimal(1), "third", "one", None)
    assert third is not None and len(third.as_tuple().digits) == 34
    assert Units(document, {}).convert(Decimal("1E+65"), "third", "one", None) is None
    assert Units(document, {}).convert(Decimal("1E+64"), "third", "one", None) is not None
    assert Units(document, {}).convert(Decimal("1" * 51), "third", "one", None) is None


def test_a_bridge_between_two_kinds_leads_back_to_the_same_value(terms: Terms) -> None:
    there = terms.convert(Decimal(48), "mmol/mol", "%", "HbA1c")
    assert there == Decimal("6.54304")
    back = terms.convert(there, "%", "mmol/mol", "HbA1c")
    assert back is not None and round(back, 12) == Decimal(48)
    assert terms.convert(Decimal(48), "mmol/mol", "%", "another analyte") is None


def test_a_bridge_of_an_analyte_leads_there_and_back_for_all_its_names(docs: dict[str, Any]) -> None:
    units = Units(docs["units"], {})
    for name, start, end, there in (
        ("creatinine", "umol/L", "mg/dL", "1.131200"),
        ("LDL cholesterol", "mmol/L", "g/L", "38.6664"),
        ("total cholesterol", "mmol/L", "g/L", "38.6664"),
        ("HbA1c", "mmol/mol", "%", "11.3"),
    ):
        value = Decimal(100)
        reached = units.convert(value, start, end, name)
        assert reached == Decimal(there)
        assert units.convert(reached, end, start, name) == value
