"""Determinism (TB-17): the digest of every answer, in processes of different hash seeds, time zones and locales.

The hash seed is fixed when a process starts, so each seed has a process of its own, which starts in one of the time
zones and locales; it then goes through all of them, as a program that switches them would.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from tests.evidence.goldens import ROOT, Golden, bundles, of_all_rules, requests, whole
from tests.evidence.stepping import Run

PROGRAM = """
import locale, os, sys, time
from tests.evidence.determinism import digest_here, inputs
print(sys.version.split()[0])
several = inputs(int(sys.argv[2]))
for pair in sys.argv[1].split(","):
    zone, name = pair.split("=")
    os.environ.update(TZ=zone, LC_ALL=name, LANG=name)
    time.tzset()
    locale.setlocale(locale.LC_ALL, name)
    print(pair, digest_here(several), flush=True)
"""
ZONES = ("UTC", "America/Los_Angeles", "Asia/Kathmandu", "Pacific/Kiritimati")
LOCALES = ("C", "de_DE.UTF-8", "tr_TR.UTF-8")
SEEDS = 20


def inputs(rules: int) -> tuple[Golden, ...]:
    """The samples, and the first tests of so many rules spread over all."""
    every = of_all_rules() if rules else ()
    return (*bundles(), *requests(), *every[:: max(1, len(every) // max(1, rules))][:rules])


def digest_here(several: Iterable[Golden]) -> str:
    """The digest of every answer in this process."""
    found = hashlib.sha256()
    for golden in several:
        found.update(json.dumps(whole().of(golden).report(), ensure_ascii=False).encode())
    return found.hexdigest()


@cache
def expected(rules: int) -> str:
    return digest_here(inputs(rules))


@cache
def _folder() -> Path:
    return Path(mkdtemp(prefix="locales-"))


@cache
def has_locale(name: str) -> bool:
    """True if the locale is there: built from the sources of the system's C library, if they are installed."""
    if name == "C":
        return True
    if shutil.which("localedef") is None:
        return False
    command = ["localedef", "-i", name.partition(".")[0], "-f", "UTF-8", str(_folder() / name)]
    subprocess.run(command, capture_output=True, check=False)
    return (_folder() / name / "LC_CTYPE").is_file()


def locales() -> tuple[str, ...]:
    """Those of the locales that this machine can have."""
    return tuple(name for name in LOCALES if has_locale(name))


def differing(
    seed: int, *, zones: Iterable[str] = ZONES, names: Iterable[str] | None = None, python: str, rules: int
) -> tuple[str, int, list[str]]:
    """Version of the interpreter, number of environments, and those whose answers are not those of this process."""
    pairs = [f"{zone}={name}" for zone in zones for name in (locales() if names is None else names)]
    start = pairs[seed % len(pairs)]
    zone, name = start.split("=")
    known = {key: value for key, value in os.environ.items() if key in ("PATH", "HOME", "PYTHONPATH")}
    known["PYTHONPATH"] = os.pathsep.join(filter(None, (str(ROOT / "src"), known.get("PYTHONPATH"))))
    known |= {"PYTHONHASHSEED": str(seed), "TZ": zone, "LC_ALL": name, "LANG": name}
    known["LOCPATH"] = str(_folder())
    command = [python, "-c", PROGRAM, ",".join(pairs), str(rules)]
    done = subprocess.run(command, env=known, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode:
        return "?", 0, [f"hash seed {seed} in {start}: died with {done.returncode}: {done.stderr[-200:]}"]
    version, *lines = done.stdout.splitlines()
    found = dict(line.split(" ") for line in lines)
    wrong = [pair for pair in pairs if found.get(pair) != expected(rules)]
    return version, len(found), [f"hash seed {seed}, {pair}, Python {version}: other bytes" for pair in wrong]


def pythons() -> list[str]:
    """This interpreter and those that PMCDS_PYTHONS names."""
    return [sys.executable, *filter(None, os.environ.get("PMCDS_PYTHONS", "").split(os.pathsep))]


def determinism_step(seed: int, number: int) -> Run | None:
    """TB-17: one hash seed in one interpreter, in all time zones and locales."""
    place, which = divmod(number, len(pythons()))
    if place >= SEEDS:
        return None
    version, cases, wrong = differing(place, python=pythons()[which], rules=6)
    return Run(cases, wrong, {f"Python {version}": cases, "locales": ", ".join(locales())})
