"""A warm engine builds nothing more when the first patient comes."""

from __future__ import annotations

import subprocess
import sys

from tests.evidence.goldens import ROOT

PROGRAM = """
import sys
from pathlib import Path
import pmcds
engine = pmcds.Engine()
engine.warmup()
built = set(engine.knowledge._compiled)
loaded = set(sys.modules)
cards = 0
for path in sorted(Path("examples/bundles").glob("*.json")):
    cards += len(engine.evaluate(path.read_bytes()).to_dict()["cards"])
assert cards, "no card was written"
print(sorted(name for name in set(sys.modules) - loaded if name.startswith("pmcds")))
print(sorted(set(engine.knowledge._compiled) - built))
"""


def test_the_first_patient_loads_no_module_and_compiles_no_rule() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout.splitlines() == ["[]", "[]"], done.stdout + done.stderr[-500:]
