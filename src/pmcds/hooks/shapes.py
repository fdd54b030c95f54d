"""Shapes in which clients put resources into `context` and `prefetch`, read without a FHIR model."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

# Bundles inside Bundles are followed this deep; the decoder has its own limit for the whole body.
MAX_DEPTH = 8
_REFERENCE = re.compile(r"(?:^|/)([A-Z][A-Za-z]{1,40})/([^/?#|]+)(?:/_history/[^/?#]*)?$")


class Placed(NamedTuple):
    """A resource and how others refer to it."""

    resource: Mapping[str, Any]
    full_url: str | None

    @property
    def type(self) -> str:
        """The resource type, or an empty string."""
        kind = self.resource.get("resourceType")
        return kind if isinstance(kind, str) else ""

    @property
    def id(self) -> str | None:
        """The id as sent, if it is text."""
        ident = self.resource.get("id")
        return ident if isinstance(ident, str) and ident else None

    @property
    def key(self) -> str | None:
        """`Type/id` as sent."""
        return f"{self.type}/{self.id}" if self.type and self.id else None


def unwrap(value: Any) -> Any:
    """The resource of a value that is wrapped like a Bundle entry (R14, P17); other values as they are."""
    if isinstance(value, dict) and "resourceType" not in value and "resource" in value:
        return value["resource"]
    return value


def resources_in(value: Any, depth: int = 0, full_url: str | None = None) -> Iterator[Placed]:
    """Every resource of a context or prefetch value: alone, wrapped, in a list or in Bundles of any type."""
    if depth > MAX_DEPTH:
        return
    if isinstance(value, list):
        for item in value:
            yield from resources_in(item, depth + 1)
        return
    if not isinstance(value, dict):
        return
    if "resourceType" not in value and "resource" in value:
        url = value.get("fullUrl")
        yield from resources_in(value["resource"], depth + 1, url if isinstance(url, str) else full_url)
    elif value.get("resourceType") == "Bundle" or ("resourceType" not in value and "entry" in value):
        yield from resources_in(value.get("entry"), depth + 1)
    elif isinstance(value.get("resourceType"), str):
        yield Placed(value, full_url)


def key_of_reference(reference: Any) -> str | None:
    """`Type/id` of a literal reference, relative or absolute, without version; None for all other references."""
    found = _REFERENCE.search(reference) if isinstance(reference, str) else None
    return f"{found[1]}/{found[2]}" if found else None


def typed_id(value: Any, kind: str) -> str | None:
    """`Type/id` of an id that may carry its type or a base URL already (R15)."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not value.strip():
        return None
    key = key_of_reference(value)
    return key if key is not None and key.startswith(f"{kind}/") else f"{kind}/{value}"


def subject_reference(resource: Mapping[str, Any]) -> str | None:
    """The literal reference to the subject of an order, `subject` or (before R4) `patient`."""
    for name in ("subject", "patient"):
        subject = resource.get(name)
        if isinstance(subject, Mapping) and isinstance(subject.get("reference"), str):
            return str(subject["reference"])
    return None


def whole_number(value: Any) -> int | None:
    """A number from 0 to a billion without fraction, also as digits in a text; None for everything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else None
    if not isinstance(value, (int, float, Decimal)) or (isinstance(value, Decimal) and not value.is_finite()):
        return None
    return int(value) if 0 <= value < 10**9 and value == int(value) else None
