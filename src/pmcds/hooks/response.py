"""The CDS Hooks response as types that cannot be built wrong: every rule of the checklist raises when it is broken.

Imported only when a response is made, since pydantic is slow to import.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from annotated_types import Len
from pydantic import AfterValidator, BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from pmcds.hooks.escape import SUMMARY_LIMIT, Markdown, length, plain

RESOURCE_ID = re.compile(r"[A-Za-z0-9]+/[A-Za-z0-9.\-]+")
_EXTENSION_KEY = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9_-]+)+")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_ELEMENT = re.compile(r"_?[A-Za-z][A-Za-z0-9_]*")
_TOPIC_CODE = re.compile(r"[A-Za-z0-9]{1,100}")
_BACKSLASHES = re.compile(r"\\[!-/:-@\[-`{-~]")
_LIVE = ("<", "[", "`", "&", "://")
CONTENT_TYPE = "com.epic.cdshooks.card.detail.content-type"
INDICATORS = ("critical", "warning", "info")


def _plain_text(text: str) -> str:
    if not text or text != plain(text):
        raise ValueError("C18: plain text on one line, without invisible characters, is needed")
    return text


def _summary(text: str) -> str:
    if length(text) > SUMMARY_LIMIT:
        raise ValueError("C1: a summary has fewer than 140 characters, in code points and in UTF-16 units")
    return text


def _uuid(text: str) -> str:
    if not _UUID.fullmatch(text):
        raise ValueError("C8: a UUID is written in lower case with hyphens")
    return text


def _https(text: str) -> str:
    if not is_https(text):
        raise ValueError("L2: an absolute https URL with a host is needed")
    return text


def _extension(value: dict[str, Any]) -> dict[str, Any]:
    if not value or not all(_EXTENSION_KEY.fullmatch(name) for name in value):
        raise ValueError("X6: an extension is an object with keys in reverse-domain style")
    _nothing_empty(value)
    return value


def _nothing_empty(value: Any, *, echoed: bool = False) -> None:
    for rule, place in empty_members(value, echoed=echoed):
        raise ValueError(f"{rule}: a member without value is left out ({place})")


def _topic_code(text: str) -> str:
    if not _TOPIC_CODE.fullmatch(text):
        raise ValueError("C7: a topic code is short and alphanumeric")
    return text


def _resource(value: dict[str, Any]) -> dict[str, Any]:
    if not is_resource(value):
        raise ValueError("X4: a FHIR resource is a JSON object of FHIR elements with a resourceType")
    return value


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


Plain = Annotated[str, AfterValidator(_plain_text)]
Summary = Annotated[str, AfterValidator(_plain_text), AfterValidator(_summary)]
Uuid = Annotated[str, AfterValidator(_uuid)]
Https = Annotated[str, AfterValidator(_https)]
Extension = Annotated[dict[str, Any], AfterValidator(_extension)]
Resource = Annotated[dict[str, Any], AfterValidator(_resource)]


class _Part(BaseModel):
    # Errors are shown to no one but developers, yet never hold a value of the patient.
    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        strict=True,
        populate_by_name=True,
        alias_generator=to_camel,
        hide_input_in_errors=True,
    )


class Coding(_Part):
    """A code of an override reason: code, system and display are all there (C12)."""

    code: Plain
    system: Plain
    display: Plain


class Topic(_Part):
    """What a card is about, the same on every call (C7)."""

    system: Plain
    code: Annotated[Plain, AfterValidator(_topic_code)]
    display: Plain | None = None


class Source(_Part):
    """Whose advice a card gives."""

    label: Plain
    url: Https | None = None
    icon: Https | None = None
    topic: Topic | None = None


class Link(_Part):
    """A link out of a rule file. The clinician starts it; nothing is launched unseen (L5)."""

    label: Plain
    url: Https
    type: Literal["absolute", "smart"]
    app_context: str | None = None

    def model_post_init(self, context: Any, /) -> None:
        """Refuse a context that no app is to get."""
        if self.app_context is not None and (self.type != "smart" or not self.app_context):
            raise ValueError("L4: appContext is a text and belongs to smart links only")


class Action(_Part):
    """One change of the record."""

    type: Literal["create", "update", "delete"]
    description: Plain
    resource: Resource | None = None
    resource_id: str | None = None

    def model_post_init(self, context: Any, /) -> None:
        """Refuse an action that does not name exactly what it creates, changes or deletes."""
        resource = self.resource
        if self.type == "delete":
            if resource is not None or not RESOURCE_ID.fullmatch(self.resource_id or ""):
                raise ValueError("S10: a delete names its target by resourceId and has no resource")
            return
        if resource is None or self.resource_id is not None:
            raise ValueError("S8: a create or update carries the resource and no resourceId")
        if self.type == "create" and "id" in resource:
            raise ValueError("S8: a created resource has no id")
        if self.type == "update" and not isinstance(resource.get("id"), str):
            raise ValueError("S9: an update carries the whole resource with the client's id")
        if self.type == "create" and resource["resourceType"] == "MedicationRequest" and not _is_proposal(resource):
            raise ValueError("S14: a new order is a draft proposal for the patient, with text and a whole coding")
        _nothing_empty(resource, echoed=self.type == "update")


def _is_proposal(resource: dict[str, Any]) -> bool:
    concept = resource.get("medicationCodeableConcept") or {}
    first = (concept.get("coding") or [{}])[0]
    return bool(
        resource.get("status") == "draft"
        and resource.get("intent") == "proposal"
        and (resource.get("subject") or {}).get("reference")
        and concept.get("text")
        and all(first.get(name) for name in ("system", "code", "display"))
    )


class Suggestion(_Part):
    """Changes that belong together."""

    label: Plain
    uuid: Uuid
    is_recommended: bool
    actions: Annotated[list[Action], Len(1)]
    action_selection_behavior: Literal["all", "any", "at-most-one"] | None = None

    def model_post_init(self, context: Any, /) -> None:
        """Refuse an order of actions in which a client that acts on the first one only loses the new order."""
        kinds = [action.type == "delete" for action in self.actions]
        if kinds != sorted(kinds):
            raise ValueError("S11: creates and updates stand before deletes")


class Card(_Part):
    """One card."""

    uuid: Uuid
    summary: Summary
    indicator: Literal["info", "warning", "critical"]
    source: Source
    detail: Annotated[Markdown, Len(1)] | None = None
    selection_behavior: Literal["at-most-one", "any"] | None = None
    suggestions: Annotated[list[Suggestion], Len(1)] | None = None
    override_reasons: Annotated[list[Coding], Len(1)] | None = None
    links: Annotated[list[Link], Len(1)] | None = None
    extension: Extension | None = None

    def model_post_init(self, context: Any, /) -> None:
        """Refuse suggestions without behavior, more than one recommendation, and a live detail."""
        if (self.suggestions is None) != (self.selection_behavior is None):
            raise ValueError("C10: selectionBehavior stands beside suggestions, and only there")
        recommended = sum(suggestion.is_recommended for suggestion in self.suggestions or ())
        if self.selection_behavior == "at-most-one" and recommended > 1:
            raise ValueError("S3: with at-most-one at most one suggestion is recommended")
        kind = (self.extension or {}).get(CONTENT_TYPE, "text/markdown")
        if self.detail is not None and kind != "text/plain" and live_markdown(self.detail):
            raise ValueError("MD-9: the detail holds HTML, an image or a link")


class Response(_Part):
    """The whole answer; nothing in it is null or empty (X1 to X3)."""

    cards: list[Card]
    system_actions: list[Action] | None = None
    extension: Extension | None = None

    def model_post_init(self, context: Any, /) -> None:
        """Refuse ids that are used twice, and cards that are not in order of urgency."""
        uuids_used = [card.uuid for card in self.cards]
        uuids_used += [item.uuid for card in self.cards for item in card.suggestions or ()]
        if len(set(uuids_used)) < len(uuids_used):
            raise ValueError("C15: every card and every suggestion has its own uuid")
        places = [INDICATORS.index(card.indicator) for card in self.cards]
        if places != sorted(places):
            raise ValueError("C16: critical cards come first, then warnings, then information")

    def to_dict(self) -> dict[str, Any]:
        """The response as JSON values."""
        return self.model_dump(by_alias=True, exclude_none=True)


def live_markdown(detail: str) -> bool:
    """True if anything but our own bold text and lists is live in the Markdown: HTML, links, images, code."""
    told = _BACKSLASHES.sub("", detail)
    return any(sign in told for sign in _LIVE) or "www." in told.lower()


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
