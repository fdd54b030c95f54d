"""Metamorphic relations, short form (TB-02): each on the sample bundles and on random patients."""

from __future__ import annotations

import random

import pytest

from tests.evidence.goldens import bundles, judged_by
from tests.evidence.relations import REGISTRY, Relation
from tests.evidence.steps import Door, relation_input

# Why a relation of the specification is not here.
LEFT_OUT = {
    "M29": "there are phrases for one language only",
}


@pytest.mark.parametrize("relation", REGISTRY.values(), ids=list(REGISTRY))
def test_relation_holds(relation: Relation) -> None:
    applied = 0
    for place in range(24):
        rng = random.Random(f"TB-02:{relation.id}:{place}")
        bundle, judge = relation_input(rng, bundles()[place] if place < len(bundles()) else None)
        with judged_by(judge):
            applied += relation.check(Door(bundle), bundle, rng)
    assert applied or relation.id == "M20", "no input to try it on"


def test_every_relation_of_the_specification_is_tried_or_left_out_with_a_reason() -> None:
    tried = {number[:3] for number in REGISTRY}
    assert {f"M{number:02}" for number in range(1, 62)} == tried | set(LEFT_OUT)
    assert not tried & set(LEFT_OUT)
