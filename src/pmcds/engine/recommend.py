"""Guideline rows that apply, as data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pmcds.engine.outcome import Outcome
from pmcds.model.answers import Answer, Interval
from pmcds.model.results import Recommendation
from pmcds.model.rules import Case

_NO_RESULT = "No Result"


def recommendations(outcomes: Sequence[Outcome]) -> tuple[Recommendation, ...]:
    """One entry for each case that a population of a rule reached, in the order of the ledger."""
    return tuple(row for outcome in outcomes for row in _rows(outcome))


def _rows(outcome: Outcome) -> Iterator[Recommendation]:
    rule = outcome.rule
    if rule is None or outcome.drug is None:
        return
    for verdict in outcome.verdicts:
        for case in verdict.possible or ((verdict.case,) if verdict.case is not None else ()):
            if _strength(case) is None and not case.flags:
                continue  # our own case (a test that is missing), not a row of the guideline
            yield Recommendation(
                rule.source,
                outcome.drug,
                _lookup(outcome, verdict.population.used),
                verdict.population.name,
                _strength(case),
                "dosing-information" in case.flags,
                "alternate-drug" in case.flags,
                "other-guidance" in case.flags,
                rule.id,
                case.id,
            )


def _strength(case: Case) -> str | None:
    return (case.card.strength if case.card is not None else None) or case.strength


def _lookup(outcome: Outcome, slots: Sequence[int]) -> dict[str, str]:
    """The key of every gene that the population's cases ask about, untested ones included."""
    lookup: dict[str, str] = {}
    for slot in slots:
        answer = outcome.answers[slot]
        kind, name = answer.subject
        if kind == "allele" and "*" in name:
            gene, allele = name.split("*", 1)
            lookup[gene] = f"*{allele} {_status(answer)}"
        elif kind in ("phenotype", "activity_score", "diplotype", "genotype"):
            lookup[name] = _status(answer)
    return lookup


def _status(answer: Answer) -> str:
    if answer.word == "unknown":
        return _NO_RESULT
    if answer.word is not None:
        return answer.word
    words = {"present": "positive", "absent": "negative"}
    keys = [key for key in answer.keys if not isinstance(key, Interval)]
    return " or ".join(words.get(key, key) if answer.subject.kind == "allele" else key for key in keys)
