"""Cards as a CDS Hooks response: Markdown, actions and the client's dialect, put on finished cards at the very end."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from pmcds.hooks import sound
from pmcds.hooks.actions import Planned, Setting, plan
from pmcds.hooks.escape import (
    SUMMARY_LIMIT,
    Markdown,
    escape,
    escape_each,
    length,
    paragraphs,
    plain,
    points,
    shorten,
    strong,
)
from pmcds.hooks.profiles import CRD_TOPICS, CardOptions, Profile
from pmcds.model.cards import Block, Card, Coding, Link, OrderTest, Remove, Replace
from pmcds.model.findings import Order

EXTENSION = "org.pmcds."
TOPIC_KEY = f"{EXTENSION}topic"
HELD_BACK_KEY = f"{EXTENSION}cards-held-back"
NOTICE_KEY = f"{EXTENSION}not-checked"
SHOWN_KEY = f"{EXTENSION}shown-before"
_URGENCY = ("critical", "warning", "info")
_NOT_ALPHANUMERIC = re.compile(r"[^A-Za-z0-9]")
_NOTHING_PLANNED = Planned((), (), (), None)
# Sources, reasons, links and fixed blocks come from rule files and phrases and are the same on every call: what is
# written of them is checked and remembered. So many are kept; values that are handed out are made anew.
_KEPT = 1024


@dataclass(frozen=True, slots=True)
class Rendered:
    """The response, and what the client's profile moved or dropped (outside the ledger)."""

    response: dict[str, Any]
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class _Parts:
    """What is said about one card while it is put together."""

    blocks: list[Block]
    notes: list[str] = field(default_factory=list)


