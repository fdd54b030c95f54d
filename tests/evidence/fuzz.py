"""Structure-aware fuzz (TB-04): edits that keep the shape of FHIR. Only InputError may come out, and the laws hold."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from typing import Any

import pmcds
from tests.evidence.bundles import twin
from tests.evidence.goldens import Golden, Watched
from tests.evidence.torture import Path, nodes
from tests.laws import check_laws

EDGES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2**63, 10**40, 0.1, 1e300, -0.0, "", " ", "???", "\u0000", "\u202e", "é", "x" * 300,
    "*1/*2", "final", "Patient/x", "#", "#a", "urn:uuid:1", "2026", "2026-02-30", "9999-12-31T23:59:59Z",
    "1e9999", "\u0663", "1_0",
    [], [[]], [None], {}, {"": None}, {"reference": "#"}, {"coding": []}, {"resourceType": "Bundle", "entry": [{}]},
)  # fmt: skip
CODES = ("LA9633-4", "LA9634-2", "LA18198-4", "LA11884-6", "84413-4", "53040-2", "48018-6", "57979-7", "GDIS", "active")


def _holder(source: Any, path: Path) -> Any:
    for step in path[:-1]:
        source = source[step]
    return source


def _at(source: Any, path: Path) -> Any:
    return _holder(source, path)[path[-1]]


Donor = tuple[Any, tuple[Path, ...]]


def donor(golden: Golden) -> Donor:
    """An input that gives parts of itself, and the places of its parts."""
    source = golden.fresh()
    return source, tuple(nodes(source))


def mutated(source: Any, donors: Sequence[Donor], rng: random.Random) -> Any:
    """The source after one to five edits (in place)."""
    for _ in range(rng.randrange(1, 6)):
        places = nodes(source)
        if not places:
            break
        path = rng.choice(places)
        holder = _holder(source, path)
        kind = rng.randrange(9)
        if kind == 0:
            del holder[path[-1]]
        elif kind == 1:
            holder[path[-1]] = rng.choice(EDGES)
        elif kind == 2:
            giver, parts = rng.choice(donors)
            holder[path[-1]] = twin(_at(giver, rng.choice(parts)))
        elif kind == 3:
            same = [place for place in places if place[-1] == path[-1]]
            holder[path[-1]] = twin(_at(source, rng.choice(same)))
        elif kind == 4 and isinstance(holder, list):
            holder.insert(rng.randrange(len(holder) + 1), twin(_at(source, path)))
        elif kind == 5:
            holder[path[-1]] = [holder[path[-1]]] if rng.random() < 0.5 else {"value": holder[path[-1]]}
        elif kind == 6 and isinstance(holder, dict):
            name = rng.choice(["_" + str(path[-1]), str(path[-1]).upper(), "modifierExtension", "contained", "x"])
            holder[name] = holder.pop(path[-1])
        elif kind == 7 and isinstance(holder[path[-1]], str):
            text = holder[path[-1]]
            holder[path[-1]] = rng.choice(
                [text.upper(), text + " ", text[:-1], text[::-1], rng.choice(CODES), text * 2]
            )
        else:
            holder[path[-1]] = rng.choice(CODES)
    return source


def fuzz(engine: Watched, golden: Golden, donors: Sequence[Donor], seed: str) -> str | None:
    """One case; None if nothing is wrong, else what."""
    rng = random.Random(seed)
    source = mutated(golden.fresh(), donors, rng)
    as_bytes = rng.random() < 0.5
    try:
        given = json.dumps(source).encode() if as_bytes and golden.hook is None else source
        result = engine.of(golden, given)
    except (pmcds.InputError, pmcds.HookError):
        return None
    except Exception as error:
        return f"{type(error).__name__}: {error}"[:200]
    try:
        check_laws(engine, result, hook=golden.hooked)
        # What is read again for people, in one case of four: it costs as much as the evaluation.
        json.dumps(result.report() if rng.random() < 0.25 else [result.to_dict(), result.ledger.to_dict()])
    except AssertionError as error:
        return f"law {error}"[:200]
    except Exception as error:
        return f"afterwards {type(error).__name__}: {error}"[:200]
    return None
