"""Rule tests run the whole line, from a patient in words over FHIR in bytes to the outcome."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

import pmcds
from pmcds.check import check, selftest
from pmcds.knowledge import Knowledge

TODAY = date(2026, 6, 1)
RULE = """\
rule: own/abacavir/src
title: An allele and a drug
status: draft
version: 1
reviewed: {on: "2026-01-01", again: "2027-01-01", by: pending clinical review}
why: It matters.
evidence:
  g: {source: SRC, date: "2026-01", url: "https://example.org/guideline"}
ask: {hooks: [order-sign, patient-view], drug: abacavir, know: {allele: "HLA-B*57:01"}}
cases:
  - case: present
    if: {allele: {"HLA-B*57:01": present}}
    card:
      indicator: critical
      advice: {action: avoid, instead: [{drug: tenofovir, unless: {condition: stroke}}, {drug: lamivudine}]}
      because: [g]
  - case: absent
    if: {allele: {"HLA-B*57:01": absent}}
    silent: no change
  - case: indeterminate
    if: {allele: {"HLA-B*57:01": indeterminate}}
    card: {indicator: info, advice: {action: no-recommendation}, because: [g]}
  - case: unknown
    if: {allele: {"HLA-B*57:01": unknown}}
    silent: no test is advised
"""
HEAD = "rule: own/abacavir/src\ntests:\n"
PRESENT = """\
  - name: {name}
    patient: {{order: abacavir, allele: {{"HLA-B*57:01": present}}{more}}}
    expect: {{{expect}}}
"""
OTHERS = """\
  - name: quiet
    patient: {order: abacavir}
    expect: {case: unknown, outcome: CANNOT-TELL, reason: no-result, quiet: true}
  - name: clear
    patient: {order: abacavir, allele: {"HLA-B*57:01": absent}}
    expect: {case: absent, outcome: CLEAR, reason: absent}
