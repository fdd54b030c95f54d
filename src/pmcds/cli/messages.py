"""CDS Hooks messages held against the specification; each finding names the rule of the text it rests on.

The checks are written from the specification, independently of what the library itself emits.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit


class Finding(NamedTuple):
    """One deviation: the place as a JSON pointer, what is wrong, and whether it breaks a SHALL."""

    where: str
    message: str
    must: bool = True


Check = Callable[[Mapping[str, Any]], Iterator[Finding]]

_UUID = re.compile(r"\A[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z")
_SERVICE_ID = re.compile(r"\A[A-Za-z0-9._~-]+\Z")
_ORDER_HOOKS = ("order-select", "order-sign")
# Members of the context that a hook requires.
_CONTEXT: Mapping[str, tuple[str, ...]] = {
    "patient-view": ("userId", "patientId"),
    "order-select": ("userId", "patientId", "selections", "draftOrders"),
    "order-sign": ("userId", "patientId", "draftOrders"),
    "encounter-start": ("userId", "patientId", "encounterId"),
    "encounter-discharge": ("userId", "patientId", "encounterId"),
    "appointment-book": ("userId", "patientId", "appointments"),
}


def kind_of(message: Mapping[str, Any]) -> str | None:
    """Which message it is: request, response, discovery, feedback, or None."""
    for member, kind in (
        ("hook", "request"),
        ("services", "discovery"),
        ("cards", "response"),
        ("feedback", "feedback"),
    ):
        if member in message:
            return kind
    return None


def findings_of(kind: str, message: Mapping[str, Any]) -> list[Finding]:
    """Every deviation of a message of this kind, in order of its members."""
    found = list(CHECKS[kind](message))
    if kind != "request":
        found += _emptiness(message, "", kind)
    return found


def _emptiness(value: Any, where: str, kind: str) -> Iterator[Finding]:
    """No null and nothing empty, except the lists that say "none" and FHIR resources, whose JSON has its own rules."""
    if isinstance(value, Mapping):
        if "resourceType" in value:
            return
        if not value and where:
            yield Finding(where, "an object is empty; leave the member out")
        for name, member in value.items():
            yield from _emptiness(member, f"{where}/{name}", kind)
    elif isinstance(value, list):
        if not value and where not in ("/cards", "/services", "/systemActions"):
            yield Finding(where, "an array is empty; leave the member out")
        for place, member in enumerate(value):
            yield from _emptiness(member, f"{where}/{place}", kind)
    elif value is None:
        yield Finding(where, "null; leave the member out")
    elif value == "":
        yield Finding(where, "text is empty; leave the member out")


def _request(message: Mapping[str, Any]) -> Iterator[Finding]:
    hook = message.get("hook")
    yield from _text(message, "hook", "")
    yield from _text(message, "hookInstance", "")
    if isinstance(message.get("hookInstance"), str) and not _UUID.match(message["hookInstance"]):
        yield Finding("/hookInstance", "is no UUID")
    context = message.get("context")
    if not isinstance(context, Mapping):
        yield Finding("/context", "an object is required")
    else:
        for name in _CONTEXT.get(str(hook), ()):
            if context.get(name) in (None, "", []):
                yield Finding(f"/context/{name}", f"is required for {hook}")
        drafts = context.get("draftOrders")
        if hook in _ORDER_HOOKS and isinstance(drafts, Mapping) and drafts.get("resourceType") != "Bundle":
            yield Finding("/context/draftOrders", "must be a Bundle")
    if "fhirAuthorization" in message and "fhirServer" not in message:
        yield Finding("/fhirServer", "is required where fhirAuthorization is sent")
    if not isinstance(message.get("prefetch", {}), Mapping):
        yield Finding("/prefetch", "must be an object")
    if not isinstance(message.get("extension", {}), Mapping):
        yield Finding("/extension", "must be an object")


def _discovery(message: Mapping[str, Any]) -> Iterator[Finding]:
    services = message.get("services")
    if not isinstance(services, list):
        yield Finding("/services", "an array is required")
        return
    for place, service in enumerate(services):
        where = f"/services/{place}"
        if not isinstance(service, Mapping):
            yield Finding(where, "must be an object")
            continue
        for name in ("hook", "id", "description"):
            yield from _text(service, name, where)
        if isinstance(service.get("id"), str) and not _SERVICE_ID.match(service["id"]):
            yield Finding(f"{where}/id", "has signs that a URL must escape", must=False)
        if "title" not in service:
            yield Finding(f"{where}/title", "should be there", must=False)
        prefetch = service.get("prefetch", {"-": "-"})
        if not isinstance(prefetch, Mapping) or not all(
            isinstance(value, str) and value for value in prefetch.values()
        ):
            yield Finding(f"{where}/prefetch", "must be an object of texts")


def _response(message: Mapping[str, Any]) -> Iterator[Finding]:
    cards = message.get("cards")
    if not isinstance(cards, list):
        yield Finding("/cards", "an array is required")
        return
    seen: set[str] = set()
    for place, card in enumerate(cards):
        where = f"/cards/{place}"
        if not isinstance(card, Mapping):
            yield Finding(where, "must be an object")
            continue
        yield from _card(card, where)
        uuid = card.get("uuid")
        if isinstance(uuid, str) and uuid in seen:
            yield Finding(f"{where}/uuid", "is used by another card", must=False)
        seen.add(str(uuid))
    for place, action in enumerate(_list(message.get("systemActions"))):
        yield from _action(action, f"/systemActions/{place}", described=False)


def _card(card: Mapping[str, Any], where: str) -> Iterator[Finding]:
    yield from _text(card, "summary", where)
    if isinstance(card.get("summary"), str) and _length(card["summary"]) >= 140:
        yield Finding(f"{where}/summary", "has 140 characters or more")
    if card.get("indicator") not in ("info", "warning", "critical"):
        yield Finding(f"{where}/indicator", "must be info, warning or critical")
    source = card.get("source")
    if not isinstance(source, Mapping):
        yield Finding(f"{where}/source", "an object is required")
    else:
        yield from _text(source, "label", f"{where}/source")
        for name in ("url", "icon"):
            if name in source and not _absolute(source[name]):
                yield Finding(f"{where}/source/{name}", "must be an absolute URL")
    suggestions = _list(card.get("suggestions"))
    if suggestions and card.get("selectionBehavior") not in ("at-most-one", "any"):
        yield Finding(f"{where}/selectionBehavior", "must be at-most-one or any where there are suggestions")
    recommended = [s for s in suggestions if isinstance(s, Mapping) and s.get("isRecommended") is True]
    if card.get("selectionBehavior") == "at-most-one" and len(recommended) > 1:
        yield Finding(f"{where}/suggestions", "more than one is recommended, at most one can be chosen")
    for place, suggestion in enumerate(suggestions):
        yield from _suggestion(suggestion, f"{where}/suggestions/{place}")
    for place, reason in enumerate(_list(card.get("overrideReasons"))):
        for name in ("code", "system", "display"):
            yield from _text(reason if isinstance(reason, Mapping) else {}, name, f"{where}/overrideReasons/{place}")
    for place, link in enumerate(_list(card.get("links"))):
        yield from _link(link if isinstance(link, Mapping) else {}, f"{where}/links/{place}")


def _suggestion(suggestion: Any, where: str) -> Iterator[Finding]:
    if not isinstance(suggestion, Mapping):
        yield Finding(where, "must be an object")
        return
    yield from _text(suggestion, "label", where)
    for place, action in enumerate(_list(suggestion.get("actions"))):
        yield from _action(action, f"{where}/actions/{place}", described=True)


def _action(action: Any, where: str, *, described: bool) -> Iterator[Finding]:
    if not isinstance(action, Mapping):
        yield Finding(where, "must be an object")
        return
    kind = action.get("type")
    if kind not in ("create", "update", "delete"):
        yield Finding(f"{where}/type", "must be create, update or delete")
    if described:
        yield from _text(action, "description", where)
    if kind == "delete":
        if not isinstance(action.get("resourceId"), str):
            yield Finding(f"{where}/resourceId", "is required to delete", must=False)
        if "resource" in action:
            yield Finding(f"{where}/resource", "does not belong to delete", must=False)
    elif not isinstance(action.get("resource"), Mapping) or "resourceType" not in action["resource"]:
        yield Finding(f"{where}/resource", f"a FHIR resource is required to {kind}")


def _link(link: Mapping[str, Any], where: str) -> Iterator[Finding]:
    yield from _text(link, "label", where)
    if not _absolute(link.get("url")):
        yield Finding(f"{where}/url", "must be an absolute URL")
    if link.get("type") not in ("absolute", "smart"):
        yield Finding(f"{where}/type", "must be absolute or smart")
    if "appContext" in link and link.get("type") != "smart":
        yield Finding(f"{where}/appContext", "belongs to links of the type smart only")


def _feedback(message: Mapping[str, Any]) -> Iterator[Finding]:
    entries = message.get("feedback")
    if not isinstance(entries, list):
        yield Finding("/feedback", "an array is required")
        return
    for place, entry in enumerate(entries):
        where = f"/feedback/{place}"
        if not isinstance(entry, Mapping):
            yield Finding(where, "must be an object")
            continue
        for name in ("card", "outcomeTimestamp"):
            yield from _text(entry, name, where)
        if entry.get("outcome") not in ("accepted", "overridden"):
            yield Finding(f"{where}/outcome", "must be accepted or overridden")
        if entry.get("outcome") == "accepted" and not _list(entry.get("acceptedSuggestions")):
            yield Finding(f"{where}/acceptedSuggestions", "at least one is required")


CHECKS: Mapping[str, Check] = {
    "request": _request,
    "response": _response,
    "discovery": _discovery,
    "feedback": _feedback,
}


def _text(holder: Mapping[str, Any], name: str, where: str) -> Iterator[Finding]:
    if not isinstance(holder.get(name), str) or not holder[name].strip():
        yield Finding(f"{where}/{name}", "a text is required")


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _absolute(url: Any) -> bool:
    return isinstance(url, str) and urlsplit(url).scheme in ("http", "https") and bool(urlsplit(url).netloc)


def _length(text: str) -> int:
    """Characters as a client in JavaScript counts them, which is never fewer than code points."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
