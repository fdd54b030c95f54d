"""The knowledge to measure with, compiled as the wheel has it, with as many synthetic rules as wanted.

`--cards DIR` takes another directory of cards than the checkout's.
"""

from __future__ import annotations

import copy
import sys
from pathlib import Path
from typing import Any

from pmcds import __version__
from pmcds.knowledge import Knowledge
from pmcds.knowledge.files import collect
from pmcds.knowledge.pack import pack, unpack

_MODEL = "pharmacogenomics/clopidogrel/cpic.yaml"


def cards() -> Path:
    """The directory of cards."""
    if "--cards" in sys.argv:
        return Path(sys.argv[sys.argv.index("--cards") + 1])
    return Path(__file__).resolve().parents[1] / "cards"


def documents(synthetic: int = 0) -> dict[str, Any]:
    """The documents of the cards, and copies of one rule for drugs that nobody orders."""
    found: dict[str, Any] = dict(collect(cards()).documents())
    model = found[_MODEL]
    for number in range(synthetic):
        rule = copy.deepcopy(model)
        name = f"synthetic-{number}"
        rule["rule"] = f"pharmacogenomics/{name}/cpic"
        rule["ask"]["drug"] = [name]
        found[f"pharmacogenomics/{name}/cpic.yaml"] = rule
    return found


def compiled(synthetic: int = 0) -> bytes:
    """What `pmcds/cards.json` of a wheel holds."""
    return pack(documents(synthetic), __version__)


def knowledge(synthetic: int = 0) -> Knowledge:
    """Knowledge as an installed wheel loads it."""
    return Knowledge((unpack(compiled(synthetic)),))
