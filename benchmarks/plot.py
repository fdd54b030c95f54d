"""Draw `results.json` (written by `line.py --save`) as `results.svg`: time against the number of resources."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
WIDTH, HEIGHT, LEFT, BOTTOM, TOP, RIGHT = 640, 400, 70, 50, 30, 150
SERIES = {"orjson": "#888888", "json": "#444444", "pmcds": "#0b62a4", "plain": "#7fb2dd", "dict": "#c2571a"}
LABELS = {
    "orjson": "orjson.loads",
    "json": "json.loads",
    "pmcds": "pmcds, bytes",
    "plain": "pmcds, no accelerator",
    "dict": "pmcds, parsed dict",
}


def main() -> None:
    """Write the picture beside the figures."""
    stored = json.loads((HERE / "results.json").read_text(encoding="utf-8"))
    (HERE / "results.svg").write_text(picture(stored), encoding="utf-8")
    print(HERE / "results.svg")


def picture(stored: Mapping[str, Any]) -> str:
    """An SVG with both axes in powers of ten."""
    rows = stored["rows"]
    sizes = [row["resources"] for row in rows]
    across = _scale(sizes, LEFT, WIDTH - RIGHT)
    down = _scale((row[name] for row in rows for name in SERIES), HEIGHT - BOTTOM, TOP)
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"'
            ' font-family="sans-serif" font-size="12">'
        ),
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
        f'<text x="{LEFT}" y="18">One evaluation, ms of CPU; {stored["machine"]}</text>',
        (
            f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 12}" text-anchor="middle">'
            "everyday resources in the bundle</text>"
        ),
    ]
    for size in sizes:
        parts.append(f'<text x="{across(size):.0f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{size}</text>')
    for power in range(-2, 4):
        if TOP <= down(10**power) <= HEIGHT - BOTTOM:
            y = down(10**power)
            parts.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.0f}" y2="{y:.0f}" stroke="#dddddd"/>')
            parts.append(f'<text x="{LEFT - 8}" y="{y + 4:.0f}" text-anchor="end">{10**power:g}</text>')
    for name, color in SERIES.items():
        points = " ".join(f"{across(row['resources']):.0f},{down(row[name]):.0f}" for row in rows)
        parts.append(f'<polyline points="{points}" fill="none" stroke="{color}" stroke-width="2"/>')
        parts.append(
            f'<text x="{WIDTH - RIGHT + 8}" y="{down(rows[-1][name]) + 4:.0f}" fill="{color}">{LABELS[name]}</text>'
        )
    return "\n".join([*parts, "</svg>", ""])


def _scale(values: Iterable[float], first: float, last: float) -> Any:
    logs = [math.log10(value) for value in values]
    low, high = min(logs), max(logs)
    return lambda value: first + (math.log10(value) - low) / (high - low) * (last - first)


if __name__ == "__main__":
    main()
