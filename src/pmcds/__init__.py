"""Personalized medicine clinical decision support: FHIR in, CDS Hooks cards out, with an account of both.

engine = pmcds.Engine()
result = engine.evaluate(bundle, order="name of a drug")
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from pmcds._version import __version__

if TYPE_CHECKING:
    from pmcds.api import Engine
    from pmcds.errors import HookError, InputError, KnowledgeError, PmcdsError, Problem
    from pmcds.fhir import READERS, Limits, Policy
    from pmcds.knowledge import Knowledge
    from pmcds.lookups import parse_variant, phenotype, recognize_drug
    from pmcds.model.cards import Card
    from pmcds.model.findings import DrugMatch, Finding
    from pmcds.model.ledger import DecisionLine, InputLine, Ledger
    from pmcds.model.patient import Patient
    from pmcds.model.results import GeneResult, Recommendation, Variant
    from pmcds.result import Result
    from pmcds.settings import Settings

__all__ = [
    "READERS",
    "Card",
    "DecisionLine",
    "DrugMatch",
    "Engine",
    "Finding",
    "GeneResult",
    "HookError",
    "InputError",
    "InputLine",
    "Knowledge",
    "KnowledgeError",
    "Ledger",
    "Limits",
    "Patient",
    "PmcdsError",
    "Policy",
    "Problem",
    "Recommendation",
    "Result",
    "Settings",
    "Variant",
    "__version__",
    "parse_variant",
    "phenotype",
    "recognize_drug",
]

# Where each public name lives; modules are imported when a name is first used.
_HOMES = {
    "pmcds.api": ("Engine",),
    "pmcds.lookups": ("parse_variant", "phenotype", "recognize_drug"),
    "pmcds.errors": ("HookError", "InputError", "KnowledgeError", "PmcdsError", "Problem"),
    "pmcds.fhir": ("READERS", "Limits", "Policy"),
    "pmcds.knowledge": ("Knowledge",),
    "pmcds.model.cards": ("Card",),
    "pmcds.model.findings": ("DrugMatch", "Finding"),
    "pmcds.model.ledger": ("DecisionLine", "InputLine", "Ledger"),
    "pmcds.model.patient": ("Patient",),
    "pmcds.model.results": ("GeneResult", "Recommendation", "Variant"),
    "pmcds.result": ("Result",),
    "pmcds.settings": ("Settings",),
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    module = _HOME_OF.get(name)
    if module is None:
        raise AttributeError(f"module 'pmcds' has no attribute {name!r}")
    value = getattr(import_module(module), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
