"""The fast path beside the complete one on mutated bundles: no difference in cards and ledger may be left.

python benchmarks/equal.py [COUNT] [SEED] [--cards DIR]
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from knowledge import knowledge

import pmcds

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.evidence import goldens
from tests.fast.compare import Engines, differences, mutants


def main() -> None:
    """Compare, print each difference, and end with 1 if there is one."""
    numbers = [int(word) for word in sys.argv[1:] if word.isdigit()]
    count, seed = (*numbers, *(100_000, 8)[len(numbers) :])[:2]
    known = knowledge()
    watched = goldens.Watched(known)
    goldens.engine = lambda: watched  # type: ignore[assignment]
    engines = Engines.of(known)
    texts = [golden.text for golden in (*goldens.bundles(), *goldens.of_rules())]
    different, start = 0, time.monotonic()
    for number, source, asked in mutants(texts, count, seed):
        found = differences(engines, source, **asked)
        if found:
            different += 1
            print(f"{number}: {'; '.join(found)[:600]}")
        if number % 5_000 == 4_999:
            print(f"{number + 1} bundles, {different} different, {time.monotonic() - start:.0f} s", flush=True)
    print(f"pmcds {pmcds.__version__}: {count} bundles from seed {seed}, {different} different")
    sys.exit(1 if different else 0)


if __name__ == "__main__":
    main()
