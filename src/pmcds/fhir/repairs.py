"""Which repairs the reading of a resource rests on (R1-R12): named for whoever looks, never looked at by a rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pmcds.fhir.values import clean, codings, decimal_of, is_date

_BLANK: tuple[Any, ...] = (None, "", {}, [])
# Members that hold lists in the release whose names we read, wherever they stand.
_LISTS = frozenset({"category", "coding", "component", "contained", "dosageInstruction", "identifier", "ingredient",
                    "interpretation", "result", "derivedFrom", "hasMember", "extension",
                    "modifierExtension"})  # fmt: skip
_CONCEPTS = frozenset({"code", "category", "interpretation", "clinicalStatus", "verificationStatus", "conclusionCode"})
_SINGLE = frozenset(
    {"code", "clinicalStatus", "verificationStatus", "subject", "valueCodeableConcept", "valueQuantity"}
)
_DATES = frozenset({"effectiveDateTime", "effectiveInstant", "issued", "authoredOn", "recordedDate", "onsetDateTime",
                    "birthDate", "dateTime"})  # fmt: skip
_NUMBERS = frozenset({"low", "high", "numerator", "denominator"})
_WORDS = frozenset({"display", "text", "valueString", "unit", "conclusion"})
# What says nothing about the content, or is a site of its own.
_LEFT_OUT = frozenset({"meta", "contained"})
_MOST = 5000


def repairs(data: Mapping[str, Any]) -> tuple[str, ...]:
    """Names of the repairs that reading this resource needs, in order."""
    found = {name for name, value in data.items() for name in _at_the_top(name, value)}
    elements: list[tuple[str, Any]] = [("", data)]
    for _ in range(_MOST):
        if not elements:
            break
        name, value = elements.pop()
        if type(value) is list:
            elements += [(name, member) for member in value if type(member) in (dict, list)]
        elif type(value) is dict:
            _in_element(name, value, found)
            elements += [
                (inner, part) for inner, part in value.items() if type(part) in (dict, list) and inner not in _LEFT_OUT
            ]
    return tuple(sorted(found, key=lambda name: int(name[1:])))


def _at_the_top(name: str, value: Any) -> Iterator[str]:
    if name in _CONCEPTS and isinstance(value, str) and value:
        yield "R3"
    elif name in _SINGLE and isinstance(value, list) and value:
        yield "R2"
    elif name == "meta" and not isinstance(value, Mapping):
        yield "R11"
    elif name in _DATES and value not in _BLANK and not is_date(value):
        yield "R12"


def _in_element(name: str, element: Mapping[str, Any], found: set[str]) -> None:
    """Add the repairs of the members of one element, whose own name is `name`."""
    values = 0
    for member, value in element.items():
        if type(value) is str:
            if not value:
                found.add("R1")
            elif member in _WORDS:
                if not value.isascii() or "\\" in value:
                    _in_words(value, found)
            elif member == "code":
                if not value.isalnum() and ("system" in element or "display" in element):
                    _in_code(value, element, found)
            elif member == "value" and (name in _NUMBERS or name.endswith("Quantity")):
                found.update(("R6",) if decimal_of(value) is not None else ())
        elif value is None or (not value and type(value) in (dict, list)):
            found.add("R1")
            continue
        elif member in _LISTS and type(value) is not list:
            found.add("R2")
        if member[:5] == "value" and member != "value" and value != "":
            values += 1
        if member[:1] == "_" and member[1:] not in element:
            found.add("R7")
    if values > 1:
        found.add("R4")


def _in_words(text: str, found: set[str]) -> None:
    if clean(text) != " ".join(text.split()):
        found.add("R9" if text.isascii() else "R8")


def _in_code(code: str, element: Mapping[str, Any], found: set[str]) -> None:
    read = codings(element)
    if read and read[0][1] != code:
        found.add("R10")
