"""Gene results whose code, components and value have been met before: what they state is not worked out again.

What an Observation without links and extensions states is a function of these three members. It is remembered under
a digest of them, as kinds, symbols and names of alleles: never as words of a patient's record.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from pmcds.fhir import decode
from pmcds.fhir.asked import Asked, Memory, digest
from pmcds.fhir.gates import Gate
from pmcds.fhir.observations.gene_results import GENE_ROLES, read_gene_result
from pmcds.fhir.observations.questions import Question
from pmcds.fhir.observations.record import Record, Said, record_of
from pmcds.fhir.site import Opened, ReadContext, Site
from pmcds.model.findings import Finding

_VALUES = ("valueCodeableConcept", "valueString", "valueQuantity")
# Members that say nothing about what the result states.
_AROUND = frozenset(
    [
        "resourceType", "id", "meta", "text", "language", "identifier", "basedOn", "partOf", "status", "category",
        "subject", "encounter", "effectiveDateTime", "effectivePeriod", "effectiveInstant", "issued", "performer",
        "note", "method", "specimen",
    ]
)  # fmt: skip
_MEMBERS = _AROUND | {"code", "component", *_VALUES}
_NAME = re.compile(r"[A-Za-z0-9*/+.:;=≥><()\[\], _-]{1,80}")
_NO_GATE = Gate(None)


class Known:
    """What gene results state, for one input."""

    __slots__ = ("_context", "_memory", "_opened")

    def __init__(self, opened: Opened, context: ReadContext) -> None:
        self._opened = opened
        self._context = context
        self._memory: Memory = context.memory

    def said(self, site: Site, question: Question) -> tuple[Said, ...] | None:
        """What a gene result states, whatever its status; None where it has to be read."""
        if not question.terms or question.terms[0].role not in GENE_ROLES:
            return None
        key = _key(site)
        if key is None:
            return None
        found = self._memory.get(key)
        if found is None:
            found = self._stated(record_of(site, self._opened, self._context))
            self._memory.keep(key, found)
        return found or None

    def _stated(self, record: Record) -> tuple[Said, ...]:
        """The statements of a gene result as if it passed every gate; none if one is more than names."""
        record.rehearse(_NO_GATE)
        found = read_gene_result(record)
        said = record.rehearsed(found)
        plain = all(one.value is None or (isinstance(one.value, str) and _NAME.fullmatch(one.value)) for one in said)
        return said if plain and len(said) == len(found) else ()

    def unasked(self, said: Sequence[Said | Finding]) -> bool:
        """True if all that is stated is about genes or analytes that no rule in question asks for."""
        asked = self._context.asked
        return asked is not None and bool(said) and all(_is_unasked(one, asked) for one in said)

    def read(self, site: Site, said: tuple[Said, ...]) -> list[Finding] | None:
        """The findings of a result that passes every gate; None if it has to be read."""
        record = record_of(site, self._opened, self._context)
        return record.say(said) if record.gate.reason is None else None


def _is_unasked(one: Said | Finding, asked: Asked) -> bool:
    if one.subject is None or one.reason == "uncoded-result":
        return False
    if one.kind == "laboratory":
        return one.subject not in asked.laboratory
    return one.kind in GENE_ROLES and asked.genes is not None and one.subject not in asked.genes


def _key(site: Site) -> bytes | None:
    """A digest of what the result states, or None if it has members that may say more."""
    raw = site.raw
    members: Mapping[str, Any] = decode.parts(raw) if raw is not None else (site.data or {})
    if not _MEMBERS.issuperset(members):
        return None
    stated = [members.get(name) for name in ("code", "component", *_VALUES)]
    if raw is not None:
        stated = [None if part is None else bytes(part) for part in stated]
    return digest("gene result", stated)
