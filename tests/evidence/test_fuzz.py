"""Structure-aware fuzz, short form (TB-04): nothing but InputError and HookError, and the laws hold."""

from __future__ import annotations

import random

from tests.evidence.fuzz import donor, fuzz
from tests.evidence.goldens import bundles, of_all_rules, of_some_rules, requests


def test_edited_inputs_are_answered_or_refused() -> None:
    several = [*bundles(), *requests(), *random.Random(4).sample(of_all_rules(), 40)]
    donors = [donor(golden) for golden in bundles()]
    for golden in several:
        judge = of_some_rules(golden, random.Random(golden.name))
        for place in range(10):
            wrong = fuzz(judge, golden, donors, f"TB-04:1:{golden.name}:{place}")
            assert wrong is None, (golden.name, place, wrong)
