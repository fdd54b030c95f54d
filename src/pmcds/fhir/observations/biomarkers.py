"""Tumor biomarkers: result, score, percentage, ratio or number, each with the assay that the code names (B1-B18)."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from pmcds.fhir.observations.answers import Answer, answer_of, interpretation_of, short
from pmcds.fhir.observations.laboratory import with_unit
from pmcds.fhir.observations.numbers import Number, number_in
from pmcds.fhir.observations.record import Record
from pmcds.fhir.values import codings, decimal_of, texts, values_of
from pmcds.model.findings import Finding
from pmcds.terminology import ObservationTerm

_IHC_SCORE = re.compile(r"(?P<score>[0-3])\s*(?P<plus>\+)?(?:\s*\((?P<word>[a-z ]+)\))?", re.IGNORECASE)
_SCALED = re.compile(
    r"(?P<scale>[A-Za-z]{2,3})[ :=]*(?P<comparator>>=|≥|<=|≤|<|>)?\s*"
    r"(?P<number>\d{1,3}(?:\.\d{1,3})?)\s*(?P<percent>%)?",
    re.ASCII,
)
# Units of a share of one.
_SHARES = frozenset({"1", "{ratio}", "{fraction}"})
_SIGNS = {"≥": ">=", "≤": "<="}
# Which results a score of 0 to 3 can stand beside; 2 is neither (CAT-19).
_RESULT_OF_SCORE = {"0": "negative", "1+": "negative", "3+": "positive"}
_AS_RESULT = {"absent": "negative"}


class Read(NamedTuple):
    """What one value says: members of the finding's value, its unit, and why it does not count."""

    value: dict[str, Any]
    unit: str | None = None
    status: str = "present"
    reason: str | None = None
    marker: str | None = None
    notes: tuple[str, ...] = ()


def read_biomarker(record: Record) -> list[Finding]:
    """One finding from all values of a marker observation; two values must agree (R4, B11)."""
    term = record.term
    if term is None:
        return []
    values = values_of(record.data)
    read = [one for name, value in values.items() if (one := _read(record, term, name, value)) is not None]
    if not read:
        return [_without_value(record, term, bool(values))]
    failed = next((one for one in read if one.reason), None)
    value: dict[str, Any] = {}
    for one in read:
        value |= one.value
    status, reason = (failed.status, failed.reason) if failed else ("present", None)
    expected = _RESULT_OF_SCORE.get(value.get("score", ""))
    if expected and value.get("result") in ("positive", "negative") and value["result"] != expected:
        status, reason = "conflicting", "value-conflict"
    if reason is None and _contradicted(record, value.get("result")):
        status, reason = "conflicting", "value-conflict"
    return [_finding(record, term, read, value, status, reason)]


def _finding(
    record: Record, term: ObservationTerm, read: list[Read], value: dict[str, Any], status: str, reason: str | None
) -> Finding:
    assay = getattr(term, "assay", None)
    marker = next((one.marker for one in read if one.marker), None)
    if assay and marker in (None, term.subject):
        value["assay"] = assay
    missing = []
    if reason == "unit-unreadable":
        missing.append("unit")
    if (
        term.kind in ("score", "report")
        and reason is None
        and "score" not in value
        and value.get("result") in ("present", "positive")
    ):
        missing.append("score")
    return record.finding(
        "biomarker", marker or term.subject, value, status=status, reason=reason,
        unit=next((one.unit for one in read if one.unit), None), missing=tuple(missing),
        notes=tuple(note for one in read for note in one.notes),
    )  # fmt: skip


def _without_value(record: Record, term: ObservationTerm, had_values: bool) -> Finding:
    interpreted = interpretation_of(record.context.terms, record.data)
    if not had_values and interpreted in ("present", "absent") and term.kind in ("result", "report"):
        result = "positive" if interpreted == "present" else "negative"
        return _finding(record, term, [], {"result": result}, "present", None)
    reason = "value-unreadable" if had_values else "value-absent"
    return record.finding(
        "biomarker", term.subject, {}, status="indeterminate" if had_values else "ignored", reason=reason
    )


def _read(record: Record, term: ObservationTerm, name: str, value: Any) -> Read | None:
    if name in ("valueQuantity", "valueRange", "valueRatio", "valueInteger", "valueDecimal", "valueSampledData"):
        number = number_in({name: value}, record.context.terms)
        return _number(record, term, number) if number is not None else None
    if name in ("valueCodeableConcept", "valueString"):
        return _worded(record, term, answer_of(record.context.terms, codings(value), texts(value)))
    return None


