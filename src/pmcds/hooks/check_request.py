"""Checks of a request: its members (R), its context (table of hooks), authorization (A), prefetch (P), JSON (X)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pmcds.hooks.checks import (
    ADVICE,
    MUST,
    OPTIONAL,
    SHOULD,
    Violation,
    extension_at,
    is_absolute,
    is_uuid,
    resource_at,
    text_at,
)
from pmcds.hooks.outcome import pointer
from pmcds.hooks.prefetch import FAILED, INCOMPLETE, read_value
from pmcds.hooks.shapes import Placed, key_of_reference, resources_in, subject_reference, typed_id, unwrap, whole_number
from pmcds.hooks.table import HOOKS, Hook, Member

_OLD = frozenset({"MedicationOrder", "ProcedureRequest"})


def check_request(message: Mapping[str, Any]) -> Iterator[Violation]:
    """Every rule that a request breaks."""
    yield from text_at(message, "hook", "", "R2")
    yield from text_at(message, "hookInstance", "", "R4")
    if isinstance(message.get("hookInstance"), str) and not is_uuid(message["hookInstance"]):
        yield Violation("R4", MUST, "/hookInstance", "a UUID is required")
    context = message.get("context")
    if not isinstance(context, Mapping):
        yield Violation("R5", MUST, "/context", "an object is required")
    else:
        hook = message.get("hook")
        known = HOOKS.get(hook) if isinstance(hook, str) else None
        yield from _context(context, known)
        yield from _patients(context, known, message.get("prefetch"))
    yield from _authorization(message, context if isinstance(context, Mapping) else {})
    if "prefetch" in message:
        yield from _prefetch(message["prefetch"])
    yield from extension_at(message, "")
    for name, value in message.items():
        if value is None and name != "prefetch":
            yield Violation("X1", MUST, pointer(name), "null is left out")


def _context(context: Mapping[str, Any], known: Hook | None) -> Iterator[Violation]:
    for member in known.members if known is not None else ():
        sent = next((name for name in (member.name, *member.also) if context.get(name) is not None), None)
        where = f"/context/{member.name}"
        if sent is None:
            if member.required:
                yield Violation("R12", MUST, where, "the hook requires this member")
            elif member.name in context:
                yield Violation("X1", MUST, where, "null is left out")
            continue
        if sent != member.name:
            yield Violation("R14", MUST, f"/context/{sent}", f"the page of the hook calls this member {member.name}")
        yield from _member(context[sent], member, f"/context/{sent}")
    if _mixed(context):
        yield Violation("R10", MUST, "/context", "all FHIR in the context has one version")


def _mixed(context: Mapping[str, Any]) -> bool:
    types = {placed.type for value in context.values() for placed in resources_in(value)}
    return bool(types & _OLD) and bool(types & {"MedicationRequest", "ServiceRequest"})


def _member(value: Any, member: Member, where: str) -> Iterator[Violation]:
    if member.shape == "id":
        if not isinstance(value, str) or not value:
            yield Violation("R12", MUST, where, "a text is required")
        elif "/" in value:
            yield Violation("R15", ADVICE, where, "the id is written without its type")
    elif member.shape == "user":
        kind = key_of_reference(value)
        if kind is None:
            yield Violation("R15", MUST, where, "type and id of the user are required")
        elif kind.split("/")[0] not in member.types:
            yield Violation("R15", MUST, where, "the hook does not know this type of user")
    elif member.shape in ("references", "reference"):
        items = value if isinstance(value, list) else [value]
        if (member.shape == "references") != isinstance(value, list):
            yield Violation("R12", MUST, where, "an array of references, or one reference, as the hook says")
        elif not all(isinstance(item, str) and key_of_reference(item) for item in items):
            yield Violation("R12", MUST, where, "a reference has type and id")
    elif unwrap(value) is not value:
        yield Violation("R14", MUST, where, "the resource stands in the context itself, without an envelope")
    elif member.shape == "bundle":
        yield from _bundle(value, where)
    elif member.shape == "resource":
        yield from resource_at(value, where)
        if isinstance(value, Mapping) and value.get("resourceType") == "Bundle":
            yield from _bundle(value, where)


def _bundle(value: Any, where: str) -> Iterator[Violation]:
    if not isinstance(value, Mapping) or value.get("resourceType") != "Bundle":
        yield Violation("X4", MUST, where, "a FHIR Bundle is required")
    elif not isinstance(value.get("type"), str):
        yield Violation("R17", ADVICE, f"{where}/type", "a FHIR Bundle has a type")


def _patients(context: Mapping[str, Any], known: Hook | None, prefetch: Any) -> Iterator[Violation]:
    patient = typed_id(context.get("patientId"), "Patient")
    member = known.order_member if known is not None else None
    if patient is None:
        return
    for name in (member.name, *member.also) if member is not None else ():
        if any(_others(placed, patient) for placed in resources_in(context.get(name))):
            yield Violation("R16", MUST, f"/context/{name}", "an order is for another patient than the context")
    for key, value in prefetch.items() if isinstance(prefetch, Mapping) else ():
        resource = unwrap(value)
        if isinstance(resource, Mapping) and resource.get("resourceType") == "Patient":
            ident = typed_id(resource.get("id"), "Patient")
            if ident not in (None, patient):
                yield Violation("R16", MUST, pointer("prefetch", key), "the Patient is another than the context's")


def _others(placed: Placed, patient: str) -> bool:
    subject = key_of_reference(subject_reference(placed.resource))
    return subject is not None and subject.startswith("Patient/") and subject != patient


def _authorization(message: Mapping[str, Any], context: Mapping[str, Any]) -> Iterator[Violation]:
    if "fhirServer" in message and not is_absolute(message["fhirServer"]):
        yield Violation("R6", MUST, "/fhirServer", "an absolute URL is required")
    elif "fhirServer" in message and not is_absolute(message["fhirServer"], ("https",)):
        yield Violation("R6", ADVICE, "/fhirServer", "production data travel over https only")
    if "fhirAuthorization" not in message:
        return
    where = "/fhirAuthorization"
    stated = message["fhirAuthorization"]
    if not isinstance(stated, Mapping):
        yield Violation("A1", MUST, where, "an object is required")
        return
    if "fhirServer" not in message:
        yield Violation("R6", MUST, "/fhirServer", "is required where there is a token")
    for name, rule in (("access_token", "A1"), ("scope", "A4"), ("subject", "A5")):
        yield from text_at(stated, name, where, rule)
    if stated.get("token_type") != "Bearer":
        known = isinstance(stated.get("token_type"), str) and stated["token_type"].casefold() == "bearer"
        yield Violation("A2", OPTIONAL if known else MUST, f"{where}/token_type", "Bearer is required")
    expires = stated.get("expires_in")
    if whole_number(expires) is None or isinstance(expires, str):
        yield Violation("A3", MUST, f"{where}/expires_in", "a whole number of seconds is required")
    if isinstance(stated.get("scope"), str) and "patient/" in stated["scope"] and "patient" not in stated:
        yield Violation("A6", SHOULD, f"{where}/patient", "a patient scope names its patient")
    elif "patient" in stated and typed_id(stated["patient"], "Patient") != typed_id(
        context.get("patientId"), "Patient"
    ):
        yield Violation("A6", MUST, f"{where}/patient", "is another patient than that of the context")


def _prefetch(prefetch: Any) -> Iterator[Violation]:
    if not isinstance(prefetch, Mapping):
        yield Violation("R7", MUST, "/prefetch", "an object is required")
        return
    for key, value in prefetch.items():
        where = pointer("prefetch", key)
        if value is None:
            continue
        if unwrap(value) is not value:
            yield Violation("P17", ADVICE, where, "the resource stands under its key, without an envelope")
        elif not isinstance(value, Mapping) or not isinstance(value.get("resourceType"), str):
            yield Violation("P18", MUST, where, "a FHIR resource or null is required")
            continue
        state = read_value(value).state
        if state == FAILED:
            yield Violation("P9", ADVICE, where, "the data could not be read, advice that needs them is not given")
        elif state == INCOMPLETE:
            yield Violation("P11", ADVICE, where, "the Bundle is not complete")
