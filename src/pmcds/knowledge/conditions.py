"""Conditions: from an `if` of a rule file to a tree, and from a tree to closures over the values of the subjects."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from pmcds.knowledge.scores import score_keys, scores_within
from pmcds.model import words
from pmcds.model.answers import Subject
from pmcds.model.gene_tables import named
from pmcds.model.genes import Gene
from pmcds.model.rules import All, Atom, Condition, Either, Environment, Not, Test

LIMITS = ("at_least", "above", "at_most", "below")
BY_SUBJECT = (
    "phenotype", "activity_score", "diplotype", "genotype", "allele", "variant", "biomarker", "laboratory",
)  # fmt: skip
BY_NAME = ("condition", "cancer", "medication", "ordered_with")
PRESENT = frozenset({"present"})
_MONTHS_OF = {"mo": Decimal(1), "a": Decimal(12)}

Places = Mapping[Subject, int]
# (value, unit as written, subject) -> (value, unit) in the unit that answers are given in.
Convert = Callable[[Decimal, str, str], tuple[Decimal, str]]


def as_list(value: Any) -> list[Any]:
    """A value that may stand alone, as a list."""
    return list(value) if isinstance(value, (list, tuple)) else [value]


class Reader:
    """Reads conditions of rule files; genes give the scores within limits, `convert` the unit of answers."""

    __slots__ = ("_convert", "_genes", "_scores", "_table")

    def __init__(self, genes: Mapping[str, Gene], convert: Convert, table: str | None = None) -> None:
        self._genes = genes
        self._convert = convert
        self._table = table
        self._scores: dict[str, tuple[str, ...]] = {}

    def by_table(self, table: str | None) -> Reader:
        """A reader for rules that were written for a source's own tables."""
        return Reader(self._genes, self._convert, table) if table else self

    def subject(self, kind: str, name: str) -> Subject:
        """The subject of a question; a gene is read by the rule's own table where there is one."""
        own = named(name, self._table)
        return Subject(kind, own if own in self._genes else name)

    def condition(self, document: Mapping[str, Any]) -> Condition:
        """The tree of one `if` or `when`."""
        return _joined(All, tuple(self._part(kind, value) for kind, value in document.items()))

    def _part(self, kind: str, value: Any) -> Condition:
        if kind == "not":
            return Not(self.condition(value))
        if kind in ("any", "all"):
            return _joined(Either if kind == "any" else All, tuple(self.condition(part) for part in value))
        if kind in BY_NAME:
            return _joined(Either, tuple(Atom(Subject(kind, name), PRESENT) for name in as_list(value)))
        if kind == "sex":
            return Atom(Subject("sex", ""), frozenset({value}))
        if kind == "age":
            return self._numeric(Subject("age", ""), {**value, "unit": "a"})
        if kind == "taken_for":
            return _joined(All, tuple(self._months(drug, limits) for drug, limits in value.items()))
        return _joined(All, tuple(self._by_subject(self.subject(kind, name), stated) for name, stated in value.items()))

    def _by_subject(self, subject: Subject, stated: Any) -> Atom:
        if not isinstance(stated, Mapping):
            return Atom(subject, frozenset(as_list(stated)))
        if subject.kind == "activity_score":
            limits = {name: number(value) for name, value in stated.items() if name in LIMITS}
            return Atom(subject, scores_within(self._keys(subject.name), limits))
        return self._numeric(subject, stated)

    def _keys(self, symbol: str) -> tuple[str, ...]:
        """The scores of a gene, worked out once; none for a gene that is not known, which the check refuses."""
        if symbol not in self._scores:
            gene = self._genes.get(symbol)
            self._scores[symbol] = score_keys(gene) if gene is not None else ()
        return self._scores[symbol]

    def _months(self, drug: str, limits: Mapping[str, Any]) -> Atom:
        factor = _MONTHS_OF[limits.get("unit", "mo")]
        stated = {name: number(limits[name]) * factor for name in LIMITS if name in limits}
        return self._numeric(Subject("taken_for", drug), {**stated, "unit": "mo"})

    def _numeric(self, subject: Subject, limits: Mapping[str, Any]) -> Atom:
        unit = limits.get("unit")
        stated = {name: number(limits[name]) for name in LIMITS if name in limits}
        if unit is not None and subject.kind in ("laboratory", "biomarker"):
            changed = {name: self._convert(value, unit, subject.name) for name, value in stated.items()}
            stated = {name: value for name, (value, _) in changed.items()}
            unit = next((own for _, own in changed.values()), unit)
        return Atom(
            subject, frozenset(), stated.get("at_least"), stated.get("above"), stated.get("at_most"),
            stated.get("below"), unit,
        )  # fmt: skip


