"""What drugs taken now make of a gene's value: changed by a verified rule, or told without a change (PG87-PG91)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from pmcds.engine.outcome import Outcome
from pmcds.engine.phrasing import Phrasing
from pmcds.model import words
from pmcds.model.answers import Answer, Modifier, Subject
from pmcds.model.findings import Order

UNDEFINED = "interaction-undefined"
INHIBITOR = "inhibitor"
_STRENGTHS = ("strong", "strong/moderate", "moderate", "weak")


def of_others(answer: Answer, order: Order | None) -> Answer:
    """The answer without what the ordered drug itself would change: its own rows count that already (PG90)."""
    if not answer.modifiers or order is None:
        return answer
    others = tuple(modifier for modifier in answer.modifiers if modifier.drug not in order.drug.ingredients)
    return answer if others == answer.modifiers else replace(answer, modifiers=others)


def with_rule(answer: Answer) -> Answer:
    """The answer as it holds with the drugs taken now: of several with a verified rule the strongest counts.

    The value by the genotype stays in `text`.
    """
    lead = _lead(answer)
    if lead is None:
        return answer
    predicted = " or ".join(str(key) for key in answer.keys)
    known = f"{answer.text or predicted}, {predicted} without {lead.drug}" if predicted else None
    sources = (*answer.sources, *lead.sources)
    return replace(answer, keys=lead.keys, word=None, reason=None, text=known, sources=sources, with_drug=lead.drug)


def _lead(answer: Answer) -> Modifier | None:
    ruled = [modifier for modifier in answer.modifiers if modifier.keys]
    return min(ruled, key=lambda modifier: (_STRENGTHS.index(modifier.strength), modifier.drug), default=None)


def spared(answer: Answer) -> Answer:
    """The answer by the genotype, beside drugs whose rule is told and not used: it would hide an alert."""
    told_only = tuple(replace(m, keys=(), supposed=m.keys, spared=True) if m.keys else m for m in answer.modifiers)
    return replace(answer, modifiers=told_only) if answer.modifiers else answer


def undefined(answers: Iterable[Answer]) -> tuple[Modifier, ...]:
    """Inhibitors taken now for which no verified rule says what follows, and those being ordered, each once."""
    found = (
        modifier
        for answer in answers
        for ruled in [any(modifier.keys for modifier in answer.modifiers)]
        for modifier in answer.modifiers
        if modifier.role == INHIBITOR and not modifier.stopped and (modifier.drafted or not ruled)
    )
    return tuple(dict.fromkeys(found))


def told(outcome: Outcome, phrasing: Phrasing) -> tuple[str, ...]:
    """One sentence for each drug and gene: what it is known to do, and which value the advice is for."""
    places = {slot for verdict in outcome.verdicts for slot in verdict.population.used}
    lines = []
    for slot in sorted(places):
        answer = outcome.answers[slot]
        genotype = outcome.by_genotype.answers[slot] if outcome.by_genotype is not None else answer
        lines += [_line(genotype, modifier, phrasing) for modifier in answer.modifiers]
    return tuple(dict.fromkeys(lines))


def _line(genotype: Answer, modifier: Modifier, phrasing: Phrasing) -> str:
    line = phrasing.notice(
        _kind(modifier, genotype),
        drug=modifier.drug,
        strength=modifier.strength,
        gene=genotype.subject.shown,
        fact=phrasing.fact(genotype) if genotype.keys else "",
        source=modifier.basis,
        rule=modifier.factor,
        date=modifier.stopped[:10],
        value=phrasing.joined(list(modifier.keys or modifier.supposed)),
    )
    if modifier.spared or not modifier.supposed:
        return line
    value = phrasing.joined(list(modifier.supposed))
    return f"{line} {phrasing.notice('modifier_supposed', factor=modifier.factor, value=value)}"


def _kind(modifier: Modifier, genotype: Answer) -> str:
    if modifier.stopped:
        return "modifier_stopped"
    if modifier.drafted:
        return "modifier_drafted"
    if modifier.spared:
        return "modifier_spared"
    if modifier.keys:
        return "modifier_rule" if genotype.keys else "modifier_alone"
    return f"modifier_{modifier.role}"


def weighed(
    outcome: str, reason: str | None, also: tuple[str, ...], answers: Sequence[Answer]
) -> tuple[str, str | None, tuple[str, ...]]:
    """Outcome, reason and further reasons: what an undefined interaction may have changed is not CLEAR."""
    if outcome not in (words.CLEAR, words.CANNOT_TELL) or not undefined(answers):
        return outcome, reason, also
    if outcome == words.CLEAR:
        return words.CANNOT_TELL, UNDEFINED, also
    return outcome, reason, tuple(dict.fromkeys((*also, UNDEFINED))) if reason != UNDEFINED else also


def as_answers(answers: Iterable[Answer]) -> tuple[Answer, ...]:
    """The drugs as facts of the line, so that the ledger names where they were read."""
    drugs = {
        modifier.drug: modifier
        for answer in answers
        for modifier in answer.modifiers
        if not (modifier.stopped or modifier.drafted)
    }
    return tuple(
        Answer(Subject("medication", drug), ("present",), sources=modifier.sources) for drug, modifier in drugs.items()
    )
