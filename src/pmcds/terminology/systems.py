"""Code systems: every spelling of one system folds to one short name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pmcds.terminology.text import strings

_OID = re.compile(r"[0-2](?:\.\d+)+")
MAX_ADDRESS = 300


def folded(system: str) -> str:
    """The address in the one form in which addresses are compared."""
    address = system[:MAX_ADDRESS].strip().casefold().rstrip("/ ")
    for start in ("http://", "https://", "urn:oid:"):
        if address.startswith(start):
            return address[len(start) :]
    return address


class Systems:
    """Folds addresses of code systems, and knows which tables are complete."""

    __slots__ = ("_address", "_code", "_complete", "_exact", "_known", "_starts")

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._known: dict[str, str] = {}
        self._exact: dict[str, str] = {}
        self._starts: list[tuple[str, str]] = []
        self._address: dict[str, str] = {}
        self._code: dict[str, re.Pattern[str]] = {}
        self._complete: dict[str, bool] = {}
        for name, entry in (document.get("systems") or {}).items():
            self._add(str(name), entry)

    def _add(self, name: str, entry: Mapping[str, Any]) -> None:
        for spelling in strings(entry.get("spellings")):
            self._known[folded(spelling)] = name
            self._exact[spelling] = name
            if "://" in spelling or not _OID.fullmatch(spelling):
                self._address.setdefault(name, spelling)
        for start in strings(entry.get("starts_with")):
            self._starts.append((folded(start), name))
            self._address.setdefault(name, start)
        if "codes" in entry:
            self._code[name] = re.compile(str(entry["codes"]))
        if "complete" in entry:
            self._complete[name] = str(entry["complete"].get("text")) == "needed"

    def fold(self, system: str | None) -> str | None:
        """The short name of a system, the folded address if it is not listed, None without system."""
        if not system or not isinstance(system, str):
            return None
        if system in self._exact:
            return self._exact[system]
        address = folded(system)
        if not address:
            return None
        if address in self._known:
            return self._known[address]
        for start, name in self._starts:
            if address.startswith(start):
                return name
        return address

    def address(self, name: str) -> str:
        """The address to write for a short name."""
        return self._address.get(name, name)

    def judges_outside(self, name: str | None, code: str, *, words: bool) -> bool:
        """True if the table of the system is complete, so that a well-formed code outside it is no drug of a rule."""
        if name not in self._complete or (self._complete[name] and not words):
            return False
        return name not in self._code or self._code[name].fullmatch(code) is not None
