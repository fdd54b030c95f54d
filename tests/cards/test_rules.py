"""What every rule file keeps, read from the files alone."""

from __future__ import annotations

from decimal import Decimal
from itertools import product
from math import prod
from pathlib import Path
from typing import Any

import pytest

from tests.cards.files import CARDS, beside, cases_of, check_facts, load, rule_paths

RULES = pytest.mark.parametrize("path", rule_paths(), ids=lambda path: "/".join(path.parts[-3:]))
WORDS = ("unknown", "indeterminate")


@RULES
def test_the_id_is_the_path(path: Path) -> None:
    assert load(path)["rule"] == path.relative_to(CARDS).as_posix().removesuffix(".yaml")


@RULES
def test_a_test_file_stands_beside_it_with_an_alert_a_clear_and_an_open_line(path: Path) -> None:
    tests = load(beside(path))
    assert tests["rule"] == load(path)["rule"]
    outcomes = {test["expect"]["outcome"] for test in tests["tests"]}
    if load(path)["status"] == "active":
        wanted = {"ALERT", "CLEAR", "CANNOT-TELL"}
        rule = load(path)["rule"]
        always_advises = rule in ALWAYS_ADVISES or rule.split("/")[1] in ALWAYS_ADVISES
        assert outcomes >= (wanted - {"CLEAR"} if always_advises else wanted)
    names = [test["name"] for test in tests["tests"]]
    assert len(set(names)) == len(names)


# Guidelines that advise something for every known result.
ALWAYS_ADVISES = (
    "tumor/colorectal/dabrafenib-trametinib",  # the label's limitation holds whatever the variant
    "laboratory/jcv/natalizumab", "laboratory/ccr5/maraviroc",  # known by name only: never clear
    "atomoxetine", "hydralazine", "omeprazole", "lansoprazole", "pantoprazole", "dexlansoprazole",
    "eliglustat", "warfarin", "desflurane", "enflurane", "halothane", "isoflurane", "methoxyflurane", "sevoflurane",
    "succinylcholine",
)  # fmt: skip


@RULES
def test_every_card_names_evidence_that_is_there(path: Path) -> None:
    rule = load(path)
    for _, case in cases_of(rule):
        if "card" in case:
            assert set(case["card"]["because"]) <= set(rule["evidence"])


@RULES
def test_no_case_is_silent_about_an_indeterminate_result(path: Path) -> None:
    for _, case in cases_of(load(path)):
        if "silent" in case:
            assert "indeterminate" not in str(case.get("if"))
            assert "conflicting" not in str(case.get("if"))


def _values(rule: dict[str, Any], cases: list[dict[str, Any]]) -> dict[tuple[str, str], list[str]]:
    """Every value of each question that the cases ask."""
    return {
        (kind, subject): [*_keys(kind, subject, rule["ask"].get("tables"), stated), *WORDS]
        for (kind, subject), stated in _asked([case.get("if", {}) for case in cases]).items()
    }


def _asked(part: Any) -> dict[tuple[str, str], set[str]]:
    """The questions of conditions, each with the values that are named."""
    facts = check_facts()
    found: dict[tuple[str, str], set[str]] = {}
    for one in part if isinstance(part, list) else [part]:
        for kind, stated in one.items():
            inner = _asked(stated) if kind in ("any", "all", "not") else {}
            if kind in facts.OPEN_WORLD:
                named = {name: facts.many(values) for name, values in stated.items()}
                inner = {(kind, name): {v for v in values if isinstance(v, str)} for name, values in named.items()}
            for question, values in inner.items():
                found.setdefault(question, set()).update(values)
    return found


def _keys(kind: str, subject: str, tables: str | None, stated: set[str]) -> list[str]:
    if kind in ("allele", "variant"):
        return ["present", "absent"]
    if kind == "diplotype":
        return [*sorted(stated - set(WORDS)), "another"]
    own = CARDS / "genes" / str(tables) / f"{subject}.yaml"
    gene = load(own if own.exists() else CARDS / "genes" / f"{subject}.yaml")
    if kind in ("phenotype", "genotype"):
        steps = {step["phenotype"] for step in gene.get("score_to_phenotype", [])}
        return sorted({*steps, *gene.get("phenotype_of", {}).values()} - {"indeterminate"})
    return _scores(list(gene["activity_values"]))


def _scores(values: list[str]) -> list[str]:
    """Every sum of two activity values; "≥" stays in front."""
    sums = set()
    for one, other in product([value for value in values if value != "n/a"], repeat=2):
        total = Decimal(one.lstrip("≥")) + Decimal(other.lstrip("≥"))
        text = f"{total.normalize():f}"
        sums.add(("≥" if "≥" in one + other else "") + (text if "." in text else f"{text}.0"))
    return sorted(sums)


# More combinations than this are left to `cover`, which does not try them one by one.
MOST = 100_000

PHARMACOGENOMIC = [path for path in rule_paths() if "pharmacogenomics" in path.parts]


@pytest.mark.parametrize("path", PHARMACOGENOMIC, ids=lambda path: path.parent.name)
def test_pg56_every_value_reaches_a_case_and_every_case_is_reached(path: Path) -> None:
    rule, facts = load(path), check_facts()
    lists = [one["cases"] for one in rule["populations"]] if "populations" in rule else [rule["cases"]]
    for cases in lists:
        reached = set()
        values = _values(rule, cases)
        if prod(len(one) for one in values.values()) > MOST:
            continue
        for combination in product(*values.values()):
            case = facts.first_case(cases, dict(zip(values, combination, strict=True)))
            assert case is not None, combination
            reached.add(case["case"])
        # How long a drug has been taken is no result of the tables: `cover` tries it.
        assert reached == {case["case"] for case in cases if "taken_for" not in case.get("if", {})}
