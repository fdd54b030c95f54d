"""Worst-case input (TB-16): refused or answered within the limit of memory, with work that grows with the input.

Seconds are measured by `scripts/evidence`, never here.
"""

from __future__ import annotations

import pytest

from tests.evidence.goldens import bundles
from tests.evidence.worst import BODY, DOUBLINGS, Meter, corpus, doubling

SLOW = ("a million keys", "4990 results", "18000 results")
SOME = ("arrays 65", "extensions 900", "long text of star", "number NaN", "20001 entries")


def test_costly_bodies_are_refused_or_answered() -> None:
    with Meter() as meter:
        told = {name: meter.too_much(name, body, cpu=None) for name, body in corpus() if name.startswith(SOME)}
        assert len(told) == len(SOME)
        assert not any(told.values()), told
        assert meter.measure(b"[" * 100)[2].startswith("refused")
        assert meter.too_much("small", bundles()[0].text.encode(), cpu=0.0), "what takes longer is noticed"


@pytest.mark.slow
def test_every_costly_body_is_refused_or_answered() -> None:
    with Meter() as meter:
        every = ((name, body[:BODY]) for name, body in corpus() if name not in SLOW)
        found = [meter.too_much(name, body, cpu=None) for name, body in every]
    assert len(found) >= 40
    assert [wrong for wrong in found if wrong] == []


@pytest.mark.parametrize("kind", list(DOUBLINGS))
def test_twice_as_much_takes_twice_the_work(kind: str) -> None:
    assert doubling(DOUBLINGS[kind], 300) <= 2.3
