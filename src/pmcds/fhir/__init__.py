"""Open and read FHIR: from bytes to findings, orders and one note for each resource."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pmcds.fhir.asked import Asked, Memory
from pmcds.fhir.limits import Limits
from pmcds.fhir.medications import read_orders
from pmcds.fhir.opening import open_input
from pmcds.fhir.reading import READERS, read
from pmcds.fhir.site import Opened, Policy, ReadContext, Reader, ReaderResult, Site
from pmcds.fhir.strict import look_again, strict_check

if TYPE_CHECKING:
    from pmcds.fhir.write import bundle_of

__all__ = [
    "READERS",
    "Asked",
    "Limits",
    "Memory",
    "Opened",
    "Policy",
    "ReadContext",
    "Reader",
    "ReaderResult",
    "Site",
    "bundle_of",
    "look_again",
    "open_input",
    "read",
    "read_orders",
    "strict_check",
]


def __getattr__(name: str) -> Any:
    # Writing is for patients without FHIR data; reading does not pay for its import.
    if name != "bundle_of":
        raise AttributeError(f"module 'pmcds.fhir' has no attribute {name!r}")
    from pmcds.fhir.write import bundle_of

    return bundle_of
