"""Every row of the other families has a rule or a reason, and the comparison would notice if it had not."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

from tests.shared import SHARED, needs_shared

CHECKOUT = Path(__file__).resolve().parents[2]


def _script() -> ModuleType:
    path = CHECKOUT / "scripts" / "check_other_rules.py"
    spec = importlib.util.spec_from_file_location("check_other_rules", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


SCRIPT = _script()


@pytest.fixture(scope="module")
def data() -> tuple[Any, Any, Any]:
    assert SHARED is not None
    cards = CHECKOUT / "cards"
    return SCRIPT.read_rows(SHARED / "data" / "biomarkers"), SCRIPT.read_rules(cards), SCRIPT.drug_names(cards)


@needs_shared
def test_no_row_differs() -> None:
    assert SHARED is not None
    count, text = SCRIPT.report(SHARED / "data" / "biomarkers", CHECKOUT / "cards")
    assert count == 0, text


def _row_ids() -> list[str]:
    if SHARED is None:
        return []
    return [row["rule_id"] for row in SCRIPT.read_rows(SHARED / "data" / "biomarkers")]


@pytest.mark.parametrize("row", _row_ids())
def test_the_row_has_a_reason_or_rules_with_fixtures_of_every_kind(row: str, data: tuple[Any, Any, Any]) -> None:
    """Positive, negative, unknown and a near miss, for each active rule of the row (FX-01 to FX-04)."""
    rules = [rule for rule in data[1] if row in rule.rows]
    assert rules or row in SCRIPT.NOT_BUILT
    for rule in rules:
        if rule.draft:
            continue
        beside = CHECKOUT / "cards" / f"{rule.name}.test.yaml"
        tests = yaml.load(beside.read_text(encoding="utf-8"), Loader=yaml.CBaseLoader)["tests"]
        outcomes = [test["expect"]["outcome"] for test in tests]
        assert len(tests) >= 4
        assert "ALERT" in outcomes
        assert "CANNOT-TELL" in outcomes
        assert "CLEAR" in outcomes or rule.name in NEVER_CLEAR


# Known by their name only, as no code of the test was verified: a result can warn and never clears.
NEVER_CLEAR = ("laboratory/jcv/natalizumab", "laboratory/ccr5/maraviroc")


def test_the_page_of_evidence_is_that_of_the_rules_and_tests() -> None:
    folder = CHECKOUT / "scripts"
    done = subprocess.run([sys.executable, folder / "other_rules_page.py", "--check"], check=False)
    assert done.returncode == 0, "run scripts/other_rules_page.py"


@needs_shared
def test_a_rule_that_does_not_say_what_was_read_is_noticed(data: tuple[Any, Any, Any]) -> None:
    rows, rules, drugs = data
    silent = [replace(rule, comment=f"Row {'; row '.join(rule.rows)}.") if not rule.draft else rule for rule in rules]
    found = list(SCRIPT.differences(rows, silent, drugs, ()))
    assert sum("does not say what was read" in line for line in found) == sum(not rule.draft for rule in rules)


@needs_shared
def test_every_row_of_the_families_is_looked_at(data: tuple[Any, Any, Any]) -> None:
    assert len(data[0]) == 71


@needs_shared
def test_a_row_without_rule_and_reason_is_noticed(data: tuple[Any, Any, Any]) -> None:
    rows, rules, drugs = data
    without = [rule for rule in rules if "LAB-K" not in rule.rows]
    assert any(line.startswith("LAB-K: has neither") for line in SCRIPT.differences(rows, without, drugs, ()))


@needs_shared
def test_a_missing_drug_is_noticed(data: tuple[Any, Any, Any]) -> None:
    rows, rules, drugs = data
    without = [rule for rule in rules if rule.name != "laboratory/potassium/finerenone"]
    assert "LAB-K: finerenone is in no rule of the row" in list(SCRIPT.differences(rows, without, drugs, ()))


@needs_shared
def test_a_draft_without_a_reason_is_noticed(data: tuple[Any, Any, Any]) -> None:
    rows, rules, drugs = data
    bare = [replace(rule, comment=rule.comment.replace("Why draft:", "")) for rule in rules]
    assert any(line.endswith("a draft without a reason") for line in SCRIPT.differences(rows, bare, drugs, ()))


@needs_shared
def test_a_label_date_that_is_not_that_of_the_facts_is_noticed(data: tuple[Any, Any, Any]) -> None:
    rows, rules, drugs = data
    wrong = {"application": "NDA215383", "label_date": "2020-01-01", "section": "1", "url": "https://www.fda.gov"}
    found = list(SCRIPT.differences(rows, rules, drugs, [wrong]))
    assert "germline/vhl/belzutifan: welireg (NDA215383) is not as in the label facts" in found
