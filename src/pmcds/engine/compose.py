"""Outcomes in words: what one rule has to say about one order, before it is merged with the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pmcds.engine import modifiers
from pmcds.engine.match import caution
from pmcds.engine.outcome import Outcome, Verdict
from pmcds.engine.phrasing import Phrasing
from pmcds.model import words
from pmcds.model.answers import Answer
from pmcds.model.rules import Advice, Alternative, CardSpec, Evidence, Rule

# The level of a source that only mentions the gene: it is named and decides nothing (PG81).
MENTION = "mention"
_NOT_THE_ANSWER = (words.NEAR_MISS, words.OUTDATED)


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


@dataclass(frozen=True, slots=True)
class Statement:
    """What one rule says about one order: rows from the most cautious, facts, what was used and what was missing."""

    outcome: Outcome
    rule: Rule
    rows: tuple[Row, ...]
    facts: tuple[str, ...]
    used: tuple[str, ...]
    missing: tuple[str, ...]
    notices: tuple[str, ...]
    evidence: tuple[Evidence, ...]

    @property
    def lead(self) -> Row:
        """The most cautious row."""
        return self.rows[0]

    @property
    def alike(self) -> bool:
        """True if every population gets the same advice with the same strength: it is said once."""
        return len({(row.sentences, row.strength, row.indicator) for row in self.rows}) == 1


def compose(outcome: Outcome, phrasing: Phrasing) -> Statement | None:
    """The statement of an outcome that has a card of its own, else None."""
    rule = outcome.rule
    shown = outcome.shown
    if rule is None or not shown:
        return None
    rows = sorted(
        (_row(outcome, verdict, phrasing) for verdict in shown), key=lambda row: (row.caution, row.population or "")
    )
    slots = _slots(shown)
    answers = [outcome.answers[slot] for slot in slots]
    known = [answer for answer in answers if _says_something(answer)]
    cited = {name for verdict in shown for name in _card(verdict).because} or set(rule.evidence)
    return Statement(
        outcome,
        rule,
        tuple(rows),
        tuple(phrasing.fact(answer) for answer in known),
        tuple(phrasing.provenance(answer) for answer in _used(outcome)),
        _missing(outcome, phrasing),
        _notices(outcome, shown, rows, phrasing),
        tuple(one for name, one in rule.evidence.items() if name in cited or one.level == MENTION),
    )


def _card(verdict: Verdict) -> CardSpec:
    assert verdict.case is not None and verdict.case.card is not None  # `shown` has these only
    return verdict.case.card


def _slots(shown: Sequence[Verdict]) -> list[int]:
    return sorted({slot for verdict in shown if verdict.case is not None for slot in verdict.case.named})


def _says_something(answer: Answer) -> bool:
    """A value that is known and more than the absence of a condition."""
    if answer.word is not None and not answer.alternatives:
        return False
    return answer.keys != ("absent",) or answer.subject.kind in ("allele", "variant", "biomarker")


def _used(outcome: Outcome) -> list[Answer]:
    """Every answer with a value that the line rests on, results first."""
    resources = {source.resource for source, _ in outcome.evidence}
    return [
        answer
        for answer in dict.fromkeys((*outcome.answers, *outcome.exceptions, *outcome.scope))
        if answer.word != words.WITHHELD
        and _says_something(answer)
        and any(source.resource in resources for source in answer.sources)
    ]


def _missing(outcome: Outcome, phrasing: Phrasing) -> tuple[str, ...]:
    """What the rule asked for and did not get, with the reason; nothing is told about withheld data."""
    places = {slot for verdict in outcome.verdicts for slot in verdict.population.used}
    lines = []
    for slot in sorted(places):
        answer = outcome.answers[slot]
        if answer.word == words.WITHHELD:
            lines.append(phrasing.reason(words.WITHHELD))
        elif answer.word is not None:
            lines.append(f"{phrasing.name(answer.subject)}: {phrasing.reason(answer.reason or answer.word)}")
        # What was found instead of what was asked for is told with its reason.
        near = [note for note in answer.notes if note.startswith(_NOT_THE_ANSWER) and answer.word is not None]
        lines += [f"{phrasing.name(answer.subject)}: {note}" for note in near if answer.word != words.WITHHELD]
    return tuple(dict.fromkeys(lines))


def _row(outcome: Outcome, verdict: Verdict, phrasing: Phrasing) -> Row:
    card = _card(verdict)
    assert outcome.rule is not None and verdict.case is not None
    label, _ = phrasing.source(outcome.rule.source)
    drug = outcome.drug or outcome.rule.title
    offered = tuple(
        alternative for advice in card.advice for alternative in advice.instead if not _excluded(alternative, outcome)
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


def _excluded(alternative: Alternative, outcome: Outcome) -> bool:
    return any(answer.subject in alternative.unless and answer.keys == ("present",) for answer in outcome.exceptions)


def is_open(alternative: Alternative, outcome: Outcome) -> bool:
    """True if an exception to the alternative could not be ruled out."""
    return any(answer.subject in alternative.unless and answer.keys != ("absent",) for answer in outcome.exceptions)


def _instead(advice: Advice, outcome: Outcome, phrasing: Phrasing) -> str:
    named = [
        phrasing.alternative(other) if is_open(other, outcome) else other.drug
        for other in advice.instead
        if not _excluded(other, outcome)
    ]
    return phrasing.joined(named)


def excluded_alternatives(statement: Statement, phrasing: Phrasing) -> tuple[str, ...]:
    """Alternatives that the patient's conditions exclude, each with the condition."""
    lines = []
    present = {answer.subject for answer in statement.outcome.exceptions if answer.keys == ("present",)}
    for row in statement.rows:
        for other in (other for advice in row.advice for other in advice.instead):
            hit = [subject.name for subject in other.unless if subject in present]
            if hit:
                lines.append(phrasing.label("excluded", drug=other.drug, conditions=phrasing.joined(hit)))
    return tuple(dict.fromkeys(lines))


