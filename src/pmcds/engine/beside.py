"""What the other sources make of the same order and drug where they have no card of their own (PG80).

A source that sees no need for a change is opposed to one that advises against the drug: the card says so. A source
that could not be looked up is named on the card instead of in a notice of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pmcds.engine.outcome import Outcome, Verdict
from pmcds.engine.phrasing import Phrasing
from pmcds.model import words
from pmcds.model.rules import Advice, Evidence


def of_other_sources(
    outcomes: Iterable[Outcome], speaking: Sequence[str], sources: Sequence[str]
) -> tuple[Outcome, ...]:
    """Lines of guideline sources that have no card: what is withheld, and what the engine failed at, stay apart."""
    return tuple(
        outcome
        for outcome in outcomes
        if outcome.rule is not None
        and outcome.rule.source in sources
        and outcome.rule.source not in speaking
        and outcome.reason not in (words.WITHHELD, *words.ENGINE_REASONS)
    )


# What makes advice differ in substance; remarks, conditions and what to watch do not.
_AMOUNTS = ("by_percent", "to_percent", "dose", "at_most", "interval")
_WATCHING = ("monitor", "inform")


def essence(advice: Iterable[Advice]) -> frozenset[tuple[object, ...]]:
    """The actions with their numbers: sources whose advice has the same essence agree."""
    return frozenset(
        (one.action, *((name, repr(one.parameters[name])) for name in _AMOUNTS if name in one.parameters))
        for one in advice
        if one.action not in _WATCHING
    )


def told(outcome: Outcome, phrasing: Phrasing) -> str:
    """One line about a source without a card of its own."""
    assert outcome.rule is not None  # lines about an order as a whole are no source
    label, _ = phrasing.source(outcome.rule.source)
    date = next((evidence.date for evidence in outcome.rule.evidence.values()), "")
    source = f"{label} {date}".strip()
    if outcome.outcome == words.CLEAR:
        return phrasing.notice("cleared", source=source, facts=phrasing.joined(facts(outcome, phrasing), last="list"))
    return phrasing.notice("not_looked_up", source=source, reason=reasons(outcome, phrasing))


def facts(outcome: Outcome, phrasing: Phrasing) -> list[str]:
    """What the cases that spoke rest on, each fact once."""
    slots = sorted({slot for verdict in outcome.verdicts for slot in _named(verdict)})
    found = [phrasing.fact(outcome.answers[slot]) for slot in slots if outcome.answers[slot].keys]
    return list(dict.fromkeys(found))


def _named(verdict: Verdict) -> frozenset[int]:
    return verdict.case.named if verdict.case is not None else frozenset()


def reasons(outcome: Outcome, phrasing: Phrasing) -> str:
    """Why nothing could be told; what was there and could not be used is told beside "no result"."""
    every = [outcome.reason or "internal-error"]
    if outcome.reason in words.QUIET_REASONS:
        every += outcome.also
    return phrasing.joined([phrasing.reason(reason) for reason in every], last="every")


def evidence_of(outcomes: Iterable[Outcome]) -> tuple[Evidence, ...]:
    """The sources behind these lines."""
    found = (
        evidence for outcome in outcomes if outcome.rule is not None for evidence in outcome.rule.evidence.values()
    )
    return tuple(dict.fromkeys(found))
