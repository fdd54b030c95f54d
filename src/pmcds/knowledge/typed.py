"""Give scalars the type that the JSON Schema states; everything else stays text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?")
# A number of this many digits is the same after being written and read as JSON.
_MAX_DIGITS = 15
_JOINS = ("allOf", "anyOf", "oneOf")
_BRANCHES = ("if", "then", "else")


class Typing:
    """Converts the documents of one schema; text that does not fit is left for the schema check to name."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self._root = schema
        self._known: dict[int, tuple[Mapping[str, Any], ...]] = {}

    def convert(self, value: Any) -> Any:
        """The document with integers, numbers and booleans where the schema wants them."""
        return self._value(value, (self._root,))

    def _value(self, value: Any, schemas: tuple[Mapping[str, Any], ...]) -> Any:
        flat = [schema for outer in schemas for schema in self._expanded(outer)]
        if isinstance(value, str):
            return scalar(value, {kind for schema in flat for kind in _types(schema)})
        if isinstance(value, dict):
            return {key: self._value(part, self._of_key(key, flat)) for key, part in value.items()}
        if isinstance(value, list):
            return [self._value(part, _of_item(place, flat)) for place, part in enumerate(value)]
        return value

    def _expanded(self, schema: Mapping[str, Any]) -> tuple[Mapping[str, Any], ...]:
        """The schema with everything that it refers to or joins, one list of simple schemas."""
        known = self._known.get(id(schema))
        if known is None:
            known = self._known[id(schema)] = tuple(self._walk(schema))
        return known

    def _walk(self, schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        yield schema
        if "$ref" in schema:
            yield from self._walk(self._definition(str(schema["$ref"])))
        for word in _JOINS:
            for part in schema.get(word, ()):
                yield from self._walk(part)
        for word in _BRANCHES:
            if isinstance(schema.get(word), Mapping):
                yield from self._walk(schema[word])

    def _definition(self, reference: str) -> Mapping[str, Any]:
        found: Any = self._root
        for step in reference.removeprefix("#").strip("/").split("/"):
            found = found[step] if step else found
        return dict(found) if not isinstance(found, Mapping) else found

    def _of_key(self, key: str, flat: list[Mapping[str, Any]]) -> tuple[Mapping[str, Any], ...]:
        found: list[Mapping[str, Any]] = []
        for schema in flat:
            named = schema.get("properties", {}).get(key)
            patterns = [
                part for pattern, part in schema.get("patternProperties", {}).items() if re.search(pattern, key)
            ]
            other = schema.get("additionalProperties")
            chosen = [*([named] if named is not None else []), *patterns] or [other]
            found += [part for part in chosen if isinstance(part, Mapping)]
        return tuple(found)


def _of_item(place: int, flat: list[Mapping[str, Any]]) -> tuple[Mapping[str, Any], ...]:
    found = []
    for schema in flat:
        first = schema.get("prefixItems", ())
        part = first[place] if place < len(first) else schema.get("items")
        if isinstance(part, Mapping):
            found.append(part)
    return tuple(found)


def _types(schema: Mapping[str, Any]) -> tuple[str, ...]:
    stated = schema.get("type", ())
    if isinstance(stated, str):
        return (stated,)
    if stated:
        return tuple(stated)
    fixed = [schema["const"]] if "const" in schema else schema.get("enum", ())
    return ("string",) if any(isinstance(value, str) for value in fixed) or "pattern" in schema else ()


def scalar(text: str, kinds: set[str]) -> str | int | Decimal | bool:
    """The text as number or boolean where only that is wanted; otherwise the text."""
    if "string" in kinds or not kinds:
        return text
    if "boolean" in kinds and text in ("true", "false"):
        return text == "true"
    if kinds & {"integer", "number"} and _NUMBER.fullmatch(text):
        digits = sum(character.isdigit() for character in text)
        if digits <= _MAX_DIGITS and "." not in text:
            return int(text)
        if digits <= _MAX_DIGITS and "number" in kinds:
            # Through float, so that a checkout and the compiled cards hold the very same number.
            return Decimal(repr(float(text)))
    return text
