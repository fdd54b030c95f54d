"""What a rule names must exist, and a case may only say what can be proven."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from pmcds.check import check
from pmcds.errors import KnowledgeError
from pmcds.knowledge import Knowledge
from pmcds.knowledge.semantics import only_by_not
from tests.knowledge.cards import (
    RULE,
    RULE_TEXT,
    TEST,
    TEST_TEXT,
    checked,
    meaning,
    only,
    stands,
    with_rule,
    write,
)

POOR = "    if: {phenotype: {GENEA: poor metabolizer}}\n"
KNOW = "know: {phenotype: GENEA}"


def test_the_cards_of_these_tests_are_in_order(tmp_path: Path) -> None:
    assert meaning(checked(tmp_path)) == []


@pytest.mark.parametrize(
    ("old", "new", "marker", "message", "mend"),
    [
        ("drug: drugone,", "drug: drugon,", "drugon,", "drug drugon is not known", "did you mean drugone?"),
        ("{drug: drugtwo,", "{drug: nothing,", "nothing", "drug nothing is not known", "add it to cards/terms"),
        ("condition: stroke", "condition: strok", "strok", "condition strok is not known", "did you mean stroke?"),
        (
            "{GENEA: poor metabolizer}",
            "{GENEX: poor metabolizer}",
            "GENEX",
            "gene GENEX is not known",
            "did you mean GENE",
        ),
        (
            "{GENEA: poor metabolizer}",
            "{GENEA: slow metabolizer}",
            "slow",
            "slow metabolizer is no phenotype of GENEA",
            "did you mean poor metabolizer?",
        ),
        (
            "{GENEA: poor metabolizer}",
            "{GENEA: Poor Metabolizer}",
            "Poor",
            "Poor Metabolizer is no phenotype of GENEA",
            "did you mean poor metabolizer?",
        ),
        ("{GENEA: unknown}", "{GENEA: unreadable}", "unreadable", "unreadable has no case", "take it out"),
        ("{GENEA: unknown}", "{GENEA: [unknown, withheld]}", "withheld", "withheld has no case", "take it out"),
        (
            "{GENEA: unknown}",
            "{GENEA: [unknown, conflicting]}",
            "conflicting",
            "a silent case may not be reached through conflicting",
            "show a card",
        ),
        (
            "because: [g-2026]\n  - case: inter",
            "because: [g-2025]\n  - case: inter",
            "g-2025",
            "there is no evidence g-2025",
            "did you mean g-2026?",
        ),
        (
            "      because: [g-2026]\n  - case: int",
            "  - case: int",
            "card:",
            "the card names no evidence",
            "add because",
        ),
        (
            'again: "2027-01-01"',
            'again: "2026-05-31"',
            '"2026-05-31"',
            "the review was due on 2026-05-31",
            "compare the rule",
        ),
        ('again: "2027-01-01"', 'again: "2027-02-30"', '"2027-02-30"', "2027-02-30 is no day", "a day"),
        (
            'on: "2026-01-01"',
            'on: "2027-01-01"',
            '"2027-01-01", by',
            "the next review is not after the last one",
            "set a later day",
        ),
        (
            "rule: family/drugone/src",
            "rule: family/drugone/other",
            "family",
            "the rule is family/drugone/src by its path",
            "write rule",
        ),
        (
            "case: intermediate",
            "case: poor",
            "poor\n    if: {phenotype: {GENEA: inter",
            "two cases are named poor",
            "name them apart",
        ),
        (KNOW, "know: {phenotype: [GENEA, GENEB]}", "GENEB", "no case asks for phenotype GENEB", "take it out"),
    ],
)
def test_a_wrong_name_is_told(tmp_path: Path, old: str, new: str, marker: str, message: str, mend: str) -> None:
    changes = with_rule((old, new))
    text = changes[RULE]
    found = [problem for problem in meaning(checked(tmp_path, changes)) if problem.message == message]
    assert found, [str(problem) for problem in checked(tmp_path).problems]
    assert stands(found[-1], text, marker, after=RULE_TEXT[: max(0, RULE_TEXT.index(old) - 120)])
    assert mend in found[-1].mend


@pytest.mark.parametrize(
    ("condition", "know", "marker", "message", "mend"),
    [
        ("phenotype: {HLX-B: present}", "phenotype: HLX-B", "HLX-B", "HLX-B has no phenotypes", "ask for allele"),
        (
            'activity_score: {GENEA: "1.0"}',
            "activity_score: GENEA",
            "GENEA",
            "GENEA has no activity scores",
            "ask for phenotype",
        ),
        (
            'activity_score: {GENEB: "1"}',
            "activity_score: GENEB",
            '"1"',
            "1 is no activity score of GENEB",
            "one of 0.0",
        ),
        (
            'activity_score: {GENEB: "3.0"}',
            "activity_score: GENEB",
            '"3.0"',
            "3.0 is no activity score of GENEB",
            "≥3.0",
        ),
        (
            "activity_score: {GENEB: {above: 9}}",
            "activity_score: GENEB",
            "{above",
            "no activity score of GENEB lies within these limits",
            "",
        ),
        (
            "activity_score: {GENEB: {above: 1, unit: mg}}",
            "activity_score: GENEB",
            "mg",
            "an activity score has no unit",
            "",
        ),
        ("phenotype: {GENEA: {at_least: 1}}", "phenotype: GENEA", "{at_least", "phenotype has no numbers", ""),
        (
            'allele: {"HLX-B*57:02": present}',
            'allele: "HLX-B*57:02"',
            '"HLX-B',
            "HLX-B has no allele *57:02",
            "did you mean *57:01?",
        ),
        (
            'allele: {"HLX-C*57:01": present}',
            'allele: "HLX-C*57:01"',
            '"HLX-C',
            "gene HLX-C is not known",
            "did you mean HLX-B?",
        ),
        (
            'allele: {"HLX-B*57:01": positive}',
            'allele: "HLX-B*57:01"',
            "positive",
            "positive is no allele of HLX-B*57:01",
            "present, absent",
        ),
        (
            'diplotype: {GENEA: "*1/*9"}',
            "diplotype: GENEA",
            '"*1/*9"',
            "*1/*9 is no pair of alleles of GENEA",
            "two alleles",
        ),
        (
            "variant: {GENEA V600E: present}",
            "variant: GENEA V600E",
            "GENEA V600E",
            "GENEA has no variant V600E",
            "write it as p.",
        ),
        (
            "laboratory: {natrium: {above: 1}}",
            "laboratory: natrium",
            "natrium",
            "laboratory natrium is not known",
            "observations",
        ),
        (
            "laboratory: {potassium: {above: 5}}",
            "laboratory: potassium",
            "{above",
            "the limits of potassium have no unit",
            "add unit: mmol/L",
        ),
        (
            "laboratory: {potassium: {above: 5, unit: meters}}",
            "laboratory: potassium",
            "meters",
            "meters is not a unit that can be read",
            "write mmol/L",
        ),
        (
            "laboratory: {potassium: {above: 5, unit: mg/dL}}",
            "laboratory: potassium",
            "mg/dL",
            "mg/dL cannot be converted for potassium",
            "write mmol/L",
        ),
        ("age: {at_least: 18, unit: mo}", "", "mo}", "mo is no unit of age", "a"),
        ("taken_for: {drugone: {above: 3, unit: d}}", "", "d}", "d is no unit of taken_for", "mo or a"),
        ("taken_for: {drugthre: {above: 3}}", "", "drugthre", "drug drugthre is not known", "did you mean"),
        ("medication: drugthre", "", "drugthre", "drug drugthre is not known", "did you mean"),
        ("cancer: melanom", "", "melanom", "cancer melanom is not known", "did you mean melanoma?"),
    ],
)
def test_a_wrong_question_is_told(
    tmp_path: Path, condition: str, know: str, marker: str, message: str, mend: str
) -> None:
    asked = f"know: {{phenotype: GENEA, {know}}}" if know and not know.startswith("phenotype") else KNOW
    if know.startswith("phenotype") and "GENEA" not in know:
        asked = f"know: {{{know.replace('phenotype: ', 'phenotype: [GENEA, ')}]}}"
    changes = with_rule((POOR, f"    if: {{{condition}}}\n"), (KNOW, asked))
    found = [problem for problem in meaning(checked(tmp_path, changes)) if problem.message == message]
    assert found, [str(problem) for problem in meaning(checked(tmp_path, changes))]
    assert stands(found[-1], changes[RULE], marker, after="  - case: poor\n    if: {")
    assert mend in found[-1].mend


def test_a_case_may_ask_only_what_the_rule_says_it_needs(tmp_path: Path) -> None:
    changes = with_rule((POOR, '    if: {allele: {"HLX-B*57:01": present}}\n'))
    found = [problem for problem in meaning(checked(tmp_path, changes)) if "lacks" in problem.message]
    assert found[0].message == "a case asks for allele HLX-B*57:01, which `know` lacks"
    assert stands(found[0], changes[RULE], "{phenotype: GENEA}}", after="know: ")


def test_a_rule_without_a_test_is_told(tmp_path: Path) -> None:
    problem = only(checked(tmp_path, {TEST: None}))
    assert problem.message == "the rule has no test"
    assert problem.mend == "add src.test.yaml beside it"
    assert stands(problem, RULE_TEXT, "family")


def test_a_test_without_a_rule_is_told(tmp_path: Path) -> None:
    found = checked(tmp_path, {RULE: None}).problems
    assert [problem.message for problem in found] == ["there is no rule family/drugone/src.yaml beside this test"]


def test_a_rule_that_cannot_be_read_is_not_said_to_be_missing(tmp_path: Path) -> None:
    messages = [problem.message for problem in checked(tmp_path, with_rule(("version: 1", "version: *1"))).problems]
    assert messages == ["*1 is read as a YAML alias"]


def test_a_test_of_another_rule_and_a_name_that_stands_twice_are_told(tmp_path: Path) -> None:
    second = TEST_TEXT.split("tests:\n")[1]
    text = TEST_TEXT.replace("rule: family/drugone/src", "rule: family/drugtwo/src") + second
    found = [problem.message for problem in meaning(checked(tmp_path, {TEST: text}))]
    assert found == ["the rule is family/drugone/src by its path", "two tests have this name"]


def test_a_retired_rule_needs_no_review_and_no_test(tmp_path: Path) -> None:
    changes = with_rule(("status: active", "status: retired"), ('"2027-01-01"', '"2026-02-01"'))
    assert meaning(checked(tmp_path, {**changes, TEST: None})) == []


def test_the_review_is_compared_with_the_day_that_is_handed_in(tmp_path: Path) -> None:
    folder = write(tmp_path)
    empty = Knowledge.from_docs()
    assert meaning(check(folder, today=date(2027, 1, 1), base=empty)) == []
    assert only(check(folder, today=date(2027, 1, 2), base=empty)).message == "the review was due on 2027-01-01"


def test_a_silent_case_is_refused_for_a_result_that_decides_nothing(tmp_path: Path) -> None:
    changes = with_rule(
        (
            "    card: {indicator: info, advice: {action: no-recommendation}, because: [g-2026]}\n",
            "    silent: nothing\n",
        )
    )
    problem = only(checked(tmp_path, changes))
    assert problem.message == "a silent case may not be reached through indeterminate"
    assert stands(problem, changes[RULE], "indeterminate}}")


def test_a_case_that_holds_only_by_not_over_a_result_is_refused(tmp_path: Path) -> None:
    changes = with_rule((POOR, "    if: {not: {phenotype: {GENEA: [normal metabolizer, intermediate metabolizer]}}}\n"))
    problem = only(checked(tmp_path, changes))
    assert problem.message.startswith("this case holds only by `not` over a result")
    assert stands(problem, changes[RULE], "if", after="case: poor")


@pytest.mark.parametrize(
    ("condition", "refused"),
    [
        ({"not": {"condition": "stroke"}}, False),
        ({"not": {"phenotype": {"G": "poor"}}}, True),
        ({"phenotype": {"G": "poor"}, "not": {"allele": {"H": "present"}}}, True),
        ({"any": [{"phenotype": {"G": "poor"}}, {"not": {"allele": {"H": "present"}}}]}, False),
        ({"any": [{"not": {"phenotype": {"G": "poor"}}}, {"not": {"allele": {"H": "present"}}}]}, True),
        ({"not": {"any": [{"phenotype": {"G": "poor"}}, {"condition": "stroke"}]}}, True),
        ({"not": {"all": [{"phenotype": {"G": "poor"}}, {"condition": "stroke"}]}}, False),
        ({"not": {"phenotype": {"G": "poor"}, "condition": "stroke"}}, False),
        ({"not": {"not": {"phenotype": {"G": "poor"}}}}, False),
    ],
)
def test_not_over_a_closed_world_kind_is_proof(condition: dict[str, object], refused: bool) -> None:
    assert only_by_not(condition) is refused


def test_a_case_for_all_the_rest_stands_last(tmp_path: Path) -> None:
    found = meaning(checked(tmp_path, with_rule((POOR, ""))))
    assert found[0].message == "a case without `if` hides the cases below it"
    assert found[0].mend == "move it to the end, or give it an if"


def test_several_problems_of_a_rule_come_at_once(tmp_path: Path) -> None:
    changes = with_rule(
        ("drug: drugone,", "drug: drugon,"), ("because: [g-2026]\n  - case: int", "because: [x]\n  - case: int")
    )
    assert len(meaning(checked(tmp_path, changes))) == 2


def test_a_gene_file_that_is_not_whole_is_told(tmp_path: Path) -> None:
    from tests.knowledge.cards import GENE

    text = GENE.replace('  "No function + Normal function": intermediate metabolizer\n', "")
    found = [p for p in checked(tmp_path, {"genes/GENEA.yaml": text}).problems if p.file.endswith("GENEA.yaml")]
    assert [problem.message for problem in found] == ["no phenotype for No function + Normal function"]


def test_loading_refuses_names_that_do_not_exist(tmp_path: Path) -> None:
    """What is loaded without a check must not be silent: a rule for a drug that is not known would never fire."""
    folder = write(tmp_path, with_rule(("drug: drugone,", "drug: drugon,")))
    with pytest.raises(KnowledgeError, match="drug drugon is not known") as caught:
        Knowledge.from_path(folder).rules  # noqa: B018
    assert caught.value.problems[0].line == 9


def test_loading_does_not_look_at_the_day(tmp_path: Path) -> None:
    folder = write(tmp_path, with_rule(('again: "2027-01-01"', 'again: "2020-01-01"')))
    assert len(Knowledge.from_path(folder).rules) == 1
