"""The whole line, bytes to response bytes with everything on, against parsing alone."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import orjson
from bundles import bundle
from measure import machine, median, ratio, rounds

import pmcds

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def main() -> None:
    """Print medians in ms, ratios to orjson and to json, and what came out, for each size."""
    engine = pmcds.Engine()
    engine.warmup()
    print(machine("pmcds", "orjson", "msgspec"))
    print(f"knowledge {engine.knowledge.snapshot}, {len(engine.active_rules())} active rules")
    print("resources      kB  cards  lines        ms  orjson ms  x orjson    x json")
    for resources in (10, 100, 1000):
        data = bundle(resources)

        def line(data: bytes = data) -> bytes:
            return json.dumps(engine.evaluate(data, now=NOW).to_dict()).encode()

        result = engine.evaluate(data, now=NOW)
        times = rounds(
            {
                "orjson": lambda data=data: orjson.loads(data),
                "json": lambda data=data: json.loads(data),
                "pmcds": line,
            },
            seconds=5,
        )
        print(
            f"{resources:>9}  {len(data) / 1000:>6.0f}  {len(result.cards):>5}  {len(result.ledger.orders):>5}  "
            f"{median(times['pmcds']):>8.3f}  {median(times['orjson']):>9.3f}  "
            f"{ratio(times['pmcds'], times['orjson']):>8.2f}  {ratio(times['pmcds'], times['json']):>8.2f}"
        )


if __name__ == "__main__":
    main()
