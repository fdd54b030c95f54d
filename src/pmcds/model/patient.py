"""A patient without FHIR: the same words as `patient:` in a rule test."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Patient:
    """Facts about one patient, in the words of the rule files.

    diplotype       {gene: "*2/*2"}                       star alleles, or names of the gene's table
    phenotype       {gene: "poor metabolizer"}
    activity_score  {gene: "0.5"}
    allele          {"GENE*01:02": "present" | "absent"}
    variant         {gene: ["p.Val600Glu", ...]} or {"GENE p.Val600Glu": "present" | "absent"}; a name may be
                    followed by what the laboratory says ("p.Arg40His likely pathogenic heterozygous") and the share
                    of the reads ("p.Val600Glu 12%"); {gene: "absent"}: none found
    biomarker       {name: "high" | {"quantity": "12", "unit": "mut/Mb"}}
    laboratory      {name: {"value": "4.2", "unit": "U/g{Hb}", "comparator": "<"}}
    condition       names of `cards/terms`
    cancer          names of `cards/terms`
    medication      names of drugs taken now, or {"drug": name, "since": "2025-01-31"}
    specimen        "tissue", "plasma", "blood", "saliva"
    age             years; sex "male", "female" or "unknown"
    """

    diplotype: Mapping[str, str] = field(default_factory=dict)
    phenotype: Mapping[str, str] = field(default_factory=dict)
    activity_score: Mapping[str, str] = field(default_factory=dict)
    allele: Mapping[str, str] = field(default_factory=dict)
    variant: Mapping[str, Any] = field(default_factory=dict)
    biomarker: Mapping[str, Any] = field(default_factory=dict)
    laboratory: Mapping[str, Any] = field(default_factory=dict)
    condition: Sequence[str] = ()
    cancer: Sequence[str] = ()
    medication: Sequence[str | Mapping[str, str]] = ()
    specimen: str | None = None
    age: int | None = None
    sex: str | None = None
