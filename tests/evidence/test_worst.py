"""Worst-case input (TB-16): refused or answered within the limit of memory, with work that grows with the input.

Seconds are measured by `scripts/evidence`, never here.
"""

from __future__ import annotations

import pytest

from tests.evidence.worst import DOUBLINGS, corpus, doubling, too_much

SLOW = ("a million keys", "9000 results", "18000 results")


def test_costly_bodies_are_refused_or_answered() -> None:
    quick = [(name, body) for name, body in corpus() if name not in SLOW]
    for name, body in quick[:: max(1, len(quick) // 12)]:
        assert too_much(name, body, cpu=None) is None


@pytest.mark.slow
@pytest.mark.parametrize("body", [pytest.param(body, id=name) for name, body in corpus() if name not in SLOW])
def test_every_costly_body_is_refused_or_answered(body: bytes) -> None:
    assert too_much("body", body[: 8 * 1024 * 1024], cpu=None) is None


@pytest.mark.parametrize("kind", list(DOUBLINGS))
def test_twice_as_much_takes_twice_the_work(kind: str) -> None:
    assert doubling(DOUBLINGS[kind], 300) <= 2.3
