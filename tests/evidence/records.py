"""Records of runs, and the page that is rendered from them."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import subprocess
from collections import defaultdict
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

from tests.evidence.goldens import ROOT, engine
from tests.evidence.stepping import Order, Run

RECORDS = ROOT / "docs" / "evidence"
PAGE = ROOT / "RELIABILITY.md"
OPEN = RECORDS / "open.json"
# The faults of each round, and the record of its runs.
PLANTED = (
    (ROOT / "scripts" / "planted_faults.toml", RECORDS / "planted.json"),
    (ROOT / "scripts" / "planted_faults_2.toml", RECORDS / "planted-2.json"),
    (ROOT / "scripts" / "planted_faults_3.toml", RECORDS / "planted-3.json"),
    (ROOT / "scripts" / "planted_faults_4.toml", RECORDS / "planted-4.json"),
    (ROOT / "scripts" / "planted_faults_5.toml", RECORDS / "planted-5.json"),
    (ROOT / "scripts" / "planted_faults_6.toml", RECORDS / "planted-6.json"),
    (ROOT / "scripts" / "planted_faults_7.toml", RECORDS / "planted-7.json"),
    (ROOT / "scripts" / "planted_faults_8.toml", RECORDS / "planted-8.json"),
    (ROOT / "scripts" / "planted_faults_9.toml", RECORDS / "planted-9.json"),
)

# Id: (what it is, target of a release, cases of the target or 0 where the target is no number of cases).
BATTERY: dict[str, tuple[str, str, int]] = {
    "TB-01": (
        "Field torture: every node blanked in seven ways",
        "0 silent losses and 0 crashes in 100,000 cases",
        100_000,
    ),
    "TB-02": ("Metamorphic relations on cards and ledger", "0 violations in 10,000,000", 10_000_000),
    "TB-03": ("Second evaluator, written apart", "0 differences in 1,000,000 random patients", 1_000_000),
    "TB-04": ("Structure-aware fuzz", "0 uncaught exceptions and broken laws in 10,000,000", 10_000_000),
    "TB-05": ("Mutation testing of the decision core", "90 % killed, every survivor explained", 0),
    "TB-07": ("Hazard and threat logs", "97 of 97 rows with passing tests", 0),
    "TB-09": ("Hostile text in every string, two Markdown engines and a browser", "0 live in 10,000 cases", 10_000),
    "TB-10": ("Canaries in every text, at debug level", "0 hits in 5,000 calls", 5_000),
    "TB-12": (
        "Soak of the reference server",
        "10 minutes at 70 % of its own peak: 0 failures, p99 up to 5 x p50, memory up to 5 % more",
        0,
    ),
    "TB-15": ("Falling limits of memory", "the right answer or one clear error, 20 limits for each input", 240),
    "TB-16": ("Worst-case input", "2 s of CPU and 400 MB for any body up to 8 MiB", 0),
    "TB-17": ("Determinism over hash seeds, time zones and locales", "equal bytes in 240 environments", 240),
    "TB-19": ("Branch coverage of the decision core by its own tests", "100 % of every file", 0),
    "TB-21": ("Two patients, eight threads", "0 mix-ups in 100,000 calls", 100_000),
}
# Batteries whose runs are numbered steps and add up.
STEPWISE = ("TB-01", "TB-02", "TB-03", "TB-04", "TB-09", "TB-10", "TB-15", "TB-17", "TB-21")
NOT_RUN: dict[str, str] = {
    "TB-08": "token vectors: run by tests/server/test_jwt.py in every test run, without a record",
    "TB-11": "hostile FHIR servers: tests/server/test_fetch.py, in every test run",
    "TB-13": "overload: tests/server/test_limits.py, in every test run",
    "TB-14": "kill during feedback: tests/server/test_feedback.py; no power loss",
    "TB-18": "known answers: tests/genes and tests/cards, in every test run where the reference data are there",
    "TB-20": "conformance of every response: the laws check it in every test",
    "TB-22": "self-test: pmcds selftest, in every test run",
}


def _commit() -> str:
    """The commit, marked where files of the product differ from it."""

    def git(*arguments: str) -> str:
        done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
        return done.stdout.strip()

    if "PMCDS_COMMIT" in os.environ:  # a copy of the checkout, so that a long run sees one state
        return os.environ["PMCDS_COMMIT"]
    changed = git("status", "--porcelain", "--untracked-files=no", "src", "cards", "schemas")
    return (git("rev-parse", "--short", "HEAD") or "unknown") + ("+" if changed else "")


def code() -> str:
    """A digest of the product: runs with the same one tried the same code and the same rules."""
    found = hashlib.sha256()
    for folder in ("src", "cards", "schemas"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts and not path.name.endswith(".test.yaml"):
                found.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes() + b"\0")
    return found.hexdigest()[:12]


def state() -> dict[str, str]:
    """What is run: read when a run begins, since the checkout may move on while it lasts."""
    return {"commit": _commit(), "code": code(), "snapshot": engine().knowledge.snapshot[:16]}


def packages() -> dict[str, str]:
    """Versions of what the product stands on."""
    names = ("pydantic", "jsonschema", "msgspec", "pytest", "hypothesis")
    return {name: version(name) for name in names}


def record(battery: str, run: Run, order: Order, seconds: float, state: dict[str, str]) -> dict[str, Any]:
    """Append what a run found; the failures themselves are cut to the first ten."""
    row = {
        "id": battery,
        **state,
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "workers": order.workers,
        "seed": order.seed,
        "from": run.first,
        "to": run.last,
        "cases": run.cases,
        "failures": len(run.failures),
        "seconds": round(seconds, 1),
        "date": datetime.now(UTC).date().isoformat(),
        "packages": packages(),
        "first": run.failures[:10],
        "figures": run.figures,
    }
    RECORDS.mkdir(parents=True, exist_ok=True)
    with (RECORDS / f"{battery.lower()}.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(row, ensure_ascii=False, sort_keys=True) + "\n")
    return row


def records() -> dict[str, list[dict[str, Any]]]:
    """All records by id, oldest first."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for path in sorted(RECORDS.glob("*.jsonl")):
        for text in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(text)
            found[row["id"]].append(row)
    return dict(found)


def next_step(battery: str, seed: int) -> int:
    """The number after the last that was tried with this seed."""
    return max((row["to"] + 1 for row in records().get(battery, ()) if row["seed"] == seed and "to" in row), default=0)


def open_failures() -> list[dict[str, str]]:
    """Known failures that wait for a fix."""
    listed: list[dict[str, str]] = json.loads(OPEN.read_text(encoding="utf-8")) if OPEN.is_file() else []
    return listed
