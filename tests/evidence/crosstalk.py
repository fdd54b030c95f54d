"""Cross-talk (TB-21): many threads evaluate two patients at once and compare with what each gives alone."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

from tests.evidence.goldens import NOW, bundles, engine


def mixed_up(threads: int, calls: int) -> list[str]:
    """What went wrong in so many calls."""
    pair = (bundles()[0], bundles()[2])
    texts = [golden.text.replace("Patient/example", f"Patient/who{n}").replace('"id": "example"', f'"id": "who{n}"')
             for n, golden in enumerate(pair)]  # fmt: skip
    alone = [json.dumps(engine().evaluate(text.encode(), now=NOW).report()) for text in texts]

    def call(number: int) -> str | None:
        which = number % 2
        found = json.dumps(engine().evaluate(texts[which].encode(), now=NOW).report())
        if f"who{1 - which}" in found:
            return f"call {number} names the other patient"
        return None if found == alone[which] else f"call {number} differs"

    with ThreadPoolExecutor(threads) as pool:
        return [wrong for wrong in pool.map(call, range(calls)) if wrong]
