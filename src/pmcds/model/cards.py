"""Cards as plain values: no Markdown, no FHIR, no escapes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a card's detail: a paragraph, or a list of points under a heading. Plain text, never escaped.

    `fixed` is true if nothing in it was read in an input: what is made of such a block may be remembered.
    """

    lines: tuple[str, ...]
    heading: str | None = None
    points: bool = False
    fixed: bool = field(default=False, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Coding:
    """A code with its system and the words for it."""

    system: str
    code: str
    display: str


@dataclass(frozen=True, slots=True)
class Replace:
    """Offer to order `drug` instead of the order `order`."""

    order: str
    drug: str
    codes: tuple[Coding, ...]
    label: str
    recommended: bool = False


@dataclass(frozen=True, slots=True)
class Remove:
    """Offer to delete the draft order `order`."""

    order: str
    label: str
    recommended: bool = False


@dataclass(frozen=True, slots=True)
class OrderTest:
    """Offer to order a test; `codes` may be empty, then the request carries text only."""

    test: str
    codes: tuple[Coding, ...]
    label: str
    recommended: bool = False


Suggestion = Replace | Remove | OrderTest


@dataclass(frozen=True, slots=True)
class Link:
    """A link from a rule file. `url` is absolute https."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Card:
    """One card: everything that is said about one drug of one order, with all its reasons.

    `summary` has fewer than 140 characters. `lines` are the ids of the decision lines it carries, as
    `(order, rule)`; `evidence` the evidence keys; `topic` a static code for the rule family; `action` the leading
    word of advice (`rules.ACTIONS`), if there is one.
    """

    uuid: str
    order: str
    drug: str | None
    summary: str
    indicator: str
    detail: tuple[Block, ...]
    source: str
    source_url: str | None
    topic: Coding | None
    lines: tuple[tuple[str, str | None], ...]
    evidence: tuple[str, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    override_reasons: tuple[Coding, ...] = ()
    links: tuple[Link, ...] = ()
    language: str = "en"
    notice: bool = False
    extension: Mapping[str, Any] = field(default_factory=dict)
    action: str | None = None
