"""Guideline rows that apply, as data, with the keys that the guidelines print."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from pmcds.engine.match import environments, slot_values
from pmcds.engine.outcome import Outcome, Verdict
from pmcds.model import words
from pmcds.model.answers import Subject
from pmcds.model.genes import Gene
from pmcds.model.results import Recommendation
from pmcds.model.rules import Case, Environment, Rule

NO_RESULT = "No Result"
GENERAL = "general"
_OF_GENE = frozenset({"phenotype", "activity_score", "diplotype", "genotype"})
# Where the gene file does not say how its guidelines print it.
_INDETERMINATE = {"activity_score": "n/a"}
_STATUS = {"present": "positive", "absent": "negative"}


def recommendations(outcomes: Sequence[Outcome], genes: Mapping[str, Gene]) -> tuple[Recommendation, ...]:
    """One entry for each row that the patient's possible keys lead to, in the order of the ledger."""
    found = (row for outcome in outcomes for row in _rows(outcome, genes))
    return tuple({_identity(row): row for row in found}.values())


def _identity(row: Recommendation) -> tuple[object, ...]:
    return (row.rule, row.drug, row.population, row.case, tuple(row.lookup.items()))


def _rows(outcome: Outcome, genes: Mapping[str, Gene]) -> Iterator[Recommendation]:
    rule = outcome.rule
    if rule is None or outcome.drug is None or not outcome.answers:
        return
    values = slot_values(rule, outcome.answers)
    for verdict in outcome.verdicts:
        spoke = verdict.possible or ((verdict.case,) if verdict.case is not None else ())
        if not any(case.row for case in spoke):
            continue
        for environment in environments(verdict.population.used, values) or ():
            case = next((case for case in verdict.population.cases if case.test(environment)), None)
            if case is None or not case.row or case not in spoke:
                continue
            lookup = _lookup(rule, verdict, case, environment, genes)
            if any(key != NO_RESULT for key in lookup.values()):
                yield _recommendation(outcome.drug, rule, verdict, case, lookup)


def _recommendation(drug: str, rule: Rule, verdict: Verdict, case: Case, lookup: Mapping[str, str]) -> Recommendation:
    population = verdict.population
    return Recommendation(
        rule.source,
        drug,
        lookup,
        population.name if population.when is not None else GENERAL,
        (case.card.strength if case.card is not None else None) or case.strength,
        "dosing-information" in case.flags,
        "alternate-drug" in case.flags,
        "other-guidance" in case.flags,
        rule.id,
        case.id,
    )


def _lookup(
    rule: Rule, verdict: Verdict, case: Case, environment: Environment, genes: Mapping[str, Gene]
) -> dict[str, str]:
    """The key of every gene that the population's cases ask about, untested ones included.

    Where a gene is asked for in two ways (phenotype and alleles) the case that spoke decides which is its key.
    """
    named: dict[str, list[str]] = {}
    others: dict[str, list[str]] = {}
    for slot in verdict.population.used:
        subject, value = rule.subjects[slot], environment[slot]
        gene, allele = _gene(subject)
        if gene is not None and value is not None:
            own = named if slot in case.named else others
            own.setdefault(gene, []).append(_key(subject, allele, value, genes))
    genes_asked = (_gene(rule.subjects[slot])[0] for slot in verdict.population.used)
    order = dict.fromkeys(gene for gene in genes_asked if gene is not None)
    return {gene: "; ".join(dict.fromkeys(named.get(gene) or others.get(gene, []))) for gene in order}


def _gene(subject: Subject) -> tuple[str | None, str]:
    if subject.kind == "allele":
        gene, star, allele = subject.shown.partition("*")
        if star:
            return gene, f"*{allele}"
        gene, _, allele = subject.shown.partition(" ")
        return gene, allele
    return (subject.shown if subject.kind in _OF_GENE else None), ""


def _key(subject: Subject, allele: str, value: str | Decimal, genes: Mapping[str, Gene]) -> str:
    if value == words.UNKNOWN:
        return NO_RESULT
    text = str(value)
    if allele and text in _STATUS:
        return f"{allele} {_STATUS[text]}"
    gene = genes.get(subject.name)
    published = gene.published if gene is not None else {}
    return published.get(
        text, _INDETERMINATE.get(subject.kind, "Indeterminate") if text == words.INDETERMINATE else text
    )
