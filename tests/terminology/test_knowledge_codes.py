"""Codes carry a check digit: one that was mistyped, or whose digit was changed, is none.

LOINC parts, answers and terms end in a digit by the mod 10 rule, SNOMED CT identifiers in one by Verhoeff's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.terminology.conftest import TERMS

CODES = re.compile(r"\b(loinc|snomed):(LA\d+-\d|\d+-\d|\d+)")

_DIHEDRAL = (
    "0123456789", "1234067895", "2340178956", "3401289567", "4012395678",
    "5987604321", "6598710432", "7659821043", "8765932104", "9876543210",
)  # fmt: skip
_SHIFTED = (
    "0123456789", "1576283094", "5803796142", "8916043527", "9453126870", "4286573901", "2793806415", "7046913258",
)  # fmt: skip


_LETTERS = {4: 5, 5: 8}
# Marked as unverified in the terms, and no code by its check digit; the name of the measurement is read beside it.
NO_CODE = {"2357-8"}


def codes(system: str) -> Iterator[tuple[str, str]]:
    """(file, code) of every code of a system in the files that are written by hand."""
    for path in sorted(TERMS.glob("*.yaml")):
        text = path.read_text(encoding="utf-8")
        yield from ((path.name, found[2]) for found in CODES.finditer(text) if found[1] == system)


def mod_10(code: str) -> bool:
    letters = code.startswith("LA")
    digits, _, check = code.removeprefix("LA").partition("-")
    doubled = (int(digit) * (2 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits)))
    # The letters in front count too, by their place: that adds the same to every code of one length.
    total = sum(number // 10 + number % 10 for number in doubled) + (_LETTERS[len(digits)] if letters else 0)
    return (10 - total % 10) % 10 == int(check)


def verhoeff(code: str) -> bool:
    check = 0
    for place, digit in enumerate(reversed(code)):
        check = int(_DIHEDRAL[check][int(_SHIFTED[place % 8][int(digit)])])
    return check == 0


@pytest.mark.parametrize(
    ("code", "right"), [("2160-0", True), ("2160-1", False), ("LA9633-4", True), ("LA9633-5", False)]
)
def test_a_changed_loinc_code_is_told_from_a_code(code: str, right: bool) -> None:
    assert mod_10(code) is right


@pytest.mark.parametrize(
    ("code", "right"), [("10828004", True), ("10828005", False), ("363346000", True), ("363364000", False)]
)
def test_a_changed_snomed_identifier_is_told_from_one(code: str, right: bool) -> None:
    assert verhoeff(code) is right


def test_every_loinc_code_of_the_terms_has_its_check_digit() -> None:
    found = list(codes("loinc"))
    assert len(found) > 200
    assert [one for one in found if not mod_10(one[1]) and one[1] not in NO_CODE] == []


def test_every_snomed_identifier_of_the_terms_has_its_check_digit() -> None:
    found = list(codes("snomed"))
    assert len(found) > 100
    assert [one for one in found if not verhoeff(one[1])] == []
