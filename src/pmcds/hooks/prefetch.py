"""Prefetch: what became of each key, what that means for each kind of data, and which keys a service cannot miss."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple
from urllib.parse import quote

from pmcds.hooks.shapes import MAX_DEPTH, unwrap, whole_number
from pmcds.model.findings import ERROR, MISSING, SUPPLIED, TRUNCATED, Supply

# States of a prefetch key (P20).
PRESENT = "present"
NULL = "null"
EMPTY = "empty"
FAILED = "error"
INCOMPLETE = "incomplete"
ABSENT = "absent"
FETCHED = "fetched"
FETCH_FAILED = "fetch-failed"
STATES = (PRESENT, NULL, EMPTY, FAILED, INCOMPLETE, ABSENT, FETCHED, FETCH_FAILED)

_MEANS = {ABSENT: MISSING, FAILED: ERROR, FETCH_FAILED: ERROR, INCOMPLETE: TRUNCATED}
_WORST = (ERROR, MISSING, TRUNCATED, SUPPLIED)

# Which kind of data a resource type belongs to, as named in `Supply`.
KIND_OF_TYPE: Mapping[str, str] = {
    "Observation": "results",
    "DiagnosticReport": "results",
    "MolecularSequence": "results",
    "Sequence": "results",
    "Condition": "conditions",
    "MedicationRequest": "medications",
    "MedicationOrder": "medications",
    "MedicationStatement": "medications",
    "MedicationUsage": "medications",
    "AllergyIntolerance": "allergies",
    "Patient": "demographics",
}
# Resources whose content decides what became of a search.
_NOT_PLAIN = frozenset({"Bundle", "OperationOutcome", ""})
_QUERY_TYPE = re.compile(r"(?:^|/)([A-Z][A-Za-z]{1,40})(?:\?|/|$)")
_TOKEN = re.compile(r"\{\{\s*([^{}]{1,200}?)\s*\}\}")


class KeyReading(NamedTuple):
    """The state of one prefetch value, and the resource types it holds or was asked for."""

    state: str
    types: frozenset[str] = frozenset()


def read_value(value: Any, depth: int = 0) -> KeyReading:
    """What a prefetch value is (P6 to P18): nothing in it makes the call fail."""
    if value is None:
        return KeyReading(NULL)
    if not isinstance(value, dict) or depth > MAX_DEPTH:
        return KeyReading(FAILED)
    if "resourceType" not in value and "resource" in value:
        return KeyReading(FAILED) if _failed(value) else read_value(unwrap(value), depth + 1)
    kind = value.get("resourceType")
    if kind == "Bundle":
        return _read_bundle(value, depth)
    if not isinstance(kind, str) or not kind or kind == "OperationOutcome":
        return KeyReading(FAILED)
    return KeyReading(PRESENT, frozenset({kind}))


def _read_bundle(bundle: dict[str, Any], depth: int) -> KeyReading:
    states: set[str] = set()
    types: set[str] = set()
    matches = 0
    for entry in _list(bundle.get("entry")):
        if isinstance(entry, dict):
            resource = entry.get("resource")
            kind = resource.get("resourceType") if isinstance(resource, dict) else None
            if "response" not in entry and kind.__class__ is str and kind not in _NOT_PLAIN:
                states.add(PRESENT)
                types.add(kind)
            else:
                reading = _read_entry(entry, resource, kind, depth)
                states.add(reading.state)
                types |= reading.types
            matches += ("search" not in entry and kind != "OperationOutcome") or _matches(entry)
    goes_on = matches < (whole_number(bundle.get("total")) or 0) or _has_next(bundle)
    return KeyReading(_whole(states, goes_on=goes_on), frozenset(types) or _asked(bundle))


def _whole(states: set[str], *, goes_on: bool) -> str:
    """The state of a Bundle whose entries are in these states."""
    if FAILED in states:
        return INCOMPLETE if states & {PRESENT, INCOMPLETE} else FAILED
    if INCOMPLETE in states or goes_on:
        return INCOMPLETE
    return PRESENT if PRESENT in states else EMPTY


def _read_entry(entry: dict[str, Any], resource: Any, kind: Any, depth: int) -> KeyReading:
    if _failed(entry):
        return KeyReading(FAILED)
    if resource is None:
        return KeyReading(EMPTY)
    if kind == "OperationOutcome":
        # A search tells "nothing found" and warnings this way; only an error means that data may be missing (P10).
        severe = [issue.get("severity") for issue in _list(resource.get("issue")) if isinstance(issue, dict)]
        return KeyReading(FAILED if "error" in severe or "fatal" in severe else EMPTY)
    return read_value(resource, depth + 1)


def _failed(entry: dict[str, Any]) -> bool:
    response = entry.get("response")
    status = response.get("status") if isinstance(response, dict) else None
    return str(status if status is not None else "")[:1] in ("4", "5")


def _matches(entry: dict[str, Any]) -> bool:
    """True unless the entry says that it is no match of the search (P11, P19)."""
    search = entry.get("search")
    return isinstance(search, dict) and search.get("mode") not in ("include", "outcome")


def _has_next(bundle: dict[str, Any]) -> bool:
    return any(isinstance(link, dict) and link.get("relation") == "next" for link in _list(bundle.get("link")))


def _asked(bundle: dict[str, Any]) -> frozenset[str]:
    """The type that an empty search was about, from the Bundle's own link."""
    for link in _list(bundle.get("link")):
        if isinstance(link, dict) and link.get("relation") == "self" and isinstance(link.get("url"), str):
            kind = _QUERY_TYPE.findall(link["url"].split("?")[0])
            return frozenset(kind[-1:])
    return frozenset()


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def read_prefetch(prefetch: Mapping[str, Any], templates: Mapping[str, str]) -> dict[str, KeyReading]:
    """The reading of every key that was sent, and of those that were asked for and not sent."""
    readings = {key: read_value(value) for key, value in prefetch.items()}
    return readings | {key: KeyReading(ABSENT) for key in templates if key not in readings}


