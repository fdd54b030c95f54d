"""What in the documents nobody has compared with a second source yet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pmcds.terminology.tables import Table
from pmcds.terminology.text import strings

UNVERIFIED = "unverified"


def unverified(documents: Mapping[str, Any]) -> tuple[str, ...]:
    """Entries that are marked as unverified, as "document: name code ...", sorted."""
    return tuple(sorted({*_drugs(documents), *_conditions(documents), *_observations(documents)}))


def _drugs(documents: Mapping[str, Any]) -> Iterator[str]:
    table = Table.of(documents.get("drugs"))
    for name, status, rxnorm in table.select("name", "status", "rxnorm"):
        if status == UNVERIFIED:
            yield f"drugs: {name} rxnorm:{rxnorm}"
    for name, entry in _entries(documents, "drugs_more", "drugs"):
        if entry.get("status") == UNVERIFIED:
            yield f"drugs_more: {name} " + " ".join(f"rxnorm:{code}" for code in strings(entry.get("rxnorm")))
    more = documents.get("drugs_more") or {}
    for section in strings(more.get(UNVERIFIED)):
        for key, said in (more.get(section) or {}).items():
            yield f"drugs_more: {section} {key} {', '.join(strings(said))}"


def _conditions(documents: Mapping[str, Any]) -> Iterator[str]:
    for name, entry in _entries(documents, "conditions", "conditions"):
        codes = strings((entry.get(UNVERIFIED) or {}).get("codes"))
        if codes:
            yield f"conditions: {name} {' '.join(codes)}"


def _observations(documents: Mapping[str, Any]) -> Iterator[str]:
    for entry in (documents.get("observations") or {}).get("observations") or ():
        if entry.get("status") == UNVERIFIED:
            codes = (*strings(entry.get("code")), *strings(entry.get("codes")))
            yield f"observations: {entry.get('subject') or entry['role']} {' '.join(codes)}"


def _entries(documents: Mapping[str, Any], document: str, key: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, entry in ((documents.get(document) or {}).get(key) or {}).items():
        yield str(name), entry or {}
