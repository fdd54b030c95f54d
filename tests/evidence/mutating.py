"""A pytest plugin that runs mutants instead of tests: one fork for each, with the tests that reach its line.

Used by scripts/mutate; `-p tests.evidence.mutating` with PMCDS_MUTATING naming a JSON file of options.
"""

from __future__ import annotations

import gc
import json
import os
import random
import re
import signal
import sys
import time
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
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

from tests.evidence import mutant_tables, mutants, warm  # noqa: E402
from tests.evidence.mutants import SOURCE, Mutant, live, remembering  # noqa: E402

# Seconds of tests for one mutant at most, by their own durations. What killed in this file before comes first, then
# the shortest tests; a test that takes longer than SLOW is left out where others reach the line.
MOST = 20.0
FIRST = 2.0
SLOW = 2.5
# A fork begins with empty memories: its first test also builds the terms and tables that its duration does not tell.
BUILDING = 15.0
Reach = dict[str, dict[str, list[int]]]  # file -> line -> places of tests
AnyMutant = Mutant | mutant_tables.TableMutant
TABLES = bool(OPTIONS.get("tables"))
LOSSES = bool(OPTIONS.get("losses"))


def pytest_runtestloop(session: pytest.Session) -> bool:
    options = OPTIONS
    reach, durations = _reach(session)
    every: list[AnyMutant] = list(mutant_tables.mutants() if TABLES else mutants.mutants(LOSSES))
    if options.get("rooms"):
        every = [mutant for mutant in every if mutant.file.startswith(tuple(options["rooms"]))]
    random.Random(options["seed"]).shuffle(every)
    out: dict[str, Any] = {"all": len(every), "tests": len(session.items), "seed": options["seed"], "rows": []}
    if options.get("again"):
        every = _again(options["again"], every)
    # What the forks share is worked out before the first of them, and no collector touches it in any.
    live()
    remembering()
    warm.warm()
    gc.collect()
    gc.freeze()
    end = time.monotonic() + options["seconds"]
    places = {item.nodeid: place for place, item in enumerate(session.items)}
    killers: dict[str, list[int]] = {}
    for mutant in every:
        if time.monotonic() > end:
            break
        said = _verdict(session, mutant, reach, durations, killers.get(mutant.file, []))
        by = _by(said)
        if by in places:
            known = killers.setdefault(mutant.file, [])
            killers[mutant.file] = [places[by], *(place for place in known if place != places[by])][:12]
        out["rows"].append({"key": mutant.key, "line": mutant.line, "place": mutant.place, "said": said, "by": by})
        if len(out["rows"]) % 25 == 0:
            _write(options["out"], out)
    _write(options["out"], out)
    return True


def _again(path: str, every: list[AnyMutant]) -> list[AnyMutant]:
    """The mutants that an earlier run did not kill."""
    with open(path, encoding="utf-8") as file:
        rows = json.load(file)["rows"]
    alive = {(row["key"], row["place"]) for row in rows if row["said"].startswith(("survived", "no "))}
    return [mutant for mutant in every if (mutant.key, mutant.place) in alive]


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


def _put_in_place(mutant: AnyMutant) -> bool:
    if mutant.file.startswith(("terminology/", "model/")):
        warm.cold()
    return mutants.put_in_place(mutant) if isinstance(mutant, Mutant) else mutant_tables.put_in_place(mutant)


def _lines(mutant: AnyMutant) -> dict[str, Iterable[int]]:
    """The lines that the mutant changes, by file."""
    if isinstance(mutant, Mutant):
        return {mutant.file: (mutant.line,)}
    return dict(mutant_tables.users(mutant.file, mutant.name))


def _reaching(mutant: AnyMutant, reach: Reach) -> set[int]:
    lines = _lines(mutant).items()
    return {place for file, some in lines for line in some for place in reach.get(file, {}).get(str(line), ())}


def _naming(session: pytest.Session, name: str) -> set[int]:
    """Tests in whose files the name of a table stands: they look at it themselves."""
    word = re.compile(rf"\b{name}\b")
    files = {item.path for item in session.items}
    named = {path for path in files if word.search(_text(path))}
    return {place for place, item in enumerate(session.items) if item.path in named}


@cache
def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _verdict(
    session: pytest.Session, mutant: AnyMutant, reach: Reach, durations: list[float], killers: list[int]
) -> str:
    reaching = _reaching(mutant, reach) | (set() if isinstance(mutant, Mutant) else _naming(session, mutant.name))
    places = sorted(reaching, key=lambda place: durations[place])
    if not places:
        return "no test reaches it"
    batches = _batches(places, durations, killers)

    def run() -> int:
        if not _put_in_place(mutant):
            return 3
        return 1 if any(_fails(session, batch, durations) for batch in batches) else 0

    status = _forked(run, timeout=300)
    count = len({place for batch in batches for place in batch})
    part = "" if count == len(places) else f" ({count} of {len(places)} tests)"
    words = {None: "timeout", 1: "killed", 0: "survived" + part, 3: "no live function", -signal.SIGPROF: "timeout"}
    return words.get(status, "killed")


def _batches(places: list[int], durations: list[float], killers: list[int]) -> list[list[int]]:
    """Tests in three parts: those that killed before, the shortest, and the others as far as the time allows."""
    reaching = set(places)
    first = [place for place in killers if place in reaching]
    short: list[int] = []
    rest: list[int] = []
    spent = 0.0
    for place in places:
        spent += durations[place]
        if (short or rest) and (spent > OPTIONS.get("most", MOST) or durations[place] > SLOW):
            break
        (short if spent <= FIRST or not short else rest).append(place)
    return [batch for batch in (first, short, rest) if batch]


def _fails(session: pytest.Session, places: list[int], durations: list[float]) -> bool:
    ordered = sorted(places, key=lambda place: (session.items[place].nodeid.partition("::")[0], place))
    items = [session.items[place] for place in ordered]
    for place, item, following in zip(ordered, items, [*items[1:], None], strict=True):
        # A mutant that loops is ended by its own use of the processor, whatever else runs on the machine.
        signal.setitimer(signal.ITIMER_PROF, BUILDING + 10 * durations[place])
        if any(report.failed for report in runtestprotocol(item, log=False, nextitem=following)):
            signal.setitimer(signal.ITIMER_PROF, 0)
            _write(OPTIONS["out"] + ".by", item.nodeid)
            return True
    signal.setitimer(signal.ITIMER_PROF, 0)
    return False


def _forked(work: Callable[[], int], timeout: float) -> int | None:
    """The exit status of the work done in a fork, or None if it took too long."""
    sys.stdout.flush()
    sys.stderr.flush()
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
    for name in map(str, mutant_tables.files() if TABLES else mutants.files(LOSSES)):
        lines = data.contexts_by_lineno(name)
        reach[os.path.relpath(name, SOURCE)] = {
            str(line): sorted({int(c) for c in contexts if c} - bad) for line, contexts in lines.items()
        }
    with open(path, "w", encoding="utf-8") as file:
        tests = [item.nodeid for item in session.items]
        json.dump({"tests": tests, "durations": durations, "failed": failed, "reach": reach}, file)
    print(f"{len(failed)} of {len(tests)} tests fail without a mutant: {failed[:5]}", file=sys.stderr)  # noqa: T201
    return 0
