"""What a site decides: sources and their order, language, client profile, reading policy, limits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from pmcds.errors import InputError
from pmcds.fhir import Limits, Policy
from pmcds.knowledge import Knowledge

# Families that are off by default, and the audience of their rules.
FAMILIES = {"secondary-findings": "secondary"}


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
    families  what is off unless the site asks for it: "secondary-findings", cards about risks nobody tested for
    """

    sources: Sequence[str] = ("cpic", "dpwg", "fda")
    language: str = "en"
    profile: str = "generic"
    pretest: Sequence[str] = ("required", "recommended")
    notices: str = "cards"
    policy: Policy = field(default_factory=Policy)
    limits: Limits = field(default_factory=Limits)
    families: Sequence[str] = ()

    def left_out(self, knowledge: Knowledge) -> frozenset[str]:
        """Ids of rules that do not speak with these settings. Raises InputError for a family that is none."""
        optional = frozenset(knowledge.pack.get("guideline_sources", ())) - set(self.sources)
        for family in self.families:
            if family not in FAMILIES:
                raise InputError("unknown-family", "there is no such family", mend=f"one of {', '.join(FAMILIES)}")
        audiences = (None, *(FAMILIES[family] for family in self.families))
        return frozenset(
            head.id for head in knowledge.heads if head.source in optional or head.audience not in audiences
        )
