"""Peers on the same bundles in one run (P13): each where it is installed, else skipped with a message.

HealthChain runs in the environment of `tests/clients/.healthchain` (or the interpreter named by HEALTHCHAIN_PYTHON):
what is measured is reading the Bundle into the R4B models that its handlers get, before any rule. cql-execution with
cql-exec-fhir runs from `tests/clients/node_modules` (or the directory that CQL_MODULES names) on two retrieves with a
filter: the least that any rule needs.
"""

from __future__ import annotations

import json
import os
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from bundles import bundle
from knowledge import knowledge
from measure import machine, median, rounds

import pmcds

CLIENTS = Path(__file__).resolve().parents[1] / "tests" / "clients"
PYTHON = os.environ.get("HEALTHCHAIN_PYTHON", str(CLIENTS / ".healthchain" / "bin" / "python"))
MODULES = os.environ.get("CQL_MODULES", str(CLIENTS / "node_modules"))
NODE = os.environ.get("NODE", "node")
NOW = datetime(2026, 6, 1, tzinfo=UTC)
PROBE = """
import gc, json, statistics, sys, time
import healthchain
from fhir.resources.R4B.bundle import Bundle
data = sys.stdin.buffer.read()
Bundle.model_validate_json(data)
gc.collect(); gc.freeze()
times = []
for _ in range(int(sys.argv[1])):
    start = time.process_time()
    Bundle.model_validate_json(data)
    times.append((time.process_time() - start) * 1000)
print(json.dumps(statistics.median(times)))
"""


def main() -> None:
    """Print ms for each size, and how many times faster the whole line is."""
    print(machine("msgspec"))
    engine = pmcds.Engine(knowledge())
    engine.warmup()
    for resources in (10, 100, 1000):
        data = bundle(resources)
        mine = median(
            rounds({"pmcds": lambda data=data: json.dumps(engine.evaluate(data, now=NOW).to_dict())}, seconds=3)[
                "pmcds"
            ]
        )
        peer = _healthchain(data, 20 if resources < 1000 else 5)
        other = _cql(data, 20 if resources < 1000 else 5)
        told = [_told("HealthChain's models", peer, mine), _told("cql-execution", other, mine)]
        print(f"{resources:>5} resources: pmcds {mine:.2f} ms; {'; '.join(told)}")


def _told(name: str, peer: float | None, mine: float) -> str:
    return f"{name} skipped: not installed" if peer is None else f"{name} {peer:.1f} ms, x {peer / mine:.1f}"


def _cql(data: bytes, times: int) -> float | None:
    if not (Path(MODULES) / "cql-exec-fhir").is_dir():
        return None
    program = [NODE, str(Path(__file__).with_name("cql.mjs")), MODULES, str(times)]
    done = subprocess.run(program, input=data, capture_output=True, timeout=300, check=True)
    return float(done.stdout)


def _healthchain(data: bytes, times: int) -> float | None:
    try:
        done = subprocess.run([PYTHON, "-c", PROBE, str(times)], input=data, capture_output=True, timeout=300)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return float(json.loads(done.stdout)) if done.returncode == 0 else None


if __name__ == "__main__":
    main()
