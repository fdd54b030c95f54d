"""The CDS Hooks checklist as a function: a message in, the rules it breaks out, by id."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from pmcds.hooks.check_discovery import check_discovery
from pmcds.hooks.check_feedback import check_feedback
from pmcds.hooks.check_request import check_request
from pmcds.hooks.check_response import check_response
from pmcds.hooks.checks import ADVICE, MUST, OPTIONAL, SHOULD, Violation

__all__ = ["ADVICE", "KINDS", "MUST", "OPTIONAL", "SHOULD", "Violation", "check_message", "kind_of"]

_CHECKS: Mapping[str, Callable[[Mapping[str, Any]], Iterator[Violation]]] = {
    "discovery": check_discovery,
    "request": check_request,
    "response": check_response,
    "feedback": check_feedback,
}
KINDS = tuple(_CHECKS)
# The rule that asks for a JSON object, for each kind.
_OBJECT_RULE = {"discovery": "D1", "request": "R9", "response": "H2", "feedback": "F1"}


def kind_of(message: Mapping[str, Any]) -> str | None:
    """Which message it is, from the member that only this kind has; None if it is none of them."""
    members = (("hook", "request"), ("services", "discovery"), ("cards", "response"), ("feedback", "feedback"))
    if "context" in message or "hookInstance" in message:
        return "request"
    return next((kind for member, kind in members if member in message), None)


def check_message(kind: str, message: Mapping[str, Any] | bytes | str) -> list[Violation]:
    """Every rule of the checklist that a message breaks: rule id, level, JSON pointer, text.

    `kind` is discovery, request, response or feedback; bytes are checked as JSON too (X5, X8). Level M is a SHALL,
    S a SHOULD, O an optional part that is used wrongly, U a rule of this library. No text repeats a value.
    """
    if kind not in _CHECKS:
        raise ValueError(f"kind is one of {', '.join(KINDS)}")
    found: list[Violation] = []
    value: Any = message
    if isinstance(message, (bytes, str)):
        value, found = _decoded(message)
        if value is None:
            return found
    if not isinstance(value, Mapping):
        return [*found, Violation(_OBJECT_RULE[kind], MUST, "", "the message is no JSON object")]
    return [*found, *_CHECKS[kind](value)]


def _decoded(body: bytes | str) -> tuple[Any, list[Violation]]:
    """The value of a JSON text, and what is wrong with the text; None if there is no value."""
    found: list[Violation] = []
    try:
        text = body.decode("utf-8") if isinstance(body, bytes) else body
    except UnicodeDecodeError:
        return None, [Violation("X5", MUST, "", "the text is not UTF-8")]
    if text.startswith("\ufeff"):
        found.append(Violation("X5", MUST, "", "the text starts with a byte order mark"))
        text = text[1:]

    def constant(name: str) -> str:
        found.append(Violation("X8", ADVICE, "", "NaN or infinity is no JSON number"))
        return name

    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len({name for name, _ in pairs}) < len(pairs):
            found.append(Violation("X8", ADVICE, "", "an object names a member twice"))
        return dict(pairs)

    try:
        # Numbers stay as they are written: an absurdly long one must not be computed.
        value = json.loads(text, parse_constant=constant, object_pairs_hook=members, parse_int=_whole, parse_float=str)
    except (ValueError, RecursionError):
        return None, [*found, Violation("X5", MUST, "", "the text is no JSON")]
    return value, list(dict.fromkeys(found))


def _whole(text: str) -> int | str:
    return int(text) if len(text) < 19 else text


def summary(violations: Iterable[Violation]) -> dict[str, int]:
    """How many rules of each level are broken."""
    counts = dict.fromkeys((MUST, SHOULD, OPTIONAL, ADVICE), 0)
    for violation in violations:
        counts[violation.level] += 1
    return counts
