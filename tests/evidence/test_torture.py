"""Field torture, short form (TB-01): order-side nodes of every input, and a sample of all others."""

from __future__ import annotations

import random

import pytest

from tests.evidence.goldens import Golden, bundles, of_all_rules, of_some_rules, requests, whole
from tests.evidence.torture import EDITS, ORDER_TYPES, Tally, before, nodes, one_case, torture

inputs = pytest.mark.parametrize("golden", [*bundles(), *requests()], ids=lambda golden: golden.name)


@inputs
def test_blanking_any_node_of_an_order_loses_nothing_silently(golden: Golden) -> None:
    tally = Tally()
    torture(of_some_rules(golden, random.Random(golden.name)), golden, tally, only=ORDER_TYPES)
    assert tally.failures == []
    assert tally.cases > 50 or golden.hook == "patient-view"


@inputs
def test_blanking_nodes_of_anything_else_loses_nothing_silently(golden: Golden) -> None:
    rng = random.Random(f"TB-01:{golden.name}")
    tally = Tally()
    judge = whole()
    calm = before(judge.of(golden))
    for path in rng.sample(sorted(nodes(golden.fresh()), key=str), 40):
        one_case(judge, golden, calm, path, rng.choice(EDITS), tally)
    assert tally.failures == []


def test_blanking_nodes_of_rule_tests_loses_nothing_silently() -> None:
    rng = random.Random("TB-01:rules")
    tally = Tally()
    for golden in rng.sample(of_all_rules(), 40):
        judge = of_some_rules(golden, rng)
        calm = before(judge.of(golden))
        places = sorted(nodes(golden.fresh()), key=str)
        for path in rng.sample(places, min(20, len(places))):
            one_case(judge, golden, calm, path, rng.choice(EDITS), tally)
    assert tally.failures == []
