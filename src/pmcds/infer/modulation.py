"""Drugs taken now that change the activity of a gene's enzyme (PG86-PG91).

A row counts only if its source is verified (`status: active`); a score is changed only by a rule whose source is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from pmcds.infer.closed_world import (
    IN_FORCE,
    PRESENT,
    doubts_about,
    in_force,
    is_certain,
    may_be_taken,
    named_answer,
    stopped_on,
)
from pmcds.infer.evidence import Index, sources_of
from pmcds.infer.methods import AT_LEAST, score_text
from pmcds.infer.tables import GeneTable
from pmcds.model.answers import Answer, Modifier, Subject
from pmcds.model.findings import Order, Source

ACTIVE = "active"
DRAFT = "draft"
INHIBITOR = "inhibitor"
# A weak inhibitor changes nothing.
_COUNTING = ("strong", "moderate", "strong/moderate")
_MAY_BE_TAKEN = IN_FORCE | {"unknown"}
# The status of a drug is not that of a result.
_OF_A_DRUG = {"status-unreadable": "order-status-unreadable"}
# A drug that was stopped later than so many days ago may still act; our own caution, from no source (PG88).
_STILL_ACTING = 14


def with_modifiers(answer: Answer, table: GeneTable, index: Index, orders: Sequence[Order]) -> Answer:
    """The answer with the drugs that change it; a poor metabolizer cannot become poorer (PG90)."""
    rows = _rows_that_count(table)
    if not rows or _is_lowest(answer):
        return answer
    if answer.word is not None:
        return _whatever_the_genotype(rows, answer, table, index, orders)
    found = tuple(_modifiers(rows, answer, table, index, orders))
    taken = {one.drug for one in found if not (one.stopped or one.drafted)}
    doubts = _doubted(rows, taken, answer, table, index, orders)
    if doubts:
        reasons = tuple(dict.fromkeys(_OF_A_DRUG.get(reason, reason) for reason, _ in doubts))
        sources = tuple(dict.fromkeys((*answer.sources, *(source for _, named in doubts for source in named))))
        answer = replace(answer, notes=(*answer.notes, *reasons), sources=sources)
    return replace(answer, modifiers=found) if found else answer


def _doubted(
    rows: Sequence[Mapping[str, Any]],
    counted: Collection[str],
    answer: Answer,
    table: GeneTable,
    index: Index,
    orders: Sequence[Order],
) -> list[tuple[str, tuple[Source, ...]]]:
    """Statements about a drug that would change the values and may be taken: nothing is clear beside them (H46)."""
    unclear = [order for order in orders if order.state in _MAY_BE_TAKEN and not is_certain(order)]
    doubts: list[tuple[str, tuple[Source, ...]]] = []
    for row in rows:
        ordered = [order for order in unclear if row["drug"] in order.drug.ingredients]
        if row["drug"] in counted or not (ordered or may_be_taken(index, row["drug"])):
            continue
        if _modifier(row, answer, table, ()).keys in ((), answer.keys):
            continue
        told = doubts_about(Subject("medication", row["drug"]), index)
        doubts += [(reason, sources_of((finding,))) for reason, finding in told]
        if not told:
            # An order that the caller hands over has no finding.
            doubts += [(order.problem or "conflict", (order.source,) if order.source else ()) for order in ordered]
    return doubts


def _whatever_the_genotype(
    rows: Sequence[Mapping[str, Any]], answer: Answer, table: GeneTable, index: Index, orders: Sequence[Order]
) -> Answer:
    """Where nothing is known of the gene, only a drug counts that leaves no activity of any genotype (PG88)."""
    if answer.reason not in ("no-result", "indeterminate"):
        return answer
    found = tuple(m for m in _modifiers(rows, answer, table, index, orders) if m.keys)
    return replace(answer, modifiers=found) if found else answer


def _rows_that_count(table: GeneTable) -> tuple[Mapping[str, Any], ...]:
    known: tuple[Mapping[str, Any], ...] | None = table.derived.get("modulators")
    if known is None:
        rows = table.gene.extra.get("modulators", ())
        known = tuple(row for row in rows if row["status"] == ACTIVE and row["strength"] in _COUNTING)
        table.derived["modulators"] = known
    return known


def _is_lowest(answer: Answer) -> bool:
    return answer.keys in (("0.0",), ("poor metabolizer",))


def _modifiers(
    rows: Sequence[Mapping[str, Any]], answer: Answer, table: GeneTable, index: Index, orders: Sequence[Order]
) -> Iterator[Modifier]:
    """One for each drug that is certainly taken now, is to begin, was stopped lately or is being ordered."""
    ordered = {name for order in orders for name in order.drug.ingredients}
    # A drug that is to begin will act beside what is ordered now.
    begun = {name for order in in_force(orders) if is_certain(order) for name in order.drug.ingredients}
    drafted = {name for order in orders if order.state == DRAFT for name in order.drug.ingredients}
    for row in rows:
        if row["drug"] not in ordered and not may_be_taken(index, row["drug"]):
            continue
        subject = Subject("medication", row["drug"])
        taken = named_answer(subject, index, orders)
        if taken.keys == PRESENT or row["drug"] in begun:
            yield _modifier(row, answer, table, taken.sources)
            continue
        ended = stopped_on(subject, index, _STILL_ACTING)
        if ended is not None:
            yield Modifier(row["drug"], row["role"], row["strength"], row["source"], stopped=ended)
        # What is signed together will be taken together: no fact yet, and no reason to call the other drug clear.
        if row["drug"] in drafted and row["role"] == INHIBITOR and _may_change(row, answer, table):
            yield Modifier(row["drug"], row["role"], row["strength"], row["source"], drafted=True)


def _may_change(row: Mapping[str, Any], answer: Answer, table: GeneTable) -> bool:
    """False where the rule for this strength gives the values that hold already."""
    told = _modifier(row, answer, table, ())
    return (told.keys or told.supposed) != answer.keys


def _modifier(row: Mapping[str, Any], answer: Answer, table: GeneTable, sources: tuple[Source, ...]) -> Modifier:
    """The drug with the values that the gene's rule for this role and strength gives, used only if it is verified."""
    told = Modifier(row["drug"], row["role"], row["strength"], row["source"], sources=sources)
    rules = table.gene.extra.get("modulation", ())
    rule = next((r for r in rules if (r["role"], r["strength"]) == (row["role"], row["strength"])), None)
    if rule is None or answer.subject.kind != "activity_score":
        return told
    factor = Decimal(rule["factor"])
    scores = answer.keys or (() if factor else ("0.0",))
    changed = tuple(dict.fromkeys(converted(table, str(key), factor) for key in scores))
    if rule["status"] == ACTIVE:
        return replace(told, keys=changed, factor=str(rule["source"]))
    return replace(told, supposed=changed, factor=f"{rule['source']}: times {rule['factor']}")


def converted(table: GeneTable, score: str, factor: Decimal) -> str:
    """The score times the factor, as the next lower score that the table has; a lower bound stays one (PG89)."""
    sign = AT_LEAST if score.startswith(AT_LEAST) and factor else ""
    product = Decimal(score.removeprefix(AT_LEAST)) * factor
    plain = sorted({Decimal(known.removeprefix(AT_LEAST)) for known in table.scores})
    lower = max((known for known in plain if known <= product), default=Decimal(0))
    text = score_text(f"{sign}{lower}")
    return text if text in table.scores else score_text(str(lower))
