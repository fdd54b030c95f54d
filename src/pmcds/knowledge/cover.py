"""Proof that every combination of answers reaches a case of a rule, and that every case can be reached.

The values of each subject are put into classes that no condition of the population tells apart; the cases are then
followed like a decision tree, so that only what a case asks for is split. `unreadable` and `withheld` never have a
case, `conflicting` only where one names it. A case without `if` takes definite values only, as in the engine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import NamedTuple

from pmcds.knowledge.conditions import atoms, is_definite, pushed
from pmcds.model import words
from pmcds.model.answers import CLOSED_WORLD, NUMERIC, Subject
from pmcds.model.rules import All, Atom, Case, Condition, Not, Population, Rule

STEPS = 200_000
_OTHER = "any other value"
_SHOWN = 4

Domain = Callable[[Subject], Sequence[str] | None]


class Value(NamedTuple):
    """One value that an answer can have, and how it is called."""

    value: str | Decimal
    label: str


class Class(NamedTuple):
    """Values of one subject that the cases do not tell apart; the first stands for all."""

    values: tuple[Value, ...]

    @property
    def value(self) -> str | Decimal:
        """The value that stands for all."""
        return self.values[0].value

    @property
    def label(self) -> str:
        """The values in words."""
        shown = [value.label for value in self.values[:_SHOWN]]
        more = [f"{len(self.values) - _SHOWN} more"] if len(self.values) > _SHOWN else []
        return " or ".join(shown + more)


@dataclass(frozen=True, slots=True)
class Covered:
    """What the proof for one population found.

    `gaps` are combinations without a case, in words; `dead` are cases that nothing reaches, each with the cases that
    take its combinations (none if it can never hold). `complete` is false if there were too many combinations.
    """

    population: Population
    gaps: tuple[str, ...]
    dead: tuple[tuple[Case, tuple[str, ...]], ...]
    complete: bool = True


class _TooMany(Exception):
    """The proof would take too long."""


def cover(rule: Rule, domain: Domain) -> tuple[Covered, ...]:
    """The proof for each population; `domain` gives the values of a subject, words apart, or None if open."""
    return tuple(_Proof(rule, population, domain).run() for population in rule.populations)


class _Proof:
    def __init__(self, rule: Rule, population: Population, domain: Domain) -> None:
        self.rule = rule
        self.population = population
        self.places = {subject: place for place, subject in enumerate(rule.subjects)}
        self.conditions = [None if case.condition is None else pushed(case.condition) for case in population.cases]
        self.classes = {place: self._classes(place, domain) for place in population.used}
        self.words = tuple(place for place in population.used if rule.subjects[place].kind not in CLOSED_WORLD)
        self.gaps: dict[str, None] = {}
        self.steps = 0

    def run(self) -> Covered:
        """Follow every combination; then look at each case that none reached."""
        try:
            reached = set(self._follow({}))
            dead = [
                (case, self._takers(place)) for place, case in enumerate(self.population.cases) if place not in reached
            ]
        except _TooMany:
            return Covered(self.population, (), (), complete=False)
        return Covered(self.population, tuple(self.gaps), tuple(dead))

    # Values

    def _classes(self, place: int, domain: Domain) -> tuple[Class, ...]:
        subject = self.rule.subjects[place]
        own = [atom for condition in self.conditions for atom in atoms(condition) if atom.subject == subject]
        groups: dict[tuple[bool, ...], list[Value]] = {}
        for value in self._values(subject, own, domain(subject)):
            # `unknown` and its like stay alone: a case without `if` and `not` do not take them.
            told = (is_definite(value.value), *(atom.holds(value.value) for atom in own))
            groups.setdefault(told, []).append(value)
        return tuple(Class(tuple(values)) for values in groups.values())

    def _values(self, subject: Subject, own: Sequence[Atom], known: Sequence[str] | None) -> Iterator[Value]:
        named = {value for atom in own for value in atom.values}
        cuts = sorted({cut for atom in own for cut in _limits(atom)})
        if cuts or subject.kind in NUMERIC:
            yield from numbers(cuts)
        texts = dict.fromkeys([*(known or ()), *sorted(named - words.ANSWER_WORDS)])
        if subject.kind not in NUMERIC:
            yield from (Value(text, text) for text in texts)
        if known is None and subject.kind in ("diplotype", "genotype"):
            yield Value(_OTHER, _OTHER)
        if subject.kind not in CLOSED_WORLD:
            yield Value(words.UNKNOWN, words.UNKNOWN)
            yield Value(words.INDETERMINATE, words.INDETERMINATE)
            if words.CONFLICTING in named:
                yield Value(words.CONFLICTING, words.CONFLICTING)

    # The tree

    def _follow(self, chosen: dict[int, Class], start: int = 0) -> Iterator[int]:
        """The places of the cases that the open combinations reach; combinations without one become gaps."""
        self.steps += 1
        if self.steps > STEPS:
            raise _TooMany
        for place in range(start, len(self.conditions)):
            condition = self.conditions[place]
            if condition is None:
                yield from self._otherwise(chosen, place)
                return
            told = self._told(condition, chosen)
            if told is True:
                yield place
                return
            if told is None:
                yield from self._split(condition, chosen, partial(self._follow, start=place))
                return
        self._gap(chosen)

    def _split(
        self, condition: Condition, chosen: dict[int, Class], follow: Callable[[dict[int, Class]], Iterator[int]]
    ) -> Iterator[int]:
        """Choose each class of the first subject that the condition still needs."""
        slot = next(self.places[atom.subject] for atom in atoms(condition) if self.places[atom.subject] not in chosen)
        for one in self.classes[slot]:
            yield from follow({**chosen, slot: one})

    def _otherwise(self, chosen: Mapping[int, Class], place: int) -> Iterator[int]:
        """A case without `if`: it takes what is definite; a word that is left is a gap."""
        if not all(is_definite(one.value) for one in chosen.values()):
            self._gap(chosen)
            return
        yield place
        for slot in self.words:
            for one in self.classes[slot] if slot not in chosen else ():
                if not is_definite(one.value):
                    self._gap({**chosen, slot: one})

    def _told(self, condition: Condition, chosen: Mapping[int, Class]) -> bool | None:
        """Whether the condition holds for the chosen classes; None if that is still open."""
        if isinstance(condition, Not):
            assert isinstance(condition.part, Atom)  # `pushed` leaves no other
            one = chosen.get(self.places[condition.part.subject])
            return None if one is None else is_definite(one.value) and not condition.part.holds(one.value)
        if isinstance(condition, Atom):
            one = chosen.get(self.places[condition.subject])
            return None if one is None else condition.holds(one.value)
        decides = not isinstance(condition, All)
        open_part = False
        for part in condition.parts:
            told = self._told(part, chosen)
            if told is decides:
                return decides
            open_part = open_part or told is None
        return None if open_part else not decides

    def _gap(self, chosen: Mapping[int, Class]) -> None:
        parts = [f"{_name(self.rule.subjects[slot])} {one.label}" for slot, one in sorted(chosen.items())]
        self.gaps[", ".join(parts) or "any value"] = None

    def _takers(self, place: int) -> tuple[str, ...]:
        """The cases above that take every combination of a dead case."""
        condition = self.conditions[place]
        gaps = dict(self.gaps)
        taken = set(self._under(condition, {})) if condition is not None else set(range(place))
        self.gaps = gaps
        return tuple(self.population.cases[other].id for other in sorted(taken) if other < place)

    def _under(self, condition: Condition, chosen: dict[int, Class]) -> Iterator[int]:
        told = self._told(condition, chosen)
        if told is None:
            yield from self._split(condition, chosen, partial(self._under, condition))
        elif told:
            yield from self._follow(chosen)


def _name(subject: Subject) -> str:
    return " ".join(part for part in (subject.kind.replace("_", " "), subject.name) if part)


def _limits(atom: Atom) -> Iterator[Decimal]:
    for limit in (atom.at_least, atom.above, atom.at_most, atom.below):
        if limit is not None:
            yield limit


def numbers(cuts: Iterable[Decimal]) -> tuple[Value, ...]:
    """A number below, on, between and above the cut-offs; none is negative where no cut-off is."""
    edges = list(cuts)
    if not edges:
        return (Value(Decimal(0), "any number"),)
    found = []
    if edges[0] != 0:
        low = edges[0] - 1 if edges[0] < 0 else edges[0] / 2
        found.append(Value(low, f"below {edges[0]}"))
    for place, edge in enumerate(edges):
        found.append(Value(edge, f"{edge}"))
        if place + 1 < len(edges):
            above = edges[place + 1]
            found.append(Value((edge + above) / 2, f"between {edge} and {above}"))
    found.append(Value(edges[-1] + 1, f"above {edges[-1]}"))
    return tuple(found)
