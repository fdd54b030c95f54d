"""Written after a planted fault nobody noticed: an alternative without the exception it has elsewhere in its rule."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.cards.files import cases_of, load, rule_paths


def _offered(rule: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """(drug, exception as text) of every alternative that a rule offers."""
    for _, case in cases_of(rule):
        stated = case.get("card", {}).get("advice", [])
        for advice in stated if isinstance(stated, list) else [stated]:
            for other in advice.get("instead", []):
                yield other["drug"], repr(other.get("unless"))


def test_an_alternative_with_an_exception_has_it_in_every_case_of_its_rule() -> None:
    exceptions = {path: list(_offered(load(path))) for path in rule_paths()}
    guarded = {path: {drug for drug, unless in pairs if unless != "None"} for path, pairs in exceptions.items()}
    assert any(guarded.values())
    for path, pairs in exceptions.items():
        for drug in guarded[path]:
            assert len({unless for name, unless in pairs if name == drug}) == 1, f"{path}: {drug}"
