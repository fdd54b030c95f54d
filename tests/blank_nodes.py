"""`python -m tests.blank_nodes SEEDS FIRST`: the long run behind `scripts/blank-nodes`."""

from __future__ import annotations

import sys

import pmcds
from pmcds.api import Engine
from tests.blanking import Tally, run
from tests.fhir.material import corpus, requests

STEP = 1000


def main(arguments: list[str]) -> int:
    """Run the seeds in steps, report each step and every failure."""
    count, first = int(arguments[0]), int(arguments[1])
    files = [*corpus(), *requests()]
    if not files:
        sys.stderr.write("reference data not found (set PMCDS_SHARED)\n")
        return 2
    engine = Engine(pmcds.Knowledge.bundled())
    whole = Tally()
    for start in range(first, first + count, STEP):
        part = run(engine, files, range(start, min(start + STEP, first + count)))
        whole.cases += part.cases
        whole.answered += part.answered
        whole.refused.update(part.refused)
        whole.failures += part.failures
        for seed, file, place, what in part.failures:
            sys.stdout.write(f"FAILED seed {seed} {file} {place}\n{what}\n")
        sys.stdout.write(f"{whole}\n")
        sys.stdout.flush()
    return 1 if whole.failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
