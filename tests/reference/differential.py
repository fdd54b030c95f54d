"""TB-03: random facts, the expected lines by the second evaluator, the lines that the product gives for their FHIR."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from typing import Any

import pmcds
from tests.reference.documents import listed, rules
from tests.reference.evaluator import Line, lines
from tests.reference.facts import Facts
from tests.reference.scenarios import NOW, as_fhir, random_facts

Key = tuple[str, str | None]
# DPWG reads alleles with tables of its own; the second evaluator knows the common ones only.
NOT_MODELLED = ("dpwg",)


def product_lines(engine: pmcds.Engine, facts: Facts) -> dict[Key, Line]:
    """The product's lines, by drug and rule."""
    result = engine.evaluate(as_fhir(facts, engine.terms), now=NOW)
    return {
        (line.drug or line.order, line.rule): Line(line.outcome, line.reason or "", line.quiet, line.cases)
        for line in result.ledger.orders
    }


def differences(engine: pmcds.Engine, facts: Facts, only: frozenset[str] | None = None) -> list[str]:
    """Where the two evaluators disagree; cases are compared where the line is decided.

    `only` are the rules of the engine, if it does not have all.
    """
    expected, found = lines(facts, only), product_lines(engine, facts)
    wrong = []
    for key in sorted({*expected, *found}, key=str):
        if key[1] is not None and _is_not_modelled(key[1], facts):
            continue
        want, got = expected.get(key), found.get(key)
        same = want is not None and got is not None and want[:3] == got[:3]
        if same and want is not None and got is not None and want.outcome in ("ALERT", "CLEAR"):
            same = set(want.cases) == set(got.cases)
        if not same:
            wrong.append(f"{key}: expected {want}, got {got}")
    return wrong


def _is_not_modelled(rule: str, facts: Facts) -> bool:
    """True for rules with tables of their own, about stated alleles, and about classes of variants or tumors."""
    stated = {name.split(" ", 1)[0] for name in facts.variant}
    document = rules()[rule]
    if _two_of_one_gene(document, facts):
        return True
    if rule.rsplit("/", 1)[-1] in NOT_MODELLED or (facts.cancer and "/any/" in rule):
        return True
    know = document["ask"].get("know", {})
    asked = listed(know.get("variant", []))
    if {"diplotype", "genotype"} & set(know) or [name for name in listed(know.get("allele", [])) if name[:3] != "HLA"]:
        return True
    return any(name.split(" ", 1)[0] in stated and name not in facts.variant for name in asked)


def _two_of_one_gene(document: Mapping[str, Any], facts: Facts) -> bool:
    """True if two alleles of a gene that the rule asks for are present: nobody has a third, which is not known here."""
    asked = {name.split("*")[0] for name in listed(document["ask"].get("know", {}).get("allele", []))}
    present = [name.split("*")[0] for name, state in facts.allele.items() if state == "present"]
    return any(present.count(gene) > 1 for gene in asked)


def run(engine: pmcds.Engine, seed: int, start: int = 0) -> Iterator[tuple[int, Facts, list[str]]]:
    """Cases without end, each from its seed and number alone."""
    index = start
    while True:
        facts = random_facts(random.Random(f"TB-03:{seed}:{index}"))
        yield index, facts, differences(engine, facts)
        index += 1
