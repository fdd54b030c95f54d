"""Ten thousand rules against a hundred, same hits (P5), a diplotype (P7), and the memory of the rules (P10)."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from itertools import cycle
from pathlib import Path

from bundles import bundle
from knowledge import compiled, knowledge
from measure import machine, median, ratio, rounds

import pmcds
from pmcds.infer import phenotype

NOW = datetime(2026, 6, 1, tzinfo=UTC)
NUMBERS = (0, 100, 10_000)
DIPLOTYPES = ("*1/*2", "*2/*2", "*1/*17", "*17/*17", "*2/*17", "*1/*1", "*2/*3")
PROBE = """
import json, sys
from pathlib import Path
import pmcds
from pmcds.knowledge import Knowledge
from pmcds.knowledge.pack import unpack
def used(): return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 2**20
before = used()
data = Path(sys.argv[1]).read_bytes()
knowledge = Knowledge((unpack(data),))
if sys.argv[2] == "compiled":
    knowledge.rules
else:
    pmcds.Engine(knowledge).warmup()
print(json.dumps([before, used()]))
"""


def main() -> None:
    """Print medians in ms for each number of rules, the ratio to the smallest, and memory."""
    print(machine("msgspec"))
    engines = {f"{number:,} synthetic rules": pmcds.Engine(knowledge(number)) for number in NUMBERS}
    data = bundle(10)
    times = rounds(
        {name: lambda engine=engine: engine.evaluate(data, now=NOW).to_dict() for name, engine in engines.items()},
        seconds=6,
    )
    first = next(iter(times.values()))
    for name, values in times.items():
        print(f"{name:<24}  {median(values):>8.3f} ms  x {ratio(values, first):.2f}")
    gene = engines["0 synthetic rules"].knowledge.genes["CYP2C19"]
    several = cycle(DIPLOTYPES)
    one = rounds({"phenotype": lambda: [phenotype(gene, next(several)) for _ in range(1000)]}, seconds=2)["phenotype"]
    print(f"diplotype to phenotype    {median(one):>8.3f} us")
    for use in ("first evaluation", "compiled"):
        few, many = _memory(0, use), _memory(10_000, use)
        print(f"memory, {use}: {few:.1f} MB with the shipped rules, {many - few:.1f} MB for 10,000 more")


def _memory(synthetic: int, use: str) -> float:
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "cards.json"
        path.write_bytes(compiled(synthetic))
        command = [sys.executable, "-c", PROBE, str(path), use]
        before, after = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    return float(after - before)


if __name__ == "__main__":
    main()
