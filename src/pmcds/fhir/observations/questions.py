"""Whether an Observation asks anything that a reader knows: most of a record does not, and is left at once."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Mapping
from typing import Any, NamedTuple

from pmcds.fhir import decode
from pmcds.fhir.asked import digest, digest_of_bytes
from pmcds.fhir.site import Opened, ReadContext, Site
from pmcds.fhir.values import as_dicts, codings, spelling, texts
from pmcds.terminology import ObservationTerm, Terms

_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*", re.ASCII)
_FOREIGN, _OURS, _UNKNOWN = 0, 1, 2
# Members that can make a result of a resource whose question is none.
_TELLING = frozenset({"extension", "modifierExtension"})


class Question(NamedTuple):
    """What an Observation asks.

    `terms` are those of its codings; `foreign` is true if it is readable and nothing in it is for any reader;
    `unasked` if it is an analyte that no rule in question asks for, and nothing else.
    """

    terms: tuple[ObservationTerm, ...]
    foreign: bool = False
    unasked: bool = False


class Questions:
    """What codes of questions and components mean to the readers, each looked up once for an input."""

    __slots__ = ("_codes", "_components", "_context", "_named", "_questions", "_sites", "_terms")

    def __init__(self, context: ReadContext) -> None:
        self._context = context
        self._terms = context.terms
        self._codes: dict[Hashable, Question] = {}
        self._sites: dict[Site, Question] = {}
        self._named: dict[str | None, bool] = {}
        self._questions: dict[tuple[str | None, str | None], int] = {}
        self._components: dict[tuple[str | None, str | None], bool] = {}

    def of(self, site: Site) -> Question:
        """What an Observation asks; of one with components or extensions these may say more than its code."""
        seen = site.glance()
        if seen is None:
            data: Mapping[str, Any] = site.data or {}
            question = self._of_site(site)
            special, inner = not _TELLING.isdisjoint(data), "component" in data
        else:
            question, data = self.of_code(seen.code), {}
            special, inner = seen.special, bool(seen.component)
        if special:
            return Question(question.terms)
        if inner:
            return Question(question.terms, question.foreign and self.foreign(data or site.outline))
        return question

    def terms_of(self, site: Site) -> tuple[ObservationTerm, ...]:
        """The terms of the codings of an Observation's code."""
        seen = site.glance()
        if seen is not None:
            return self.of_code(seen.code).terms
        return self._of_site(site).terms

    def _of_site(self, site: Site) -> Question:
        """What the code of a decoded Observation asks; several readers want to know it."""
        found = self._sites.get(site)
        if found is None:
            code = (site.data or {}).get("code")
            found = self._sites[site] = self._of_concept(spelling(code), code)
        return found

    def _terms_of(self, concept: Any) -> tuple[ObservationTerm, ...]:
        found = (self._terms.observation(system, code) for system, code, _ in codings(concept))
        return tuple(term for term in found if term is not None)

    def of_code(self, code: bytes) -> Question:
        """What a code asks, looked up once for each spelling."""
        found = self._codes.get(code)
        return found if found is not None else self._of_concept(code)

    def _of_concept(self, key: Hashable, stated: Any = None) -> Question:
        """What a concept asks, by its spelling; `stated` is the concept if that is not bytes of JSON."""
        found = self._codes.get(key)
        if found is None:
            written = isinstance(key, bytes)
            terms, foreign = self._context.memory.recall(
                digest_of_bytes((b"question", key)) if written else digest("question", key),
                lambda: self._meant(decode.decoded(key) if written and key else stated),
            )
            found = self._codes[key] = Question(terms, foreign, self._unasked(terms))
        return found

    def _meant(self, concept: Any) -> tuple[tuple[ObservationTerm, ...], bool]:
        return self._terms_of(concept), self.foreign({"code": concept})

    def _unasked(self, terms: tuple[ObservationTerm, ...]) -> bool:
        asked = self._context.asked
        return (
            asked is not None
            and bool(terms)
            and all(
                term.role == "laboratory" and term.subject is not None and term.subject not in asked.laboratory
                for term in terms
            )
        )

    def foreign(self, data: Mapping[str, Any]) -> bool:
        """True if the question has a code of a known system that no list has, and nothing in it tells of a gene."""
        if not _TELLING.isdisjoint(data):
            return False
        code = data.get("code")
        members = codings(code)
        kinds = {self._question(system, value) for system, value, _ in members}
        if _OURS in kinds or _FOREIGN not in kinds:
            return False
        if any(self._names_gene(text) for text in (*(display for _, _, display in members), texts(code))):
            return False
        return "component" not in data or not any(
            self._carries(system, code)
            for component in as_dicts(data["component"])
            for system, code, _ in codings(component.get("code"))
        )

    def _question(self, system: str | None, code: str | None) -> int:
        kind = self._questions.get((system, code))
        if kind is None:
            kind = _UNKNOWN
            if self._terms.observation(system, code) is not None:
                kind = _OURS
            elif system and code and known_system(self._terms, system):
                kind = _FOREIGN
            self._questions[system, code] = kind
        return kind

    def _names_gene(self, text: str | None) -> bool:
        named = self._named.get(text)
        if named is None:
            named = self._named[text] = bool(text and asked_genes(self._context, (text,)))
        return named

    def _carries(self, system: str | None, code: str | None) -> bool:
        carries = self._components.get((system, code))
        if carries is None:
            carries = self._components[system, code] = self._terms.component(
                system, code
            ) is not None or self._measures(system, code)
        return carries

    def _measures(self, system: str | None, code: str | None) -> bool:
        term = self._terms.observation(system, code)
        return term is not None and term.role == "laboratory"


def questions(opened: Opened, context: ReadContext) -> Questions:
    """The answers kept with the input for this context."""
    found = opened.memo.get("questions")
    if not isinstance(found, Questions) or found._context is not context:
        found = opened.memo["questions"] = Questions(context)
    return found


def asked_genes(context: ReadContext, question: Iterable[str]) -> tuple[str, ...]:
    """Genes with a gene file that the words of a question name: a result of theirs under a code that no list has."""
    words = dict.fromkeys(word for text in question for word in _WORD.findall(text))
    return tuple(word for word in words if word in context.genes)


def known_system(terms: Terms, system: str | None) -> bool:
    """True for a listed code system other than the guide's own drafts: its codes are readable questions."""
    folded = terms.fold(system)
    return folded is not None and folded != "tbd" and folded.replace("-", "").isalnum()
