"""What `match` says about one order and one rule, before anything is put into words."""

from __future__ import annotations

from dataclasses import dataclass

from pmcds.model.answers import Answer
from pmcds.model.findings import Order, Source
from pmcds.model.ledger import DecisionLine
from pmcds.model.rules import Case, Population, Rule

PATIENT = "@patient"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the cases of one population say.

    `case` is the case that speaks (with `cautious`, the most cautious of several that are `possible`; where these are
    none, the one that is due unless a result that cannot be used says otherwise), or None.
    `reason` is set unless the outcome is ALERT; `reasons` holds every reason, in order of precedence.
    """

    population: Population
    outcome: str
    reason: str | None
    case: Case | None
    reasons: tuple[str, ...] = ()
    quiet: bool = False
    cautious: bool = False
    possible: tuple[Case, ...] = ()


@dataclass(frozen=True, slots=True)
class ByGenotype:
    """What the rule says by the genotype alone, where drugs taken now change a value (PG87)."""

    answers: tuple[Answer, ...]
    verdicts: tuple[Verdict, ...]
    outcome: str
    drugs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of one order and one rule (`rule` None: a line about the order itself).

    `order` is None for the patient as a whole. `answers` stand in the order of `rule.subjects`. `evidence` and
    `context` are the inputs it rests on, and those that were seen but did not decide, each with its role.
    `exceptions` are the answers that may exclude an alternative. `open_facts` names what would have decided between
    populations or conditional wordings. `by_genotype` is set where drugs taken now change what the rule says.
    `scope` are the tumor types of the patient that the rule is about.
    """

    key: str
    order: Order | None
    drug: str | None
    rule: Rule | None
    outcome: str
    reason: str | None = None
    also: tuple[str, ...] = ()
    quiet: bool = False
    verdicts: tuple[Verdict, ...] = ()
    answers: tuple[Answer, ...] = ()
    evidence: tuple[tuple[Source, str], ...] = ()
    context: tuple[tuple[Source, str], ...] = ()
    open_facts: tuple[str, ...] = ()
    exceptions: tuple[Answer, ...] = ()
    error: str | None = None
    by_genotype: ByGenotype | None = None
    scope: tuple[Answer, ...] = ()

    @property
    def cases(self) -> tuple[str, ...]:
        """Ids of the cases that spoke, with the population in front where there are several."""
        named = []
        for verdict in self.verdicts:
            for case in verdict.possible or ((verdict.case,) if verdict.case else ()):
                place = verdict.population.name
                named.append(f"{place}: {case.id}" if place else case.id)
        return tuple(dict.fromkeys(named))

    @property
    def shown(self) -> tuple[Verdict, ...]:
        """The verdicts that have a card of their own."""
        if self.outcome not in ("ALERT", "CANNOT-TELL") or self.quiet:
            return ()
        return tuple(v for v in self.verdicts if v.case is not None and v.case.card is not None)


def line_of(outcome: Outcome) -> DecisionLine:
    """The line of the ledger about an outcome."""
    evidence = tuple(sorted({source.resource for source, _ in outcome.evidence})) if outcome.evidence else ()
    return DecisionLine(
        outcome.key,
        outcome.drug,
        outcome.rule.id if outcome.rule is not None else None,
        outcome.outcome,
        outcome.reason,
        evidence,
        outcome.also,
        outcome.cases,
        outcome.quiet,
    )
