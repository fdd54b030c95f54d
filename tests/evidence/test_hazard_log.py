"""Every hazard and threat names tests that are there, or says what is missing (TB-07)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.evidence.hazard_log import HAZARDS, THREATS, problems, rows
from tests.shared import SHARED, needs_shared

logs = pytest.mark.parametrize("path", [HAZARDS, THREATS], ids=["hazards", "threats"])


@logs
def test_every_row_names_tests_that_exist_or_says_what_is_missing(path: Path) -> None:
    assert problems(path) == []


@logs
def test_every_row_says_what_must_hold(path: Path) -> None:
    for number, row in rows(path).items():
        said = {"hazard", "harm", "required"} if path == HAZARDS else {"threat", "required"}
        assert said <= set(row), number
        assert all(row[name].strip() for name in said), number
        assert set(row) <= said | {"tests", "open"}, number


def test_the_logs_are_whole() -> None:
    assert list(rows(HAZARDS)) == [f"H{number:02}" for number in range(1, 67)]
    assert list(rows(THREATS)) == [f"S{number:02}" for number in range(1, 32)]


@needs_shared
@pytest.mark.parametrize(("path", "name"), [(HAZARDS, "hazards.tsv"), (THREATS, "threats.tsv")])
def test_no_sentence_is_copied(path: Path, name: str) -> None:
    assert SHARED is not None
    lines = (SHARED / "data" / name).read_text(encoding="utf-8").splitlines()[1:]
    stated = {part.strip().lower() for row in lines for cell in row.split("\t")[1:5] for part in cell.split(".")}
    for number, row in rows(path).items():
        own = {part.strip().lower() for said in row.values() if isinstance(said, str) for part in said.split(".")}
        assert not [part for part in own & stated if len(part) > 30], number
