"""Cross-talk (TB-21): many threads evaluate two patients at once and compare with what each gives alone."""

from __future__ import annotations

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pmcds
from tests.evidence.bundles import Json, texts
from tests.evidence.goldens import Golden, bundles, engine


def _about(golden: Golden, number: int) -> tuple[bytes, Golden]:
    """The input as text, its patient and everything that has an id named by this number."""
    source = golden.fresh()
    ids = {str(entry["resource"].get("id")) for entry in source["entry"]}

    def own(name: str, text: str) -> str:
        if name == "id" and text in ids:
            return f"who{number}-{text}"
        head, slash, last = text.rpartition("/")
        return f"{head}/who{number}-{last}" if name in ("reference", "fullUrl") and slash and last in ids else text

    return json.dumps(texts(source, own)).encode(), golden


def mixed_up(threads: int, calls: int, pair: tuple[Golden, Golden] | None = None) -> list[str]:
    """What went wrong in so many calls. All of the answer is compared in each tenth call, cards and ledger in all."""
    judge = engine()
    sources = [_about(golden, place) for place, golden in enumerate(pair or (bundles()[0], bundles()[2]))]

    def asked(which: int) -> pmcds.Result:
        text, golden = sources[which]
        return judge.evaluate(text, now=golden.now)

    def told(result: pmcds.Result, *, all_of_it: bool) -> Json:
        found: dict[str, Any] = result.report() if all_of_it else {}
        return found | {"response": result.to_dict(), "ledger": result.ledger.to_dict()}

    alone = [[told(asked(which), all_of_it=every) for every in (False, True)] for which in (0, 1)]
    named = [f"who{1 - which}-" in json.dumps(alone[which]) for which in (0, 1)]
    wrong = [f"alone, patient {which} names the other" for which in (0, 1) if named[which]]

    def call(number: int) -> str | None:
        which, every = number % 2, number % 10 < 2
        found = told(asked(which), all_of_it=every)
        if found == alone[which][every]:
            return None
        return f"call {number} " + ("names the other patient" if f"who{1 - which}-" in json.dumps(found) else "differs")

    interval = sys.getswitchinterval()
    sys.setswitchinterval(0.0005)
    try:
        with ThreadPoolExecutor(threads) as pool:
            return wrong + [found for found in pool.map(call, range(calls)) if found]
    finally:
        sys.setswitchinterval(interval)
