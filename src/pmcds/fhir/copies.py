"""Copies and versions of one resource: the copy is a further source, the older version does not count (H07, H08)."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

from pmcds.fhir.decode import canonical
from pmcds.fhir.site import Opened, Site
from pmcds.fhir.subjects import base_of
from pmcds.fhir.values import as_dict, as_dicts, as_text, codings, date_of, decimal_of, extension, reference_of, span_of
from pmcds.model.findings import Finding, Order, Source

# Members that may differ between two copies of one result.
_NOT_CONTENT = frozenset({"id", "meta", "text", "identifier", "contained", "issued", "fullUrl"})
_VOID = frozenset({"entered-in-error", "cancelled"})
_REVISED = frozenset({"amended", "corrected", "appended", "modified"})
_REPLACES = ("replaces", "observation-replaces", "workflow-supersedes")


class Copies:
    """Findings and orders with copies merged and older versions taken out.

    `read` are pointers of further sites that were read, without any finding of their own.
    `ignored` has, by pointer, duplicate-of or superseded-by for the sites that no longer count.
    """

    def __init__(
        self, opened: Opened, findings: Sequence[Finding], orders: Sequence[Order], read: Iterable[str] = ()
    ) -> None:
        self.ignored: dict[str, str] = {}
        self._sites = {site.pointer: site for site in opened.sites}
        self._opened = opened
        self._conflicts: set[str] = set()
        self._also: dict[str, list[str]] = {}
        by_site: dict[str, list[Finding]] = {}
        for finding in findings:
            by_site.setdefault(finding.source.site, []).append(finding)
        self._same_id((*by_site, *(order.source.site for order in orders if order.source is not None), *read))
        self._versions(by_site)
        self._same_content(by_site)
        self.findings = tuple(self._finding(finding) for finding in findings if finding.source.site not in self.ignored)
        self.orders = self._orders(orders)

    def _same_id(self, places: Iterable[str]) -> None:
        """Resources with one id: equal ones are copies, others are versions or, without an order of time, conflicts."""
        known = self._sites
        once = dict.fromkeys(places)
        keys = [known[place].key for place in once if place in known]
        if len(keys) == len(set(keys)):
            return
        for group in _of_one_server(
            self._groups(once, lambda site: None if site.origin == "contained" or ":" in site.key else site.key)
        ):
            drafts = [site for site in group if site.origin == "draft"]
            first = drafts[0] if drafts else group[0]
            for site in group:
                if site is first:
                    continue
                stored = bool(drafts) and site.origin != "draft"
                if stored or canonical(site.data) == canonical(first.data):
                    self._duplicate(site, first)
            rest = [site for site in group if site.pointer not in self.ignored]
            # Orders under way with one id are several orders, neither of which is older.
            if len(rest) > 1 and not drafts:
                self._newest(rest)

    def _versions(self, by_site: Mapping[str, list[Finding]]) -> None:
        """Resources that replace another, or carry its business identifier and answer the same question."""
        for pointer in by_site:
            site = self._sites.get(pointer)
            if site is None or site.data is None:
                continue
            for name in _REPLACES if "extension" in site.data else ():
                stated = extension(site.data, name)
                reference = reference_of((stated or {}).get("valueReference")) or as_text(
                    (stated or {}).get("valueUri")
                )
                target = self._opened.resolve(reference, site) if reference else None
                if target is not None and target is not site and target.pointer in by_site:
                    self._supersede(target, site)

        def identity(site: Site) -> Hashable | None:
            if not site.data or "identifier" not in site.data:
                return None
            stated = tuple(
                sorted(
                    (str(member.get("system")), str(member["value"]))
                    for member in as_dicts((site.data or {}).get("identifier"))
                    if member.get("value")
                )
            )
            if not stated:
                return None
            code = frozenset((system, code) for system, code, _ in codings((site.data or {}).get("code")))
            return (site.type, stated, code)

        asking: dict[Hashable, list[str]] = {}
        for pointer in by_site:
            if self._is_result(pointer):
                asked = frozenset([(finding.kind, finding.subject) for finding in by_site[pointer]])
                asking.setdefault(asked, []).append(pointer)
        for results in asking.values():
            for group in self._groups(results, identity) if len(results) > 1 else ():
                if len({site.key for site in group}) > 1:
                    self._newest(group)

    def _is_result(self, pointer: str) -> bool:
        site = self._sites.get(pointer)
        return site is not None and site.type in ("Observation", "DiagnosticReport")

    def _same_content(self, by_site: Mapping[str, list[Finding]]) -> None:
        """The same statement under another id: same code, value, specimen, time and performer (MG1)."""

        def signature(site: Site) -> Hashable | None:
            if site.type == "Patient" or site.origin == "draft":
                return None
            first = by_site[site.pointer][0]
            return (site.type, first.kind, first.subject, first.date, first.status, len(by_site[site.pointer]))

        for group in self._groups(by_site, signature):
            kept: dict[Any, Site] = {}
            for site in group:
                data = {name: value for name, value in (site.data or {}).items() if name not in _NOT_CONTENT}
                first = kept.setdefault((canonical(data), self._targets(site)), site)
                if first is not site:
                    self._duplicate(site, first)

    def _targets(self, site: Site) -> str:
        """What contained resources say counts as content: their ids are not unique."""
        contained = (site.data or {}).get("contained")
        return canonical(contained) if contained else ""

    def _groups(self, pointers: Iterable[str], key: Callable[[Site], Hashable | None]) -> list[list[Site]]:
        groups: dict[Hashable, list[Site]] = {}
        for pointer in pointers:
            site = self._sites.get(pointer)
            if site is None or site.data is None or pointer in self.ignored:
                continue
            found = key(site)
            if found is not None:
                groups.setdefault(found, []).append(site)
        return [group for group in groups.values() if len(group) > 1]

    def _newest(self, group: list[Site]) -> None:
        """The newest version counts; beside a void one that is newer, or may be, nobody knows what holds."""
        aged = sorted(zip(_ages(group), group, strict=True), key=lambda one: (one[0], one[1].key))
        (before, _), (last, newest) = aged[-2:]
        if before == last:
            if any(map(_is_void, group)):
                self._conflicts.update(site.pointer for site in group if not _is_void(site))
            return
        for _, site in aged[:-1]:
            self._supersede(site, newest)

    def _supersede(self, older: Site, newer: Site) -> None:
        if _is_void(newer):
            if not _is_void(older):
                self._conflicts.add(older.pointer)
            return
        self.ignored[older.pointer] = "superseded-by"

    def _duplicate(self, site: Site, first: Site) -> None:
        self.ignored[site.pointer] = "duplicate-of"
        self._also.setdefault(first.pointer, []).append(site.pointer)

    def _sources(self, pointer: str) -> tuple[Source, ...]:
        found = [self._sites[other] for other in self._also.get(pointer, ())]
        return tuple(Source(site.key, site.pointer, site.pointer) for site in found)

    def _finding(self, finding: Finding) -> Finding:
        place = finding.source.site
        # An answer that was taken back is none, and least of all a negative one.
        if place in self._conflicts and finding.status in ("present", "absent"):
            finding = replace(finding, status="conflicting", reason="later-result")
        also = self._sources(place) if place in self._also else ()
        return replace(finding, also=(*finding.also, *also)) if also else finding

    def _orders(self, orders: Sequence[Order]) -> tuple[Order, ...]:
        kept = []
        for order in orders:
            place = order.source.site if order.source is not None else None
            if place is None or place not in self.ignored:
                also = self._sources(place) if place in self._also else ()
                kept.append(replace(order, also=(*order.also, *also)) if also else order)
        return tuple(kept)


def _of_one_server(groups: Iterable[list[Site]]) -> Iterator[list[Site]]:
    """The groups, those of several servers apart: an id says nothing about that of another server.

    Only an order under way has no server yet: it stands for every one of its id, which its request names alone.
    """
    for group in groups:
        servers = dict.fromkeys(base_of(site) for site in group)
        if len(servers.keys() - {None}) < 2 or any(site.origin == "draft" for site in group):
            yield group
            continue
        parts = ([site for site in group if base_of(site) == server] for server in servers)
        yield from (part for part in parts if len(part) > 1)


def _ages(group: Sequence[Site]) -> list[tuple[Any, ...]]:
    """How new each version is: issued, effective, number of the version, whether it says that it corrects.

    Dates count only where all of them state one and none may lie within another ("2026-10" and "2026-10-15").
    """
    stated = [site.data or {} for site in group]
    columns: list[Sequence[Any]] = []
    for texts in ([data.get("issued") for data in stated], [date_of(data, ("effective",), ()) for data in stated]):
        starts = [span.start for span in map(span_of, texts) if span is not None]
        if len(starts) == len(group) and not _within(texts):
            columns.append(starts)
    versions = [decimal_of(as_dict(data.get("meta")).get("versionId")) for data in stated]
    # A number tells that there were versions before: a copy without one is no later than one that has it.
    columns.append([-1 if version is None else version for version in versions])
    columns.append([as_text(data.get("status")) in _REVISED for data in stated])
    return list(zip(*columns, strict=True))


def _within(texts: Iterable[Any]) -> bool:
    """True if one date is a part of another; sorted, the shorter one stands right before."""
    ordered = sorted({str(text) for text in texts})
    return any(later.startswith(earlier) for earlier, later in pairwise(ordered))


def _is_void(site: Site) -> bool:
    status = (site.data or {}).get("status")
    return isinstance(status, str) and status in _VOID
