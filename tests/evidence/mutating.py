"""A pytest plugin that runs mutants instead of tests: one fork for each, with the tests that reach its line.

Used by scripts/mutate; `-p tests.evidence.mutating` with PMCDS_MUTATING naming a JSON file of options.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from collections.abc import Callable
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

OPTIONS = json.loads(os.environ.get("PMCDS_MUTATING", "{}"))
MEASURING: Any = None
if OPTIONS and not os.path.exists(OPTIONS["reach"]):
    import coverage

    # Before the product is imported, so that what runs once counts too.
    MEASURING = coverage.Coverage(data_file=OPTIONS["reach"] + ".coverage", branch=True, source=["pmcds"])
    MEASURING.start()

from tests.evidence.mutants import SOURCE, Mutant, mutants, put_in_place  # noqa: E402

# Seconds of tests for one mutant at most, by their own durations; the shortest tests come first.
MOST = 45.0
Reach = dict[str, dict[str, list[int]]]  # file -> line -> places of tests


def pytest_runtestloop(session: pytest.Session) -> bool:
    options = OPTIONS
    reach, durations = _reach(session)
    every = list(mutants())
    random.Random(options["seed"]).shuffle(every)
    end = time.monotonic() + options["seconds"]
    out: dict[str, Any] = {"all": len(every), "tests": len(session.items), "seed": options["seed"], "rows": []}
    for mutant in every:
        if time.monotonic() > end:
            break
        said = _verdict(session, mutant, reach, durations)
        out["rows"].append(
            {"key": mutant.key, "line": mutant.line, "place": mutant.place, "said": said, "by": _by(said)}
        )
        if len(out["rows"]) % 25 == 0:
            _write(options["out"], out)
    _write(options["out"], out)
    return True


def _by(said: str) -> str | None:
    """The test that killed the last mutant."""
    path = OPTIONS["out"] + ".by"
    if said != "killed" or not os.path.exists(path):
        return None
    with open(path, encoding="utf-8") as file:
        return str(json.load(file))


def _write(path: str, out: Any) -> None:
    with open(path, "w", encoding="utf-8") as file:
        json.dump(out, file, ensure_ascii=False)


def _verdict(session: pytest.Session, mutant: Mutant, reach: Reach, durations: list[float]) -> str:
    places = sorted(reach.get(mutant.file, {}).get(str(mutant.line), ()), key=lambda place: durations[place])
    if not places:
        return "no test reaches it"
    chosen: list[int] = []
    spent = 0.0
    for place in places:
        spent += durations[place]
        if chosen and spent > MOST:
            break
        chosen.append(place)

    def run() -> int:
        if not put_in_place(mutant):
            return 3
        return 1 if _fails(session, chosen) else 0

    status = _forked(run, timeout=20 + 5 * min(spent, MOST))
    part = "" if len(chosen) == len(places) else f" ({len(chosen)} of {len(places)} tests)"
    return {None: "timeout", 1: "killed", 0: "survived" + part, 3: "no live function"}.get(status, "killed")


def _fails(session: pytest.Session, places: list[int]) -> bool:
    items = [session.items[place] for place in sorted(places)]
    items.sort(key=lambda item: item.nodeid.partition("::")[0])
    for item, following in zip(items, [*items[1:], None], strict=True):
        if any(report.failed for report in runtestprotocol(item, log=False, nextitem=following)):
            _write(OPTIONS["out"] + ".by", item.nodeid)
            return True
    return False


def _forked(work: Callable[[], int], timeout: float) -> int | None:
    """The exit status of the work done in a fork, or None if it took too long."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.setpgid(0, 0)
            quiet = os.open(os.devnull, os.O_WRONLY)
            os.dup2(quiet, 1)
            os.dup2(quiet, 2)
            status = work()
        finally:
            os._exit(status)
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.01)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None


def _reach(session: pytest.Session) -> tuple[Reach, list[float]]:
    """Which tests run which line, and how long each takes: measured once in a fork, by coverage."""
    path = OPTIONS["reach"]
    if MEASURING is not None:
        _forked(lambda: _measure(session, path), timeout=3600)
        MEASURING.stop()
    with open(path, encoding="utf-8") as file:
        stored = json.load(file)
    if stored["tests"] != [item.nodeid for item in session.items]:
        raise pytest.UsageError("the tests changed: remove the file of reached lines")
    return stored["reach"], stored["durations"]


def _measure(session: pytest.Session, path: str) -> int:
    measuring = MEASURING
    durations: list[float] = []
    failed: list[str] = []
    for place, item in enumerate(session.items):
        following = session.items[place + 1] if place + 1 < len(session.items) else None
        measuring.switch_context(str(place))
        began = time.monotonic()
        reports = runtestprotocol(item, log=False, nextitem=following)
        durations.append(time.monotonic() - began)
        failed += [item.nodeid for report in reports if report.failed]
    measuring.stop()
    measuring.save()
    data = measuring.get_data()
    bad = {place for place, item in enumerate(session.items) if item.nodeid in set(failed)}
    reach: Reach = {}
    for name in data.measured_files():
        lines = data.contexts_by_lineno(name)
        reach[os.path.relpath(name, SOURCE)] = {
            str(line): sorted({int(c) for c in contexts if c} - bad) for line, contexts in lines.items()
        }
    with open(path, "w", encoding="utf-8") as file:
        tests = [item.nodeid for item in session.items]
        json.dump({"tests": tests, "durations": durations, "failed": failed, "reach": reach}, file)
    print(f"{len(failed)} of {len(tests)} tests fail without a mutant: {failed[:5]}", file=sys.stderr)  # noqa: T201
    return 0