def _notices(outcome: Outcome, shown: Sequence[Verdict], rows: Sequence[Row], phrasing: Phrasing) -> tuple[str, ...]:
    drug = outcome.drug or ""
    notices = []
    conflicts = [answer for answer in outcome.answers if answer.word == words.CONFLICTING]
    if conflicts:
        notices.append(phrasing.notice("conflict"))
    elif any(verdict.cautious for verdict in shown):
        notices.append(phrasing.notice("cautious", drug=drug))
    elif any(len(verdict.possible) > 1 or _several(outcome, verdict) for verdict in shown):
        notices.append(phrasing.notice("several"))
    if "population" in outcome.open_facts and len({(row.sentences, row.strength) for row in rows}) > 1:
        kinds = dict.fromkeys(
            outcome.answers[slot].subject.kind for v in outcome.verdicts for slot in v.population.decides
        )
        facts = phrasing.joined([phrasing.fact_name(kind) for kind in kinds] or [phrasing.fact_name("population")])
        notices.append(phrasing.notice("population", facts=facts))
    if "route" in outcome.open_facts:
        notices.append(phrasing.notice("route", drug=drug))
    if "cancer" in outcome.open_facts:
        notices.append(phrasing.notice("cancer"))
    if outcome.order is not None and outcome.order.drug.how == "name" and outcome.order.source is not None:
        notices.append(phrasing.notice("by_name"))
    return (*notices, *modifiers.told(outcome, phrasing), *_by_genotype(outcome, phrasing))


def _by_genotype(outcome: Outcome, phrasing: Phrasing) -> tuple[str, ...]:
    """What holds when the drugs taken now are stopped, where that is something else (PG87)."""
    without = outcome.by_genotype
    if (
        without is None
        or outcome.rule is None
        or [v.case for v in without.verdicts] == [v.case for v in outcome.verdicts]
    ):
        return ()
    slots = sorted({slot for verdict in without.verdicts for slot in verdict.population.used})
    facts = [phrasing.fact(without.answers[slot]) for slot in slots if without.answers[slot].modifiers]
    if without.outcome not in (words.ALERT, words.CLEAR) or not facts:
        return ()
    view = replace(outcome, answers=without.answers)
    rows = [_row(view, verdict, phrasing) for verdict in without.verdicts if verdict.case and verdict.case.card]
    said = dict.fromkeys(" ".join(row.sentences) for row in rows)
    return (
        phrasing.notice(
            "modifier_without",
            drug=phrasing.joined(list(without.drugs), last="every"),
            fact=phrasing.joined(facts, last="list"),
            advice=" ".join(said) or phrasing.notice("no_change", source=phrasing.source(outcome.rule.source)[0]),
        ),
    )


def _several(outcome: Outcome, verdict: Verdict) -> bool:
    return any(
        len(outcome.answers[slot].keys) > 1 for slot in verdict.population.used if slot in verdict.population.needs
    )
