"""The answer to an input in short lines, and what a change of the input does to them.

A record is a text for people: first the answer to the input as it is, then each difference with the changes that make
it. `scripts/record` writes the records; a change of the product that moves one is to be read before it is kept.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pmcds
from pmcds import __version__
from pmcds.result import finding_to_dict
from tests.evidence.bundles import DATE, UUID
from tests.evidence.goldens import Golden, Watched
from tests.recorded.bases import Base
from tests.recorded.changes import changes

FOLDER = Path(__file__).parent / "answers"
# What an unchanged answer is called.
SAME = "(no difference)"


def told(engine: Watched, golden: Golden, source: object = None, *, findings: bool = False) -> list[str]:
    """The lines of an answer: cards, decisions, inputs, findings; or the refusal."""
    try:
        result = engine.of(golden, source)
    except (pmcds.InputError, pmcds.HookError) as error:
        return [f"refused: {getattr(error, 'code', None) or error.status}"]  # type: ignore[union-attr]
    found = (
        [json.dumps(finding_to_dict(one), sort_keys=True, default=str) for one in result.findings] if findings else []
    )
    return [*_cards(result), *_decisions(result), *_inputs(result), *found]


def _cards(result: pmcds.Result) -> Iterator[str]:
    for card in result.to_dict()["cards"]:
        summary = DATE.sub("<date>", card["summary"])
        rest = {name: value for name, value in card.items() if name not in ("uuid", "summary", "indicator")}
        text = json.dumps(rest, sort_keys=True, ensure_ascii=False).replace(result.snapshot[:12], "<rules>")
        text = DATE.sub("<date>", UUID.sub("<id>", text)).replace(__version__, "<version>")
        yield f"card {card['indicator']}: {summary} #{hashlib.sha256(text.encode()).hexdigest()[:6]}"


def _decisions(result: pmcds.Result) -> Iterator[str]:
    for line in result.ledger.orders:
        why = f" ({line.reason})" if line.reason else ""
        more = "".join(f" {what}" for what in (*line.cases, *(f"also {one}" for one in line.also)))
        by = "".join(f" < {one}" for one in line.evidence)
        yield f"{line.order} {line.drug} {line.rule}: {line.outcome}{why}{' quiet' if line.quiet else ''}{more}{by}"
    yield from (f"flag {flag}" for flag in result.ledger.flags)
    yield from (f"prefetch {key}: {state}" for key, state in result.ledger.prefetch.items())


def _inputs(result: pmcds.Result) -> Iterator[str]:
    for line in result.ledger.inputs:
        said = f"used as {line.used}" if line.used else f"ignored: {line.ignored}"
        yield f"{line.site} {line.resource}: {said}"


def _findings(result: pmcds.Result) -> Iterator[str]:
    for finding in result.findings:
        yield f"finding {json.dumps(finding_to_dict(finding), sort_keys=True, ensure_ascii=False)}"


def _difference(before: list[str], after: list[str]) -> str:
    """The numbers of the lines that went and the lines that came, or that only their order changed."""
    went, came = dict(enumerate(before, start=1)), []
    for line in after:
        place = next((place for place, stood in went.items() if stood == line), None)
        if place is None:
            came.append(line)
        else:
            del went[place]
    if not went and not came:
        return SAME if before == after else "  (another order)"
    return "\n".join((*([f"  - {' '.join(map(str, went))}"] if went else []), *(f"  + {line}" for line in came)))


def record(base: Base) -> str:
    """The record of an input: its answer, and each difference with the changes that make it."""
    engine, golden = base.engine(), base.golden
    before = told(engine, golden, findings=base.findings)
    by_difference: dict[str, list[str]] = {}
    for name, edit in changes(golden.fresh(), golden.now, base.left, base.form):
        source = golden.fresh()
        edit(source)
        by_difference.setdefault(_difference(before, told(engine, golden, source, findings=base.findings)), []).append(
            name
        )
    same = by_difference.pop(SAME, [])
    numbered = "\n".join(f"{place} {line}" for place, line in enumerate(before, start=1))
    parts = [numbered, f"{len(same)} changes make no difference."]
    parts += [f"{difference}\n{_grouped(names)}" for difference, names in by_difference.items()]
    return "\n\n".join(parts) + "\n"


def _grouped(names: list[str]) -> str:
    """Changes of one node on one line."""
    places: dict[str, list[str]] = {}
    for name in names:
        place, _, what = name.partition(": ")
        places.setdefault(place, []).append(what)
    return "\n".join(f"{place}: {' | '.join(what)}" for place, what in places.items())


def file_of(golden: Golden) -> Path:
    """Where the record of an input stands."""
    return FOLDER / f"{golden.name.replace('/', '.').replace('#', '.')}.txt"
