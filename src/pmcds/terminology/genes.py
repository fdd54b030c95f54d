"""Genes by code and by name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pmcds.patterns import compiled_lazily
from pmcds.terminology.tables import Table
from pmcds.terminology.text import strings

_NUMBER = compiled_lazily(r"(?:HGNC:?)?(\d{1,6})", re.IGNORECASE)
_LABELED = compiled_lazily(r"HGNC(?:ID)?[#:]([A-Za-z0-9-]+)", re.IGNORECASE)


class Genes:
    """Symbols, HGNC numbers, NCBI numbers and aliases; numbers of the two registries never mix."""

    __slots__ = ("_hgnc", "_ncbi", "_numbers", "_symbols")

    def __init__(self, table: Table, more: Mapping[str, Any]) -> None:
        self._symbols: dict[str, str] = {}
        self._hgnc: dict[str, str] = {}
        self._ncbi: dict[str, str] = {}
        self._numbers: dict[str, str] = {}
        aliases: list[tuple[str, str]] = []
        for symbol, hgnc, ncbi, other in table.select("symbol", "hgnc", "ncbi", "aliases"):
            self._add(symbol, hgnc, ncbi)
            aliases += [(alias, symbol) for alias in other.split("|") if alias]
        for symbol, entry in (more.get("genes") or {}).items():
            self._add(symbol, str(entry.get("hgnc", "")), str(entry.get("ncbi", "")))
            aliases += [(alias, symbol) for alias in strings(entry.get("aliases"))]
        for alias, symbol in aliases:
            self._symbols.setdefault(alias, symbol)

    def _add(self, symbol: str, hgnc: str, ncbi: str) -> None:
        self._symbols[symbol] = symbol
        if hgnc:
            self._hgnc[hgnc.removeprefix("HGNC:")] = symbol
            self._numbers[symbol] = hgnc
        if ncbi:
            self._ncbi[ncbi] = symbol

    def gene(self, system: str | None, code: str | None) -> str | None:
        """The symbol of a code of the folded system `hgnc` or `ncbigene`; HGNC also takes the symbol itself."""
        code = (code or "").strip()
        if system == "ncbigene":
            return self._ncbi.get(code)
        if system != "hgnc" or not code:
            return None
        number = _NUMBER.fullmatch(code)
        if number is not None:
            return self._hgnc.get(number.group(1))
        labeled = _LABELED.fullmatch(code)
        return self._symbols.get(labeled.group(1) if labeled else code)

    def named(self, text: str | None) -> str | None:
        """The symbol that a text is, exactly as symbols are written, or that lists it as alias."""
        return self._symbols.get(text.strip()) if isinstance(text, str) else None

    def number(self, symbol: str) -> str | None:
        """The HGNC id of a symbol."""
        return self._numbers.get(symbol)
