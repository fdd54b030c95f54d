"""Determinism (TB-17): the digest of every answer, in processes of different environments."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from collections.abc import Iterator

from tests.evidence.goldens import ROOT

PROGRAM = """
import hashlib, json
from datetime import UTC, datetime
from tests.evidence.goldens import bundles, engine, requests
digest = hashlib.sha256()
for golden in (*bundles(), *requests()):
    result = engine().result_of(golden.fresh(), golden.now, golden.hook)
    digest.update(json.dumps(result.report(), ensure_ascii=False).encode())
print(digest.hexdigest())
"""
ZONES = ("UTC", "America/Los_Angeles", "Asia/Kathmandu", "Pacific/Kiritimati")
LOCALES = ("C", "de_DE.UTF-8", "tr_TR.UTF-8")


def environments(seeds: int, zones: int, locales: int) -> Iterator[dict[str, str]]:
    """Every combination."""
    for seed, zone, locale in itertools.product(range(seeds), ZONES[:zones], LOCALES[:locales]):
        yield {"PYTHONHASHSEED": str(seed), "TZ": zone, "LC_ALL": locale, "LANG": locale}


def digest(environment: dict[str, str], python: str = sys.executable) -> str:
    """The digest that a process of its own prints."""
    known = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "PYTHONPATH")}
    known["PYTHONPATH"] = os.pathsep.join(filter(None, (str(ROOT / "src"), known.get("PYTHONPATH"))))
    done = subprocess.run(
        [python, "-c", PROGRAM],
        env=known | environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    return done.stdout.strip()
