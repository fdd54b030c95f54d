"""The whole line, bytes to response bytes with everything on, against parsing alone (P1 to P4).

With `--save` the medians go to `results.json`, which `plot.py` draws.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import cycle
from pathlib import Path

import orjson
from bundles import bundle
from knowledge import knowledge
from measure import machine, median, ratio, rounds

import pmcds
from pmcds.fhir import decode

NOW = datetime(2026, 6, 1, tzinfo=UTC)
SIZES = (10, 100, 1000)


def main() -> None:
    """Print medians in ms, ratios to orjson and to json, and what came out, for each size."""
    engine = pmcds.Engine(knowledge())
    engine.warmup()
    print(machine("orjson", "msgspec", "pydantic"))
    print(f"knowledge {engine.knowledge.snapshot[:12]}, {len(engine.active_rules())} active rules")
    print("resources      kB  cards  lines        ms  orjson ms  x orjson    x json  plain x json  unmet ms  dict ms")
    rows = []
    for resources in SIZES:
        data = bundle(resources)
        parsed = json.loads(data)
        unmet = cycle([bundle(resources, seed) for seed in range(60)])
        result = engine.evaluate(data, now=NOW)
        times = rounds(
            {
                "orjson": lambda data=data: orjson.loads(data),
                "json": lambda data=data: json.loads(data),
                "pmcds": lambda data=data: answered(engine, data),
                "plain": lambda data=data: without_msgspec(lambda: answered(engine, data)),
                # Bundles that this engine has not met: the memory of codes helps less.
                "first": lambda unmet=unmet: answered(engine, next(unmet)),
                "dict": lambda parsed=parsed: answered(engine, parsed),
            },
            seconds=6,
        )
        rows.append({"resources": resources} | {name: median(values) for name, values in times.items()})
        print(
            f"{resources:>9}  {len(data) / 1000:>6.0f}  {len(result.cards):>5}  {len(result.ledger.orders):>5}  "
            f"{median(times['pmcds']):>8.3f}  {median(times['orjson']):>9.3f}  "
            f"{ratio(times['pmcds'], times['orjson']):>8.2f}  {ratio(times['pmcds'], times['json']):>8.2f}  "
            f"{ratio(times['plain'], times['json']):>12.2f}  "
            f"{median(times['first']):>8.3f}  {median(times['dict']):>7.3f}"
        )
    if "--save" in sys.argv:
        stored = {"machine": machine("orjson", "msgspec"), "day": datetime.now(UTC).date().isoformat(), "rows": rows}
        (Path(__file__).parent / "results.json").write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")


def answered(engine: pmcds.Engine, source: object) -> bytes:
    """Response bytes of an input."""
    return json.dumps(engine.evaluate(source, now=NOW).to_dict()).encode()


def without_msgspec(work: Callable[[], bytes]) -> bytes:
    """The same work on the path that needs no accelerator (P2)."""
    fast, raw = decode.FAST, decode.Raw
    decode.FAST, decode.Raw = False, ()  # type: ignore[misc]
    try:
        return work()
    finally:
        decode.FAST, decode.Raw = fast, raw  # type: ignore[misc]


if __name__ == "__main__":
    main()
