"""Where a variant lies: SPDI from coordinates, ranges, and what is missing for either (V5, VR4, T15)."""

from __future__ import annotations

import re
from typing import NamedTuple

from pmcds.fhir.observations.gene_results import answer_words
from pmcds.fhir.observations.names import CHROMOSOME, Spdi
from pmcds.fhir.observations.record import Record
from pmcds.fhir.values import as_dict, as_text, decimal_of, values_of

_BASES = re.compile(r"[ACGTN]+", re.ASCII)
_SEQUENCE = re.compile(r"[A-Z]{2}_\d+(?:\.\d+)?", re.ASCII)
_MAX_POSITION = 10**10


class Coordinates(NamedTuple):
    """What the coordinate components say.

    `spdi` where sequence, base and bases are all told; else `at` as "sequence:position:ref:alt", and `region` as
    "sequence:low-high" for a range. `missing` names what keeps `at` from being a place.
    """

    spdi: Spdi | None = None
    at: str | None = None
    region: str | None = None
    ref: str | None = None
    alt: str | None = None
    missing: tuple[str, ...] = ()

    @property
    def is_reference(self) -> bool:
        """True if the alternate allele is the reference allele (T01)."""
        return self.ref is not None and self.ref == self.alt


def coordinates_of(record: Record) -> Coordinates:
    """The place that the components give."""
    sequence = next((word for word in record.words("reference") if _SEQUENCE.fullmatch(word)), None)
    ref, alt = _bases(record, "ref"), _bases(record, "alt")
    exact = _range(record, "exact-range")
    wide = next((found for name in ("inner-range", "outer-range") if (found := _range(record, name)) is not None), None)
    if exact is not None and exact[0] is not None and alt is not None:
        # A position on a transcript, or on nothing that is told, is kept as it is stated.
        other = next((word for word in record.words("transcript") if _SEQUENCE.fullmatch(word)), "?")
        return _place(record, sequence or other, exact[0], ref, alt)
    if sequence is None:
        return Coordinates(ref=ref, alt=alt)
    span = wide or exact
    region = f"{sequence}:{span[0]}-{span[1]}" if span and span[0] is not None and span[1] is not None else None
    return Coordinates(region=region, ref=ref, alt=alt)


def _place(record: Record, sequence: str, start: int, ref: str | None, alt: str) -> Coordinates:
    base = answer_words(record, "coordinate-system")
    missing = []
    if not CHROMOSOME.fullmatch(sequence):
        missing.append("reference-sequence")
    elif base not in (["0-based"], ["1-based"]):
        missing.append("coordinate-system")
    if missing or ref is None or (base == ["1-based"] and start < 1):
        return Coordinates(at=f"{sequence}:{start}:{ref or ''}:{alt}", ref=ref, alt=alt, missing=tuple(missing))
    return Coordinates(Spdi(sequence, start - 1 if base == ["1-based"] else start, ref, alt), ref=ref, alt=alt)


def _bases(record: Record, carried: str) -> str | None:
    found = {
        value
        for component in record.components.get(carried, ())
        for value in (as_text(component.get("valueString")), *_concept_codes(component))
        if value and _BASES.fullmatch(value)
    }
    return found.pop() if len(found) == 1 else None


def _concept_codes(component: dict[str, object]) -> tuple[str, ...]:
    value = as_dict(component.get("valueCodeableConcept"))
    return tuple(text for text in (as_text(value.get("text")),) if text)


def _range(record: Record, carried: str) -> tuple[int | None, int | None] | None:
    for component in record.components.get(carried, ()):
        value = as_dict(component.get("valueRange"))
        ends = tuple(_position(as_dict(value.get(name)).get("value")) for name in ("low", "high"))
        if value and ends != (None, None):
            return ends[0], ends[1]
        for name, other in values_of(component).items():
            if name == "valueInteger" or name == "valueQuantity":
                place = _position(as_dict(other).get("value") if isinstance(other, dict) else other)
                return (place, place) if place is not None else None
    return None


def _position(value: object) -> int | None:
    number = decimal_of(value)
    if number is None or not 0 <= number < _MAX_POSITION or number != number.to_integral_value():
        return None
    return int(number)
