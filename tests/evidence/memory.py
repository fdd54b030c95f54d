"""Falling limits of memory (TB-15): the right answer or one clear error, never a shorter or another answer.

Each limit is set in a process forked for it, so that what fails there leaves nothing behind. A rule that ran out of
memory may say that it could not be judged (LC-21); every other line stays as it is.
"""

from __future__ import annotations

import gc
import json
import os
import pickle
import random
import resource
from pathlib import Path
from typing import Any

import pmcds
from tests.evidence.bundles import Json, twin
from tests.evidence.goldens import Golden, Watched, bundles, of_all_rules, whole
from tests.evidence.stepping import Run
from tests.evidence.torture import lines_of

LIMITS = 20
COPIES = 400
STEP = 256 * 1024


def _in_use() -> int:
    """Bytes of address space of this process."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    return pages * resource.getpagesize()


def swollen(golden: Golden, copies: int = COPIES) -> Json:
    """The bundle with so many results more about its patient, so that it needs memory of its own."""
    bundle: Json = golden.fresh()
    template = next((e["resource"] for e in bundle["entry"] if e["resource"]["resourceType"] == "Observation"), None)
    if template is not None:
        for place in range(copies):
            extra = {**twin(template), "id": f"more-{place}", "note": [{"text": "x" * 2000}]}
            bundle["entry"].append({"resource": extra})
    return bundle


def _answer(judge: Watched, source: bytes, golden: Golden) -> tuple[str, Any]:
    try:
        result = judge.evaluate(source, now=golden.now, hook=golden.asked_by)
        return "answer", (lines_of(result), result.to_dict(), len(result.ledger.inputs))
    except pmcds.InputError as error:
        return "refused", error.code
    except MemoryError:
        return "out of memory", None


def _forked(judge: Watched, source: bytes, golden: Golden, room: int | None) -> tuple[str, Any]:
    """What a process of its own says that may take so many bytes more than it has."""
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(ours)
            before = resource.getrlimit(resource.RLIMIT_AS)
            if room is not None:
                resource.setrlimit(resource.RLIMIT_AS, (_in_use() + room, before[1]))
            found = _answer(judge, source, golden)
            resource.setrlimit(resource.RLIMIT_AS, before)
        except BaseException as error:
            resource.setrlimit(resource.RLIMIT_AS, before)
            found = ("raised", type(error).__name__)
        with os.fdopen(theirs, "wb") as pipe:
            pickle.dump(found, pipe)
        os._exit(0)
    os.close(theirs)
    with os.fdopen(ours, "rb") as pipe:
        told = pipe.read()
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return pickle.loads(told) if told and status == 0 else ("died", status)


def wrong_with(calm: tuple[str, Any], found: tuple[str, Any]) -> str | None:
    """What is wrong with an answer under a limit, or None."""
    if found[0] in ("out of memory", "refused"):
        return None if found[0] != "refused" or found == calm else f"refused {found[1]}"
    if found[0] != "answer":
        return f"{found[0]} {found[1]}"
    if found == calm:
        return None
    (before, _, sites), (after, _, others) = calm[1], found[1]
    if before.keys() != after.keys() or sites != others:
        return "another number of lines"
    changed = [key for key, line in after.items() if line != before[key]]
    told = all(after[key][:2] == ("CANNOT-TELL", "internal-error") for key in changed)
    return None if changed and told else f"other lines: {changed[:3]}"


def memory_step(seed: int, number: int) -> Run:
    """TB-15: one input under twenty limits, from what it needs down to nothing."""
    rng = random.Random(f"TB-15:{seed}:{number}")
    golden = bundles()[number] if number < len(bundles()) else rng.choice(of_all_rules())
    judge = whole()
    source = golden.text.encode() if number % 2 else json.dumps(swollen(golden)).encode()
    gc.collect()
    calm = _forked(judge, source, golden, None)
    run = Run(figures={"answered": 0, "out of memory": 0})
    top = 64 * STEP
    for place in range(LIMITS):
        room = top * (LIMITS - 1 - place) ** 2 // (LIMITS - 1) ** 2
        found = _forked(judge, source, golden, room)
        run.cases += 1
        run.figures["answered" if found[0] == "answer" else "out of memory"] += 1
        wrong = wrong_with(calm, found)
        if wrong:
            run.failures.append(f"TB-15:{seed}:{number} {golden.name} with {room} bytes more: {wrong}")
    return run
