"""What parsing alone costs on the same bytes."""

from __future__ import annotations

import json

import msgspec
import orjson
from bundles import bundle
from measure import machine, median, ratio, rounds


class Entry(msgspec.Struct):
    """An entry whose resource is kept as bytes."""

    resource: msgspec.Raw = msgspec.Raw(b"null")


class Bundle(msgspec.Struct):
    """A Bundle of which only the entries are looked at."""

    entry: list[Entry] = []


def main() -> None:
    """Print medians in ms and ratios to orjson for each size."""
    raw = msgspec.json.Decoder(Bundle)
    print(machine("orjson", "msgspec"))
    print(f"{'resources':>9}  {'kB':>6}  {'parser':<22}  {'ms':>8}  {'x orjson':>8}")
    for resources in (10, 100, 1000):
        data = bundle(resources)
        times = rounds(
            {
                "orjson": lambda data=data: orjson.loads(data),
                "json": lambda data=data: json.loads(data),
                "msgspec": lambda data=data: msgspec.json.decode(data),
                "msgspec, entries raw": lambda data=data: raw.decode(data),
            }
        )
        for name, values in times.items():
            print(
                f"{resources:>9}  {len(data) / 1000:>6.0f}  {name:<22}  {median(values):>8.3f}  "
                f"{ratio(values, times['orjson']):>8.2f}"
            )


if __name__ == "__main__":
    main()
