"""The members of a CDS Hooks request besides its resources."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pmcds.fhir import decode
from pmcds.fhir.decode import Node

_MARKS = ("hook", "hookInstance", "context", "prefetch", "fhirServer")
# Resources of a prefetch value that stay whole: their content decides what became of the key.
_WHOLE = ("OperationOutcome",)


def is_envelope(found: Mapping[str, Node]) -> bool:
    """True for an object that looks like a CDS Hooks request."""
    return "resourceType" not in found and any(mark in found for mark in _MARKS)


def envelope_of(found: Mapping[str, Node], context: Mapping[str, Node], prefetch: Mapping[str, Node]) -> dict[str, Any]:
    """The request as plain values; in `prefetch` each resource of a Bundle is a stub of type, id and subject."""
    request = {name: decode.value(node) for name, node in found.items() if name not in ("context", "prefetch")}
    if "context" in found:
        plain = decode.members(found["context"], "/context") is not None
        request["context"] = (
            {name: decode.value(node) for name, node in context.items()} if plain else decode.value(found["context"])
        )
    if "prefetch" in found:
        plain = decode.members(found["prefetch"], "/prefetch") is not None
        request["prefetch"] = (
            {name: _stub(node, 0) for name, node in prefetch.items()} if plain else decode.value(found["prefetch"])
        )
    return request


def _stub(node: Node, depth: int) -> Any:
    """A prefetch value with its Bundles opened and the resources in them cut down."""
    found = decode.members(node, "/prefetch")
    if found is None or depth > 16:
        return None if depth > 16 else decode.value(node)
    if "resourceType" not in found and "resource" in found:
        return {
            name: _stub(inner, depth + 1) if name == "resource" else decode.value(inner)
            for name, inner in found.items()
        }
    if decode.value(found.get("resourceType")) != "Bundle" and "entry" not in found:
        return decode.value(node) if depth == 0 else _cut(node)
    listed = decode.entries(found.get("entry"), "/prefetch")
    return {
        **{name: decode.value(inner) for name, inner in found.items() if name != "entry"},
        "entry": [None if entry is None else _stub_entry(entry, depth) for entry in listed],
    }


def _stub_entry(entry: Mapping[str, Node], depth: int) -> dict[str, Any]:
    return {
        name: _stub(inner, depth + 1) if name == "resource" else decode.value(inner) for name, inner in entry.items()
    }


def _cut(node: Node) -> Any:
    head = decode.head(node)
    if head is None or head.type is None or head.type in _WHOLE:
        return decode.value(node)
    return {"resourceType": head.type, **({"id": head.id} if head.id else {})}