def number(value: Any) -> Decimal:
    """A number of a document as an exact decimal."""
    return value if isinstance(value, Decimal) else Decimal(str(value))


def _joined(join: type[All | Either], parts: tuple[Condition, ...]) -> Condition:
    return parts[0] if len(parts) == 1 else join(parts)


def atoms(condition: Condition | None) -> Iterator[Atom]:
    """Every atom of a condition, from left to right."""
    if isinstance(condition, Atom):
        yield condition
    elif isinstance(condition, Not):
        yield from atoms(condition.part)
    elif condition is not None:
        for part in condition.parts:
            yield from atoms(part)


def pushed(condition: Condition, *, negated: bool = False) -> Condition:
    """The same condition with `not` in front of atoms only."""
    if isinstance(condition, Not):
        return pushed(condition.part, negated=not negated)
    if isinstance(condition, Atom):
        return Not(condition) if negated else condition
    parts = tuple(pushed(part, negated=negated) for part in condition.parts)
    return All(parts) if isinstance(condition, All) is not negated else Either(parts)


def is_definite(value: str | Decimal | None) -> bool:
    """True for a value, false for a word (unknown, indeterminate ...) and for nothing."""
    return value is not None and value not in words.ANSWER_WORDS


def is_comparable(atom: Atom, value: str | Decimal | None) -> bool:
    """True if the atom can be true or false of the value: a word is neither over nor under a limit."""
    return is_definite(value) and (isinstance(value, Decimal) or not atom.numeric)


def holds(condition: Condition, places: Places, environment: Environment, *, proven: bool = False) -> bool:
    """The plain meaning of a condition: slow and obvious; the closures must agree with it.

    Not of an atom is false without a definite value. With `proven`, every word counts as false.
    """
    if isinstance(condition, Not):
        if not isinstance(condition.part, Atom):
            return holds(pushed(condition), places, environment, proven=proven)
        value = environment[places[condition.part.subject]]
        return is_comparable(condition.part, value) and not condition.part.holds(value)
    if isinstance(condition, Atom):
        value = environment[places[condition.subject]]
        return condition.holds(value) and (is_definite(value) or not proven)
    join = all if isinstance(condition, All) else any
    return join(holds(part, places, environment, proven=proven) for part in condition.parts)


def compiled(condition: Condition, places: Places, *, proven: bool = False) -> Test:
    """A closure over the values of the subjects that says whether the condition holds."""
    return _closure(pushed(condition), places, proven)


def _closure(condition: Condition, places: Places, proven: bool) -> Test:
    if isinstance(condition, Atom):
        return _atom(condition, places[condition.subject], proven)
    if isinstance(condition, Not):
        assert isinstance(condition.part, Atom)  # `pushed` leaves no other
        return _not_atom(condition.part, places[condition.part.subject])
    tests = tuple(_closure(part, places, proven) for part in condition.parts)
    return _all(tests) if isinstance(condition, All) else _any(tests)


def _atom(atom: Atom, place: int, proven: bool) -> Test:
    if atom.numeric:
        fits = atom.holds
        return lambda environment: isinstance(environment[place], Decimal) and fits(environment[place])
    values: frozenset[str | Decimal | None] = frozenset(atom.values - words.ANSWER_WORDS if proven else atom.values)
    return lambda environment: environment[place] in values


def _not_atom(atom: Atom, place: int) -> Test:
    if atom.numeric:
        fits = atom.holds
        return lambda environment: isinstance(environment[place], Decimal) and not fits(environment[place])
    refused: frozenset[str | Decimal | None] = frozenset({*atom.values, *words.ANSWER_WORDS, None})
    return lambda environment: environment[place] not in refused


def _all(tests: Sequence[Test]) -> Test:
    if len(tests) == 2:
        first, second = tests
        return lambda environment: first(environment) and second(environment)
    return lambda environment: all(test(environment) for test in tests)


def _any(tests: Sequence[Test]) -> Test:
    if len(tests) == 2:
        first, second = tests
        return lambda environment: first(environment) or second(environment)
    return lambda environment: any(test(environment) for test in tests)
