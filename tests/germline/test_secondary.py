"""Findings that nobody ordered the test for: off unless the site asks, at patient-view only, never for a minor."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

import pmcds
from tests.cards.files import cases_of, load
from tests.germline.bundles import CARDS, NOW, bundle, order, said, significance, variant

SECONDARY = sorted(
    path
    for family in ("germline", "laboratory")
    for path in (CARDS / family).rglob("*.yaml")
    if not path.name.endswith(".test.yaml") and load(path).get("audience") == "secondary"
)
ACTIVE = [path for path in SECONDARY if load(path)["status"] == "active"]
FILES = pytest.mark.parametrize("path", ACTIVE, ids=lambda path: f"{path.parent.name}/{path.stem}")
IDS = {load(path)["rule"] for path in SECONDARY}
FOUND = (variant("CDH1", "c.1137G>A"), significance("pathogenic"))
CDH1 = "germline/hereditary-cancer/cdh1"


@cache
def _engine(*, on: bool) -> pmcds.Engine:
    families = ("secondary-findings",) if on else ()
    return pmcds.Engine(pmcds.Knowledge.from_path(CARDS), pmcds.Settings(families=families))


def _result(*resources: dict[str, Any], on: bool, hook: str = "patient-view", born: str = "1980-01-01") -> pmcds.Result:
    sent = bundle(*resources)
    sent["entry"][0]["resource"]["birthDate"] = born
    return _engine(on=on).evaluate(sent, hook=hook, now=NOW)


def test_there_are_such_rules() -> None:
    assert len(ACTIVE) >= 7


def test_fr_33_no_disease_risk_card_without_the_site_switch() -> None:
    result = _result(*FOUND, on=False)
    assert [one for one in result.ledger.orders if one.rule in IDS] == []
    assert "CDH1" not in said(result)


def test_fr_33_with_the_site_switch_the_card_is_shown_at_patient_view() -> None:
    result = _result(*FOUND, on=True)
    assert [one.outcome for one in result.ledger.orders if one.rule == CDH1] == ["ALERT"]
    assert "CDH1" in said(result)
    assert {card.indicator for card in result.cards} == {"info"}


def test_fr_33_an_order_brings_no_disease_risk_card_even_with_the_switch() -> None:
    result = _result(order("semaglutide"), *FOUND, on=True, hook="order-sign")
    assert [one for one in result.ledger.orders if one.rule in IDS] == []
    assert "CDH1" not in said(result)


def test_gl_06_a_finding_of_adult_onset_is_not_told_about_a_minor() -> None:
    result = _result(*FOUND, on=True, born="2014-05-01")
    assert [one.outcome for one in result.ledger.orders if one.rule == CDH1] == ["CLEAR"]
    assert "CDH1" not in said(result)


@FILES
def test_such_a_rule_offers_options_and_names_no_drug_to_order(path: Any) -> None:
    rule = load(path)
    assert "drug" not in rule["ask"]
    for _, case in cases_of(rule):
        advice = case.get("card", {}).get("advice", {})
        assert advice.get("action") in (None, "refer", "inform", "test-first", "no-recommendation")
        assert "instead" not in advice
        if advice.get("action") not in (None, "no-recommendation"):
            assert "no change" in _told(case)


@FILES
def test_gl_01_such_a_rule_speaks_of_what_was_reported_and_classifies_nothing(path: Any) -> None:
    for _, case in cases_of(load(path)):
        if "card" in case:
            assert "reported" in _told(case) or "does not say" in _told(case)


def _told(case: dict[str, Any]) -> str:
    return str(case["card"].get("detail") or case["card"]["advice"]["note"])
