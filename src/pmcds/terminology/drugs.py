"""Recognize the drug of an order: every code is looked up, words only if no code is known."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from pmcds.model.findings import DrugMatch
from pmcds.terminology.drug_codes import DrugCodes
from pmcds.terminology.drug_names import DrugNames, Named, combined
from pmcds.terminology.forms import LOCAL, SYSTEMIC, Forms, together
from pmcds.terminology.systems import Systems
from pmcds.terminology.text import fold
from pmcds.terminology.values import Coding, DrugTerm

NOTE_DISPLAY = "code-display"
NOTE_TEXT = "text-differs"


class Drugs:
    """Drugs by code and by name."""

    __slots__ = ("_codes", "_forms", "_names", "_systems")

    def __init__(self, documents: Mapping[str, Any], systems: Systems, forms: Forms) -> None:
        self._systems = systems
        self._forms = forms
        self._codes = DrugCodes(documents)
        self._names = DrugNames(documents, self._codes, forms)

    def term(self, name: str) -> DrugTerm | None:
        """The drug that a name of the tables, in any case, or a synonym stands for."""
        if name in self._codes.drugs or name in self._codes.combination_parts:
            found = self._codes.canonical(name)
        else:
            parts = self._names.whole(name)
            if parts is None or len(parts) != 1:
                plain = fold(name)
                return self.term(plain) if plain != name else None
            found = parts[0]
        return self._codes.term(found, self._systems.address, self._names.synonyms(found))

    def listed(self, name: str) -> bool:
        """True if a product or a brand of the drug stands in the tables."""
        term = self.term(name)
        return term is not None and (self._codes.has_product(term.name) or self._names.has_brand(term.name))

    def combinations(self, names: Sequence[str]) -> tuple[str, ...]:
        """Listed combinations that these ingredients make up."""
        return self._codes.combinations(names)

    def recognize(self, codings: Sequence[Coding], text: str | None, forms: Sequence[str]) -> DrugMatch:
        """What the codes, else the words, of one concept name."""
        read = _once(self._names.read)
        looked_up: list[str] = []
        readings: list[Named] = []
        displays: list[str] = []
        notes: list[str] = []
        words = [text] if text else []
        effects: list[str | None] = []
        outside = False
        for system, code, display in _clean(codings):
            name = self._systems.fold(system)
            words += [display] if display else []
            product = self._codes.lookup(name, code) if code else None
            if code and name:
                looked_up.append(f"{name}:{code}")
            if product is None:
                displays += [display] if display else []
                outside |= bool(code) and self._systems.judges_outside(name, code, words=_has_words(codings, text))
                continue
            effects += [self._forms.of_words(product.form), self._forms.of_code(name, code)]
            readings.append(Named(frozenset(product.names), product.unmapped))
            shown = read(display)
            if shown is not None and readings[-1].names.isdisjoint(shown.names):
                readings.append(shown)
                notes.append(NOTE_DISPLAY)
        how = "code" if readings else None
        said = read(text)
        if not readings:
            readings = [named for named in (*map(read, displays), said) if named is not None]
            how = "name" if readings else None
        elif said is not None and not any(reading.names & said.names for reading in readings):
            notes.append(NOTE_TEXT)
        named = combined(readings)
        return DrugMatch(
            ingredients=tuple(sorted(named.names)) if named else (),
            unmapped=named.unmapped if named else 0,
            systemic=self._systemic(forms, effects, words),
            how=how,
            codes=tuple(dict.fromkeys(looked_up)),
            conflicting=bool(named and named.conflicting),
            outside_tables=outside and named is None,
            notes=tuple(dict.fromkeys(notes)),
        )

    def _systemic(self, forms: Sequence[str], effects: Sequence[str | None], words: Sequence[str]) -> bool | None:
        """Stated route and form and the product's form decide together; words of the name only without them."""
        found = [*map(self._forms.of_words, forms), *effects]
        if not any(found):
            found = [self._forms.of_words(text) for text in words]
        return {SYSTEMIC: True, LOCAL: False}.get(together(found) or "")


def _once(read: Callable[[str | None], Named | None]) -> Callable[[str | None], Named | None]:
    """The same reader, which reads equal words of one order once."""
    known: dict[str | None, Named | None] = {}

    def reading(text: str | None) -> Named | None:
        if text not in known:
            known[text] = read(text)
        return known[text]

    return reading


def _clean(codings: Sequence[Coding]) -> Iterator[tuple[str | None, str, str]]:
    for system, code, display in codings:
        yield (
            system,
            code.strip() if isinstance(code, str) else "",
            display if isinstance(display, str) else "",
        )


def _has_words(codings: Sequence[Coding], text: str | None) -> bool:
    return any(isinstance(words, str) and words.strip() for words in (text, *(display for _, _, display in codings)))
