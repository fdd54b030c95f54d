"""Gene results whose code, components and value have been met before: what they state is not worked out again.

What an Observation without links and extensions states is a function of these three members. It is remembered under
a digest of them, as kinds, symbols and names of alleles: never as words of a patient's record.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from pmcds.fhir import decode
from pmcds.fhir.asked import Asked, Memory, digest, digest_of_bytes
from pmcds.fhir.gates import FINAL, MODIFIER, Gate
from pmcds.fhir.observations.gene_results import GENE_ROLES, read_gene_result
from pmcds.fhir.observations.questions import Question
from pmcds.fhir.observations.record import Record, Said, laboratory_of, record_of
from pmcds.fhir.site import Opened, ReadContext, Site
from pmcds.fhir.subjects import OWN, base_of, subjects
from pmcds.fhir.values import date_after, is_date
from pmcds.model.findings import Finding, Source

_STATING = ("code", "component", "valueCodeableConcept", "valueString", "valueQuantity")
# Members that say nothing about what the result states.
_AROUND = frozenset(
    [
        "resourceType", "id", "meta", "text", "language", "identifier", "basedOn", "partOf", "status", "category",
        "subject", "encounter", "effectiveDateTime", "effectivePeriod", "effectiveInstant", "issued", "performer",
        "note", "method", "specimen",
    ]
)  # fmt: skip
_MEMBERS = _AROUND.union(_STATING)
_NAME = re.compile(r"[A-Za-z0-9*/+.:;=≥><()\[\], _-]{1,80}")
_NO_GATE = Gate(None)
# What makes a gate look closer, wherever in a resource it stands.
_MODIFIER = MODIFIER.encode()


class Known:
    """What gene results state, for one input."""

    __slots__ = ("_context", "_laboratories", "_memory", "_opened")

    def __init__(self, opened: Opened, context: ReadContext) -> None:
        self._opened = opened
        self._context = context
        self._memory: Memory = context.memory
        self._laboratories: dict[tuple[str, str | None], str | None] = {}

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
        date = None if self._context.thorough else self._usual_date(site)
        if date is not None:
            data = site.data or {}
            source = Source(site.key, site.pointer, site.pointer, self._laboratory(data.get("performer"), site))
            return [_found(one, source, date) for one in said]
        record = record_of(site, self._opened, self._context)
        return record.say(said) if record.gate.reason is None else None

    def _usual_date(self, site: Site) -> str | None:
        """The date of a result that passes every gate at a glance (see `gates.gate`), or None."""
        raw, data = site.raw, site.data
        if raw is None or data is None or "specimen" in data or _says_more(raw):
            return None
        date, status = data.get("effectiveDateTime"), data.get("status")
        if not isinstance(status, str) or status not in FINAL or not is_date(date):
            return None
        if subjects(self._opened, self._context).whose(site) != OWN or date_after(date, self._context.now):
            return None
        return str(date)

    def _laboratory(self, performers: Any, site: Site) -> str | None:
        """The laboratory of a result; results of one server name the same one in the same words."""
        if not performers:
            return None
        key = (repr(performers), base_of(site))
        if "#" in key[0]:
            return laboratory_of(performers, site, self._opened)
        if key not in self._laboratories:
            self._laboratories[key] = laboratory_of(performers, site, self._opened)
        return self._laboratories[key]


def _says_more(raw: bytes) -> bool:
    return b"\\u" in raw or b'"security"' in raw or b"data-absent-reason" in raw or _MODIFIER in raw


def _found(said: Said, source: Source, date: str) -> Finding:
    """The finding of a statement of a result that passes every gate and names no sample."""
    stated_class, class_notes = said.stated
    missing = (*said.missing, "source-class") if said.origin and stated_class is None else said.missing
    return Finding(
        said.kind, said.subject, said.value, source, said.status, said.reason, said.unit, date, stated_class, None,
        said.matched, missing, (*class_notes, *said.notes),
    )  # fmt: skip


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
    stated = [members.get(name) for name in _STATING]
    return digest("gene result", stated) if raw is None else digest_of_bytes(stated)
