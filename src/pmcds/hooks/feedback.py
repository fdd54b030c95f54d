"""What clinicians did with cards: feedback bodies of every client, as flat records."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from typing import Any, NamedTuple

from pmcds.hooks.outcome import refused

_REASON_KEY = "com.epic.cdshooks.feedback.overrideReason."
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)?")
# Longest text that is kept; comments may be long, codes never are.
_MOST = 1_000
_MOST_COMMENT = 20_000


class Known(NamedTuple):
    """What the server remembers of a card that it sent."""

    topic: str | None = None
    rule: str | None = None
    rule_version: str | None = None


@dataclass(frozen=True, slots=True)
class FeedbackRecord:
    """One line of feedback, under stable names.

    `suggestion` is the accepted one; an entry with several gives several records. `comment` is free text by a
    clinician: health data, to be stored apart and never logged.
    """

    received: str
    service: str
    client: str | None
    tenant: str | None
    card: str
    outcome: str
    suggestion: str | None
    reason_system: str | None
    reason_code: str | None
    reason_display: str | None
    comment: str | None = field(repr=False)
    outcome_time: str
    topic: str | None
    rule: str | None
    rule_version: str | None
    known_card: bool

    @property
    def identity(self) -> tuple[str, str, str, str | None, str]:
        """What makes two records the same, however often they are sent (F7)."""
        return (self.service, self.card, self.outcome, self.suggestion, self.outcome_time)


# The columns of an export, in order; `comment` only where it is asked for.
COLUMNS = tuple(part.name for part in fields(FeedbackRecord))


@dataclass(frozen=True, slots=True)
class Feedback:
    """The usable records of a body, and what is wrong with the entries that are not usable."""

    records: tuple[FeedbackRecord, ...]
    problems: tuple[str, ...] = ()


class _Entry(NamedTuple):
    card: str
    outcome: str
    suggestions: tuple[str | None, ...]
    reason: tuple[str | None, str | None, str | None]
    comment: str | None
    time: str


def parse_feedback(
    body: Any,
    *,
    service: str,
    received: str,
    client: str | None = None,
    tenant: str | None = None,
    known: Callable[[str], Known | None] | None = None,
) -> Feedback:
    """The records of a feedback body. Raises HookError 400 if there is no array, or no entry that can be used.

    `received` is the time of the call; `known` tells what a card uuid stands for, or None for an unknown card.
    """
    entries = body.get("feedback") if isinstance(body, Mapping) else None
    if not isinstance(entries, list) or not entries:
        raise refused(400, "structure", "there is no feedback", where="/feedback", mend="send an array of entries")
    records: list[FeedbackRecord] = []
    problems: list[str] = []
    for place, stated in enumerate(entries):
        entry = _entry(stated)
        if isinstance(entry, str):
            problems.append(f"/feedback/{place}: {entry}")
            continue
        card = known(entry.card) if known is not None else None
        about = card or Known()
        records += [
            FeedbackRecord(
                received=received,
                service=service,
                client=client,
                tenant=tenant,
                card=entry.card,
                outcome=entry.outcome,
                suggestion=suggestion,
                reason_system=entry.reason[0],
                reason_code=entry.reason[1],
                reason_display=entry.reason[2],
                comment=entry.comment,
                outcome_time=entry.time,
                topic=about.topic,
                rule=about.rule,
                rule_version=about.rule_version,
                known_card=card is not None,
            )
            for suggestion in entry.suggestions
        ]
    if not records:
        raise refused(
            400, "invalid", f"no entry can be used, {problems[0]}", mend="send card, outcome, outcomeTimestamp"
        )
    return Feedback(tuple(records), tuple(problems))


def _entry(stated: Any) -> _Entry | str:
    """The entry, or what is wrong with it (without its values)."""
    if not isinstance(stated, Mapping):
        return "is no object"
    card, outcome, time = stated.get("card"), stated.get("outcome"), _instant(stated.get("outcomeTimestamp"))
    if not isinstance(card, str) or not card or len(card) > _MOST:
        return "`card` is missing or no text"
    if outcome not in ("accepted", "overridden"):
        return "`outcome` is neither accepted nor overridden"
    if time is None:
        return "`outcomeTimestamp` is missing or no RFC 3339 time"
    suggestions: tuple[str | None, ...] = (None,)
    if outcome == "accepted":
        suggestions = tuple(dict.fromkeys(_accepted(stated.get("acceptedSuggestions"))))
        if not suggestions:
            return "`acceptedSuggestions` is missing or names none"
    reason, comment = _reason(stated)
    return _Entry(card, outcome, suggestions, reason, comment, time)


def _accepted(stated: Any) -> Iterator[str]:
    for item in stated if isinstance(stated, list) else [stated]:
        ident = item.get("id") if isinstance(item, Mapping) else item
        if isinstance(ident, str) and ident and len(ident) <= _MOST:
            yield ident


def _reason(stated: Mapping[str, Any]) -> tuple[tuple[str | None, str | None, str | None], str | None]:
    """The override reason and the comment, from the usual member or from a client's own (F10, EP-10)."""
    given = stated.get("overrideReason")
    if given is None:
        given = stated.get("overrideReasons")
    if isinstance(given, Sequence) and not isinstance(given, str):
        given = next((item for item in given if isinstance(item, Mapping)), None)
    if not isinstance(given, Mapping):
        return (None, None, None), None
    reason = given.get("reason")
    if isinstance(reason, Mapping) and isinstance(reason.get("coding"), list):
        reason = next((item for item in reason["coding"] if isinstance(item, Mapping)), None)
    comment = _text(given.get("userComment"), _MOST_COMMENT)
    if isinstance(reason, Mapping):
        # Blanks inside a system were seen in a client's own examples.
        system = "".join((_text(reason.get("system")) or "").split()) or None
        return (system, _text(reason.get("code")), _text(reason.get("display"))), comment
    extension = given.get("extension")
    if isinstance(extension, Mapping):
        named = [
            _text(extension.get(_REASON_KEY + name)) for name in ("reasonTitle", "reasonDisplay", "reasonCategory")
        ]
        code = named[0] or named[2]
        if code or named[1]:
            return (_REASON_KEY.rstrip("."), code, named[1]), comment
    return (None, None, None), comment


def _text(value: Any, most: int = _MOST) -> str | None:
    return value[:most] if isinstance(value, str) and value.strip() else None


def _instant(value: Any) -> str | None:
    """The time in UTC, written in one way, so that the same time is the same text."""
    if not isinstance(value, str) or not _INSTANT.fullmatch(value) or not value.isascii():
        return None
    try:
        time = datetime.fromisoformat(value.upper().replace(" ", "T"))
    except ValueError:
        return None
    try:
        time = time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
    except OverflowError:
        return None
    return time.isoformat(timespec="seconds" if time.microsecond == 0 else "microseconds").replace("+00:00", "Z")
