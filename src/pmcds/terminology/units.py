"""Units: which codes and spellings are accepted, and exact conversion inside one kind of quantity."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Context, Decimal, DecimalException
from fractions import Fraction
from typing import Any, NamedTuple

from pmcds.terminology.text import strings

# Digits of a result that no decimal states exactly (pounds in kilograms); all other results are exact.
_DIGITS = Context(prec=34)
# Wider than the limits of the input, so that a converted value can be converted back.
_MAX_DIGITS = 50
_MAX_EXPONENT = 64


class _Unit(NamedTuple):
    kind: str
    factor: Fraction
    offset: Fraction


class Units:
    """Accepted units by kind of quantity; units of different kinds are never converted, but by a listed analyte."""

    __slots__ = ("_bridges", "_by_code", "_plausible", "_spellings", "_units")

    def __init__(self, document: Mapping[str, Any], plausible: Mapping[str, Any]) -> None:
        self._units: dict[str, _Unit] = {}
        for kind, listed in (document.get("kinds") or {}).items():
            for code, stated in listed.items():
                factor, _, offset = str(stated).partition("+")
                self._units[str(code)] = _Unit(str(kind), _fraction(factor), _fraction(offset or "0"))
        self._spellings = {
            spelling: str(code)
            for code, spellings in (document.get("spellings") or {}).items()
            for spelling in strings(spellings)
        }
        self._by_code = {str(key): str(code) for key, code in (document.get("codes") or {}).items()}
        self._bridges: dict[tuple[str, str, str], tuple[Fraction, Fraction]] = {}
        for subject, bridge in (document.get("analytes") or {}).items():
            self._add_bridge(str(subject), bridge)
        self._plausible = {
            str(subject): (str(entry["unit"]), Decimal(str(entry["low"])), Decimal(str(entry["high"])))
            for subject, entry in plausible.items()
        }

    def _add_bridge(self, subject: str, bridge: Mapping[str, Any]) -> None:
        """`from` * factor + plus = `to`, both in the base units of their kinds."""
        factor, plus = _fraction(str(bridge["factor"])), _fraction(str(bridge.get("plus", "0")))
        start, end = str(bridge["from"]), str(bridge["to"])
        for name in (subject, *strings(bridge.get("also"))):
            self._bridges[name, start, end] = factor, plus
            self._bridges[name, end, start] = 1 / factor, -plus / factor

    def unit(self, code: str | None, system: str | None, text: str | None) -> str | None:
        """The accepted unit of a quantity, or None if it cannot be read.

        A code counts, whatever the text says: as UCUM code or listed spelling of one under UCUM, as listed code of
        another folded system. Text counts without a code: an accepted code in its exact case, or a listed spelling.
        """
        stated = code.strip() if isinstance(code, str) else ""
        if stated:
            if system not in (None, "ucum"):
                return self._by_code.get(f"{system}:{stated}")
            return self._spelled(stated)
        return self._spelled(text.strip()) if isinstance(text, str) else None

    def _spelled(self, text: str) -> str | None:
        return text if text in self._units else self._spellings.get(text)

    def convert(self, value: Decimal, unit: str, to: str, subject: str | None) -> Decimal | None:
        """The value in another unit of the same kind, or None."""
        if unit == to and unit in self._units:
            return value
        start, end = self._units.get(unit), self._units.get(to)
        if start is None or end is None or not _bounded(value):
            return None
        base = Fraction(value) * start.factor + start.offset
        if start.kind != end.kind:
            bridge = self._bridges.get((subject or "", start.kind, end.kind))
            if bridge is None:
                return None
            base = base * bridge[0] + bridge[1]
        return _decimal((base - end.offset) / end.factor)

    def plausible(self, subject: str, value: Decimal, unit: str | None) -> bool:
        """False if the value lies outside the listed limits of the subject."""
        limits = self._plausible.get(subject)
        if limits is None or unit is None:
            return True
        known, low, high = limits
        converted = self.convert(value, unit, known, subject)
        return converted is None or low <= converted <= high


def _fraction(text: str) -> Fraction:
    """A number or a ratio of two numbers, exactly."""
    top, _, bottom = text.partition("/")
    return Fraction(top.strip()) / Fraction(bottom.strip() or "1")


def _bounded(value: Decimal) -> bool:
    _, digits, exponent = value.as_tuple()
    return isinstance(exponent, int) and abs(exponent) <= _MAX_EXPONENT and len(digits) <= _MAX_DIGITS


def _decimal(value: Fraction) -> Decimal | None:
    """Exact where a decimal can state it, else rounded to 34 digits."""
    try:
        top, bottom = Decimal(value.numerator), Decimal(value.denominator)
        exact = Context(prec=len(top.as_tuple().digits) + 4 * len(bottom.as_tuple().digits) + 8)
        result = exact.divide(top, bottom)
        if Fraction(result) != value:
            result = _DIGITS.divide(top, bottom)
        return _plain(result)
    except DecimalException:
        return None


def _plain(value: Decimal) -> Decimal:
    """Without trailing zeros behind the point, and without an exponent where it is whole."""
    normal = value.normalize(Context(prec=200))
    exponent = normal.as_tuple().exponent
    if isinstance(exponent, int) and 0 < exponent <= _MAX_EXPONENT:
        return normal.quantize(Decimal(1), context=Context(prec=200))
    return normal
