"""Names and codes: systems, drugs, conditions, tumor types, observations, answers, genes and units."""

from __future__ import annotations

from pmcds.terminology.terms import Terms
from pmcds.terminology.values import Coding, ConditionMatch, DrugTerm, ObservationTerm, Terminology

__all__ = ["Coding", "ConditionMatch", "DrugTerm", "ObservationTerm", "Terminology", "Terms"]
