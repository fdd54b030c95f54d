"""RELIABILITY.md, rendered from the records of docs/evidence."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tests.evidence.hazard_log import HAZARDS, THREATS, rows
from tests.evidence.records import BATTERY, NOT_RUN, PLANTED, open_failures, records

HEAD = """# Reliability

Rendered by `scripts/evidence` from the records in `docs/evidence`; nobody edits it by hand, and a test compares it with
them. A figure that is not here is not claimed anywhere. Every random case is made again from its id, seed and number.
"""
LIMITS = (
    "The second evaluator does not know DPWG's tables, stated star alleles, classes of variants and tumors: left out.",
    "Relation M29 is not here: there are phrases for one language only.",
    "Times are wall times of a machine with two cores that other work shared; TB-16 counts CPU time and peak memory.",
    "Mutants stand inside functions only; tables, defaults and decorators are not changed.",
    "TB-05 and TB-19 of 2026-11-26 counted the tests of five rooms only: engine, infer, fhir, genes, terminology.",
)
# Why a target is not met, other than by failures.
TIME = "time: the runs had minutes on two shared cores; the same command with --minutes goes on from here"


def render() -> str:
    """The page."""
    found = records()
    parts = [
        HEAD,
        _table(
            "What was run",
            ("Id", "What", "Cases in all", "Last run", "Failures", "Seed", "Seconds", "Commit"),
            [_ran(battery, found[battery]) for battery in BATTERY if battery in found],
        ),
        "Failures are those of the last run. A commit with + had changes that were not committed yet.\n",
        _table(
            "Targets and what was reached",
            ("Id", "Target", "Reached", "Met", "Why not more"),
            [_target(battery, found.get(battery, [])) for battery in BATTERY],
        ),
        _figures(found),
        _first(found),
        _planted(),
        _table(
            "Open failures",
            ("Id", "What happens", "Hazard", "Minimal input", "Since"),
            [(row["id"], row["what"], row["hazard"], row["input"], row["since"]) for row in open_failures()],
        )
        if open_failures()
        else "## Open failures\n\nNone known.\n",
        _table("Rows of the hazard and threat logs that are open", ("Id", "What is missing"), list(_open_rows())),
        _list("In every test run, without a record here", [f"{name}: {why}." for name, why in NOT_RUN.items()]),
        _list("Limits of what was run", LIMITS),
        _versions(found),
    ]
    return "\n".join(part for part in parts if part)


def _table(title: str, head: tuple[str, ...], body: list[tuple[str, ...]]) -> str:
    lines = [f"| {' | '.join(row)} |" for row in (head, tuple("---" for _ in head), *body)]
    return "\n".join([f"## {title}", "", *lines, ""])


def _list(title: str, points: list[str] | tuple[str, ...]) -> str:
    return "\n".join([f"## {title}", "", *(f"- {point}" for point in points), ""])


def _ran(battery: str, runs: list[dict[str, Any]]) -> tuple[str, ...]:
    last = runs[-1]
    seeds = sorted({str(run["seed"]) for run in runs})
    seconds = sum(run["seconds"] for run in runs)
    return (
        battery, BATTERY[battery][0], f"{sum(run['cases'] for run in runs):,}", f"{last['cases']:,} on {last['date']}",
        f"{last['failures']:,}", ", ".join(seeds[:6]), f"{seconds:,.0f}", str(last["commit"]),
    )  # fmt: skip


def _target(battery: str, runs: list[dict[str, Any]]) -> tuple[str, ...]:
    _, target, wanted = BATTERY[battery]
    if not runs:
        return battery, target, "nothing", "no", "not run"
    clean = sum(run["cases"] for run in runs if run["failures"] == 0)
    last = runs[-1]
    told = f"{clean:,} cases without a failure" if wanted else f"{last['cases']:,} cases"
    if "percent" in last["figures"]:
        told = f"{last['figures']['percent']} % ({last['cases']:,} cases)"
    if last["failures"]:
        return battery, target, told, "no", f"{last['failures']:,} failures in the last run, see below"
    met = clean >= wanted
    return battery, target, told, "yes" if met else "no", "" if met else TIME


def _figures(found: dict[str, list[dict[str, Any]]]) -> str:
    points = []
    for battery in BATTERY:
        figures = found[battery][-1]["figures"] if battery in found else {}
        plain = {name: value for name, value in figures.items() if isinstance(value, (int, float, str))}
        if plain and len(plain) < 20:
            points.append(f"{battery}: " + ", ".join(f"{name} {value}" for name, value in plain.items()))
    return _list("Further figures of the last runs", points) if points else ""


def _first(found: dict[str, list[dict[str, Any]]]) -> str:
    points = [
        f"{battery}: {_inline(failure)}"
        for battery in BATTERY
        for failure in (found[battery][-1]["first"] if battery in found else [])
    ]
    return _list("Failures of the last runs (the first ten of each)", points) if points else ""


def _inline(text: str) -> str:
    return "`" + text.replace("`", "'").replace("\n", " ")[:220] + "`"


def _planted() -> str:
    if not PLANTED.is_file():
        return "## Planted faults\n\nNo record.\n"
    planted = json.loads(PLANTED.read_text(encoding="utf-8"))
    caught = [row for row in planted if row["caught"]]
    missed = [f"not caught: {row['id']} ({row['kind']})" for row in planted if not row["caught"]]
    summary = f"{len(caught)} of {len(planted)} planted clinical faults caught (target: 57 of 60), by scripts/planted"
    return _list("Planted faults (TB-06)", [summary, *missed])


def _open_rows() -> Iterator[tuple[str, str]]:
    for path in (HAZARDS, THREATS):
        yield from ((number, str(row["open"])) for number, row in rows(path).items() if row.get("open"))


def _versions(found: dict[str, list[dict[str, Any]]]) -> str:
    last = max((runs[-1] for runs in found.values()), key=lambda run: run["date"], default=None)
    if last is None:
        return ""
    packages = ", ".join(f"{name} {number}" for name, number in last.get("packages", {}).items())
    told = [f"Python {last['python']}, {last['cores']} cores; {packages}", f"Knowledge {last['snapshot']}"]
    return _list("Versions", told)
