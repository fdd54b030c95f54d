"""Specimens by code and by words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pmcds.terminology.systems import Systems
from pmcds.terminology.text import fold, strings
from pmcds.terminology.values import Coding

_WORDS = re.compile(r"[^\W_]+(?:-[^\W_]+)*")


class Specimens:
    """Classes of specimens ("tissue", "plasma" ...) with their codes and words; the longest words count."""

    __slots__ = ("_codes", "_longest", "_phrases", "_systems")

    def __init__(self, document: Mapping[str, Any], systems: Systems) -> None:
        self._systems = systems
        self._codes: dict[str, str] = {}
        self._phrases: dict[tuple[str, ...], str] = {}
        for name, entry in (document.get("specimens") or {}).items():
            for code in strings(entry.get("codes")):
                self._codes[code] = str(name)
            for said in (str(name), *strings(entry.get("names"))):
                self._phrases[tuple(_WORDS.findall(fold(said)))] = str(name)
        self._longest = max((len(phrase) for phrase in self._phrases), default=0)

    def match(self, codings: Sequence[Coding], text: str | None) -> str | None:
        """The class of a specimen: by code, else by the words of its text or display; None if they contradict."""
        coded = {
            self._codes[key]
            for system, code, _ in codings
            if code and (key := f"{self._systems.fold(system)}:{code.strip()}") in self._codes
        }
        words = [text, *(display for _, _, display in codings)]
        found = coded or {name for word in words if isinstance(word, str) for name in self._said(word)}
        return found.pop() if len(found) == 1 else None

    def _said(self, text: str) -> Iterator[str]:
        words = _WORDS.findall(fold(text))
        at = 0
        while at < len(words):
            for length in range(min(self._longest, len(words) - at), 0, -1):
                name = self._phrases.get(tuple(words[at : at + length]))
                if name is not None:
                    yield name
                    at += length - 1
                    break
            at += 1
