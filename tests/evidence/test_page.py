"""RELIABILITY.md says what the records say, and nothing else."""

from __future__ import annotations

from tests.evidence.page import render
from tests.evidence.records import PAGE, open_failures, records


def test_the_page_is_what_the_records_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == render(), "scripts/evidence --render"


def test_a_failure_without_a_fix_is_listed_as_open() -> None:
    listed = {row["id"] for row in open_failures()}
    assert all(row["since"] and row["hazard"] for row in open_failures())
    assert len(listed) == len(open_failures())


def test_every_record_says_seed_commit_and_time() -> None:
    for rows in records().values():
        for row in rows:
            assert {"id", "seed", "commit", "seconds", "cases", "failures", "python", "date"} <= set(row)
