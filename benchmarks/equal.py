"""The fast path beside the complete one on mutated bundles: no difference in cards and ledger may be left.

python benchmarks/equal.py [COUNT] [SEED] [--from FIRST] [--cards DIR]

One bundle in twenty asks every rule. The others ask those of the orders, some of those about the patient that spoke
and some that did not: so each asks for something else, and another part of the record is left unread.
"""

from __future__ import annotations

import copy
import random
import sys
import time
from collections.abc import Collection
from pathlib import Path

from knowledge import knowledge

import pmcds

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.evidence import goldens
from tests.fast.compare import NOW, Engines, differences, mutants

_EVERY_RULE = 0.05


def main() -> None:
    """Compare, print each difference, and end with 1 if there is one."""
    words = sys.argv[1:]
    first = int(words.pop(words.index("--from") + 1)) if "--from" in words else 0
    numbers = [int(word) for word in words if word.isdigit()]
    count, seed = (*numbers, *(100_000, 8)[len(numbers) :])[:2]
    known = knowledge()
    watched = goldens.Watched(known)
    goldens.engine = lambda: watched  # type: ignore[assignment]
    engines = Engines.of(known)
    texts = [golden.text for golden in (*goldens.bundles(), *goldens.of_rules())]
    different, start, active = 0, time.monotonic(), {rule.id for rule in watched.active_rules()}
    for number, source, asked in mutants(texts, first + count, seed, first):
        rng = random.Random(f"{seed}/{number}/rules")
        of = engines if rng.random() < _EVERY_RULE else _narrowed(engines, active, _in_question(watched, source, rng))
        found = differences(of, source, **asked)
        if found:
            different += 1
            print(f"{number}: {'; '.join(found)[:600]}")
        if number % 5_000 == 4_999:
            print(f"{number + 1} bundles, {different} different, {time.monotonic() - start:.0f} s", flush=True)
    print(f"pmcds {pmcds.__version__}: {count} bundles from seed {seed}, the first is {first}, {different} different")
    sys.exit(1 if different else 0)


def _in_question(engine: goldens.Watched, source: object, rng: random.Random) -> Collection[str]:
    try:
        return goldens.in_question(engine.evaluate(source, now=NOW), rng)
    except pmcds.InputError:
        return ()


def _narrowed(engines: Engines, active: set[str], rules: Collection[str]) -> Engines:
    """The engines with these rules only, as if a site had turned all others off; what they remember stays theirs."""
    left_out = frozenset(active.difference(rules))
    return Engines(*[_without(engine, left_out) for engine in (engines.lean, engines.thorough, engines.whole)])


def _without(engine: pmcds.Engine, rules: frozenset[str]) -> pmcds.Engine:
    other = copy.copy(engine)
    other._left_out = engine._left_out | rules
    return other


if __name__ == "__main__":
    main()
