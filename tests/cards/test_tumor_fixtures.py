"""At least four tests for each active tumor rule: positive, negative, unknown, near miss (biomarkers.md 9.2)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.cards.files import CARDS, beside, load, rule_paths

# (rule, kind): why there is none.
LABEL_EXCLUDES_ALL = (
    "the label leaves colorectal cancer out whatever the variant: there is no result to miss or to lack"
)
EXCEPTIONS: dict[tuple[str, str], str] = {
    ("tumor/colorectal/dabrafenib-trametinib", kind): LABEL_EXCLUDES_ALL
    for kind in ("negative", "unknown", "near miss")
}
# What a patient of a test says where nothing was found.
NOTHING_FOUND = {"absent", "negative", "none", "not detected"}
ACTIVE = [path for path in rule_paths() if path.is_relative_to(CARDS / "tumor") and load(path)["status"] == "active"]
OF_ONE_TUMOR = [path for path in ACTIVE if "cancer" in load(path)["ask"]]
RULES = pytest.mark.parametrize("path", ACTIVE, ids=lambda path: path.relative_to(CARDS).as_posix())


def results(test: dict[str, Any]) -> list[str]:
    """Every result of a test's patient, as text, with the specimen and what else the rule may ask for."""
    found: list[str] = []
    for kind in ("variant", "biomarker"):
        for name, value in (test["patient"].get(kind) or {}).items():
            several = value if isinstance(value, list) else [value]
            found += [f"{name} {one}" for one in several if str(one) not in NOTHING_FOUND]
    return [*found, str(test["patient"].get("specimen")), str(test["patient"].get("order"))] if found else []


def kinds(tests: list[dict[str, Any]]) -> dict[str, list[str]]:
    """The names of the tests of each kind; a test may be of two."""
    found: dict[str, list[str]] = {"positive": [], "negative": [], "unknown": [], "near miss": []}
    alerts = [results(test) for test in tests if test["expect"]["outcome"] == "ALERT"]
    for test in tests:
        outcome, reason = test["expect"]["outcome"], test["expect"].get("reason")
        if outcome == "ALERT":
            found["positive"].append(test["name"])
        if outcome == "CLEAR":
            found["negative"].append(test["name"])
        if outcome == "CANNOT-TELL" and reason == "no-result":
            found["unknown"].append(test["name"])
        if outcome != "ALERT" and outcome != "NOT-COVERED" and results(test) and results(test) not in alerts:
            found["near miss"].append(test["name"])
    return found


@RULES
def test_fx_01_to_fx_04_every_active_rule_has_the_four_kinds(path: Path) -> None:
    found = kinds(load(beside(path))["tests"])
    missing = [kind for kind, names in found.items() if not names]
    rule = path.relative_to(CARDS).as_posix().removesuffix(".yaml")
    assert [kind for kind in missing if (rule, kind) not in EXCEPTIONS] == []


@RULES
def test_every_active_rule_has_four_tests(path: Path) -> None:
    assert len(load(beside(path))["tests"]) >= 4


@pytest.mark.parametrize("path", OF_ONE_TUMOR, ids=lambda path: path.relative_to(CARDS).as_posix())
def test_fx_05_every_rule_that_names_a_tumor_is_tried_with_another_one(path: Path) -> None:
    outcomes = {test["expect"]["outcome"] for test in load(beside(path))["tests"]}
    assert "NOT-COVERED" in outcomes
