"""What the findings mean for one question: a tuple of possible keys, or one word."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from pmcds.model.findings import Source
from pmcds.model.gene_tables import plain

# Kinds whose absence says "no" where that kind of data was supplied; all others are open-world.
CLOSED_WORLD = frozenset({"condition", "cancer", "medication", "ordered_with", "taken_for", "age", "sex"})
# Kinds whose keys are numbers.
NUMERIC = frozenset({"laboratory", "age", "taken_for"})


class Subject(NamedTuple):
    """A question that a rule can ask, for example ("phenotype", a gene) or ("age", "")."""

    kind: str
    name: str

    @property
    def shown(self) -> str:
        """The name as it is shown: a gene without the table that it is read by ("GENE@table")."""
        return plain(self.name)


@dataclass(frozen=True, slots=True)
class Interval:
    """A number that is known exactly (`low == high`) or within limits; None is unbounded.

    The limits belong to the interval unless `low_open` or `high_open` is set. `unit` is a UCUM code, `a` for
    years and `mo` for months.
    """

    low: Decimal | None
    high: Decimal | None
    unit: str | None = None
    low_open: bool = False
    high_open: bool = False


Key = str | Interval


@dataclass(frozen=True, slots=True)
class Modifier:
    """A drug taken now that changes the activity which the genotype predicts.

    `role` is inhibitor or inducer, `strength` strong, moderate or weak, `basis` the source of the row. `keys` are the
    values with the drug where a verified rule gives them; empty where none does: then nothing is changed. `supposed`
    is what a rule that is not verified would give, and `factor` its factor with its source: shown, never used.
    `stopped` is the day on which it was stopped, for a drug that is not taken any more: for information. `spared` is
    true if its rule is told and not used, since it would hide an alert. `drafted` is true for a drug that is only
    being ordered: no fact yet, but nothing that it would change is clear beside it.
    """

    drug: str
    role: str
    strength: str
    basis: str
    keys: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()
    supposed: tuple[str, ...] = ()
    factor: str = ""
    stopped: str = ""
    spared: bool = False
    drafted: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What is known about one subject.

    Either `keys` holds every value that is possible (usually one) and `word` is None, or `keys` is empty and
    `word` is one of `words.ANSWER_WORDS`. `reason` is the CANNOT-TELL reason of the word, or of a set of several
    keys. `sources` are the inputs it rests on. `text` shows how the value came about, in words for a card
    ("*2/*2"); `table` names the table and date used for it. `by_name` is true if only words matched.
    `alternatives` are the possible values of a conflict, from which the most cautious advice is taken. `modifiers`
    are drugs taken now that change the activity of a gene; the value itself is what the genotype predicts, unless
    `with_drug` names the drug with which it holds.
    """

    subject: Subject
    keys: tuple[Key, ...] = ()
    word: str | None = None
    reason: str | None = None
    sources: tuple[Source, ...] = ()
    date: str | None = None
    text: str | None = None
    table: str | None = None
    by_name: bool = False
    notes: tuple[str, ...] = ()
    alternatives: tuple[Key, ...] = ()
    modifiers: tuple[Modifier, ...] = ()
    with_drug: str = ""

    @property
    def definite(self) -> bool:
        """True if exactly one value is possible."""
        return self.word is None and len(self.keys) == 1
