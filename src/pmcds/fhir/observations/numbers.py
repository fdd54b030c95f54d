"""Quantities, ranges and ratios as exact numbers with a UCUM unit (L1-L6, H33, H34)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from pmcds.fhir.gates import absent
from pmcds.fhir.values import as_dict, as_text, clean, decimal_of, values_of
from pmcds.terminology import Terms

_COMPARATORS = frozenset({"<", "<=", ">=", ">"})
_SCORE = re.compile(r"(?P<comparator>>=|≥|<=|≤|<|>)?\s*(?P<number>\d{1,3}(?:\.\d{1,4})?)", re.ASCII)
_SIGNS = {"≥": ">=", "≤": "<="}


class Number(NamedTuple):
    """A number or an interval.

    `quantity` with `comparator`, or `low` and `high`; `unit` is a UCUM code or None; `stated_unit` what was written
    where no unit could be read; `reason` is value-unreadable, unit-unreadable or None.
    """

    quantity: Decimal | None = None
    comparator: str | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    unit: str | None = None
    stated_unit: str | None = None
    reason: str | None = None
    notes: tuple[str, ...] = ()

    def value(self) -> dict[str, Any]:
        """The parts that are known, by name."""
        parts = {"quantity": self.quantity, "comparator": self.comparator, "low": self.low, "high": self.high}
        return {name: part for name, part in parts.items() if part is not None}


UNREADABLE = Number(reason="value-unreadable")


def quantity_of(value: Any, terms: Terms) -> Number:
    """The number of a Quantity, with its unit if that can be read; a missing unit is None without a reason."""
    quantity = as_dict(value)
    number = decimal_of(quantity.get("value"))
    if number is None:
        return UNREADABLE
    comparator = quantity.get("comparator")
    if comparator not in (None, "") and comparator not in _COMPARATORS:
        return UNREADABLE
    system, code, text = (as_text(quantity.get(name)) for name in ("system", "code", "unit"))
    found = Number(number, comparator or None)
    if code is None and text is None:
        return found
    unit = terms.unit(code, system, text)
    if unit is None:
        return found._replace(stated_unit=clean(text or code), reason="unit-unreadable")
    differs = text is not None and text != unit
    return found._replace(unit=unit, notes=(f"unit as stated: {clean(text)}",) if differs else ())


def range_of(value: Any, terms: Terms) -> Number:
    """The interval of a Range; both ends in one unit, one end may be open."""
    ends = [quantity_of(as_dict(value).get(name), terms) for name in ("low", "high")]
    known = [end for end in ends if end.quantity is not None]
    if not known or any(end.comparator for end in known):
        return UNREADABLE
    reason = next((end.reason for end in known if end.reason), None)
    units = {end.unit for end in known}
    if len(units) > 1 or (len(known) == 2 and ends[0].quantity is not None and not _ordered(ends)):
        return UNREADABLE
    return Number(None, None, ends[0].quantity, ends[1].quantity, known[0].unit, known[0].stated_unit, reason)


def _ordered(ends: list[Number]) -> bool:
    low, high = ends[0].quantity, ends[1].quantity
    return low is not None and high is not None and low <= high


def ratio_of(value: Any, terms: Terms) -> Number:
    """The quotient of a Ratio without units; a denominator of zero or any comparator is not read."""
    parts = [quantity_of(as_dict(value).get(name), terms) for name in ("numerator", "denominator")]
    top, bottom = (part.quantity for part in parts)
    if top is None or not bottom or any(part.comparator for part in parts):
        return UNREADABLE
    units = {part.unit or part.stated_unit for part in parts} - {"1"}
    if units not in ({None}, set()):
        return Number(reason="unit-unreadable", stated_unit="ratio of units")
    return Number((top / bottom).normalize() if top % bottom else top // bottom, unit="1")


def number_in(element: Mapping[str, Any], terms: Terms) -> Number | None:
    """The number of a resource or component; None if it has none, value-unreadable if it is written another way."""
    if "valueQuantity" in element:
        return quantity_of(element["valueQuantity"], terms)
    if "valueRange" in element:
        return range_of(element["valueRange"], terms)
    if "valueRatio" in element:
        return ratio_of(element["valueRatio"], terms)
    for name in ("valueInteger", "valueDecimal"):
        number = decimal_of(element.get(name))
        if number is not None:
            return Number(number)
    return UNREADABLE if "valueSampledData" in element else None


def score_of(text: str | None) -> str | None:
    """An activity score written as text ("1.0", "≥3"), with an ASCII comparator, or None (G31, G32)."""
    found = _SCORE.fullmatch(text.strip()) if text else None
    if not found:
        return None
    sign = found["comparator"] or ""
    return _SIGNS.get(sign, sign) + found["number"]


def plain(number: Decimal) -> str:
    """A bounded decimal as text without an exponent, its trailing zeros kept."""
    return format(number, "f")


def copies_in(components: Iterable[Mapping[str, Any]], terms: Terms) -> Iterator[Decimal | dict[str, Any]]:
    """How many copies each element states: a number, the parts of a limit or range, {} if it is unreadable."""
    for component in components:
        number = number_in(component, terms)
        if number is not None and number.quantity is not None and number.comparator is None:
            yield number.quantity
        elif number is not None and not number.reason:
            yield number.value()
        elif not absent(component) and values_of(component):
            yield {}
