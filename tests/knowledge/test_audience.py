"""Secondary findings: off unless the site asks for them, and never interruptive."""

from __future__ import annotations

from pathlib import Path

import pytest

import pmcds
from pmcds.errors import InputError
from pmcds.knowledge import Knowledge
from pmcds.knowledge.pack import Documents, pack, unpack
from tests.knowledge.cards import RULE, RULE_TEXT, checked, only, with_rule

OF_PATIENT = "ask: {hooks: [patient-view], know: {phenotype: GENEA}}\n"
ASK = "ask: {hooks: [order-select], drug: drugone, know: {phenotype: GENEA}}\n"
FAMILY = "secondary-findings"


def secondary(*more: tuple[str, str]) -> dict[str, str]:
    """The rule as one about secondary findings, all that it may not do taken out."""
    return with_rule(
        (ASK, f"audience: secondary\n{OF_PATIENT}"),
        ("indicator: critical", "indicator: info"),
        ("indicator: warning", "indicator: info"),
        *more,
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("[patient-view]", "[order-select]"), "a secondary finding interrupts nobody"),
        (("[patient-view]", "[patient-view, order-sign]"), "a secondary finding interrupts nobody"),
        (("[patient-view],", "[patient-view], drug: drugone,"), "a secondary finding is about no order"),
        (("indicator: info", "indicator: warning"), "a secondary finding informs, no more"),
    ],
)
def test_fr_33_a_secondary_finding_never_interrupts(tmp_path: Path, change: tuple[str, str], message: str) -> None:
    report = checked(tmp_path, secondary(change))
    assert message in {problem.message for problem in report.problems}


def test_there_is_no_other_audience(tmp_path: Path) -> None:
    problem = only(checked(tmp_path, with_rule((ASK, f"audience: everybody\n{ASK}"))))
    assert "secondary" in problem.message + problem.mend


def _knowledge(text: str, *, compiled: bool = False) -> Knowledge:
    import yaml

    bundled = Knowledge.bundled()
    rule = yaml.load(text, Loader=yaml.CBaseLoader)
    documents = {"germline/example/secondary.yaml": rule}
    if compiled:
        return bundled + Knowledge([unpack(pack(Documents.of(documents).values(), "1"))])
    return bundled + Knowledge.from_docs(documents)


RULE_OF_OURS = """\
rule: germline/example/secondary
title: HFE, told where asked for
status: active
version: "1"
audience: secondary
reviewed: {on: "2026-01-01", again: "2027-01-01", by: pending clinical review}
why: For the test.
evidence: {here: {source: SRC, date: "2026-01", url: "https://example.org/guideline"}}
ask: {hooks: [patient-view], know: {variant: HFE C282Y on both copies}}
cases:
  - case: found
    if: {variant: {HFE C282Y on both copies: present}}
    card: {indicator: info, advice: {action: inform}, because: [here]}
  - case: not-found
    silent: nothing
"""


@pytest.mark.parametrize("compiled", [False, True])
def test_fr_33_a_secondary_finding_has_no_line_unless_the_site_asked(compiled: bool) -> None:
    knowledge = _knowledge(RULE_OF_OURS, compiled=compiled)
    name = "germline/example/secondary"
    silent, asked = pmcds.Engine(knowledge), pmcds.Engine(knowledge, pmcds.Settings(families=[FAMILY]))
    assert name not in {rule.id for rule in silent.active_rules()}
    assert name in {rule.id for rule in asked.active_rules()}
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": {"resourceType": "Patient"}}]}
    lines = {line.rule for line in silent.evaluate(bundle).ledger.orders}
    more = {line.rule for line in asked.evaluate(bundle).ledger.orders} - lines
    assert name not in lines
    assert name in more
    assert {rule.audience for rule in knowledge.rules if rule.id in more} == {"secondary"}


def test_a_family_that_is_none_is_refused() -> None:
    with pytest.raises(InputError, match="no such family"):
        pmcds.Engine(settings=pmcds.Settings(families=["everything"]))


def test_the_rule_of_these_tests_stands() -> None:
    assert ASK in RULE_TEXT
    assert RULE in secondary()
