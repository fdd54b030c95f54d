"""Factors of units are those of physics: each code is taken apart here and reckoned anew, without the library.

Prefixes and customary units as UCUM defines them; molar masses from the formula and the standard atomic weights.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

import pytest

PREFIXES: dict[str, Fraction | int] = {
    "k": 10**3, "d": Fraction(1, 10), "c": Fraction(1, 10**2), "m": Fraction(1, 10**3), "u": Fraction(1, 10**6),
    "n": Fraction(1, 10**9), "p": Fraction(1, 10**12), "f": Fraction(1, 10**15), "M": 10**6,
}  # fmt: skip
MINUTE, HOUR, DAY = 60, 3600, 86400
ATOMS: dict[str, Fraction | int] = {
    "g": 1, "L": 1, "mol": 1, "eq": 1, "m": 1, "s": 1, "Pa": 1, "b": 1, "[IU]": 1, "[iU]": 1, "m2": 1,
    "min": MINUTE, "h": HOUR, "d": DAY, "wk": 7 * DAY, "mo": 1, "mo_g": 1, "a": 12, "a_g": 12,
    "U": Fraction(1, 10**6 * MINUTE), "kat": 1,  # mol per second; a unit turns a micromole over in a minute
    "cm2": Fraction(1, 10**4), "mm2": Fraction(1, 10**6),
    "[in_i]": Fraction("0.0254"), "[ft_i]": Fraction("0.3048"), "[lb_av]": Fraction("453.59237"),
    "[oz_av]": Fraction("453.59237") / 16, "%": Fraction(1, 100), "mut": 1, "Mb": 1, "mm[Hg]": 1, "[pH]": 1,
    "mm3": Fraction(1, 10**6), "M2": 1,
}  # fmt: skip
# Kinds whose scales have different zeros, or whose units are names of one number.
NOT_PROPORTIONAL = {"temperature"}
STANDARD_SURFACE = "/1.73.m2"

Units = dict[str, dict[str, str]]


@pytest.fixture(scope="module")
def kinds(docs: dict[str, Any]) -> Units:
    found: Units = docs["units"]["kinds"]
    return found


def size(code: str) -> Fraction:
    """A unit in the units that the table above counts as one."""
    text = re.sub(r"\{[^}]*\}", "", _plain(code))
    total, below = Fraction(1), False
    for part in re.findall(r"/|\([^)]*\)|[^/(]+", text):
        if part == "/":
            below = True
            continue
        value = size_of_product(part.strip("()"))
        total = total / value if below else total * value
        below = False
    return total


def _plain(code: str) -> str:
    """Without the surface that a rate is given for, and with what annotations count written out."""
    return code.replace(STANDARD_SURFACE, "").replace("{10*12}", "10*12").replace("{24_h}", "(24.h)")


def size_of_product(text: str) -> Fraction:
    value = Fraction(1)
    for factor in filter(None, text.split(".")):
        value *= atom(factor)
    return value


def atom(text: str) -> Fraction:
    power = re.fullmatch(r"10\*(\d+)", text)
    if power:
        return Fraction(10 ** int(power[1]))
    if text.isdigit():
        return Fraction(int(text))
    if text in ATOMS:
        return Fraction(ATOMS[text])
    return Fraction(PREFIXES[text[0]]) * Fraction(ATOMS[text[1:]])


def stated(factor: str) -> Fraction:
    above, _, below = factor.partition("/")
    return Fraction(above) / Fraction(below or "1")


def test_every_factor_is_that_of_its_unit(kinds: Units) -> None:
    wrong = []
    for kind, units in kinds.items():
        if kind in NOT_PROPORTIONAL:
            continue
        sizes = {code: size(code) for code in units}
        base = next(iter(units))
        for code, factor in units.items():
            if stated(factor) / stated(units[base]) != sizes[code] / sizes[base]:
                wrong.append((kind, code, factor))
    assert wrong == []


def test_degrees_are_counted_from_absolute_zero(kinds: Units) -> None:
    def offset(text: str) -> tuple[Fraction, Fraction]:
        step, _, zero = text.partition(" + ")
        return stated(step), stated(zero or "0")

    assert offset(kinds["temperature"]["K"]) == (Fraction(1), Fraction(0))
    assert offset(kinds["temperature"]["Cel"]) == (Fraction(1), Fraction("273.15"))
    step, zero = offset(kinds["temperature"]["[degF]"])
    assert (32 * step + zero, 212 * step + zero) == (Fraction("273.15"), Fraction("373.15"))


WEIGHTS = {"C": Fraction("12.011"), "H": Fraction("1.008"), "N": Fraction("14.007"), "O": Fraction("15.999")}
FORMULAS = {
    "creatinine": "C4H7N3O", "glucose": "C6H12O6", "LDL cholesterol": "C27H46O", "uracil": "C4H4N2O2",
    "bilirubin": "C33H36N4O6", "urate": "C5H4N4O3",
}  # fmt: skip


def molar_mass(formula: str) -> Fraction:
    return sum(
        (WEIGHTS[element] * int(number or 1) for element, number in re.findall(r"([A-Z])(\d*)", formula)), Fraction(0)
    )


@pytest.mark.parametrize("analyte", sorted(FORMULAS))
def test_a_molar_mass_is_that_of_the_formula(docs: dict[str, Any], analyte: str) -> None:
    entry = docs["units"]["analytes"][analyte]
    assert entry["formula"] == FORMULAS[analyte]
    assert (entry["from"], entry["to"]) == ("amount concentration", "mass concentration")
    assert stated(entry["factor"]) == molar_mass(FORMULAS[analyte])


def test_other_bridges_are_one_charge_the_mass_of_creatinine_and_the_master_equation(docs: dict[str, Any]) -> None:
    bridges = {name: entry for name, entry in docs["units"]["analytes"].items() if name not in FORMULAS}
    assert set(bridges) == {"potassium", "urine albumin-to-creatinine ratio", "HbA1c", "INR"}
    assert stated(bridges["potassium"]["factor"]) == 1
    assert set(bridges["potassium"]["also"]) == {"sodium", "chloride", "bicarbonate"}
    assert stated(bridges["urine albumin-to-creatinine ratio"]["factor"]) == 1 / molar_mass(FORMULAS["creatinine"])
    # NGSP % = 0.09148 x IFCC mmol/mol + 2.152, as the NGSP publishes it; both sides as plain fractions here.
    assert stated(bridges["HbA1c"]["factor"]) == Fraction("0.09148") * 1000 / 100
    assert stated(bridges["HbA1c"]["plus"]) == Fraction("2.152") / 100


# Ways of writing that are rewritten before a spelling is taken apart.
REWRITTEN = (
    (r"[µμ]", "u"), (r"\bmc([gL])", r"u\1"), (r"^[x ]+(?=10)", ""), (r"10[\^eE](\d+)", r"10*\1"), (r"\bgm\b", "g"),
    (r"10\((\d+)\)", r"10*\1"), (r"^[KkT]hou(?:sand)?\b|^thou\b|^Thousand\b|^[Kk](?=/)", "10*3"),
    (r"^(?:M|mill|Million)(?=/)", "10*6"), (r"^G(?:iga)?(?=/L)", "10*9"), (r"^T(?:era)?(?=/L)", "10*12"),
    (r"\bcells\b|\{cells\}", ""), (r"\b[IE]U\b|\biu\b", "[IU]"), (r"\buIU\b", "u[IU]"), (r"\bmIU\b", "m[IU]"),
    (r"\bhrs?\b", "h"), (r"\bmm\^3\b", "mm3"), (r"\b(?:mEq|MEQ)\b", "meq"), (r"%$", "/dL"), (r"/100mL", "/dL"),
    (r"\bunits\b", "U"), (r"\bu(?=/L)", "U"), (r"/?1\.73 ?m(?:\^?2|²)|/?1\.73sqm|/?1\.73M2|/SA", ""),
    (r" ?(?:H[gG]?[bB]|HGB|hemoglobin|RBCs?|creat(?:inine)?|Cr|MTG|6-MTG)\b", ""), (r"\b24 ?hr?s?\b|\bday\b", "d"),
    (r"\{[^}]*\}?", ""),
)  # fmt: skip
CASES = {"gl": "g/L", "l": "L", "dl": "dL", "ml": "mL", "ul": "uL", "ML": "mL", "DL": "dL"}


def rewritten(spelling: str) -> str:
    text = spelling
    for pattern, new in REWRITTEN:
        text = re.sub(pattern, new, text)
    parts = [CASES.get(part, part) for part in text.strip().split("/")]
    if spelling.upper() == spelling and any(letter.isalpha() for letter in spelling):
        parts = [part.replace("MG", "mg").replace("NG", "ng").replace("PG", "pg").replace("G/", "g/") for part in parts]
    return "/".join(parts)


CHECKED_KINDS = (
    "mass concentration", "amount concentration", "equivalent concentration", "number concentration",
    "enzyme activity concentration", "rate", "mass per day",
)  # fmt: skip


def test_a_spelling_that_can_be_taken_apart_has_the_size_of_its_unit(kinds: Units, docs: dict[str, Any]) -> None:
    checked, wrong, apart = 0, [], set()
    accepted = {code for kind in CHECKED_KINDS for code in kinds[kind]}
    for code, spellings in docs["units"]["spellings"].items():
        for spelling in spellings if code in accepted else ():
            try:
                found = size(rewritten(spelling))
            except KeyError:
                apart.add(spelling)
                continue
            checked += 1
            if found != size(code):
                wrong.append((code, spelling, rewritten(spelling)))
    assert wrong == []
    assert apart == {"G/DL", "MMOL/L", "mM", "uM", "nM", "micromol/L", "u/l", "mL/Min", "ML/MIN"}
    assert checked > 100
