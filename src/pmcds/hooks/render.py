"""Cards as a CDS Hooks response: Markdown, actions and the client's dialect, put on finished cards at the very end."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from pmcds.hooks.actions import Planned, Setting, plan
from pmcds.hooks.escape import SUMMARY_LIMIT, Markdown, escape, length, paragraphs, plain, points, shorten, strong
from pmcds.hooks.profiles import CRD_TOPICS, CardOptions, Profile
from pmcds.model.cards import Block, Card, Coding, Link, OrderTest, Remove, Replace
from pmcds.model.findings import Order

if TYPE_CHECKING:
    from pmcds.hooks import response

EXTENSION = "org.pmcds."
TOPIC_KEY = f"{EXTENSION}topic"
HELD_BACK_KEY = f"{EXTENSION}cards-held-back"
NOTICE_KEY = f"{EXTENSION}not-checked"
SHOWN_KEY = f"{EXTENSION}shown-before"
_URGENCY = ("critical", "warning", "info")
_NOT_ALPHANUMERIC = re.compile(r"[^A-Za-z0-9]")


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
    from pmcds.hooks import response

    profile = setting.profile
    ordered = sorted(cards, key=lambda card: _URGENCY.index(card.indicator))
    shown, held_back = _limited(ordered, profile, options or CardOptions())
    notes = [f"card {card.uuid}: held back as the client asked" for card in held_back]
    made = []
    for card in shown:
        built, its = _card(card, setting)
        made.append(built)
        notes += its
    members = dict(extension or {})
    if held_back:
        members[HELD_BACK_KEY] = [_named(card) for card in held_back]
    whole = response.Response(
        cards=made,
        system_actions=[] if setting.hook in profile.system_actions_key else None,
        extension=members or None,
    )
    return Rendered(whole.to_dict(), tuple(notes))


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
    wanted = [card for card in cards if card_type(card) not in options.without]
    limits = [limit for limit in (profile.max_cards, options.max_cards) if limit is not None]
    shown = wanted[: min(limits)] if limits else wanted
    kept = {id(card) for card in shown}
    return shown, [card for card in cards if id(card) not in kept]


def _card(card: Card, setting: Setting) -> tuple[response.Card, list[str]]:
    from pmcds.hooks import response

    planned = plan(card, setting)
    parts = _Parts(list(card.detail), list(planned.notes))
    summary = _summary(card, parts)
    _tell(card, planned, setting, parts)
    extension = dict(card.extension)
    if setting.profile.topic == "crd" and card.topic is not None:
        extension[TOPIC_KEY] = _coding(card.topic)
    if setting.profile.detail_format == "plain":
        extension[response.CONTENT_TYPE] = "text/plain"
    built = response.Card(
        uuid=card.uuid,
        summary=summary,
        indicator=card.indicator,  # type: ignore[arg-type]
        source=_source(card, setting, parts),
        detail=_detail(parts.blocks, setting.profile) or None,
        selection_behavior=planned.behavior,  # type: ignore[arg-type]
        suggestions=_suggestions(card, planned, setting) or None,
        override_reasons=_reasons(card, parts) or None,
        links=_links(card, setting, parts) or None,
        extension=extension or None,
    )
    return built, parts.notes


def _summary(card: Card, parts: _Parts) -> str:
    """The summary; one that is too long is shortened and stands whole in front of the detail (C1)."""
    text = plain(card.summary)
    if length(text) <= SUMMARY_LIMIT:
        return text
    parts.blocks.insert(0, Block((text,)))
    parts.notes.append(f"card {card.uuid}: the summary was shortened")
    return shorten(text)


def _tell(card: Card, planned: Planned, setting: Setting, parts: _Parts) -> None:
    """Say in words what the actions do or would have done, unless the card says it already (C19)."""
    if setting.profile.name_orders and len(setting.orders) > 1 and card.drug:
        parts.blocks.insert(0, Block((setting.say("about_order", ordered=card.drug),)))
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
    return paragraphs(_block(block) for block in blocks)


def _block(block: Block) -> Markdown:
    lines = [escape(line) for line in block.lines if plain(line)]
    if not lines:
        return Markdown("")
    heading = [strong(escape(block.heading))] if block.heading and plain(block.heading) else []
    return paragraphs([*heading, points(lines)] if block.points else [*heading, *lines])


def _plain_block(block: Block) -> str:
    lines = [("- " if block.points else "") + plain(line) for line in block.lines if plain(line)]
    return "\n".join([*([plain(block.heading)] if block.heading and lines else []), *lines])


def _source(card: Card, setting: Setting, parts: _Parts) -> response.Source:
    from pmcds.hooks import response

    url = card.source_url
    if url is not None and not response.is_https(url):
        parts.notes.append(f"card {card.uuid}: the address of the source is no absolute https URL")
        url = None
    topic = Coding(CRD_TOPICS, card_type(card), "") if setting.profile.topic == "crd" else card.topic
    return _source_of(card.source, url, topic)


# Sources, reasons and links come from rule files and are the same on every call; the values are frozen.
@lru_cache(maxsize=1024)
def _source_of(label: str, url: str | None, topic: Coding | None) -> response.Source:
    from pmcds.hooks import response

    return response.Source(label=plain(label), url=url, topic=_topic(topic))


def _topic(topic: Coding | None) -> response.Topic | None:
    from pmcds.hooks import response

    code = _NOT_ALPHANUMERIC.sub("", topic.code)[:100] if topic is not None else ""
    if topic is None or not code or not topic.system:
        return None
    return response.Topic(system=topic.system, code=code, display=plain(topic.display) or None)


def _coding(coding: Coding) -> dict[str, str]:
    members = {"system": coding.system, "code": coding.code, "display": plain(coding.display)}
    return {name: value for name, value in members.items() if value}


def _suggestions(card: Card, planned: Planned, setting: Setting) -> list[response.Suggestion]:
    from pmcds.hooks import response

    several = setting.profile.action_selection_behavior
    return [
        response.Suggestion(
            label=item.label,
            uuid=item.uuid(card.uuid),
            is_recommended=item.recommended,
            actions=[response.Action(**action) for action in item.actions],
            action_selection_behavior="all" if several and len(item.actions) > 1 else None,
        )
        for item in planned.plans
    ]


def _reasons(card: Card, parts: _Parts) -> list[response.Coding]:
    whole = [made for reason in card.override_reasons if (made := _reason_of(reason)) is not None]
    if len(whole) < len(card.override_reasons):
        parts.notes.append(f"card {card.uuid}: an override reason without system, code or display was left out")
    return whole


@lru_cache(maxsize=1024)
def _reason_of(reason: Coding) -> response.Coding | None:
    from pmcds.hooks import response

    display = plain(reason.display)
    if not (reason.system and reason.code and display):
        return None
    return response.Coding(code=reason.code, system=reason.system, display=display)


def _links(card: Card, setting: Setting, parts: _Parts) -> list[response.Link]:
    allowed = setting.profile.links_allow_list
    kept = []
    for link in card.links:
        made = _link_of(link)
        if made is not None and (allowed is None or any(_begins(link.url, start) for start in allowed)):
            kept.append(made)
        else:
            parts.notes.append(f"card {card.uuid}: a link was left out, it is not https or not on the client's list")
    return kept


@lru_cache(maxsize=1024)
def _link_of(link: Link) -> response.Link | None:
    from pmcds.hooks import response

    label = plain(link.label)
    return response.Link(label=label, url=link.url, type="absolute") if response.is_https(link.url) and label else None


def _begins(url: str, start: str) -> bool:
    """True if the URL is `start` or below it; a longer host name is another host."""
    rest = url[len(start) :]
    return url.startswith(start) and (start.endswith("/") or rest[:1] in ("", "/", "?", "#"))
