"""What a site decides: sources and their order, language, client profile, reading policy, limits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from pmcds.fhir import Limits, Policy


@dataclass(frozen=True)
class Settings:
    """Settings of an engine; every default is safe to run with.

    sources   guideline sources in order of preference; rules of guideline sources that are not named do not count
    language  of the cards; a language without phrases falls back to English as a whole
    profile   client profile of responses: generic, epic, crd, sandbox, or one registered by the integrator
    pretest   cards that ask for a test before a drug, by group: "required" by a label, "recommended"; others stay quiet
    notices   where "could not be checked" is said: "cards" or "extension"
    policy    reading policy (withheld labels, base URLs, names)
    limits    size limits of the input
    """

    sources: Sequence[str] = ("cpic", "dpwg", "fda")
    language: str = "en"
    profile: str = "generic"
    pretest: Sequence[str] = ("required", "recommended")
    notices: str = "cards"
    policy: Policy = field(default_factory=Policy)
    limits: Limits = field(default_factory=Limits)