def render(
    cards: Sequence[Card],
    *,
    orders: Mapping[str, Order],
    patient: str | None,
    profile: Profile,
    encounter: str | None = None,
    extension: Mapping[str, Any] | None = None,
    hook: str | None = None,
    fhir_version: str = "R4",
    options: CardOptions | None = None,
    words: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """The CDS Hooks response of finished cards, in the client's dialect."""
    setting = Setting(profile, orders, patient, encounter, hook, fhir_version, words or {})
    return render_noted(cards, setting, extension=extension, options=options).response


def render_noted(
    cards: Sequence[Card],
    setting: Setting,
    *,
    extension: Mapping[str, Any] | None = None,
    options: CardOptions | None = None,
) -> Rendered:
    """The response and the notes. Raises ValueError if a card cannot be made conformant: a defect, no input does it."""
    profile = setting.profile
    ordered = sorted(cards, key=lambda card: _URGENCY.index(card.indicator))
    shown, held_back = _limited(ordered, profile, options or CardOptions())
    notes = [f"card {card.uuid}: held back as the client asked" for card in held_back]
    reasons = _Reasons()
    made = []
    for card in shown:
        built, its = _card(card, setting, reasons)
        made.append(built)
        notes += its
    members = dict(extension or {})
    if held_back:
        members[HELD_BACK_KEY] = [_named(card) for card in held_back]
    uuids = [card["uuid"] for card in made]
    uuids += [item["uuid"] for card in made for item in card.get("suggestions", ())]
    sound.together(uuids, [card["indicator"] for card in made])
    whole: dict[str, Any] = {"cards": made}
    if setting.hook in profile.system_actions_key:
        whole["systemActions"] = []
    if members:
        whole["extension"] = sound.extension(members)
    return Rendered(whole, tuple(notes))


def notice_extension(cards: Iterable[Card]) -> dict[str, Any] | None:
    """Notices that a site wants in the response's extension instead of in cards; None if there are none."""
    named = [{**_named(card), "summary": plain(card.summary)} for card in cards]
    return {NOTICE_KEY: named} if named else None


def extension_of(notices: Iterable[Card], shown_before: Iterable[Card]) -> dict[str, Any] | None:
    """What is not said in cards: notices, and cards that the client showed unchanged before (N3)."""
    again = [_named(card) for card in shown_before]
    return {**(notice_extension(notices) or {}), **({SHOWN_KEY: again} if again else {})} or None


def _named(card: Card) -> dict[str, Any]:
    """A card that is not shown: its id, urgency and the decision lines it carries."""
    lines = [{"order": order, **({"rule": rule} if rule else {})} for order, rule in card.lines]
    return {"uuid": card.uuid, "indicator": card.indicator, **({"lines": lines} if lines else {})}


def card_type(card: Card) -> str:
    """The Da Vinci card type: contraindication for a drug to avoid, guideline for everything else (CR-1)."""
    removes = any(isinstance(item, Remove) for item in card.suggestions)
    avoid = card.action == "avoid" if card.action is not None else removes
    return "contraindication" if avoid else "guideline"


def _limited(cards: Sequence[Card], profile: Profile, options: CardOptions) -> tuple[list[Card], list[Card]]:
    """The cards to show, and those that the client does not want. Only a client of the crd profile can say so."""
    if profile.topic != "crd":
        options = CardOptions()
    wanted = [card for card in cards if card_type(card) not in options.without] if options.without else list(cards)
    limits = [limit for limit in (profile.max_cards, options.max_cards) if limit is not None]
    shown = wanted[: min(limits)] if limits else wanted
    if len(shown) == len(cards):
        return shown, []
    kept = {id(card) for card in shown}
    return shown, [card for card in cards if id(card) not in kept]


def _card(card: Card, setting: Setting, reasons: _Reasons) -> tuple[dict[str, Any], list[str]]:
    planned = plan(card, setting) if card.suggestions else _NOTHING_PLANNED
    parts = _Parts(list(card.detail), list(planned.notes))
    summary = _summary(card, parts)
    _tell(card, planned, setting, parts)
    extension = dict(card.extension)
    if setting.profile.topic == "crd" and card.topic is not None:
        extension[TOPIC_KEY] = _coding(card.topic)
    if setting.profile.detail_format == "plain":
        extension[sound.CONTENT_TYPE] = "text/plain"
    built: dict[str, Any] = {
        "uuid": sound.uuid(card.uuid),
        "summary": summary,
        "indicator": card.indicator,
        "source": _source(card, setting, parts),
    }
    # A member without value is left out (X1 to X3).
    detail = _detail(parts.blocks, setting.profile)
    if detail:
        built["detail"] = detail
    suggestions = _suggestions(card, planned, setting) if planned.plans else []
    sound.choice(planned.behavior, sum([item.recommended for item in planned.plans]) if suggestions else None)
    if suggestions:
        built["selectionBehavior"] = planned.behavior
        built["suggestions"] = suggestions
    if told := reasons.of(card, parts):
        built["overrideReasons"] = told
    if links := _links(card, setting, parts):
        built["links"] = links
    if extension:
        built["extension"] = sound.extension(extension)
    return built, parts.notes


def _summary(card: Card, parts: _Parts) -> str:
    """The summary; one that is too long is shortened and stands whole in front of the detail (C1)."""
    text = plain(card.summary)
    if text and length(text) <= SUMMARY_LIMIT:
        return text
    parts.blocks.insert(0, Block((text,)))
    parts.notes.append(f"card {card.uuid}: the summary was shortened")
    return sound.summary(sound.plain_text(shorten(text)))


def _tell(card: Card, planned: Planned, setting: Setting, parts: _Parts) -> None:
    """Say in words what the actions do or would have done, unless the card says it already (C19)."""
    if setting.profile.name_orders and len(setting.orders) > 1 and card.drug:
        parts.blocks.insert(0, Block((setting.say("about_order", ordered=card.drug),)))
    if not card.suggestions and not planned.told:
        return
    said = "\n".join([card.summary, *(line for block in parts.blocks for line in block.lines)]).casefold()
    silent = [item.label for item in card.suggestions if item.label not in planned.told and not _said(item, card, said)]
    lines = [label for label in dict.fromkeys([*planned.told, *silent]) if plain(label).casefold() not in said]
    if lines:
        parts.blocks.append(Block(tuple(lines), points=True))


def _said(item: Replace | Remove | OrderTest, card: Card, said: str) -> bool:
    name = item.drug if isinstance(item, Replace) else item.test if isinstance(item, OrderTest) else card.drug
    return bool(name) and str(name).casefold() in said


def _detail(blocks: Sequence[Block], profile: Profile) -> Markdown:
    if profile.detail_format == "plain":
        # The client is told that this is no Markdown; plain values, not unescaped Markdown (MD-10).
        return Markdown("\n\n".join(text for block in blocks if (text := _plain_block(block))))
    lines = escape_each([line for block in blocks if not block.fixed for line in block.lines])
    sound.inert("\n".join(lines))
    fresh = iter(lines)
    return paragraphs([_fixed_block(b) if b.fixed else _laid_out(b, [next(fresh) for _ in b.lines]) for b in blocks])


@lru_cache(maxsize=_KEPT)
def _fixed_block(block: Block) -> Markdown:
    written = _laid_out(block, escape_each(block.lines))
    sound.inert(written)
    return written


def _laid_out(block: Block, lines: Sequence[Markdown]) -> Markdown:
    """A block of escaped lines; those without any visible character are left out."""
    lines = [line for line in lines if line]
    if not lines:
        return Markdown("")
    body = points(lines) if block.points else lines[0] if len(lines) == 1 else paragraphs(lines)
    heading = _heading(block.heading) if block.heading else ""
    return Markdown(f"{heading}\n\n{body}") if heading else body


@lru_cache(maxsize=64)
def _heading(heading: str) -> Markdown:
    """A heading: words of the phrases."""
    text = escape(heading)
    return strong(text) if text else text


def _plain_block(block: Block) -> str:
    lines = [("- " if block.points else "") + plain(line) for line in block.lines if plain(line)]
    return "\n".join([*([plain(block.heading)] if block.heading and lines else []), *lines])


def _source(card: Card, setting: Setting, parts: _Parts) -> dict[str, Any]:
    topic = Coding(CRD_TOPICS, card_type(card), "") if setting.profile.topic == "crd" else card.topic
    made, refused = _source_of(card.source, card.source_url, topic)
    if refused:
        parts.notes.append(f"card {card.uuid}: the address of the source is no absolute https URL")
    return {name: dict(value) if isinstance(value, dict) else value for name, value in made.items()}


@lru_cache(maxsize=_KEPT)
def _source_of(label: str, url: str | None, topic: Coding | None) -> tuple[dict[str, Any], bool]:
    """The source of a card, and whether its address had to be left out."""
    made: dict[str, Any] = {"label": sound.plain_text(plain(label))}
    refused = url is not None and not sound.is_https(url)
    if url is not None and not refused:
        made["url"] = url
    if about := _topic(topic):
        made["topic"] = about
    return made, refused


def _topic(topic: Coding | None) -> dict[str, str] | None:
    code = _NOT_ALPHANUMERIC.sub("", topic.code)[:100] if topic is not None else ""
    if topic is None or not code or not topic.system:
        return None
    made = {"system": sound.plain_text(topic.system), "code": sound.topic_code(code)}
    display = plain(topic.display)
    return {**made, "display": display} if display else made


def _coding(coding: Coding) -> dict[str, str]:
    members = {"system": coding.system, "code": coding.code, "display": plain(coding.display)}
    return {name: value for name, value in members.items() if value}


def _suggestions(card: Card, planned: Planned, setting: Setting) -> list[dict[str, Any]]:
    several = setting.profile.action_selection_behavior
    made = []
    for item in planned.plans:
        suggestion = {
            "label": sound.plain_text(item.label),
            "uuid": sound.uuid(item.uuid(card.uuid)),
            "isRecommended": item.recommended,
            "actions": [_action(**action) for action in item.actions],
        }
        sound.deletes_last([action["type"] for action in item.actions])
        if several and len(item.actions) > 1:
            suggestion["actionSelectionBehavior"] = "all"
        made.append(suggestion)
    return made


def _action(
    type: str,
    description: str,
    resource: dict[str, Any] | None = None,
    resource_id: str | None = None,
) -> dict[str, Any]:
    made: dict[str, Any] = {"type": type, "description": sound.plain_text(description)}
    if resource is not None:
        made["resource"] = sound.resource(resource)
    if resource_id is not None:
        made["resourceId"] = resource_id
    sound.action(type, resource, resource_id)
    return made


class _Reasons:
    """The override reasons of a response: its cards share them, so they are written once and copied."""

    __slots__ = ("_known",)

    def __init__(self) -> None:
        self._known: dict[int, list[dict[str, str]]] = {}

    def of(self, card: Card, parts: _Parts) -> list[dict[str, str]]:
        """The reasons that are whole; the others are noted."""
        given = card.override_reasons
        # The cards are held by the caller, so the id means this tuple and no other.
        made = self._known.get(id(given))
        if made is None:
            made = self._known[id(given)] = [whole for reason in given if (whole := _reason_of(reason)) is not None]
        if len(made) < len(given):
            parts.notes.append(f"card {card.uuid}: an override reason without system, code or display was left out")
        return list(map(dict, made))


@lru_cache(maxsize=_KEPT)
def _reason_of(reason: Coding) -> dict[str, str] | None:
    display = plain(reason.display)
    if not (reason.system and reason.code and display):
        return None
    return {"code": sound.plain_text(reason.code), "system": sound.plain_text(reason.system), "display": display}


def _links(card: Card, setting: Setting, parts: _Parts) -> list[dict[str, str]]:
    allowed = setting.profile.links_allow_list
    kept = []
    for link in card.links:
        made = _link_of(link)
        if made is not None and (allowed is None or any(_begins(link.url, start) for start in allowed)):
            kept.append({**made})
        else:
            parts.notes.append(f"card {card.uuid}: a link was left out, it is not https or not on the client's list")
    return kept


@lru_cache(maxsize=_KEPT)
def _link_of(link: Link) -> dict[str, str] | None:
    label = plain(link.label)
    return {"label": label, "url": link.url, "type": "absolute"} if sound.is_https(link.url) and label else None


def _begins(url: str, start: str) -> bool:
    """True if the URL is `start` or below it; a longer host name is another host."""
    rest = url[len(start) :]
    return url.startswith(start) and (start.endswith("/") or rest[:1] in ("", "/", "?", "#"))
