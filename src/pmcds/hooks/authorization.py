"""The access that a client grants with one request, and nothing else of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pmcds.hooks.shapes import typed_id, whole_number


@dataclass(frozen=True, slots=True)
class Authorization:
    """A token for the FHIR server of the same request. It is never stored, logged or shown (A7)."""

    access_token: str = field(repr=False)
    expires_in: int
    scope: str = field(repr=False)
    subject: str = field(repr=False)
    patient: str | None = field(default=None, repr=False)


def read_authorization(
    stated: Any, fhir_server: str | None, patient: str | None
) -> tuple[Authorization | None, tuple[str, ...]]:
    """The authorization of a request, or None and why it is ignored (A1 to A6, A10); the call goes on without it."""
    if stated is None:
        return None, ()
    problem = _problem(stated, fhir_server, patient)
    if problem is not None:
        return None, (f"fhirAuthorization was ignored: {problem}",)
    notes: tuple[str, ...] = ()
    if stated["scope"].startswith("patient/") and stated.get("patient") is None:
        notes = ("fhirAuthorization names patient scopes and no patient",)
    return (
        Authorization(
            stated["access_token"],
            whole_number(stated["expires_in"]) or 0,
            stated["scope"],
            stated["subject"],
            typed_id(stated.get("patient"), "Patient"),
        ),
        notes,
    )


def _problem(stated: Any, fhir_server: str | None, patient: str | None) -> str | None:
    if not isinstance(stated, Mapping):
        return "it is no object"
    if fhir_server is None:
        return "there is no fhirServer"
    for name in ("access_token", "token_type", "scope", "subject"):
        if not isinstance(stated.get(name), str) or not stated[name]:
            return f"{name} is missing or no text"
    if stated["token_type"].casefold() != "bearer":
        return "token_type is not Bearer"
    if whole_number(stated.get("expires_in")) is None:
        return "expires_in is missing or no whole number"
    named = typed_id(stated.get("patient"), "Patient")
    if stated.get("patient") is not None and named != patient:
        return "it is for another patient than the context"
    return None
