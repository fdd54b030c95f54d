"""What is read of an input in short lines, and what a change of the input does to them: one record for each base."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from pmcds.errors import InputError
from pmcds.fhir import open_input, read
from pmcds.model.findings import Finding, Order, Reading, Source
from pmcds.result import plain
from tests.fhir.material import NOW, context
from tests.fhir.readings.bases import Base
from tests.recorded.answers import SAME, _difference, _grouped
from tests.recorded.changes import NOT_ASKED, changes

FOLDER = Path(__file__).parent / "answers"
# Members that no rule asks for, but that decide here whether a resource is used or as what it is read.
ASKED_HERE = frozenset({"meta", "identifier", "category"})
# Changes of a Bundle and of its entries, by name.
OF_WHOLE = re.compile(r"bundle: |entry/[0-9]+: ")


def told(source: Any, base: Base) -> list[str]:
    """The lines of a reading, or the refusal."""
    try:
        opened = open_input(json.dumps(source) if base.written else source)
        found = read(opened, context())
    except InputError as error:
        return [f"refused: {error.code}"]
    return list(_lines(found))


def _lines(found: Reading) -> Iterator[str]:
    # What differs by its subject alone stands in one line.
    for (source, said), same in groupby(found.findings, lambda one: (_source(one.source), _finding(one))):
        yield f"{source} {', '.join(f'{one.kind} {one.subject}' for one in same)}: {said}"
    yield from (_order(one) for one in found.orders)
    for note in found.inputs:
        said = note.ignored or (f"read as {note.role}" if note.role else "read")
        yield f"{note.site} {note.resource}: {' '.join((said, *note.repairs))}"
    yield f"patient {found.patient}" if found.patient else "no patient"
    supply = {name: getattr(found.supply, name) for name in found.supply.__slots__}
    cut = [f"{name} {state}" for name, state in supply.items() if state != "supplied"]
    yield from (f"supply: {one}" for one in cut)
    yield from (f"flag {flag}" for flag in found.flags)


def _source(source: Source | None) -> str:
    if source is None:
        return "nowhere"
    below = source.path.removeprefix(source.site)
    return f"{source.resource}{below}{f' of {source.laboratory}' if source.laboratory else ''}"


def _finding(one: Finding) -> str:
    parts = [one.status, f"({one.reason})" if one.reason else ""]
    parts.append(json.dumps(plain(one.value), ensure_ascii=False))
    for name in ("date", "unit", "source_class", "specimen", "matched", "missing", "notes"):
        value = getattr(one, name)
        parts.append(f"{name}={' | '.join(value) if isinstance(value, tuple) else value}" if value else "")
    parts += [f"also {_source(other)}" for other in one.also]
    return " ".join(part for part in parts if part)


def _order(one: Order) -> str:
    drug = one.drug
    parts = [f"order {one.key} {' + '.join(drug.ingredients) or 'of nothing'}: {one.state} {one.intent}"]
    parts += [f"problem {one.problem}" if one.problem else "", f"label {one.label}"]
    reach = {None: "", True: "systemic", False: "local"}[drug.systemic]
    parts += [reach, f"by {drug.how}", f"unmapped {drug.unmapped}" if drug.unmapped else ""]
    parts += ["conflicting" if drug.conflicting else "", "outside" if drug.outside_tables else "", *drug.codes]
    parts += [*one.notes, *(f"also {_source(other)}" for other in one.also)]
    return " ".join(part for part in parts if part)


def record(base: Base) -> str:
    """The record of an input: what is read of it, and each difference with the changes that make it."""
    before = told(base.fresh(), base)
    by_difference: dict[str, list[str]] = {}
    not_asked = NOT_ASKED.difference(ASKED_HERE).union(base.members)
    for name, edit in changes(base.fresh(), NOW, base.left, True, not_asked):
        if not base.whole and OF_WHOLE.match(name):
            continue
        source = base.fresh()
        edit(source)
        by_difference.setdefault(_difference(before, told(source, base)), []).append(name)
    same = by_difference.pop(SAME, [])
    parts = ["\n".join(f"{place} {line}" for place, line in enumerate(before, start=1))]
    parts += [f"{len(same)} changes make no difference."]
    parts += [f"{difference}\n{_grouped(names)}" for difference, names in by_difference.items()]
    return "\n\n".join(parts) + "\n"


def file_of(base: Base) -> Path:
    """Where the record of an input stands."""
    return FOLDER / f"{base.name}.txt"
