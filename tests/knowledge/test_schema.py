"""Each error of form is one clear problem, with its place and its mend."""

from __future__ import annotations

from pathlib import Path

import pytest

from pmcds.model.rules import ACTIONS, INDICATORS
from tests.knowledge.cards import GENE, RULE_TEXT, TEST, TEST_TEXT, checked, meaning, only, stands, with_rule

HOOKS = "hooks: [order-select]"


@pytest.mark.parametrize(
    ("old", "new", "marker", "message", "mend"),
    [
        (
            "version: 1",
            "version: first",
            "first",
            "first is not a whole number in version",
            "a whole number, 1 or more",
        ),
        ("version: 1", "version: 0", "0", "0 is too small in version", "a whole number, 1 or more"),
        ("status: active", "status: activ", "activ", "activ is not known in status", "did you mean active?"),
        ("title:", "titel:", "rule: family", "`title` is missing", "add title: to it"),
        (
            "    silent: standard dose",
            "    silnt: standard dose",
            "silnt",
            "`silnt` is not known in cases",
            "did you mean silent?",
        ),
        ("action: avoid,", "action: shun,", "shun", "shun is not known in action", "one of avoid, not-indicated"),
        (
            "indicator: critical",
            "indicator: red",
            "red",
            "red is not known in indicator",
            "one of info, warning, critical",
        ),
        ('date: "2026-01"', "date: January", "January", "January does not fit in date", "a date as"),
        (
            "https://example.org/guideline",
            "http://example.org/x",
            '"http:',
            "http://example.org/x does not fit in url",
            "an address that begins with https://",
        ),
        ("from: 25", "from: about 25", "about 25", "about 25 is not a number in from", "a number such as"),
        (HOOKS, "hooks: []", "[], drug", "nothing stands in hooks", ""),
        (
            "know: {phenotype: GENEA}",
            "know: {phenotyp: GENEA}",
            "phenotyp",
            "`phenotyp` is not known in know",
            "did you mean phenotype?",
        ),
        ("case: normal", "case: Normal Case", "Normal Case", "Normal Case does not fit in case", "small letters"),
    ],
)
def test_an_error_of_form_is_told(tmp_path: Path, old: str, new: str, marker: str, message: str, mend: str) -> None:
    changes = with_rule((old, new))
    text = next(iter(changes.values()))
    found = [problem for problem in meaning(checked(tmp_path, changes)) if problem.message.startswith(message)]
    assert found, message
    assert stands(found[0], text, marker)
    assert mend in found[0].mend


def test_a_case_has_a_card_or_is_silent_not_both_and_not_neither(tmp_path: Path) -> None:
    both = with_rule(
        ("    silent: standard dose", "    silent: x\n    card: {indicator: info, advice: {action: inform}}")
    )
    neither = with_rule(("    silent: standard dose\n", "    strength: strong\n"))
    for name, changes in (("both", both), ("neither", neither)):
        problem = only(checked(tmp_path / name, changes))
        assert stands(problem, next(iter(changes.values())), "case: normal")
        assert problem.mend == "a case has either a `card`, or `silent` with the reason for saying nothing"


def test_a_rule_has_cases_or_populations(tmp_path: Path) -> None:
    problem = only(checked(tmp_path, {"family/drugone/src.yaml": RULE_TEXT.split("cases:\n")[0]}))
    assert problem.mend == "a rule has either `cases`, or `populations` with cases of their own"


def test_a_wrong_value_inside_a_branch_is_told_where_it_stands(tmp_path: Path) -> None:
    changes = with_rule(("{GENEA: intermediate metabolizer}", "{GENEA: {at_leest: 1}}"))
    problem = only(checked(tmp_path, changes))
    assert problem.message == "`at_leest` is not known in GENEA"
    assert problem.mend == "did you mean at_least?"
    assert stands(problem, next(iter(changes.values())), "at_leest")


def test_a_wrong_gene_file_is_told(tmp_path: Path) -> None:
    text = GENE.replace('"HGNC:1"', "1")
    problem = only(checked(tmp_path, {"genes/GENEA.yaml": text, "family/drugone/src.yaml": None, TEST: None}))
    assert problem.file.endswith("genes/GENEA.yaml")
    assert problem.mend == 'the HGNC id, for example "HGNC:2621"'
    assert stands(problem, text, "1", after="hgnc: ")


def test_a_score_gene_needs_its_phenotypes(tmp_path: Path) -> None:
    text = GENE.replace("method: function-pair", "method: sum-of-two")
    changes = {"genes/GENEA.yaml": text, "family/drugone/src.yaml": None, TEST: None}
    messages = {problem.message for problem in checked(tmp_path, changes).problems}
    assert messages == {"`activity_values` is missing", "`score_to_phenotype` is missing"}


def test_a_wrong_test_file_is_told(tmp_path: Path) -> None:
    text = TEST_TEXT.replace("outcome: ALERT", "outcome: ALARM")
    problem = only(checked(tmp_path, {TEST: text}))
    assert problem.mend == "one of ALERT, CLEAR, CANNOT-TELL, NOT-COVERED"
    assert stands(problem, text, "ALARM")


def test_the_schema_has_the_vocabulary_of_the_model() -> None:
    import json

    from pmcds import _resources

    schema = json.loads(_resources.schema("rule"))
    assert schema["$defs"]["advice"]["properties"]["action"]["enum"] == list(ACTIONS)
    assert schema["$defs"]["card"]["properties"]["indicator"]["enum"] == list(INDICATORS)


@pytest.mark.parametrize("name", ["rule", "rule-test", "gene", "terms", "phrases", "pack"])
def test_every_schema_is_a_schema(name: str) -> None:
    import json

    from jsonschema import Draft202012Validator

    from pmcds import _resources

    Draft202012Validator.check_schema(json.loads(_resources.schema(name)))
