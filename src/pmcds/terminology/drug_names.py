"""Drug names in free text: whole listed names only, the longest first, never by similarity."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from pmcds.terminology.drug_codes import UNKNOWN_PART, DrugCodes
from pmcds.terminology.forms import Forms
from pmcds.terminology.tables import Table
from pmcds.terminology.text import fold, strings

_TOKENS = re.compile(r"\d+(?:[.,]\d+)+[^\W\d_]*%?|[^\W_]+(?:[-'.][^\W_]+)*%?|[/+&,;|%]")
_SEPARATORS = frozenset({"/", "+", "&", ",", ";", "|", "and", "with", "plus", "w"})
# "p.o", "b.i.d": written without points in the tables.
_POINTED = re.compile(r"[^\W\d_](?:\.[^\W\d_])+")
_NUMBER = re.compile(r"[\d.,-]+([^\W\d_]*|%)?")
_INNER = re.compile(r"[(\[]([^()\[\]]*)(?:[)\]]|$)")
_MAX_TOKENS = 80
_MAX_CANDIDATES = 8


class Named(NamedTuple):
    """Ingredients that a text names; `unmapped` counts parts of it that may be a further ingredient."""

    names: frozenset[str]
    unmapped: int = 0
    conflicting: bool = False


@dataclass(slots=True)
class _Part:
    """What stands between two separators of a text."""

    found: list[str] = field(default_factory=list)
    unknown: bool = False
    salt: bool = False


class DrugNames:
    """A dictionary of names, and how a text is taken apart to look them up."""

    __slots__ = ("_codes", "_dictionary", "_forms", "_longest", "_synonyms")

    def __init__(self, documents: Mapping[str, Any], codes: DrugCodes, forms: Forms) -> None:
        self._codes = codes
        self._forms = forms
        self._dictionary: dict[tuple[str, ...], tuple[str, ...]] = {}
        self._longest: dict[str, int] = {}
        self._synonyms: dict[str, list[str]] = {}
        more: Mapping[str, Any] = documents.get("drugs_more") or {}
        known: set[str] = set()
        for document in ("ema_brands", "drug_names"):
            table = Table.of(documents.get(document))
            for name, ingredients, kind in table.select("name", "ingredients", "kind"):
                self._add(name, tuple(ingredients.split("+")), listed=kind == "synonym")
                known.add(name)
        for name in codes.drugs:
            if name not in known:
                self._add(name, (name,), listed=False)
        for name, parts in codes.combination_parts.items():
            entry = (more.get("combinations") or {}).get(name) or {}
            for said in (name, *strings(entry.get("synonyms"))):
                self._add(said, parts, listed=False)
        for kind in ("same", "synonyms", "brands"):
            for name, others in (more.get(kind) or {}).items():
                for other in strings(others):
                    self._add(other, tuple(name.split("+")), listed=kind != "brands")

    def _add(self, name: str, parts: tuple[str, ...], *, listed: bool) -> None:
        tokens = (name,) if name.isalpha() and name.islower() else self._tokens(fold(name))
        if tokens:
            self._dictionary[tokens] = tuple([self._codes.canonical(part) for part in parts])
            if len(tokens) > self._longest.get(tokens[0], 0):
                self._longest[tokens[0]] = len(tokens)
            if listed and len(parts) == 1:
                self._synonyms.setdefault(self._codes.canonical(parts[0]), []).append(name)

    def _tokens(self, plain: str) -> tuple[str, ...]:
        """Words and separators of a folded text; the meaningless four letters of a biologic are taken off."""
        tokens = _TOKENS.findall(plain)
        if "-" not in plain:
            return tuple(tokens)
        bases = [self._forms.biologic.fullmatch(token) if "-" in token else None for token in tokens]
        return tuple(base.group(1) if base else token for base, token in zip(bases, tokens, strict=True))

    def synonyms(self, name: str) -> tuple[str, ...]:
        """Listed synonyms of a drug (no brands, no salts)."""
        return tuple(sorted(set(self._synonyms.get(name, ())) - {name}))

    def has_brand(self, name: str) -> bool:
        """True if a listed name that is no synonym and not the drug's own name means the drug."""
        own = {self._tokens(fold(said)) for said in (name, *self._synonyms.get(name, ()))}
        return any(name in parts and tokens not in own for tokens, parts in self._dictionary.items())

    def whole(self, text: str) -> tuple[str, ...] | None:
        """The ingredients of a text that is, as a whole, one listed name."""
        return self._dictionary.get(self._tokens(fold(text)))

    def read(self, text: str | None) -> Named | None:
        """The drugs that a text names, or None if it names none."""
        if not isinstance(text, str) or not text:
            return None
        plain = fold(text)
        inner: list[str] = []
        while len(inner) < _MAX_CANDIDATES and (match := _INNER.search(plain)) is not None:
            inner.append(match.group(1))
            plain = f"{plain[: match.start()]} {plain[match.end() :]}"
        candidates = [self._scan(candidate) for candidate in (plain, *inner)]
        return combined([candidate for candidate in candidates if candidate is not None])

    def _scan(self, text: str) -> Named | None:
        tokens = self._tokens(text)[:_MAX_TOKENS]
        parts = [_Part()]
        at = 0
        while at < len(tokens):
            phrase = self._phrase(tokens, at)
            if phrase is not None:
                length, names = phrase
                parts[-1].found += names
                at += length
                continue
            if tokens[at] in _SEPARATORS:
                parts.append(_Part())
            else:
                self._word(tokens[at], parts[-1])
            at += 1
        return _named(parts)

    def _phrase(self, tokens: tuple[str, ...], at: int) -> tuple[int, tuple[str, ...]] | None:
        for length in range(min(self._longest.get(tokens[at], 0), len(tokens) - at), 0, -1):
            names = self._dictionary.get(tokens[at : at + length])
            if names is not None:
                return length, names
        return None

    def _word(self, token: str, part: _Part) -> None:
        if self._is_filler(token):
            part.salt |= token in self._forms.salts
            return
        if "-" in token:
            names = self._hyphenated(token)
            if names:
                part.found += names
                return
        part.unknown = True

    def _is_filler(self, token: str) -> bool:
        forms = self._forms
        if _POINTED.fullmatch(token):
            token = token.replace(".", "")
        if token in forms.other_words or token in forms.units or token in forms.salts:
            return True
        number = _NUMBER.fullmatch(token)
        return number is not None and (not number.group(1) or number.group(1) in forms.units)

    def _hyphenated(self, token: str) -> list[str]:
        """Ingredients of "a-b" if every part is a name or a filler."""
        names: list[str] = []
        for word in token.split("-"):
            known = self._dictionary.get((word,))
            if known is not None:
                names += known
            elif not self._is_filler(word):
                return []
        return names


def _named(parts: list[_Part]) -> Named | None:
    names = frozenset(name for part in parts for name in part.found if name != UNKNOWN_PART)
    if not names:
        return None
    unmapped = sum(UNKNOWN_PART in part.found or part.unknown or (part.salt and not part.found) for part in parts)
    return Named(names, unmapped)


def combined(found: list[Named]) -> Named | None:
    """Several readings of one thing as one: the one that contains all others, else all, marked as conflicting."""
    if not found:
        return None
    everything = frozenset(name for named in found for name in named.names)
    widest = [named.unmapped for named in found if named.names == everything]
    if widest:
        return Named(everything, min(widest), any(named.conflicting for named in found))
    return Named(everything, max(named.unmapped for named in found), True)
