"""What each result of a collection is read as, and what small changes of it do: a text for people.

`scripts/record --results` writes it. A change of the product that moves
a line is to be read before it is kept.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from pmcds.fhir import open_input
from pmcds.fhir.observations import read_observations
from pmcds.fhir.site import ReadContext
from pmcds.model.findings import Finding
from tests.fhir.observations import reading_genes, reading_texts, reading_values, reading_variants
from tests.fhir.observations.support import context, patient

Json = dict[str, Any]
Edit = Callable[[list[Json]], Any]
FILE = Path(__file__).with_name("readings.txt")
CASES: dict[str, list[Json]] = {
    **reading_genes.CASES, **reading_variants.CASES, **reading_values.CASES, **reading_texts.CASES,
}  # fmt: skip
LOCAL = {"system": "https://lis.example/codes", "code": "4711", "display": "of this laboratory"}


def told(resources: list[Json], known: ReadContext | None = None, *, as_bytes: bool = False) -> list[str]:
    """One line for each finding, and one for each resource that is not read."""
    entries = [{"resource": one} for one in (patient(), *resources)]
    bundle: Any = {"resourceType": "Bundle", "type": "collection", "entry": entries}
    found = read_observations(open_input(json.dumps(bundle) if as_bytes else bundle), known or context())
    notes = [f"{note.resource}: {note.ignored}" for note in found.notes if note.ignored]
    return [*map(_line, found.findings), *notes]


def _line(one: Finding) -> str:
    more = {
        "unit": one.unit, "class": one.source_class, "sample": one.specimen, "by": one.matched, "date": one.date,
        "of": one.source.laboratory, "missing": ", ".join(one.missing), "notes": "; ".join(one.notes),
    }  # fmt: skip
    more["date"] = None if one.date == "2026-03-02" else str(one.date)
    said = "".join(f", {name} {value}" for name, value in more.items() if value)
    why = f" ({one.reason})" if one.reason else ""
    return f"{one.source.resource}: {one.kind} {one.subject} {_shown(one.value)} {one.status}{why}{said}"


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {_shown(part)}" for name, part in value.items()) + "}"
    return f"({', '.join(map(_shown, value))})" if isinstance(value, tuple) else str(value)


def edits(resources: list[Json]) -> Iterator[tuple[str, Edit]]:
    """Small changes of the last resource, which is the one that a case is about."""
    last = resources[-1]
    components = last.get("component") or []
    for place in range(len(components)):
        yield f"without component {place}", _with(place, lambda of, at: of[-1]["component"].pop(at))
        yield (
            f"component {place} twice",
            _with(place, lambda of, at: of[-1]["component"].append(of[-1]["component"][at])),
        )
        yield f"component {place} has no value", _with(place, lambda of, at: _unvalued(of[-1]["component"][at]))
        yield (
            f"component {place} under a local code first",
            _with(place, lambda of, at: _local(of[-1]["component"][at])),
        )
    if len(components) > 1:
        yield "components from the last to the first", lambda of: of[-1]["component"].reverse()
    for name in last:
        if name.startswith("value") or name in ("derivedFrom", "hasMember", "interpretation", "extension", "category"):
            yield f"without {name}", _with(name, lambda of, at: of[-1].pop(at))
    if last["resourceType"] == "Observation":
        yield "under a local code first", lambda of: _local(of[-1])
        yield "whose value has a local code first", lambda of: _local(of[-1], "valueCodeableConcept")
        for code in ("POS", "NEG"):
            system = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"
            said = [{"coding": [{"system": system, "code": code}]}]
            yield f"interpreted as {code}", _with(said, lambda of, at: of[-1].update(interpretation=at))
    yield "not final", lambda of: of[-1].update(status="preliminary")
    if len(resources) > 1:
        yield "beside another patient's", lambda of: of[0].update(subject={"reference": "Patient/p2"})
        yield "alone", lambda of: of.__delitem__(slice(0, -1))


def _with(value: Any, edit: Callable[[list[Json], Any], Any]) -> Edit:
    return lambda of: edit(of, value)


def _unvalued(component: Json) -> None:
    for name in [name for name in component if name.startswith("value")]:
        del component[name]
    component["dataAbsentReason"] = {"text": "unknown"}


def _local(element: Json, name: str = "code") -> None:
    concept = element.get(name)
    if isinstance(concept, dict) and concept.get("coding"):
        concept["coding"] = [LOCAL, *concept["coding"]]


def record(name: str) -> str:
    """The part of the record about one case."""
    resources = CASES[name]
    before = told(resources)
    by_answer: dict[str, list[str]] = {}
    for what, edit in edits(resources):
        changed = copy.deepcopy(resources)
        edit(changed)
        by_answer.setdefault("\n".join(f"    {line}" for line in told(changed)), []).append(what)
    same = by_answer.pop("\n".join(f"    {line}" for line in before), [])
    lines = [f"== {name}", *before, *([f"  the same: {'; '.join(same)}"] if same else [])]
    for answer, names in by_answer.items():
        lines += [f"  {'; '.join(names)}:", answer or "    nothing"]
    return "\n".join(lines)


def whole_record() -> str:
    """All lines of the record."""
    return "\n\n".join(record(name) for name in CASES) + "\n"
