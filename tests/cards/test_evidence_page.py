"""docs/evidence/biomarkers.md names tests that exist, every id of the tumor half, and the present table of rules."""

from __future__ import annotations

import importlib.util
import re
import sys

from tests.cards.files import CHECKOUT

PAGE = CHECKOUT / "docs" / "evidence" / "biomarkers.md"
IDS = {
    "ST": range(1, 11), "VE": range(1, 13), "VT": range(1, 14), "VP": range(1, 14), "CAT": range(1, 25),
    "TT": range(1, 22), "EV": range(1, 9), "LINT": range(1, 15), "FX": range(1, 11),
    "CARD": (*range(1, 11), *range(20, 26), *range(40, 52)), "CT": range(1, 6), "PT": range(1, 7),
}  # fmt: skip


def test_every_test_that_is_named_exists() -> None:
    named = re.findall(r"`([\w/]+\.py)::(test_\w+)`", PAGE.read_text(encoding="utf-8"))
    assert len(named) > 150
    missing = []
    for file, name in dict.fromkeys(named):
        path = CHECKOUT / "tests" / file.removeprefix("tests/")
        if not path.is_file() or f"def {name}(" not in path.read_text(encoding="utf-8"):
            missing.append(f"{file}::{name}")
    assert missing == []


def test_every_id_has_a_test_or_a_note() -> None:
    rows = dict(re.findall(r"^\| ([A-Z]+-\d\d) \| (.*) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE))
    for family, numbers in IDS.items():
        for number in numbers:
            assert rows[f"{family}-{number:02}"].strip(" |"), f"{family}-{number:02}"


def test_the_table_of_rules_is_the_present_one() -> None:
    spec = importlib.util.spec_from_file_location("rule_families", CHECKOUT / "scripts" / "rule_families.py")
    assert spec is not None
    assert spec.loader is not None
    script = sys.modules["rule_families"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    page = PAGE.read_text(encoding="utf-8")
    assert script.written(page) == page, "run scripts/rule_families.py --write"


def test_every_rule_that_is_not_active_says_why() -> None:
    script = sys.modules["rule_families"]
    assert [rule.id for rule in script.rules("tumor") if rule.status != "active" and not rule.reason] == []
