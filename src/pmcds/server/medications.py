"""Medications that orders refer to and nobody sent: what to ask the client's server for (MI-3)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

import msgspec

from pmcds.hooks.shapes import Placed, key_of_reference, resources_in

# Prefetch key of what is fetched in addition; no service asks for it by name.
KEY = "medications-referenced"
# Orders beyond these keep their lines, as drugs that were not sent.
_MOST = 40


def lost_medications(body: bytes, server: str, asked: Collection[str] = ()) -> tuple[str, ...]:
    """Ids of Medications that orders refer to, not asked for before, as many as one query takes.

    `server` ends with a slash. The body is that of a request that was opened before, so that it keeps the limits.
    """
    if b"Medication/" not in body:
        return ()
    envelope = msgspec.json.decode(body, type=dict[str, Any])
    placed = list(_resources(envelope))
    sent = {one.key for one in placed} | {one.full_url for one in placed}
    wanted = dict.fromkeys(
        key.partition("/")[2]
        for one in placed
        for reference in _references(one.resource)
        if reference not in sent and (key := _key(reference, server)) is not None and key not in sent
    )
    return tuple(ident for ident in wanted if ident not in asked)[:_MOST]


def query_for(idents: Sequence[str]) -> str:
    """What to ask the server for these Medications (at least one)."""
    quoted = [quote(ident, safe="-._~") for ident in idents]
    return f"Medication/{quoted[0]}" if len(quoted) == 1 else f"Medication?_id={','.join(quoted)}"


def _resources(envelope: Mapping[str, Any]) -> Iterator[Placed]:
    for part in (envelope.get("context"), envelope.get("prefetch")):
        for value in part.values() if isinstance(part, Mapping) else ():
            yield from resources_in(value)


def _references(resource: Mapping[str, Any]) -> Iterator[str]:
    """The literal reference of an order to its drug, in the shapes of all FHIR versions."""
    medication = resource.get("medication")
    for reference in (
        resource.get("medicationReference"),
        medication.get("reference") if isinstance(medication, Mapping) else None,
    ):
        stated = reference.get("reference") if isinstance(reference, Mapping) else None
        if isinstance(stated, str):
            yield stated


def _key(reference: str, server: str) -> str | None:
    """`Medication/x` if the reference leads to the request's own server."""
    if "://" in reference and not reference.startswith(server):
        return None
    key = key_of_reference(reference)
    return key if key is not None and key.startswith("Medication/") and not reference.startswith("#") else None
