"""Cards that only ask for a test because no result is on file: a site can mute them by group (PG92-PG94)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from pmcds.engine.match import asks_for_test
from pmcds.engine.outcome import Outcome
from pmcds.model import words

# The group of a card by its indicator: tests that a label requires, tests that are recommended.
GROUPS = {"critical": "required", "warning": "required", "info": "recommended"}

EVERY_GROUP = frozenset(GROUPS.values())


def group_of(outcome: Outcome) -> str | None:
    """The group of an outcome whose cards only ask for a test, or None."""
    shown = outcome.shown
    if outcome.outcome != words.CANNOT_TELL or outcome.reason not in words.QUIET_REASONS or not shown:
        return None
    if not all(asks_for_test(verdict.case) for verdict in shown):
        return None
    indicators = {verdict.case.card.indicator for verdict in shown if verdict.case and verdict.case.card}
    return "required" if {GROUPS[indicator] for indicator in indicators} & {"required"} else "recommended"


def muted(outcome: Outcome, groups: Collection[str]) -> Outcome:
    """The outcome, quiet if its group is none of those that a site wants to see; its line stays."""
    if "required" in groups and "recommended" in groups:
        return outcome
    group = group_of(outcome)
    return outcome if group is None or group in groups else replace(outcome, quiet=True)
