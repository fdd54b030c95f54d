"""What must hold for the values of a response, as plain functions: the writer and the response types use the same.

Each raises ValueError with the rule of the checklist that is broken, and never shows a value.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from pmcds.hooks.escape import SUMMARY_LIMIT, length, plain

RESOURCE_ID = re.compile(r"[A-Za-z0-9]+/[A-Za-z0-9.\-]+")
_EXTENSION_KEY = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9_-]+)+")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_ELEMENT = re.compile(r"_?[A-Za-z][A-Za-z0-9_]*")
_TOPIC_CODE = re.compile(r"[A-Za-z0-9]{1,100}")
_BACKSLASHES = re.compile(r"\\[!-/:-@\[-`{-~]")
INDICATORS = ("critical", "warning", "info")
CONTENT_TYPE = "com.epic.cdshooks.card.detail.content-type"


def plain_text(text: str) -> str:
    """Text on one line (C18)."""
    if not text or text != plain(text):
        raise ValueError("C18: plain text on one line, without invisible characters, is needed")
    return text


def summary(text: str) -> str:
    """A summary that is short enough (C1)."""
    if length(text) > SUMMARY_LIMIT:
        raise ValueError("C1: a summary has fewer than 140 characters, in code points and in UTF-16 units")
    return text


def uuid(text: str) -> str:
    """A UUID (C8)."""
    if not _UUID.fullmatch(text):
        raise ValueError("C8: a UUID is written in lower case with hyphens")
    return text


def https(text: str) -> str:
    """An address (L2)."""
    if not is_https(text):
        raise ValueError("L2: an absolute https URL with a host is needed")
    return text


def extension(value: dict[str, Any]) -> dict[str, Any]:
    """An extension (X6)."""
    if not value or not all(_EXTENSION_KEY.fullmatch(name) for name in value):
        raise ValueError("X6: an extension is an object with keys in reverse-domain style")
    nothing_empty(value)
    return value


def nothing_empty(value: Any, *, echoed: bool = False) -> None:
    """A free part without null, empty or impossible values (X1, X2, X8)."""
    for rule, place in empty_members(value, echoed=echoed):
        raise ValueError(f"{rule}: a member without value is left out ({place})")


def topic_code(text: str) -> str:
    """The code of a topic (C7)."""
    if not _TOPIC_CODE.fullmatch(text):
        raise ValueError("C7: a topic code is short and alphanumeric")
    return text


def resource(value: dict[str, Any]) -> dict[str, Any]:
    """A FHIR resource (X4)."""
    if not is_resource(value):
        raise ValueError("X4: a FHIR resource is a JSON object of FHIR elements with a resourceType")
    return value


def action(kind: str, resource: dict[str, Any] | None, resource_id: str | None) -> None:
    """An action that names exactly what it creates, changes or deletes (S8 to S10, S14)."""
    if kind == "delete":
        if resource is not None or not RESOURCE_ID.fullmatch(resource_id or ""):
            raise ValueError("S10: a delete names its target by resourceId and has no resource")
        return
    if resource is None or resource_id is not None:
        raise ValueError("S8: a create or update carries the resource and no resourceId")
    if kind == "create" and "id" in resource:
        raise ValueError("S8: a created resource has no id")
    if kind == "update" and not isinstance(resource.get("id"), str):
        raise ValueError("S9: an update carries the whole resource with the client's id")
    if kind == "create" and resource["resourceType"] == "MedicationRequest" and not _is_proposal(resource):
        raise ValueError("S14: a new order is a draft proposal for the patient, with text and a whole coding")
    nothing_empty(resource, echoed=kind == "update")


def _is_proposal(resource: Mapping[str, Any]) -> bool:
    concept = resource.get("medicationCodeableConcept") or {}
    first = (concept.get("coding") or [{}])[0]
    return bool(
        resource.get("status") == "draft"
        and resource.get("intent") == "proposal"
        and (resource.get("subject") or {}).get("reference")
        and concept.get("text")
        and all(first.get(name) for name in ("system", "code", "display"))
    )


def deletes_last(kinds: list[str]) -> None:
    """An order of actions in which a client that acts on the first one only does not lose the new order (S11)."""
    deletes = [kind == "delete" for kind in kinds]
    if deletes != sorted(deletes):
        raise ValueError("S11: creates and updates stand before deletes")


def choice(behavior: str | None, recommended: int | None) -> None:
    """A card's selection behavior and the number of its recommendations, None without suggestions (C10, S3)."""
    if (recommended is None) != (behavior is None):
        raise ValueError("C10: selectionBehavior stands beside suggestions, and only there")
    if behavior == "at-most-one" and recommended is not None and recommended > 1:
        raise ValueError("S3: with at-most-one at most one suggestion is recommended")


def inert(detail: str) -> str:
    """Markdown without HTML, image, link or code (MD-9)."""
    if live_markdown(detail):
        raise ValueError("MD-9: the detail holds HTML, an image or a link")
    return detail


def together(uuids: list[str], indicators: list[str]) -> None:
    """All cards of a response: ids are used once, the most urgent come first (C15, C16)."""
    if len(set(uuids)) < len(uuids):
        raise ValueError("C15: every card and every suggestion has its own uuid")
    places = [INDICATORS.index(indicator) for indicator in indicators]
    if places != sorted(places):
        raise ValueError("C16: critical cards come first, then warnings, then information")


def is_https(text: str) -> bool:
    """True for an absolute https URL with a host and no white space or invisible character."""
    try:
        parts = urlsplit(text)
        return parts.scheme == "https" and bool(parts.hostname) and text == plain(text) and " " not in text
    except ValueError:
        return False


def is_resource(value: Any) -> bool:
    """True for a plain FHIR JSON object: a type, and members that can be names of elements."""
    return (
        isinstance(value, Mapping)
        and isinstance(value.get("resourceType"), str)
        and bool(value["resourceType"])
        and all(isinstance(name, str) and _ELEMENT.fullmatch(name) for name in value)
    )


def live_markdown(detail: str) -> bool:
    """True if anything but our own bold text and lists is live in the Markdown: HTML, links, images, code."""
    # Where not even an escaped sign stands, nothing is to be taken off: signs with an escape between them are no link.
    return _has_live_signs(detail) and _has_live_signs(_BACKSLASHES.sub("", detail))


def _has_live_signs(text: str) -> bool:
    address = "://" in text or (("w." in text or "W." in text) and "www." in text.lower())
    return address or "<" in text or "[" in text or "`" in text or "&" in text


def empty_members(value: Any, place: str = "", *, echoed: bool = False) -> Iterator[tuple[str, str]]:
    """Rule and place of every null, empty or impossible value of a free part: an extension or a resource.

    An echoed resource (of an update) may hold null in its arrays, where FHIR itself writes it.
    """
    if isinstance(value, dict):
        if not value:
            yield "X2", place
        for name, member in value.items():
            yield from empty_members(member, f"{place}/{name}", echoed=echoed)
    elif isinstance(value, (list, tuple)):
        if not value:
            yield "X2", place
        for member in value:
            if not (member is None and echoed):
                yield from empty_members(member, place, echoed=echoed)
    elif value is None:
        yield "X1", place
    elif value == "":
        yield "X2", place
    elif isinstance(value, float) and not math.isfinite(value):
        yield "X8", place
