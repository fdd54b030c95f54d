"""A record as the request that an EHR would send in one hook: drafts in the context, all else as prefetch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pmcds.hooks.table import HOOKS, Member

_INSTANCE = "00000000-0000-4000-8000-000000000000"


def request_from(
    bundle: Mapping[str, Any], hook: str, *, patient: str, orders: Sequence[Mapping[str, Any]] | None = None
) -> dict[str, Any]:
    """The request. `patient` is "Patient/x"; `orders` are drafts in place of those in the Bundle."""
    entries = [entry for entry in bundle.get("entry") or () if isinstance(entry, Mapping)]
    drafts = [entry for entry in entries if _is_draft(entry.get("resource"))]
    context: dict[str, Any] = {
        "userId": "Practitioner/example",
        "patientId": patient.partition("/")[2],
        "encounterId": "example",
    }
    known = HOOKS[hook]
    member = known.order_member
    if member is not None:
        entries = [entry for entry in entries if entry not in drafts]
        chosen = [{"resource": order} for order in orders] if orders is not None else drafts
        context |= _in_context(member, chosen)
        if member.shape == "references":
            # These are sent out, so they are on record: the context only names them.
            entries += [{"resource": {**entry["resource"], "status": "active"}} for entry in chosen]
        if hook == "order-select":
            context["selections"] = _references(chosen)
    if hook == "order-dispatch":
        context["performer"] = "Organization/example"
    for other in known.members:
        if other.required and other.name not in context:
            context[other.name] = _nothing_new(other, patient)
    return {
        "hook": hook,
        "hookInstance": _INSTANCE,
        "context": context,
        "prefetch": {"record": {**bundle, "resourceType": "Bundle", "entry": entries}},
    }


def _in_context(member: Member, orders: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    if member.shape == "references":
        return {member.name: _references(orders)}
    if member.shape == "resource":
        # The hook is about one active order.
        return {member.name: {**orders[0]["resource"], "status": "active"}} if orders else {}
    return {member.name: {"resourceType": "Bundle", "type": "collection", "entry": list(orders)}}


def _references(orders: Sequence[Mapping[str, Any]]) -> list[str]:
    return [f"{order['resource']['resourceType']}/{order['resource'].get('id')}" for order in orders]


def _nothing_new(member: Member, patient: str) -> dict[str, Any]:
    """The member of a hook about something new: nothing, or an allergy to something without a name."""
    if member.shape == "bundle":
        return {"resourceType": "Bundle", "type": "collection", "entry": []}
    return {"resourceType": "AllergyIntolerance", "id": "example", "patient": {"reference": patient}}


def _is_draft(resource: Any) -> bool:
    return (
        isinstance(resource, Mapping)
        and resource.get("resourceType") == "MedicationRequest"
        and resource.get("status") == "draft"
    )
