"""A rule file as a value: subjects, needs, cut-offs, closures."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from pmcds.errors import KnowledgeError
from pmcds.knowledge import Knowledge
from pmcds.model.answers import Subject
from pmcds.model.rules import Rule
from tests.knowledge.cards import RULE, with_rule, write

POPULATIONS = """\
populations:
  - population: adults
    when: {age: {at_least: 18}}
    cases:
      - case: poor
        if: {phenotype: {GENEA: poor metabolizer}, laboratory: {potassium: {above: 5.5, unit: mmol/L}}}
        card: {indicator: critical, advice: {action: avoid}, because: [g-2026]}
      - case: others
        silent: standard dose
  - population: children
    when: {age: {below: 18}, condition: stroke}
    cases:
      - case: all
        silent: no guidance
"""


def rule(folder: Path, *replacements: tuple[str, str]) -> Rule:
    (found,) = Knowledge.from_path(write(folder, with_rule(*replacements))).rules
    return found


def test_a_rule_is_read_as_it_is_written(tmp_path: Path) -> None:
    found = rule(tmp_path)
    assert (found.id, found.source, found.status, found.version) == ("family/drugone/src", "src", "active", 1)
    assert (found.drugs, found.hooks, found.origin, found.topic) == (
        ("drugone",),
        ("order-select",),
        "germline",
        "familydrugonesrc",
    )
    assert found.subjects == (Subject("phenotype", "GENEA"),)
    (population,) = found.populations
    assert (population.name, population.when, population.needs, population.used) == (None, None, frozenset({0}), (0,))
    poor = population.cases[0]
    assert poor.card is not None
    assert poor.card.advice[0].instead[0].drug == "drugtwo"
    assert poor.card.advice[0].instead[0].unless == (Subject("condition", "stroke"),)
    assert population.cases[1].card is not None
    assert population.cases[1].card.advice[0].parameters == {"by_percent": {"from": 25, "to": 50}}
    assert found.evidence["g-2026"].url == "https://example.org/guideline"
    assert found.reviewed["again"] == "2027-01-01"


def test_the_closures_of_a_case_tell_value_and_word_apart(tmp_path: Path) -> None:
    poor, _, _, _, unknown = rule(tmp_path).populations[0].cases
    assert poor.test(("poor metabolizer",))
    assert poor.proven(("poor metabolizer",))
    assert not poor.test(("unknown",))
    assert unknown.test(("unknown",))
    assert not unknown.proven(("unknown",))


def test_populations_needs_and_cut_offs_have_places(tmp_path: Path) -> None:
    text = with_rule()[RULE].split("cases:\n")[0] + POPULATIONS
    text = text.replace("know: {phenotype: GENEA}", "know: {phenotype: GENEA, laboratory: potassium}")
    (found,) = Knowledge.from_path(write(tmp_path, {RULE: text})).rules
    assert [subject.kind for subject in found.subjects] == ["phenotype", "laboratory", "age", "condition"]
    adults, children = found.populations
    assert (adults.needs, adults.used, adults.decides) == (frozenset({0, 1}), (0, 1), (2,))
    assert (children.needs, children.used, children.decides) == (frozenset(), (), (2, 3))
    assert found.cuts == {1: (Decimal("5.5"),), 2: (Decimal(18),)}
    assert adults.when is not None
    assert adults.when((None, None, Decimal(18), "absent"))
    assert not adults.when((None, None, Decimal(17), "absent"))


def test_a_closed_world_kind_is_not_needed_for_clear(tmp_path: Path) -> None:
    found = rule(tmp_path, ("{GENEA: poor metabolizer}}", "{GENEA: poor metabolizer}, condition: stroke}"))
    assert found.subjects[1] == Subject("condition", "stroke")
    assert found.populations[0].needs == frozenset({0})
    assert found.populations[0].used == (0, 1)


def test_the_source_of_a_rule_can_be_stated(tmp_path: Path) -> None:
    assert rule(tmp_path, ("title:", "source: cpic\ntitle:")).source == "cpic"


def test_a_tumor_rule_asks_for_the_tumor(tmp_path: Path) -> None:
    text = with_rule(("rule: family/drugone/src", "rule: tumor/melanoma/src"))[RULE]
    changes = {"tumor/melanoma/src.yaml": text, RULE: None}
    (found,) = Knowledge.from_path(write(tmp_path, changes)).rules
    assert found.origin == "somatic"


def test_a_case_that_excludes_nothing_is_marked(tmp_path: Path) -> None:
    found = rule(tmp_path, ("    card: {indicator: info", "    uncertain: true\n    card: {indicator: info"))
    assert [case.uncertain for case in found.populations[0].cases] == [False, False, False, True, False]


def test_a_document_of_another_shape_is_refused_by_name() -> None:
    with pytest.raises(KnowledgeError, match="does not follow the schema of rules"):
        Knowledge.from_docs({RULE: {"rule": "family/drugone/src"}})
    broken = {"rule": "x", "status": "active", "ask": {"hooks": []}, "cases": [{"case": "a", "if": {"age": "old"}}]}
    with pytest.raises(KnowledgeError, match="run pmcds check"):
        Knowledge.from_docs({RULE: broken}).rules  # noqa: B018
