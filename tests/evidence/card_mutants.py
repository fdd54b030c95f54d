"""Small faults in what the cards say: a number, a boundary, a term, a drug, a source, an order.

A fault is made in the text where the parsed value stands, so that comments and all the rest stay as they are.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import yaml

_LIMITS = {"at_least": "above", "above": "at_least", "at_most": "below", "below": "at_most"}
_STEPS = {
    "indicator": ("info", "warning", "critical"),
    "strength": ("Optional", "Moderate", "Strong"),
    "outcome": (),
}
_SWAPPED = {"present": "absent", "absent": "present", "positive": "negative", "negative": "positive"}
_NUMBER = re.compile(r"(?<![\w.:*-])\d+(?:\.\d+)?(?![\w.:]*[:>])")
# Texts in which a number is part of a name, a date or an address.
_NOT_NUMBERS = frozenset(
    (
        "rule", "title", "version", "reviewed", "url", "pmid", "date", "source", "regulatory", "case", "population",
        "section", "hooks", "because", "flags", "gene", "hgnc", "sources", "versions", "test", "status", "method",
        "license",
    )
)  # fmt: skip
# What one case says in words; two cases of a rule may have it exchanged.
_SAID = (
    "note",
    "detail",
    "summary",
    "drug_class",
    "test",
    "monitor",
    "dose",
    "at_most",
    "interval",
    "silent",
    "only_if",
)
_CONDITIONS = frozenset(("if", "when", "not", "any", "all"))

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class CardMutant:
    """One changed file."""

    file: str
    kind: str
    place: str
    was: str
    now: str
    text: str


@dataclass(frozen=True)
class Spot:
    """A node of the document, where it stands, and what is around it."""

    path: Path
    node: Any
    around: tuple[Any, ...]

    @property
    def last(self) -> str:
        """The nearest name above the node."""
        return next((str(part) for part in reversed(self.path) if isinstance(part, str)), "")

    @property
    def names(self) -> frozenset[str | int]:
        return frozenset(self.path)


def value_of(node: Any) -> Any:
    """The node as plain values, every scalar as text."""
    if isinstance(node, yaml.MappingNode):
        return {key.value: value_of(inner) for key, inner in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [value_of(inner) for inner in node.value]
    return node.value


def spots(node: Any, path: Path = (), around: tuple[Any, ...] = ()) -> Iterator[Spot]:
    """Every node of a document."""
    yield Spot(path, node, around)
    if isinstance(node, yaml.MappingNode):
        for key, inner in node.value:
            yield from spots(inner, (*path, key.value), (*around, node))
    elif isinstance(node, yaml.SequenceNode):
        for place, inner in enumerate(node.value):
            yield from spots(inner, (*path, place), (*around, node))


class Document:
    """One card file as text and nodes."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.text = text
        self.root: Any = yaml.compose(text, Loader=yaml.BaseLoader)
        self.spots = tuple(spots(self.root))
        self.at = {spot.path: spot for spot in self.spots}

    def span(self, node: Any) -> tuple[int, int]:
        """Where the node's text begins and ends, without comments and blank lines behind it."""
        begin, end = node.start_mark.index, node.end_mark.index
        if not isinstance(node, yaml.ScalarNode) and not node.flow_style:
            inner = node.value[-1]
            end = self.span(inner[1] if isinstance(inner, tuple) else inner)[1]
        return begin, end

    def replaced(self, *changes: tuple[Any, str]) -> str:
        """The text with other text for some nodes."""
        text = self.text
        for node, new in sorted(changes, key=lambda change: -change[0].start_mark.index):
            begin, end = self.span(node)
            text = text[:begin] + new + text[end:]
        return text

    def mutant(self, kind: str, spot: Spot, now: Any) -> CardMutant:
        """The mutant with another value at one place."""
        written = json.dumps(now, ensure_ascii=False)
        was = json.dumps(value_of(spot.node), ensure_ascii=False)
        return self._made(kind, spot.path, was, written, self.replaced((spot.node, written)))

    def exchanged(self, kind: str, one: Spot, other: Spot) -> CardMutant:
        """The mutant in which two values stand in each other's place."""
        first, second = (json.dumps(value_of(spot.node), ensure_ascii=False) for spot in (one, other))
        path = (*one.path, "<->", *other.path)
        return self._made(kind, path, first, second, self.replaced((one.node, second), (other.node, first)))

    def _made(self, kind: str, path: Path, was: str, now: str, text: str) -> CardMutant:
        return CardMutant(self.file, kind, "/".join(map(str, path)), was[:200], now[:200], text)


