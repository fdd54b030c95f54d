"""Places of the input, and what a reader may know besides them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pmcds.model.findings import Finding, InputNote, Order, Supply
from pmcds.model.genes import Gene
from pmcds.terminology import Terms


@dataclass(frozen=True, slots=True, eq=False)
class Site:
    """One resource of the input, where it stands, and what is wrong with it.

    `pointer` is a JSON pointer ("/entry/3/resource"); `key` the evidence key (`Type/id` as sent, or
    `Type:sha256-...` over canonical JSON if there is no id); `data` the resource as a plain dict, or None where
    the type is not read or `problem` is set; `origin` one of bundle, draft, prefetch, contained, context,
    parameter; `problem` one of no-resource, unreadable, entry-error, type-not-read, or None. `raw` are the bytes
    it was decoded from, where the input was bytes.
    """

    pointer: str
    type: str | None
    key: str
    data: dict[str, Any] | None
    full_url: str | None = None
    prefetch_key: str | None = None
    origin: str = "bundle"
    problem: str | None = None
    parent: Site | None = None
    raw: bytes | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """What a site decides about reading: withheld labels, allowed base URLs, whether names count.

    `withheld_labels` are codes of `meta.security` whose resources are not used. `bases` are further base URLs
    that mean the same server. `single_patient` states that the input holds one patient only, so that a result
    without subject counts. `match_names` allows drugs and results that are known by name only.
    """

    withheld_labels: frozenset[str] = frozenset({"GDIS", "V", "TBOO"})
    bases: tuple[str, ...] = ()
    single_patient: bool = False
    match_names: bool = True
    germline_classes: frozenset[str] = frozenset({"germline"})


@dataclass(frozen=True, slots=True)
class ReadContext:
    """What readers know besides the resources: terms, genes, the patient, the time, and the site's policy.

    `patient` is `Patient/<id>` of the patient in question, or None if no Patient could be told.
    """

    terms: Terms
    genes: Mapping[str, Gene]
    patient: str | None
    now: datetime
    fhir_server: str | None = None
    policy: Policy = field(default_factory=Policy)


@dataclass(frozen=True, slots=True)
class ReaderResult:
    """What one reader made of the resources."""

    findings: tuple[Finding, ...] = ()
    orders: tuple[Order, ...] = ()
    notes: tuple[InputNote, ...] = ()


class Opened:
    """The opened input: every site in input order, with the references between them.

    `supply` says what was truncated or failed while opening; `envelope` holds the members of a CDS Hooks request
    besides its resources, or is empty.
    """

    __slots__ = ("_by_type", "_resolve", "envelope", "flags", "sites", "supply")

    def __init__(
        self,
        sites: Sequence[Site],
        *,
        supply: Supply,
        resolve: Callable[[str, Site], Site | None],
        flags: Sequence[str] = (),
        envelope: Mapping[str, Any] | None = None,
    ) -> None:
        self.sites = tuple(sites)
        self.supply = supply
        self.flags = tuple(flags)
        self.envelope = dict(envelope or {})
        self._resolve = resolve
        by_type: dict[str, list[Site]] = {}
        for site in self.sites:
            if site.type is not None and site.data is not None:
                by_type.setdefault(site.type, []).append(site)
        self._by_type = {name: tuple(found) for name, found in by_type.items()}

    def by_type(self, name: str) -> tuple[Site, ...]:
        """Sites of one resource type whose data can be read, in input order."""
        return self._by_type.get(name, ())

    def resolve(self, reference: str, origin: Site) -> Site | None:
        """The site that a reference inside `origin` leads to, or None (contained, urn:uuid, relative, absolute)."""
        return self._resolve(reference, origin)


Reader = Callable[[Opened, ReadContext], ReaderResult]
