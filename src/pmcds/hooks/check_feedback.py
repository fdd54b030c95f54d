"""Checks of a feedback body (F)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pmcds.hooks.checks import (
    ADVICE,
    MUST,
    OPTIONAL,
    Violation,
    extension_at,
    is_uuid,
    objects,
    text_at,
    wrong_items,
)

_UTC = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]00:00)", re.ASCII)


def _rule(number: int) -> str:
    # Put together, since some ids of this part of the checklist are also symbols of genes.
    return f"F{number}"


def check_feedback(message: Mapping[str, Any]) -> Iterator[Violation]:
    """Every rule that a feedback body breaks."""
    entries = message.get("feedback")
    if not isinstance(entries, list):
        yield Violation(_rule(1), MUST, "/feedback", "an array is required")
        return
    yield from wrong_items(entries, "/feedback", _rule(1))
    for where, entry in objects(entries, "/feedback", _rule(1)):
        yield from _entry(entry, where)
    yield from extension_at(message, "")


def _entry(entry: Mapping[str, Any], where: str) -> Iterator[Violation]:
    yield from text_at(entry, "card", where, _rule(2))
    if isinstance(entry.get("card"), str) and entry["card"] and not is_uuid(entry["card"]):
        yield Violation(_rule(10), ADVICE, f"{where}/card", "the card is named by no UUID")
    outcome = entry.get("outcome")
    if outcome not in ("accepted", "overridden"):
        yield Violation(_rule(3), MUST, f"{where}/outcome", "accepted or overridden")
    if outcome == "accepted" or "acceptedSuggestions" in entry:
        yield from _accepted(entry.get("acceptedSuggestions"), f"{where}/acceptedSuggestions")
    if "overrideReasons" in entry:
        yield Violation(_rule(10), ADVICE, f"{where}/overrideReasons", "the member is called overrideReason")
    for name in ("overrideReason", "overrideReasons"):
        if name in entry:
            yield from _reason(entry[name], f"{where}/{name}")
    if not isinstance(entry.get("outcomeTimestamp"), str) or not _UTC.fullmatch(entry["outcomeTimestamp"]):
        yield Violation(_rule(6), MUST, f"{where}/outcomeTimestamp", "a time in UTC as of RFC 3339 is required")
    yield from extension_at(entry, where)


def _accepted(suggestions: Any, where: str) -> Iterator[Violation]:
    if not isinstance(suggestions, list) or not suggestions:
        yield Violation(_rule(4), MUST, where, "at least one accepted suggestion is required")
        return
    yield from wrong_items(suggestions, where, _rule(4))
    for place, suggestion in objects(suggestions, where, _rule(4)):
        yield from text_at(suggestion, "id", place, _rule(4))


def _reason(given: Any, where: str) -> Iterator[Violation]:
    if not isinstance(given, Mapping):
        yield Violation(_rule(5), MUST, where, "an object is required")
        return
    if "reason" not in given and "userComment" not in given:
        yield Violation(_rule(5), MUST, where, "a reason, a userComment, or both are required")
    reason = given.get("reason")
    if "reason" in given:
        if not isinstance(reason, Mapping):
            yield Violation(_rule(5), MUST, f"{where}/reason", "a reason is a Coding")
        elif not isinstance(reason.get("code"), str) or not reason["code"]:
            yield Violation(_rule(5), OPTIONAL, f"{where}/reason/code", "a reason has a code")
    if "userComment" in given and not isinstance(given["userComment"], str):
        yield Violation(_rule(5), MUST, f"{where}/userComment", "a comment is a text")
