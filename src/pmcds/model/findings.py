"""What was read: findings, orders, and one note for each place of the input."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

# Finding kinds, and which kind of data they come from (the supply).
RESULT_KINDS = frozenset(
    {"genotype", "haplotype", "phenotype", "activity_score", "allele", "variant", "biomarker", "laboratory"}
)
GENOMIC_KINDS = frozenset({"genotype", "haplotype", "phenotype", "activity_score", "allele", "variant", "biomarker"})
KINDS = RESULT_KINDS | {
    "condition",
    "cancer",
    "medication",
    "order",
    "allergy",
    "family_history",
    "polygenic_score",
    "consent",
    "demographic",
    # Shown or weighed, never evidence of their own.
    "report",
    "test_order",
    "implication",
    "phase",
    "coverage",
}

SUPPLIED = "supplied"
MISSING = "missing"
ERROR = "error"
TRUNCATED = "truncated"


@dataclass(frozen=True, slots=True)
class Supply:
    """For each kind of data whether it was supplied, so that not-supplied is never taken for no-result.

    Each value is `supplied`, `missing`, `error` or `truncated`.
    """

    results: str = SUPPLIED
    conditions: str = SUPPLIED
    medications: str = SUPPLIED
    allergies: str = SUPPLIED
    demographics: str = SUPPLIED

    def of(self, kind: str) -> str:
        """State of the data that findings of this kind come from."""
        if kind in ("condition", "cancer"):
            return self.conditions
        if kind in ("medication", "ordered_with", "taken_for"):
            return self.medications
        if kind in ("age", "sex", "demographic"):
            return self.demographics
        if kind == "allergy":
            return self.allergies
        return self.results


@dataclass(frozen=True, slots=True)
class Source:
    """Where a finding stands in the input.

    `resource` is the evidence key (`Type/id` as sent, or `Type:sha256-...` if there is no id); `site` the JSON
    pointer of the resource in the input; `path` the JSON pointer of the value's resource or parameter.
    """

    resource: str
    site: str
    path: str = ""
    laboratory: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One fact as read from one resource, before anything is concluded from it.

    `subject` is what it is about (gene symbol, analyte, drug, condition); `value` its normal form (text, or a
    mapping of plain values; numbers are `decimal.Decimal`); `status` one of present, absent, indeterminate,
    conflicting, withheld, ignored; `reason` a key of `words.BRIDGE` or None.
    """

    kind: str
    subject: str | None
    value: Any
    source: Source
    status: str = "present"
    reason: str | None = None
    unit: str | None = None
    date: str | None = None
    source_class: str | None = None
    specimen: str | None = None
    matched: str | None = None
    missing: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    also: tuple[Source, ...] = ()


@dataclass(frozen=True, slots=True)
class DrugMatch:
    """What a drug code or text means.

    `ingredients` are names of `cards/terms`; `unmapped` counts parts of a combination that no table knows;
    `systemic` is False for local forms and None where form and route are not known; `how` is "code", "name" or
    None (not recognized); `codes` are the codes that were looked up, as `system:code`; `conflicting` is true if
    two codings name different drugs; `outside_tables` if a well-formed code of a complete table is not in it.
    """

    ingredients: tuple[str, ...] = ()
    unmapped: int = 0
    systemic: bool | None = None
    how: str | None = None
    codes: tuple[str, ...] = ()
    conflicting: bool = False
    outside_tables: bool = False
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Order:
    """A medication order (or current medication statement) that can be judged, or that is context for another.

    `key` is `Type/id` as sent or `order:<name>`; `state` is draft, current, on-hold, planned or unknown;
    `problem` is one of `words.ORDER_REASONS` or None; `label` is the order's own text, shown (escaped, cut) only
    where the drug was not recognized or was matched by name; `resource` the FHIR resource as sent, or None.
    """

    key: str
    drug: DrugMatch
    state: str = "draft"
    problem: str | None = None
    label: str | None = None
    intent: str | None = None
    source: Source | None = None
    also: tuple[Source, ...] = ()
    resource: Mapping[str, Any] | None = None
    notes: tuple[str, ...] = ()


class InputNote(NamedTuple):
    """What the reader can say about one site: why it does not count, or None if its findings decide that."""

    site: str
    resource: str
    ignored: str | None = None
    role: str | None = None
    repairs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything that the readers made of the input.

    `orders` holds every live order of the input, in the hook's context or not; which are judged is decided by
    the caller. `inputs` has one note for each site, in input order. `patient` is the evidence key of the
    patient, without base URL (`Patient/p1`), or None.
    """

    findings: tuple[Finding, ...] = ()
    orders: tuple[Order, ...] = ()
    inputs: tuple[InputNote, ...] = ()
    patient: str | None = None
    supply: Supply = field(default_factory=Supply)
    flags: tuple[str, ...] = ()
