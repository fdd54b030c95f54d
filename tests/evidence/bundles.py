"""Small operations on FHIR JSON that the relations share."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterator
from typing import Any

import pmcds

Json = dict[str, Any]
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
DATE = re.compile(r"\d{4}-\d{2}(?:-\d{2})?(?:T[\d:.]+(?:Z|[+-]\d\d:\d\d))?")


def twin(value: Any) -> Any:
    """A copy of JSON that shares nothing with it; faster than a general deep copy."""
    if isinstance(value, dict):
        return {name: twin(item) for name, item in value.items()}
    return [twin(item) for item in value] if isinstance(value, list) else value


def resources(bundle: Json, *types: str) -> list[Json]:
    """The resources of some types (all, if none is named), in order."""
    found = [entry["resource"] for entry in bundle["entry"]]
    return [resource for resource in found if not types or resource["resourceType"] in types]


def patient_id(bundle: Json) -> str:
    return str(resources(bundle, "Patient")[0]["id"])


def walk(value: Any, visit: Callable[[Json], None]) -> None:
    """Every object, outermost first."""
    if isinstance(value, dict):
        visit(value)
        for item in list(value.values()):
            walk(item, visit)
    elif isinstance(value, list):
        for item in value:
            walk(item, visit)


def texts(value: Any, change: Callable[[str, str], str], name: str = "") -> Any:
    """The value with every string changed; the change is told the member's name."""
    if isinstance(value, dict):
        return {key: texts(item, change, key) for key, item in value.items()}
    if isinstance(value, list):
        return [texts(item, change, name) for item in value]
    return change(name, value) if isinstance(value, str) else value


def concepts(bundle: Json) -> Iterator[Json]:
    """Every CodeableConcept that has a coding with a code."""
    found: list[Json] = []

    def visit(item: Json) -> None:
        codings = item.get("coding")
        if isinstance(codings, list) and any(coding.get("code") for coding in codings):
            found.append(item)

    walk(bundle, visit)
    yield from found


def shuffled(value: Any, rng: random.Random) -> Any:
    if isinstance(value, dict):
        names = list(value)
        rng.shuffle(names)
        return {name: shuffled(value[name], rng) for name in names}
    return [shuffled(item, rng) for item in value] if isinstance(value, list) else value


def without_entry(bundle: Json, resource: Json) -> Json:
    """The bundle without a resource, and without the references to it in lists."""
    key = f"{resource['resourceType']}/{resource['id']}"
    left = twin(bundle)
    left["entry"] = [e for e in left["entry"] if f"{e['resource']['resourceType']}/{e['resource'].get('id')}" != key]

    def visit(item: Json) -> None:
        for name, listed in list(item.items()):
            if isinstance(listed, list):
                kept = [one for one in listed if not (isinstance(one, dict) and one.get("reference") == key)]
                if kept:
                    item[name] = kept
                elif listed:
                    del item[name]

    walk(left, visit)
    return dict(left)


# What is compared


def cards(result: pmcds.Result) -> str:
    return json.dumps(result.to_dict(), ensure_ascii=False, sort_keys=True)


def decisions(result: pmcds.Result) -> str:
    return json.dumps(sorted((line.to_dict() for line in result.ledger.orders), key=str), ensure_ascii=False)


def outcomes(result: pmcds.Result) -> list[tuple[str, str | None, str, str | None, bool]]:
    lines = result.ledger.orders
    return sorted(((x.order, x.rule, x.outcome, x.reason, x.quiet) for x in lines), key=str)


def inputs(result: pmcds.Result) -> list[tuple[str, str | None, str | None]]:
    return sorted(((x.resource, x.used, x.ignored) for x in result.ledger.inputs), key=str)


def face(result: pmcds.Result) -> list[tuple[str, str, str]]:
    """Of each card what no id and no date is part of."""
    return sorted((card.order, card.indicator, DATE.sub("", card.summary)) for card in result.cards)


def plain(text: str) -> str:
    """A rendering without card ids and dates."""
    return DATE.sub("<date>", UUID.sub("<uuid>", text))