"""


@pytest.fixture(scope="module")
def base() -> Knowledge:
    """Genes, terms and phrases of the library, without its rules."""
    shared = {
        path: value
        for path, value in Knowledge.bundled().documents()[0].items()
        if path.split("/")[0] in ("genes", "terms", "phrases", "pack.yaml")
    }
    return Knowledge.from_docs(shared)


def problems(folder: Path, base: Knowledge, tests: str, rule: str = RULE) -> Iterator[tuple[int, int, str]]:
    (folder / "own" / "abacavir").mkdir(parents=True, exist_ok=True)
    (folder / "own" / "abacavir" / "src.yaml").write_text(rule)
    (folder / "own" / "abacavir" / "src.test.yaml").write_text(HEAD + tests)
    # The alternatives of this rule are no recommendation: only names that the terms know are looked for.
    for problem in check(folder, today=TODAY, base=base).problems:
        yield problem.line, problem.column, problem.message


def test_a_draft_is_tested_like_an_active_rule(tmp_path: Path, base: Knowledge) -> None:
    tests = PRESENT.format(name="alerts", more="", expect="case: present, outcome: ALERT, indicator: critical")
    assert list(problems(tmp_path, base, tests + OTHERS)) == []


@pytest.mark.parametrize(
    ("expect", "message"),
    [
        ("outcome: CLEAR", "expected CLEAR, got ALERT by present"),
        ("outcome: ALERT, case: absent", "expected absent, got present"),
        ("outcome: ALERT, reason: no-result", "expected no-result, got None"),
        ("outcome: ALERT, indicator: info", "expected info, got critical"),
        ("outcome: ALERT, quiet: true", "expected quiet true, got false"),
        ("outcome: ALERT, population: adults", "expected adults, got none"),
        ("outcome: ALERT, instead: [lamivudine]", "expected lamivudine, got tenofovir, lamivudine"),
    ],
)
def test_each_thing_that_a_test_expects_is_compared(tmp_path: Path, base: Knowledge, expect: str, message: str) -> None:
    tests = PRESENT.format(name="t", more="", expect=expect)
    assert list(problems(tmp_path, base, tests)) == [(5, 14 + _column(expect), f"t: {message}")]


def _column(expect: str) -> int:
    """Where the value of the last member of `expect` stands in its braces."""
    key = expect.rsplit(", ", 1)[-1] if "instead" not in expect else expect[expect.index("instead") :]
    return expect.index(key) + key.index(": ") + 2


def test_an_alternative_that_a_condition_excludes_is_not_offered(tmp_path: Path, base: Knowledge) -> None:
    tests = PRESENT.format(name="t", more=", condition: [stroke]", expect="outcome: ALERT, instead: [lamivudine]")
    assert list(problems(tmp_path, base, tests)) == []


@pytest.mark.parametrize("hook", ["order-sign", "patient-view"])
def test_a_test_can_name_the_hook(tmp_path: Path, base: Knowledge, hook: str) -> None:
    tests = PRESENT.format(name="t", more="", expect="outcome: ALERT").replace(
        "    patient", f"    hook: {hook}\n    patient"
    )
    assert list(problems(tmp_path, base, tests)) == []


def test_a_rule_that_is_not_asked_at_this_hook_is_told(tmp_path: Path, base: Knowledge) -> None:
    tests = PRESENT.format(name="t", more="", expect="outcome: ALERT").replace(
        "    patient", "    hook: order-select\n    patient"
    )
    ((_, _, message),) = problems(tmp_path, base, tests)
    assert message.startswith("t: expected ALERT, got NOT-COVERED") or "was not asked" in message


def test_a_test_that_stops_is_told(tmp_path: Path, base: Knowledge, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*args: object, **more: object) -> None:
        raise ValueError("no such patient")

    monkeypatch.setattr("pmcds.check.trial.bundle_of", stop)
    tests = PRESENT.format(name="t", more="", expect="outcome: ALERT")
    assert list(problems(tmp_path, base, tests)) == [(3, 11, "t: stopped with ValueError: no such patient")]


def test_a_rule_with_problems_is_not_tried(tmp_path: Path, base: Knowledge) -> None:
    """Its tests could only repeat what is wrong with it."""
    wrong = RULE.replace("drug: abacavir", "drug: abacavirr")
    tests = PRESENT.format(name="t", more="", expect="outcome: ALERT")
    assert [message for _, _, message in problems(tmp_path, base, tests, wrong)] == ["drug abacavirr is not known"]


def test_an_active_rule_needs_a_test_that_expects_an_alert(tmp_path: Path, base: Knowledge) -> None:
    tests = "  - name: quiet\n    patient: {order: abacavir}\n    expect: {case: unknown, outcome: CANNOT-TELL}\n"
    active = RULE.replace("status: draft", "status: active")
    assert [message for _, _, message in problems(tmp_path, base, tests, active)] == ["no test expects an alert"]


def _knowledge(base: Knowledge, rule: str, tests: str) -> Knowledge:
    from pmcds.knowledge.files import Files
    from pmcds.knowledge.yaml import read_yaml

    sources = {}
    for path, text in (("own/abacavir/src.yaml", rule), ("own/abacavir/src.test.yaml", tests)):
        source, wrong = read_yaml(text.encode(), path)
        assert source is not None, wrong
        sources[path] = source
    documents = Files(sources).documents()
    return base + Knowledge.from_docs(documents)


def test_selftest_passes_where_every_rule_fires_and_names_one_that_does_not(base: Knowledge) -> None:
    active = RULE.replace("status: draft", "status: active")
    tests = HEAD + PRESENT.format(name="alerts", more="", expect="outcome: ALERT, case: present")
    good = selftest(_knowledge(base, active, tests))
    assert good.ok
    assert good.counts == {"rules": 1, "tests": 1}
    lost = selftest(_knowledge(base, active.replace("57:01", "15:02"), tests))
    assert [problem.file for problem in lost.problems] == ["own/abacavir/src.test.yaml"]
    untested = selftest(_knowledge(base, active, tests.replace("ALERT", "CLEAR")))
    assert "no test expects an alert" in untested.problems[0].message


def test_the_report_counts_what_was_looked_at(tmp_path: Path, base: Knowledge) -> None:
    list(problems(tmp_path, base, PRESENT.format(name="t", more="", expect="outcome: ALERT")))
    report = check(tmp_path, today=TODAY, base=base)
    assert report.counts == {"rules": 1, "tests": 1}
    assert pmcds.Problem is type(check(tmp_path, today=date(2030, 1, 1), base=base).problems[0])
