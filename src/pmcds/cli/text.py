"""Cards, ledger and stages as readable text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pmcds.cli.output import Screen

if TYPE_CHECKING:
    from pmcds.model.cards import Block, Card
    from pmcds.model.findings import Finding
    from pmcds.model.ledger import DecisionLine, Ledger
    from pmcds.result import Result


def show_result(screen: Screen, result: Result, *, inputs: bool = True) -> None:
    """All cards, then the account of what was decided and what was read."""
    if not result.cards:
        screen.line("No card.")
    for card in result.cards:
        show_card(screen, card)
    show_ledger(screen, result.ledger, inputs=inputs)
    screen.line()
    screen.line(closing_line(result))


def closing_line(result: Result) -> str:
    """Whether everything could be told, in one sentence, and the knowledge it was told with."""
    untold = [line for line in result.ledger.orders if line.outcome == "CANNOT-TELL"]
    quiet = sum(line.quiet for line in untold)
    if not untold:
        verdict = "Complete: every rule that applies was decided."
    else:
        verdict = f"Not complete: {len(untold)} line{'' if len(untold) == 1 else 's'} could not be told"
        verdict += f", {quiet} of them quiet because no result is expected." if quiet else "."
    return f"{verdict} Knowledge {result.snapshot}."


def show_card(screen: Screen, card: Card) -> None:
    """One card with its details, offers, sources and links."""
    screen.line()
    screen.badge(card.indicator, card.summary)
    for block in card.detail:
        _show_block(screen, block)
    if card.suggestions:
        screen.line("Offers", indent=2)
        for suggestion in card.suggestions:
            screen.point(suggestion.label, indent=4)
    source = card.source + (f" <{card.source_url}>" if card.source_url else "")
    screen.line(f"Source: {source}", indent=2)
    for link in card.links:
        screen.line(f"{link.label} <{link.url}>", indent=2)


def _show_block(screen: Screen, block: Block) -> None:
    if block.heading:
        screen.line(block.heading, indent=2)
    for text in block.lines:
        if block.points:
            screen.point(text, indent=4)
        else:
            screen.line(text, indent=4 if block.heading else 2)


def show_ledger(screen: Screen, ledger: Ledger, *, inputs: bool = True) -> None:
    """The decision lines and the input lines as two tables."""
    screen.heading("What was decided")
    screen.table(
        ("outcome", "order", "drug", "rule", "evidence"),
        [
            (_outcome(line), line.order, line.drug or "", line.rule or "", ", ".join(line.evidence))
            for line in ledger.orders
        ],
    )
    if inputs:
        screen.heading("What was read")
        screen.table(
            ("resource", "became", "place"),
            [
                (line.resource, f"used: {line.used}" if line.used else f"ignored: {line.ignored}", line.site)
                for line in ledger.inputs
            ],
        )


def _outcome(line: DecisionLine) -> str:
    reason = f"({', '.join((line.reason, *line.also))})" if line.reason else ""
    return " ".join(part for part in (line.outcome, reason, "quiet" if line.quiet else "") if part)


def show_findings(screen: Screen, findings: Sequence[Finding]) -> None:
    """The findings as a table."""
    screen.heading("Findings")
    screen.table(
        ("kind", "subject", "value", "status", "reason", "date", "source"),
        [
            (
                finding.kind,
                finding.subject or "",
                value_text(finding.value) + (f" {finding.unit}" if finding.unit else ""),
                finding.status,
                finding.reason or "",
                finding.date or "",
                finding.source.resource,
            )
            for finding in findings
        ],
    )


def value_text(value: Any) -> str:
    """A value of a finding in one line."""
    if value is None:
        return ""
    if isinstance(value, dict):
        return ", ".join(f"{name} {value_text(member)}" for name, member in value.items() if member is not None)
    if isinstance(value, list | tuple):
        return ", ".join(value_text(member) for member in value)
    return str(value)
