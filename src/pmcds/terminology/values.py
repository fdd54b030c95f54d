"""What the terminology answers with, and what an integrator can put in its place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from pmcds.model.findings import DrugMatch

# (system, code, display), each as sent or None.
Coding = tuple[str | None, str | None, str | None]


class ObservationTerm(NamedTuple):
    """What a question asks: its role, and what the code or name says by itself.

    `unit` is a UCUM code; with `unit_fixed` a bare number has it. `says` is what a positive answer means where it
    means more than "positive"; `assay` is the method as printed.
    """

    role: str
    kind: str | None = None
    subject: str | None = None
    unit: str | None = None
    unit_fixed: bool = False
    assay: str | None = None
    says: str | None = None


class DrugTerm(NamedTuple):
    """A drug that rules or suggestions can name.

    `codes` are (system address, code, display), RxNorm ingredient first. `parts` is empty but for a combination
    that the sources list under one name: then it holds the ingredients, and rules name those.
    """

    name: str
    codes: tuple[tuple[str, str, str], ...] = ()
    synonyms: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()


class ConditionMatch(NamedTuple):
    """What a diagnosis means: names of conditions, tumor types that it is, and tumor types that it may be."""

    names: tuple[str, ...] = ()
    cancers: tuple[str, ...] = ()
    imprecise: tuple[str, ...] = ()
    how: str | None = None


class Terminology(Protocol):
    """What an integrator can replace: how drugs and diagnoses are recognized."""

    def recognize(self, codings: Sequence[Coding], text: str | None = None, *, forms: Sequence[str] = ()) -> DrugMatch:
        """The ingredients that codes and words of one concept name."""
        ...

    def conditions(self, codings: Sequence[Coding], text: str | None = None) -> ConditionMatch:
        """The conditions and tumor types that codes and words of one diagnosis name."""
        ...
