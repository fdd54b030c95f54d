"""The feedback of a running CDS service against the checklist: what is sent, and what its answers must be."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from pmcds.hooks.checks import MUST
from pmcds.hooks.probes import Answer, Ask, Call, Findings

_CARD = "6d5a1f0e-61c4-4f0c-9a3b-5b1f4c7d2e90"
_OTHER = "a1d2e3f4-61c4-4f0c-9a3b-5b1f4c7d2e91"
_TIME = "2026-01-11T10:05:31Z"


def check_feedback_of(ask: Ask, found: Findings, path: str) -> None:
    """Send feedback about a card that nobody knows, in all spellings, and what must be refused."""

    def send(*entries: Any) -> Answer:
        body = json.dumps({"feedback": list(entries)}).encode()
        return ask(Call("POST", path + "/feedback", body, {"content-type": "application/json"}))

    first = send(_accepted())
    if first.status == 404:
        found.unmade[path.rsplit("/", 1)[-1] + "/feedback"] = "the service takes no feedback"
        return
    for number, text, entries in _good():
        status = send(*entries).status
        found.expect(f"{path}/feedback", f"F{number}", status == 200, f"answered {status} to {text}", MUST)
    none = ask(Call("POST", path + "/feedback", b'{"feedback": 5}', {"content-type": "application/json"}))
    found.expect(f"{path}/feedback", f"F{1}", none.status == 400, f"answered {none.status} without an array")
    bad = send({"card": 5})
    found.expect(f"{path}/feedback", f"F{13}", bad.status == 400, f"answered {bad.status} where nothing is usable")


def _good() -> Iterator[tuple[int, str, list[Any]]]:
    yield 1, "one entry", [_accepted()]
    yield 7, "several entries", [_accepted(), _overridden()]
    yield 7, "the same again", [_accepted(), _accepted()]
    yield 8, "an override without reason", [_overridden()]
    yield 9, "a card that nobody knows", [_accepted() | {"card": _OTHER}]
    yield 10, "the older spelling", [_overridden() | {"overrideReasons": {"reason": {"code": "x", "system": "urn:x"}}}]
    yield 13, "one bad entry among good ones", [{"card": 5}, _overridden()]


def _accepted() -> dict[str, Any]:
    return {
        "card": _CARD,
        "outcome": "accepted",
        "acceptedSuggestions": [{"id": _OTHER}],
        "outcomeTimestamp": _TIME,
    }


def _overridden() -> dict[str, Any]:
    return {"card": _CARD, "outcome": "overridden", "outcomeTimestamp": _TIME}
