"""Inputs with one JSON node blanked at random: an answer with a complete ledger, or one InputError (LC-27).

`scripts/blank-nodes` runs it for many seeds; `tests/fhir/test_blank_nodes.py` for some. One seed is one file, one node
and one blank, so that a failure can be repeated.
"""

from __future__ import annotations

import json
import random
import traceback
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from pmcds.api import Engine
from pmcds.errors import InputError
from pmcds.fhir import open_input
from tests.laws import check_laws

NOW = datetime(2026, 6, 1, tzinfo=UTC)
BLANKS: tuple[Any, ...] = (None, "", {}, [], 0, "x", [None], {"x": 1}, True, -1.5, "1e999", [[]])
Place = tuple[str | int, ...]


@dataclass
class Tally:
    """How many inputs were answered or refused, and what went wrong: (seed, file, place, what)."""

    cases: int = 0
    answered: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    failures: list[tuple[int, str, str, str]] = field(default_factory=list)

    def __str__(self) -> str:
        refused = ", ".join(f"{code} {count}" for code, count in self.refused.most_common())
        return (
            f"{self.cases} inputs: {self.answered} answered, {sum(self.refused.values())} refused ({refused}), "
            f"{len(self.failures)} failures"
        )


@cache
def _held(path: Path) -> tuple[Any, tuple[Place, ...]]:
    source = json.loads(path.read_bytes())
    return source, tuple(_places(source, ()))


def _places(value: Any, path: Place) -> Iterator[Place]:
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, item in members:
        yield (*path, name)
        yield from _places(item, (*path, name))


def run(engine: Engine, files: Sequence[Path], seeds: Sequence[int]) -> Tally:
    """Blank one node of one file for each seed, evaluate, and hold the laws against the result."""
    tally = Tally()
    for seed in seeds:
        chance = random.Random(seed)
        path = files[seed % len(files)]
        source, places = _held(path)
        if not places:
            continue
        place, blank = chance.choice(places), chance.choice(BLANKS)
        holder = source
        for step in place[:-1]:
            holder = holder[step]
        before = holder[place[-1]]
        holder[place[-1]] = blank
        try:
            what = _trouble(engine, source, as_bytes=chance.random() < 0.3, tally=tally)
        finally:
            holder[place[-1]] = before
        tally.cases += 1
        if what is not None:
            tally.failures.append((seed, path.name, "/" + "/".join(map(str, place)), what))
    return tally


def _trouble(engine: Engine, source: Any, *, as_bytes: bool, tally: Tally) -> str | None:
    """What is wrong with the answer to an input, or None."""
    given = json.dumps(source).encode() if as_bytes else source
    try:
        result = engine.evaluate(given, now=NOW)
    except InputError as error:
        tally.refused[error.code] += 1
        return None
    except Exception:
        return traceback.format_exc(limit=-3)
    tally.answered += 1
    try:
        check_laws(engine, result)
        assert [line.site for line in result.ledger.inputs] == [site.pointer for site in open_input(given).sites], (
            "LC-04"
        )
        assert all(finding.kind for finding in result.findings)
    except Exception:
        return traceback.format_exc(limit=-2)
    return None
