"""`docs/evidence/cds-hooks.md` names a check or a test for each point of the checklist, and each of them exists."""

from __future__ import annotations

import re
from pathlib import Path

from pmcds.hooks.checklist import CHECKS
from tests.shared import SHARED, needs_shared

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "evidence" / "cds-hooks.md").read_text("utf-8")
ROWS = dict(re.findall(r"^\| ([A-Z]{1,2}-?\d+) \|(.*)$", TEXT, re.MULTILINE))


@needs_shared
def test_every_point_of_the_checklist_has_a_row() -> None:
    assert SHARED is not None
    text = (SHARED / "cds-hooks.md").read_text("utf-8")
    families = r"D|X|R|A|P|H|C|S|L|Y|F|J|N|K|MI|MD|EP|CR|SB"
    listed = re.findall(rf"^\| ((?:{families})-?\d+) \|", text, re.MULTILINE)
    assert len(listed) > 240
    assert [point for point in listed if point not in ROWS] == []


def test_every_row_names_a_check_or_a_test() -> None:
    for point, row in ROWS.items():
        assert "`" in row or row.split("|")[0].strip(), point


def test_every_test_that_is_named_exists() -> None:
    for place in set(re.findall(r"`([\w/]+\.py(?:::\w+)?)`", TEXT)):
        name, _, test = place.removeprefix("tests/").partition("::")
        file = next((f for f in (ROOT / "tests" / name, ROOT / name) if f.is_file()), ROOT / name)
        assert file.is_file(), place
        assert not test or f"def {test}(" in file.read_text("utf-8"), place


def test_every_check_stands_in_its_row() -> None:
    for check in CHECKS:
        if check.rule in ROWS:
            assert check.looks_at in ROWS[check.rule].split("|")[0], check


def test_sb11_the_documents_warn_of_the_key_that_everybody_has() -> None:
    assert "private key is public" in (ROOT / "docs" / "server.md").read_text("utf-8")
