"""Open and read FHIR: from bytes to findings, orders and one note for each resource."""

from __future__ import annotations

from pmcds.fhir.asked import Asked, Memory
from pmcds.fhir.limits import Limits
from pmcds.fhir.medications import read_orders
from pmcds.fhir.opening import open_input
from pmcds.fhir.reading import READERS, read
from pmcds.fhir.site import Opened, Policy, ReadContext, Reader, ReaderResult, Site
from pmcds.fhir.strict import strict_check
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
    "open_input",
    "read",
    "read_orders",
    "strict_check",
]
