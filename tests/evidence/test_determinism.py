"""Determinism, short form (TB-17)."""

from __future__ import annotations

import sys

from tests.evidence.determinism import LOCALES, ZONES, differing, has_locale


def test_the_bytes_do_not_depend_on_the_environment() -> None:
    # This process has a hash seed of its own.
    chosen = [name for name in (LOCALES[0], LOCALES[2]) if has_locale(name)]
    _, cases, wrong = differing(1, zones=ZONES[1:3], names=chosen, python=sys.executable, rules=0)
    assert cases == 2 * len(chosen)
    assert wrong == []
