"""What the product says of two things that stand in one record, for each pair of a scene, in both orders.

A record is a text for people: the answers of a scene with a letter each, then one line for each thing with the letters
of the pairs that it makes with those before it. `scripts/record --pairs` writes it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pmcds
from tests.evidence.bundles import DATE
from tests.evidence.goldens import NOW, Watched, narrowed
from tests.together.scenes import Entries, Scene, scenes

FOLDER = Path(__file__).parent / "answers"
Given = tuple[Entries, ...]


def file_of(scene: Scene) -> Path:
    """Where the answers of a scene are kept."""
    return FOLDER / f"{scene.name.replace(' ', '-').replace(',', '')}.txt"


def told(engine: Watched, scene: Scene, given: Given) -> str:
    """The lines of the scene's rule, what they rest on, and what became of each entry that was put in."""
    entries = [*scene.always, *(one for entries in given for one in entries)]
    try:
        result = engine.evaluate({"resourceType": "Bundle", "type": "collection", "entry": entries}, now=NOW)
    except pmcds.InputError as error:
        return f"refused {error.code}"
    lines = sorted(
        " ".join([line.order, line.outcome, line.reason or "", *line.cases, *line.also, "<", *sorted(line.evidence)])
        for line in result.ledger.orders
        if line.rule in (scene.rule, None)
    )
    more = sorted(f"{line.rule} {line.outcome}" for line in result.ledger.orders if line.order != "@patient")
    inputs = sorted(
        f"{one.resource} {one.ignored}" for one in result.ledger.inputs if one.ignored and one.ignored != "not-asked"
    )
    cards = [f"{card['indicator']} #{_digest(card)}" for card in result.to_dict()["cards"]]
    return " | ".join([*lines, f"{len(more)} lines", *inputs, *cards])


def _digest(card: Any) -> str:
    """Four signs that stand for what a card says; dates are left out."""
    text = DATE.sub("", json.dumps([card["summary"], card.get("detail")], ensure_ascii=False))
    return hashlib.sha256(text.encode()).hexdigest()[:4]


def record(scene: Scene) -> str:
    """The text of a scene."""
    return "\n".join(lines(scene)) + "\n"


def lines(scene: Scene) -> Iterator[str]:
    """The answers first, in the order in which they come up."""
    engine = narrowed({scene.rule})
    names = list(scene.things)
    known: dict[str, str] = {}
    rows = []
    for place, name in enumerate(names):
        marks = []
        for other in names[: place + 1]:
            first, second = scene.things[other], scene.things[name]
            pair = (first,) if other == name else (first, second)
            answer = told(engine, scene, pair)
            mark = known.setdefault(answer, f"{len(known)}")
            # The order of entries decides nothing; where it does, the record says so.
            turned = answer if other == name else told(engine, scene, pair[::-1])
            marks.append(mark if turned == answer else f"{mark}~{known.setdefault(turned, f'{len(known)}')}")
        rows.append(f"{name}: {' '.join(marks)}")
    yield f"== {scene.name}: {scene.rule}"
    yield from (f"{mark} = {answer}" for answer, mark in known.items())
    yield ""
    yield from rows


def all_scenes() -> tuple[Scene, ...]:
    """Every scene on record."""
    return tuple(scenes())
