"""Who a row speaks to is decided by what the specification says, and by nothing else.

Section 5.4 of the pharmacogenomic specification names the populations and the facts that decide; adults are taken to be
18 years and older (each rule says so under its limits).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tests.cards.knowledge import active, many

ADULTS, CHILDREN = {"age": {"at_least": "18"}}, {"age": {"below": "18"}}
CORONARY = ["acute coronary syndrome", "percutaneous coronary intervention"]
MEK = ["trametinib", "cobimetinib"]


def used(drug: str) -> dict[str, Any]:
    return {"taken_for": {drug: {"above": "3", "unit": "mo"}}}


PHENYTOIN = {"any": [used("phenytoin"), used("fosphenytoin")]}
WITH_MEK = {"any": [{"ordered_with": MEK}, {"medication": MEK}]}
DECIDED: dict[str, Mapping[str, Any]] = {
    "adults": ADULTS, "pediatrics": CHILDREN, "child >40kg_adult": ADULTS,
    "Adults, ancestry not African": ADULTS, "Adults, African ancestry": ADULTS,
    "Children, European ancestry": CHILDREN, "Children, other ancestry": CHILDREN,
    "CBZ naive": {"not": used("carbamazepine")}, "CBZ-no alternatives": {"not": used("carbamazepine")},
    "CBZ use >3mos": used("carbamazepine"),
    "OXC naive": {"not": used("oxcarbazepine")}, "OXC use >3 mos": used("oxcarbazepine"),
    "PHT naive": {"not": PHENYTOIN}, "PHT use >3mos": PHENYTOIN,
    "CVI ACS PCI": {"condition": CORONARY},
    "CVI non-ACS non-PCI": {
        "condition": ["peripheral arterial disease", "coronary artery disease"], "not": {"condition": CORONARY},
    },
    "NVI": {"condition": "neurovascular disease"},
    "malignancy": {"condition": "malignancy"}, "nonmalignancy": {"condition": "inflammatory bowel disease"},
    "single agent": {"not": WITH_MEK}, "with a MEK inhibitor": WITH_MEK,
}  # fmt: skip


def test_each_population_is_decided_by_the_facts_of_the_specification() -> None:
    seen = set()
    for rule in active():
        for one in rule.document.get("populations", ()):
            if "when" in one:
                seen.add(one["population"])
                assert one["when"] == DECIDED[one["population"]], (rule.id, one["population"])
            else:  # a gene's own guideline: every population speaks
                assert rule.source == "dpwg", (rule.id, one["population"])
    assert seen == set(DECIDED)


def _atoms(part: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(part, Mapping):
        for key, value in part.items():
            yield key, value
            yield from _atoms(value)
    elif isinstance(part, list):
        for one in part:
            yield from _atoms(one)


def test_minors_are_below_eighteen_in_every_rule() -> None:
    counted = 0
    for rule in active():
        for _, case in rule.cases():
            for key, value in _atoms(case.get("if", {})):
                if key == "age":
                    counted += 1
                    assert value in ({"at_least": "18"}, {"below": "18"}), (rule.id, case["case"])
    assert counted >= 14


def test_tolerance_is_use_of_the_ordered_drug_for_more_than_three_months() -> None:
    pair = {"phenytoin", "fosphenytoin"}
    for rule in active():
        conditions = [case.get("if", {}) for _, case in rule.cases()]
        conditions += [one.get("when", {}) for one in rule.document.get("populations", ())]
        for key, value in _atoms(conditions):
            if key == "taken_for":
                assert list(value.values()) == [{"above": "3", "unit": "mo"}], rule.id
                assert set(value) <= (pair if pair & set(rule.drugs) else set(rule.drugs)), rule.id


def test_a_rule_below_the_folder_of_a_drug_is_about_that_drug() -> None:
    folders = [rule for rule in active() if rule.family == "pharmacogenomics"]
    for rule in folders:
        folder = rule.path.parent.name
        assert folder in {drug.replace(" ", "-") for drug in many(rule.document["ask"]["drug"])}, rule.id
    assert len(folders) > 150


def test_no_route_is_asked_for_but_the_systemic_one() -> None:
    assert {rule.document["ask"].get("route", "systemic") for rule in active()} == {"systemic"}