def type_of_template(template: str) -> str | None:
    """The resource type that a template reads or searches."""
    found = _QUERY_TYPE.match(template)
    return found[1] if found else None


def _covered(
    key: str, kind: str | None, states: Mapping[str, str], own: Iterable[str], types: Mapping[str, frozenset[str]]
) -> str:
    """The state of what a key asks for; sites rename keys, so other keys with that resource type count (P12)."""
    state = states.get(key, ABSENT)
    if state != ABSENT or kind is None:
        return state
    named = set(own)
    others = [states[other] for other in states if other not in named and kind in types.get(other, ())]
    return next((other for other in (FAILED, INCOMPLETE, *STATES) if other in others), ABSENT)


def supply_of(
    states: Mapping[str, str], templates: Mapping[str, str], types: Mapping[str, frozenset[str]] | None = None
) -> Supply:
    """For each kind of data whether it was supplied; the worst of its keys decides.

    A kind that no template asks for is supplied if a key holds resources of it, else missing. A key of the site's own
    that failed tells no type: it may have been of any kind, unless all keys that ask for that kind were sent.
    """
    types = types or {}
    found: dict[str, list[str]] = {}
    sent: dict[str, bool] = {}
    for key, template in templates.items():
        resource = type_of_template(template)
        kind = KIND_OF_TYPE.get(resource or "")
        if kind is not None:
            found.setdefault(kind, []).append(_covered(key, resource, states, templates, types))
            sent[kind] = sent.get(kind, True) and states.get(key, ABSENT) != ABSENT
    if any(state == FAILED and key not in templates and not types.get(key) for key, state in states.items()):
        for kind in set(KIND_OF_TYPE.values()):
            if not sent.get(kind):
                found.setdefault(kind, []).append(FAILED)
    for key, state in states.items():
        if key in templates:
            continue
        for kind in {KIND_OF_TYPE[name] for name in types.get(key, ()) if name in KIND_OF_TYPE}:
            found.setdefault(kind, []).append(state)
    meanings = {kind: [_MEANS.get(state, SUPPLIED) for state in its] for kind, its in found.items()}
    return Supply(**{kind: _worst(meanings.get(kind, [MISSING])) for kind in sorted(set(KIND_OF_TYPE.values()))})


def _worst(meanings: list[str]) -> str:
    return next(meaning for meaning in _WORST if meaning in meanings)


def unmet(
    required: Iterable[str],
    states: Mapping[str, str],
    templates: Mapping[str, str],
    types: Mapping[str, frozenset[str]] | None = None,
) -> tuple[str, ...]:
    """Required keys whose data can be had neither by prefetch nor by a fetch (P14, K5)."""
    hopeless = (ABSENT, FAILED, FETCH_FAILED)
    return tuple(
        key
        for key in required
        if _covered(key, type_of_template(templates.get(key, "")), states, templates, types or {}) in hopeless
    )


def fill(template: str, values: Mapping[str, str]) -> str | None:
    """The query of a template with its tokens replaced, or None if a token has no value. Values are percent-encoded."""
    names = _TOKEN.findall(template)
    if any(name not in values for name in names):
        return None
    return _TOKEN.sub(lambda token: quote(values[token[1]], safe="-._~"), template)
