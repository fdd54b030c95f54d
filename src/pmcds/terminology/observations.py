"""Questions, components, answers and words of Observations, as `observations.yaml` states them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from pmcds.terminology.genes import Genes
from pmcds.terminology.text import fold, strings
from pmcds.terminology.values import ObservationTerm

_ALLELE = re.compile(r"(.+?)\*(\d+(?::\d+)*)")
_PLACES = ("{gene}", "{allele}")
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*", re.ASCII)
# Roles of codes that ask about measurements or about the disease itself.
_NO_RESULTS = frozenset({"laboratory", "staging", "morphology", "history"})
_PHENOTYPE = "{phenotype}"


def _true(value: object) -> bool:
    return value is True or value == "true"


def _text(value: object) -> str | None:
    return None if value is None else str(value)


class Observations:
    """Codes and names of questions, codes of components and answers, words of answers."""

    __slots__ = (
        "_answers", "_components", "_genes", "_indicators", "_names", "_patterns", "_phenotypes", "_questions",
        "_units", "_words", "scales",
    )  # fmt: skip

    def __init__(self, document: Mapping[str, Any], genes: Genes) -> None:
        self._genes = genes
        self._units: dict[str, str] = {}
        self._questions: dict[str, ObservationTerm] = {}
        for entry in document.get("observations") or ():
            for code in (*strings(entry.get("code")), *strings(entry.get("codes"))):
                self._questions[code] = _term(entry)
        self._components = {str(code): str(word) for code, word in (document.get("components") or {}).items()}
        self._answers = {str(code): str(word) for code, word in (document.get("answers") or {}).items()}
        self._words = _spellings(document.get("words"))
        self._phenotypes = _spellings(document.get("phenotypes"))
        self.scales = {str(scale): str(unit) for scale, unit in (document.get("scales") or {}).items()}
        self._names: dict[str, ObservationTerm] = {}
        self._patterns: list[tuple[str, str, str, ObservationTerm]] = []
        for entry in document.get("names") or ():
            before, place, after = _split(fold(str(entry["text"])))
            if place:
                self._patterns.append((before, place, after, _term(entry)))
            else:
                self._names[before] = _term(entry)
        self._indicators = [
            (*_split(fold(str(entry["text"]))), str(entry["kind"]), _text(entry.get("word")))
            for entry in document.get("indicators") or ()
        ]

    def unit_of(self, subject: str) -> str | None:
        """The unit of the first code that asks about a measurement and states one."""
        if not self._units:
            for term in (*self._questions.values(), *self._names.values()):
                if term.unit and term.subject:
                    self._units.setdefault(term.subject, term.unit)
        return self._units.get(subject)

    def question(self, system: str | None, code: str | None) -> ObservationTerm | None:
        """What a question code asks; `system` is folded."""
        return self._questions.get(f"{system}:{(code or '').strip()}")

    def component(self, system: str | None, code: str | None) -> str | None:
        """What a component code carries."""
        return self._components.get(f"{system}:{(code or '').strip()}")

    def answer(self, system: str | None, code: str | None) -> str | None:
        """The normal word of an answer code."""
        return self._answers.get(f"{system}:{(code or '').strip()}")

    def word(self, text: str | None) -> str | None:
        """The normal word of an answer in words."""
        return self._words.get(fold(text)) if isinstance(text, str) else None

    def phenotype_word(self, text: str | None) -> str | None:
        """The normal phenotype of a word of an older vocabulary."""
        return self._phenotypes.get(fold(text)) if isinstance(text, str) else None

    def codes(self, role: str, subject: str | None) -> tuple[str, ...]:
        """Codes ("system:code") that ask a role about a subject, in the order of the file: for writing resources."""
        return tuple(
            code for code, term in self._questions.items() if term.role == role and term.subject == (subject or None)
        )

    def codes_about(self, names: Iterable[str], *, named: bool = False) -> tuple[str, ...]:
        """Codes of genetic results and markers that may be about one of these subjects, in the order of the file.

        A code that names no subject of its own may be about any. One that names a subject is about a name that has
        all its words ("A*1 allele" about A is about the allele), in whatever role. With `named` there is none where
        no code names one of the subjects.
        """
        wanted = [set(_WORD.findall(name)) for name in names]

        def fits(term: ObservationTerm) -> bool:
            words = set(_WORD.findall(term.subject or ""))
            return term.role not in _NO_RESULTS and (not words or any(words <= name for name in wanted))

        found = {code: term for code, term in self._questions.items() if fits(term)}
        return () if named and not any(term.subject for term in found.values()) else tuple(found)

    def codes_in(self, roles: Collection[str]) -> tuple[str, ...]:
        """Codes of these roles, whatever they are about."""
        return tuple(code for code, term in self._questions.items() if term.role in roles)

    def component_codes(self, word: str) -> tuple[str, ...]:
        """Codes of components that carry `word`, in the order of the file."""
        return tuple(code for code, carried in self._components.items() if carried == word)

    def answer_codes(self, word: str) -> tuple[str, ...]:
        """Codes of answers that mean `word`, in the order of the file."""
        return tuple(code for code, meant in self._answers.items() if meant == word)

    def named(self, text: str | None) -> ObservationTerm | None:
        """What a question asks that is known by its name only."""
        if not isinstance(text, str):
            return None
        stated = text.strip().rstrip(":").strip()
        plain = fold(stated)
        if plain in self._names:
            return self._names[plain]
        for before, place, after, term in self._patterns:
            for subject in self._subjects(stated, before, place, after):
                return term._replace(subject=subject)
        return None

    def indicator(self, text: str | None) -> tuple[str, str, str] | None:
        """(kind, subject, word) of a genomic indicator.

        A phenotype is a normal word if `phenotypes` lists it; otherwise the word as stated, in lower case, which
        the gene's file may know.
        """
        if not isinstance(text, str):
            return None
        for before, place, after, kind, word in self._indicators:
            if after.endswith(_PHENOTYPE):
                found = self._phenotype_indicator(text.strip(), before, place, after.removesuffix(_PHENOTYPE))
                if found is not None:
                    return kind, *found
            else:
                for subject in self._subjects(text.strip(), before, place, after):
                    return kind, subject, word or ""
        return None

    def _phenotype_indicator(self, text: str, before: str, place: str, between: str) -> tuple[str, str] | None:
        separator = between.strip() or " "
        at = text.find(separator, len(before) + 1)
        while at > 0:
            for subject in self._subjects(text[:at], before, place, ""):
                stated = text[at + len(separator) :]
                return subject, self.phenotype_word(stated) or fold(stated)
            at = text.find(separator, at + 1)
        return None

    def _subjects(self, text: str, before: str, place: str, after: str) -> Iterator[str]:
        plain = text.casefold()
        if not (plain.startswith(before) and plain.endswith(after)) or len(text) <= len(before) + len(after):
            return
        middle = text[len(before) : len(text) - len(after)].strip()
        subject = self._genes.named(middle) if place == "{gene}" else self._allele(middle)
        if subject is not None:
            yield subject

    def _allele(self, text: str) -> str | None:
        match = _ALLELE.fullmatch(text)
        gene = self._genes.named(match.group(1)) if match else None
        return f"{gene}*{match.group(2)}" if gene and match else None


def _term(entry: Mapping[str, Any]) -> ObservationTerm:
    return ObservationTerm(
        role=str(entry["role"]),
        kind=_text(entry.get("kind")),
        subject=_text(entry.get("subject")),
        unit=_text(entry.get("unit")),
        unit_fixed=_true(entry.get("unit_fixed")),
        assay=_text(entry.get("assay")),
        says=_text(entry.get("says")),
    )


def _spellings(entries: Mapping[str, Any] | None) -> dict[str, str]:
    return {fold(spelling): str(word) for word, spellings in (entries or {}).items() for spelling in strings(spellings)}


def _split(pattern: str) -> tuple[str, str, str]:
    for place in _PLACES:
        if place in pattern:
            before, _, after = pattern.partition(place)
            return before, place, after
    return pattern, "", ""
