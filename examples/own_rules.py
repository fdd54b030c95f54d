"""A folder of own rules beside the bundled ones; a rule with the same id would replace the bundled one."""

from __future__ import annotations

import sys
from pathlib import Path

import pmcds

HERE = Path(__file__).parent
RULE = "hospital/clopidogrel/pharmacist"


def main() -> int:
    """Evaluate the first patient with the hospital's rule switched on."""
    knowledge = pmcds.Knowledge.bundled() + pmcds.Knowledge.from_path(HERE / "own_rules")
    engine = pmcds.Engine(knowledge)
    result = engine.evaluate((HERE / "bundles" / "clopidogrel-cyp2c19-poor.json").read_bytes())
    spoke = [card for card in result.cards if any(rule == RULE for _, rule in card.lines)]
    for card in spoke:
        print(card.summary)
    print(result.why(RULE))
    return 0 if spoke else 1


if __name__ == "__main__":
    sys.exit(main())