Maker = Callable[[Document], Iterator[CardMutant]]


def _scalars(document: Document) -> Iterator[Spot]:
    return (spot for spot in document.spots if isinstance(spot.node, yaml.ScalarNode))


def numbers(document: Document) -> Iterator[CardMutant]:
    """A number ten times as large, or one more; those in sentences apart."""
    for spot in _scalars(document):
        if spot.names & _NOT_NUMBERS or spot.last == "codes" or spot.last == "code":
            continue
        text = spot.node.value
        whole = re.fullmatch(r"-?\d+(?:\.\d+)?", text) is not None
        for place, found in enumerate(_NUMBER.finditer(text)):
            for kind, new in (("x10", _times_ten(found[0])), ("+1", _one_more(found[0]))):
                if place < 2:
                    changed = text[: found.start()] + new + text[found.end() :]
                    yield document.mutant(f"number{'' if whole else ' in words'} {kind}", spot, changed)


def _times_ten(text: str) -> str:
    whole, _, part = text.partition(".")
    first = f"{whole}{part[:1] or '0'}".lstrip("0") or "0"
    return f"{first}.{part[1:]}" if part[1:] else first


def _one_more(text: str) -> str:
    whole, dot, part = text.partition(".")
    return f"{int(whole) + 1}{dot}{part}"


def boundaries(document: Document) -> Iterator[CardMutant]:
    """`<` for `<=` and the like."""
    for spot in document.spots:
        if isinstance(spot.node, yaml.MappingNode) and "advice" not in spot.names:
            stated = value_of(spot.node)
            for name, other in _LIMITS.items():
                if name in stated and other not in stated:
                    yield document.mutant("boundary", spot, _renamed(stated, name, other))


def _renamed(stated: dict[str, Any], name: str, other: str) -> dict[str, Any]:
    return {other if key == name else key: value for key, value in stated.items()}


def conditions(document: Document) -> Iterator[CardMutant]:
    """One condition of several dropped, `not` dropped or added, `any` for `all`, a value turned round."""
    for spot in document.spots:
        if not spot.names & _CONDITIONS or "card" in spot.names:
            continue
        stated = value_of(spot.node)
        if isinstance(stated, dict) and spot.last in _CONDITIONS:
            yield from _combined(document, spot, stated)
        elif isinstance(stated, list) and spot.last in ("any", "all") and len(stated) > 1:
            for place in range(len(stated)):
                yield document.mutant("condition dropped", spot, stated[:place] + stated[place + 1 :])
        elif isinstance(stated, str) and stated in _SWAPPED:
            yield document.mutant("value turned round", spot, _SWAPPED[stated])


def _combined(document: Document, spot: Spot, stated: dict[str, Any]) -> Iterator[CardMutant]:
    for name, value in stated.items():
        rest = {key: inner for key, inner in stated.items() if key != name}
        if rest:
            yield document.mutant("condition dropped", spot, rest)
        if name == "not" and isinstance(value, dict) and not set(value) & set(rest):
            yield document.mutant("not dropped", spot, {**rest, **value})
        elif name in ("any", "all"):
            yield document.mutant("any or all", spot, _renamed(stated, name, "all" if name == "any" else "any"))
        elif name in ("condition", "cancer", "medication", "sex", "age") and "not" not in stated:
            yield document.mutant("not added", spot, {**rest, "not": {name: value}})


def lists(document: Document) -> Iterator[CardMutant]:
    """One term dropped from a list of values, names, drugs or codes."""
    for spot in document.spots:
        stated = value_of(spot.node) if isinstance(spot.node, yaml.SequenceNode) else []
        if len(stated) < 2 or not all(isinstance(one, str) for one in stated):
            continue
        if spot.names & {"hooks", "because", "flags", "regulatory", "know", "sources"}:
            continue
        for place in range(len(stated)):
            yield document.mutant("term dropped", spot, stated[:place] + stated[place + 1 :])


