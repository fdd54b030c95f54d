"""Many patients at once: one evaluation for each file of a folder, as lines of JSON, in several processes.

python examples/embedding/batch.py FOLDER > findings.jsonl
"""

from __future__ import annotations

import json
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import pmcds

BUNDLES = Path(__file__).parents[1] / "bundles"
_engine: list[pmcds.Engine] = []


def start() -> None:
    """Make the engine of a process, once."""
    _engine.append(pmcds.Engine())
    _engine[0].warmup(freeze=True)


def evaluate(file: Path) -> dict[str, Any]:
    """One patient on one line: alerts, and what could not be told. A file that is refused says why."""
    try:
        result = _engine[0].evaluate(file.read_bytes())
    except pmcds.InputError as error:
        return {"file": file.name, "refused": error.code}
    lines = result.ledger.orders
    return {
        "file": file.name,
        "alerts": sorted({line.rule for line in lines if line.outcome == "ALERT" and line.rule}),
        "not_told": sorted({line.reason for line in lines if line.outcome == "CANNOT-TELL" and line.reason}),
        "snapshot": result.snapshot,
    }


def main(folder: Path | None = None, processes: int = 2) -> int:
    """Evaluate every file of the folder; the order of the lines is that of the names."""
    files = sorted((folder or BUNDLES).glob("*.json"))
    with ProcessPoolExecutor(min(processes, os.cpu_count() or 1), initializer=start) as pool:
        for line in pool.map(evaluate, files):
            print(json.dumps(line))
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else None))
