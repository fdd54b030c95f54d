"""Determinism, short form (TB-17)."""

from __future__ import annotations

from tests.evidence.determinism import digest, environments


def test_the_bytes_do_not_depend_on_the_environment() -> None:
    chosen = list(environments(seeds=2, zones=2, locales=2))
    assert len({digest(chosen[place]) for place in (0, 3, 6)}) == 1
