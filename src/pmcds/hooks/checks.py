"""Small checks that several kinds of messages share; a violation never repeats a value of the message."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit

MUST = "M"
SHOULD = "S"
OPTIONAL = "O"
ADVICE = "U"

_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_EXTENSION_KEY = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9_-]+)+")
_ELEMENT = re.compile(r"_?[A-Za-z][A-Za-z0-9_]*")


class Violation(NamedTuple):
    """A broken rule: its id, its level (M, S, O, U), the JSON pointer of the place, and what is wrong."""

    rule: str
    level: str
    pointer: str
    text: str


def text_at(holder: Mapping[str, Any], name: str, where: str, rule: str, level: str = MUST) -> Iterator[Violation]:
    """A required member that is a non-empty text."""
    value = holder.get(name)
    if not isinstance(value, str) or not value.strip():
        yield Violation(rule, level, f"{where}/{name}", "a non-empty text is required")


def optional_text(holder: Mapping[str, Any], name: str, where: str, rule: str) -> Iterator[Violation]:
    """An optional member that is a non-empty text if it is there."""
    if name in holder:
        yield from text_at(holder, name, where, rule, OPTIONAL)


def objects(value: Any, where: str, rule: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The objects of an array with their pointers; other items are skipped, see `wrong_items`."""
    for place, item in enumerate(value if isinstance(value, list) else ()):
        if isinstance(item, Mapping):
            yield f"{where}/{place}", item


def wrong_items(value: Any, where: str, rule: str, level: str = MUST) -> Iterator[Violation]:
    """An optional array of objects: not an array, or an item that is no object."""
    if not isinstance(value, list):
        yield Violation(rule, level, where, "an array is required")
        return
    for place, item in enumerate(value):
        if not isinstance(item, Mapping):
            yield Violation(rule, level, f"{where}/{place}", "an object is required")


def extension_at(holder: Mapping[str, Any], where: str) -> Iterator[Violation]:
    """An extension is an object with keys in reverse-domain style (X6)."""
    if "extension" not in holder:
        return
    value = holder["extension"]
    if not isinstance(value, Mapping):
        yield Violation("X6", MUST, f"{where}/extension", "an extension is an object")
    elif not all(_EXTENSION_KEY.fullmatch(str(name)) for name in value):
        yield Violation("X6", SHOULD, f"{where}/extension", "keys are written in reverse-domain style")


def emptiness(value: Any, where: str = "", *, echoed: bool = False) -> Iterator[Violation]:
    """No null and nothing empty (X1, X2), no NaN (X8). An echoed resource may hold null in its arrays."""
    if isinstance(value, Mapping):
        if not value and where:
            yield Violation("X2", MUST, where, "an empty object is left out")
        update = value.get("type") == "update"
        for name, member in value.items():
            yield from emptiness(member, f"{where}/{name}", echoed=echoed or (update and name == "resource"))
    elif isinstance(value, list):
        if not value and where not in ("/cards", "/services", "/systemActions"):
            yield Violation("X2", MUST, where, "an empty array is left out")
        for place, member in enumerate(value):
            if member is not None or not echoed:
                yield from emptiness(member, f"{where}/{place}", echoed=echoed)
    elif value is None:
        yield Violation("X1", MUST, where, "null is left out")
    elif value == "":
        yield Violation("X2", MUST, where, "an empty text is left out")
    elif isinstance(value, float) and not math.isfinite(value):
        yield Violation("X8", ADVICE, where, "NaN or infinity is no JSON number")


def resource_at(value: Any, where: str) -> Iterator[Violation]:
    """A FHIR resource is a plain JSON object with a type and names of elements (X4)."""
    if not isinstance(value, Mapping):
        yield Violation("X4", MUST, where, "a FHIR resource is a JSON object")
    elif not isinstance(value.get("resourceType"), str) or not value["resourceType"]:
        yield Violation("X4", MUST, where, "a FHIR resource has a resourceType")
    elif not all(_ELEMENT.fullmatch(str(name)) for name in value):
        yield Violation("X4", MUST, where, "a member is no FHIR element")


def is_uuid(value: Any) -> bool:
    """True for a UUID in its usual form."""
    return isinstance(value, str) and bool(_UUID.fullmatch(value))


def is_absolute(value: Any, schemes: tuple[str, ...] = ("http", "https")) -> bool:
    """True for an absolute URL with a host."""
    if not isinstance(value, str) or any(character.isspace() for character in value):
        return False
    try:
        parts = urlsplit(value)
        return parts.scheme in schemes and bool(parts.hostname)
    except ValueError:
        return False
