"""Whose genome a sample has after a transplant, and whose the tissue has that a gene acts in (H14-H16)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from pmcds.infer.dates import Days, days
from pmcds.model.findings import GENOMIC_KINDS, Finding, Reading, Source
from pmcds.model.genes import Gene
from pmcds.terminology import Terms

BLOOD = "blood"
LIVER = "liver"
CELLS = "cells"
# A sample may hold cells of another person for so long after they were given; our own caution, from no source.
_RECENT = timedelta(days=90)
_SOMATIC = frozenset({"somatic", "likely somatic", "fetal", "likely fetal"})
# What is no sample of the patient's own blood or saliva: judged elsewhere.
_OTHER_SAMPLES = frozenset({"tissue", "plasma", "fetal", "donor"})
MIXED = "mixed-cells"


class Event(NamedTuple):
    """What was brought into the patient's body, when (None: not told, any day), and where it was read."""

    brings: str
    when: Days | None
    source: Source


def by_donor(reading: Reading, genes: Mapping[str, Gene], terms: Terms, now: datetime) -> Reading:
    """The reading, in which results that may tell of a donor's genome, or not of the organ's, say so."""
    events = _events(reading.findings, terms, now)
    if not events:
        return reading
    return replace(reading, findings=tuple(_weighed(finding, events, genes) for finding in reading.findings))


def _events(findings: Sequence[Finding], terms: Terms, now: datetime) -> tuple[Event, ...]:
    """Transplants and transfusions that took place; one that is over is no less true."""
    found = []
    for finding in findings:
        if finding.kind != "condition" or not (brings := terms.brings(finding.subject)):
            continue
        happened = finding.status in ("present", "indeterminate", "conflicting") or finding.reason == "resolved"
        when = days(finding.date)
        if happened and (when is None or when.first <= now.date()):
            found.append(Event(brings, when, finding.source))
    return tuple(found)


def _weighed(finding: Finding, events: Sequence[Event], genes: Mapping[str, Gene]) -> Finding:
    if not _is_own(finding):
        return finding
    gene = genes.get((finding.subject or "").partition("*")[0].partition(" ")[0])
    acts = tuple(gene.extra.get("acts_in", ())) if gene is not None else ()
    taken = days(finding.date)
    for event in events:
        reason = _reason(event, acts, taken)
        if reason is not None:
            also = (*finding.also, event.source)
            return replace(finding, status="indeterminate", reason=reason, also=also)
    if any(event.brings == CELLS and _lately(event.when, taken) for event in events):
        return replace(finding, notes=(*finding.notes, MIXED))
    return finding


def _is_own(finding: Finding) -> bool:
    """True for a result that would count as the patient's inheritance."""
    return (
        finding.kind in GENOMIC_KINDS
        and finding.kind != "biomarker"
        and finding.status in ("present", "absent")
        and finding.source_class not in _SOMATIC
        and finding.specimen not in _OTHER_SAMPLES
    )


def _reason(event: Event, acts: Sequence[str], taken: Days | None) -> str | None:
    """Why the result does not tell of the tissue that the gene acts in; dates that leave it open count against it."""
    if event.brings == LIVER:
        return "donor-liver" if LIVER in acts else None
    if event.brings != BLOOD:
        return None
    before = taken is None or event.when is None or taken.first < event.when.last
    after = taken is None or event.when is None or taken.last >= event.when.first
    elsewhere = not acts or any(place != BLOOD for place in acts)
    return "donor-blood" if (after and elsewhere) or (before and BLOOD in acts) else None


def _lately(when: Days | None, taken: Days | None) -> bool:
    if when is None or taken is None:
        return True
    return taken.last >= when.first and taken.first - when.last <= _RECENT
