"""Dose forms and routes: whether a drug acts in the whole body or only where it is put."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from pmcds.terminology.text import fold, strings

SYSTEMIC = "systemic"
LOCAL = "local"
UNCLEAR = "unclear"
_WORDS = re.compile(r"[^\W_]+(?:[-'][^\W_]+)*")


class Forms:
    """Words and codes of forms and routes, each systemic, local or unclear; the longest words count."""

    __slots__ = ("_codes", "_longest", "_phrases", "biologic", "other_words", "salts", "units")

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._codes: dict[str, str] = {}
        self._phrases: dict[tuple[str, ...], str] = {}
        for effect in (SYSTEMIC, LOCAL, UNCLEAR):
            entry = document.get(effect) or {}
            for code in strings(entry.get("codes")):
                self._codes[code] = effect
            for phrase in strings(entry.get("words")):
                self._phrases[tuple(_WORDS.findall(fold(phrase)))] = effect
        self._longest = max((len(phrase) for phrase in self._phrases), default=0)
        self.units = frozenset(fold(word) for word in strings(document.get("units")))
        self.salts = frozenset(fold(word) for word in strings(document.get("salts")))
        self.other_words = frozenset(fold(word) for word in strings(document.get("packaging"))) | {
            word for phrase in self._phrases for word in phrase
        }
        self.biologic = re.compile(str(document.get("biologic_suffix") or r"(?!)"))

    def of_words(self, text: str | None) -> str | None:
        """What the form words of a text say together: systemic, local, unclear (or both), None without any."""
        return together(self._found(_WORDS.findall(fold(text)))) if text else None

    def _found(self, words: list[str]) -> Iterable[str]:
        at = 0
        while at < len(words):
            for length in range(min(self._longest, len(words) - at), 0, -1):
                effect = self._phrases.get(tuple(words[at : at + length]))
                if effect is not None:
                    yield effect
                    at += length - 1
                    break
            at += 1

    def of_code(self, system: str | None, code: str | None) -> str | None:
        """What a form or route code says; `system` is folded. An ATC code says it by its longest listed prefix."""
        key = f"{system}:{(code or '').strip()}"
        if system == "atc":
            keys = (key[:length] for length in range(len(key), len("atc:"), -1))
            return next((self._codes[prefix] for prefix in keys if prefix in self._codes), None)
        return self._codes.get(key)


def together(effects: Iterable[str | None]) -> str | None:
    """One answer for several: equal ones, unclear ones do not count beside clear ones, contradictions are unclear."""
    found = {effect for effect in effects if effect}
    clear = found - {UNCLEAR}
    if len(clear) == 1:
        return clear.pop()
    return UNCLEAR if found else None
