"""What it costs to begin: `import pmcds` and `Engine()`, each in a new process."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys

from measure import machine

ROUNDS = 9
PROBE = """
import json, resource, sys, time
{code}
usage = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps([time.process_time() * 1000, usage.ru_maxrss / 1024]))
"""
STEPS = {
    "bare Python": "",
    "import pmcds": "import pmcds",
    "import pmcds.api": "import pmcds.api",
    "Engine()": "import pmcds; pmcds.Engine()",
}


def main() -> None:
    """Print CPU time and memory of each step, and what it adds to bare Python."""
    print(machine("pmcds", "pydantic", "msgspec"))
    print(f"{'step':<18}  {'ms':>8}  {'MB':>7}  {'+ms':>8}  {'+MB':>7}")
    bare: tuple[float, float] | None = None
    for step, code in STEPS.items():
        runs = [_run(code) for _ in range(ROUNDS)]
        cpu, memory = (statistics.median(values) for values in zip(*runs, strict=True))
        bare = bare or (cpu, memory)
        print(f"{step:<18}  {cpu:>8.1f}  {memory:>7.1f}  {cpu - bare[0]:>8.1f}  {memory - bare[1]:>7.1f}")


def _run(code: str) -> list[float]:
    program = PROBE.format(code=code)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    measured: list[float] = json.loads(done.stdout)
    return measured


if __name__ == "__main__":
    main()
