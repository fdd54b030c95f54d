"""What a card says whoever the patient is: why, rows, other sources, citations and links, worked out once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pmcds.engine.beside import essence, evidence_of
from pmcds.engine.compose import Statement
from pmcds.engine.outcome import Outcome
from pmcds.engine.phrasing import Phrasing
from pmcds.engine.rows import MENTION, Advised, Row
from pmcds.model import words
from pmcds.model.cards import Block, Coding, Link, OrderTest
from pmcds.model.rules import Evidence

_TESTING = ("test-first", "measure-first", "confirm-first")


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """The parts of a card that follow from its rules and their cases alone.

    `advice` is the leading advice in full; `others` is one line for each other source with a card; `rules` are those
    of the decision lines that the card carries, `versions` the same with the version; `tests` are tests to be ordered.
    """

    advice: str
    source: tuple[str, str | None]
    topic: Coding | None
    why: Block
    rows: Block | None
    others: Block | None
    limits: tuple[Block, ...]
    sources: Block
    links: tuple[Link, ...]
    override_reasons: tuple[Coding, ...]
    tests: tuple[OrderTest, ...]
    rules: tuple[str, ...]
    versions: tuple[str, ...]


def standing_of(
    statements: Sequence[Statement], beside: Sequence[Outcome], phrasing: Phrasing, snapshot: str
) -> Standing:
    """The standing parts of a card; the most cautious statement leads, `beside` are lines of sources without one."""
    about_order = statements[0].outcome.order is not None
    advised = tuple([statement.advised for statement in statements])
    key = (about_order, snapshot, advised, *[(one.rule, one.outcome == words.CLEAR) for one in beside])
    known: Standing | None = phrasing.recall(key)
    if known is None:
        known = phrasing.keep(key, _standing(advised, beside, phrasing, snapshot, about_order=about_order))
    return known


def _standing(
    every: Sequence[Advised], beside: Sequence[Outcome], phrasing: Phrasing, snapshot: str, *, about_order: bool
) -> Standing:
    lead = every[0]
    rule = lead.rule
    rows = tuple(_of_population(row, phrasing) for row in lead.rows)
    others = tuple(_other(lead, other, phrasing, about_order=about_order) for other in every[1:])
    limits = dict.fromkeys(one.rule.limits for one in ([lead] if about_order else every) if one.rule.limits)
    carried = [one.rule.id for one in every]
    carried += [one.rule.id for one in beside if one.rule is not None and one.outcome != words.CLEAR]
    return Standing(
        advice=" ".join(lead.rows[0].sentences),
        source=phrasing.source(rule.source),
        topic=Coding(phrasing.system("topic"), rule.topic, rule.title) if rule.topic else None,
        why=Block((rule.why,), fixed=True),
        rows=None if lead.alike else Block(rows, phrasing.label("rows"), points=True, fixed=True),
        others=Block(others, others_heading(phrasing, about_order=about_order), points=True, fixed=True)
        if others
        else None,
        limits=tuple(Block((limit,), fixed=True) for limit in limits),
        sources=Block(_sources(every, beside, phrasing, snapshot), fixed=True),
        links=_links(every, phrasing),
        override_reasons=_override_reasons(phrasing),
        tests=_tests(every, phrasing),
        rules=tuple(carried),
        versions=tuple(f"{one.rule.id}@{one.rule.version}" for one in every),
    )


def others_heading(phrasing: Phrasing, *, about_order: bool) -> str:
    """What stands over the lines about other sources, or about other rules with the same result."""
    return phrasing.label("others" if about_order else "same_result")


def _of_population(row: Row, phrasing: Phrasing) -> str:
    name = phrasing.population(row.population)
    return phrasing.label("population", population=name, advice=_with_strength(row, phrasing))


def _with_strength(row: Row, phrasing: Phrasing) -> str:
    text = " ".join(row.sentences)
    return f"{text} ({phrasing.label('strength', value=str(row.strength))})" if _stated(row.strength) else text


def _stated(strength: str | None) -> bool:
    """False where a source grades nothing."""
    return bool(strength) and strength != "N/A"


def _other(lead: Advised, other: Advised, phrasing: Phrasing, *, about_order: bool) -> str:
    if not about_order:
        return " ".join(sentence for row in other.rows for sentence in row.sentences)
    label, _ = phrasing.source(other.rule.source)
    date = next((evidence.date for evidence in other.evidence), "")
    name = f"{label} {date}".strip()
    if len(other.rows) == 1 and essence(lead.rows[0].advice) == essence(other.rows[0].advice):
        return phrasing.notice("agreed", source=name)
    said = [
        _of_population(row, phrasing) if row.population and len(other.rows) > 1 else _with_strength(row, phrasing)
        for row in other.rows
    ]
    return phrasing.notice("differs", source=name, advice=" ".join(said))


def _sources(every: Sequence[Advised], beside: Sequence[Outcome], phrasing: Phrasing, snapshot: str) -> tuple[str, ...]:
    lines = []
    for one in every:
        strength = one.rows[0].strength
        for evidence in one.evidence:
            parts = _cited(evidence, phrasing)
            if _stated(strength) and evidence.level != MENTION:
                parts.append(phrasing.label("strength", value=str(strength)))
            lines.append("; ".join(parts) + ".")
        version = str(one.rule.version)
        lines.append(phrasing.label("rule", rule=one.rule.id, version=version, snapshot=snapshot[:12]) + ".")
    lines += ["; ".join(_cited(evidence, phrasing)) + "." for evidence in evidence_of(beside)]
    lines.append(phrasing.label("interpretation"))
    return tuple(dict.fromkeys(lines))


def _cited(evidence: Evidence, phrasing: Phrasing) -> list[str]:
    """Source, date, title, section with its licence, publication."""
    parts = [phrasing.label("evidence", source=evidence.source, date=evidence.date)]
    parts += [part for part in (evidence.title, evidence.section) if part]
    return [*parts, phrasing.label("pmid", pmid=evidence.pmid)] if evidence.pmid else parts


def _links(every: Sequence[Advised], phrasing: Phrasing) -> tuple[Link, ...]:
    links: dict[str, Link] = {}
    for evidence in (evidence for one in every for evidence in one.evidence):
        label = phrasing.label("evidence", source=evidence.source, date=evidence.date)
        links.setdefault(evidence.url, Link(evidence.title or label, evidence.url))
    return tuple(links.values())


def _override_reasons(phrasing: Phrasing) -> tuple[Coding, ...]:
    """The same tuple for every card, so that it is written once for a response."""
    known: tuple[Coding, ...] | None = phrasing.recall("override-reasons")
    if known is not None:
        return known
    system = phrasing.system("override_reason")
    reasons = [Coding(system, reason["code"], reason["display"]) for reason in phrasing.override_reasons()]
    return phrasing.keep("override-reasons", tuple(reasons))


def _tests(every: Sequence[Advised], phrasing: Phrasing) -> tuple[OrderTest, ...]:
    """Tests to be ordered; a test that hangs on a condition is told, not offered."""
    found: dict[str, OrderTest] = {}
    # Where several situations stand side by side, nothing is offered that one of them advises against.
    for advice in (advice for one in every for advice in one.rows[0].advice):
        test = advice.parameters.get("test")
        if advice.action in _TESTING and isinstance(test, str) and "only_if" not in advice.parameters:
            found.setdefault(test, OrderTest(test, (), phrasing.label("order_test", test=test)))
    return tuple(found.values())
