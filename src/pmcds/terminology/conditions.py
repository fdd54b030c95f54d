"""Diagnoses by code and by name: conditions of rules, and tumor types."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from pmcds.terminology.cancers import Cancers, Node
from pmcds.terminology.classifications import EDITIONS, prefix_key, prefix_keys
from pmcds.terminology.systems import Systems
from pmcds.terminology.text import fold, strings
from pmcds.terminology.values import Coding, ConditionMatch

_TAG = re.compile(r" \((?:disorder|finding|situation|procedure|morphologic abnormality)\)$")


class Conditions:
    """Names of conditions with their codes; a condition may include others (an infarction is coronary disease)."""

    __slots__ = ("_brings", "_broader", "_by_code", "_by_name", "_cancers", "_codes", "_except", "_systems")

    def __init__(self, document: Mapping[str, Any], cancers: Cancers, systems: Systems) -> None:
        self._systems = systems
        self._cancers = cancers
        self._by_code: dict[str, list[str]] = {}
        self._by_name: dict[str, list[str]] = {}
        self._broader: dict[str, tuple[str, ...]] = {}
        self._codes: dict[str, list[str]] = {}
        self._except: dict[str, tuple[str, ...]] = {}
        self._brings: dict[str, str] = {}
        for name, entry in (document.get("conditions") or {}).items():
            self._add(str(name), entry or {})

    def _add(self, name: str, entry: Mapping[str, Any]) -> None:
        for said in (name, *strings(entry.get("names"))):
            self._by_name.setdefault(fold(said), []).append(name)
        self._broader[name] = strings(entry.get("is"))
        for block in (entry, entry.get("unverified") or {}):
            for code in strings(block.get("codes")):
                key = _key(code)
                self._by_code.setdefault(key, []).append(name)
                self._codes.setdefault(name, []).append(code)
        if entry.get("brings"):
            self._brings[name] = str(entry["brings"])
        self._except[name] = tuple(_key(code) for code in strings(entry.get("except")))

    def match(self, codings: Sequence[Coding], text: str | None) -> ConditionMatch:
        """What the codes of a diagnosis mean, else what its text as a whole means."""
        names: set[str] = set()
        nodes = []
        how = None
        for system, code, _ in codings:
            folded = self._systems.fold(system)
            if folded is None or not isinstance(code, str) or not code.strip():
                continue
            own = set(self._of_code(folded, code.strip()))
            found = self._cancers.of_code(folded, code.strip())
            how = "code" if own or found is not None else how
            names |= own
            nodes += [found] if found is not None else []
        if how is None:
            for words in self._words(codings, text):
                own = set(self._by_name.get(words, ()))
                found = self._cancers.of_name(words)
                how = "name" if own or found is not None else how
                names |= own
                nodes += [found] if found is not None else []
            if not nodes and self._cancers.condition in names:
                nodes = self._anywhere()
        if self._cancers.condition and any(place.nodes or place.types for place in nodes):
            names.add(self._cancers.condition)
        cancers, imprecise = self._cancers.types(nodes)
        return ConditionMatch(tuple(sorted(self._with_broader(names))), cancers, imprecise, how)

    def _anywhere(self) -> list[Node]:
        """Where a tumor of no stated site leads: the node of the general diagnosis's codes, if there is one."""
        pairs = [code.partition(":")[::2] for code in self._codes.get(self._cancers.condition or "", ())]
        found = (self._cancers.of_code(system, code) for system, code in pairs)
        return [node for node in found if node is not None and node.nodes][:1]

    @staticmethod
    def _words(codings: Sequence[Coding], text: str | None) -> Iterator[str]:
        uncoded = [display for system, code, display in codings if not (system and code)]
        for words in (text, *uncoded):
            if isinstance(words, str) and words.strip():
                yield _TAG.sub("", fold(words))

    def _of_code(self, system: str, code: str) -> Iterator[str]:
        if system not in EDITIONS:
            yield from self._by_code.get(f"{system}:{code}", ())
            return
        keys = list(prefix_keys(system, code))
        for key in keys:
            for name in self._by_code.get(key, ()):
                if not any(other in keys for other in self._except[name]):
                    yield name

    def _with_broader(self, names: Iterable[str]) -> set[str]:
        found: set[str] = set()
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting += self._broader.get(name, ())
        return found

    def codings(self, name: str) -> tuple[tuple[str, str, str], ...]:
        """Codings (address, code, name) that mean the condition or tumor type: for writing resources."""
        own = self._codes.get(name)
        if own:
            pairs = [code.partition(":")[::2] for code in own]
            # A chapter letter is a prefix only, no code that a resource can hold.
            whole = [(system, code) for system, code in pairs if len(code) > 2 or system not in EDITIONS]
            return tuple((self._systems.address(system), code, name) for system, code in whole)
        return tuple((self._systems.address(system), code, name) for system, code in self._cancers.codes(name))

    def brings(self, name: str | None) -> str | None:
        """What of another person's body the condition or procedure brings into the patient's: blood, liver, cells."""
        return self._brings.get(name) if name is not None else None

    @property
    def names(self) -> frozenset[str]:
        """Names of all conditions that rules can use."""
        return frozenset(self._broader)


def _key(code: str) -> str:
    system, _, plain = code.partition(":")
    return prefix_key(system, plain) if system in EDITIONS else code
