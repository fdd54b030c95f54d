"""Outcomes in words: what one rule has to say about one order, before it is merged with the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pmcds.engine import modifiers
from pmcds.engine.outcome import Outcome, Verdict
from pmcds.engine.phrasing import Phrasing
from pmcds.engine.rows import MENTION, Advised, Row, advised_by, is_open, row_of
from pmcds.model import words
from pmcds.model.answers import Answer
from pmcds.model.rules import Rule

__all__ = ["MENTION", "Facts", "Row", "Statement", "compose", "excluded_alternatives", "is_open"]

_NOT_THE_ANSWER = (words.NEAR_MISS, words.OUTDATED)


@dataclass(frozen=True, slots=True)
class Statement:
    """What one rule says about one order: what its cases advise, facts, what was used and what was missing."""

    outcome: Outcome
    advised: Advised
    facts: tuple[str, ...]
    used: tuple[str, ...]
    missing: tuple[str, ...]
    notices: tuple[str, ...]

    @property
    def rule(self) -> Rule:
        """The rule that speaks."""
        return self.advised.rule

    @property
    def rows(self) -> tuple[Row, ...]:
        """The advice for each population, from the most cautious."""
        return self.advised.rows

    @property
    def lead(self) -> Row:
        """The most cautious row."""
        return self.advised.rows[0]


class Facts:
    """Answers in words, each worked out once in one evaluation: several rules rest on the same result."""

    __slots__ = ("_facts", "_told", "phrasing")

    def __init__(self, phrasing: Phrasing) -> None:
        self.phrasing = phrasing
        # The answer is kept beside its words, so that its id means no other answer.
        self._facts: dict[int, tuple[Answer, str]] = {}
        self._told: dict[int, tuple[Answer, str]] = {}

    def of(self, answer: Answer) -> str:
        """The fact: "<gene> poor metabolizer"."""
        known = self._facts.get(id(answer))
        if known is None:
            known = self._facts[id(answer)] = (answer, self.phrasing.fact(answer))
        return known[1]

    def told(self, answer: Answer) -> str:
        """The fact with genotype, date, laboratory and table."""
        known = self._told.get(id(answer))
        if known is None:
            known = self._told[id(answer)] = (answer, self.phrasing.provenance(answer, self.of(answer)))
        return known[1]


def compose(outcome: Outcome, phrasing: Phrasing, facts: Facts | None = None) -> Statement | None:
    """The statement of an outcome that has a card of its own, else None."""
    if outcome.rule is None:
        return None
    shown = outcome.shown
    if not shown:
        return None
    if facts is None:
        facts = Facts(phrasing)
    advised = advised_by(outcome, shown, phrasing)
    answers = outcome.answers
    # Most lines have neither, and then there is less to look for.
    worded = modified = False
    for answer in answers:
        worded = worded or answer.word is not None
        modified = modified or bool(answer.modifiers)
    return Statement(
        outcome,
        advised,
        tuple([facts.of(answers[slot]) for slot in advised.slots if _says_something(answers[slot])]),
        tuple([facts.told(answer) for answer in _used(outcome)]),
        _missing(outcome, phrasing) if worded else (),
        (
            *_notices(outcome, shown, advised.rows, phrasing),
            *(modifiers.told(outcome, phrasing) if modified else ()),
            *(_by_genotype(outcome, phrasing) if outcome.by_genotype is not None else ()),
        ),
    )


def _says_something(answer: Answer) -> bool:
    """A value that is known and more than the absence of a condition."""
    if answer.word is not None and not answer.alternatives:
        return False
    return answer.keys != ("absent",) or answer.subject.kind in ("allele", "variant", "biomarker")


def _used(outcome: Outcome) -> list[Answer]:
    """Every answer with a value that the line rests on, results first, each once."""
    resources = {source.resource for source, _ in outcome.evidence}
    found: list[Answer] = []
    for answer in (*outcome.answers, *outcome.exceptions, *outcome.scope):
        for source in answer.sources:
            if source.resource in resources:
                if answer.word != words.WITHHELD and _says_something(answer) and answer not in found:
                    found.append(answer)
                break
    return found


def _places(verdicts: Sequence[Verdict]) -> Sequence[int]:
    """The places of all subjects that the verdicts rest on, in their order."""
    if len(verdicts) == 1:
        return sorted(verdicts[0].population.used)
    return sorted({slot for verdict in verdicts for slot in verdict.population.used})


def _missing(outcome: Outcome, phrasing: Phrasing) -> tuple[str, ...]:
    """What the rule asked for and did not get, with the reason; nothing is told about withheld data."""
    lines: dict[str, None] = {}
    for slot in _places(outcome.verdicts):
        answer = outcome.answers[slot]
        word = answer.word
        if word is None:
            continue
        if word == words.WITHHELD:
            lines[phrasing.reason(words.WITHHELD)] = None
            continue
        name = phrasing.name(answer.subject)
        lines[f"{name}: {phrasing.reason(answer.reason or word)}"] = None
        # What was found instead of what was asked for is told with its reason.
        for note in answer.notes:
            if note.startswith(_NOT_THE_ANSWER):
                lines[f"{name}: {note}"] = None
    return tuple(lines)


def excluded_alternatives(statement: Statement, phrasing: Phrasing) -> tuple[str, ...]:
    """Alternatives that the patient's conditions exclude, each with the condition."""
    present = {answer.subject for answer in statement.outcome.exceptions if answer.keys == ("present",)}
    if not present:
        return ()
    lines: dict[str, None] = {}
    for row in statement.rows:
        for other in (other for advice in row.advice for other in advice.instead):
            hit = [subject.name for subject in other.unless if subject in present]
            if hit:
                lines[phrasing.label("excluded", drug=other.drug, conditions=phrasing.joined(hit))] = None
    return tuple(lines)


