"""Proof that every combination of answers reaches a case of a rule, and that every case can be reached.

The values of each subject are put into classes that no condition of the population tells apart; the cases are then
followed like a decision tree, in which equal rests are followed once. `unreadable` and `withheld` never have a case,
`conflicting` only where one names it. A case without `if` takes definite values only, as in the engine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from pmcds.knowledge.conditions import atoms, is_comparable, is_definite, pushed
from pmcds.model import words
from pmcds.model.answers import CLOSED_WORLD, NUMERIC, Subject
from pmcds.model.rules import All, Atom, Case, Condition, Either, Not, Population, Rule

STATES = 20_000
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


# What is left to decide: the cases that may still hold, each with what is open in its condition (True: nothing).
State = tuple[tuple[int, Condition | bool], ...]


def cover(rule: Rule, domain: Domain) -> tuple[Covered, ...]:
    """The proof for each population; `domain` gives the values of a subject, words apart, or None if open."""
    return tuple(_Proof(rule, population, domain).run() for population in rule.populations)


class _Proof:
    def __init__(self, rule: Rule, population: Population, domain: Domain) -> None:
        self.rule = rule
        self.population = population
        used = [rule.subjects[place] for place in population.used]
        # A case without `if` takes every definite value, and no word.
        rest = All(tuple(Not(Atom(subject)) for subject in used if subject.kind not in CLOSED_WORLD))
        self.conditions: State = tuple(
            (place, _settled(rest) if case.condition is None else pushed(case.condition))
            for place, case in enumerate(population.cases)
        )
        self.classes = {subject: self._classes(subject, domain) for subject in used}
        self.gaps: dict[str, None] = {}
        self.reached: set[int] = set()
        self.seen: set[tuple[int, ...]] = set()
        # Equal rests are one object, so that states are compared by identity.
        self._rests: dict[Condition, Condition] = {}
        self._simpler: dict[tuple[int, Subject, str | Decimal], Condition | bool] = {}

    def run(self) -> Covered:
        """Follow every combination; then look at each case that none reached."""
        try:
            self._follow(self.conditions, {})
            gaps, dead = tuple(self.gaps), [place for place, _ in self.conditions if place not in self.reached]
            taken = tuple((self.population.cases[place], self._takers(place)) for place in dead)
        except _TooMany:
            return Covered(self.population, (), (), complete=False)
        return Covered(self.population, gaps, taken)

    # Values

    def _classes(self, subject: Subject, domain: Domain) -> tuple[Class, ...]:
        every = [case.condition for case in self.population.cases]
        own = [atom for condition in every for atom in atoms(condition) if atom.subject == subject]
        groups: dict[tuple[bool, ...], list[Value]] = {}
        for value in self._values(subject, own, domain(subject)):
            told = (is_definite(value.value), *(atom.holds(value.value) for atom in own))
            groups.setdefault(told, []).append(value)
        return tuple(Class(tuple(values)) for values in groups.values())

    def _values(self, subject: Subject, own: Sequence[Atom], known: Sequence[str] | None) -> Iterator[Value]:
        named = {value for atom in own for value in atom.values}
        cuts = sorted({cut for atom in own for cut in _limits(atom)})
        if cuts or subject.kind in NUMERIC:
            yield from numbers(cuts)
        texts = dict.fromkeys([*(known or ()), *sorted(named - words.ANSWER_WORDS)])
        # A laboratory may answer a question for a number with a word of its own: those that the cases name.
        if subject.kind not in NUMERIC or subject.kind == "laboratory":
            yield from (Value(text, text) for text in texts)
        if known is None and subject.kind in ("diplotype", "genotype"):
            yield Value(_OTHER, _OTHER)
        if subject.kind not in CLOSED_WORLD:
            yield Value(words.UNKNOWN, words.UNKNOWN)
            yield Value(words.INDETERMINATE, words.INDETERMINATE)
            if words.CONFLICTING in named:
                yield Value(words.CONFLICTING, words.CONFLICTING)

    # The tree

    def _follow(self, state: State, chosen: dict[Subject, Class]) -> None:
        """Note the cases that the open combinations reach; a combination without one is a gap."""
        if not state:
            self._gap(chosen)
            return
        place, condition = state[0]
        if isinstance(condition, bool):
            self.reached.add(place)
            return
        if self._known(state):
            return
        subject = next(atoms(condition)).subject
        for one in self.classes[subject]:
            self._follow(self._with(state, subject, one.value), {**chosen, subject: one})

    def _with(self, state: State, subject: Subject, value: str | Decimal) -> State:
        """What is left of the cases once the subject has this value; nothing behind a case that holds."""
        left: list[tuple[int, Condition | bool]] = []
        for place, condition in state:
            rest = condition if isinstance(condition, bool) else self._rest(condition, subject, value)
            if rest is not False:
                left.append((place, rest))
            if rest is True:
                break
        return tuple(left)

    def _rest(self, condition: Condition, subject: Subject, value: str | Decimal) -> Condition | bool:
        key = (id(condition), subject, value)
        if key not in self._simpler:
            rest = _simplified(condition, subject, value)
            self._simpler[key] = rest if isinstance(rest, bool) else self._rests.setdefault(rest, rest)
        return self._simpler[key]

    def _known(self, state: State) -> bool:
        """True if the same was decided before, on another way."""
        key = tuple(part for place, condition in state for part in (place, id(condition)))
        if key in self.seen:
            return True
        self.seen.add(key)
        if len(self.seen) > STATES:
            raise _TooMany
        return False

    def _gap(self, chosen: Mapping[Subject, Class]) -> None:
        order = {subject: place for place, subject in enumerate(self.rule.subjects)}
        parts = [f"{_name(subject)} {chosen[subject].label}" for subject in sorted(chosen, key=order.__getitem__)]
        self.gaps[", ".join(parts) or "any value"] = None

    def _takers(self, place: int) -> tuple[str, ...]:
        """The cases above that take every combination of a dead case."""
        self.reached, self.seen = set(), set()
        self._under(self.conditions[place][1], self.conditions, {})
        return tuple(self.population.cases[other].id for other in sorted(self.reached) if other < place)

    def _under(self, condition: Condition | bool, state: State, chosen: dict[Subject, Class]) -> None:
        """Follow only the combinations for which the condition holds."""
        if condition is True:
            self._follow(state, chosen)
        if isinstance(condition, bool) or self._known(((-1, condition), *state)):
            return
        subject = next(atoms(condition)).subject
        for one in self.classes[subject]:
            rest = self._rest(condition, subject, one.value)
            self._under(rest, self._with(state, subject, one.value), {**chosen, subject: one})


def _simplified(condition: Condition, subject: Subject, value: str | Decimal) -> Condition | bool:
    """The condition once the subject has this value: decided, or with less in it."""
    if isinstance(condition, Atom):
        return condition.holds(value) if condition.subject == subject else condition
    if isinstance(condition, Not):
        assert isinstance(condition.part, Atom)  # `pushed` leaves no other
        fits = is_comparable(condition.part, value) and not condition.part.holds(value)
        return fits if condition.part.subject == subject else condition
    return _settled(condition, [_simplified(part, subject, value) for part in condition.parts])


def _settled(condition: Condition | bool, parts: Sequence[Condition | bool] | None = None) -> Condition | bool:
    """A join without the parts that are decided."""
    if isinstance(condition, (bool, Atom, Not)):
        return condition
    decides = isinstance(condition, Either)
    left: list[Condition] = []
    for part in condition.parts if parts is None else parts:
        if part is decides:
            return decides
        if not isinstance(part, bool):
            left.append(part)
    if not left:
        return not decides
    return left[0] if len(left) == 1 else type(condition)(tuple(left))


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