def order_of_cases(document: Document) -> Iterator[CardMutant]:
    """Two neighboring cases, their advice, or what they say in words, exchanged."""
    for spot in document.spots:
        if spot.path and spot.path[-1] == "cases" and isinstance(spot.node, yaml.SequenceNode):
            cases = [document.at[(*spot.path, place)] for place in range(len(spot.node.value))]
            for one, other in pairwise(cases):
                yield document.exchanged("cases exchanged", one, other)
                yield from _said_exchanged(document, one, other)


def _said_exchanged(document: Document, one: Spot, other: Spot) -> Iterator[CardMutant]:
    def inside(case: Spot, name: str) -> Spot | None:
        below = (s for s in document.spots if s.path[: len(case.path)] == case.path and s.path[-1] == name)
        return next(below, None)

    for name in ("advice", *_SAID):
        first, second = inside(one, name), inside(other, name)
        if first and second and value_of(first.node) != value_of(second.node):
            kind = "advice exchanged" if name == "advice" else "words exchanged"
            yield document.exchanged(kind, first, second)


def levels(document: Document) -> Iterator[CardMutant]:
    """An indicator or a strength one step up or down."""
    for spot in _scalars(document):
        steps = _STEPS.get(spot.last, ())
        if spot.node.value in steps:
            here = steps.index(spot.node.value)
            for there in (here - 1, here + 1):
                if 0 <= there < len(steps):
                    yield document.mutant(spot.last, spot, steps[there])


def alternatives(document: Document) -> Iterator[CardMutant]:
    """An alternative dropped or replaced by another of the file, an exception dropped, an action of another case."""
    offered = sorted({s.node.value for s in _scalars(document) if s.path[-1] == "drug" and "instead" in s.names})
    actions = sorted({s.node.value for s in _scalars(document) if s.path[-1] == "action"})
    for spot in document.spots:
        stated = value_of(spot.node)
        if spot.path and spot.path[-1] == "instead" and len(stated) > 1:
            for place in range(len(stated)):
                yield document.mutant("alternative dropped", spot, stated[:place] + stated[place + 1 :])
        elif isinstance(stated, dict) and "unless" in stated:
            yield document.mutant("exception dropped", spot, {k: v for k, v in stated.items() if k != "unless"})
        elif isinstance(stated, str) and spot.path[-1] == "drug" and "instead" in spot.names:
            siblings = {one["drug"] for one in value_of(spot.around[-2])}
            others = [name for name in offered if name not in siblings]
            yield from (document.mutant("alternative replaced", spot, name) for name in others[:2])
        elif isinstance(stated, str) and spot.path[-1] == "action":
            yield from (document.mutant("action", spot, other) for other in actions if other != stated)


def citations(document: Document) -> Iterator[CardMutant]:
    """A citation replaced by another of the file; a digit of a number or a date changed."""
    known = list(value_of(document.root).get("evidence", {}))
    for spot in document.spots:
        if spot.path and spot.path[-1] == "because":
            stated = value_of(spot.node)
            for other in known:
                if other not in stated:
                    yield document.mutant("citation replaced", spot, [other, *stated[1:]])
            if len(stated) > 1:
                yield document.mutant("citation dropped", spot, stated[1:])
        elif "evidence" in spot.names and spot.last in ("pmid", "date", "section", "title", "level"):
            yield from _digit(document, spot, f"citation's {spot.last}")


def _digit(document: Document, spot: Spot, kind: str) -> Iterator[CardMutant]:
    """The last digit of a text changed."""
    found = list(re.finditer(r"\d", spot.node.value))
    if found:
        last = found[-1]
        new = spot.node.value[: last.start()] + str((int(last[0]) + 1) % 10) + spot.node.value[last.end() :]
        yield document.mutant(kind, spot, new)


def populations(document: Document) -> Iterator[CardMutant]:
    """Two populations in each other's place: their names or what decides about them."""
    for name in ("population", "when", "cases"):
        found = [spot for spot in document.spots if spot.path[:1] == ("populations",) and spot.path[2:] == (name,)]
        for one, other in pairwise(found):
            if value_of(one.node) != value_of(other.node):
                yield document.exchanged("population", one, other)


