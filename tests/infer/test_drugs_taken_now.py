"""Drugs taken now that change the activity which a genotype predicts: only verified ones, only while they act."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from pmcds.infer.evidence import index
from pmcds.infer.modulation import converted, with_modifiers
from pmcds.infer.tables import table_of
from pmcds.model.answers import Answer, Subject
from pmcds.model.findings import DrugMatch, Finding, Order, Reading, Source
from pmcds.model.genes import Gene
from tests.infer.support import NOW, ask, finding, genes, genotype

SCORE = Subject("activity_score", "CYP2D6")
WORD = Subject("phenotype", "CYP2D6")
STRONG = {"drug": "drugone", "role": "inhibitor", "strength": "strong", "status": "active", "source": "LABEL"}
RULES = (
    {"role": "inhibitor", "strength": "strong", "factor": "0", "status": "active", "source": "RULE"},
    {"role": "inhibitor", "strength": "moderate", "factor": "0.5", "status": "draft", "source": "DRAFT"},
)


def gene(*rows: dict[str, str], rules: tuple[dict[str, str], ...] = RULES) -> Gene:
    known = genes()["CYP2D6"]
    return replace(known, extra={**known.extra, "modulators": rows, "modulation": rules})


def taken(name: str = "drugone", state: str = "current", **more: Any) -> Finding:
    value = {"state": state, **({"until": more.pop("until")} if "until" in more else {})}
    return finding("medication", name, value, at=f"{name}-{value}", **more)


def changed(answer: Answer, known: Gene, *findings: Finding, orders: tuple[Order, ...] = ()) -> Answer:
    return with_modifiers(answer, table_of(known), index(Reading(findings), NOW), orders)


def normal(subject: Subject = SCORE) -> Answer:
    return Answer(subject, ("2.0",) if subject is SCORE else ("normal metabolizer",))


def test_pg86_a_strong_inhibitor_taken_now_leaves_no_activity_and_keeps_the_value_of_the_genotype() -> None:
    found = changed(normal(), gene(STRONG), taken())
    assert found.keys == ("2.0",)
    (modifier,) = found.modifiers
    assert (modifier.drug, modifier.role, modifier.strength, modifier.basis) == (
        "drugone",
        "inhibitor",
        "strong",
        "LABEL",
    )
    assert (modifier.keys, modifier.supposed, modifier.factor) == (("0.0",), (), "RULE")
    assert [source.resource for source in modifier.sources] == ["Observation/drugone-{'state': 'current'}"]


def test_a_shipped_gene_is_changed_by_a_shipped_drug() -> None:
    row = next(row for row in genes()["CYP2D6"].extra["modulators"] if row["strength"] == "strong")
    drug = finding("medication", row["drug"], {"state": "current"})
    found = ask("activity_score", "CYP2D6", genotype("CYP2D6", "*1/*1"), drug)
    assert (found.keys, [m.keys for m in found.modifiers]) == (("2.0",), [("0.0",)])
    assert ask("diplotype", "CYP2D6", genotype("CYP2D6", "*1/*1"), drug).modifiers == ()


def test_a_drug_on_order_is_taken_only_if_the_order_is_current() -> None:
    for state, count in (("current", 1), ("active", 1), ("draft", 0), ("on-hold", 0), ("planned", 0)):
        order = Order("MedicationRequest/1", DrugMatch(("drugone",), how="code"), state, source=Source("o", "/o"))
        modifiers = changed(normal(), gene(STRONG), orders=(order,)).modifiers
        assert len([one for one in modifiers if not one.drafted]) == count
        assert len([one for one in modifiers if one.drafted]) == (state == "draft"), "no fact yet"


@pytest.mark.parametrize("changes", [{"status": "draft"}, {"strength": "weak"}])
def test_what_is_not_verified_or_weak_changes_nothing(changes: dict[str, str]) -> None:
    answer = normal()
    assert changed(answer, gene({**STRONG, **changes}), taken()) is answer


def test_a_drug_that_is_not_taken_changes_nothing() -> None:
    answer = normal()
    assert changed(answer, gene(STRONG)) is answer
    assert changed(answer, gene(STRONG), taken("drugtwo")) is answer
    doubted = changed(answer, gene(STRONG), taken(status="indeterminate", reason="status-unreadable"))
    assert (doubted.keys, doubted.modifiers, doubted.notes) == (
        answer.keys,
        (),
        (*answer.notes, "order-status-unreadable"),
    )


@pytest.mark.parametrize("keys", [("0.0",), ("poor metabolizer",)])
def test_pg90_a_poor_metabolizer_never_becomes_poorer(keys: tuple[str, ...]) -> None:
    answer = replace(normal(), keys=keys)
    assert changed(answer, gene(STRONG), taken()) is answer


def test_a_rule_that_is_not_verified_is_told_with_its_factor_and_never_used() -> None:
    (modifier,) = changed(normal(), gene({**STRONG, "strength": "moderate"}), taken()).modifiers
    assert (modifier.keys, modifier.supposed, modifier.factor) == ((), ("1.0",), "DRAFT: times 0.5")


def test_without_a_rule_for_its_role_and_strength_a_drug_is_told_only() -> None:
    for row in ({**STRONG, "role": "inducer"}, {**STRONG, "strength": "strong/moderate"}):
        (modifier,) = changed(normal(), gene(row), taken()).modifiers
        assert (modifier.keys, modifier.supposed, modifier.factor) == ((), (), "")
    (modifier,) = changed(normal(), gene(STRONG, rules=()), taken()).modifiers
    assert modifier.keys == ()


def test_a_phenotype_is_told_of_the_drug_and_has_no_score_to_change() -> None:
    (modifier,) = changed(normal(WORD), gene(STRONG), taken()).modifiers
    assert (modifier.keys, modifier.supposed) == ((), ())


def test_pg88_where_nothing_is_known_of_the_gene_only_a_drug_that_leaves_no_activity_counts() -> None:
    moderate = {**STRONG, "strength": "moderate"}
    for reason in ("no-result", "indeterminate"):
        answer = Answer(SCORE, (), "unknown" if reason == "no-result" else "indeterminate", reason)
        assert [m.keys for m in changed(answer, gene(STRONG), taken()).modifiers] == [("0.0",)]
        assert changed(answer, gene(moderate), taken()) is answer
        verified = tuple({**rule, "status": "active"} for rule in RULES)
        assert changed(answer, gene(moderate, rules=verified), taken()) is answer


@pytest.mark.parametrize("reason", ["unknown-allele", "result-pending", "conflict", "withheld", "result-not-final"])
def test_a_result_that_is_there_and_cannot_be_used_is_never_replaced_by_a_drug(reason: str) -> None:
    answer = Answer(SCORE, (), "unreadable", reason)
    assert changed(answer, gene(STRONG), taken()) is answer


def day(before: int) -> str:
    return (NOW - timedelta(days=before)).date().isoformat()


@pytest.mark.parametrize(("before", "told"), [(0, True), (1, True), (14, True), (15, False), (-1, False)])
def test_pg88_a_drug_stopped_within_two_weeks_is_told_and_changes_nothing(before: int, told: bool) -> None:
    found = changed(normal(), gene(STRONG), taken(state="past", until=day(before)))
    assert [m.stopped for m in found.modifiers] == ([day(before)] if told else [])
    assert [m.keys for m in found.modifiers] == ([()] if told else [])


def test_of_several_ends_the_latest_counts_and_what_has_no_end_is_no_stopped_drug() -> None:
    stopped = [taken(state="past", until=day(9)), taken(state="past", until=day(3)), taken(state="past", until="soon")]
    assert [m.stopped for m in changed(normal(), gene(STRONG), *stopped).modifiers] == [day(3)]
    assert changed(normal(), gene(STRONG), taken(state="past")).modifiers == ()
    text = finding("medication", "drugone", "text", status="ignored", reason="not-current")
    assert changed(normal(), gene(STRONG), text).modifiers == ()
    held = taken(state="on-hold", until=day(3))
    assert changed(normal(), gene(STRONG), held).modifiers == ()


def test_a_drug_taken_again_is_taken_and_not_stopped() -> None:
    (modifier,) = changed(normal(), gene(STRONG), taken(), taken(state="past", until=day(3))).modifiers
    assert (modifier.stopped, modifier.keys) == ("", ("0.0",))


def test_one_part_of_a_combination_counts() -> None:
    assert len(changed(normal(), gene(STRONG), taken("drugone + drugtwo")).modifiers) == 1
    assert changed(normal(), gene(STRONG), taken("drugone forte + drugtwo")).modifiers == ()


@pytest.mark.parametrize(
    ("score", "factor", "told"),
    [
        ("2.0", "0", "0.0"),
        ("2.0", "0.5", "1.0"),
        ("1.0", "0.5", "0.5"),
        ("1.25", "0.5", "0.5"),
        ("0.25", "0.5", "0.0"),
        ("≥3.0", "0.5", "1.5"),
        ("≥3.0", "0", "0.0"),
        ("≥3.0", "1", "≥3.0"),
        ("2.0", "1", "2.0"),
    ],
)
def test_pg89_a_changed_score_is_the_next_lower_one_of_the_table_and_never_a_higher_one(
    score: str, factor: str, told: str
) -> None:
    found = converted(table_of(genes()["CYP2D6"]), score, Decimal(factor))
    assert found == told
    assert Decimal(found.lstrip("≥")) <= Decimal(score.lstrip("≥"))
