"""Abstract facts about one patient, and what they make of a question: a value, several, or a word with its reason."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tests.reference.documents import broader, genes, listed

# What one blurred result says: the word of the design, and the reason of the ledger. None: as if it were not there.
BLURS: dict[str, tuple[str, str] | None] = {
    "preliminary": ("indeterminate", "result-not-final"),
    "entered-in-error": None,
    "other patient": None,
    "no subject": ("unreadable", "no-subject"),
    "odd status": ("unreadable", "status-unreadable"),
    "future": ("indeterminate", "future-dated"),
    "modifier": ("unreadable", "modifier"),
}


@dataclass(frozen=True)
class Facts:
    """One patient. `blurred` maps a gene or allele to a key of BLURS."""

    orders: tuple[str, ...] = ()
    diplotype: dict[str, str] = field(default_factory=dict)
    phenotype: dict[str, str] = field(default_factory=dict)
    score: dict[str, str] = field(default_factory=dict)
    allele: dict[str, str] = field(default_factory=dict)
    variant: dict[str, str] = field(default_factory=dict)
    laboratory: dict[str, str] = field(default_factory=dict)
    condition: tuple[str, ...] = ()
    cancer: tuple[str, ...] = ()
    taken: dict[str, int | None] = field(default_factory=dict)
    age: int | None = None
    blurred: dict[str, str] = field(default_factory=dict)
    local_route: bool = False


@dataclass(frozen=True)
class Known:
    """The possible values of a question, or one word; `reason` says why it is not one value."""

    values: tuple[Any, ...] = ()
    word: str = ""
    reason: str = ""
    conflict: bool = False


NO_RESULT = Known(word="unknown", reason="no-result")


def known(kind: str, name: str, facts: Facts) -> Known:
    """What the facts say about one question of a rule."""
    if kind in ("phenotype", "activity_score"):
        return _gene(kind, name, facts)
    if kind in ("allele", "variant", "laboratory"):
        stated: dict[str, str] = getattr(facts, kind)
        if name not in stated:
            return NO_RESULT
        return _blurred(facts, name) or _single(kind, stated[name])
    if kind == "condition" and name == "malignancy" and facts.cancer:
        return Known(("present",))
    if kind == "cancer" and name not in tumors(facts) and "malignancy" in facts.condition:
        # A tumor whose kind is not told may be this one.
        return Known(("present", "absent"), reason="tumor-type-imprecise")
    if kind in ("condition", "cancer"):
        return Known(("present" if name in _closure((*facts.condition, *tumors(facts))) else "absent",))
    if kind == "medication":
        return Known(("present" if name in facts.taken else "absent",))
    if kind == "taken_for":
        if name not in facts.taken:
            return Known((Decimal(-1),))
        months = facts.taken[name]
        return Known((Decimal(months),)) if months is not None else Known((Decimal(0), Decimal(1000)), reason="")
    if kind == "age":
        return (
            Known((Decimal(facts.age),)) if facts.age is not None else Known(tuple(Decimal(a) for a in (0, 17, 18, 90)))
        )
    if kind in ("biomarker", "genotype", "diplotype"):
        return NO_RESULT  # not stated by these scenarios
    raise LookupError(kind)


def _single(kind: str, value: str) -> Known:
    return Known((Decimal(value),)) if kind == "laboratory" else Known((value,))


def tumors(facts: Facts) -> set[str]:
    """The tumor types of the patient and the classes that they belong to; all that occur here are solid."""
    found = set(facts.cancer)
    if found:
        found.add("solid tumor")
    if found - {"colorectal cancer", "solid tumor"}:
        found.add("solid tumor other than colorectal")
    return found


def _closure(names: tuple[str, ...]) -> set[str]:
    """The conditions and every broader one."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += broader().get(name, [])
    return found


def _blurred(facts: Facts, name: str) -> Known | None:
    if name not in facts.blurred:
        return None
    said = BLURS[facts.blurred[name]]
    return NO_RESULT if said is None else Known(word=said[0], reason=said[1])


def _gene(kind: str, gene: str, facts: Facts) -> Known:
    if gene not in facts.diplotype and gene not in facts.phenotype and gene not in facts.score:
        return NO_RESULT
    blurred = _blurred(facts, gene)
    if blurred is not None:
        return blurred
    from_alleles = _of_diplotype(kind, gene, facts.diplotype[gene]) if gene in facts.diplotype else None
    stated = None
    if gene in facts.score:
        stated = _of_score(kind, gene, facts.score[gene])
    elif gene in facts.phenotype:
        stated = _of_phenotype(kind, gene, facts.phenotype[gene])
    if from_alleles is None or stated is None:
        return from_alleles or stated or NO_RESULT
    by_diplotype = _of_diplotype("phenotype", gene, facts.diplotype[gene])
    if by_diplotype.values == (facts.phenotype[gene],):
        return from_alleles
    sides = (*(from_alleles.values or (from_alleles.word,)), *(stated.values or (stated.word,)))
    return Known(tuple(dict.fromkeys(sides)), reason="genotype-phenotype-mismatch", conflict=True)


def _of_diplotype(kind: str, gene: str, diplotype: str) -> Known:
    document = genes()[gene]
    alleles = diplotype.split("/")
    uncertain = Known(word="indeterminate", reason="indeterminate")
    if document["method"] in ("sum-of-two", "two-lowest"):
        values = [_value_of(document["activity_values"], allele) for allele in alleles]
        if "n/a" in values:
            return uncertain
        total = sum((Decimal(value) for value in values), Decimal(0))
        if kind == "activity_score":
            return Known((total,))
        return Known((_phenotype_of_score(document, total),))
    pair = " + ".join(sorted(_value_of(document["functions"], allele) for allele in alleles))
    phenotype = document["phenotype_of"][pair]
    return uncertain if phenotype == "indeterminate" else Known((phenotype,))


def _value_of(table: dict[str, Any], allele: str) -> str:
    return next(value for value, alleles in table.items() if allele in listed(alleles))


def _phenotype_of_score(document: dict[str, Any], score: Decimal) -> str:
    for row in document["score_to_phenotype"]:
        if Decimal(row["from"]) <= score and ("to" not in row or score <= Decimal(row["to"])):
            return str(row["phenotype"])
    raise LookupError(score)


def _of_score(kind: str, gene: str, score: str) -> Known:
    number = Decimal(score)
    return Known((number,)) if kind == "activity_score" else Known((_phenotype_of_score(genes()[gene], number),))


def _of_phenotype(kind: str, gene: str, phenotype: str) -> Known:
    if phenotype == "indeterminate":
        return Known(word="indeterminate", reason="indeterminate")
    if kind == "phenotype":
        return Known((phenotype,))
    scores = [score for score in possible_scores(gene) if _phenotype_of_score(genes()[gene], score) == phenotype]
    return Known(tuple(scores), reason="indeterminate")


def possible_scores(gene: str) -> list[Decimal]:
    """Every score that two alleles of the gene can add up to."""
    values = [Decimal(value) for value in genes()[gene]["activity_values"] if value[0].isdigit()]
    return sorted({one + other for one in values for other in values})
