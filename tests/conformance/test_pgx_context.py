"""Drugs taken together, tests that are missing or on their way, and the passport (PG86-PG95)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

import pmcds
from pmcds.engine.modifiers import of_others, undefined, with_rule
from pmcds.fhir import bundle_of
from pmcds.infer.modulation import converted
from pmcds.infer.tables import table_of
from pmcds.model.answers import Answer, Modifier, Subject
from pmcds.passport import passport
from tests.conformance.pgx import NOW, engine
from tests.laws import check_laws

NORMAL = pmcds.Patient(diplotype={"CYP2D6": "*1/*1"})


def _lines(someone: pmcds.Patient, drug: str) -> dict[str, tuple[str, str | None]]:
    result = engine().evaluate(someone, order=drug, now=NOW)
    return {str(line.rule).rsplit("/", 1)[-1]: (line.outcome, line.reason) for line in result.ledger.orders}


def _text(result: pmcds.Result) -> str:
    return "\n".join(line for card in result.cards for block in card.detail for line in block.lines)


def _taking(someone: pmcds.Patient, *drugs: str | dict[str, str]) -> pmcds.Patient:
    return replace(someone, medication=list(drugs))


@pytest.mark.parametrize("drug", ["terbinafine", "duloxetine", "cinacalcet", "mirabegron"])
def test_h46_an_inhibitor_without_a_verified_rule_is_told_and_changes_nothing(drug: str) -> None:
    result = engine().evaluate(_taking(NORMAL, drug), order="codeine", now=NOW)
    assert {(line.outcome, line.reason) for line in result.ledger.orders if line.drug == "codeine"} == {
        ("CANNOT-TELL", "interaction-undefined")
    }
    assert f"{drug}, taken now, is a" in _text(result)
    assert "CYP2D6 activity score 2.0" in _text(result)
    assert {row.lookup["CYP2D6"] for row in result.recommendations} == {"2.0"}


@pytest.mark.parametrize("drug", ["paroxetine", "fluoxetine", "bupropion", "quinidine"])
def test_pg86_a_strong_inhibitor_taken_now_leaves_no_activity(drug: str) -> None:
    result = engine().evaluate(_taking(NORMAL, drug), order="codeine", now=NOW)
    assert {line.outcome for line in result.ledger.orders if line.drug == "codeine"} == {"ALERT"}
    assert result.cards[0].summary.startswith("CYP2D6 activity score 0.0 with ")
    text = _text(result)
    assert f"{drug}, taken now, is a strong inhibitor of CYP2D6" in text
    assert "2.0" in text


def test_pg87_the_card_says_what_holds_if_the_inhibitor_is_stopped() -> None:
    text = _text(engine().evaluate(_taking(NORMAL, "paroxetine"), order="codeine", now=NOW))
    assert "Without paroxetine, by the genotype (CYP2D6 activity score 2.0)" in text


def test_pg87_an_alert_of_the_genotype_is_never_lost_by_an_inhibitor() -> None:
    """With the inhibitor this drug needs no change, without it the genotype advises against it."""
    ultrarapid = pmcds.Patient(diplotype={"CYP2D6": "*1x2/*2"})
    assert _lines(ultrarapid, "ondansetron")["cpic"][0] == "ALERT"
    result = engine().evaluate(_taking(ultrarapid, "quinidine"), order="ondansetron", now=NOW)
    by_gene = [line for line in result.ledger.orders if str(line.rule).startswith("pharmacogenomics/")]
    assert {line.outcome for line in by_gene} == {"ALERT"}
    assert "quinidine, taken now, is a strong inhibitor of CYP2D6" in _text(result)
    assert "what is said here is for the genotype" in _text(result)


def test_pg88_a_strong_inhibitor_counts_whatever_the_genotype_would_be() -> None:
    result = engine().evaluate(_taking(pmcds.Patient(), "paroxetine"), order="codeine", now=NOW)
    assert {line.outcome for line in result.ledger.orders if line.drug == "codeine"} == {"ALERT"}
    assert "whatever the genotype, which is not known" in _text(result)
    assert _lines(_taking(pmcds.Patient(), "duloxetine"), "codeine") == _lines(pmcds.Patient(), "codeine")


@pytest.mark.parametrize(("ended", "told"), [("2026-05-25", True), ("2026-04-01", False)])
def test_pg88_an_inhibitor_stopped_lately_is_information_only(ended: str, told: bool) -> None:
    bundle = bundle_of(NORMAL, now=NOW, terms=engine().terms)
    bundle["entry"].append(
        {
            "resource": {
                "resourceType": "MedicationStatement",
                "id": "stopped",
                "status": "completed",
                "subject": {"reference": "Patient/" + bundle["entry"][0]["resource"]["id"]},
                "medicationCodeableConcept": {"text": "paroxetine"},
                "effectivePeriod": {"start": "2026-01-01", "end": ended},
            }
        }
    )
    result = engine().evaluate(bundle, order="metoprolol", now=NOW)
    assert {line.outcome for line in result.ledger.orders} == {"CLEAR"}
    poor = replace(NORMAL, diplotype={"CYP2D6": "*1/*4"})
    bundle["entry"][1:-1] = bundle_of(poor, now=NOW, terms=engine().terms)["entry"][1:]
    assert ("paroxetine, stopped on 2026-05-25" in _text(engine().evaluate(bundle, order="codeine", now=NOW))) is told


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
    changed = with_rule(of_others(answer, None))
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


def ordered_test(text: str, subject: str) -> dict[str, Any]:
    """An active order of a test, known by its words."""
    return {
        "resourceType": "ServiceRequest", "id": "test-order", "status": "active", "intent": "order",
        "subject": {"reference": subject}, "code": {"text": text},
    }  # fmt: skip


def test_pg94_a_pending_test_is_told_and_not_asked_for_again() -> None:
    pending = ordered_test("CYP2C19 genotype", "Patient/p")
    bundle = {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"resource": {"resourceType": "Patient", "id": "p"}}, {"resource": pending}],
    }
    result = engine().evaluate(bundle, order="clopidogrel", now=NOW)
    assert {line.reason for line in result.ledger.orders} == {"result-pending"}
    assert not [one for card in result.cards for one in card.suggestions]
    assert "a result is pending" in _text(result)


@pytest.mark.parametrize(
    ("someone", "drug", "test"),
    [
        (pmcds.Patient(diplotype={"CYP2C19": "*2/*2"}), "clopidogrel", "CYP2C19 genotype"),
        (pmcds.Patient(allele={"HLA-B*57:01": "present"}), "abacavir", "HLA-B typing"),
    ],
)
def test_bio_pt_04_a_germline_test_that_is_ordered_again_is_noticed(
    someone: pmcds.Patient, drug: str, test: str
) -> None:
    bundle = bundle_of(someone, now=NOW, terms=engine().terms)
    remark = "a test of this gene is ordered although this result is on file"
    assert remark not in _text(engine().evaluate(bundle, order=drug, now=NOW))
    bundle["entry"].append({"resource": ordered_test(test, "Patient/patient-1")})
    assert remark in _text(engine().evaluate(bundle, order=drug, now=NOW))


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


@pytest.mark.parametrize("drugs", [("paroxetine",), ("duloxetine",), ("paroxetine", "duloxetine"), ("terbinafine",)])
@pytest.mark.parametrize("diplotype", ["*1/*1", "*1x2/*2", "*4/*4", "*1/*22", None])
def test_h46_the_laws_hold_whatever_is_taken(drugs: tuple[str, ...], diplotype: str | None) -> None:
    someone = pmcds.Patient(diplotype={"CYP2D6": diplotype} if diplotype else {}, medication=list(drugs))
    for drug in ("codeine", "metoprolol", "ondansetron", "amitriptyline"):
        check_laws(engine(), engine().evaluate(someone, order=drug, now=NOW), named=True)