def _notices(outcome: Outcome, shown: Sequence[Verdict], rows: Sequence[Row], phrasing: Phrasing) -> list[str]:
    how = _how_it_came(outcome, shown)
    notices = [] if how is None else [phrasing.notice(how, drug=outcome.drug or "")]
    if outcome.open_facts:
        notices += _open(outcome, rows, phrasing)
    if outcome.order is not None and outcome.order.drug.how == "name" and outcome.order.source is not None:
        notices.append(phrasing.notice("by_name"))
    return notices


def _how_it_came(outcome: Outcome, shown: Sequence[Verdict]) -> str | None:
    """The notice on a line where results contradict each other or more than one value is possible."""
    for answer in outcome.answers:
        if answer.word == words.CONFLICTING:
            return "conflict"
    several = False
    for verdict in shown:
        if verdict.cautious:
            return ("cautious" if outcome.drug else "cautious_patient") if verdict.possible else "unusable"
        several = several or len(verdict.possible) > 1 or _several(outcome, verdict)
    return "several" if several else None


def _open(outcome: Outcome, rows: Sequence[Row], phrasing: Phrasing) -> list[str]:
    """What would have decided between populations or wordings and is not known."""
    notices = []
    if "population" in outcome.open_facts and len({(row.sentences, row.strength) for row in rows}) > 1:
        kinds = dict.fromkeys(
            outcome.answers[slot].subject.kind for v in outcome.verdicts for slot in v.population.decides
        )
        facts = phrasing.joined([phrasing.fact_name(kind) for kind in kinds] or [phrasing.fact_name("population")])
        notices.append(phrasing.notice("population", facts=facts))
    if "route" in outcome.open_facts:
        notices.append(phrasing.notice("route", drug=outcome.drug or ""))
    if "cancer" in outcome.open_facts:
        notices.append(phrasing.notice("cancer"))
    return notices


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
    rows = [row_of(view, verdict, phrasing) for verdict in without.verdicts if verdict.case and verdict.case.card]
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
    needs, answers = verdict.population.needs, outcome.answers
    several = False
    for slot in verdict.population.used:
        several = several or (len(answers[slot].keys) > 1 and slot in needs)
    return several