def questions(document: Document) -> Iterator[CardMutant]:
    """A value of one case replaced by another value that the file names; the tumor, route or origin changed."""
    asked = [spot for spot in _scalars(document) if "if" in spot.names and "card" not in spot.names]
    for spot in asked:
        same = {s.node.value for s in asked if s.last == spot.last and s.node.value != spot.node.value}
        if spot.last not in _LIMITS and spot.last != "unit":
            yield from (document.mutant("value replaced", spot, other) for other in sorted(same)[:2])
    for spot in _scalars(document):
        if spot.path == ("ask", "origin"):
            yield document.mutant("origin", spot, "somatic" if spot.node.value == "germline" else "germline")


def codes(document: Document) -> Iterator[CardMutant]:
    """A digit of a code changed, a unit, role, kind or subject of terms replaced by another of the file."""
    for spot in _scalars(document):
        if spot.last in ("code", "codes", "hgnc", "spellings", "oncotree", "broader", "exclude"):
            yield from _digit(document, spot, "code")
        elif spot.last in ("role", "kind", "subject", "unit", "is", "marker", "means", "reason", "word", "system"):
            same = {s.node.value for s in _scalars(document) if s.last == spot.last} - {spot.node.value}
            yield from (document.mutant("term replaced", spot, other) for other in sorted(same)[:1])


def entries(document: Document) -> Iterator[CardMutant]:
    """An entry of a mapping or list of terms dropped, two neighboring values exchanged."""
    for spot in document.spots[1:]:
        stated = value_of(spot.node)
        if not spot.path or len(stated) < 2 or spot.names & {"sources", "versions"}:
            continue
        if isinstance(stated, dict):
            for name in stated:
                yield document.mutant("entry dropped", spot, {k: v for k, v in stated.items() if k != name})
            inner = [document.at[(*spot.path, name)] for name in stated]
            for one, other in pairwise(inner):
                if type(one.node) is type(other.node) and value_of(one.node) != value_of(other.node):
                    yield document.exchanged("values exchanged", one, other)


def factors(document: Document) -> Iterator[CardMutant]:
    """A factor of a unit ten times as large or turned round."""
    for spot in _scalars(document):
        if re.fullmatch(r"\d+/\d+", spot.node.value):
            first, _, second = spot.node.value.partition("/")
            yield document.mutant("factor", spot, f"{second}/{first}")
            yield document.mutant("factor", spot, f"{first}/{second}0")


OF_RULES: tuple[Maker, ...] = (
    numbers, boundaries, conditions, lists, order_of_cases, levels, alternatives, citations, populations, questions,
)  # fmt: skip
OF_TERMS: tuple[Maker, ...] = (numbers, boundaries, lists, codes, entries, factors)


def mutants_of(file: str, text: str) -> list[CardMutant]:
    """Every mutant of a card file; of a table, some rows with a neighbor's cells."""
    if file.endswith(".tsv"):
        return list(_rows(file, text))
    document = Document(file, text)
    makers = OF_TERMS if file.split("/")[1] in ("genes", "terms") else OF_RULES
    found = [mutant for maker in makers for mutant in maker(document)]
    return [mutant for mutant in found if mutant.text != text]


def _rows(file: str, text: str) -> Iterator[CardMutant]:
    """In a table: the second cell of a row exchanged with that of the next one, or the row dropped."""
    lines = text.split("\n")
    step = max(1, len(lines) // 40)
    for place in range(8, len(lines) - 2, step):
        one, other = lines[place].split("\t"), lines[place + 1].split("\t")
        if len(one) != len(other) or one[1:2] == other[1:2]:
            continue
        swapped = ["\t".join([one[0], other[1], *one[2:]]), "\t".join([other[0], one[1], *other[2:]])]
        for kind, new in (("row's cell exchanged", swapped), ("row dropped", [lines[place + 1]])):
            changed = "\n".join([*lines[:place], *new, *lines[place + 2 :]])
            yield CardMutant(file, kind, f"line {place + 1}", lines[place][:200], new[0][:200], changed)
