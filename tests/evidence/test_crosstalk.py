"""Two patients, many threads: nothing of one call is seen in another (TB-21)."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

from tests.evidence.crosstalk import mixed_up
from tests.evidence.goldens import NOW, bundles, engine
from tests.evidence.whole import CLOPIDOGREL, line, normal, poor


def test_threads_never_mix_two_patients() -> None:
    assert mixed_up(threads=8, calls=400) == []


def test_a_second_call_sees_the_change() -> None:
    outcomes = [line(engine().evaluate(bundle, now=NOW), CLOPIDOGREL).outcome for bundle in (poor(), normal(), poor())]
    assert outcomes == ["ALERT", "CLEAR", "ALERT"]


def test_calls_at_the_same_time_give_what_they_give_alone() -> None:
    alone = {golden.name: json.dumps(engine().evaluate(golden.fresh(), now=NOW).report()) for golden in bundles()}
    with ThreadPoolExecutor(8) as pool:
        several = [golden for golden in bundles() for _ in range(6)]
        found = pool.map(
            lambda golden: (golden.name, json.dumps(engine().evaluate(golden.fresh(), now=NOW).report())), several
        )
        assert all(alone[name] == text for name, text in found)
