"""Tolerant access to FHIR elements as plain dicts: what does not fit is absent, never an exception."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Hashable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any, NamedTuple

Coding = tuple[str | None, str | None, str | None]

MAX_NUMBER_LENGTH = 40
MAX_EXPONENT = 30
# How far a result may lie ahead of `now` before it is from the future: clocks differ.
CLOCK_TOLERANCE = timedelta(minutes=10)

_DECIMAL = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?", re.ASCII)
_DATE = re.compile(
    r"([0-9]{4})(?:-(0[1-9]|1[0-2])(?:-(0[1-9]|[12][0-9]|3[01])"
    r"(?:T([01][0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9]|60)(?:\.([0-9]{1,12}))?)?(Z|[+-][0-9]{2}:[0-9]{2})?)?)?)?",
    re.ASCII,
)
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff"))
_HL7_ESCAPES = {"\\.br\\": "\n", "\\T\\": "&", "\\S\\": "^", "\\F\\": "|", "\\R\\": "~", "\\E\\": "\\"}
_EMPTY: tuple[Any, ...] = (None, "", {}, [])


def decimal_of(value: Any) -> Decimal | None:
    """The exact number of an int, float, Decimal or a string in FHIR decimal syntax, else None (R6)."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, Decimal):
        return value if _bounded(value) else None
    if isinstance(value, (int, float)):
        if isinstance(value, int) and abs(value) >= 10**MAX_NUMBER_LENGTH:
            return None
        value = repr(value)
    if not isinstance(value, str) or len(value) > MAX_NUMBER_LENGTH or not _DECIMAL.fullmatch(value):
        return None
    try:
        number = Decimal(value)
    except InvalidOperation:  # an exponent beyond what decimal can hold
        return None
    return number if _bounded(number) else None


def _bounded(number: Decimal) -> bool:
    # Arithmetic on Decimal("1e1000000") takes minutes: the exponent is looked at before anything else.
    if not number.is_finite():
        return False
    _, digits, exponent = number.as_tuple()
    return isinstance(exponent, int) and len(digits) <= MAX_NUMBER_LENGTH and abs(number.adjusted()) <= MAX_EXPONENT


def as_list(value: Any) -> list[Any]:
    """The members of a list, a single value as a list of one, nothing for absent or empty values (R1, R2)."""
    if value is None or value == "":
        return []
    if isinstance(value, list):
        return [member for member in value if member not in _EMPTY]
    if isinstance(value, (dict, str)) and not value:
        return []
    return [value]


def as_dict(value: Any) -> dict[str, Any]:
    """The object, the only object of a list, or an empty dict (R2)."""
    if isinstance(value, dict):
        return value
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], dict):
        return value[0]
    return {}


def as_dicts(value: Any) -> list[dict[str, Any]]:
    """The objects of a list, or a single object as a list of one (R2)."""
    if isinstance(value, dict):
        return [value] if value else []
    if isinstance(value, list):
        return [member for member in value if isinstance(member, dict) and member]
    return []


def as_text(value: Any) -> str | None:
    """A string that is not blank, exactly as stated, or None (R1)."""
    return value if isinstance(value, str) and value and not value.isspace() else None


def clean(text: str | None) -> str | None:
    """Text in NFKC without invisible characters, HL7 v2 escapes read, blanks to one; None if nothing is left."""
    if not text:
        return None
    if "\\" in text:
        for escape, character in _HL7_ESCAPES.items():
            text = text.replace(escape, character)
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text).translate(_INVISIBLE)
    return " ".join(text.split()) or None


def concept_of(value: Any) -> Any:
    """The CodeableConcept of a CodeableReference (R5), or the value itself."""
    if isinstance(value, dict) and "concept" in value and "coding" not in value:
        return value["concept"]
    return value


