"""What the cases of one rule advise, in words: worked out once for each case and drug, whoever the patient is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pmcds.engine.match import caution
from pmcds.engine.outcome import Outcome, Verdict
from pmcds.engine.phrasing import Phrasing
from pmcds.model.rules import Advice, Alternative, CardSpec, Evidence, Rule

# The level of a source that only mentions the gene: it is named and decides nothing (PG81).
MENTION = "mention"


@dataclass(frozen=True, slots=True)
class Row:
    """The advice of one population: its name, indicator, summaries from long to short, and full sentences."""

    population: str | None
    indicator: str
    caution: tuple[int, int]
    strength: str | None
    summaries: tuple[str, ...]
    sentences: tuple[str, ...]
    advice: tuple[Advice, ...]
    offered: tuple[Alternative, ...]
    cautious: bool


@dataclass(frozen=True, slots=True, eq=False)
class Advised:
    """What the cases of a rule that spoke advise: nothing in it was read in an input.

    `rows` begin with the most cautious; `slots` are the places of the subjects that the cases name; `alike` is true
    if every population gets the same advice with the same strength: it is said once.
    """

    rule: Rule
    rows: tuple[Row, ...]
    slots: tuple[int, ...]
    evidence: tuple[Evidence, ...]
    alike: bool


def advised_by(outcome: Outcome, shown: Sequence[Verdict], phrasing: Phrasing) -> Advised:
    """The advice of the verdicts that have a card."""
    assert outcome.rule is not None  # lines about an order as a whole advise nothing
    open_ways = _open_ways(outcome, shown) if outcome.exceptions else ()
    spoke = [(verdict.case, verdict.population.name, verdict.cautious) for verdict in shown]
    # All that the words depend on: the rule and its cases, the drug, and which alternatives are left.
    key = (outcome.rule, outcome.drug, *spoke, open_ways)
    known: Advised | None = phrasing.recall(key)
    return known if known is not None else phrasing.keep(key, _advised(outcome, outcome.rule, shown, phrasing))


def _advised(outcome: Outcome, rule: Rule, shown: Sequence[Verdict], phrasing: Phrasing) -> Advised:
    rows = [row_of(outcome, verdict, phrasing) for verdict in shown]
    rows.sort(key=lambda row: (row.caution, row.population or ""))
    cited = {name for verdict in shown for name in card_of(verdict).because} or set(rule.evidence)
    return Advised(
        rule,
        tuple(rows),
        tuple(sorted({slot for verdict in shown if verdict.case is not None for slot in verdict.case.named})),
        tuple(one for name, one in rule.evidence.items() if name in cited or one.level == MENTION),
        len({(row.sentences, row.strength, row.indicator) for row in rows}) == 1,
    )


def _open_ways(outcome: Outcome, shown: Sequence[Verdict]) -> tuple[tuple[bool, bool], ...]:
    """For each alternative with exceptions whether it is excluded, and whether it may be."""
    ways = []
    for verdict in shown:
        for advice in card_of(verdict).advice:
            for other in advice.instead:
                if other.unless:
                    ways.append((excluded(other, outcome), is_open(other, outcome)))
    return tuple(ways)


def card_of(verdict: Verdict) -> CardSpec:
    """The card of the case that spoke."""
    assert verdict.case is not None and verdict.case.card is not None  # `Outcome.shown` has these only
    return verdict.case.card


def row_of(outcome: Outcome, verdict: Verdict, phrasing: Phrasing) -> Row:
    """The advice of one verdict in words."""
    card = card_of(verdict)
    assert outcome.rule is not None and verdict.case is not None
    label, _ = phrasing.source(outcome.rule.source)
    drug = outcome.drug or outcome.rule.title
    offered = tuple(
        alternative for advice in card.advice for alternative in advice.instead if not excluded(alternative, outcome)
    )
    texts: list[str] = []
    sentences: list[str] = []
    for place, advice in enumerate(card.advice):
        slots = {"drug": drug, "source": label, "instead": _instead(advice, outcome, phrasing)}
        if place == 0:
            texts = [
                phrasing.summary(advice, slots),
                phrasing.summary(advice, {**slots, "instead": ""}) if not advice.parameters else "",
            ]
        if place == 0 or not _is_said(advice, card.advice):
            sentences += phrasing.sentences(advice, slots)
    stated = card.summary.get(phrasing.language) or card.summary.get("en")
    detail = card.detail.get(phrasing.language) or card.detail.get("en")
    return Row(
        verdict.population.name,
        card.indicator,
        caution(verdict.case),
        card.strength or verdict.case.strength,
        tuple(text for text in (stated, *texts) if text),
        (detail,) if detail else tuple(sentences),
        card.advice,
        offered,
        verdict.cautious,
    )


def _is_said(advice: Advice, every: Sequence[Advice]) -> bool:
    """True for "another drug" without a name beside "not this drug": it adds nothing."""
    plain = advice.action in ("use-alternative", "consider-alternative") and not (advice.parameters or advice.instead)
    return plain and any(one.action == "avoid" and not one.parameters for one in every)


def excluded(alternative: Alternative, outcome: Outcome) -> bool:
    """True if the patient has what excludes the alternative."""
    present = [answer.subject for answer in outcome.exceptions if answer.keys == ("present",)]
    return not set(present).isdisjoint(alternative.unless)


def is_open(alternative: Alternative, outcome: Outcome) -> bool:
    """True if an exception to the alternative could not be ruled out."""
    possible = [answer.subject for answer in outcome.exceptions if answer.keys != ("absent",)]
    return not set(possible).isdisjoint(alternative.unless)


def _instead(advice: Advice, outcome: Outcome, phrasing: Phrasing) -> str:
    named = [
        phrasing.alternative(other) if is_open(other, outcome) else other.drug
        for other in advice.instead
        if not excluded(other, outcome)
    ]
    return phrasing.joined(named)
