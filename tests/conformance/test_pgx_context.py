"""Drugs taken together, tests that are missing or on their way, and the passport (PG86-PG95)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

import pmcds
from pmcds.engine.modifiers import for_order, undefined
from pmcds.infer.modulation import converted
from pmcds.infer.tables import table_of
from pmcds.model.answers import Answer, Modifier, Subject
from pmcds.passport import passport
from tests.conformance.pgx import NOW, engine

NORMAL = pmcds.Patient(diplotype={"CYP2D6": "*1/*1"})


def _lines(someone: pmcds.Patient, drug: str) -> dict[str, tuple[str, str | None]]:
    result = engine().evaluate(someone, order=drug, now=NOW)
    return {str(line.rule).rsplit("/", 1)[-1]: (line.outcome, line.reason) for line in result.ledger.orders}


@pytest.mark.parametrize("drug", ["paroxetine", "fluoxetine", "bupropion", "quinidine", "terbinafine", "duloxetine"])
def test_h46_an_inhibitor_taken_now_is_never_ignored(drug: str) -> None:
    result = engine().evaluate(replace(NORMAL, medication=[drug]), order="codeine", now=NOW)
    assert {(line.outcome, line.reason) for line in result.ledger.orders if line.drug == "codeine"} == {
        ("CANNOT-TELL", "interaction-undefined")
    }
    text = "\n".join(line for card in result.cards for block in card.detail for line in block.lines)
    assert f"{drug}, taken now, is a" in text
    assert "CYP2D6 activity score 2.0" in text


def test_pg86_an_unverified_factor_changes_no_score() -> None:
    found = engine().evaluate(replace(NORMAL, medication=["paroxetine"]), order="codeine", now=NOW).recommendations
    assert {row.lookup["CYP2D6"] for row in found} == {"2.0"}


def test_pg86_a_draft_row_never_fires() -> None:
    assert _lines(replace(NORMAL, medication=["rolapitant"]), "codeine") == _lines(NORMAL, "codeine")


def test_pg86_a_weak_inhibitor_changes_nothing() -> None:
    assert _lines(replace(NORMAL, medication=["celecoxib"]), "codeine") == _lines(NORMAL, "codeine")


def test_pg90_the_ordered_drug_does_not_change_its_own_rows() -> None:
    assert _lines(replace(NORMAL, medication=["paroxetine"]), "paroxetine")["cpic"][0] == "CLEAR"


def test_pg90_a_poor_metabolizer_is_not_converted() -> None:
    poor = pmcds.Patient(diplotype={"CYP2D6": "*4/*4"})
    assert _lines(replace(poor, medication=["paroxetine"]), "codeine") == _lines(poor, "codeine")


def test_pg111_a_drug_without_a_row_changes_nothing() -> None:
    assert _lines(replace(NORMAL, medication=["metformin"]), "codeine") == _lines(NORMAL, "codeine")


@pytest.mark.parametrize(
    ("score", "factor", "with_drug"),
    [("2.0", "0", "0.0"), ("2.0", "0.5", "1.0"), ("0.75", "0.5", "0.25"), ("≥3.0", "0", "0.0"), ("1.25", "0.5", "0.5")],
)
def test_pg89_a_product_below_the_grid_is_the_next_lower_score(score: str, factor: str, with_drug: str) -> None:
    table = table_of(engine().knowledge.genes["CYP2D6"])
    assert converted(table, score, Decimal(factor)) == with_drug


def _modifier(drug: str, strength: str, *keys: str) -> Modifier:
    return Modifier(drug, "inhibitor", strength, "a source", keys)


def test_pg87_a_verified_rule_shows_both_values_and_the_strongest_counts() -> None:
    answer = Answer(
        Subject("activity_score", "CYP2D6"),
        ("2.0",),
        text="*1/*1",
        modifiers=(_modifier("one", "moderate", "1.0"), _modifier("two", "strong", "0.0")),
    )
    changed = for_order(answer, None)
    assert changed.keys == ("0.0",)
    assert changed.text == "*1/*1, 2.0 without two"
    assert undefined([changed]) == ()


def test_pg93_no_result_of_a_required_test_is_a_warning() -> None:
    (card,) = engine().evaluate(pmcds.Patient(), order="siponimod", now=NOW).cards
    assert card.indicator == "warning"
    assert [type(one).__name__ for one in card.suggestions] == ["OrderTest"]


@pytest.mark.parametrize(("groups", "cards"), [((), 0), (("required",), 1), (("recommended",), 0)])
def test_pg93_a_site_can_mute_each_group(groups: tuple[str, ...], cards: int) -> None:
    some = pmcds.Engine(engine().knowledge, pmcds.Settings(pretest=groups))
    result = some.evaluate(pmcds.Patient(), order="siponimod", now=NOW)
    assert len(result.cards) == cards
    assert {line.outcome for line in result.ledger.orders} == {"CANNOT-TELL"}
    assert all(line.quiet for line in result.ledger.orders) is (cards == 0)


def test_pg94_a_pending_test_is_told_and_not_asked_for_again() -> None:
    pending = {
        "resourceType": "ServiceRequest",
        "id": "sr",
        "status": "active",
        "intent": "order",
        "subject": {"reference": "Patient/p"},
        "code": {"text": "CYP2C19 genotype"},
    }
    bundle = {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"resource": {"resourceType": "Patient", "id": "p"}}, {"resource": pending}],
    }
    result = engine().evaluate(bundle, order="clopidogrel", now=NOW)
    reasons = {line.reason for line in result.ledger.orders}
    if "result-pending" in reasons:
        assert not [one for card in result.cards for one in card.suggestions]
    else:
        pytest.skip("the reader did not recognize the request")


def test_pg93_drugs_without_expected_testing_are_silent() -> None:
    assert engine().evaluate(pmcds.Patient(), order="metoprolol", now=NOW).cards == ()


def test_the_passport_lists_genes_with_table_and_drugs() -> None:
    someone = pmcds.Patient(diplotype={"CYP2D6": "*4/*4"}, allele={"HLA-B*57:01": "present"})
    made = passport(engine(), someone, now=NOW).to_dict()
    entries = {entry["gene"]: entry for entry in made["genes"]}
    assert list(entries) == ["CYP2D6", "HLA-B*57:01"]
    poor = entries["CYP2D6"]
    assert (poor["alleles"], poor["activity_score"], poor["phenotype"]) == ("*4/*4", "0.0", "poor metabolizer")
    assert poor["table"] == "CPIC diplotype table, 2026-10-11"
    assert {"codeine", "tramadol"} <= {matter["drug"] for matter in poor["drugs"]}
    assert {matter["drug"] for matter in entries["HLA-B*57:01"]["drugs"]} >= {"abacavir"}


def test_the_passport_of_nobody_known_is_empty() -> None:
    assert passport(engine(), pmcds.Patient(), now=NOW).to_dict()["genes"] == []
