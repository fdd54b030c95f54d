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
_STRENGTHS = ("strong", "moderate", "weak")


def for_order(answer: Answer, order: Order | None) -> Answer:
    """The answer as it holds for this order: the ordered drug does not change its own rows (PG90).

    Of several drugs with a verified rule the strongest counts; the genotype's own value stays in `text`.
    """
    if not answer.modifiers:
        return answer
    own = order.drug.ingredients if order is not None else ()
    others = tuple(modifier for modifier in answer.modifiers if modifier.drug not in own)
    ruled = [modifier for modifier in others if modifier.keys]
    if not ruled:
        return replace(answer, modifiers=others)
    lead = min(ruled, key=lambda modifier: (_STRENGTHS.index(modifier.strength), modifier.drug))
    predicted = " or ".join(str(key) for key in answer.keys)
    text = f"{answer.text or predicted}, {predicted} without {lead.drug}"
    return replace(answer, keys=lead.keys, text=text, modifiers=others, sources=(*answer.sources, *lead.sources))


def undefined(answers: Iterable[Answer]) -> tuple[Modifier, ...]:
    """Inhibitors taken now for which no verified rule says what follows, each once."""
    found = (
        modifier
        for answer in answers
        if not any(modifier.keys for modifier in answer.modifiers)
        for modifier in answer.modifiers
        if modifier.role == INHIBITOR
    )
    return tuple(dict.fromkeys(found))


def told(outcome: Outcome, phrasing: Phrasing) -> tuple[str, ...]:
    """One sentence for each drug and gene: what it is known to do, and that the advice is for the genotype."""
    places = {slot for verdict in outcome.verdicts for slot in verdict.population.used}
    answers = [outcome.answers[slot] for slot in sorted(places)]
    lines = (_line(answer, modifier, phrasing) for answer in answers for modifier in answer.modifiers)
    return tuple(dict.fromkeys(lines))


def _line(answer: Answer, modifier: Modifier, phrasing: Phrasing) -> str:
    kind = "modifier_rule" if modifier.keys else f"modifier_{modifier.role}"
    predicted = answer.text if modifier.keys and answer.text else phrasing.fact(answer)
    line = phrasing.notice(
        kind,
        drug=modifier.drug,
        strength=modifier.strength,
        gene=answer.subject.shown,
        fact=predicted,
        source=modifier.basis,
    )
    if not modifier.supposed:
        return line
    value = phrasing.joined(list(modifier.supposed))
    return f"{line} {phrasing.notice('modifier_supposed', factor=modifier.factor, value=value)}"


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
    drugs = {modifier.drug: modifier for answer in answers for modifier in answer.modifiers}
    return tuple(
        Answer(Subject("medication", drug), ("present",), sources=modifier.sources) for drug, modifier in drugs.items()
    )
