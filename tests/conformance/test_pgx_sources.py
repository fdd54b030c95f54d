"""What rules cite, and which ask for a test, against the reference data (PG81, PG92, PG93)."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from pmcds.model.rules import Rule
from tests.conformance.pgx import engine, lines
from tests.shared import needs_shared

FDA_TABLE = "https://www.fda.gov/medical-devices/precision-medicine/table-pharmacogenetic-associations"
ANNOTATION = re.compile(r"https://www\.clinpgx\.org/guidelineAnnotation/(PA\d+)")
LABEL = re.compile(r"https://www\.clinpgx\.org/labelAnnotation/(PA\d+)")
REQUIRED, RECOMMENDED = "Testing required", "Testing recommended"
# Valproate has a rule of its own family; the others have no rule: no label text was read that says when to test.
ELSEWHERE = {"valproic acid", "divalproex sodium", "carglumic acid", "velaglucerase alfa"}

pytestmark = needs_shared


@lru_cache(maxsize=8)
def _rows(name: str) -> tuple[dict[str, Any], ...]:
    return tuple(lines(name))


def _rules(source: str) -> Iterator[Rule]:
    for rule in engine().knowledge.rules:
        if rule.id.startswith("pharmacogenomics/") and rule.source == source:
            yield rule


def test_every_dpwg_rule_cites_the_annotations_that_its_rows_come_from() -> None:
    annotations = defaultdict(set)
    for row in _rows("dpwg.jsonl"):
        annotations[row["drug"]].add(row["guideline"])
    for rule in _rules("dpwg"):
        cited = {match[1] for one in rule.evidence.values() if (match := ANNOTATION.fullmatch(one.url))}
        assert cited == annotations[rule.drugs[0]], rule.id


def test_every_fda_rule_cites_the_table_of_associations() -> None:
    for rule in _rules("fda"):
        assert {one.url for one in rule.evidence.values()} == {FDA_TABLE}, rule.id


def test_pg81_every_label_that_mentions_the_gene_is_named_beside_another_sources_rule() -> None:
    annotations = defaultdict(set)
    for row in _rows("fda.jsonl"):
        if row["source"] == "FDA-label":
            annotations[row["drug"]].add(row["annotation_id"])
    checked = 0
    for rule in (*_rules("cpic"), *_rules("dpwg")):
        named = {match[1] for one in rule.evidence.values() if (match := LABEL.fullmatch(one.url))}
        assert named <= annotations[rule.drugs[0]], rule.id
        if rule.source == "cpic":
            assert named == annotations[rule.drugs[0]], rule.id
            checked += len(named)
    assert checked == 42


def _asks(rule: Rule) -> str | None:
    """The indicator of the cases that only ask for a test."""
    cases = [case for population in rule.populations for case in population.cases if case.card is not None]
    found = {c.card.indicator for c in cases if c.card and {one.action for one in c.card.advice} == {"test-first"}}
    return found.pop() if found else None


def _wanted(rule: Rule) -> str | None:
    """required -> warning; recommended, or level A with a row that says avoid -> info; else quiet."""
    genes = {subject.name.partition("*")[0].partition(" ")[0] for subject in rule.subjects}
    drug = next(row for row in _rows("drugs.jsonl") if row["name"] == rule.drugs[0])
    pairs = [pair for gene, pair in drug["genes"].items() if gene in genes]
    cases = [case for population in rule.populations for case in population.cases if case.card is not None]
    avoids = any(case.card.advice and case.card.advice[0].action == "avoid" for case in cases if case.card)
    if any(pair["fda_label"] == REQUIRED for pair in pairs):
        return "warning"
    level_a = any(pair["cpic_level"] == "A" for pair in pairs)
    return "info" if any(pair["fda_label"] == RECOMMENDED for pair in pairs) or (level_a and avoids) else None


def test_pg93_exactly_the_drugs_of_the_rule_ask_for_a_test() -> None:
    different = {
        rule.id: (_asks(rule), _wanted(rule))
        for rule in (*_rules("cpic"), *_rules("fda"))
        if _asks(rule) != _wanted(rule)
    }
    assert different == {}


def test_pg92_every_drug_whose_label_requires_or_recommends_a_test_has_a_rule_or_a_reason() -> None:
    expected = {
        row["name"]
        for row in _rows("drugs.jsonl")
        if any(pair["fda_label"] in (REQUIRED, RECOMMENDED) for pair in row["genes"].values())
    }
    covered = {drug for rule in engine().knowledge.rules for drug in rule.drugs if _asks(rule)}
    assert expected - covered == ELSEWHERE & expected - covered
