"""An AuditEvent for each evaluated call: who asked, about whom, with which knowledge, and counts; no results."""

from __future__ import annotations

import threading
from base64 import b64encode
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pmcds.server.answers import encode

_DICOM = "http://dicom.nema.org/resources/ontology/DCM"
_EVENT = "http://terminology.hl7.org/CodeSystem/audit-event-type"
_INTERACTION = "http://hl7.org/fhir/restful-interaction"
_ENTITY = "http://terminology.hl7.org/CodeSystem/audit-entity-type"
_ROLE = "http://terminology.hl7.org/CodeSystem/object-role"
_PARTICIPANT = "http://terminology.hl7.org/CodeSystem/extra-security-role-type"


def audit_event(
    *,
    service: str,
    patient: str,
    recorded: str,
    outcomes: Mapping[str, int],
    snapshot: str,
    client: str | None = None,
    tenant: str | None = None,
    user: str | None = None,
    server: str = "pmcds",
) -> dict[str, Any]:
    """The record of one call, in the shape of a patient query of IHE's basic audit log patterns (R4)."""
    source = {"type": {"coding": [_coding(_DICOM, "110153", "Source Role ID")]}, "requestor": user is None}
    source["who"] = {"display": client or "not authenticated"}
    own = {"type": {"coding": [_coding(_DICOM, "110152", "Destination Role ID")]}, "requestor": False}
    agents = [source, own | {"who": {"display": server}}]
    if user is not None:
        humans = {"coding": [_coding(_PARTICIPANT, "humanuser", "human user")]}
        agents.append({"type": humans, "who": {"reference": user}, "requestor": True})
    if tenant is not None:
        source["altId"] = tenant
    counts = [{"type": f"count {name}", "valueString": str(count)} for name, count in sorted(outcomes.items())]
    query = b64encode(f"POST cds-services/{service}".encode()).decode()
    return {
        "resourceType": "AuditEvent",
        "type": _coding(_EVENT, "rest", "Restful Operation"),
        "subtype": [_coding(_INTERACTION, "search", "search")],
        "action": "E",
        "recorded": recorded,
        "outcome": "0",
        "agent": agents,
        "source": {"observer": {"display": server}},
        "entity": [
            {
                "what": {"reference": patient},
                "type": _coding(_ENTITY, "1", "Person"),
                "role": _coding(_ROLE, "1", "Patient"),
            },
            {
                "type": _coding(_ENTITY, "2", "System Object"),
                "role": _coding(_ROLE, "24", "Query"),
                "query": query,
                "detail": [{"type": "knowledge", "valueString": snapshot}, *counts],
            },
        ],
    }


def outcome_counts(ledger: Any) -> Counter[str]:
    """How many decision lines had each outcome."""
    return Counter(line.outcome for line in ledger.orders)


def _coding(system: str, code: str, display: str) -> dict[str, str]:
    return {"system": system, "code": code, "display": display}


class AuditFile:
    """A file that gets one event a line."""

    def __init__(self, file: Path) -> None:
        self._lock = threading.Lock()
        self._file = file.open("ab", buffering=0)

    def write(self, event: Mapping[str, Any]) -> None:
        """Append the event; the line is handed to the system as a whole."""
        with self._lock:
            self._file.write(encode(event) + b"\n")

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._file.close()
