"""The second evaluator agrees with the product, short form (TB-03)."""

from __future__ import annotations

import ast
from itertools import islice
from pathlib import Path

from tests.evidence.goldens import engine
from tests.evidence.steps import differential_step
from tests.reference.differential import differences, run
from tests.reference.evaluator import lines
from tests.reference.facts import Facts


def test_two_evaluators_agree_on_random_patients() -> None:
    for index, facts, wrong in islice(run(engine(), seed=20260601), 30):
        loci = [name.split("*")[0] for name, status in facts.allele.items() if status == "present"]
        if len(loci) > len(set(loci)):
            continue  # two alleles of one locus are both copies: only the product concludes what is absent
        assert wrong == [], (index, facts)


def test_two_evaluators_agree_where_only_some_rules_speak() -> None:
    for number in range(200):
        assert differential_step(20260601, number).failures == []


def test_two_evaluators_agree_on_drugs_that_are_ordered_together() -> None:
    key = ("codeine", "pharmacogenomics/codeine/cpic")
    for other, outcome in (("paroxetine", "CANNOT-TELL"), ("meloxicam", "CLEAR")):
        facts = Facts(orders=("codeine", other), score={"CYP2D6": "2.0"})
        assert lines(facts)[key].outcome == outcome
        assert differences(engine(), facts) == []


def test_the_second_evaluator_shares_no_code_with_the_product() -> None:
    for name in ("documents", "facts", "evaluator"):
        tree = ast.parse((Path(__file__).parents[1] / "reference" / f"{name}.py").read_text())
        imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
        imported |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        assert not [module for module in imported if module.startswith("pmcds")]
