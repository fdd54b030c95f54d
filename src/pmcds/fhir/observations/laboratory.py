"""Laboratory values: a number with its unit, an interval, or a word; never a number without a unit (L1-L9)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from pmcds.fhir.gates import absent
from pmcds.fhir.observations.answers import answer_in, interpretation_of, short
from pmcds.fhir.observations.numbers import Number, number_in
from pmcds.fhir.observations.record import Record
from pmcds.fhir.values import as_dicts, codings, values_of
from pmcds.model.findings import Finding
from pmcds.terminology import ObservationTerm


def read_laboratory(record: Record) -> list[Finding]:
    """The value of the observation and of each component that has a known code of its own (L6, L7)."""
    term = record.term
    assert term is not None  # only an observation whose code asks for a measurement is read here
    parts = _parts(record)
    if values_of(record.data) or not parts:
        found = [_value(record, record.data, term, _code(record, record.data))]
    else:
        same = [part for part in parts if part[1].subject == term.subject]
        if len(same) == 1:
            found = [_value(record, *same[0])]
        else:
            # Two components that answer one question: never the first of them (L7).
            value = _named(_code(record, record.data), term)
            found = [record.finding("laboratory", term.subject, value, status="indeterminate", reason="value-absent")]
    found += [_value(record, *part) for part in parts if part[1].subject != term.subject]
    return [_current(record, finding) for finding in found]


def _current(record: Record, finding: Finding) -> Finding:
    """The finding, or that it does not count any more: its date lies before the age limit of its test (LAB-02)."""
    months = record.context.terms.current_for(finding.subject or "")
    if months is None or finding.date is None or finding.reason is not None:
        # What has no usable value keeps its own reason, whatever its age.
        return finding
    # A partial date counts as its last day; a result without a date is not judged by its age.
    if finding.date[:10].ljust(10, "9") >= _months_before(record.context.now, months):
        return finding
    return replace(finding, status="ignored", reason="not-current")


def _months_before(now: datetime, months: int) -> str:
    year, month = divmod(now.year * 12 + now.month - 1 - months, 12)
    return f"{year:04}-{month + 1:02}-{now.day:02}"


def read_parts(record: Record) -> list[Finding]:
    """The values of the components of a panel whose own code asks for nothing that is known (H36)."""
    parts = _parts(record)
    asked = [part[1].subject for part in parts]
    found = [_value(record, *part) for part in parts if asked.count(part[1].subject) == 1]
    for subject in dict.fromkeys(asked):
        if asked.count(subject) > 1:
            found.append(record.finding("laboratory", subject, {}, status="indeterminate", reason="value-absent"))
    return found


def _parts(record: Record) -> list[tuple[dict[str, Any], ObservationTerm, str | None]]:
    terms = record.context.terms
    found = []
    for component in as_dicts(record.data.get("component")):
        for system, code, _ in codings(component.get("code")):
            term = terms.observation(system, code)
            if term is not None and term.role == "laboratory":
                found.append((component, term, code))
                break
    return found


def _code(record: Record, element: dict[str, Any]) -> str | None:
    terms = record.context.terms
    return next(
        (
            code
            for system, code, _ in codings(element.get("code"))
            if terms.fold(system) == "loinc" and terms.observation(system, code)
        ),
        None,
    )


def _named(code: str | None, term: ObservationTerm) -> dict[str, Any]:
    value: dict[str, Any] = {"loinc": code} if code else {}
    if term.kind:
        value["method"] = term.kind
    return value


def _value(record: Record, element: dict[str, Any], term: ObservationTerm, code: str | None) -> Finding:
    value = _named(code, term)
    if element is not record.data and absent(element):
        return record.finding("laboratory", term.subject, value, status="ignored", reason="value-absent")
    number = number_in(element, record.context.terms)
    if number is None:
        return _worded(record, element, term, value)
    number = with_unit(number, term)
    value |= number.value()
    status, reason = "present", number.reason
    if reason is not None:
        status = "indeterminate"
        if number.stated_unit:
            value["as_stated"] = number.stated_unit
    elif number.quantity is not None and not record.context.terms.plausible(
        term.subject or "", number.quantity, number.unit
    ):
        status, reason = "conflicting", "implausible"
    return record.finding(
        "laboratory", term.subject, value, status=status, reason=reason, unit=number.unit,
        missing=("unit",) if reason == "unit-unreadable" else (), notes=number.notes,
    )  # fmt: skip


def with_unit(number: Number, term: ObservationTerm) -> Number:
    """A number with the unit that its code fixes, or unit-unreadable if it has none (H33)."""
    if number.unit is not None or number.reason is not None:
        return number
    if term.unit_fixed and term.unit is not None:
        return number._replace(unit=term.unit, notes=(*number.notes, "unit from the code"))
    return number._replace(reason="unit-unreadable")


def _worded(record: Record, element: dict[str, Any], term: ObservationTerm, value: dict[str, Any]) -> Finding:
    """A word such as "positive"; a number in a string is not a number (H34)."""
    answer = answer_in(record.context.terms, element)
    if answer.stated is None:
        interpreted = interpretation_of(record.context.terms, record.data) if element is record.data else None
        if interpreted in ("present", "absent"):
            value["result"] = "positive" if interpreted == "present" else "negative"
            return record.finding("laboratory", term.subject, value)
        return record.finding("laboratory", term.subject, value, status="ignored", reason="value-absent")
    if answer.reason in ("code-display", "value-conflict"):
        return record.finding("laboratory", term.subject, value, status="conflicting", reason=answer.reason)
    if answer.word is None:
        reason = "value-unreadable" if "valueString" in element else "unknown-code"
        return record.finding("laboratory", term.subject, value, status="indeterminate", reason=reason)
    word = {"present": "positive", "absent": "negative"}.get(short(answer.word), short(answer.word))
    value["result"] = word
    if word == "indeterminate":
        return record.finding("laboratory", term.subject, value, status="indeterminate", reason="indeterminate")
    return record.finding("laboratory", term.subject, value)
