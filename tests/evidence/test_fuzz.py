"""Structure-aware fuzz, short form (TB-04): nothing but InputError and HookError, and the laws hold."""

from __future__ import annotations

import random

from tests.evidence.fuzz import fuzz
from tests.evidence.goldens import bundles, engine, of_rules, requests


def test_edited_inputs_are_answered_or_refused() -> None:
    several = [*bundles(), *requests(), *random.Random(4).sample(list(of_rules()), 20)]
    donors = [golden.fresh() for golden in bundles()]
    for place in range(600):
        golden = several[place % len(several)]
        wrong = fuzz(engine(), golden, donors, f"TB-04:1:{golden.name}:{place}")
        assert wrong is None, (golden.name, place)