def _number(record: Record, term: ObservationTerm, number: Number) -> Read:
    if term.kind == "score" and number.quantity is not None and number.unit in (None, "1"):
        return _score_of_number(number)
    if term.kind in ("ratio", "copies") and number.unit == "1":
        number = number._replace(unit=None)
    number = with_unit(_in_percent(number) if term.kind == "percent" else number, term)
    parts = number.value()
    if term.kind == "percent" and (says := getattr(term, "says", None)):
        parts["score"] = says
    if number.stated_unit:
        parts["as_stated"] = number.stated_unit
    unit = None if term.kind in ("ratio", "copies") else number.unit
    status, reason = ("indeterminate", number.reason) if number.reason else ("present", None)
    if reason is None and term.unit and number.unit and number.unit != term.unit and _other_kind(record, number, term):
        status, reason = "indeterminate", "unit-unreadable"
        parts["as_stated"] = number.unit
    if (
        reason is None
        and number.quantity is not None
        and not record.context.terms.plausible(term.subject or "", number.quantity, number.unit)
    ):
        status, reason = "conflicting", "implausible"
    return Read(parts, unit if reason != "unit-unreadable" else None, status, reason, notes=number.notes)


def _in_percent(number: Number) -> Number:
    """A share of one in percent; 1 and more "of one" are shares or percents, nobody can tell (H33)."""
    ends = [end for end in (number.quantity, number.low, number.high) if end is not None]
    if number.unit not in _SHARES or not ends:
        return number
    if any(end >= 1 for end in ends):
        return number._replace(reason=number.reason or "unit-unreadable", stated_unit=number.unit, unit=None)
    quantity, low, high = (None if end is None else end * 100 for end in (number.quantity, number.low, number.high))
    return number._replace(quantity=quantity, low=low, high=high, unit="%")


def _other_kind(record: Record, number: Number, term: ObservationTerm) -> bool:
    """True if the stated unit cannot be turned into the marker's own: a count is no rate (T20)."""
    if number.quantity is None or number.unit is None or term.unit is None:
        return False
    return record.context.terms.convert(number.quantity, number.unit, term.unit, term.subject) is None


def _score_of_number(number: Number) -> Read:
    score = str(number.quantity)
    if number.comparator or score not in ("0", "1", "2", "3"):
        return Read({"quantity": number.quantity}, None, "indeterminate", "value-unreadable")
    return Read({"score": score if score == "0" else f"{score}+"})


def _worded(record: Record, term: ObservationTerm, answer: Answer) -> Read:
    text = answer.stated or ""
    scored = _IHC_SCORE.fullmatch(text) if term.kind == "score" else None
    if scored:
        return Read({"score": "0" if scored["score"] == "0" else f"{scored['score']}+"})
    scaled = _scaled(record, term, text)
    if scaled is not None:
        return scaled
    if answer.reason in ("code-display", "value-conflict"):
        return Read({}, None, "conflicting", answer.reason)
    if answer.word is None:
        return Read(
            {}, None, "indeterminate", "unknown-code" if answer.reason == "unknown-code" else "value-unreadable"
        )
    marker, _, word = answer.word.rpartition(": ")
    if marker:
        return Read({"result": word}, marker=marker)
    word = _result(term, answer.word)
    if word == "indeterminate":
        return Read({}, None, "indeterminate", "indeterminate")
    return Read({"result": word})


def _result(term: ObservationTerm, word: str) -> str:
    """The answer in the marker's own words: "present" stays only where a score was asked for (B7, B10, B15)."""
    plain = short(word)
    if plain == "present":
        says = getattr(term, "says", None)
        if says:
            return str(says)
        return "present" if word == "present" and term.kind == "score" else "positive"
    return _AS_RESULT.get(plain, plain)


def _scaled(record: Record, term: ObservationTerm, text: str) -> Read | None:
    """A number with its scale in front ("TPS 55 %"), only under a code that asks for one (B8)."""
    if term.kind not in ("report", "percent"):
        return None
    found = _SCALED.fullmatch(text)
    unit = record.context.terms.scales.get(found["scale"].upper()) if found else None
    if not found or unit is None:
        return None
    number = decimal_of(found["number"])
    if number is None:
        return None
    parts: dict[str, Any] = {"score": found["scale"].upper(), "quantity": number}
    if found["comparator"]:
        parts["comparator"] = _SIGNS.get(found["comparator"], found["comparator"])
    if unit == "%" and not found["percent"] and 0 < number < 1:
        # A share of one, or less than a percent: nobody can tell.
        return Read({**parts, "as_stated": text}, None, "indeterminate", "unit-unreadable")
    return Read(parts, "%" if found["percent"] else unit)


def _contradicted(record: Record, result: str | None) -> bool:
    """True if the interpretation says the opposite of the value (S11)."""
    interpreted = interpretation_of(record.context.terms, record.data)
    opposites = {"present": ("negative",), "absent": ("positive", "present", "high", "deficient")}
    return result is not None and result in opposites.get(interpreted or "", ())
