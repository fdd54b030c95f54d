"""Tumor rules say what their labels, test decisions and publications say; the comparison would notice if not."""

from __future__ import annotations

import copy
import importlib.util
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

from tests.cards.files import CHECKOUT
from tests.shared import SHARED, needs_shared

pytestmark = needs_shared


def script() -> ModuleType:
    name = "check_labels"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, CHECKOUT / "scripts" / f"{name}.py")
        assert spec is not None
        assert spec.loader is not None
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


@pytest.fixture(scope="module")
def facts() -> Any:
    assert SHARED is not None
    return script().Facts(SHARED / "data" / "biomarkers")


@pytest.fixture(scope="module")
def rules() -> list[Any]:
    found: list[Any] = script().read_rules()
    return found


def test_every_draft_has_a_rule_and_every_citation_of_an_active_rule_holds(rules: list[Any], facts: Any) -> None:
    report = script().check(rules, facts)
    assert report.errors == []
    assert {name for rule in rules for name in rule.drafts} == set(facts.drafts)


def test_most_citations_are_verified(rules: list[Any], facts: Any) -> None:
    report = script().check(rules, facts)
    assert report.verified["label"] >= 235
    assert sum(report.verified.values()) >= 0.99 * sum(report.cited.values())


def test_what_is_not_verified_is_no_active_rule(rules: list[Any], facts: Any) -> None:
    open_drafts = {name for name, row in facts.drafts.items() if not row["verified"]}
    assert len(open_drafts) == 8
    still_open = open_drafts - set(script().SETTLED_SINCE)
    assert len(still_open) == 7
    assert [rule.path for rule in rules if rule.active and still_open & set(rule.drafts)] == []


def test_card_49_a_withdrawn_drug_is_in_no_active_rule(rules: list[Any]) -> None:
    withdrawn = set(script().WITHDRAWN)
    assert [rule.path for rule in rules if rule.active and withdrawn & set(rule.drugs)] == []


def _of(rules: list[Any], path: str) -> Any:
    return copy.deepcopy(next(rule for rule in rules if rule.path == path))


def _errors(rule: Any, facts: Any) -> str:
    report = script().Report()
    script().check_drafts([rule], facts, report)
    report.errors.clear()
    script().check_rule(rule, facts, report)
    return "\n".join(report.errors)


def _wrong_gene(rule: Any) -> None:
    rule.document["ask"]["know"] = {"variant": ["CDK12 pathogenic variant"]}


def _wrong_drug(rule: Any) -> None:
    rule.document["cases"][0]["card"]["advice"]["instead"] = [{"drug": "sunvozertinib"}]


def _wrong_tumor(rule: Any) -> None:
    rule.document["ask"]["cancer"] = ["breast cancer"]


def _wrong_date(rule: Any) -> None:
    rule.document["evidence"]["retevmo"]["date"] = "2018-01-01"


def _wrong_application(rule: Any) -> None:
    rule.document["evidence"]["retevmo"]["title"] = "Retevmo (selpercatinib), NDA999999"


def _withdrawn(rule: Any) -> None:
    rule.document["cases"][0]["card"]["advice"]["instead"].append({"drug": "mobocertinib"})


def _too_strong(rule: Any) -> None:
    rule.document["cases"][0]["card"]["advice"] = {"action": "not-indicated"}


@pytest.mark.parametrize(
    ("fault", "word"),
    [
        (_wrong_gene, "LINT-01"), (_wrong_drug, "LINT-02"), (_wrong_tumor, "02, 03)"), (_wrong_date, "LINT-04"),
        (_wrong_application, "no facts"), (_withdrawn, "LINT-10"), (_too_strong, "LINT-05"),
    ],
)  # fmt: skip
def test_a_planted_fault_is_noticed(fault: Callable[[Any], None], word: str, rules: list[Any], facts: Any) -> None:
    rule = _of(rules, "lung/ret-fusion.yaml")
    assert _errors(rule, facts) == ""
    fault(rule)
    assert word in _errors(rule, facts)


def test_lint_06_a_publication_that_does_not_support_is_noticed(rules: list[Any], facts: Any) -> None:
    rule = _of(rules, "breast/germline-brca-metastatic.yaml")
    against = next(row for row in facts.civic.values() if row["evidence_direction"] == "Does Not Support")
    rule.document["evidence"]["added"] = {
        "source": "publication", "title": f"CIViC EID{against['evidence_id']}", "date": "2016",
        "pmid": against["citation_id"], "url": "https://pubmed.ncbi.nlm.nih.gov/1/",
    }  # fmt: skip
    assert "LINT-06" in _errors(rule, facts)


def test_lint_11_the_ras_warning_has_the_exception_of_the_approved_pair(rules: list[Any]) -> None:
    found = script().Report()
    script().check_exceptions(rules, found)
    assert found.errors == []
    without = [copy.deepcopy(rule) for rule in rules]
    warned = next(rule for rule in without if rule.path == "colorectal/ras-panitumumab.yaml")
    warned.document["cases"].pop(0)
    script().check_exceptions(without, found)
    assert any("LINT-11" in line and "ras-panitumumab" in line for line in found.errors)


def test_lint_13_an_old_accelerated_approval_is_no_active_option(rules: list[Any], facts: Any) -> None:
    rule = _of(rules, "colorectal/her2-positive.yaml")
    assert not rule.active
    rule.document["status"] = "active"
    assert "LINT-13" in _errors(rule, facts)
