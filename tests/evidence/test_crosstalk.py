"""Two patients, many threads: nothing of one call is seen in another (TB-21)."""

from __future__ import annotations

import json
import random
from concurrent.futures import ThreadPoolExecutor

from tests.evidence.crosstalk import mixed_up
from tests.evidence.goldens import NOW, Golden, bundles, engine, judged_by, of_rules, of_some_rules
from tests.evidence.whole import CLOPIDOGREL, line, normal, poor


def test_threads_never_mix_two_patients() -> None:
    assert mixed_up(threads=8, calls=80) == []
    pair = _of_one_drug()
    with judged_by(of_some_rules(pair[0], random.Random(1))):
        assert mixed_up(threads=8, calls=600, pair=pair) == []


def _of_one_drug() -> tuple[Golden, Golden]:
    """Two small inputs that the same rule judges in two ways."""
    one, other, *_ = (golden for golden in of_rules() if golden.name.startswith(CLOPIDOGREL))
    return one, other


def test_a_second_call_sees_the_change() -> None:
    outcomes = [line(engine().evaluate(bundle, now=NOW), CLOPIDOGREL).outcome for bundle in (poor(), normal(), poor())]
    assert outcomes == ["ALERT", "CLEAR", "ALERT"]


def test_calls_at_the_same_time_give_what_they_give_alone() -> None:
    def told(golden: Golden) -> tuple[str, str]:
        result = engine().evaluate(golden.fresh(), now=NOW)
        return golden.name, json.dumps([result.to_dict(), result.ledger.to_dict()])

    alone = dict(map(told, bundles()))
    with ThreadPoolExecutor(8) as pool:
        several = [golden for golden in bundles() for _ in range(6)]
        assert all(alone[name] == text for name, text in pool.map(told, several))