def codings(value: Any) -> tuple[Coding, ...]:
    """(system, code, display) of each coding of a CodeableConcept, Coding, list of them, or CodeableReference.

    Blank members are None, codes are trimmed of blanks, quotes and a trailing colon (R1, R2, R10); codings without
    code and display are left out. A string has no codings: see `texts`.
    """
    if isinstance(value, list):
        return tuple(found for member in value for found in codings(member))
    value = concept_of(value)
    if not isinstance(value, dict):
        return ()
    inner = value.get("coding")
    if inner is None and ("code" in value or "system" in value):
        inner = value
    found = []
    for member in inner if isinstance(inner, list) else (inner,):
        if isinstance(member, dict):
            code = member.get("code")
            display = member.get("display")
            code = _trimmed(code) if isinstance(code, str) else None
            display = display if isinstance(display, str) and display else None
            if code or display:
                system = member.get("system")
                found.append((system if isinstance(system, str) and system else None, code, display))
    return tuple(found)


def _trimmed(code: str) -> str | None:
    return code if code.isalnum() else code.strip(" \t\r\n\u00a0\"'").rstrip(":").rstrip() or None


def texts(value: Any) -> str | None:
    """The text of a CodeableConcept, or the string that stands where a concept belongs (R3), cleaned."""
    if isinstance(value, list):
        return next((found for found in map(texts, value) if found), None)
    value = concept_of(value)
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        text = value.get("text")
        return clean(text) if isinstance(text, str) else None
    return None


def label_of(concept: Any) -> str | None:
    """The words of a concept: its text, else the first display."""
    return texts(concept) or next((clean(display) for _, _, display in codings(concept) if display), None)


_TEXTS = frozenset({str, type(None)})


def spelling(value: Any) -> Hashable:
    """A key under which what a concept means may be remembered: equal only where codings and text are."""
    member = value[0] if type(value) is list and len(value) == 1 else value
    inner = member.get("coding") if type(member) is dict else None
    if type(inner) is list and len(inner) == 1 and type(inner[0]) is dict:
        coding = inner[0]
        key = (coding.get("system"), coding.get("code"), coding.get("display"), member.get("text"))
        if _TEXTS.issuperset(map(type, key)):
            return key
    return (codings(value), texts(value))


def code_of(value: Any, fold: Sequence[str] = ()) -> str | None:
    """The only code of a closed list, given as code, Coding or CodeableConcept; None if there are several (R3).

    With `fold`, only codings without system or whose system ends in one of these names count.
    """
    if isinstance(value, str):
        return value or None
    found = {
        code
        for system, code, _ in codings(value)
        if code and (not fold or system is None or system.rstrip("/").rsplit("/", 1)[-1] in fold)
    }
    if not found and isinstance(value, dict) and isinstance(value.get("text"), str):
        return str(value["text"]) or None
    return found.pop() if len(found) == 1 else None


def reference_of(value: Any) -> str | None:
    """The reference of a Reference, CodeableReference, or of a bare string; None if only display or identifier."""
    if isinstance(value, list):
        found = [reference_of(member) for member in value]
        return found[0] if len(found) == 1 else None
    if isinstance(value, dict):
        inner = value.get("reference")
        if isinstance(inner, dict):
            inner = inner.get("reference")
        value = inner
    return value if isinstance(value, str) and value and not value.isspace() else None


def references(value: Any) -> list[str]:
    """The references of a list of References."""
    return [found for member in as_list(value) if (found := reference_of(member))]


class Span(NamedTuple):
    """The instants between which a date lies, both aware; a partial date is long, a full instant short."""

    start: datetime
    end: datetime


