"""The library inside an application: one engine, many patients."""

from __future__ import annotations

import sys
from pathlib import Path

import pmcds

BUNDLES = Path(__file__).parent / "bundles"


def main() -> int:
    """Evaluate each bundle, print its cards, and say what could not be told."""
    engine = pmcds.Engine()
    for file in sorted(BUNDLES.glob("*.json")):
        try:
            result = engine.evaluate(file.read_bytes())
        except pmcds.InputError as error:
            print(f"{file.name}: refused ({error.code})")
            continue
        print(file.name)
        for card in result.cards:
            print(f"  {card.indicator}: {card.summary}")
        for line in result.ledger.orders:
            if line.outcome == "CANNOT-TELL" and not line.quiet:
                print(f"  not told for {line.order}: {line.reason}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
