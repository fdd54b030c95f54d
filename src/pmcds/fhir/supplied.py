"""What a Bundle says about its own completeness: pages, totals, summaries, failed entries (O7, O8, H50, H52)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from pmcds.fhir import decode
from pmcds.fhir.decode import Node
from pmcds.fhir.site import Site
from pmcds.fhir.values import as_dict, as_dicts, as_list, codings, decimal_of
from pmcds.model.findings import ERROR, SUPPLIED, TRUNCATED, Supply

KINDS = ("results", "conditions", "medications", "allergies", "demographics")
KIND_OF_TYPE = {
    "Observation": "results",
    "DiagnosticReport": "results",
    "MolecularSequence": "results",
    "GenomicStudy": "results",
    "Condition": "conditions",
    "Procedure": "conditions",
    "MedicationRequest": "medications",
    "MedicationOrder": "medications",
    "MedicationStatement": "medications",
    "MedicationUsage": "medications",
    "MedicationAdministration": "medications",
    "MedicationDispense": "medications",
    "Medication": "medications",
    "AllergyIntolerance": "allergies",
    "Patient": "demographics",
}
_TYPE_IN_URL = re.compile(r"(?:^|/)([A-Z][A-Za-z]{2,40})(?:/[^/?]*)?(?:\?|$)")
_EVERYTHING = "$"
SUBSETTED = "SUBSETTED"


class Supplied:
    """Gathers, for each kind of data, whether a Bundle was cut short or an entry failed."""

    def __init__(self, cut: bool) -> None:
        self._look_for_cuts = cut
        self._states: dict[str, str] = {}
        self._flags: set[str] = set()

    def result(self) -> tuple[Supply, tuple[str, ...]]:
        """The supply as far as the Bundles tell, and the flags truncated and entry-error."""
        return Supply(**{kind: self._states.get(kind, SUPPLIED) for kind in KINDS}), tuple(sorted(self._flags))

    def unreadable(self) -> None:
        """A Bundle whose entries cannot be read at all."""
        self._mark(ERROR, KINDS)
        self._flags.add("entry-error")

    def failed(self, full_url: str | None, entry: Mapping[str, Node]) -> None:
        """An entry of a batch that failed: what it was about is told by its URL, else it may be anything."""
        request = as_dict(decode.value(entry.get("request"))) if "request" in entry else {}
        self._mark(ERROR, _kinds_of_urls([full_url, request.get("url")]))
        self._flags.add("entry-error")

    def bundle(
        self, bundle: Mapping[str, Node], entries: Callable[[], Sequence[Mapping[str, Node] | None]], sites: list[Site]
    ) -> None:
        """What a Bundle says about itself: next link, total, summary tag, outcome entries."""
        links = as_dicts(decode.value(bundle["link"])) if "link" in bundle else []
        if (
            any(link.get("relation") == "next" for link in links)
            or ("total" in bundle and _too_few(decode.value(bundle["total"]), entries()))
            or ("meta" in bundle and subsetted(decode.value(bundle["meta"])))
        ):
            self._mark(TRUNCATED, self._kinds(links, decode.value(bundle.get("type")), sites))
            self._flags.add("truncated")
        if self._look_for_cuts:
            cut = {KIND_OF_TYPE[site.type] for site in sites if site.type in KIND_OF_TYPE and _is_cut(site)}
            self._mark(TRUNCATED, cut)
            self._flags.update(("truncated",) if cut else ())
        if "OperationOutcome" in {site.type for site in sites} and _severe(entries()):
            self._mark(ERROR, self._kinds(links, decode.value(bundle.get("type")), sites))
            self._flags.add("entry-error")

    @staticmethod
    def _kinds(links: list[dict[str, Any]], kind: Any, sites: list[Site]) -> set[str]:
        """What was searched for: by the Bundle's own link, else by what a search found, else anything."""
        urls = [link.get("url") for link in links if link.get("relation") == "self"]
        own = _kinds_of_urls(urls)
        if len(own) < len(KINDS) or any(isinstance(url, str) and _EVERYTHING in url for url in urls):
            # A page of everything that happens to hold one kind says nothing about the other pages.
            return own
        found = {KIND_OF_TYPE[site.type] for site in sites if site.type in KIND_OF_TYPE}
        return found if found and kind == "searchset" and len(found) == 1 else set(KINDS)

    def _mark(self, state: str, kinds: Iterable[str]) -> None:
        for kind in kinds:
            if self._states.get(kind) != ERROR:
                self._states[kind] = state


def _kinds_of_urls(urls: Iterable[Any]) -> set[str]:
    found = set()
    for url in urls:
        if isinstance(url, str) and _EVERYTHING not in url:
            types = _TYPE_IN_URL.findall(url.partition("?")[0])
            if types and types[-1] in KIND_OF_TYPE:
                found.add(KIND_OF_TYPE[types[-1]])
    return found or set(KINDS)


def _too_few(total: Any, entries: Sequence[Mapping[str, Node] | None]) -> bool:
    stated = decimal_of(total)
    if stated is None:
        return False
    matches = sum(1 for entry in entries if entry is None or _is_match(entry))
    return bool(stated > matches)


def _is_match(entry: Mapping[str, Node]) -> bool:
    search = as_dict(decode.value(entry["search"])) if "search" in entry else {}
    if search.get("mode") is not None:
        return bool(search["mode"] == "match")
    head = decode.head(entry.get("resource"))
    return head is None or head.type != "OperationOutcome"


def _severe(entries: Sequence[Mapping[str, Node] | None]) -> bool:
    """True if an OperationOutcome among the entries of a search says that something failed."""
    for entry in entries:
        head = decode.head(entry.get("resource")) if entry is not None else None
        if entry is not None and head is not None and head.type == "OperationOutcome":
            outcome = as_dict(decode.value(entry["resource"]))
            if any(issue.get("severity") in ("error", "fatal") for issue in as_dicts(outcome.get("issue"))):
                return True
    return False


def subsetted(meta: Any) -> bool:
    """True if the tag of a resource or Bundle says that it is not whole."""
    return any(
        code == SUBSETTED
        for member in as_list(meta)
        if isinstance(member, dict)
        for _, code, _ in codings(member.get("tag"))
    )


def _is_cut(site: Site) -> bool:
    meta = site.data.get("meta") if site.data is not None else None
    return meta is not None and not (isinstance(meta, dict) and "tag" not in meta) and subsetted(meta)
