"""A CDS Hooks request, read leniently: what is in question, for whom, and what was supplied."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pmcds.hooks.authorization import Authorization, read_authorization
from pmcds.hooks.outcome import pointer, refused
from pmcds.hooks.prefetch import KeyReading, read_prefetch, supply_of, unmet
from pmcds.hooks.profiles import EPIC_PREFIX, CardOptions, card_options, hinted_profile
from pmcds.hooks.services import TEMPLATES, Service
from pmcds.hooks.shapes import Placed, key_of_reference, resources_in, subject_reference, typed_id, unwrap
from pmcds.hooks.table import HOOKS, ORDER_TYPES, USER_TOKENS, Hook, Member
from pmcds.model.findings import Supply

_VERSION_KEY = f"{EPIC_PREFIX}request.fhir-version"
_ID = re.compile(r"[A-Za-z0-9.\-]{1,64}")
_VERSIONS = {"1": "DSTU2", "3": "STU3", "4": "R4", "5": "R5"}
_OLD_TYPES = {"MedicationOrder": "DSTU2", "ProcedureRequest": "STU3"}


@dataclass(frozen=True, slots=True)
class HookRequest:
    """What a request asks.

    `patient` is "Patient/x", `encounter` "Encounter/x". `order_members` are the members of the context that hold
    orders, as they were sent. `selections` are the keys (`Type/id`) of the drafts that were selected; with
    `every_order` all orders of these members are in question. `prefetch_states` has the state of each key (P20),
    `prefetch_types` the resource types seen under it; `profile` the client profile that the request gives away.
    `notes` say what was repaired or ignored, without a value of the patient.
    """

    hook: str
    instance: str
    patient: str | None = field(repr=False)
    user: str | None = field(default=None, repr=False)
    encounter: str | None = field(default=None, repr=False)
    selections: tuple[str, ...] = field(default=(), repr=False)
    every_order: bool = True
    order_members: tuple[str, ...] = ()
    fhir_server: str | None = None
    fhir_version: str = "R4"
    authorization: Authorization | None = field(default=None, repr=False)
    supply: Supply = field(default_factory=Supply)
    prefetch_states: Mapping[str, str] = field(default_factory=dict)
    prefetch_types: Mapping[str, frozenset[str]] = field(default_factory=dict, repr=False)
    profile: str | None = None
    options: CardOptions = field(default_factory=CardOptions)
    tokens: Mapping[str, str] = field(default_factory=dict, repr=False)
    notes: tuple[str, ...] = ()


def parse_request(
    envelope: Mapping[str, Any],
    *,
    hook: str | None = None,
    templates: Mapping[str, str] | None = None,
    fhir_version: str | None = None,
) -> HookRequest:
    """The request of an envelope. Raises HookError for every request that is not answered with 200.

    `hook` is what the service serves, `templates` what it asks to be prefetched (the usual keys if not given);
    `fhir_version` a setting for the client.
    """
    notes: list[str] = []
    name, instance, context = _head(envelope, hook)
    known = HOOKS.get(name)
    extension = _object(envelope, "extension", notes)
    prefetch = _object(envelope, "prefetch", notes)
    patient = _patient(context, known, notes)
    members = _order_members(context, known, notes)
    orders = [(member, placed) for member in members for placed in resources_in(context[member])]
    _one_patient(patient, orders, prefetch, context)
    selections, every = _selections(context, name, [placed for _, placed in orders], notes)
    server = envelope.get("fhirServer")
    if server is not None and (not isinstance(server, str) or not server):
        notes.append("fhirServer was ignored: it is no text")
    server = server if isinstance(server, str) and server else None
    authorization, its = read_authorization(envelope.get("fhirAuthorization"), server, patient)
    asked = TEMPLATES if templates is None else templates
    readings = read_prefetch(prefetch, asked)
    states, types = _split(readings)
    user = context.get("userId")
    return HookRequest(
        hook=name,
        instance=instance,
        patient=patient,
        user=user if isinstance(user, str) and user else None,
        encounter=typed_id(context.get("encounterId"), "Encounter"),
        selections=selections,
        every_order=every,
        order_members=members,
        fhir_server=server,
        fhir_version=_version(extension, fhir_version, {placed.type for _, placed in orders}.union(*types.values())),
        authorization=authorization,
        supply=supply_of(states, asked, types),
        prefetch_states=states,
        prefetch_types=types,
        profile=hinted_profile(extension),
        options=card_options(extension),
        tokens=_tokens(context, known),
        notes=(*notes, *its),
    )


def with_states(request: HookRequest, states: Mapping[str, str], templates: Mapping[str, str]) -> HookRequest:
    """The request after someone else looked for its prefetch keys: these states count instead of what was sent."""
    merged = {**request.prefetch_states, **states}
    supply = supply_of(merged, templates, request.prefetch_types)
    return replace(request, prefetch_states=merged, supply=supply)


def require(request: HookRequest, service: Service) -> None:
    """Raise HookError 412 if a key that the service cannot miss is neither supplied nor fetched (P14, K5)."""
    lacking = unmet(service.required, request.prefetch_states, service.prefetch, request.prefetch_types)
    if lacking:
        code = (
            "not-found" if any(request.prefetch_states.get(key) == "fetch-failed" for key in lacking) else "incomplete"
        )
        keys = ", ".join(lacking)
        raise refused(
            412, code, f"required prefetch data are missing: {keys}", where="/prefetch", mend="send these keys"
        )


def _head(envelope: Any, served: str | None) -> tuple[str, str, Mapping[str, Any]]:
    """Hook, instance and context; each of them is required (R2 to R5)."""
    if not isinstance(envelope, Mapping):
        raise refused(400, "structure", "the request is no JSON object", mend="send a CDS Hooks request")
    hook, instance, context = envelope.get("hook"), envelope.get("hookInstance"), envelope.get("context")
    if not isinstance(hook, str) or not hook:
        raise refused(400, "required", "`hook` is missing or no text", where="/hook", mend="name the hook")
    if served is not None and hook != served:
        mend = f"call the service of the hook, this one serves {served}"
        raise refused(400, "invalid", "the service does not serve this hook", where="/hook", mend=mend)
    if not isinstance(instance, str) or not instance:
        raise refused(
            400, "required", "`hookInstance` is missing or no text", where="/hookInstance", mend="send a UUID"
        )
    if not isinstance(context, Mapping):
        raise refused(400, "required", "`context` is missing or no object", where="/context", mend="send the context")
    return hook, instance, context


def _object(envelope: Mapping[str, Any], name: str, notes: list[str]) -> Mapping[str, Any]:
    """An optional member that must be an object; anything else counts as absent (R7, X6)."""
    value = envelope.get(name)
    if isinstance(value, Mapping):
        return value
    if name in envelope:
        notes.append(f"{name} was ignored: it is no object")
    return {}


def _patient(context: Mapping[str, Any], known: Hook | None, notes: list[str]) -> str | None:
    patient = typed_id(context.get("patientId"), "Patient")
    if patient is None:
        if known is not None:
            mend = "send the id of the patient"
            raise refused(400, "required", "`patientId` is missing", where="/context/patientId", mend=mend)
        notes.append("the context names no patient")
    return patient


def _order_members(context: Mapping[str, Any], known: Hook | None, notes: list[str]) -> tuple[str, ...]:
    """The context members that hold the orders; for a hook that is not in the table all that hold resources."""
    if known is None:
        return tuple(name for name, value in context.items() if any(p.type in ORDER_TYPES for p in resources_in(value)))
    member = known.order_member
    if member is None:
        return ()
    named = _sent(member, context)
    if named is None:
        where = f"/context/{member.name}"
        raise refused(412, "incomplete", "the orders of the hook are missing", where=where, mend="grant and send them")
    value = context[named]
    if member.shape != "references" and not _holds_orders(unwrap(value)):
        raise refused(400, "structure", "the orders are no Bundle", where=f"/context/{named}", mend="send a Bundle")
    if named != member.name:
        notes.append(f"the orders were read from {named}, the hook's page names {member.name}")
    return (named,)


def _holds_orders(value: Any) -> bool:
    """A Bundle (with or without its type), a list, or one resource; an empty object or unreadable entries are none."""
    if not isinstance(value, Mapping):
        return isinstance(value, list)
    entries = value.get("entry")
    return bool(value) and (entries is None or isinstance(entries, (list, Mapping)))


def _sent(member: Member, context: Mapping[str, Any]) -> str | None:
    return next((name for name in (member.name, *member.also) if context.get(name) is not None), None)


def _one_patient(
    patient: str | None,
    orders: Iterable[tuple[str, Placed]],
    prefetch: Mapping[str, Any],
    context: Mapping[str, Any],
) -> None:
    """Refuse a request in which an order or the Patient of the prefetch is another's than the context's (R16)."""
    if patient is None:
        return
    aliases: dict[str, str] | None = None
    for member, placed in orders:
        reference = subject_reference(placed.resource)
        subject = key_of_reference(reference)
        if reference is not None and reference.startswith("urn:"):
            aliases = dict(_aliases((context, prefetch))) if aliases is None else aliases
            subject = aliases.get(reference)
        if subject is not None and subject.startswith("Patient/") and subject != patient:
            raise _mismatch(pointer("context", member))
    for key, value in prefetch.items():
        resource = unwrap(value)
        if isinstance(resource, Mapping) and resource.get("resourceType") == "Patient":
            ident = typed_id(resource.get("id"), "Patient")
            if ident is not None and ident != patient:
                raise _mismatch(pointer("prefetch", key))


def _mismatch(where: str) -> Exception:
    text = "the patient is another than that of the context"
    return refused(400, "invalid", text, where=where, mend="send data of one patient only")


def _aliases(parts: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    for part in parts:
        for value in part.values():
            for placed in resources_in(value):
                if placed.full_url and placed.type == "Patient" and placed.key:
                    yield placed.full_url, placed.key


def _selections(
    context: Mapping[str, Any], hook: str, orders: list[Placed], notes: list[str]
) -> tuple[tuple[str, ...], bool]:
    """The keys of the selected drafts, and whether all drafts are in question."""
    if hook == "order-dispatch":
        stated = context.get("dispatchedOrders")
        stated = context.get("order") if stated is None else stated
        # What is no list of names is told as an order that leads nowhere.
        named = stated if isinstance(stated, list) else [] if stated is None else [stated]
        return tuple(dict.fromkeys(_dispatched(item, place) for place, item in enumerate(named))), False
    if hook != "order-select":
        return (), True
    stated = context.get("selections")
    wanted = [item for item in stated if isinstance(item, str) and item] if isinstance(stated, list) else []
    found: dict[str, None] = {}
    lost = False
    for item in wanted:
        keys = [placed.key for placed in orders if placed.key and _names(item, placed)]
        found.update(dict.fromkeys(keys))
        lost = lost or not keys
    # A draft without id cannot be named: if a selection leads nowhere, it may be the one that is meant.
    unnamed = any(placed.key is None for placed in orders)
    if not found or (lost and unnamed):
        notes.append("selections name no draft; all drafts are in question")
        return (), True
    if lost:
        notes.append("a selection names no draft")
    return tuple(found), False


def _dispatched(item: Any, place: int) -> str:
    """The key, or the bare id, of a dispatched order; what is neither keeps its place, so that it is told."""
    bare = isinstance(item, str) and _ID.fullmatch(item)
    return item if bare else key_of_reference(item) or f"dispatchedOrders/{place}"


def _names(selection: str, placed: Placed) -> bool:
    if selection in (placed.id, placed.key, placed.full_url):
        return True
    return placed.key is not None and key_of_reference(selection) == placed.key


def _version(extension: Mapping[str, Any], setting: str | None, types: frozenset[str] | set[str]) -> str:
    """The FHIR version of the request (K8)."""
    stated = extension.get(_VERSION_KEY)
    if isinstance(stated, str) and stated:
        text = stated.strip().upper()
        return _VERSIONS.get(text[:1], text)
    return setting or next((version for old, version in _OLD_TYPES.items() if old in types), "R4")


def _split(readings: Mapping[str, KeyReading]) -> tuple[dict[str, str], dict[str, frozenset[str]]]:
    states = {key: reading.state for key, reading in readings.items()}
    return states, {key: reading.types for key, reading in readings.items() if reading.types}


def _tokens(context: Mapping[str, Any], known: Hook | None) -> dict[str, str]:
    """Values for the tokens of prefetch templates, without resource types."""
    names = known.tokens if known is not None else frozenset(context)
    tokens = {
        f"context.{name}": context[name].rsplit("/", 1)[-1] if name in ("patientId", "encounterId") else context[name]
        for name in sorted(names)
        if isinstance(context.get(name), str) and context[name]
    }
    user = key_of_reference(context.get("userId"))
    if user is not None:
        tokens |= {name: user.split("/")[1] for name, kind in USER_TOKENS.items() if user.startswith(f"{kind}/")}
    return tokens
