"""The mutants of tables change what they say, and nothing else."""

from __future__ import annotations

import re

import pytest

from tests.evidence.alternatives import without_one
from tests.evidence.mutant_tables import files, mutants, users


@pytest.mark.parametrize(
    ("pattern", "left"),
    [
        ("a|b", ["b", "a"]),
        ("x(?:a|b|c)y", ["x(?:b|c)y", "x(?:a|c)y", "x(?:a|b)y"]),
        (r"\(a|[)|]b", ["[)|]b", r"\(a"]),
        ("(?P<n>a|(b|c))", ["(?P<n>a)", "(?P<n>(b|c))", "(?P<n>a|(c))", "(?P<n>a|(b))"]),
        ("(?P<m>a)|b", ["(?P<m>a)"]),
        ("no bar", []),
        ("[^]|]+", []),
    ],
)
def test_one_alternative_is_gone_and_no_named_group(pattern: str, left: list[str]) -> None:
    assert sorted(found for _, found in without_one(pattern, 0)) == sorted(left)


def test_patterns_of_bytes_lose_alternatives_too() -> None:
    assert [found for _, found in without_one(b"a|\xff", re.DOTALL)] == [b"\xff", b"a"]


@pytest.mark.slow
def test_every_room_has_mutants_and_each_has_a_name_of_its_own_place() -> None:
    every = list(mutants())
    assert {mutant.file.partition("/")[0] for mutant in every} == {
        "model",
        "fhir",
        "infer",
        "engine",
        "terminology",
        "hooks",
    }
    assert len({(mutant.file, mutant.name, mutant.place) for mutant in every}) == len(every) > 2000
    assert all(mutant.line for mutant in every)


@pytest.mark.slow
def test_a_table_is_followed_into_the_modules_that_import_it() -> None:
    found = users("fhir/gates.py", "FINAL")
    assert found["fhir/gates.py"]
    assert len(files()) > 100
