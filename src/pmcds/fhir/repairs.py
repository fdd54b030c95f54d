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
        if isinstance(value, list):
            elements += [(name, member) for member in value]
        elif isinstance(value, Mapping):
            found.update(_in_element(name, value))
            elements += [(inner, part) for inner, part in value.items() if inner not in _LEFT_OUT]
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


def _in_element(name: str, element: Mapping[str, Any]) -> Iterator[str]:
    """The repairs of the members of one element, whose own name is `name`."""
    if "valueQuantity" in element or "valueCodeableConcept" in element:
        values = [one for one in element if one.startswith("value") and element[one] not in _BLANK]
        if len(values) > 1:
            yield "R4"
    number = element.get("value")
    if isinstance(number, str) and (name.endswith("Quantity") or name in _NUMBERS) and decimal_of(number) is not None:
        yield "R6"
    for member, value in element.items():
        if member[:1] == "_":
            if member[1:] not in element:
                yield "R7"
        elif value in _BLANK:
            yield "R1"
        elif member in _LISTS and not isinstance(value, (list, str)):
            yield "R2"
        elif isinstance(value, str):
            yield from _in_text(member, value, element)


def _in_text(member: str, value: str, element: Mapping[str, Any]) -> Iterator[str]:
    if member in _WORDS:
        if not value.isascii() and clean(value) != " ".join(value.split()):
            yield "R8"
        elif "\\" in value and clean(value) != " ".join(value.split()):
            yield "R9"
    elif member == "code" and ("system" in element or "display" in element):
        read = codings(element)
        if read and read[0][1] != value:
            yield "R10"
