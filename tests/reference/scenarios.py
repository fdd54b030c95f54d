"""Random patients as abstract facts, and the same facts as FHIR for the product to read."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import pmcds
from pmcds.fhir import bundle_of
from pmcds.terminology import Terms
from tests.reference.documents import genes, listed, rules
from tests.reference.evaluator import questions
from tests.reference.facts import BLURS, Facts, possible_scores

NOW = datetime(2026, 6, 1, tzinfo=UTC)
_TWO_COPIES = ("sum-of-two", "two-lowest", "function-pair")
# Drugs of the tables that no rule is about.
_UNCOVERED = ("prasugrel", "metformin", "aspirin")


@cache
def _asked() -> dict[str, list[str]]:
    """Every name that some rule asks about, by kind."""
    found: dict[str, set[str]] = {}
    for rule in rules().values():
        for population in rule.get("populations") or [rule]:
            conditions = [population.get("when", {}), *(case.get("if", {}) for case in population["cases"])]
            for kind, name in (question for condition in conditions for question in questions(condition)):
                found.setdefault(kind, set()).add(name)
    return {kind: sorted(names) for kind, names in found.items()}


@cache
def _drugs() -> list[str]:
    return sorted({drug for rule in rules().values() for drug in listed(rule["ask"].get("drug", []))})


@cache
def _known_for() -> dict[str, list[tuple[str, list[str]]]]:
    """For each drug what its rules want to know, by kind."""
    found: dict[str, list[tuple[str, list[str]]]] = {}
    for rule in rules().values():
        for drug in listed(rule["ask"].get("drug", [])):
            found.setdefault(drug, []).extend((kind, listed(n)) for kind, n in rule["ask"].get("know", {}).items())
    return found


@cache
def _phenotypes() -> dict[str, list[str]]:
    """For each gene the phenotypes that the rules name or the gene's table gives."""
    found: dict[str, set[str]] = {}
    for gene, document in genes().items():
        for row in document.get("score_to_phenotype", []):
            found.setdefault(gene, set()).add(row["phenotype"])
        for phenotype in document.get("phenotype_of", {}).values():
            if phenotype != "indeterminate":
                found.setdefault(gene, set()).add(phenotype)
    return {gene: sorted(names) for gene, names in found.items()}


def _diplotype(gene: str, rng: random.Random) -> str | None:
    document = genes()[gene]
    if document["method"] not in _TWO_COPIES:
        return None
    table = document["activity_values"] if "activity_values" in document else document["functions"]
    groups = [listed(table[key]) for key in table if not key.startswith("≥")]
    picked = []
    for _ in range(2):
        usable = [a for a in rng.choice(groups) if a.startswith("*") and not set(a) & set("x+≥") and a[1:].isdigit()]
        if not usable:
            return None
        picked.append(rng.choice(usable))
    return "/".join(picked)


def random_facts(rng: random.Random) -> Facts:
    """One patient with up to three orders, results for the genes of those orders and of others."""
    orders = tuple(rng.sample(_drugs(), rng.choice([1, 1, 1, 2, 3])))
    if rng.random() < 0.05:
        orders = (*orders, rng.choice(_UNCOVERED))
    if rng.random() < 0.15:
        orders = tuple(
            dict.fromkeys((*orders, "dabrafenib", *rng.sample(["trametinib", "cobimetinib"], rng.randrange(2))))
        )
    asked: dict[str, set[str]] = {}
    for drug in orders:
        for kind, names in _known_for().get(drug, ()):
            asked.setdefault(kind, set()).update(names)
    parts: dict[str, dict[str, Any]] = {"diplotype": {}, "phenotype": {}, "score": {}, "allele": {}}
    named = {*asked.get("phenotype", ()), *asked.get("activity_score", ())}
    if rng.random() < 0.3:
        named.add(rng.choice(sorted(_phenotypes())))
    for gene in sorted(named):
        _state(gene, rng, parts)
    for allele in sorted({*asked.get("allele", ()), *rng.sample(_asked()["allele"], 1)}):
        # Nobody has three alleles of a locus: beside two that are present a third says nothing that is not known.
        beside = [one for one in parts["allele"] if one.partition("*")[0] == allele.partition("*")[0]]
        if allele.startswith("HLA") and len(beside) < 2 and rng.random() < 0.75:
            parts["allele"][allele] = rng.choice(["present", "absent"])
    stated = sorted({*parts["diplotype"], *parts["phenotype"], *parts["score"]} - _twice(parts))
    blurred = {rng.choice(stated): rng.choice(sorted(BLURS))} if stated and rng.random() < 0.25 else {}
    return Facts(
        orders=orders,
        diplotype=parts["diplotype"],
        phenotype=parts["phenotype"],
        score=parts["score"],
        allele=parts["allele"],
        variant={"BRAF p.Val600Glu": rng.choice(["present", "absent"])} if rng.random() < 0.3 else {},
        laboratory={"G6PD activity": rng.choice(["0.4", "4.2", "11"])} if rng.random() < 0.3 else {},
        condition=tuple(rng.sample(_asked()["condition"], rng.choice([0, 0, 1, 1, 2]))),
        cancer=tuple(rng.sample(["melanoma", "colorectal cancer"], rng.choice([0, 0, 1, 2]))),
        taken=_taken(rng),
        age=rng.choice([None, 5, 17, 18, 44, 80]),
        blurred=blurred,
    )


