"""What it costs to begin: `import pmcds` and `Engine()`, each in a new process (P8, P9)."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from knowledge import compiled
from measure import machine

ROUNDS = 9
PROBE = """
import json, sys, time
from pathlib import Path
{code}
status = Path("/proc/self/statm").read_text().split()
print(json.dumps([time.process_time() * 1000, int(status[1]) * 4096 / 2**20]))
"""
# The engine of an installed wheel: its compiled cards stand beside the package.
WHEEL = """
import pmcds
import pmcds._resources
pmcds._resources.packed_cards = Path(sys.argv[1]).read_bytes
engine = pmcds.Engine()
"""
STEPS = {
    "bare Python": "",
    "import pmcds": "import pmcds",
    "import pmcds.api": "import pmcds.api",
    "Engine(), wheel": WHEEL,
    "and first use, wheel": WHEEL + "engine.warmup()",
}
HEAVY = ("pydantic", "jsonschema", "requests", "fhir.resources", "starlette", "yaml", "pmcds.fhir", "msgspec")


def main() -> None:
    """Print CPU time and memory of each step, what it adds to bare Python, and what `import pmcds` loads."""
    print(machine("pydantic", "msgspec"))
    print(f"{'step':<22}  {'ms':>8}  {'MB':>7}  {'+ms':>8}  {'+MB':>7}")
    bare: tuple[float, float] | None = None
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "cards.json"
        path.write_bytes(compiled())
        for step, code in STEPS.items():
            runs = [_run(code, path) for _ in range(ROUNDS)]
            cpu, memory = (statistics.median(values) for values in zip(*runs, strict=True))
            bare = bare or (cpu, memory)
            print(f"{step:<22}  {cpu:>8.1f}  {memory:>7.1f}  {cpu - bare[0]:>8.1f}  {memory - bare[1]:>7.1f}")
    loaded = subprocess.run(
        [sys.executable, "-c", f"import pmcds, sys; print([n for n in {HEAVY!r} if n in sys.modules])"],
        capture_output=True,
        check=True,
        text=True,
    )
    print(f"heavy modules after `import pmcds`: {loaded.stdout.strip()}")


def _run(code: str, path: Path) -> list[float]:
    command = [sys.executable, "-c", PROBE.format(code=code), str(path)]
    measured: list[float] = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    return measured


if __name__ == "__main__":
    main()
