"""Tumor types: from diagnosis codes to nodes of the tumor tree, and from nodes to the types that rules name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from pmcds.terminology.classifications import EDITIONS, prefix_key, prefix_keys
from pmcds.terminology.tables import Table
from pmcds.terminology.text import fold, strings

SOLID = "*solid"


class Node(NamedTuple):
    """Where a diagnosis stands in the tree: at one of these nodes, or (`imprecise`) somewhere near them.

    `types` are types of rules that the words of the diagnosis name outright.
    """

    nodes: tuple[str, ...]
    imprecise: bool = False
    types: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Type:
    name: str
    include: frozenset[str]
    exclude: frozenset[str]
    broader: frozenset[str]


class Cancers:
    """The tree, the codes that lead to it, and the tumor types of rules."""

    __slots__ = ("_above", "_by_code", "_by_name", "_first", "_known", "_liquid", "_older", "_types", "condition")

    def __init__(self, tree: Table, document: Mapping[str, Any]) -> None:
        self._above: dict[str, tuple[str, ...]] = {}
        self._known: dict[tuple[tuple[str, ...], bool], tuple[frozenset[str], frozenset[str]]] = {}
        self._by_code: dict[str, Node] = {}
        self._by_name: dict[str, Node] = {}
        self._older: dict[str, str] = {}
        self.condition = str(document["condition"]) if document.get("condition") else None
        self._liquid = frozenset(strings(document.get("liquid")))
        self._read_tree(tree)
        for key, entry in (document.get("codes") or {}).items():
            system, _, code = key.partition(":")
            self._by_code[prefix_key(system, code) if system in EDITIONS else key] = _node(entry)
        self._types: tuple[_Type, ...] = ()
        self._first: dict[str, tuple[tuple[str, str], ...]] = {}
        for name, entry in (document.get("cancers") or {}).items():
            self._add(str(name), entry)

    def _add(self, name: str, entry: Mapping[str, Any]) -> None:
        include = strings(entry.get("oncotree"))
        nodes = tuple(node for node in include if node != SOLID)
        kind = _Type(
            name, frozenset(include), frozenset(strings(entry.get("exclude"))), frozenset(strings(entry.get("broader")))
        )
        self._types = (*self._types, kind)
        self._first[name] = tuple(("oncotree", node) for node in (*strings(entry.get("write")), *nodes)[:1])
        for said in (name, *strings(entry.get("names"))):
            known = self._by_name.get(fold(said), Node(()))
            self._by_name[fold(said)] = Node(known.nodes or nodes, known.imprecise, (*known.types, name))

    def _read_tree(self, tree: Table) -> None:
        parents: dict[str, str] = {}
        for code, name, parent, ncit, older in tree.select("code", "name", "parent", "ncit", "older"):
            parents[code] = parent
            self._by_name.setdefault(fold(name), Node((code,)))
            self._by_code[f"oncotree:{code}"] = Node((code,))
            for number in ncit.split():
                # Some nodes share a code of the thesaurus: it means one of them.
                known = self._by_code.get(f"ncit:{number}", Node(()))
                self._by_code[f"ncit:{number}"] = Node((*known.nodes, code))
            for former in older.split():
                self._older.setdefault(former, code)
        for code in parents:
            self._line(code, parents)

    def _line(self, code: str, parents: Mapping[str, str]) -> tuple[str, ...]:
        """All nodes above a node, the nearest first."""
        if code not in self._above:
            parent = parents.get(code, "")
            self._above[code] = ()  # a node that is its own ancestor ends here
            self._above[code] = (parent, *self._line(parent, parents)) if parent else ()
        return self._above[code]

    def of_code(self, system: str, code: str) -> Node | None:
        """Where a code leads; a classification's code is read by its longest listed prefix. No nodes: no tumor type."""
        if system == "oncotree":
            found = self._by_code.get(f"oncotree:{code}")
            return found or (Node((self._older[code],)) if code in self._older else None)
        if system in EDITIONS:
            return next((self._by_code[key] for key in prefix_keys(system, code) if key in self._by_code), None)
        return self._by_code.get(f"{system}:{code}")

    def of_name(self, words: str) -> Node | None:
        """Where the folded name of a tumor type leads."""
        return self._by_name.get(words)

    def types(self, found: Sequence[Node]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Names of the types that a diagnosis is, and of those that it may be."""
        certain: set[str] = set()
        possible: set[str] = set()
        for place in found:
            certain.update(place.types)
            sure, perhaps = self._at(place.nodes, place.imprecise)
            certain.update(sure)
            possible.update(perhaps)
        return tuple(sorted(certain)), tuple(sorted(possible - certain))

    def _at(self, nodes: tuple[str, ...], imprecise: bool) -> tuple[frozenset[str], frozenset[str]]:
        """Types that a diagnosis at one of these nodes is, and may be; worked out once for each place."""
        if (nodes, imprecise) not in self._known:
            outcomes = {
                kind.name: {self._one(kind, node, imprecise=imprecise) for node in nodes} for kind in self._types
            }
            self._known[nodes, imprecise] = (
                frozenset(name for name, found in outcomes.items() if found == {True}),
                frozenset(name for name, found in outcomes.items() if found not in ({True}, {None}, set())),
            )
        return self._known[nodes, imprecise]

    def _one(self, kind: _Type, node: str, *, imprecise: bool) -> bool | None:
        """True if a diagnosis at this node is of the type, False if it may be, None if it is not."""
        line = {node, *self._above.get(node, ())}
        if line & kind.exclude:
            return None
        if node in kind.broader:
            return False
        solid = SOLID in kind.include
        inside = bool(line & kind.include) or (solid and node != "TISSUE" and not line & self._liquid)
        below = any(node in self._above.get(other, ()) for other in kind.include)
        holds_excluded = any(node in self._above.get(other, ()) for other in kind.exclude)
        if inside and (not imprecise or (solid and not holds_excluded)):
            return True
        if inside or below or (solid and node == "TISSUE"):
            return False
        return None

    def codes(self, name: str) -> tuple[tuple[str, str], ...]:
        """(system, code) pairs that mean the type."""
        return self._first.get(name, ())

    @property
    def names(self) -> frozenset[str]:
        """Names of all tumor types that rules can use."""
        return frozenset(kind.name for kind in self._types)


def _node(entry: Any) -> Node:
    if isinstance(entry, Mapping):
        return Node(strings(entry.get("one_of") or entry.get("may_be")), imprecise="may_be" in entry)
    return Node(() if entry == "none" else strings(entry))
