"""Rules as values: what a rule file says, compiled.

A condition is kept twice: as a tree (for coverage, read-sets and explanations) and as a closure over a tuple of
values, one for each subject of the rule (for speed).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from pmcds.model.answers import Subject

# One value for each subject of the rule: a key, a number, or one of the five words.
Environment = Sequence[str | Decimal | None]
Test = Callable[[Environment], bool]

INDICATORS = ("info", "warning", "critical")

# Closed vocabulary of advice, from the most to the least cautious; the place decides which advice leads.
ACTIONS = (
    "avoid",
    "not-indicated",
    "resistant",
    "use-alternative",
    "consider-alternative",
    "reduce-dose",
    "limit-dose",
    "start-low",
    "increase-dose",
    "adjust-dose",
    "extend-interval",
    "shorten-interval",
    "measure-first",
    "test-first",
    "confirm-first",
    "refer",
    "caution",
    "monitor",
    "inform",
    "no-recommendation",
    "indicated",
    "standard-dose",
)
ACTION_RANK: dict[str, int] = {action: place for place, action in enumerate(ACTIONS)}


@dataclass(frozen=True, slots=True)
class Atom:
    """`kind: {subject: values}`: true if the subject's value is one of `values`, or a number within the limits."""

    subject: Subject
    values: frozenset[str] = frozenset()
    at_least: Decimal | None = None
    above: Decimal | None = None
    at_most: Decimal | None = None
    below: Decimal | None = None
    unit: str | None = None

    @property
    def numeric(self) -> bool:
        """True if the atom compares a number."""
        return not (self.at_least is self.above is self.at_most is self.below is None)

    def holds(self, value: str | Decimal | None) -> bool:
        """True if the value (a key, a number or a word) fits."""
        if isinstance(value, Decimal):
            return (
                not (
                    (self.at_least is not None and value < self.at_least)
                    or (self.above is not None and value <= self.above)
                    or (self.at_most is not None and value > self.at_most)
                    or (self.below is not None and value >= self.below)
                )
                and self.numeric
            )
        return value in self.values


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """At least one part holds (`any` in a rule file)."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold; false for an open-world subject without a definite value."""

    part: Condition


Condition = Atom | All | Either | Not


@dataclass(frozen=True, slots=True)
class Evidence:
    """A guideline, label or publication that a case rests on."""

    id: str
    source: str
    date: str
    url: str
    level: str | None = None
    pmid: str | None = None
    title: str | None = None
    section: str | None = None


@dataclass(frozen=True, slots=True)
class Alternative:
    """A drug that may be used instead, unless one of the subjects is present."""

    drug: str
    unless: tuple[Subject, ...] = ()


@dataclass(frozen=True, slots=True)
class Advice:
    """One piece of structured advice; text is composed from it in every language.

    `parameters` are plain texts and numbers as written in the rule (`percent`, `at_most`, `dose`, `test`, ...).
    """

    action: str
    instead: tuple[Alternative, ...] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def identity(self) -> tuple[Any, ...]:
        """What makes two pieces of advice the same advice."""
        return (
            self.action,
            tuple((other.drug, other.unless) for other in self.instead),
            tuple(sorted((name, repr(value)) for name, value in self.parameters.items())),
        )


@dataclass(frozen=True, slots=True)
class CardSpec:
    """What a case shows. `summary` and `detail` override the composed sentence, by language."""

    indicator: str
    advice: tuple[Advice, ...]
    strength: str | None = None
    because: tuple[str, ...] = ()
    summary: Mapping[str, str] = field(default_factory=dict)
    detail: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """One case of a rule: `condition` is None for a case that always fits; it has a card or is silent.

    `test` is the compiled condition; `proven` the same with every word (unknown, indeterminate, conflicting)
    counted as false, so that `test and not proven` means that the case is reached through a word. `named` are
    the places (in `Rule.subjects`) of the subjects in the condition. `flags` and `strength` are those of the
    guideline row: dosing-information, alternate-drug, other-guidance. `uncertain` marks a card case whose value
    excludes nothing (a reference result of a presence gene): its line is CANNOT-TELL(indeterminate), never CLEAR.
    `row` is true for a row of the guideline, false for a case of our own (no result on file).
    """

    id: str
    condition: Condition | None
    test: Test
    proven: Test
    named: frozenset[int]
    card: CardSpec | None = None
    silent: str | None = None
    strength: str | None = None
    flags: tuple[str, ...] = ()
    uncertain: bool = False
    row: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Population:
    """The cases for one population. `when` is None if the rule has one population only (`name` is then None).

    `needs` are the places of the open-world subjects that any card case names: all of them must be definite for
    CLEAR. `used` are the places of all subjects that the cases name; `decides` those that `when` names. `suppressing`
    are the places of the open-world subjects that silent cases alone name.
    """

    name: str | None
    condition: Condition | None
    when: Test | None
    cases: tuple[Case, ...]
    needs: frozenset[int]
    used: tuple[int, ...]
    decides: tuple[int, ...] = ()
    suppressing: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """One rule of one source.

    `drugs` are ingredient names (empty for rules about the patient); `route` is "systemic" or None; `cancers`
    limit the rule to tumor types; `origin` is "germline" or "somatic" for variants and genotypes. `cuts` has the
    cut-offs of numeric subjects by place, from which intervals are split. `audience` is "secondary" for rules that
    speak only where the site asked for secondary findings. `regulatory` is for reviewers and decides nothing.
    """

    id: str
    title: str
    version: int
    status: str
    source: str
    why: str
    hooks: tuple[str, ...]
    drugs: tuple[str, ...]
    subjects: tuple[Subject, ...]
    populations: tuple[Population, ...]
    evidence: Mapping[str, Evidence]
    route: str | None = None
    cancers: tuple[str, ...] = ()
    origin: str | None = None
    cuts: Mapping[int, tuple[Decimal, ...]] = field(default_factory=dict)
    topic: str = ""
    limits: str | None = None
    reviewed: Mapping[str, str] = field(default_factory=dict)
    file: str = ""
    audience: str | None = None
    regulatory: Mapping[str, Any] = field(default_factory=dict)
