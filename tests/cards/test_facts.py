"""The rule files say what the guideline rows say, and the comparison would notice if they did not."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from tests.cards.files import CARDS, check_facts
from tests.shared import SHARED, needs_shared

Rules = dict[str, list[dict[str, Any]]]


@pytest.fixture(scope="module")
def rows() -> list[Any]:
    assert SHARED is not None
    found: list[Any] = check_facts().read_rows(SHARED / "data" / "pgx")
    return found


@pytest.fixture(scope="module")
def rules() -> Rules:
    found: Rules = check_facts().read_rules(CARDS)
    return found


@needs_shared
def test_every_guideline_row_is_said_by_a_rule(rows: list[Any], rules: Rules) -> None:
    count, text = check_facts().report(rows, rules)
    assert count == 0, text


@needs_shared
def test_every_drug_of_the_guideline_has_a_rule(rows: list[Any], rules: Rules) -> None:
    assert {row.drug for row in rows} <= set(rules)


@needs_shared
def test_pg109_every_thiopurine_cell_is_compared(rows: list[Any]) -> None:
    assert sum(row.drug in ("azathioprine", "mercaptopurine", "thioguanine") for row in rows) == 105


@needs_shared
def test_publications_are_those_of_the_rows(rules: Rules) -> None:
    assert SHARED is not None
    stated = (SHARED / "data" / "pgx" / "recommendations.jsonl").read_text(encoding="utf-8")
    stated += (SHARED / "data" / "pgx" / "thiopurines_2025.jsonl").read_text(encoding="utf-8")
    for rule in (rule for found in rules.values() for rule in found):
        for source in rule["evidence"].values():
            assert source.get("pmid", "") in stated, rule["rule"]


@needs_shared
@pytest.mark.parametrize("source", ["dpwg", "fda"])
def test_every_dpwg_and_fda_row_is_said_by_a_rule(source: str) -> None:
    assert SHARED is not None
    facts = check_facts()
    count, text = facts.report_more(SHARED / "data" / "pgx", source, facts.read_rules(CARDS, source))
    assert count == 0, text


@needs_shared
def test_every_hint_that_is_overruled_is_needed() -> None:
    assert SHARED is not None
    facts = check_facts()
    reread = facts.facts_more.REREAD
    rules = facts.read_rules(CARDS, "dpwg")
    for key in list(reread):
        reason = reread.pop(key)
        count, _ = facts.report_more(SHARED / "data" / "pgx", "dpwg", rules)
        reread[key] = reason
        assert count > 0, key


@needs_shared
@pytest.mark.parametrize(
    ("drug", "case", "key", "value"),
    [
        ("nortriptyline", "intermediate", "to_percent", "40"),
        ("zuclopenthixol", "poor", "action", "increase-dose"),
        ("simvastatin", "decreased", "at_most", "80 mg/day"),
        ("flecainide", "poor", "action", "avoid"),
    ],
)
def test_a_fault_planted_in_a_dpwg_rule_is_noticed(drug: str, case: str, key: str, value: str) -> None:
    assert SHARED is not None
    facts = check_facts()
    rules = copy.deepcopy(facts.read_rules(CARDS, "dpwg"))
    chosen = next(one for one in rules[drug][0]["cases"] if one["case"] == case)
    advice = chosen["card"]["advice"]
    for one in advice if isinstance(advice, list) else [advice]:
        if key in one and one["action"] not in ("monitor", "use-alternative"):
            one[key] = value
    count, _ = facts.report_more(SHARED / "data" / "pgx", "dpwg", rules)
    assert count > 0


def _weaker(rule: dict[str, Any]) -> None:
    rule["populations"][0]["cases"][0]["card"]["strength"] = "Moderate"


def _unflagged(rule: dict[str, Any]) -> None:
    del rule["populations"][0]["cases"][0]["flags"]


def _silenced(rule: dict[str, Any]) -> None:
    case = rule["populations"][0]["cases"][0]
    case["strength"] = case.pop("card")["strength"]
    case["silent"] = "standard dose"


def _renamed(rule: dict[str, Any]) -> None:
    rule["populations"][0]["population"] = "all"


def _narrowed(rule: dict[str, Any]) -> None:
    rule["populations"][0]["cases"][0]["if"]["phenotype"]["CYP2C19"] = "poor metabolizer"


def _swapped(rule: dict[str, Any]) -> None:
    cases = rule["populations"][0]["cases"]
    cases[0]["if"], cases[2]["if"] = cases[2]["if"], cases[0]["if"]


@needs_shared
@pytest.mark.parametrize("fault", [_weaker, _unflagged, _silenced, _renamed, _narrowed, _swapped])
def test_a_planted_fault_is_noticed(fault: Callable[[dict[str, Any]], None], rows: list[Any], rules: Rules) -> None:
    rule = copy.deepcopy(rules["clopidogrel"][0])
    fault(rule)
    mine = [row for row in rows if row.drug == "clopidogrel"]
    count, _ = check_facts().report(mine, {"clopidogrel": [rule]})
    assert count > 0


@needs_shared
@pytest.mark.parametrize(
    ("drug", "place", "key", "value"),
    [
        ("fluorouracil", 2, "by_percent", "5"),
        ("fluorouracil", 3, "action", "increase-dose"),
        ("azathioprine", 1, "to_percent", {"from": "30", "to": "50"}),
        ("simvastatin", 1, "dose", "less than 40 mg per day"),
        ("tacrolimus", 0, "at_most", "3 mg/kg/day"),
        ("phenytoin", 2, "by_percent", "50"),
    ],
)
def test_a_wrong_number_or_direction_is_noticed(
    drug: str, place: int, key: str, value: Any, rows: list[Any], rules: Rules
) -> None:
    rule = copy.deepcopy(rules[drug][0])
    cases = rule["cases"] if "cases" in rule else rule["populations"][0]["cases"]
    advice = cases[place]["card"]["advice"]
    (advice[-1] if isinstance(advice, list) else advice)[key] = value
    count, _ = check_facts().report([row for row in rows if row.drug == drug], {drug: [rule]})
    assert count > 0
