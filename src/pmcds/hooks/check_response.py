"""Checks of a response: cards (C), suggestions and actions (S), links (L), system actions (Y), JSON (X)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pmcds.hooks.checks import (
    ADVICE,
    MUST,
    OPTIONAL,
    SHOULD,
    Violation,
    emptiness,
    extension_at,
    is_absolute,
    is_uuid,
    objects,
    optional_text,
    resource_at,
    text_at,
    wrong_items,
)
from pmcds.hooks.escape import SUMMARY_LIMIT, length, plain

_INDICATORS = ("critical", "warning", "info")
_BEHAVIORS = ("at-most-one", "any")
_RESOURCE_ID = re.compile(r"[A-Za-z0-9]+/[A-Za-z0-9.\-]+")
_TOPIC_CODE = re.compile(r"[A-Za-z0-9]{1,100}")
_HTML = re.compile(r"(?<!\\)<(?:[A-Za-z/!?])")
_ESCAPES = re.compile(r"\\[!-/:-@\[-`{-~]")
_CONTENT_TYPE = "com.epic.cdshooks.card.detail.content-type"


def check_response(message: Mapping[str, Any]) -> Iterator[Violation]:
    """Every rule that a response breaks."""
    cards = message.get("cards")
    if not isinstance(cards, list):
        rule = "Y5" if "systemActions" in message else "H2"
        yield Violation(rule, MUST, "/cards", "an array is required, empty if there is no advice")
    else:
        yield from wrong_items(cards, "/cards", "H2")
        for where, card in objects(cards, "/cards", "H2"):
            yield from _card(card, where)
        yield from _together(cards)
    if "systemActions" in message:
        yield from wrong_items(message["systemActions"], "/systemActions", "Y1", OPTIONAL)
        for where, action in objects(message["systemActions"], "/systemActions", "Y1"):
            yield from _action(action, where)
            if "description" not in action:
                yield Violation("Y2", OPTIONAL, f"{where}/description", "a description is advised")
        if message["systemActions"] == []:
            yield Violation("Y3", OPTIONAL, "/systemActions", "empty system actions are left out, but for some clients")
    yield from extension_at(message, "")
    yield from emptiness(message)


def _together(cards: list[Any]) -> Iterator[Violation]:
    """Rules about all cards: ids are used once, the most urgent come first."""
    seen: set[str] = set()
    urgency = [_INDICATORS.index(card["indicator"]) for _, card in objects(cards, "", "") if _urgent(card)]
    if urgency != sorted(urgency):
        yield Violation("C16", ADVICE, "/cards", "critical cards come first, then warnings, then information")
    for where, card in objects(cards, "/cards", "C15"):
        for place, holder in ((where, card), *objects(card.get("suggestions"), f"{where}/suggestions", "C15")):
            uuid = holder.get("uuid")
            if isinstance(uuid, str):
                if uuid in seen:
                    yield Violation("C15", ADVICE, f"{place}/uuid", "the uuid is used before in this response")
                seen.add(uuid)


def _urgent(card: Mapping[str, Any]) -> bool:
    return isinstance(card.get("indicator"), str) and card["indicator"] in _INDICATORS


def _card(card: Mapping[str, Any], where: str) -> Iterator[Violation]:
    yield from text_at(card, "summary", where, "C1")
    summary = card.get("summary")
    if isinstance(summary, str):
        if length(summary) > SUMMARY_LIMIT:
            yield Violation("C1", MUST, f"{where}/summary", "a summary has fewer than 140 characters")
        yield from _is_plain(summary, f"{where}/summary")
    if not _urgent(card):
        yield Violation("C2", MUST, f"{where}/indicator", "the indicator is info, warning or critical")
    yield from _uuid(card, where, "C8")
    yield from _source(card.get("source"), f"{where}/source")
    yield from _detail(card, where)
    yield from _suggestions(card, where)
    if "overrideReasons" in card:
        yield from wrong_items(card["overrideReasons"], f"{where}/overrideReasons", "C12")
        for place, reason in objects(card["overrideReasons"], f"{where}/overrideReasons", "C12"):
            for name in ("code", "system", "display"):
                yield from text_at(reason, name, place, "C12")
    if "links" in card:
        yield from wrong_items(card["links"], f"{where}/links", "C13", OPTIONAL)
        for place, link in objects(card["links"], f"{where}/links", "C13"):
            yield from _link(link, place)
    yield from extension_at(card, where)


def _uuid(holder: Mapping[str, Any], where: str, rule: str) -> Iterator[Violation]:
    if "uuid" not in holder:
        yield Violation(rule, ADVICE, f"{where}/uuid", "without uuid there is no feedback")
    elif not is_uuid(holder["uuid"]):
        yield Violation(rule, OPTIONAL, f"{where}/uuid", "the uuid has not the form of a UUID")


def _is_plain(text: str, where: str) -> Iterator[Violation]:
    if text != plain(text):
        yield Violation("C18", ADVICE, where, "line breaks, runs of blanks or invisible characters in plain text")
    if _ESCAPES.search(text):
        yield Violation("C18", ADVICE, where, "Markdown escapes in plain text")


def _source(source: Any, where: str) -> Iterator[Violation]:
    if not isinstance(source, Mapping):
        yield Violation("C3", MUST, where, "a source is required")
        return
    yield from text_at(source, "label", where, "C4")
    if "url" in source and not is_absolute(source["url"]):
        yield Violation("C5", OPTIONAL, f"{where}/url", "the address of a source is absolute")
    if "icon" in source and not is_absolute(source["icon"]):
        yield Violation("C6", OPTIONAL, f"{where}/icon", "the address of an icon is absolute")
    if "topic" not in source:
        return
    topic = source["topic"]
    if not isinstance(topic, Mapping):
        yield Violation("C7", OPTIONAL, f"{where}/topic", "a topic is a Coding")
        return
    for name in ("code", "system"):
        yield from text_at(topic, name, f"{where}/topic", "C7", OPTIONAL)
    if isinstance(topic.get("code"), str) and not _TOPIC_CODE.fullmatch(topic["code"]):
        yield Violation("C7", ADVICE, f"{where}/topic/code", "the code of a topic is alphanumeric")


def _detail(card: Mapping[str, Any], where: str) -> Iterator[Violation]:
    if "detail" not in card:
        return
    detail = card["detail"]
    if not isinstance(detail, str):
        yield Violation("C9", MUST, f"{where}/detail", "the detail is a Markdown text")
        return
    extension = card.get("extension")
    if isinstance(extension, Mapping) and extension.get(_CONTENT_TYPE) == "text/plain":
        return
    if _HTML.search(detail):
        yield Violation("MD-9", ADVICE, f"{where}/detail", "HTML in the detail is live in some clients")


def _suggestions(card: Mapping[str, Any], where: str) -> Iterator[Violation]:
    behavior = card.get("selectionBehavior")
    if "selectionBehavior" in card and behavior not in _BEHAVIORS:
        yield Violation("C11", MUST, f"{where}/selectionBehavior", "clients refuse the card for any other value")
    if "suggestions" not in card:
        return
    place = f"{where}/suggestions"
    yield from wrong_items(card["suggestions"], place, "C10")
    if card["suggestions"] and "selectionBehavior" not in card:
        yield Violation("C10", MUST, f"{where}/selectionBehavior", "is required where there are suggestions")
    suggestions = list(objects(card["suggestions"], place, "C10"))
    if behavior == "at-most-one" and sum(item.get("isRecommended") is True for _, item in suggestions) > 1:
        yield Violation("S3", MUST, place, "with at-most-one at most one suggestion is recommended")
    for its, suggestion in suggestions:
        yield from _suggestion(suggestion, its)


def _suggestion(suggestion: Mapping[str, Any], where: str) -> Iterator[Violation]:
    yield from text_at(suggestion, "label", where, "S1")
    if isinstance(suggestion.get("label"), str):
        yield from _is_plain(suggestion["label"], f"{where}/label")
    yield from _uuid(suggestion, where, "S2")
    if "isRecommended" in suggestion and not isinstance(suggestion["isRecommended"], bool):
        yield Violation("S3", MUST, f"{where}/isRecommended", "true or false")
    if suggestion.get("actionSelectionBehavior", "all") not in ("all", "any", "at-most-one"):
        yield Violation("S5", MUST, f"{where}/actionSelectionBehavior", "all, any or at-most-one")
    if "actions" not in suggestion:
        return
    actions = suggestion["actions"]
    yield from wrong_items(actions, f"{where}/actions", "S4")
    if actions == []:
        yield Violation("S4", MUST, f"{where}/actions", "actions are left out if there are none")
    kinds = []
    for place, action in objects(actions, f"{where}/actions", "S4"):
        yield from text_at(action, "description", place, "S7")
        if isinstance(action.get("description"), str):
            yield from _is_plain(action["description"], f"{place}/description")
        yield from _action(action, place)
        kinds.append(action.get("type") == "delete")
    if kinds != sorted(kinds):
        yield Violation("S11", ADVICE, f"{where}/actions", "a client that acts on the first action only would delete")


def _action(action: Mapping[str, Any], where: str) -> Iterator[Violation]:
    kind = action.get("type")
    if kind not in ("create", "update", "delete"):
        yield Violation("S6", MUST, f"{where}/type", "create, update or delete")
        return
    if kind == "delete":
        if not isinstance(action.get("resourceId"), str):
            yield Violation("S10", SHOULD, f"{where}/resourceId", "a delete names its target by resourceId")
        elif not _RESOURCE_ID.fullmatch(action["resourceId"]):
            yield Violation("S10", SHOULD, f"{where}/resourceId", "a relative reference, type and id")
        if "resource" in action:
            yield Violation("S10", SHOULD, f"{where}/resource", "the resource of a delete is deprecated")
        return
    if "resource" not in action:
        yield Violation("S8" if kind == "create" else "S9", MUST, f"{where}/resource", "the resource is required")
        return
    yield from resource_at(action["resource"], f"{where}/resource")
    named = isinstance(action["resource"], Mapping) and "id" in action["resource"]
    if kind == "update" and not named:
        yield Violation("S9", MUST, f"{where}/resource/id", "an update names the client's own resource")
    if kind == "create":
        yield from _created(action["resource"], f"{where}/resource")


def _created(resource: Any, where: str) -> Iterator[Violation]:
    """A drug order that a client can take as it is (S14)."""
    if not isinstance(resource, Mapping) or resource.get("resourceType") != "MedicationRequest":
        return
    concept = resource.get("medicationCodeableConcept")
    coded = isinstance(concept, Mapping) and concept.get("coding") and concept.get("text")
    if not (coded and resource.get("status") == "draft" and resource.get("intent") and resource.get("subject")):
        text = "a created drug order is a draft with intent and subject, its drug in code and words"
        yield Violation("S14", ADVICE, where, text)


def _link(link: Mapping[str, Any], where: str) -> Iterator[Violation]:
    yield from text_at(link, "label", where, "L1")
    if not is_absolute(link.get("url")):
        yield Violation("L2", MUST, f"{where}/url", "the address of a link is absolute")
    elif not is_absolute(link["url"], ("https",)):
        yield Violation("L2", ADVICE, f"{where}/url", "the address of a link is https")
    if link.get("type") not in ("absolute", "smart"):
        yield Violation("L3", MUST, f"{where}/type", "absolute or smart")
    if "appContext" in link and link.get("type") != "smart":
        yield Violation("L4", MUST, f"{where}/appContext", "belongs to smart links only")
    yield from optional_text(link, "appContext", where, "L4")
    if "autoLaunchable" in link or not isinstance(link.get("autolaunchable", False), bool):
        yield Violation("L5", OPTIONAL, f"{where}/autolaunchable", "a boolean, and spelled so")
    elif link.get("autolaunchable") is True:
        yield Violation("L5", ADVICE, f"{where}/autolaunchable", "such a card may not be shown")
