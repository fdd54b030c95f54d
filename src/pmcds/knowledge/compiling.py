"""From the document of a rule file to a Rule: subjects, populations, cases, closures, cut-offs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from pmcds.errors import KnowledgeError, Problem
from pmcds.knowledge.conditions import LIMITS, Reader, as_list, atoms, compiled
from pmcds.knowledge.files import rule_id
from pmcds.knowledge.heads import source_of
from pmcds.model.answers import CLOSED_WORLD, Subject
from pmcds.model.rules import (
    Advice,
    Alternative,
    CardSpec,
    Case,
    Condition,
    Evidence,
    Population,
    Rule,
)

SOMATIC = ("tumor/",)
_TOPIC_LENGTH = 100


def rule_of(document: Mapping[str, Any], path: str, reader: Reader) -> Rule:
    """The rule that a document describes; KnowledgeError if it does not follow the schema of rules."""
    try:
        return _rule(document, path, reader)
    except (KeyError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        problem = Problem(
            path, 0, 0, f"does not follow the schema of rules ({type(error).__name__})", "run pmcds check"
        )
        raise KnowledgeError([problem]) from None


def _rule(document: Mapping[str, Any], path: str, reader: Reader) -> Rule:
    ask = document["ask"]
    reader = reader.by_table(ask.get("tables"))
    drafts = [_Draft.of(part, reader) for part in populations_of(document)]
    subjects = _subjects(ask.get("know") or {}, drafts, reader)
    places = {subject: place for place, subject in enumerate(subjects)}
    identity = str(document.get("rule") or rule_id(path))
    return Rule(
        id=identity,
        title=document["title"],
        version=int(document["version"]),
        status=document["status"],
        source=source_of(document, identity),
        why=_text(document["why"]),
        hooks=tuple(ask["hooks"]),
        drugs=tuple(as_list(ask["drug"])) if "drug" in ask else (),
        subjects=subjects,
        populations=tuple(draft.population(places) for draft in drafts),
        evidence={name: Evidence(id=name, **stated) for name, stated in document["evidence"].items()},
        route=ask.get("route"),
        cancers=tuple(as_list(ask["cancer"])) if "cancer" in ask else (),
        origin=_origin(ask, identity),
        cuts=_cuts(drafts, places),
        topic=document.get("topic") or re.sub(r"[^A-Za-z0-9]", "", identity)[:_TOPIC_LENGTH],
        limits=document.get("limits"),
        reviewed=dict(document["reviewed"]),
        file=path,
        audience=document.get("audience"),
        regulatory=dict(document.get("regulatory") or {}),
    )


def _origin(ask: Mapping[str, Any], identity: str) -> str | None:
    """The source class that variants must have; None takes either (`any`)."""
    stated: str = ask.get("origin") or ("somatic" if identity.startswith(SOMATIC) else "germline")
    return None if stated == "any" else stated


def populations_of(document: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """The populations of a rule document; a rule without any is one population without a name."""
    return document["populations"] if "populations" in document else ({"cases": document["cases"]},)


def _text(value: Any) -> str:
    return str(value["en"]) if isinstance(value, Mapping) else str(value)


class _Draft:
    """One population with its conditions read, before the subjects have places."""

    __slots__ = ("cases", "name", "when")

    def __init__(
        self,
        name: str | None,
        when: Condition | None,
        cases: Sequence[tuple[Mapping[str, Any], Condition | None]],
    ) -> None:
        self.name = name
        self.when = when
        self.cases = cases

    @classmethod
    def of(cls, document: Mapping[str, Any], reader: Reader) -> _Draft:
        return cls(
            document.get("population"),
            reader.condition(document["when"]) if "when" in document else None,
            [(case, reader.condition(case["if"]) if "if" in case else None) for case in document["cases"]],
        )

    def conditions(self) -> tuple[Condition | None, ...]:
        return (self.when, *(condition for _, condition in self.cases))

    def population(self, places: Mapping[Subject, int]) -> Population:
        cases = tuple(_case(document, condition, places) for document, condition in self.cases)
        used = {place for case in cases for place in case.named}
        shown = {place for case in cases if case.card is not None for place in case.named}
        silent = {place for case in cases if case.silent is not None for place in case.named}
        told_apart = _refinements(used, places)
        open_world = {place for subject, place in places.items() if subject.kind not in CLOSED_WORLD}
        return Population(
            name=self.name,
            condition=self.when,
            when=None if self.when is None else compiled(self.when, places),
            cases=cases,
            needs=frozenset((shown & open_world) - told_apart),
            used=tuple(sorted(used)),
            decides=tuple(sorted({places[atom.subject] for atom in atoms(self.when)})),
            suppressing=frozenset(((silent - shown) & open_world) - told_apart),
        )


# What says more about a gene than alleles do: whether it is altered at all.
_MEANINGS = ("phenotype", "activity_score")


def _refinements(used: Iterable[int], places: Mapping[Subject, int]) -> frozenset[int]:
    """Alleles of genes whose phenotype is asked for, too: they tell altered results apart, and clear nothing."""
    subjects = {place: subject for subject, place in places.items()}
    known = {subjects[place].name for place in used if subjects[place].kind in _MEANINGS}
    return frozenset(place for place in used if subjects[place].kind == "diplotype" and subjects[place].name in known)


def _subjects(know: Mapping[str, Any], drafts: Iterable[_Draft], reader: Reader) -> tuple[Subject, ...]:
    """Every subject once: those of `know` first, then those of the conditions as they come."""
    stated = [reader.subject(kind, name) for kind, names in know.items() for name in as_list(names)]
    named = [atom.subject for draft in drafts for condition in draft.conditions() for atom in atoms(condition)]
    return tuple(dict.fromkeys((*stated, *named)))


def _cuts(drafts: Iterable[_Draft], places: Mapping[Subject, int]) -> dict[int, tuple[Decimal, ...]]:
    """The limits of every numeric subject, by its place, in ascending order."""
    found: dict[int, set[Decimal]] = {}
    for draft in drafts:
        for condition in draft.conditions():
            for atom in atoms(condition):
                limits = {value for value in (getattr(atom, name) for name in LIMITS) if value is not None}
                if limits:
                    found.setdefault(places[atom.subject], set()).update(limits)
    return {place: tuple(sorted(limits)) for place, limits in sorted(found.items())}


def _always(environment: object) -> bool:
    return True


def _case(document: Mapping[str, Any], condition: Condition | None, places: Mapping[Subject, int]) -> Case:
    return Case(
        id=document["case"],
        condition=condition,
        test=_always if condition is None else compiled(condition, places),
        proven=_always if condition is None else compiled(condition, places, proven=True),
        named=frozenset(places[atom.subject] for atom in atoms(condition)),
        card=_card(document["card"]) if "card" in document else None,
        silent=document.get("silent"),
        strength=document.get("strength"),
        flags=tuple(document.get("flags") or ()),
        uncertain=bool(document.get("uncertain", False)),
        row=_is_row(document),
    )


def _is_row(document: Mapping[str, Any]) -> bool:
    """Whether the case is a row of the guideline: said, or seen by its strength or flags."""
    stated = document.get("row")
    if stated is not None:
        return bool(stated)
    card = document.get("card") or {}
    return bool(document.get("strength") or card.get("strength") or document.get("flags"))


def _card(document: Mapping[str, Any]) -> CardSpec:
    return CardSpec(
        indicator=document["indicator"],
        advice=tuple(_advice(advice) for advice in as_list(document["advice"])),
        strength=document.get("strength"),
        because=tuple(document.get("because") or ()),
        summary=dict(document.get("summary") or {}),
        detail=dict(document.get("detail") or {}),
    )


def _advice(document: Mapping[str, Any]) -> Advice:
    return Advice(
        action=document["action"],
        instead=tuple(_alternative(other) for other in document.get("instead") or ()),
        parameters={name: _frozen(value) for name, value in document.items() if name not in ("action", "instead")},
    )


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _alternative(document: Mapping[str, Any]) -> Alternative:
    unless = document.get("unless") or {}
    return Alternative(
        document["drug"], tuple(Subject(kind, name) for kind, names in unless.items() for name in as_list(names))
    )