def span_of(text: Any) -> Span | None:
    """What a FHIR date, dateTime or instant can mean, over all time zones if none is stated; None if bad (R12)."""
    if not isinstance(text, str):
        return None
    found = _DATE.fullmatch(text)
    if not found:
        return None
    year, month, day, hour, minute, second, fraction, zone = found.groups()
    try:
        start = datetime(int(year), int(month or 1), int(day or 1), int(hour or 0), int(minute or 0), tzinfo=UTC)
    except ValueError:
        return None
    if hour is not None:
        micro = int((fraction or "0")[:6].ljust(6, "0"))
        start = _moved(start, timedelta(seconds=int(second or 0), microseconds=micro))
        end = start if second else _moved(start, timedelta(minutes=1))
    elif day is not None:
        end = _moved(start, timedelta(days=1))
    elif start.year == 9999:
        end = _LAST
    elif month is not None:
        end = start.replace(year=start.year + start.month // 12, month=start.month % 12 + 1)
    else:
        end = start.replace(year=start.year + 1)
    if zone is None:
        return Span(_moved(start, -timedelta(hours=14)), _moved(end, timedelta(hours=12)))
    shift = _offset(zone)
    return Span(_moved(start, -shift), _moved(end, -shift))


_FIRST = datetime.min.replace(tzinfo=UTC)
_LAST = datetime.max.replace(tzinfo=UTC)


def _moved(moment: datetime, by: timedelta) -> datetime:
    """The moment moved, at most to the ends of the calendar."""
    try:
        return moment + by
    except OverflowError:
        return _LAST if by > timedelta() else _FIRST


def _offset(zone: str) -> timedelta:
    if zone == "Z":
        return timedelta()
    size = timedelta(hours=int(zone[1:3]), minutes=int(zone[4:6]))
    return -size if zone[0] == "-" else size


def date_after(text: str | None, now: datetime, tolerance: timedelta = CLOCK_TOLERANCE) -> bool:
    """True if the date lies after `now` whatever its time of day and time zone are (H48)."""
    if text is None or text[:4] < f"{now.year:04d}":
        return False
    span = span_of(text)
    return span is not None and span.start > now + tolerance


def date_before(text: str | None, now: datetime) -> bool:
    """True if the date lies before `now` whatever its time of day and time zone are."""
    span = span_of(text)
    return span is not None and span.end < now


def is_date(text: Any) -> bool:
    """True for a FHIR date, dateTime or instant that exists in the calendar (R12)."""
    found = _DATE.fullmatch(text) if isinstance(text, str) else None
    if found is None or found[1] == "0000":
        return False
    if found[3] is None or found[3] < "29":
        return True
    return span_of(text) is not None


@cache
def _date_members(names: tuple[str, ...]) -> tuple[tuple[str, str, str, str], ...]:
    return tuple((f"{name}DateTime", f"{name}Period", f"{name}Instant", f"{name}Timing") for name in names)


def date_of(
    data: Mapping[str, Any], names: tuple[str, ...] = ("effective",), last: Sequence[str] = ("issued",)
) -> str | None:
    """The first readable date among `<name>DateTime`, `<name>Period` (its start), `<name>Instant`, and `last` (S7).

    Partial dates stay partial; bad dates are none (R12).
    """
    for moment, period, instant, timing in _date_members(names):
        if moment in data and is_date(data[moment]):
            return str(data[moment])
        limits = as_dict(data[period]) if period in data else {}
        if is_date(limits.get("start")):
            return str(limits["start"])
        if instant in data and is_date(data[instant]):
            return str(data[instant])
        event = next(iter(as_list(as_dict(data[timing]).get("event"))), None) if timing in data else None
        if is_date(event):
            return str(event)
        if is_date(limits.get("end")):
            return str(limits["end"])
    for name in last:
        if name in data and is_date(data[name]):
            return str(data[name])
    return None


def extension(data: Mapping[str, Any], name: str) -> dict[str, Any] | None:
    """The first extension whose URL ends in `/name` or is `name`."""
    for member in as_dicts(data.get("extension")):
        url = member.get("url")
        if isinstance(url, str) and url.split("|", 1)[0].rsplit("/", 1)[-1] == name:
            return member
    return None


def value_of(element: Mapping[str, Any]) -> Any:
    """The first `value[x]` of an element, or None."""
    return next((value for name, value in element.items() if name.startswith("value") and value not in _EMPTY), None)


def values_of(element: Mapping[str, Any]) -> dict[str, Any]:
    """Every `value[x]` of an element by its name ("valueQuantity"), blank ones left out (R1, R4)."""
    return {
        name: value
        for name, value in element.items()
        if name.startswith("value") and value not in _EMPTY and len(name) > 5
    }
