"""Metamorphic relations, short form (TB-02): each on the sample bundles and on random patients."""

from __future__ import annotations

import random
from typing import Any

import pytest

import pmcds
from tests.evidence import relations_change, relations_loss, relations_more, relations_requests  # noqa: F401
from tests.evidence.goldens import NOW, bundles, engine
from tests.evidence.relations import REGISTRY, Relation
from tests.laws import check_laws
from tests.reference.scenarios import as_fhir, random_facts

# Why a relation of the specification is not here.
LEFT_OUT = {
    "M29": "there are phrases for one language only",
}


def door(source: Any, **options: Any) -> pmcds.Result:
    """An evaluation in which every law holds."""
    result = engine().evaluate(source, **{"now": NOW, **options})
    check_laws(engine(), result)
    return result


@pytest.mark.parametrize("relation", REGISTRY.values(), ids=list(REGISTRY))
def test_relation_holds(relation: Relation) -> None:
    applied = 0
    for place in range(14):
        rng = random.Random(f"TB-02:{relation.id}:{place}")
        golden = bundles()[place].fresh() if place < len(bundles()) else as_fhir(random_facts(rng), engine().terms)
        applied += relation.check(door, golden, rng)
    assert applied or relation.id == "M20", "no input to try it on"


def test_every_relation_of_the_specification_is_tried_or_left_out_with_a_reason() -> None:
    tried = {number[:3] for number in REGISTRY}
    assert {f"M{number:02}" for number in range(1, 62)} == tried | set(LEFT_OUT)
    assert not tried & set(LEFT_OUT)
