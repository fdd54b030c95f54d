"""The warfarin rule follows the two dosing charts: every path is walked here by a second hand and compared.

The steps are those of section 8 of the pharmacogenomic specification (the chart of the guideline of 2017).
"""

from __future__ import annotations

import json
import re
from itertools import product
from typing import Any

import pytest

from tests.cards.files import CARDS, check_facts, load
from tests.cards.knowledge import advice
from tests.shared import SHARED, needs_shared

RULE = load(CARDS / "pharmacogenomics" / "warfarin" / "cpic.yaml")
CASES = {one["population"]: one["cases"] for one in RULE["populations"]}
NOT_AFRICAN, AFRICAN = "Adults, ancestry not African", "Adults, African ancestry"
RARE = ("CYP2C9*5", "CYP2C9*6", "CYP2C9*8", "CYP2C9*11")
Said = set[tuple[str, str, str]]


def steps(african: bool, rare: list[str], cyp4f2: str, cluster: str, poor: bool) -> Said | None:
    """What the chart says for adults whose VKORC1, *2 and *3 are known; None where it says to dose clinically."""
    found: Said = {("adjust-dose", "", "")}
    if poor:  # note e: at any step
        return found | {("consider-alternative", "", "")}
    carrier = "present" in rare
    if carrier:
        found.add(("reduce-dose", "15", "30"))
    elif african and "unknown" in rare:
        return None
    if not african and cyp4f2 == "present":
        found.add(("increase-dose", "5", "10"))
    if african and cluster == "present":
        found.add(("reduce-dose", "10", "25"))
    return found


def speaks(population: str, rare: list[str], cyp4f2: str, cluster: str, poor: bool, site: str) -> Any:
    values = {("genotype", "VKORC1"): site, ("allele", "CYP2C9*2"): "absent", ("allele", "CYP2C9*3"): "absent"}
    values |= {("allele", name): value for name, value in zip(RARE, rare, strict=True)}
    values |= {("allele", "CYP4F2 rs2108622 T"): cyp4f2, ("variant", "CYP2C9 rs12777823"): cluster}
    values["phenotype", "CYP2C9"] = "poor metabolizer" if poor else "normal metabolizer"
    return check_facts().first_case(CASES[population], values)


def said(case: Any) -> Said | None:
    if any(one["action"] == "inform" for one in advice(case)):
        return None
    percents = (one.get("by_percent", {}) for one in advice(case))
    return {
        (one["action"], by.get("from", ""), by.get("to", "")) for one, by in zip(advice(case), percents, strict=True)
    }


ALLELES = [[value if place == at else "absent" for place in range(4)] for at in range(4) for value in ("present",)]
ALLELES += [["absent"] * 4, ["unknown"] * 4, ["absent", "absent", "absent", "unknown"]]


@pytest.mark.parametrize("population", [NOT_AFRICAN, AFRICAN])
def test_every_path_of_the_adult_chart_is_said(population: str) -> None:
    states = ("present", "absent", "unknown")
    for rare, cyp4f2, cluster, poor in product(ALLELES, states, states, (True, False)):
        for site in ("-1639 AA", "-1639 AG", "-1639 GG"):
            case = speaks(population, rare, cyp4f2, cluster, poor, site)
            wanted = steps(population == AFRICAN, rare, cyp4f2, cluster, poor)
            assert said(case) == wanted, (case["case"], rare, cyp4f2, cluster, poor)
            assert case["card"]["indicator"] == ("warning" if poor else "info")
            _path_is_told(case, population, rare, cyp4f2, cluster, poor)


def _path_is_told(case: Any, population: str, rare: list[str], cyp4f2: str, cluster: str, poor: bool) -> None:
    """The card shows the path taken (PG73)."""
    path = next(one["note"]["en"] for one in advice(case) if one.get("note", {}).get("en", "").startswith("Path:"))
    assert ("ancestry African (n8)" in path) is (population == AFRICAN)
    assert ("ancestry not African (n5)" in path) is (population == NOT_AFRICAN)
    assert ("poor metabolism (note e)" in path) is poor
    if not poor:
        rare_node, cyp4f2_node = ("(n11)", None) if population == AFRICAN else ("(n6)", "(n7)")
        assert (rare_node in path) is ("present" in rare)
        assert cyp4f2_node is None or (cyp4f2_node in path) is (cyp4f2 == "present")
        told = population == AFRICAN and cluster == "present" and said(case) is not None
        assert ("rs12777823" in path) is told


def test_where_an_asked_result_is_missing_the_chart_says_to_dose_clinically() -> None:
    for cases in CASES.values():
        for subject in (("genotype", "VKORC1"), ("allele", "CYP2C9*2"), ("allele", "CYP2C9*3")):
            values = {("genotype", "VKORC1"): "-1639 GG", ("allele", "CYP2C9*2"): "absent", subject: "unknown"}
            values.setdefault(("allele", "CYP2C9*3"), "absent")
            case = check_facts().first_case(cases, values)
            assert "silent" in case and "clinical data alone" in case["silent"]
            case = check_facts().first_case(cases, {**values, subject: "indeterminate"})
            assert said(case) == {("no-recommendation", "", "")}


def test_children_of_european_ancestry_get_the_pediatric_algorithm_and_others_none() -> None:
    values = {("genotype", "VKORC1"): "-1639 AG", ("allele", "CYP2C9*2"): "present", ("allele", "CYP2C9*3"): "absent"}
    european = check_facts().first_case(CASES["Children, European ancestry"], values)
    assert said(european) == {("adjust-dose", "", "")}
    assert "algorithm for children" in json.dumps(european)
    other = check_facts().first_case(CASES["Children, other ancestry"], values)
    assert said(other) is None
    assert "clinical data alone" in json.dumps(other)


@needs_shared
def test_the_percentages_are_those_of_the_chart() -> None:
    assert SHARED is not None
    chart = (SHARED / "data" / "pgx" / "warfarin_flowchart.json").read_text(encoding="utf-8")
    stated = set(re.findall(r"(?i)by (\d+)-(\d+)%|(20)-(40)%", chart))
    ranges = {tuple(part for part in one if part) for one in stated}
    assert {("15", "30"), ("5", "10"), ("10", "25"), ("20", "40")} <= ranges
    for cases in CASES.values():
        for case in cases:
            for one in advice(case):
                if "by_percent" in one:
                    assert (one["by_percent"]["from"], one["by_percent"]["to"]) in ranges
                for found in re.findall(r"(\d+)-(\d+) %", json.dumps(one)):
                    assert found in ranges