def _twice(parts: dict[str, dict[str, Any]]) -> set[str]:
    return set(parts["diplotype"]) & {*parts["phenotype"], *parts["score"]}


def _state(gene: str, rng: random.Random, parts: dict[str, dict[str, Any]]) -> None:
    """How the laboratory reported the gene: alleles, a score, a phenotype, two of them, or nothing."""
    how = rng.choice(["alleles", "alleles", "phenotype", "score", "both", "nothing"])
    diplotype = _diplotype(gene, rng)
    if how in ("alleles", "both") and diplotype is not None:
        parts["diplotype"][gene] = diplotype
        # A phenotype of an older table beside its alleles is no mismatch; such genes state one of the two.
        if how == "both" and "changes" not in genes()[gene]:
            parts["phenotype"][gene] = rng.choice(_phenotypes()[gene])
    elif how == "score" and "activity_values" in genes()[gene]:
        parts["score"][gene] = str(rng.choice(possible_scores(gene)))
    elif how != "nothing" and gene in _phenotypes():
        parts["phenotype"][gene] = rng.choice(_phenotypes()[gene])


def _taken(rng: random.Random) -> dict[str, int | None]:
    names = [*_asked().get("taken_for", []), *_asked().get("medication", [])]
    return {name: rng.choice([1, 12]) for name in rng.sample(names, rng.choice([0, 0, 0, 1]))}


def as_fhir(facts: Facts, terms: Terms) -> dict[str, Any]:
    """The Bundle of the facts."""
    patient = pmcds.Patient(
        diplotype=facts.diplotype,
        phenotype=facts.phenotype,
        activity_score=facts.score,
        allele=facts.allele,
        variant=facts.variant,
        laboratory={name: {"value": value, "unit": "U/g{Hb}"} for name, value in facts.laboratory.items()},
        condition=facts.condition,
        cancer=facts.cancer,
        medication=[_medication(drug, months) for drug, months in facts.taken.items()],
        specimen="tissue" if facts.variant else None,
        age=facts.age,
    )
    orders = [{"drug": drug, "route": "topical"} if facts.local_route else drug for drug in facts.orders]
    bundle = bundle_of(patient, now=NOW, terms=terms, orders=orders)
    for gene, blur in facts.blurred.items():
        for entry in bundle["entry"]:
            if _is_about(entry["resource"], gene):
                EDITS[blur](entry["resource"])
    return bundle


def _medication(drug: str, months: int | None) -> str | dict[str, str]:
    if months is None:
        return drug
    return {"drug": drug, "since": (NOW - timedelta(days=31 * months)).date().isoformat()}


def _is_about(resource: dict[str, Any], gene: str) -> bool:
    if resource["resourceType"] != "Observation":
        return False
    return any(
        coding.get("display") == gene
        for component in resource.get("component", [])
        for coding in component.get("valueCodeableConcept", {}).get("coding", [])
    )


def _modifier(resource: dict[str, Any]) -> None:
    resource["modifierExtension"] = [{"url": "http://example.org/not", "valueBoolean": True}]


EDITS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "preliminary": lambda resource: resource.update(status="preliminary"),
    "entered-in-error": lambda resource: resource.update(status="entered-in-error"),
    "other patient": lambda resource: resource.update(subject={"reference": "Patient/patient-11"}),
    "no subject": lambda resource: resource.pop("subject"),
    "odd status": lambda resource: resource.update(status="Final"),
    "future": lambda resource: resource.update(effectiveDateTime="2027-01-01"),
    "modifier": _modifier,
}
